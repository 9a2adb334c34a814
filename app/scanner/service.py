"""Scan: fetch the bars of many symbols, judge the last one, count what followed the past ones.

Decided: one scan judges all symbols together, so the records behind the chances are those of the
scanned symbols themselves. What cannot be had is left out by name and the rest is told.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.formula.formula import Formula
from app.market.calendar import finished_session, previous_session
from app.market.models import Bars, Instrument
from app.market.protocol import MarketData
from app.scanner.evidence import evidence
from app.scanner.filtering import TRAITS, asked_traits, parse_filter, passing
from app.scanner.histories import Histories, histories_of
from app.scanner.models import Opportunity, ScanResult, Search
from app.scanner.outcomes import Past, past_of
from app.scanner.plans import Plans, plans
from app.scanner.setups import Direction, Mask, Setup, prepare
from app.scanner.universe import Universe, read_bars, universe_of

HISTORY = 500
"""Daily bars a scan reads of each symbol."""

_THUMBS = 0.5
"""Units of risk that a taste of one and a half moves a setup up by, times a half."""


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
    bars, left_out = await read_bars(market, instruments, as_of)
    bars, ended, halted = current(bars, instruments, as_of)
    left_out = {**universe.left_out, **left_out, **ended}
    if not bars:
        return ScanResult(as_of=as_of, scanned=0, found=(), left_out=left_out)
    found = await asyncio.to_thread(judge, search, instruments, bars, taste or {})
    if condition is None:
        return ScanResult(
            as_of=as_of,
            scanned=len(bars),
            found=found,
            left_out=left_out,
            halted=halted,
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
        halted=halted,
        considered=universe.listed,
        without=without(search, universe, condition),
    )


def current(
    bars: Mapping[Symbol, Bars], instruments: Mapping[Symbol, Instrument], as_of: datetime
) -> tuple[dict[Symbol, Bars], dict[Symbol, str], tuple[Symbol, ...]]:
    """Bars that reach to the market's last finished session or the one before it, why others are
    left out, and which of the first have none of the last session, for one is missed by a halt."""
    kept: dict[Symbol, Bars] = {}
    ended: dict[Symbol, str] = {}
    halted = []
    for symbol, each in bars.items():
        session = finished_session(as_of, instruments[symbol].calendar)
        at = datetime.fromtimestamp(int(each.time[-1]), UTC)
        if at < previous_session(session).premarket_open:
            ended[symbol] = f"Its bars end in the session of {at:%Y-%m-%d}."
            continue
        kept[symbol] = each
        if at < session.premarket_open:
            halted.append(symbol)
    return kept, ended, tuple(halted)


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
    ready, bar = prepare(histories.until(len(histories) - 1)), histories.row(-1)
    past = past_of(histories)
    priced = _priced(search, histories)
    symbols = tuple(bars)
    found = []
    for setup, stands in ready.hits(bar).items():
        if not _is_wanted(search, setup):
            continue
        plan = plans(setup, ready, bar)
        for at in np.flatnonzero(stands & plan.is_sound & priced).tolist():
            made = _opportunity(instruments[symbols[at]], bars[symbols[at]], plan, at, past)
            if made and made.reward_to_risk >= (search.min_reward_to_risk or 0):
                found.append((made, at))

    def rank(each: tuple[Opportunity, int]) -> tuple[bool, float, str]:
        made = each[0]
        liked = _THUMBS * (taste.get(made.setup, 1) - 1)
        counted = made.expectation
        return counted is None, -(counted or 0) - liked, made.instrument.symbol

    return tuple(
        replace(made, facts=evidence(made.setup, ready, bar, at))
        for made, at in sorted(found, key=rank)
    )


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
    instrument: Instrument, bars: Bars, plan: Plans, at: int, past: Past
) -> Opportunity | None:
    """None where prices, as they can be paid, leave nothing to risk or to gain."""
    entry, stop, target = (
        _price(float(row[at]), float(plan.entry[at]), instrument)
        for row in (plan.entry, plan.stop, plan.target)
    )
    sign = 1 if plan.setup.direction is Direction.LONG else -1
    risk, reward = sign * (entry - stop), sign * (target - entry)
    if min(risk, reward, stop, target) <= 0:
        return None
    days = int(past.standing[plan.setup][at])
    return Opportunity(
        instrument=instrument,
        setup=plan.setup,
        at=datetime.fromtimestamp(int(bars.time[-1]), UTC),
        is_forming=bars.is_forming,
        provider=bars.provider,
        entry=entry,
        stop=stop,
        target=target,
        reward_to_risk=float(reward / risk),
        record=past.record(plan.setup, days),
        facts=(),
        odds=past.odds(plan, at, days),
        days=days,
    )


def _price(value: float, entry: float, instrument: Instrument) -> Decimal:
    """At the instrument's decimals, at four figures of an entry below one."""
    figures = 3 - math.floor(math.log10(entry)) if entry < 1 else 0
    places = max(instrument.decimals, figures)
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places))
