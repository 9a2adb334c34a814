"""Which symbols a scan looks over, their daily bars, and what is known of them beside prices.

Decided: the member's own list says more than the market's table, that more than our own directory of
sectors. Whoever has no sector is left out of a sector by name, and counted: absence is no "no".
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core.errors import InvalidInput, NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.directory import sector_of
from app.market.models import Bars, Instrument
from app.market.protocol import MarketData
from app.market.traits import Traits, is_of_sector
from app.scanner.models import Search

_AT_ONCE = 8
_CALENDAR_DAYS = 740
"""Days that hold the sessions that a scan reads."""

LARGEST = 5_000
"""Symbols of one scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Universe:
    """`left_out` was named but does not exist; `listed` counts all, before a sector was chosen, of which
    `without_sector` have none that is known."""

    instruments: Mapping[Symbol, Instrument]
    traits: Mapping[Symbol, Traits]
    left_out: Mapping[Symbol, str] = field(default_factory=dict)
    listed: int = 0
    without_sector: int = 0


async def universe_of(search: Search, market: MarketData) -> Universe:
    """What is scanned; `InvalidInput` if no symbol is left, `NotFound` if none of those named exists."""
    named: dict[Symbol, str] = {}
    if search.symbols:
        instruments, named = await _named(search.symbols, market)
    else:
        instruments = {
            each.symbol: each
            for each in await market.instruments()
            if each.asset_class in (AssetClass.STOCK, AssetClass.ETF)
        }
    traits = await _traits(search, market, list(instruments))
    listed = len(instruments)
    if not search.sector.strip():
        kept = dict(list(instruments.items())[:LARGEST])
        return Universe(instruments=kept, traits=traits, left_out=named, listed=listed)
    chosen = {
        symbol: each
        for symbol, each in instruments.items()
        if is_of_sector(traits[symbol].sector or "?", search.sector)
    }
    if not chosen:
        raise InvalidInput("No listed stock belongs to a sector of that name.")
    return Universe(
        instruments=dict(list(chosen.items())[:LARGEST]),
        traits=traits,
        left_out=named,
        listed=listed,
        without_sector=sum(traits[symbol].sector is None for symbol in instruments),
    )


async def _traits(
    search: Search, market: MarketData, symbols: Sequence[Symbol]
) -> Mapping[Symbol, Traits]:
    own, told = dict(search.known), await market.traits()
    return {
        symbol: own.get(symbol, Traits()).over(told.get(symbol)).over(Traits(sector_of(symbol)))
        for symbol in symbols
    }


async def _named(
    symbols: Sequence[Symbol], market: MarketData
) -> tuple[dict[Symbol, Instrument], dict[Symbol, str]]:
    if len(symbols) > LARGEST:
        raise InvalidInput(f"One scan takes up to {LARGEST:,} symbols; split the list.")
    found: dict[Symbol, Instrument] = {}
    unknown: dict[Symbol, str] = {}
    missing: NotFound | None = None
    for symbol in dict.fromkeys(symbols):
        try:
            instrument = await market.instrument(symbol)
        except NotFound as error:
            unknown[symbol], missing = error.message, missing or error
        else:
            found[instrument.symbol] = instrument
    if missing is not None and not found:
        raise missing
    return found, unknown


async def read_bars(
    market: MarketData, instruments: Mapping[Symbol, Instrument], as_of: datetime
) -> tuple[dict[Symbol, Bars], dict[Symbol, str]]:
    """Daily bars of each, and why there are none of the others."""
    turns = asyncio.Semaphore(_AT_ONCE)
    start = as_of - timedelta(days=_CALENDAR_DAYS)

    async def fetch(symbol: Symbol) -> Bars | str:
        async with turns:
            try:
                return await market.bars(symbol, Timeframe.D1, start=start, end=as_of, as_of=as_of)
            except (NotFound, ProviderUnavailable) as error:
                return error.message

    answers = await asyncio.gather(*(fetch(symbol) for symbol in instruments))
    bars: dict[Symbol, Bars] = {}
    left_out: dict[Symbol, str] = {}
    for symbol, answer in zip(instruments, answers, strict=True):
        if isinstance(answer, str):
            left_out[symbol] = answer
        elif not len(answer):
            left_out[symbol] = "There are no bars of it."
        else:
            bars[symbol] = answer
    return bars, left_out
