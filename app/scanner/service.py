"""Scan: fetch the bars of many symbols, judge the last one, count what followed the past ones.

Decided: one scan judges all symbols together, so the records behind the chances are those of the
scanned symbols themselves. What cannot be had is left out by name and the rest is told.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from app.core.errors import InvalidInput, NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.formula.formula import Formula
from app.market.models import Bars, Instrument
from app.market.protocol import MarketData
from app.scanner.evidence import evidence
from app.scanner.filtering import TRAITS, asked_traits, parse_filter, passing
from app.scanner.histories import Histories, histories_of
from app.scanner.models import Opportunity, ScanResult, Search
from app.scanner.outcomes import Record, records
from app.scanner.plans import Plans, plans
from app.scanner.setups import Mask, Prepared, Setup, prepare
from app.scanner.universe import Universe, universe_of

HISTORY = 500
"""Daily bars a scan reads of each symbol."""

_AT_ONCE = 8
_THUMBS = 0.5
"""Units of risk that a taste of one and a half moves a setup up by, times a half."""
_CALENDAR_DAYS = 740
"""Days that hold `HISTORY` sessions."""


async def run_scan(
    search: Search,
    *,
    market: MarketData,
    as_of: datetime,
    taste: Mapping[Setup, float] | None = None,
) -> ScanResult:
    """Setups that stand on the latest daily bar; `InvalidInput` if nothing can be scanned.

    `taste` moves setups up or down the list; chances and expectations themselves stay.
    """
    if search.min_price and search.max_price and search.min_price > search.max_price:
        raise InvalidInput("`min_price` is above `max_price`, so nothing can be found.")
    condition = parse_filter(search.where) if search.where.strip() else None
    universe = await universe_of(search, market)
    instruments = universe.instruments
    bars, left_out = await _bars(market, instruments, as_of)
    left_out = {**universe.left_out, **left_out}
    if not bars:
        return ScanResult(as_of=as_of, scanned=0, found=(), left_out=left_out)
    found = await asyncio.to_thread(judge, search, instruments, bars, taste or {})
    if condition is None:
        return ScanResult(
            as_of=as_of,
            scanned=len(bars),
            found=found,
            left_out=left_out,
            considered=universe.listed,
            without=without(search, universe, None),
        )
    met = await asyncio.to_thread(passing, condition, instruments, bars, universe.traits)
    return ScanResult(
        as_of=as_of,
        scanned=len(bars),
        found=tuple(each for each in found if each.instrument.symbol in met),
        left_out=left_out,
        passing=tuple(symbol for symbol in bars if symbol in met),
        considered=universe.listed,
        without=without(search, universe, condition),
    )


def without(search: Search, universe: Universe, condition: Formula | None) -> dict[str, int]:
    """Of how many symbols it is not known, by each column of the table that is asked."""
    counted = {"sector": universe.without_sector} if search.sector else {}
    for key in asked_traits(condition) if condition else ():
        known = TRAITS[key]
        counted[key] = sum(
            known(universe.traits[symbol]) is None for symbol in universe.instruments
        )
    return counted


def judge(
    search: Search,
    instruments: Mapping[Symbol, Instrument],
    bars: Mapping[Symbol, Bars],
    taste: Mapping[Setup, float],
) -> tuple[Opportunity, ...]:
    """Opportunities among `bars`, best expectation first, moved by `taste`; of one symbol one per setup."""
    histories = histories_of(bars, count=HISTORY)
    past, bar = prepare(histories.until(len(histories) - 1)), histories.row(-1)
    counted = records(histories)
    priced = _priced(search, histories)
    symbols = tuple(bars)
    found = []
    for setup, stands in past.hits(bar).items():
        if not _is_wanted(search, setup):
            continue
        plan = plans(setup, past, bar)
        for at in np.flatnonzero(stands & plan.is_sound & priced).tolist():
            own = bars[symbols[at]]
            made = _opportunity(instruments[symbols[at]], own, plan, at, counted[setup])
            if made.reward_to_risk >= (search.min_reward_to_risk or 0):
                found.append((made, past, at))

    def rank(each: tuple[Opportunity, Prepared, int]) -> tuple[float, str]:
        made = each[0]
        liked = _THUMBS * (taste.get(made.setup, 1) - 1)
        return -made.expectation - liked, made.instrument.symbol

    ranked = sorted(found, key=rank)
    return tuple(_with_evidence(made, past, histories, at) for made, past, at in ranked)


def _is_wanted(search: Search, setup: Setup) -> bool:
    named = not search.setups or setup in search.setups
    return named and search.direction in (None, setup.direction)


def _priced(search: Search, histories: Histories) -> Mask:
    close = histories.close[-1]
    found: Mask = np.isfinite(close)
    if search.min_price is not None:
        found &= close >= float(search.min_price)
    if search.max_price is not None:
        found &= close <= float(search.max_price)
    return found


def _opportunity(
    instrument: Instrument, bars: Bars, plan: Plans, at: int, record: Record
) -> Opportunity:
    entry, stop, target = (
        _price(float(row[at]), instrument) for row in (plan.entry, plan.stop, plan.target)
    )
    risk, reward = abs(entry - stop), abs(target - entry)
    return Opportunity(
        instrument=instrument,
        setup=plan.setup,
        at=datetime.fromtimestamp(int(bars.time[-1]), UTC),
        is_forming=bars.is_forming,
        provider=bars.provider,
        entry=entry,
        stop=stop,
        target=target,
        reward_to_risk=float(reward / risk) if risk else 0.0,
        record=record,
        facts=(),
    )


def _with_evidence(made: Opportunity, past: Prepared, histories: Histories, at: int) -> Opportunity:
    return replace(made, facts=evidence(made.setup, past, histories.row(-1), at))


def _price(value: float, instrument: Instrument) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-instrument.decimals))


async def _bars(
    market: MarketData, instruments: Mapping[Symbol, Instrument], as_of: datetime
) -> tuple[dict[Symbol, Bars], dict[Symbol, str]]:
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
