"""How many symbols a filter lets through, while it is being written.

Decided: bars are read once and kept for a minute of the market's time, for one universe only, so that
typing costs a count and memory stays that of one scan. Setups are not judged: a filter comes before them.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.core.symbols import Symbol
from app.market.models import Bars
from app.market.protocol import MarketData
from app.scanner.filtering import parse_filter, passing
from app.scanner.models import Search
from app.scanner.service import without
from app.scanner.universe import Universe, read_bars, universe_of

NAMED = 12
"""Symbols that are named of those that pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`passing` of `considered`, by name the first of them. `formula` is how the condition is written,
    `words` what it means; both empty without one. `without` is as in `ScanResult`."""

    passing: int
    considered: int
    named: tuple[Symbol, ...]
    formula: str
    words: str
    without: Mapping[str, int]


@dataclass(slots=True)
class Counter:
    """Counts over the universe that was asked about last."""

    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _kept: tuple[object, tuple[Universe, Mapping[Symbol, Bars]]] | None = None

    async def count(self, search: Search, *, market: MarketData, as_of: datetime) -> Counted:
        """`FormulaError` and `InvalidInput` for a condition or a universe that cannot be asked."""
        condition = parse_filter(search.where) if search.where.strip() else None
        universe, bars = await self._bars(search, market, as_of)
        met = frozenset(bars)
        if condition is not None:
            met = await asyncio.to_thread(
                passing, condition, universe.instruments, bars, universe.traits
            )
        kept = [symbol for symbol in bars if symbol in met and _is_priced(search, bars[symbol])]
        return Counted(
            passing=len(kept),
            considered=len(bars),
            named=tuple(kept[:NAMED]),
            formula=str(condition) if condition else "",
            words=condition.in_words() if condition else "",
            without=without(search, universe, condition),
        )

    async def _bars(
        self, search: Search, market: MarketData, as_of: datetime
    ) -> tuple[Universe, Mapping[Symbol, Bars]]:
        whole = replace(search, sector="")
        key = (market, whole.symbols, whole.known, as_of.replace(second=0, microsecond=0))
        async with self._turn:
            if self._kept is None or self._kept[0] != key:
                self._kept = None
                universe = await universe_of(whole, market)
                bars, _ = await read_bars(market, universe.instruments, as_of)
                self._kept = key, (universe, bars)
            whole_universe, read = self._kept[1]
        if not search.sector:
            return whole_universe, read
        chosen = await universe_of(search, market)
        return chosen, {symbol: read[symbol] for symbol in chosen.instruments if symbol in read}


def _is_priced(search: Search, bars: Bars) -> bool:
    last = float(bars.close[-1])
    is_low = search.max_price is None or last <= float(search.max_price)
    return is_low and (search.min_price is None or last >= float(search.min_price))
