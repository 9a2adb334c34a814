"""Over the last so many values: means, deviations, highest and lowest."""

from collections.abc import Callable
from typing import Any

import numpy as np
from typing_extensions import override

from app.formula.kernels import Kernel, Seeded, root
from app.formula.tracks import Operand, Rows, Track
from app.market.models import Floats


class Mean(Seeded):
    """Mean of the last `length` values, from a running total."""

    def __init__(self, of: Track, out: Track, length: int) -> None:
        super().__init__(of, out)
        self.length = length
        self.warm = length
        self.lead = length
        of.need(length - 1)

    @override
    def step(self, start: int, stop: int) -> None:
        total, out = self.total, self.out.now[start:stop]
        rows, olds = self.of.now[start:stop], self.of.ago(self.length - 1)[start:stop]
        for row, old, into in zip(rows, olds, out, strict=True):
            np.add(total, row, out=into)
            np.subtract(into, old, out=total)
        np.divide(out, float(self.length), out=out)

    @override
    def first(self, number: int, row: Rows, count: int) -> None:
        into, total = self.out.now[number], self.total
        np.add(0.0 if count == 1 else total, row, out=total)
        if count < self.length:
            into[:] = np.nan
        else:
            np.divide(total, float(self.length), out=into)
            np.subtract(total, self.of.ago(self.length - 1)[number], out=total)

    @override
    def careful(self, number: int, row: Rows) -> None:
        count = self.counted(row)
        self.total = np.where(count == 0, 0.0, self.total + row)
        is_full = count >= self.length
        into = self.out.now[number]
        np.divide(self.total, float(self.length), out=into)
        np.copyto(into, np.nan, where=~is_full)
        old = self.of.ago(self.length - 1)[number]
        np.subtract(self.total, old, out=self.total, where=is_full)


class Deviation(Seeded):
    """Population standard deviation of the last `length` values of `of`, whose means are `mean`.

    The sum of squared distances from the mean (`total`) is moved along, so that large prices do not
    cancel: it grows by (new − old) · (new − mean + old − mean before).
    """

    def __init__(self, of: Track, mean: Track, out: Track, length: int) -> None:
        super().__init__(of, out)
        self.mean = mean
        self.length = length
        self.warm = length
        self.lead = length
        of.need(length)
        mean.need(1)

    @property
    @override
    def inputs(self) -> tuple[Operand, ...]:
        return (self.of, self.mean)

    @override
    def step(self, start: int, stop: int) -> None:
        part = slice(start, stop)
        new, old, out = self.of.now[part], self.of.ago(self.length)[part], self.out.now[part]
        np.subtract(new, self.mean.now[part], out=out)
        out += old
        out -= self.mean.ago(1)[part]
        out *= new - old
        before: Rows = self.total
        for row in out:
            np.add(row, before, out=row)
            before = row
        self.total = before.copy()
        np.divide(out, float(self.length), out=out)
        root(out, out=out)

    @override
    def first(self, number: int, row: Rows, count: int) -> None:
        if count < self.length:
            self.out.now[number] = np.nan
        else:
            self.total = self._squares(number)
            root(self.total / self.length, out=self.out.now[number])

    @override
    def careful(self, number: int, row: Rows) -> None:
        count = self.counted(row)
        self.step(number, number + 1)
        into = self.out.now[number]
        if (count == self.length).any():
            self.total = np.where(count == self.length, self._squares(number), self.total)
            np.copyto(into, np.sqrt(self.total / self.length), where=count == self.length)
        np.copyto(into, np.nan, where=count < self.length)

    def _squares(self, number: int) -> Floats:
        """Sum of squared distances of a whole window, oldest first."""
        mean = self.mean.now[number]
        total = np.zeros(self.of.width)
        for ago in range(self.length - 1, -1, -1):
            total += np.square(self.of.ago(ago)[number] - mean)
        return total


class WeightedMean(Seeded):
    """Mean of the last `length` values by the weights 1 … length."""

    def __init__(self, of: Track, out: Track, length: int) -> None:
        super().__init__(of, out)
        self.length = length
        self.warm = length
        self.lead = length
        of.need(length)

    @override
    def step(self, start: int, stop: int) -> None:
        rows, out = self.of.now[start:stop], self.out.now[start:stop]
        for row, old, into in zip(rows, self.of.ago(self.length)[start:stop], out, strict=True):
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
    def careful(self, number: int, row: Rows) -> None:
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
        self.lead = length
        self.choose = choose
        self.place = 0
        self.running: Floats = np.full(of.width, np.nan)
        self.ends: Floats = np.full((length, of.width), np.nan)
        of.need(length - 1)

    @property
    @override
    def inputs(self) -> tuple[Operand, ...]:
        return (self.of,)

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
