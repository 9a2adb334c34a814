"""Option finds followed to their end, and counted after their expiry.

Decided: what a market must be asked is bounded, since chains are large and vendors count requests: a
find is looked at once an hour, those left longest first, one expiry of a chain each. Nothing is asked
inside a transaction. What cannot be had is looked at the next time; what cannot be counted within two
weeks is left out of the hit rate, never guessed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from app.core.errors import InvalidInput, NotFound, ProviderUnavailable
from app.core.timeframes import Timeframe
from app.market.calendar import market_date, session_on
from app.market.chains import OptionChain
from app.market.models import Bars
from app.market.protocol import MarketData
from app.options.history import realised_volatility
from app.options.legs import Leg, LegKind
from app.options.past import volatility_history
from app.options.records import VolatilityRecords
from app.options.settlement import expires_at
from app.scanner.option_kept import RANK_MARGIN, Ending, KeptOption, sold
from app.scanner.option_setups import OptionSetup, Spread

FOLLOWED = 10
"""Finds of one member that are looked at in one run."""
SETTLED = 20
EVERY = timedelta(hours=1)
WAIT = timedelta(hours=1)
"""Closes are there by then."""
GIVEN_UP = timedelta(days=14)
_SESSIONS = 21
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen of a find now: the underlying's high and low since it was found, what buying the
    spread back costs a share, the IV rank. None where it is not asked or not known."""

    high: float | None = None
    low: float | None = None
    back: Decimal | None = None
    rank: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Who is asked. `rate` is the short one, continuous."""

    market: MarketData
    records: VolatilityRecords
    rate: float


def ending(kept: KeptOption, seen: Sight, now: datetime) -> Ending | None:
    """Why it stands no more; a level that was crossed counts before a price."""
    if _is_broken(kept, seen):
        return Ending.BROKEN
    if seen.back is not None and kept.stop is not None and seen.back >= kept.stop:
        return Ending.DOUBLED
    if seen.back is not None and kept.target is not None and seen.back <= kept.target:
        return Ending.HALF_KEPT
    if seen.rank is not None and seen.rank < kept.min_rank - RANK_MARGIN:
        return Ending.RANK_FELL
    if now < kept.lapses_at:
        return None
    return Ending.NEAR if kept.legs and now < kept.settles_at else Ending.OVER


def _is_broken(kept: KeptOption, seen: Sight) -> bool:
    call, put = sold(kept.legs, LegKind.CALL), sold(kept.legs, LegKind.PUT)
    above = call is not None and seen.high is not None and seen.high >= float(call)
    below = put is not None and seen.low is not None and seen.low <= float(put)
    return above or below


async def look(
    waiting: Sequence[KeptOption], sources: Sources, now: datetime
) -> tuple[tuple[KeptOption, Ending | None], ...]:
    """Each that could be looked at, with why it ended, if it did."""
    found = []
    for each in waiting:
        try:
            seen = Sight() if now >= each.settles_at else await _seen(each, sources, now)
        except (NotFound, ProviderUnavailable, InvalidInput):
            if now < each.lapses_at:
                continue
            seen = Sight()
        found.append((each, ending(each, seen, now)))
    return tuple(found)


async def _seen(kept: KeptOption, sources: Sources, now: datetime) -> Sight:
    if isinstance(kept.fact, Spread):
        high, low = await _range(kept, sources.market, now)
        chain = await sources.market.option_chain(kept.symbol, expiry=kept.fact.expiry, as_of=now)
        return Sight(high=high, low=low, back=buying_back(kept.legs, chain))
    if kept.setup is OptionSetup.RANK:
        history = await volatility_history(
            sources.market, kept.symbol, records=sources.records, as_of=now, rate=sources.rate
        )
        return Sight(rank=history.rank)
    return Sight()


async def _range(
    kept: KeptOption, market: MarketData, now: datetime
) -> tuple[float | None, float | None]:
    """By minutes of the day it was found in, and by days after that."""
    minutes = await market.bars(
        kept.symbol,
        Timeframe.M1,
        start=kept.found_at.replace(second=0, microsecond=0) + timedelta(minutes=1),
        end=min(now, kept.found_at + _A_DAY),
        as_of=now,
    )
    days = await market.bars(kept.symbol, Timeframe.D1, start=kept.found_at, end=now, as_of=now)
    high = np.concatenate([minutes.high, days.high])
    low = np.concatenate([minutes.low, days.low])
    return (float(high.max()), float(low.min())) if len(high) else (None, None)


def buying_back(legs: Sequence[Leg], chain: OptionChain) -> Decimal | None:
    """A share, at the middle of each market; None where a leg has no middle."""
    marks = {
        (each.contract.kind.value, each.contract.strike, expires_at(each.contract)): each.mark
        for each in chain.quotes
    }
    total = Decimal(0)
    for leg in legs:
        if leg.strike is None or leg.expires_at is None:
            return None
        mark = marks.get((leg.kind.value, leg.strike, leg.expires_at))
        if mark is None:
            return None
        total -= leg.quantity * mark
    return total


async def count(
    waiting: Sequence[KeptOption], market: MarketData, now: datetime
) -> tuple[tuple[KeptOption, Decimal | None], ...]:
    """Each that is settled, with what it came to; None for what never will be known."""
    found = []
    for each in waiting:
        try:
            result = await _result(each, market, now)
        except (NotFound, ProviderUnavailable):
            result = None
        if result is not None or now - each.settles_at > GIVEN_UP:
            found.append((each, result))
    return tuple(found)


async def _result(kept: KeptOption, market: MarketData, now: datetime) -> Decimal | None:
    if kept.legs:
        price = await _settled_at(kept, market, now)
        return None if price is None else worth(kept.legs, price)
    if kept.entry is None:
        return None
    bars = await market.bars(
        kept.symbol, Timeframe.D1, start=kept.found_at - _A_DAY * 5, end=now, as_of=now
    )
    realised = await asyncio.to_thread(_realised_after, bars, kept.found_at)
    return None if realised is None else kept.entry - Decimal(repr(realised))


def worth(legs: Sequence[Leg], price: Decimal) -> Decimal:
    """What one unit made by its expiry, in dollars, with the underlying at `price` then."""
    return sum((leg.shares * (leg.intrinsic(price) - leg.price) for leg in legs), Decimal(0))


async def _settled_at(kept: KeptOption, market: MarketData, now: datetime) -> Decimal | None:
    """The close of the last session, or its open where the options settle on that."""
    session = session_on(market_date(kept.settles_at))
    if session is None:
        return None
    bars = await market.bars(
        kept.symbol,
        Timeframe.D1,
        start=session.open - _A_DAY,
        end=session.close + WAIT,
        as_of=now,
    )
    rows = np.flatnonzero(bars.time == int(session.open.timestamp()))
    if not len(rows) or (bars.is_forming and int(rows[-1]) == len(bars) - 1):
        return None
    prices = bars.open if kept.settles_at <= session.open else bars.close
    return Decimal(repr(round(float(prices[rows[-1]]), 6)))


def _realised_after(bars: Bars, at: datetime) -> float | None:
    """Of the 21 sessions after the one that `at` lies in; None while they are not over."""
    closed = len(bars) - int(bars.is_forming)
    before = int(np.searchsorted(bars.time, int(at.timestamp()), side="right")) - 1
    if before < 0 or before + _SESSIONS >= closed:
        return None
    return realised_volatility(bars.close[before : before + _SESSIONS + 1])
