"""Weeks and months made of daily bars."""

import numpy as np

from app.core.timeframes import Timeframe
from app.levels.models import Period
from app.market.calendar import session_table
from app.market.models import Bars, Ints

_TIMEFRAMES = {Period.WEEK: Timeframe.W1, Period.MONTH: Timeframe.MO1}


def period_bars(days: Bars, period: Period, calendar: str) -> Bars:
    """`days` joined to whole weeks (Monday to Sunday) or calendar months, by session date.

    A first period whose earlier sessions are not in `days` is left out: half a month is no month.
    """
    if period is Period.DAY or len(days) == 0:
        return days
    table = session_table(calendar)
    at = np.searchsorted(table.opens, days.time, side="right") - 1
    groups = period_numbers(table.ordinals[at], period)
    starts = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    earlier = period_numbers(table.ordinals[at[:1] - 1], period)
    if earlier[0] == groups[0]:
        starts = starts[1:]
    if len(starts) == 0:
        return days.slice(0, 0)
    return Bars(
        symbol=days.symbol,
        timeframe=_TIMEFRAMES[period],
        time=days.time[starts],
        open=days.open[starts],
        high=np.maximum.reduceat(days.high, starts),
        low=np.minimum.reduceat(days.low, starts),
        close=days.close[np.append(starts[1:], len(days)) - 1],
        volume=np.add.reduceat(days.volume, starts),
        provider=days.provider,
    )


def period_numbers(ordinals: Ints, period: Period) -> Ints:
    """A number per week or month that grows by one; the day itself for days.

    `ordinals` are `date.toordinal()`; day 1 was a Monday.
    """
    if period is Period.WEEK:
        return (ordinals - 1) // 7
    if period is Period.MONTH:
        days = (ordinals - np.datetime64("1970-01-01", "D").item().toordinal()).astype("M8[D]")
        return days.astype("M8[M]").astype(np.int64)
    return ordinals
