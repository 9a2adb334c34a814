"""Find which sectors lead: fetch the funds' days, compare."""

from asyncio import gather
from datetime import datetime, timedelta

from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.macro.rotation import BENCHMARK, SECTORS, Rotation, Window, first_of, standings
from app.market.models import Bars
from app.market.protocol import MarketData

_HISTORY = timedelta(days=420)
"""A year to date and the 60 sessions before it that strength needs."""


async def map_rotation(*, market: MarketData, as_of: datetime, window: Window) -> Rotation:
    """The sectors of the S&P 500 against SPY; `NotFound` without the benchmark's history.

    A sector that the market does not have is left out.
    """

    async def days(symbol: Symbol) -> Bars | None:
        try:
            return await market.bars(
                symbol, Timeframe.D1, start=as_of - _HISTORY, end=as_of, as_of=as_of
            )
        except NotFound:
            return None

    benchmark, *found = await gather(days(BENCHMARK), *(days(symbol) for symbol in SECTORS))
    start = None if benchmark is None else first_of(benchmark.time, window)
    if benchmark is None or start is None:
        raise NotFound(f"There is not enough history of {BENCHMARK} to compare sectors with.")
    sectors = {
        symbol: bars
        for symbol, bars in zip(SECTORS, found, strict=True)
        if bars is not None and len(bars)
    }
    if not sectors:
        raise ProviderUnavailable("None of the sector funds has prices here.")
    return Rotation(
        window=window,
        benchmark=benchmark,
        benchmark_pct=float((benchmark.close[-1] / benchmark.close[start] - 1) * 100),
        standings=tuple(standings(sectors, benchmark, window)),
        as_of=as_of,
    )
