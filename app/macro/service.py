"""Find which sectors lead, what is ahead, and where rates stand."""

from asyncio import gather
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.macro.agenda import Agenda, by_day, is_named, of_earnings, of_release
from app.macro.rates import Kind, Rates, known_at, outcomes_of
from app.macro.rotation import BENCHMARK, SECTORS, Rotation, Window, first_of, standings
from app.macro.schedule import FED_KNOWN_UNTIL, EventKind, events_between
from app.macro.source import Inflation, MacroSource, Outcome, Yields
from app.market.calendar import market_date
from app.market.models import Bars
from app.market.protocol import MarketData

Row = TypeVar("Row", Yields, Inflation, Outcome)
Daily = TypeVar("Daily", Yields, Inflation)

_HISTORY = timedelta(days=420)
"""A year to date and the 60 sessions before it that strength needs."""
_RATES_REACH = timedelta(days=14)


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


async def read_agenda(
    source: MacroSource,
    *,
    as_of: datetime,
    days: int,
    kinds: frozenset[EventKind],
    symbol: Symbol | None = None,
    release: str = "",
) -> Agenda:
    """Everything of `kinds` from the day of `as_of` on; of one company, of one release if named."""
    first = market_date(as_of)
    last = first + timedelta(days=days)
    found = list(events_between(first, last, kinds))
    absent: dict[EventKind, ProviderUnavailable] = {}
    if EventKind.EARNINGS in kinds:
        try:
            reports = await source.earnings(first, last, symbol)
            found += [of_earnings(each, as_of) for each in reports]
        except ProviderUnavailable as error:
            absent[EventKind.EARNINGS] = error
    if EventKind.RELEASE in kinds:
        try:
            releases = await source.releases(first, last)
            found += [of_release(each, as_of) for each in releases if is_named(each.name, release)]
        except ProviderUnavailable as error:
            absent[EventKind.RELEASE] = error
    return Agenda(by_day(found), absent)


async def read_rates(source: MacroSource, *, as_of: datetime) -> Rates:
    """The newest yields, expected inflation and probabilities that were known at `as_of`."""
    today = market_date(as_of)
    first = today - _RATES_REACH
    absent: dict[Kind, str] = {}

    async def told(kind: Kind, asked: Awaitable[tuple[Row, ...]]) -> tuple[Row, ...]:
        try:
            return await asked
        except ProviderUnavailable as error:
            absent[kind] = error.message
            return ()

    yields, inflation, outcomes = await gather(
        told(Kind.YIELDS, source.yields(first, today)),
        told(Kind.INFLATION, source.inflation(first, today)),
        told(Kind.OUTCOMES, source.outcomes(first, today)),
    )
    meeting = next(
        (
            event
            for event in events_between(today, FED_KNOWN_UNTIL, frozenset({EventKind.FED}))
            if event.at and event.at > as_of
        ),
        None,
    )
    return Rates(
        yields=_newest(yields, as_of),
        inflation=_newest(inflation, as_of),
        outcomes=outcomes_of(outcomes, meeting.on if meeting else None),
        meeting=meeting,
        absent={kind: absent[kind] for kind in Kind if kind in absent},
    )


def _newest(days: Sequence[Daily], as_of: datetime) -> Daily | None:
    return max(
        (each for each in days if known_at(each.on) <= as_of),
        key=lambda each: each.on,
        default=None,
    )
