"""What the routes run against; `app.main` builds it once and puts it on the application."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fastapi import Request
from starlette.requests import HTTPConnection

from app.agents.coach import Coach
from app.api.schemas import Component
from app.api.security import Premises
from app.api.strangers import Strangers
from app.api.ticker import Ticker
from app.core.clock import Clock
from app.infra.db.database import Database
from app.infra.queue import JobQueue
from app.infra.throttle import Throttle
from app.macro.source import MacroSource, NoSource
from app.market.protocol import MarketData
from app.notifications.courier import Courier
from app.notifications.sealing import Vault
from app.scanner.counting import Counter
from app.screenshots.service import PictureReader
from app.screenshots.waiting import WaitingRoom

Check = Callable[[], Awaitable[Component]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """`clock` is the market's present, `wall` the real one, by which tokens and sessions age.

    `turns` limits questions, `pictures` pictures and `messages` tests of channels per member,
    `sign_ins` sign-ins per address, `codes` guesses per channel, `letters` codes sent; `courier`
    carries messages out;
    `vault` seals the secrets of signals' senders, `signals` limits what each may send, `strangers`
    posts without proof; `queue` takes jobs, where there is one;
    `counts` limits how often a filter is counted, by `counter`;
    `waiting` seats the pictures that are yet to be read;
    `checks` are the parts that `/readyz` asks.
    """

    market: MarketData
    clock: Clock
    wall: Clock
    database: Database
    coach: Coach
    ticker: Ticker
    secret: str
    premises: Premises
    is_demo_enabled: bool
    turns: Throttle
    pictures: Throttle
    picture_reader: PictureReader
    sign_ins: Throttle
    checks: Mapping[str, Check]
    waiting: WaitingRoom = field(default_factory=WaitingRoom)
    macro: MacroSource = field(default_factory=NoSource)
    courier: Courier | None = None
    messages: Throttle = field(default_factory=lambda: Throttle(10, 10, "messages"))
    codes: Throttle = field(default_factory=lambda: Throttle(5, 60, "codes"))
    letters: Throttle = field(default_factory=lambda: Throttle(3, 1200, "codes by e-mail"))
    vault: Vault | None = None
    queue: JobQueue | None = None
    signals: Throttle = field(default_factory=lambda: Throttle(30, 2, "signals"))
    counts: Throttle = field(default_factory=lambda: Throttle(30, 0.5, "counts of a filter"))
    counter: Counter = field(default_factory=Counter)
    strangers: Strangers = field(default_factory=Strangers)


def doors_of(connection: HTTPConnection) -> Doors:
    """The doors of the application that serves `connection`."""
    found: Doors = connection.app.state.doors
    return found


async def doors(request: Request) -> Doors:
    """The same, as a dependency of a route."""
    return doors_of(request)
