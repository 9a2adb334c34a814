"""How far each alert is from its level now, for a page that shows all of them.

Decided: what several alerts wait for is looked up once, a few at a time, all levels of one map together;
and whatever does not answer soon is left open: a list of alerts does not wait for a vendor.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.alerts.drafts import asked_of, fixed_level
from app.alerts.models import Alert, Status
from app.alerts.values import NoBook, value_of
from app.core.errors import CoachError
from app.core.symbols import Symbol
from app.formula.formula import parse_value_or_condition
from app.infra.telemetry import get_logger
from app.levels.models import LevelMap, Period
from app.levels.names import period_of
from app.levels.service import map_levels
from app.market.calendar import current_session, market_date, next_session
from app.market.protocol import MarketData

PATIENCE_SECONDS = 4.0
AT_ONCE = 6
LOOKED_AT = 100
"""Prices, and levels, that one look asks for at most."""

_log = get_logger(__name__)
_Level = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Where an alert stands; None where it cannot be told, or where there is no one level."""

    price: Decimal | None = None
    level: float | None = None


async def glance_at(
    alerts: Sequence[Alert], *, market: MarketData, at: datetime
) -> Mapping[UUID, Glance]:
    """Of those about a symbol that are armed."""
    armed = [each for each in alerts if each.status is Status.ARMED and each.symbol]
    look = _Look(market, at)
    for each in armed:
        look.begin(each)
    await look.finish()
    return {
        each.id: Glance(price=look.prices.get(each.symbol), level=look.levels.get(_level_of(each)))
        for each in armed
    }


def opens_after(at: datetime, calendar: str) -> datetime:
    """The first open on a later day than that of `at`."""
    session = current_session(at, calendar)
    while session.date <= market_date(at, calendar):
        session = next_session(session)
    return session.open


def next_change(alerts: Iterable[Alert], at: datetime) -> datetime | None:
    """When a snooze or an alert ends next, so that a page knows when to ask again."""
    armed = [each for each in alerts if each.status is Status.ARMED]
    ends = [end for each in armed for end in (each.snoozed_until, each.expires_at)]
    return min((end for end in ends if end is not None and end > at), default=None)


@dataclass(slots=True)
class _Look:
    """One look at many: each price and each level is asked for once."""

    market: MarketData
    at: datetime
    prices: dict[str, Decimal | None] = field(default_factory=dict)
    levels: dict[_Level, float | None] = field(default_factory=dict)
    maps: dict[tuple[str, Period], asyncio.Task[LevelMap]] = field(default_factory=dict)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    running: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self, alert: Alert) -> None:
        if alert.symbol not in self.prices and len(self.prices) < LOOKED_AT:
            self.prices[alert.symbol] = None
            self.running.append(asyncio.create_task(self._price(alert.symbol)))
        level = _level_of(alert)
        is_wanted = alert.terms["kind"] == "threshold" and level not in self.levels
        if is_wanted and len(self.levels) < LOOKED_AT:
            self.levels[level] = fixed_level(alert.terms)
            if self.levels[level] is None:
                self.running.append(asyncio.create_task(self._level(level, alert)))

    async def finish(self) -> None:
        """What is not there by then stays open."""
        if not self.running:
            return
        done, late = await asyncio.wait(self.running, timeout=PATIENCE_SECONDS)
        for task in (*late, *self.maps.values()):
            task.cancel()
        await asyncio.gather(*late, *self.maps.values(), return_exceptions=True)
        for task in done:
            task.result()

    async def _price(self, symbol: str) -> None:
        async with self.gate:
            try:
                quote = await self.market.quote(Symbol(symbol), as_of=self.at)
            except CoachError as error:
                _log.info("no price beside an alert", symbol=symbol, reason=error.message)
            else:
                self.prices[symbol] = quote.last

    async def _level(self, level: _Level, alert: Alert) -> None:
        async with self.gate:
            try:
                self.levels[level] = await self._value(alert)
            except CoachError as error:
                _log.info("no level beside an alert", symbol=level[0], reason=error.message)

    async def _value(self, alert: Alert) -> float | None:
        name = str(alert.terms["level_name"])
        if not _is_on_map(alert):
            return await value_of(asked_of(alert.terms, self.market, NoBook()), self.at)
        found = (await self._map(alert.symbol, period_of(name) or Period.DAY)).find(name)
        return None if found is None else float(found.price)

    def _map(self, symbol: str, period: Period) -> asyncio.Task[LevelMap]:
        if (symbol, period) not in self.maps:
            mapping = map_levels(symbol, market=self.market, as_of=self.at, period=period)
            self.maps[symbol, period] = asyncio.create_task(mapping)
        return self.maps[symbol, period]


def _is_on_map(alert: Alert) -> bool:
    """Whether its level is one of the map, and no more than that."""
    level = parse_value_or_condition(str(alert.terms["level"]))
    is_level = bool(level.needs.levels) and str(level) in level.needs.keys
    return is_level or str(level) == "vwap"


def _level_of(alert: Alert) -> _Level:
    return alert.symbol, str(alert.terms["level"]), str(alert.terms["timeframe"])
