"""What the chat runs against. Chainlit calls module-level functions, so it is kept here, set once."""

from dataclasses import dataclass

from app.agents.coach import Coach
from app.core.clock import Clock
from app.infra.db.database import Database
from app.infra.throttle import Throttle
from app.macro.source import MacroSource
from app.market.protocol import MarketData
from tools.base import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """`wall` stamps what is drawn; `clock` is the market's present."""

    database: Database
    coach: Coach
    toolbox: Toolbox
    wall: Clock
    clock: Clock
    market: MarketData
    macro: MacroSource
    turns: Throttle


_rooms: list[Room] = []


def furnish(room: Room) -> None:
    """Let the chat run against `room` from now on."""
    _rooms[:] = [room]


def room() -> Room:
    if not _rooms:
        raise RuntimeError("the chat was used before the web process furnished it")
    return _rooms[0]
