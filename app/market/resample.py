"""Longer bars out of shorter ones: pure arithmetic over arrays.

Decided: a bar belongs to the bucket its start falls into, and buckets never cross a session. They
are anchored at the session's regular open, or at its premarket open when extended hours are wanted,
so the last bar of a session may be shorter. Callers pass only bars that were known at `as_of`; it
serves here to tell whether the last bucket is still forming.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import session_table
from app.market.models import Bars, Floats, Ints, Provider

_MONDAY = date(1, 1, 1).toordinal()
_UNIX_ORDINAL = date(1970, 1, 1).toordinal()
_NOTHING = np.empty(0, dtype=np.int64)


def resample_intraday(
    bars: Bars, timeframe: Timeframe, *, calendar: str, as_of: datetime, extended: bool = False
) -> Bars:
    """Intraday bars folded into `timeframe`; bars outside of the hours wanted are left out."""
    table = session_table(calendar)
    anchors = table.premarket_opens if extended else table.opens
    ends = table.after_hours_closes if extended else table.closes
    kept, owner = _inside(bars, anchors, ends)
    step = timeframe.minutes * 60
    starts = anchors[owner] + (kept.time - anchors[owner]) // step * step
    folded = fold(kept, starts, timeframe)
    if len(folded) == 0:
        return folded
    end = min(int(folded.time[-1]) + step, int(ends[owner[-1]]))
    return _marked(folded, end, as_of)


def resample_daily(bars: Bars, *, calendar: str, as_of: datetime) -> Bars:
    """One bar per session out of its regular hours, starting at the open."""
    table = session_table(calendar)
    kept, owner = _inside(bars, table.opens, table.closes)
    folded = fold(kept, table.opens[owner], Timeframe.D1)
    return folded if len(folded) == 0 else _marked(folded, int(table.closes[owner[-1]]), as_of)


def resample_longer(days: Bars, timeframe: Timeframe, *, calendar: str, as_of: datetime) -> Bars:
    """Weeks (from Monday) or months out of daily bars.

    A bar starts at the open of the first session its week or month has by the calendar, even when
    that session's own bar is missing, and is forming until the last of them has closed.
    """
    table = session_table(calendar)
    periods = period_numbers(table.ordinals, timeframe)
    day = np.searchsorted(table.opens, days.time)
    wanted = periods[day]
    first = np.searchsorted(periods, wanted, side="left")
    folded = fold(days, table.opens[first], timeframe)
    if len(folded) == 0:
        return folded
    last = int(np.searchsorted(periods, wanted[-1], side="right")) - 1
    return _marked(folded, int(table.closes[last]), as_of)


def period_numbers(ordinals: Ints, timeframe: Timeframe) -> Ints:
    """A number per day that is equal within a week (`1w`, from Monday) or a calendar month."""
    if timeframe is Timeframe.W1:
        weeks: Ints = (ordinals - _MONDAY) // 7
        return weeks
    dates = (ordinals - _UNIX_ORDINAL).astype("datetime64[D]")
    return dates.astype("datetime64[M]").astype(np.int64)


def fold(bars: Bars, starts: Ints, timeframe: Timeframe) -> Bars:
    """Bars with the same start become one: first open, highest high, lowest low, last close, the
    sum of volumes. `starts` is sorted and as long as `bars`. Nothing is marked as forming.
    """
    edges = _NOTHING if len(bars) == 0 else np.flatnonzero(np.diff(starts, prepend=starts[0] - 1))
    if len(edges) == 0:
        return empty_bars(bars.symbol, timeframe, bars.provider)
    lasts = np.append(edges[1:], len(starts)) - 1
    return Bars(
        symbol=bars.symbol,
        timeframe=timeframe,
        time=starts[edges],
        open=bars.open[edges],
        high=np.maximum.reduceat(bars.high, edges),
        low=np.minimum.reduceat(bars.low, edges),
        close=bars.close[lasts],
        volume=_sums(bars.volume, edges),
        provider=bars.provider,
    )


def join_bars(parts: Sequence[Bars]) -> Bars:
    """Bars of one symbol and timeframe one after the other, oldest part first, at least one part.

    They are forming if the last part is, and of its provider: as stale as the oldest part, as late
    as the latest. Nothing is sorted.
    """
    return Bars(
        symbol=parts[0].symbol,
        timeframe=parts[0].timeframe,
        time=np.concatenate([part.time for part in parts]),
        open=np.concatenate([part.open for part in parts]),
        high=np.concatenate([part.high for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        close=np.concatenate([part.close for part in parts]),
        volume=np.concatenate([part.volume for part in parts]),
        provider=_of_all([part.provider for part in parts]),
        is_forming=parts[-1].is_forming,
    )


def empty_bars(symbol: Symbol, timeframe: Timeframe, provider: Provider) -> Bars:
    """No bars, as `provider` says."""
    nothing = np.empty(0)
    return Bars(
        symbol=symbol,
        timeframe=timeframe,
        time=_NOTHING,
        open=nothing,
        high=nothing,
        low=nothing,
        close=nothing,
        volume=nothing,
        provider=provider,
    )


def _of_all(providers: Sequence[Provider]) -> Provider:
    """The last, with what must be said about any of them."""
    return replace(
        providers[-1],
        stale_since=min((each.stale_since for each in providers if each.stale_since), default=None),
        delay_minutes=max(each.delay_minutes for each in providers),
    )


def _inside(bars: Bars, anchors: Ints, ends: Ints) -> tuple[Bars, Ints]:
    """The bars that start inside a session, and for each the session's position."""
    owner = np.searchsorted(anchors, bars.time, side="right") - 1
    inside = (owner >= 0) & (bars.time < ends[owner])
    if inside.all():
        return bars, owner
    return take(bars, np.flatnonzero(inside)), owner[inside]


def take(bars: Bars, positions: Ints) -> Bars:
    """The bars at sorted positions."""
    return Bars(
        symbol=bars.symbol,
        timeframe=bars.timeframe,
        time=bars.time[positions],
        open=bars.open[positions],
        high=bars.high[positions],
        low=bars.low[positions],
        close=bars.close[positions],
        volume=bars.volume[positions],
        provider=bars.provider,
    )


def _sums(volume: Floats, edges: Ints) -> Floats:
    """Sums between edges. Whole numbers add exactly; fractions of coins are summed by `fsum`."""
    if np.array_equal(volume, np.rint(volume)):
        return np.add.reduceat(volume, edges)
    return np.array([math.fsum(part) for part in np.split(volume, edges[1:])])


def _marked(bars: Bars, end: int, as_of: datetime) -> Bars:
    if as_of.timestamp() >= end:
        return bars
    return replace(bars, is_forming=True)
