"""The arithmetic of one stretch of rows: value by value, over windows, and by recursion.

Decided: the formulas and their seeds are TA-Lib's, and the values agree with it to a few of the last
digits; where TA-Lib would carry a NaN on for ever, an average here starts anew behind it. Nothing is
summed in an order that depends on the length of a stretch or the number of columns, and nothing is used
that a processor may round in its own way, so every way of asking gives the same bits.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from typing_extensions import override

from app.formula.tracks import Operand, Rows, Track, rows_of
from app.market.models import Floats, Ints


class Kernel:
    """Computes its track's running stretch. With `keep` false nothing is remembered of it."""

    out: Track

    def run(self, *, keep: bool) -> None:
        raise NotImplementedError


class Each(Kernel):
    """A function of numpy, value by value."""

    def __init__(self, function: Callable[..., Any], operands: tuple[Operand, ...], out: Track):
        self.function = function
        self.operands = operands
        self.out = out

    @override
    def run(self, *, keep: bool) -> None:
        self.function(*(rows_of(each) for each in self.operands), out=self.out.now)


def quotient(left: Rows, right: Rows | float, *, out: Rows) -> None:
    """Division; by zero it is unknown."""
    np.divide(left, right, out=out)
    if not isinstance(right, float):
        np.copyto(out, np.nan, where=np.equal(right, 0.0))


def root(of: Rows, *, out: Rows) -> None:
    """Square root; of what rounding made negative, zero."""
    np.sqrt(np.maximum(of, 0.0), out=out)


def copied(of: Rows, *, out: Rows) -> None:
    out[:] = of


class Seeded(Kernel):
    """A recursion per column that starts with the mean or sum of its first values, and starts anew
    behind a NaN.

    `count` is how many values a column has had in a row. Once all have had enough, and while there
    is no NaN, rows are stepped without looking.
    """

    warm: int
    """Values until the first result."""

    def __init__(self, of: Track, out: Track) -> None:
        self.of = of
        self.out = out
        self.count: Ints = np.zeros(of.width, dtype=np.int64)
        self.total: Floats = np.zeros(of.width)
        self.value: Floats = np.full(of.width, np.nan)
        self.is_ready = False

    @override
    def run(self, *, keep: bool) -> None:
        before = (self.count, self.total, self.value, self.is_ready)
        self.total, self.value = self.total.copy(), self.value.copy()
        rows = self.of.now
        if self.is_ready and not np.isnan(rows).any():
            self.step(rows, self.out.now)
        else:
            for row in range(len(rows)):
                self.careful(rows[row], row)
            self.is_ready = bool((self.count >= self.warm).all())
        if not keep:
            self.count, self.total, self.value, self.is_ready = before

    def step(self, rows: Rows, out: Rows) -> None:
        """All columns are under way."""
        raise NotImplementedError

    def careful(self, row: Rows, number: int) -> None:
        """One row; columns may be starting, or lack a value."""
        raise NotImplementedError

    def counted(self, row: Rows) -> Ints:
        """Values in a row up to this one, by column."""
        self.count = np.where(np.isnan(row), 0, np.minimum(self.count + 1, self.warm + 1))
        return self.count


class Smoothed(Seeded):
    """An average that feeds on itself, seeded with the mean of its first `length` values.

    `skip` values are passed over first: TA-Lib seeds the fast average of MACD late.
    """

    def __init__(self, of: Track, out: Track, length: int, *, skip: int = 0) -> None:
        super().__init__(of, out)
        self.length = length
        self.skip = skip
        self.warm = length + skip

    def next(self, row: Rows, before: Rows, out: Rows) -> None:
        raise NotImplementedError

    @override
    def step(self, rows: Rows, out: Rows) -> None:
        before: Rows = self.value
        for row, into in zip(rows, out, strict=True):
            self.next(row, before, into)
            before = into
        self.value = before.copy()

    @override
    def careful(self, row: Rows, number: int) -> None:
        count, into = self.counted(row), self.out.now[number]
        self.total = np.where(count <= self.skip + 1, row, self.total + row)
        self.next(row, self.value, into)
        np.copyto(into, self.total / self.length, where=count == self.warm)
        np.copyto(into, np.nan, where=count < self.warm)
        self.value = into.copy()


