"""What is kept of scans and opportunities, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.symbols import Symbol
from app.market.traits import Traits
from app.scanner.evidence import Fact, Measure
from app.scanner.models import Opportunity, Search
from app.scanner.option_bodies import option_search_body, option_search_of
from app.scanner.option_setups import OptionSetup
from app.scanner.setups import Direction, Setup
from app.scanner.signals import Sent


class Status(StrEnum):
    """`live` until the target or the stop is reached, or its time is over."""

    LIVE = "live"
    REACHED = "reached"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedScan:
    """A scan by its name. `every` is its interval where it runs by itself, next at `due_at`."""

    id: UUID
    name: str
    version: int
    search: Search
    thread_id: UUID | None
    every: timedelta | None
    due_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOpportunity:
    """An opportunity as it was found, and what became of it. Prices in the instrument's currency.

    `followed_to` is up to when its bars were looked at; `facts` are what it rested on, by name. A
    signal from outside names its `source` and has the sender's `reason`, what prices they gave, and
    no chance, for nothing was counted.
    """

    id: UUID
    scan_id: UUID | None
    symbol: Symbol
    setup: Setup | Sent
    bar_at: datetime
    entry: Decimal | None
    stop: Decimal | None
    target: Decimal | None
    chance: float | None
    cases: int
    provider: str
    is_simulated: bool
    status: Status = Status.LIVE
    liked: int | None = None
    found_at: datetime
    followed_to: datetime
    ended_at: datetime | None = None
    facts: tuple[Fact, ...] = ()
    source: str = ""
    reason: str = ""

    @property
    def reward_to_risk(self) -> Decimal | None:
        if self.entry is None or self.stop is None or self.target is None:
            return None
        return abs(self.target - self.entry) / abs(self.entry - self.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many opportunities of one symbol and setup a scan found; `scan_id` is None of those that no
    saved scan did."""

    scan_id: UUID | None
    symbol: Symbol
    setup: Setup | Sent | OptionSetup
    number: int


def search_body(search: Search) -> dict[str, Any]:
    """JSON-ready."""
    return {
        "setups": [setup.value for setup in search.setups],
        "direction": search.direction.value if search.direction else None,
        "symbols": [str(symbol) for symbol in search.symbols],
        "sector": search.sector,
        "min_price": _text(search.min_price),
        "max_price": _text(search.max_price),
        "min_reward_to_risk": search.min_reward_to_risk,
        "where": search.where,
        **({"options": option_search_body(search.options)} if search.options else {}),
        **({"known": _known_body(search)} if search.known else {}),
    }


def search_of(body: Mapping[str, Any]) -> Search:
    return Search(
        setups=tuple(Setup(each) for each in body["setups"]),
        direction=Direction(body["direction"]) if body["direction"] else None,
        symbols=tuple(Symbol(each) for each in body["symbols"]),
        sector=body["sector"],
        min_price=_decimal(body["min_price"]),
        max_price=_decimal(body["max_price"]),
        min_reward_to_risk=body["min_reward_to_risk"],
        where=body.get("where", ""),
        options=option_search_of(body["options"]) if body.get("options") else None,
        known=tuple(
            (Symbol(symbol), Traits(sector, _decimal(cap), volume))
            for symbol, sector, cap, volume in body.get("known", ())
        ),
    )


def _known_body(search: Search) -> list[list[Any]]:
    return [
        [str(symbol), each.sector, _text(each.market_cap), each.option_volume]
        for symbol, each in search.known
    ]


def opportunity_body(found: Opportunity) -> dict[str, Any]:
    return {
        "chance": found.chance,
        "cases": found.record.cases,
        "provider": found.provider.name,
        "is_simulated": found.provider.is_simulated,
        "facts": facts_body(found.facts),
    }


def facts_body(facts: Sequence[Fact]) -> list[list[Any]]:
    return [[fact.name, fact.value, fact.measure.value] for fact in facts]


def facts_of(body: Sequence[Sequence[Any]]) -> tuple[Fact, ...]:
    return tuple(Fact(name, value, Measure(measure)) for name, value, measure in body)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
