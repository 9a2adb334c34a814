"""Why a setup stands: the figures its rule looked at, by name.

Decided: what is shown is what was compared, so a person can check the rule on the chart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.scanner.histories import BarRow, Row
from app.scanner.setups import Prepared, Reading, Setup


class Measure(StrEnum):
    """What a figure is measured in."""

    PRICE = "price"
    TIMES = "times"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of one symbol."""

    name: str
    value: float
    measure: Measure = Measure.PRICE


def evidence(setup: Setup, past: Prepared, bar: BarRow, at: int) -> tuple[Fact, ...]:
    """The figures of `setup` for the symbol in column `at`; what is not known of it is none of them."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = _FACTS[setup](past, bar, Reading(past, bar))
    return tuple(
        Fact(name, float(row[at]), measure) for name, row, measure in rows if np.isfinite(row[at])
    )


_Rows = tuple[tuple[str, Row, Measure], ...]


def _pullback(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (
        ("SMA 200", read.sma_200, Measure.PRICE),
        ("SMA 20", read.sma_20, Measure.PRICE),
        ("RSI 14", read.rsi, Measure.POINTS),
    )


def _bounce(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (("support", past.support, Measure.PRICE), ("low", bar.low, Measure.PRICE))


def _rejection(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (("resistance", past.resistance, Measure.PRICE), ("high", bar.high, Measure.PRICE))


def _breakout(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (("base high", past.base_high, Measure.PRICE), _volume(read))


def _breakdown(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (("base low", past.base_low, Measure.PRICE), _volume(read))


def _cross(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (("SMA 50", read.sma_50, Measure.PRICE), ("SMA 200", read.sma_200, Measure.PRICE))


def _bullish_divergence(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    is_now = bar.low < past.recent_low
    return (
        ("swing low", past.swing_low, Measure.PRICE),
        ("RSI there", past.swing_low_rsi, Measure.POINTS),
        ("lower low", np.fmin(past.recent_low, bar.low), Measure.PRICE),
        ("its RSI", np.where(is_now, read.rsi, past.recent_low_rsi), Measure.POINTS),
    )


def _bearish_divergence(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    is_now = bar.high > past.recent_high
    return (
        ("swing high", past.swing_high, Measure.PRICE),
        ("RSI there", past.swing_high_rsi, Measure.POINTS),
        ("higher high", np.fmax(past.recent_high, bar.high), Measure.PRICE),
        ("its RSI", np.where(is_now, read.rsi, past.recent_high_rsi), Measure.POINTS),
    )


def _spike_up(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (_volume(read), ("high before", past.high, Measure.PRICE))


def _spike_down(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (_volume(read), ("low before", past.low, Measure.PRICE))


def _squeeze(past: Prepared, bar: BarRow, read: Reading) -> _Rows:
    return (
        ("SMA 20", read.sma_20, Measure.PRICE),
        ("mean range", read.average_range, Measure.PRICE),
    )


def _volume(read: Reading) -> tuple[str, Row, Measure]:
    return "volume against usual", read.volume_ratio, Measure.TIMES


_FACTS: dict[Setup, Callable[[Prepared, BarRow, Reading], _Rows]] = {
    Setup.PULLBACK: _pullback,
    Setup.BOUNCE: _bounce,
    Setup.REJECTION: _rejection,
    Setup.BREAKOUT: _breakout,
    Setup.BREAKDOWN: _breakdown,
    Setup.GOLDEN_CROSS: _cross,
    Setup.DEATH_CROSS: _cross,
    Setup.BULLISH_DIVERGENCE: _bullish_divergence,
    Setup.BEARISH_DIVERGENCE: _bearish_divergence,
    Setup.SPIKE_UP: _spike_up,
    Setup.SPIKE_DOWN: _spike_down,
    Setup.SQUEEZE_UP: _squeeze,
    Setup.SQUEEZE_DOWN: _squeeze,
}