class Exponential(Smoothed):
    """Each value moves it by a fixed `share` of the way."""

    def __init__(
        self, of: Track, out: Track, length: int, *, share: float | None = None, skip: int = 0
    ) -> None:
        super().__init__(of, out, length, skip=skip)
        self.share = 2.0 / (length + 1) if share is None else share

    @override
    def next(self, row: Rows, before: Rows, out: Rows) -> None:
        np.subtract(row, before, out=out)
        np.multiply(out, self.share, out=out)
        np.add(out, before, out=out)


class WilderSum(Smoothed):
    """Wilder's running sum, begun with the sum of the first `length - 1` values."""

    def __init__(self, of: Track, out: Track, length: int) -> None:
        super().__init__(of, out, length)
        self.spare: Floats = np.empty(of.width)

    @override
    def next(self, row: Rows, before: Rows, out: Rows) -> None:
        np.multiply(before, 1.0 / self.length, out=self.spare)
        np.subtract(before, self.spare, out=out)
        np.add(out, row, out=out)

    @override
    def careful(self, row: Rows, number: int) -> None:
        count, into = self.counted(row), self.out.now[number]
        before = np.where(count == self.warm, self.total, self.value)
        self.total = np.where(count == 1, row, self.total + row)
        self.next(row, before, into)
        np.copyto(into, np.nan, where=count < self.warm)
        self.value = into.copy()


class Mean(Seeded):
    """Mean of the last `length` values, from a running total."""

    def __init__(self, of: Track, out: Track, length: int) -> None:
        super().__init__(of, out)
        self.length = length
        self.warm = length
        of.need(length - 1)

    @override
    def step(self, rows: Rows, out: Rows) -> None:
        total = self.total
        for row, old, into in zip(rows, self.of.ago(self.length - 1), out, strict=True):
            np.add(total, row, out=into)
            np.subtract(into, old, out=total)
        np.divide(out, float(self.length), out=out)

    @override
    def careful(self, row: Rows, number: int) -> None:
        count = self.counted(row)
        self.total = np.where(count == 0, 0.0, self.total + row)
        is_full = count >= self.length
        into = self.out.now[number]
        np.divide(self.total, float(self.length), out=into)
        np.copyto(into, np.nan, where=~is_full)
        old = self.of.ago(self.length - 1)[number]
        np.subtract(self.total, old, out=self.total, where=is_full)


class Deviation(Seeded):
    """Population standard deviation of the last `length` values.

    The mean (`value`) and the sum of squared distances from it (`total`) are moved along, so that
    large prices do not cancel.
    """

    def __init__(self, of: Track, out: Track, length: int) -> None:
        super().__init__(of, out)
        self.length = length
        self.warm = length
        of.need(length)
        self.spare: Floats = np.empty(of.width)

    @override
    def step(self, rows: Rows, out: Rows) -> None:
        for row, old, into in zip(rows, self.of.ago(self.length), out, strict=True):
            self._moved(row, old, into)
        np.divide(out, float(self.length), out=out)
        root(out, out=out)

    def _moved(self, row: Rows, old: Rows, into: Rows) -> None:
        """One value comes and one goes: the squares grow by (new − old) · (new − mean after + old −
        mean before)."""
        change, mean = self.spare, self.value
        np.subtract(row, old, out=change)
        np.subtract(old, mean, out=into)
        np.add(into, row, out=into)
        np.add(mean, change * (1.0 / self.length), out=mean)
        np.subtract(into, mean, out=into)
        np.multiply(into, change, out=into)
        np.add(into, self.total, out=into)
        np.copyto(self.total, into)

    @override
    def careful(self, row: Rows, number: int) -> None:
        """Until the window is full values only come: Welford's way."""
        count, into = self.counted(row), self.out.now[number]
        mean, squares = np.where(count == 1, row, self.value), np.where(count == 1, 0.0, self.total)
        grown = np.minimum(count, self.length)
        after = mean + (row - mean) / np.maximum(grown, 1)
        larger = squares + (row - mean) * (row - after)
        self._moved(row, self.of.ago(self.length)[number], into)
        is_over = count > self.length
        self.value = np.where(is_over, self.value, after)
        self.total = np.where(is_over, self.total, larger)
        np.divide(self.total, float(self.length), out=into)
        root(into, out=into)
        np.copyto(into, np.nan, where=count < self.length)


