"""Series in the making: a stretch of rows at a time, with as much of the past as is looked back on.

Decided: everything is computed a stretch at a time, the same way whether the stretch is a few rows of
thousands of symbols (a scan: all that is touched stays in the processor's cache) or one row of one
symbol (a tick). So there is one arithmetic, and nothing to keep equal.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[Any]
Blank = float | bool
"""What stands where nothing is known: NaN, or False."""


class Track:
    """One series: floats with NaN, or flags with False, where nothing is known.

    `now` are the rows of the running stretch, `ago(n)` the same shifted into the past. A track is
    one column wide if it is the same for all symbols.
    """

    __slots__ = ("_end", "at", "blank", "count", "depth", "is_whole", "rows", "width")

    def __init__(self, width: int, *, flags: bool = False) -> None:
        self.width = width
        self.blank: Blank = False if flags else np.nan
        self.depth = 0
        self.rows: Rows = np.empty((0, width), dtype=np.bool_ if flags else np.float64)
        self.at = 0
        self.count = 0
        self._end = 0
        self.is_whole = False

    def need(self, bars: int) -> None:
        """Somebody looks so many rows back."""
        self.depth = max(self.depth, bars)

    def lay(self, matrix: Rows) -> None:
        """The whole series is given: no stretch of it has to be copied."""
        self.rows, self.at, self.is_whole = matrix, 0, True

    def reserve(self, stretch: int) -> None:
        """Room for stretches of so many rows."""
        if self.is_whole:
            return
        room = self.depth + max(stretch, min(self.depth, 512))
        self.rows = np.full((room, self.width), self.blank, dtype=self.rows.dtype)
        self.at = self.depth

    def begin(self, count: int) -> None:
        """The next stretch has so many rows."""
        self.count = count
        if not self.is_whole and self.at + count > len(self.rows):
            self.rows[: self.depth] = self.rows[self.at - self.depth : self.at].copy()
            self.at = self.depth
        self._end = self.at + count

    def keep(self) -> None:
        """The stretch is past."""
        self.at += self.count

    def go_live(self) -> None:
        """From now on rows come one by one: a laid matrix is let go, but for the past."""
        if not self.is_whole:
            return
        past = self.rows[max(0, self.at - self.depth) : self.at]
        self.is_whole = False
        self.reserve(1)
        self.rows[self.depth - len(past) : self.depth] = past

    @property
    def now(self) -> Rows:
        return self.rows[self.at : self.at + self.count]

    @property
    def last(self) -> Rows:
        """The last row of the stretch that was begun last."""
        row: Rows = self.rows[self._end - 1]
        return row

    @property
    def past(self) -> Rows:
        """The last row that was kept; blank if there is none."""
        if self.at == 0:
            return np.full(self.width, self.blank, dtype=self.rows.dtype)
        row: Rows = self.rows[self.at - 1]
        return row

    def ago(self, bars: int) -> Rows:
        """The stretch, so many rows earlier; blank before the first row."""
        start = self.at - bars
        if start >= 0:
            return self.rows[start : start + self.count]
        blank = np.full((min(-start, self.count), self.width), self.blank, dtype=self.rows.dtype)
        return np.concatenate((blank, self.rows[: max(0, start + self.count)]))


class Shifted:
    """A track as it was so many rows ago. It has no rows of its own."""

    __slots__ = ("bars", "of")

    def __init__(self, of: Track, bars: int) -> None:
        of.need(bars)
        self.of = of
        self.bars = bars

    @property
    def width(self) -> int:
        return self.of.width

    @property
    def now(self) -> Rows:
        return self.of.ago(self.bars)


Operand = Track | Shifted | float


def rows_of(operand: Operand) -> Rows | float:
    return operand if isinstance(operand, float) else operand.now


def width_of(*operands: Operand) -> int:
    return max((each.width for each in operands if not isinstance(each, float)), default=1)
