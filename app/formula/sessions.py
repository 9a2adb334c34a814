"""What is counted by the trading day, and by bars in a row: VWAP, the day's extremes, gaps, tests, spells.

Tests of a level are counted as the map of levels counts them: a test begins with a bar that comes
within reach of the level, after one that stayed away from it by five times as much.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from typing_extensions import override

from app.formula.kernels import Kernel
from app.formula.tracks import Operand, Rows, Shifted, Track, rows_of
from app.market.models import Floats

AWAY = 5.0
"""How many times the reach a bar must stay away before the next test can begin."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Flags of each row: `fresh` the first of its day, `opening` the first of its regular hours,
    `regular` any of them."""

    fresh: Track
    opening: Track
    regular: Track


class Stepped(Kernel):
    """A kernel that goes row by row. `state` are its arrays, all replaced and never written to."""

    state: tuple[Any, ...]
    operands: tuple[Operand, ...]

    @property
    @override
    def inputs(self) -> tuple[Operand, ...]:
        return self.operands

    @override
    def run(self, *, keep: bool) -> None:
        before = self.state
        out = self.out.now
        inputs = [rows_of(each) for each in self.operands]
        for number in range(len(out)):
            row = [each if isinstance(each, float) else each[number] for each in inputs]
            out[number] = self.next(*row)
        if not keep:
            self.state = before

    def next(self, *row: Any) -> Rows | float | bool:
        """The result of one row, with `state` brought forward."""
        raise NotImplementedError


class SessionVwap(Stepped):
    """VWAP since the open, of typical prices, summed around the session's first close."""

    def __init__(self, bars: tuple[Track, Track, Track, Track], hours: Hours, out: Track) -> None:
        self.operands = (*bars, hours.fresh, hours.opening, hours.regular)
        self.out = out
        nothing = np.full(out.width, np.nan)
        self.state = (nothing, nothing, nothing)

    @override
    def next(self, *row: Any) -> Rows:
        high, low, close, volume, fresh, opening, regular = row
        anchor, traded, weight = (np.where(fresh, np.nan, each) for each in self.state)
        anchor = np.where(opening, close, anchor)
        traded, weight = (np.where(opening, 0.0, each) for each in (traded, weight))
        offset = (high + low + close) / 3 - anchor
        traded = np.where(regular, traded + offset * volume, traded)
        weight = np.where(regular, weight + volume, weight)
        self.state = (anchor, traded, weight)
        return anchor + traded / np.where(weight > 0, weight, np.nan)


class DayExtreme(Stepped):
    """The highest high or lowest low of the session before this bar."""

    def __init__(self, of: Track, hours: Hours, out: Track, *, choose: Callable[..., Any]) -> None:
        self.operands = (of, hours.fresh, hours.opening, hours.regular)
        self.out = out
        self.choose = choose
        self.state = (np.full(out.width, np.nan),)

    @override
    def next(self, *row: Any) -> Rows:
        of, fresh, opening, regular = row
        before: Floats = np.where(fresh | opening, np.nan, self.state[0])
        after = np.where(opening, of, np.where(regular, self.choose(before, of), before))
        self.state = (after,)
        return before


class Gap(Stepped):
    """Percent from the last regular close before this session to its open."""

    def __init__(self, opens: Track, closes: Track, hours: Hours, out: Track) -> None:
        self.operands = (opens, closes, hours.fresh, hours.opening, hours.regular)
        self.out = out
        nothing = np.full(out.width, np.nan)
        self.state = (nothing, nothing)

    @override
    def next(self, *row: Any) -> Rows:
        opens, closes, fresh, opening, regular = row
        close_before, gap = self.state
        gap = np.where(fresh, np.nan, gap)
        gap = np.where(opening, (opens / close_before - 1.0) * 100.0, gap)
        self.state = (np.where(regular, closes, close_before), gap)
        return gap


class TestBegins(Stepped):
    """Whether a test of the level begins with this bar. `is_daily`: each day starts anew, and a level
    that trading makes must first be left."""

    def __init__(  # noqa: PLR0913 - what a test is made of
        self,
        bars: tuple[Track, Track],
        level: Operand,
        reach: Operand,
        hours: Hours,
        out: Track,
        *,
        is_daily: bool,
        is_made: bool,
    ) -> None:
        self.operands = (*bars, level, reach, hours.fresh, hours.opening, hours.regular)
        self.out = out
        self.is_daily = is_daily
        self.is_made = is_made
        self.state = (np.full(out.width, not is_made),)

    @override
    def next(self, *row: Any) -> Rows:
        high, low, level, reach, fresh, opening, regular = row
        armed = self.state[0]
        if self.is_daily:
            armed = np.where(fresh | opening, not self.is_made, armed)
        distance = np.maximum(low - level, level - high)
        is_near = (distance <= reach) & regular
        is_away = (distance >= AWAY * reach) & (distance > 0) & regular
        self.state = ((armed | is_away) & ~is_near,)
        begins: Rows = is_near & armed
        return begins


class Tally(Stepped):
    """How often a flag was up: since the day's open, or over the last `window` rows (if not zero)."""

    def __init__(self, of: Track, hours: Hours, out: Track, *, window: int) -> None:
        self.operands = (of, Shifted(of, window) if window else of, hours.fresh, hours.opening)
        self.out = out
        self.window = window
        self.state = (np.zeros(out.width),)

    @override
    def next(self, *row: Any) -> Rows:
        up, old, fresh, opening = row
        count: Rows = self.state[0] + up
        count = count - old if self.window else np.where(fresh | opening, up * 1.0, count)
        self.state = (count,)
        return count


class Spell(Stepped):
    """Whether a flag has been up on each of the last `length` rows, or, with `ever`, on any."""

    def __init__(self, of: Operand, out: Track, length: int, *, ever: bool = False) -> None:
        self.operands = (of,)
        self.out = out
        self.length = length
        self.lead = length
        self.ever = ever
        start = length if ever else 0
        self.state = (np.full(out.width, start, dtype=np.int64),)

    @override
    def next(self, *row: Any) -> Rows:
        (up,) = row
        counted = (self.state[0] + 1) * (~up if self.ever else up)
        self.state = (np.minimum(counted, self.length),)
        enough: Rows = self.state[0] >= self.length
        return ~enough if self.ever else enough
