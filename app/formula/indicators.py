"""Indicators, put together from kernels: the formulas of TA-Lib, each step one kernel."""

from collections.abc import Callable, Sequence

import numpy as np

from app.formula.kernels import Exponential, Kernel, WilderSum, quotient
from app.formula.program import Program
from app.formula.sessions import DayExtreme, Gap, SessionVwap
from app.formula.tracks import Operand, Rows, Shifted, Track
from app.formula.windows import Deviation, Extreme, Mean, WeightedMean


def indicator(
    program: Program, name: str, part: str, settings: Sequence[float], of: Operand | None
) -> Track:
    """The track of the indicator `name`, of what it measures, on the program's bars."""
    made = _Indicators(program)
    if of is None:
        build: Callable[..., Track] = getattr(made, name)
        return build(part, *settings)
    measured = program.track(of)
    build = getattr(made, f"of_{name}")
    return build(measured, part, *settings)


class _Indicators:
    """A method for each word; `of_` those that measure a series."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._each = program.each

    def _bars(self, *names: str) -> tuple[Track, ...]:
        return tuple(self._program.source(name) for name in names)

    def _mean(self, of: Track, length: float) -> Track:
        return self._kernel(Mean, of, length)

    def _kernel(
        self, kind: Callable[[Track, Track, int], Kernel], of: Track, length: float
    ) -> Track:
        def make(of: Track, out: Track) -> Kernel:
            return kind(of, out, int(length))

        key = (kind, id(of), int(length))
        return self._program.kernel(make, (of,), Track(of.width), key=key)

    def _exponential(
        self, of: Track, length: float, *, share: float | None = None, skip: int = 0
    ) -> Track:
        def make(of: Track, out: Track) -> Kernel:
            return Exponential(of, out, int(length), share=share, skip=skip)

        key = (Exponential, id(of), length, share, skip)
        return self._program.kernel(make, (of,), Track(of.width), key=key)

    def _wilder(self, of: Track, length: float) -> Track:
        return self._exponential(of, length, share=1.0 / length)

    def _wilder_sum(self, of: Track, length: float, *, is_early: bool = False) -> Track:
        def make(of: Track, out: Track) -> Kernel:
            return WilderSum(of, out, int(length), is_early=is_early)

        key = (WilderSum, id(of), int(length), is_early)
        return self._program.kernel(make, (of,), Track(of.width), key=key)

    # Averages and their kin

    def of_sma(self, of: Track, part: str, length: float) -> Track:
        return self._mean(of, length)

    def of_ema(self, of: Track, part: str, length: float) -> Track:
        return self._exponential(of, length)

    def of_wma(self, of: Track, part: str, length: float) -> Track:
        return self._kernel(WeightedMean, of, length)

    def of_stdev(self, of: Track, part: str, length: float) -> Track:
        def make(of: Track, mean: Track, out: Track) -> Kernel:
            return Deviation(of, mean, out, int(length))

        key = (Deviation, id(of), int(length))
        mean = self._mean(of, length)
        return self._program.kernel(make, (of, mean), Track(of.width), key=key)

    def of_bb(self, of: Track, part: str, length: float, deviations: float) -> Track:
        middle = self._mean(of, length)
        if part == "middle":
            return middle
        reach = self._each(np.multiply, self.of_stdev(of, "", length), float(deviations))
        if part == "upper":
            return self._each(np.add, middle, reach)
        if part == "lower":
            return self._each(np.subtract, middle, reach)
        width = self._each(np.multiply, reach, 2.0)
        return self._each(np.multiply, self._each(quotient, width, middle), 100.0)

    def of_macd(self, of: Track, part: str, fast: float, slow: float, signal: float) -> Track:
        late = self._exponential(of, fast, skip=int(slow - fast))
        line = self._each(np.subtract, late, self._exponential(of, slow))
        if not part:
            return line
        smoothed = self._exponential(line, signal)
        return smoothed if part == "signal" else self._each(np.subtract, line, smoothed)

    def of_highest(self, of: Track, part: str, length: float) -> Track:
        return self._extreme(of, length, np.maximum)

    def of_lowest(self, of: Track, part: str, length: float) -> Track:
        return self._extreme(of, length, np.minimum)

    def _extreme(self, of: Track, length: float, choose: "np.ufunc") -> Track:
        def make(of: Track, out: Track) -> Kernel:
            return Extreme(of, out, int(length), choose=choose)

        key = (Extreme, choose, id(of), int(length))
        return self._program.kernel(make, (of,), Track(of.width), key=key)

    # Changes

    def of_roc(self, of: Track, part: str, length: float) -> Track:
        ratio = self._each(quotient, of, Shifted(of, int(length)))
        return self._each(np.multiply, self._each(np.subtract, ratio, 1.0), 100.0)

    def of_rsi(self, of: Track, part: str, length: float) -> Track:
        change = self._each(np.subtract, of, Shifted(of, 1))
        gain = self._wilder_sum(self._each(np.maximum, change, 0.0), length)
        moved = self._wilder_sum(self._each(np.absolute, change), length)
        return self._each(np.multiply, self._each(np.divide, gain, moved), 100.0)

    def _true_range(self) -> Track:
        high, low, close = self._bars("high", "low", "close")
        before = Shifted(close, 1)
        top = self._each(np.maximum, high, before)
        return self._each(np.subtract, top, self._each(np.minimum, low, before))

    def atr(self, part: str, length: float) -> Track:
        return self._wilder(self._true_range(), length)

    def adx(self, part: str, length: float) -> Track:
        high, low = self._bars("high", "low")
        up = self._each(np.subtract, high, Shifted(high, 1))
        down = self._each(np.subtract, Shifted(low, 1), low)
        plus, minus = (
            self._wilder_sum(self._each(_moved, one, other), length, is_early=True)
            for one, other in ((up, down), (down, up))
        )
        if part:
            ranges = self._wilder_sum(self._true_range(), length, is_early=True)
            share = self._each(quotient, plus if part == "plus" else minus, ranges)
            return self._each(np.multiply, share, 100.0)
        # The true ranges below both sides cancel.
        apart = self._each(np.absolute, self._each(np.subtract, minus, plus))
        share = self._each(_part_of, apart, self._each(np.add, minus, plus))
        return self._wilder(self._each(np.multiply, share, 100.0), length)

    def stoch(self, part: str, length: float, smooth: float, signal: float) -> Track:
        high, low, close = self._bars("high", "low", "close")
        lowest = self._extreme(low, length, np.minimum)
        highest = self._extreme(high, length, np.maximum)
        height = self._each(np.subtract, highest, lowest)
        share = self._each(_part_of, self._each(np.subtract, close, lowest), height)
        fast = self._each(np.multiply, share, 100.0)
        slow = self._mean(fast, smooth)
        return self._mean(slow, signal) if part == "d" else slow

    # Volume and the day

    def rvol(self, part: str, length: float) -> Track:
        (volume,) = self._bars("volume")
        return self._each(quotient, volume, Shifted(self._mean(volume, length), 1))

    def vwap(self, part: str) -> Track:
        bars = self._bars("high", "low", "close", "volume")
        return self._of_day(SessionVwap, bars)

    def hod(self, part: str) -> Track:
        return self._day_extreme("high", np.maximum)

    def lod(self, part: str) -> Track:
        return self._day_extreme("low", np.minimum)

    def gap(self, part: str) -> Track:
        def make(*inputs: Track) -> Kernel:
            opens, closes, out = inputs
            return Gap(opens, closes, self._program.hours, out)

        return self._program.kernel(
            make, self._bars("open", "close"), Track(self._program.width), key="gap"
        )

    def _day_extreme(self, name: str, choose: "np.ufunc") -> Track:
        def make(of: Track, out: Track) -> Kernel:
            return DayExtreme(of, self._program.hours, out, choose=choose)

        return self._program.kernel(
            make, self._bars(name), Track(self._program.width), key=("day", name)
        )

    def _of_day(self, kind: type[SessionVwap], bars: tuple[Track, ...]) -> Track:
        def make(*inputs: Track) -> Kernel:
            high, low, close, volume, out = inputs
            return kind((high, low, close, volume), self._program.hours, out)

        return self._program.kernel(make, bars, Track(self._program.width), key="vwap")


def _moved(one: Rows, other: Rows, *, out: Rows) -> None:
    """Directional movement: what one side moved, if it is up and more than the other."""
    np.maximum(one, 0.0, out=out)
    np.multiply(out, np.greater(one, other), out=out)


def _part_of(part: Rows, whole: Rows, *, out: Rows) -> None:
    """A quotient that is zero where there is nothing to be a part of."""
    np.divide(part, whole, out=out)
    if (zero := np.equal(whole, 0.0)).any():
        np.copyto(out, 0.0, where=zero)
