"""Minute bars measured by session: one pass over all of them, whatever their number.

Decided: where sessions begin and end is the calendar's business, given as Unix seconds, so daylight
saving, half days and holidays never meet the arithmetic; a bisection turns them into positions, and
each reduction then runs once over the whole array. Absent values are NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from app.indicators.vwap import typical_prices
from app.market.models import Bars, Floats, Ints, Session

MINUTE = 60


@dataclass(frozen=True, slots=True)
class SessionBounds:
    """Premarket open, open, close and end of after hours of sessions, oldest first, Unix seconds."""

    premarket_opens: Ints
    opens: Ints
    closes: Ints
    ends: Ints

    @classmethod
    def of(cls, sessions: Sequence[Session]) -> Self:
        return cls(
            _seconds([session.premarket_open.timestamp() for session in sessions]),
            _seconds([session.open.timestamp() for session in sessions]),
            _seconds([session.close.timestamp() for session in sessions]),
            _seconds([session.after_hours_close.timestamp() for session in sessions]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTable:
    """One row per session. `bars` counts regular minutes; prices are NaN where there were none.

    `vwap` is volume-weighted over typical prices (H+L+C)/3 of regular hours, `vwap_sd` the
    volume-weighted standard deviation around it (population), both NaN without volume.
    `overnight` runs from the previous row's close to this row's open; the first row has only its
    premarket.
    """

    bars: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    premarket_high: Floats
    premarket_low: Floats
    overnight_high: Floats
    overnight_low: Floats
    vwap: Floats
    vwap_sd: Floats


def measure_sessions(minutes: Bars, bounds: SessionBounds) -> SessionTable:
    """Every session of `bounds` at once. Sessions must be in order and must not overlap."""
    edges = _edges(minutes, bounds)
    counts = np.diff(edges).reshape(-1)
    parts = np.append(counts, 0).reshape(-1, 4)[:, :3] > 0
    highs = np.where(parts, _reduce(np.maximum, minutes.high, edges)[:, :3], np.nan)
    lows = np.where(parts, _reduce(np.minimum, minutes.low, edges)[:, :3], np.nan)
    first, stop = edges[1::4], edges[2::4]
    traded = parts[:, 1]
    vwap, deviation, volume = _weigh(minutes, edges, traded)
    return SessionTable(
        bars=stop - first,
        open=_pick(minutes.open, first, traded),
        high=highs[:, 1],
        low=lows[:, 1],
        close=_pick(minutes.close, stop - 1, traded),
        volume=volume,
        premarket_high=highs[:, 0],
        premarket_low=lows[:, 0],
        overnight_high=np.fmax(highs[:, 0], _after_hours_before(highs)),
        overnight_low=np.fmin(lows[:, 0], _after_hours_before(lows)),
        vwap=vwap,
        vwap_sd=deviation,
    )


def pooled_vwap(table: SessionTable, first: int) -> tuple[float, float]:
    """VWAP over the regular hours of all rows from `first` on, and its deviation; NaN if empty.

    Rows are joined by their volumes; the joint variance is that within rows and that between them.
    """
    traded = table.volume[first:] > 0
    if not traded.any():
        return np.nan, np.nan
    weight = table.volume[first:][traded]
    mean, deviation = table.vwap[first:][traded], table.vwap_sd[first:][traded]
    joint = float(np.average(mean, weights=weight))
    variance = np.average(deviation**2 + (mean - joint) ** 2, weights=weight)
    return joint, float(np.sqrt(variance))


def _edges(minutes: Bars, bounds: SessionBounds) -> Ints:
    """Positions of the four bounds of each session, in one ascending row."""
    seconds = np.column_stack((bounds.premarket_opens, bounds.opens, bounds.closes, bounds.ends))
    return np.searchsorted(minutes.time, seconds.reshape(-1)).astype(np.int64)


def _reduce(how: np.ufunc, values: Floats, edges: Ints) -> Floats:
    """`how` over premarket, regular hours, after hours and the gap behind, a row per session.

    Empty parts hold a neighbour's value: mask them. `reduceat` takes no edge at the very end, so
    those are left out and their (empty) parts filled with NaN.
    """
    inside = int(np.searchsorted(edges, len(values)))
    reduced = np.full(len(edges), np.nan)
    if inside:
        reduced[:inside] = how.reduceat(values, edges[:inside])
    return reduced.reshape(-1, 4)


def _weigh(minutes: Bars, edges: Ints, traded: np.ndarray) -> tuple[Floats, Floats, Floats]:
    """VWAP, its deviation and the volume of regular hours.

    Moments are taken around one price of the day, so that squares do not cancel.
    """
    anchor = float(minutes.close[0]) if len(minutes) else 0.0
    offset = typical_prices(minutes)
    offset -= anchor
    weighted = offset * minutes.volume
    offset *= weighted
    volume = np.where(traded, _reduce(np.add, minutes.volume, edges)[:, 1], 0.0)
    weight = np.where(volume > 0, volume, np.nan)
    mean = _reduce(np.add, weighted, edges)[:, 1] / weight
    square = _reduce(np.add, offset, edges)[:, 1] / weight
    return anchor + mean, np.sqrt(np.maximum(square - mean * mean, 0.0)), volume


def _pick(values: Floats, at: Ints, where: np.ndarray) -> Floats:
    picked = np.full(len(at), np.nan)
    picked[where] = values[at[where]]
    return picked


def _after_hours_before(extremes: Floats) -> Floats:
    """After-hours extremes of the previous row."""
    before: Floats = np.concatenate(([np.nan], extremes[:-1, 2]))
    return before


def _seconds(moments: list[float]) -> Ints:
    return np.array(moments, dtype=np.int64)