class WeightedMean(Seeded):
    """Mean of the last `length` values by the weights 1 … length."""

    def __init__(self, of: Track, out: Track, length: int) -> None:
        super().__init__(of, out)
        self.length = length
        self.warm = length
        of.need(length)

    @override
    def step(self, rows: Rows, out: Rows) -> None:
        for row, old, into in zip(rows, self.of.ago(self.length), out, strict=True):
            self._next(row, old, into)

    def _next(self, row: Rows, old: Rows | float, into: Rows) -> None:
        """`total` is the plain sum, `value` the weighted one before this row joined."""
        np.add(self.total, row, out=self.total)
        np.subtract(self.total, old, out=self.total)
        np.multiply(row, float(self.length), out=into)
        np.add(into, self.value, out=self.value)
        np.divide(self.value, self.length * (self.length + 1) / 2, out=into)
        np.subtract(self.value, self.total, out=self.value)

    @override
    def careful(self, row: Rows, number: int) -> None:
        count, into = self.counted(row), self.out.now[number]
        total = np.where(count == 1, row, self.total + row)
        weighted = np.where(count == 1, row, self.value + row * np.minimum(count, self.length))
        is_full, is_over = count >= self.length, count > self.length
        old = self.of.ago(self.length)[number]
        self.total = np.where(is_over, total - np.where(is_over, old, 0.0), total)
        np.divide(weighted, self.length * (self.length + 1) / 2, out=into)
        np.copyto(into, np.nan, where=~is_full)
        self.value = np.where(is_full, weighted - self.total, weighted)


class Extreme(Kernel):
    """Highest or lowest of the last `length` values; a NaN among them makes it unknown.

    Blocks of `length` rows: the extreme of what is left of the block before, and of this one so far.
    Three comparisons a row, whatever the length.
    """

    def __init__(self, of: Track, out: Track, length: int, *, choose: Callable[..., Any]) -> None:
        self.of = of
        self.out = out
        self.length = length
        self.choose = choose
        self.place = 0
        self.running: Floats = np.full(of.width, np.nan)
        self.ends: Floats = np.full((length, of.width), np.nan)
        of.need(length - 1)

    @override
    def run(self, *, keep: bool) -> None:
        place, running = self.place, self.running.copy()
        rows, out, last = self.of.now, self.out.now, self.length - 1
        for number, row in enumerate(rows):
            if place == 0:
                running[:] = row
            else:
                self.choose(running, row, out=running)
            if place == last:
                out[number] = running
                if keep:
                    self._turn(number)
                place = 0
            else:
                self.choose(self.ends[place + 1], running, out=out[number])
                place += 1
        if keep:
            self.place, self.running = place, running

    def _turn(self, number: int) -> None:
        """The block is full: its ends are the extremes from each place to its last row."""
        stop = self.of.at + number + 1
        block = self.of.rows[stop - self.length : stop]
        self.ends[-1] = block[-1]
        for place in range(self.length - 2, 0, -1):
            self.choose(self.ends[place + 1], block[place], out=self.ends[place])
