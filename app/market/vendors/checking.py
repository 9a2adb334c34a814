"""What a vendor says is checked before it is believed.

Decided: rows that cannot be (a price that is no positive number, a high below the low) are left out
and counted; order and duplicates are mended, the later row wins; bars that nobody asked for are cut.
Order is mended before bars are kept in blocks, because blocks are cut out by their times.
"""

from dataclasses import replace
from datetime import datetime

import numpy as np

from app.market.models import Bars, Ints


def checked(bars: Bars, start: datetime, end: datetime) -> tuple[Bars, Ints]:
    """The believable bars that start in `[start, end)`, sorted, and the times of those that cannot
    be."""
    inside = in_order(bars).between(start, end)
    faulty = ~_believable(inside)
    if not faulty.any():
        return inside, inside.time[:0]
    kept = np.flatnonzero(~faulty)
    return replace(
        inside,
        **{
            name: getattr(inside, name)[kept]
            for name in ("time", "open", "high", "low", "close", "volume")
        },
        is_forming=inside.is_forming and bool(not faulty[-1]),
    ), inside.time[faulty]


def in_order(bars: Bars) -> Bars:
    """By time; of rows with one time the one that came last stays."""
    if len(bars) < 2 or bool((np.diff(bars.time) > 0).all()):
        return bars
    _, first_from_behind = np.unique(bars.time[::-1], return_index=True)
    kept = len(bars) - 1 - first_from_behind
    return replace(
        bars,
        **{
            name: getattr(bars, name)[kept]
            for name in ("time", "open", "high", "low", "close", "volume")
        },
    )


def _believable(bars: Bars) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    prices = np.vstack((bars.open, bars.high, bars.low, bars.close))
    with np.errstate(invalid="ignore"):
        is_price = (np.isfinite(prices) & (prices > 0)).all(axis=0)
        is_range = (bars.high >= prices.max(axis=0)) & (bars.low <= prices.min(axis=0))
        has_volume = np.isfinite(bars.volume) & (bars.volume >= 0)
    result: np.ndarray[tuple[int], np.dtype[np.bool_]] = is_price & is_range & has_volume
    return result
