"""The arithmetic of one stretch of rows: value by value, and by recursion. Windows are in `windows.py`.

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
from app.indicators.formulas import WARM_UP
from app.market.models import Floats, Ints


class Kernel:
    """Computes its track's running stretch. With `keep` false nothing is remembered of it."""

    out: Track
    lead: int | None = None
    """Rows it must have run before a result counts; None if it must see all of them."""

    @property
    def inputs(self) -> tuple[Operand, ...]:
        """What it reads."""
        raise NotImplementedError

    def run(self, *, keep: bool) -> None:
        raise NotImplementedError


class Each(Kernel):
    """A function of numpy, value by value."""

    lead = 0

    def __init__(self, function: Callable[..., Any], operands: tuple[Operand, ...], out: Track):
        self.function = function
        self.operands = operands
        self.out = out

    @property
    @override
    def inputs(self) -> tuple[Operand, ...]:
        return self.operands

    @override
    def run(self, *, keep: bool) -> None:
        self.function(*(rows_of(each) for each in self.operands), out=self.out.now)


def quotient(left: Rows, right: Rows | float, *, out: Rows) -> None:
    """Division; by zero it is unknown."""
    np.divide(left, right, out=out)
    if not isinstance(right, float) and (zero := np.equal(right, 0.0)).any():
        np.copyto(out, np.nan, where=zero)


def root(of: Rows, *, out: Rows) -> None:
    """Square root; of what rounding made negative, zero."""
    np.sqrt(np.maximum(of, 0.0), out=out)


def copied(of: Rows, *, out: Rows) -> None:
    out[:] = of


class Seeded(Kernel):
    """A recursion per column that starts with the mean or sum of its first values, and starts anew
    behind a NaN.

    `count` is how many values a column has had in a row; `together` the same while all columns have
    had as many. Once all have had `warm` of them rows are stepped without looking: a NaN shows in
    the last row, and the stretch is gone through again with care.
    """

    warm: int
    """Values until the first result."""

    def __init__(self, of: Track, out: Track) -> None:
        self.of = of
        self.out = out
        self.count: Ints = np.zeros(of.width, dtype=np.int64)
        self.together: int | None = 0
        self.total: Floats = np.zeros(of.width)
        self.value: Floats = np.full(of.width, np.nan)
        self.is_ready = False

    @property
    @override
    def inputs(self) -> tuple[Operand, ...]:
        return (self.of,)

    @override
    def run(self, *, keep: bool) -> None:
        before = self._state()
        count = len(self.of.now)
        if not (self.is_ready and self._strides(0, count)):
            self.total, self.value = self.total.copy(), self.value.copy()
            self._walk(count)
            self.is_ready = self._is_warm()
        if not keep:
            self._restore(before)

    def _strides(self, start: int, stop: int) -> bool:
        """Steps without looking; False, and nothing has happened, if there was a NaN."""
        before = self._state()
        self.total, self.value = self.total.copy(), self.value.copy()
        self.step(start, stop)
        if not np.isnan(self.out.now[stop - 1]).any():
            return True
        self._restore(before)
        return False

    def _walk(self, count: int) -> None:
        for number, row in enumerate(self.of.now):
            self._look(number, row)
            is_begun = self.together == self.warm and number + 1 < count
            if is_begun and self._strides(number + 1, count):
                return

    def _state(self) -> tuple[Any, ...]:
        return self.count, self.together, self.total, self.value, self.is_ready

    def _restore(self, state: tuple[Any, ...]) -> None:
        self.count, self.together, self.total, self.value, self.is_ready = state

    def _is_warm(self) -> bool:
        if self.together is not None:
            return self.together >= self.warm
        return bool((self.count >= self.warm).all())

    def _look(self, number: int, row: Rows) -> None:
        missing = np.isnan(row)
        if self.together is not None and not missing.any():
            self.together += 1
            if self.together > self.warm:
                self.step(number, number + 1)
            else:
                self.first(number, row, self.together)
        elif self.together is not None and missing.all():
            self.together = 0
            self.out.now[number] = np.nan
        else:
            if self.together is not None:
                self.count = np.full_like(self.count, min(self.together, self.warm + 1))
                self.together = None
            self.careful(number, row)

    def step(self, start: int, stop: int) -> None:
        """Rows of the stretch on which all columns are under way."""
        raise NotImplementedError

    def first(self, number: int, row: Rows, count: int) -> None:
        """One of the first `warm` rows, the same for all columns."""
        self.count = np.full_like(self.count, count - 1)
        self.careful(number, row)

    def careful(self, number: int, row: Rows) -> None:
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
        self.lead = self.warm + WARM_UP

    def next(self, row: Rows, before: Rows, out: Rows) -> None:
        raise NotImplementedError

    @override
    def step(self, start: int, stop: int) -> None:
        before: Rows = self.value
        rows, out = self.of.now[start:stop], self.out.now[start:stop]
        for row, into in zip(rows, out, strict=True):
            self.next(row, before, into)
            before = into
        self.value = before.copy()

    @override
    def first(self, number: int, row: Rows, count: int) -> None:
        into = self.out.now[number]
        if count <= self.skip + 1:
            np.copyto(self.total, row)
        else:
            np.add(self.total, row, out=self.total)
        if count < self.warm:
            into[:] = np.nan
        else:
            np.divide(self.total, float(self.length), out=into)
            np.copyto(self.value, into)

    @override
    def careful(self, number: int, row: Rows) -> None:
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
    """Wilder's running sum: each value joins what is left of those before.

    It is begun with the plain sum of the first `length` values, or as in ADX of the first
    `length - 1`, which the next one joins.
    """

    def __init__(self, of: Track, out: Track, length: int, *, is_early: bool = False) -> None:
        super().__init__(of, out, length)
        self.is_early = is_early

    @override
    def next(self, row: Rows, before: Rows, out: Rows) -> None:
        np.multiply(before, 1.0 - 1.0 / self.length, out=out)
        np.add(out, row, out=out)

    @override
    def first(self, number: int, row: Rows, count: int) -> None:
        into = self.out.now[number]
        if count == self.warm and self.is_early:
            self.next(row, self.total, into)
        else:
            np.add(0.0 if count == 1 else self.total, row, out=self.total)
            into[:] = self.total if count == self.warm else np.nan
        np.copyto(self.value, into)

    @override
    def careful(self, number: int, row: Rows) -> None:
        count, into = self.counted(row), self.out.now[number]
        begins = count == self.warm
        before = np.where(begins, self.total, self.value)
        self.total = np.where(count == 1, row, self.total + row)
        self.next(row, before, into)
        if not self.is_early:
            np.copyto(into, self.total, where=begins)
        np.copyto(into, np.nan, where=count < self.warm)
        self.value = into.copy()
