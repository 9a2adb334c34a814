"""Kept opportunities, followed to their end.

Decided: nothing is asked of a market inside a transaction, and each row is written by itself, so nobody
waits for a vendor. Those looked at longest ago come first, and whatever cannot be had counts as looked
at: a thousand of them all have their turn. Time is over by the calendar, `HORIZON` sessions after the
bar, whether the symbol still trades or not; what happens later is no end of it. Each is followed in bars
that are over, so an end never has to be taken back.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import prod
from uuid import UUID

import numpy as np

from app.core.errors import NotFound, ProviderUnavailable
from app.core.timeframes import Timeframe
from app.infra.db.database import Database
from app.market.calendar import US, market_date, sessions_between
from app.market.models import Bars
from app.market.protocol import MarketData
from app.market.vendor import NotCovered
from app.scanner import repository
from app.scanner.kept import KeptOpportunity, Status
from app.scanner.outcomes import HORIZON
from app.scanner.setups import Direction

AT_ONCE = 200
"""Opportunities of one member that are looked at in one run."""
WAIT = timedelta(hours=1)
"""After the last session: its bars are there by then."""
_HORIZON_DAYS = timedelta(days=3 * HORIZON)

Ended = tuple[Status, datetime]


async def follow(
    database: Database, member_id: UUID, *, market: MarketData, now: datetime
) -> tuple[KeptOpportunity, ...]:
    """Look at the bars since, and end what has ended; those that have, as they now are. Without a stop
    and a target only time ends it."""
    async with database.member(member_id) as session:
        waiting = await repository.to_follow(session, limit=AT_ONCE)
    ended = []
    for each in waiting:
        if now <= each.found_at:
            continue
        status, at = await _looked_at(each, market, now) or (Status.LIVE, None)
        async with database.member(member_id) as session:
            is_live = await repository.set_followed(session, each.id, status, to=now, ended_at=at)
        if is_live and status is not Status.LIVE:
            ended.append(replace(each, status=status, ended_at=at, followed_to=now))
    return tuple(ended)


async def _looked_at(each: KeptOpportunity, market: MarketData, now: datetime) -> Ended | None:
    over, found = time_over(each.bar_at, US), None
    try:
        over = time_over(each.bar_at, (await market.instrument(each.symbol)).calendar)
        found = await _ending(each, market, min(now, over), now)
    except NotFound:
        pass
    except ProviderUnavailable:
        return None
    if found is not None:
        return found
    return (Status.EXPIRED, over) if now >= over + WAIT else None


def time_over(bar_at: datetime, calendar: str) -> datetime:
    """The close of the last session that an opportunity of this bar is followed in."""
    day = market_date(bar_at, calendar)
    later = sessions_between(day + timedelta(days=1), day + _HORIZON_DAYS, calendar)
    return later[HORIZON - 1].close


async def _ending(
    each: KeptOpportunity, market: MarketData, until: datetime, now: datetime
) -> Ended | None:
    """By minutes of the day it was found in and by days after that."""
    if each.stop is None or each.target is None:
        return None
    minute = each.found_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    first_day = min(until, each.found_at + timedelta(days=1))
    factor = await _shares_since(each, market, now)
    levels = float(each.stop / factor), float(each.target / factor)
    for timeframe, start, end in (
        (Timeframe.M1, minute, first_day),
        (Timeframe.D1, each.bar_at + timedelta(hours=1), until),
    ):
        if start >= end:
            continue
        bars = await market.bars(each.symbol, timeframe, start=start, end=end, as_of=now)
        found = _first_end(each.setup.direction, *levels, _over(bars))
        if found is not None:
            return found
    return None


async def _shares_since(each: KeptOpportunity, market: MarketData, now: datetime) -> Decimal:
    """Shares now for each share then: bars are in today's, prices that were kept in those of their
    day."""
    found_on, today = market_date(each.found_at), market_date(now)
    if found_on == today:
        return Decimal(1)
    try:
        splits = await market.splits(each.symbol, since=found_on + timedelta(days=1))
    except NotCovered:
        return Decimal(1)
    return prod((split.ratio for split in splits if found_on < split.on <= today), start=Decimal(1))


def _over(bars: Bars) -> Bars:
    """Without the one that is still open."""
    return bars.slice(0, -1) if bars.is_forming else bars


def _first_end(direction: Direction, stop: float, target: float, bars: Bars) -> Ended | None:
    """A bar that reaches both counts as stopped, as in the records."""
    if direction is Direction.LONG:
        to_target, to_stop = bars.high >= target, bars.low <= stop
    else:
        to_target, to_stop = bars.low <= target, bars.high >= stop
    hit = np.flatnonzero(to_target | to_stop)
    if not len(hit):
        return None
    first = int(hit[0])
    status = Status.STOPPED if to_stop[first] else Status.REACHED
    return status, datetime.fromtimestamp(int(bars.time[first]), UTC)
