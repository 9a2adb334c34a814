"""Volume by price: how much traded at each price, where most of it did, and the area around that.

Decided: a bar says how much was traded between its low and its high and not where, so its volume is
spread evenly over that stretch: each row of prices gets exactly the share that it overlaps. Inner
rows are added by differences and one running sum, so the work grows with bars plus rows.

The point of control is the row of most volume; of equals the nearest to the middle of the range,
then the lower. The value area grows from it by the rule of the Chicago Board of Trade's Market
Profile handbook: the two rows above against the two below, the heavier pair joins (above, if they
are equal), until at least 70 % of the volume is inside.
"""

from dataclasses import dataclass

import numpy as np

from app.market.models import Bars, Floats

ROWS_AT_MOST = 200
VALUE_SHARE = 0.70
_STEPS = (1, 2, 5)
_GRAIN = 9
"""Decimals of a row's position: finer differences are the binary form of decimal prices."""
_EQUAL = 1e-9
"""Of the total volume: rows closer than this hold the same."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Rows of equal height, the lowest first; row `i` reaches from `edge(i)` to `edge(i + 1)`.

    Rows lie on multiples of `row`. `control` is the row of most volume, `first` and `last` those
    that the value area begins and ends with.
    """

    bottom: int
    row: float
    volume: Floats
    control: int
    first: int
    last: int

    def edge(self, at: float) -> float:
        """The lower price of row `at`; half a row above it is its middle."""
        return round((self.bottom + at) * self.row, _GRAIN)

    @property
    def poc(self) -> float:
        return self.edge(self.control + 0.5)

    @property
    def vah(self) -> float:
        return self.edge(self.last + 1)

    @property
    def val(self) -> float:
        return self.edge(self.first)

    @property
    def total(self) -> float:
        return float(self.volume.sum())

    @property
    def share(self) -> float:
        """The part of the volume that is inside the value area, from 0.7 to 1."""
        return float(self.volume[self.first : self.last + 1].sum()) / self.total


def profile_of(bars: Bars, *, tick: float) -> Profile | None:
    """The profile of `bars`; None if they have no volume."""
    traded = bars.volume > 0
    if not traded.any():
        return None
    low, high, volume = bars.low[traded], bars.high[traded], bars.volume[traded]
    row = row_size(float(low.min()), float(high.max()), tick)
    bottom = int(np.floor(_position(low.min(), row)))
    by_row = spread(_position(low, row) - bottom, _position(high, row) - bottom, volume)
    control = _control(by_row)
    first, last = _value_area(by_row, control)
    return Profile(bottom, row, by_row, control, first, last)


def row_size(low: float, high: float, tick: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, 50 … ticks that makes at most `ROWS_AT_MOST` rows."""
    ticks = 1
    while True:
        for step in _STEPS:
            row = ticks * step * tick
            bounds = np.floor(_position(low, row)), np.ceil(_position(high, row))
            if bounds[1] - bounds[0] <= ROWS_AT_MOST:
                return row
        ticks *= 10


def spread(low: Floats, high: Floats, volume: Floats) -> Floats:
    """Each bar's `volume` over the rows between its `low` and `high`, which are counted in rows."""
    count = max(1, int(np.ceil(high.max())))
    below = np.minimum(np.floor(low), count - 1).astype(np.int64)
    above = np.maximum(np.ceil(high).astype(np.int64) - 1, below)
    height = np.where(above > below, high - low, 1.0)
    density = volume / height
    at_bottom = np.where(above > below, density * (below + 1 - low), volume)
    at_top = np.where(above > below, density * (high - above), 0.0)
    inner = np.where(above > below, density, 0.0)
    steps = np.bincount(below + 1, inner, count + 1) - np.bincount(above, inner, count + 1)
    rows: Floats = np.cumsum(steps)[:count]
    rows += np.bincount(below, at_bottom, count) + np.bincount(above, at_top, count)
    # What a running sum leaves behind where nothing traded is no volume.
    rows[rows < _EQUAL * volume.sum() / count] = 0.0
    return rows


def _position(price: Floats | float, row: float) -> Floats:
    position: Floats = np.round(np.asarray(price) / row, _GRAIN)
    return position


def _control(volume: Floats) -> int:
    most = np.flatnonzero(volume >= volume.max() - _EQUAL * volume.sum())
    return int(most[np.argmin(np.abs(most - (len(volume) - 1) / 2))])


def _value_area(volume: Floats, control: int) -> tuple[int, int]:
    """First and last row of the value area."""
    wanted = VALUE_SHARE * volume.sum() * (1 - _EQUAL)
    slack = _EQUAL * volume.sum()
    first = last = control
    inside = volume[control]
    while inside < wanted:
        above = volume[last + 1 : last + 3]
        below = volume[max(0, first - 2) : first]
        if len(below) == 0 or (len(above) and above.sum() >= below.sum() - slack):
            last += len(above)
            inside += above.sum()
        else:
            first -= len(below)
            inside += below.sum()
    return first, last
