"""A vendor's dates and rates, asked for within its limits and told again for an hour, news for five
minutes.

Decided: limits and circuit breakers are those of the same key's prices, shared through Valkey
(`app.market.vendors.guarded`); answers go where prices are kept (`app.market.vendors.cache`). Each
process asks for itself when an answer is an hour old, since that is a handful of requests. A vendor
that does not answer is quoted with what it said before, marked with its age; a clear "not in the plan"
is kept for ten minutes. Companies are asked for one by one, so the key of a question is small.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.macro.news import Article
from app.macro.source import (
    Distribution,
    Earnings,
    Inflation,
    MacroSource,
    Outcome,
    Release,
    Yields,
)
from app.market.vendor import Allowance, NotCovered
from app.market.vendors.cache import Cache, Entry
from app.market.vendors.flights import Flights
from app.market.vendors.guarded import Guard, Guards

FRESH_SECONDS = 3600.0
NEWS_SECONDS = 300.0
NOT_COVERED_SECONDS = 600.0
KEPT_SECONDS = 3 * 24 * 3600.0

Row = TypeVar("Row", Earnings, Release, Yields, Inflation, Outcome, Distribution, Article)

_EARNINGS = TypeAdapter(tuple[Earnings, ...])
_RELEASES = TypeAdapter(tuple[Release, ...])
_YIELDS = TypeAdapter(tuple[Yields, ...])
_INFLATION = TypeAdapter(tuple[Inflation, ...])
_OUTCOMES = TypeAdapter(tuple[Outcome, ...])
_DIVIDENDS = TypeAdapter(tuple[Distribution, ...])
_NEWS = TypeAdapter(tuple[Article, ...])


class KeptSource(MacroSource):
    """`inner` with a guard and a memory; `inner`'s name is that of its key's limits."""

    def __init__(
        self,
        inner: MacroSource,
        allowed: Allowance,
        clock: Clock,
        *,
        guards: Guards,
        cache: Cache,
    ) -> None:
        self._inner = inner
        self._guards = guards
        self._guard = Guard(inner.name, allowed, guards)
        self._cache = cache
        self._clock = clock
        self._flights = Flights()

    @property
    @override
    def name(self) -> str:
        return self._inner.name

    @override
    async def earnings(
        self, first: date, last: date, symbol: Symbol | None = None
    ) -> tuple[Earnings, ...]:
        return await self._told(
            f"earnings:{first}:{last}:{symbol or 'all'}",
            lambda: self._inner.earnings(first, last, symbol),
            _EARNINGS,
        )

    @override
    async def releases(self, first: date, last: date) -> tuple[Release, ...]:
        return await self._told(
            f"releases:{first}:{last}", lambda: self._inner.releases(first, last), _RELEASES
        )

    @override
    async def yields(self, first: date, last: date) -> tuple[Yields, ...]:
        return await self._told(
            f"yields:{first}:{last}", lambda: self._inner.yields(first, last), _YIELDS
        )

    @override
    async def inflation(self, first: date, last: date) -> tuple[Inflation, ...]:
        return await self._told(
            f"inflation:{first}:{last}", lambda: self._inner.inflation(first, last), _INFLATION
        )

    @override
    async def outcomes(self, first: date, last: date) -> tuple[Outcome, ...]:
        return await self._told(
            f"outcomes:{first}:{last}", lambda: self._inner.outcomes(first, last), _OUTCOMES
        )

    @override
    async def dividends(self, first: date, last: date, symbol: Symbol) -> tuple[Distribution, ...]:
        return await self._told(
            f"dividends:{first}:{last}:{symbol}",
            lambda: self._inner.dividends(first, last, symbol),
            _DIVIDENDS,
        )

    @override
    async def news(self, first: date, last: date, symbol: Symbol) -> tuple[Article, ...]:
        return await self._told(
            f"news:{first}:{last}:{symbol}",
            lambda: self._inner.news(first, last, symbol),
            _NEWS,
        )

    @override
    async def close(self) -> None:
        await self._flights.close()
        await self._inner.close()
        await self._guards.close()
        await self._cache.close()

    async def _told(
        self,
        question: str,
        ask: Callable[[], Awaitable[tuple[Row, ...]]],
        adapter: TypeAdapter[tuple[Row, ...]],
    ) -> tuple[Row, ...]:
        key = f"macro:{self.name}:{question}"
        asked = self._clock.now().timestamp()
        [entry] = await self._cache.find([key], now=asked)
        if entry is None or entry.fresh_until <= asked:
            entry = await self._flights.join(key, lambda: self._asked(key, ask, adapter, entry))
        if "refused" in entry.head:
            raise NotCovered(str(entry.head["refused"]))
        rows = adapter.validate_python(entry.head["rows"])
        if entry.fresh_until > asked:
            return rows
        since = datetime.fromtimestamp(entry.fetched, UTC)
        return tuple(
            replace(row, provider=replace(row.provider, stale_since=since)) for row in rows
        )

    async def _asked(
        self,
        key: str,
        ask: Callable[[], Awaitable[tuple[Row, ...]]],
        adapter: TypeAdapter[tuple[Row, ...]],
        before: Entry | None,
    ) -> Entry:
        """The vendor's answer, kept; what it said before if it is silent."""
        kind = key.split(":")[2]
        seconds, head = NEWS_SECONDS if kind == "news" else FRESH_SECONDS, dict[str, Any]()
        try:
            head["rows"] = adapter.dump_python(await self._guard.ask(kind, ask), mode="json")
        except NotCovered as error:
            seconds, head = NOT_COVERED_SECONDS, {"refused": error.message}
        except ProviderUnavailable:
            if before is None or not before.head.get("rows"):
                raise  # an empty calendar has no row to mark as old
            return before
        now = self._clock.now().timestamp()
        entry = Entry(now, now + seconds, head)
        await self._cache.keep({key: entry}, seconds=KEPT_SECONDS)
        return entry
