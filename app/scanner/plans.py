"""What taking a setup would risk and could gain: entry, stop and target.

Decided: every figure comes from the chart the setup stands on (its base, its swing, its average
range), never from a percentage of taste; the entry is the close that made the setup. A setup whose
target or stop lies on the wrong side of the entry, or nowhere a price can be, is no opportunity. All prices
in the instrument's currency, one figure per symbol; ranges are plain means of 20 true ranges.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.scanner.histories import BarRow, Row
from app.scanner.setups import Direction, Mask, Prepared, Reading, Setup

NEAREST = 0.25
"""Mean ranges that a stop is away at least; a nearer one is hit by any breath of the price."""


@dataclass(frozen=True, slots=True)
class Plans:
    """One plan per symbol, of one setup."""

    setup: Setup
    entry: Row
    stop: Row
    target: Row
    average_range: Row

    @property
    def risk(self) -> Row:
        """From entry to stop, in price; not above zero where there is no plan."""
        found: Row = self._sign * (self.entry - self.stop)
        return found

    @property
    def reward(self) -> Row:
        """From entry to target, in price."""
        found: Row = self._sign * (self.target - self.entry)
        return found

    @property
    def reward_to_risk(self) -> Row:
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Row = self.reward / self.risk
        return found

    @property
    def is_sound(self) -> Mask:
        """The stop on one side of the entry, far enough to be more than noise, the target on the
        other, and both of them prices that can be paid."""
        apart = (self.risk > 0) & (self.risk >= NEAREST * self.average_range) & (self.reward > 0)
        found: Mask = apart & (self.stop > 0) & (self.target > 0)
        return found

    @property
    def _sign(self) -> int:
        return 1 if self.setup.direction is Direction.LONG else -1


_Ends = tuple[Row, Row]


def plans(setup: Setup, past: Prepared, bar: BarRow) -> Plans:
    """The plan of `setup` for every symbol, whether it stands there or not."""
    with np.errstate(invalid="ignore", divide="ignore"):
        read = Reading(past, bar)
        stop, target = _ENDS[setup](past, bar, read)
    return Plans(
        setup=setup,
        entry=bar.close,
        stop=stop,
        target=target,
        average_range=read.average_range,
    )


def _pullback(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return np.fmin(past.recent_low, bar.low) - 0.5 * read.average_range, past.base_high


def _bounce(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return np.fmin(past.support, bar.low) - 0.5 * read.average_range, past.base_high


def _rejection(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return np.fmax(past.resistance, bar.high) + 0.5 * read.average_range, past.base_low


def _breakout(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return (past.base_high + past.base_low) / 2, bar.close + past.base_high - past.base_low


def _breakdown(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return (past.base_high + past.base_low) / 2, bar.close - past.base_high + past.base_low


def _golden_cross(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return bar.close - 2 * read.average_range, bar.close + 4 * read.average_range


def _death_cross(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return bar.close + 2 * read.average_range, bar.close - 4 * read.average_range


def _spike_up(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    stop = bar.low - 0.25 * read.average_range
    return stop, bar.close + 2 * (bar.close - stop)


def _spike_down(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    stop = bar.high + 0.25 * read.average_range
    return stop, bar.close - 2 * (stop - bar.close)


def _squeeze_up(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return read.sma_20, bar.close + 3 * read.average_range


def _squeeze_down(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return read.sma_20, bar.close - 3 * read.average_range


def _at_the_low(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return np.fmin(past.recent_low, bar.low) - 0.25 * read.average_range, past.base_high


def _at_the_high(past: Prepared, bar: BarRow, read: Reading) -> _Ends:
    return np.fmax(past.recent_high, bar.high) + 0.25 * read.average_range, past.base_low


_ENDS: dict[Setup, Callable[[Prepared, BarRow, Reading], _Ends]] = {
    Setup.PULLBACK: _pullback,
    Setup.BOUNCE: _bounce,
    Setup.REJECTION: _rejection,
    Setup.BREAKOUT: _breakout,
    Setup.BREAKDOWN: _breakdown,
    Setup.GOLDEN_CROSS: _golden_cross,
    Setup.DEATH_CROSS: _death_cross,
    Setup.BULLISH_DIVERGENCE: _at_the_low,
    Setup.BEARISH_DIVERGENCE: _at_the_high,
    Setup.SPIKE_UP: _spike_up,
    Setup.SPIKE_DOWN: _spike_down,
    Setup.SQUEEZE_UP: _squeeze_up,
    Setup.SQUEEZE_DOWN: _squeeze_down,
}
