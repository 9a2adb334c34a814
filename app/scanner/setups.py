"""Chart setups, each a rule over the latest bar and the finished bars before it.

Decided: what a rule needs of the finished bars is prepared once (`prepare`); the latest bar, still
forming or not, is then judged in a few operations per symbol (`Prepared.hits`). A scan of closed
bars, a rescan on a live tick and a walk through history are the same code. The rules' figures are
in `docs/setups.md`; no rule looks at a later bar.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.scanner.histories import (
    BarRow,
    Histories,
    Matrix,
    Row,
    relative_strength,
    true_ranges,
    wilder_changes,
)

Mask = NDArray[np.bool_]

LONGEST = 200
"""Bars that the longest rule needs, the latest included."""

BASE = 20
RSI_LENGTH = 14
_OLD_LOWS = (30, 10)
"""Bars ago between which a divergence's first low or high lies."""

_SUPPORT = (60, 10)
"""Bars ago between which a support or resistance was made."""


class Direction(StrEnum):
    LONG = "long"
    SHORT = "short"


class Setup(StrEnum):
    """Names as they are stored and said over HTTP."""

    PULLBACK = "trend_pullback"
    BOUNCE = "support_bounce"
    REJECTION = "resistance_rejection"
    BREAKOUT = "breakout"
    BREAKDOWN = "breakdown"
    GOLDEN_CROSS = "golden_cross"
    DEATH_CROSS = "death_cross"
    BULLISH_DIVERGENCE = "bullish_divergence"
    BEARISH_DIVERGENCE = "bearish_divergence"
    SPIKE_UP = "volume_spike_up"
    SPIKE_DOWN = "volume_spike_down"
    SQUEEZE_UP = "squeeze_up"
    SQUEEZE_DOWN = "squeeze_down"

    @property
    def direction(self) -> Direction:
        return Direction.SHORT if self in _SHORT else Direction.LONG


_SHORT = {
    Setup.REJECTION,
    Setup.BREAKDOWN,
    Setup.DEATH_CROSS,
    Setup.BEARISH_DIVERGENCE,
    Setup.SPIKE_DOWN,
    Setup.SQUEEZE_DOWN,
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the finished bars say, one figure per symbol; prices unless said otherwise.

    `sum_19` and the like add up the last closes, so that the latest close makes an average whole.
    `swing_low` and `recent_low` are the lowest lows of 30 to 10 and of the last 4 bars, each with
    the RSI of its bar. `squeezed` holds where the last five bars were in a squeeze.
    """

    close: Row
    high: Row
    low: Row
    close_50: Row
    close_200: Row
    sum_19: Row
    sum_49: Row
    sum_199: Row
    spread_sum: Row
    spread_squares: Row
    range_sum: Row
    base_range: Row
    volume: Row
    base_high: Row
    base_low: Row
    support: Row
    resistance: Row
    lately_low: Row
    lately_high: Row
    gain: Row
    loss: Row
    swing_low: Row
    swing_low_rsi: Row
    swing_high: Row
    swing_high_rsi: Row
    recent_low: Row
    recent_low_rsi: Row
    recent_high: Row
    recent_high_rsi: Row
    squeezed: Mask

    def hits(self, bar: BarRow) -> dict[Setup, Mask]:
        """Where each setup stands on the latest bar, one truth per symbol."""
        with np.errstate(invalid="ignore", divide="ignore"):
            read = Reading(self, bar)
            return {setup: rule(self, bar, read) for setup, rule in _RULES.items()}


class Reading:
    """Averages and oscillators with the latest bar counted in."""

    def __init__(self, past: Prepared, bar: BarRow) -> None:
        self.sma_20: Row = (past.sum_19 + bar.close) / 20
        self.sma_50: Row = (past.sum_49 + bar.close) / 50
        self.sma_200: Row = (past.sum_199 + bar.close) / 200
        change = bar.close - past.close
        share = 1 / RSI_LENGTH
        gain = past.gain + share * (np.maximum(change, 0) - past.gain)
        loss = past.loss + share * (np.maximum(-change, 0) - past.loss)
        self.rsi: Row = relative_strength(gain, loss)
        self.true_range: Row = np.maximum(bar.high, past.close) - np.minimum(bar.low, past.close)
        self.average_range: Row = (past.range_sum + self.true_range) / BASE
        self.is_squeezed: Mask = _is_squeezed(
            past.spread_sum + change, past.spread_squares + change * change, self.average_range
        )
        length = bar.high - bar.low
        self.from_low: Row = (bar.close - bar.low) / length
        self.volume_ratio: Row = np.where(past.volume > 0, bar.volume / past.volume, np.nan)


def prepare(histories: Histories, changes: tuple[Matrix, Matrix] | None = None) -> Prepared:
    """From finished bars; `changes` are Wilder's gains and losses where the caller has them,
    their last row that of the last bar, 30 rows at least."""
    histories = histories.padded(LONGEST)
    gain, loss = changes or wilder_changes(histories.close, RSI_LENGTH, _OLD_LOWS[0])
    rsi = relative_strength(gain, loss)
    high, low, close = histories.high, histories.low, histories.close
    ranges = true_ranges(histories, BASE + 4)
    spread = close[-19:] - close[-1]
    swing_low, swing_low_rsi = _extreme(low, rsi, *_OLD_LOWS, np.argmin)
    swing_high, swing_high_rsi = _extreme(high, rsi, *_OLD_LOWS, np.argmax)
    recent_low, recent_low_rsi = _extreme(low, rsi, 4, 1, np.argmin)
    recent_high, recent_high_rsi = _extreme(high, rsi, 4, 1, np.argmax)
    return Prepared(
        close=close[-1],
        high=high[-1],
        low=low[-1],
        close_50=close[-50],
        close_200=close[-200],
        sum_19=close[-19:].sum(axis=0),
        sum_49=close[-49:].sum(axis=0),
        sum_199=close[-199:].sum(axis=0),
        spread_sum=spread.sum(axis=0),
        spread_squares=(spread * spread).sum(axis=0),
        range_sum=ranges[-19:].sum(axis=0),
        base_range=ranges[-BASE:].mean(axis=0),
        volume=histories.volume[-BASE:].mean(axis=0),
        base_high=high[-BASE:].max(axis=0),
        base_low=low[-BASE:].min(axis=0),
        support=low[-_SUPPORT[0] : -_SUPPORT[1]].min(axis=0),
        resistance=high[-_SUPPORT[0] : -_SUPPORT[1]].max(axis=0),
        lately_low=low[-_SUPPORT[1] :].min(axis=0),
        lately_high=high[-_SUPPORT[1] :].max(axis=0),
        gain=gain[-1],
        loss=loss[-1],
        swing_low=swing_low,
        swing_low_rsi=swing_low_rsi,
        swing_high=swing_high,
        swing_high_rsi=swing_high_rsi,
        recent_low=recent_low,
        recent_low_rsi=recent_low_rsi,
        recent_high=recent_high,
        recent_high_rsi=recent_high_rsi,
        squeezed=_squeezed_lately(close, ranges),
    )


def scan(histories: Histories) -> dict[Setup, Mask]:
    """Where each setup stands on the last bar."""
    return prepare(histories.until(len(histories) - 1)).hits(histories.row(-1))


def scan_history(histories: Histories, *, since: int = LONGEST) -> dict[Setup, Mask]:
    """`[bars, symbols]`: where each setup stood on each bar from position `since` on, told by the
    bars up to it alone; the first `LONGEST` bars are only read."""
    found = {setup: np.zeros(histories.close.shape, dtype=bool) for setup in Setup}
    gain, loss = wilder_changes(histories.close, RSI_LENGTH, len(histories))
    for at in range(max(since, LONGEST), len(histories)):
        past = prepare(histories.until(at), (gain[:at], loss[:at]))
        for setup, mask in past.hits(histories.row(at)).items():
            found[setup][at] = mask
    return found


def _extreme(
    prices: Matrix, rsi: Matrix, first: int, last: int, where: Callable[..., NDArray[np.int64]]
) -> tuple[Row, Row]:
    """The lowest low (or highest high) from `first` to `last` bars ago, and the RSI there."""
    window = slice(-first, 1 - last or None)
    own = prices[window]
    at = where(own, axis=0)[np.newaxis]
    return (
        np.take_along_axis(own, at, axis=0)[0],
        np.take_along_axis(rsi[window], at, axis=0)[0],
    )


def _squeezed_lately(close: Matrix, ranges: Matrix) -> Mask:
    """In a squeeze on each of the last five bars."""
    spread = close[-BASE - 4 :] - close[-1]
    sums, squares, spans = (_running(each) for each in (spread, spread * spread, ranges))
    found: Mask = np.all(_is_squeezed(sums, squares, spans / BASE), axis=0)
    return found


def _running(values: Matrix) -> Matrix:
    """Sums of each 20 bars that follow one another."""
    added = np.cumsum(values, axis=0)
    added[BASE:] -= added[:-BASE].copy()
    found: Matrix = added[BASE - 1 :]
    return found


def _is_squeezed(sums: Matrix, squares: Matrix, average_range: Matrix) -> Mask:
    """Bollinger bands (20, 2) inside of Keltner channels (20, 1.5 average true ranges); both lie
    around one mean, so their widths decide. `sums` and `squares` are of 20 closes, counted from a
    close near them."""
    variance = (squares - sums * sums / BASE) / BASE
    found: Mask = 4 * variance < (1.5 * average_range) ** 2
    return found


def _pullback(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return (bar.close > read.sma_200) & (bar.close < read.sma_20) & (read.rsi < 40)


def _bounce(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    level = past.support
    touched = (bar.low <= level * 1.01) & (np.minimum(bar.low, past.lately_low) >= level * 0.98)
    return touched & (bar.close > level) & (bar.close > bar.open) & (read.from_low >= 0.5)


def _rejection(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    level = past.resistance
    touched = (bar.high >= level * 0.99) & (np.maximum(bar.high, past.lately_high) <= level * 1.02)
    return touched & (bar.close < level) & (bar.close < bar.open) & (read.from_low <= 0.5)


def _breakout(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return _is_base(past) & (bar.close > past.base_high) & (read.volume_ratio >= 1.5)


def _breakdown(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return _is_base(past) & (bar.close < past.base_low) & (read.volume_ratio >= 1.5)


def _is_base(past: Prepared) -> Mask:
    found: Mask = past.base_high - past.base_low <= 3.5 * past.base_range
    return found


def _golden_cross(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return (_gap_before(past) <= 0) & (read.sma_50 > read.sma_200)


def _death_cross(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return (_gap_before(past) >= 0) & (read.sma_50 < read.sma_200)


def _gap_before(past: Prepared) -> Row:
    """The 50-bar average less the 200-bar one, a bar ago."""
    found: Row = (past.sum_49 + past.close_50) / 50 - (past.sum_199 + past.close_200) / 200
    return found


def _bullish_divergence(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    low = np.fmin(past.recent_low, bar.low)
    rsi = np.where(bar.low < past.recent_low, read.rsi, past.recent_low_rsi)
    lower = (low < past.swing_low) & (past.swing_low_rsi < 40)
    return lower & (rsi > past.swing_low_rsi + 3) & (bar.close > past.close)


def _bearish_divergence(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    high = np.fmax(past.recent_high, bar.high)
    rsi = np.where(bar.high > past.recent_high, read.rsi, past.recent_high_rsi)
    higher = (high > past.swing_high) & (past.swing_high_rsi > 60)
    return higher & (rsi < past.swing_high_rsi - 3) & (bar.close < past.close)


def _spike_up(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return (read.volume_ratio >= 3) & (bar.close > past.high) & (read.from_low >= 2 / 3)


def _spike_down(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return (read.volume_ratio >= 3) & (bar.close < past.low) & (read.from_low <= 1 / 3)


def _squeeze_up(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return past.squeezed & ~read.is_squeezed & (bar.close > read.sma_20)


def _squeeze_down(past: Prepared, bar: BarRow, read: Reading) -> Mask:
    return past.squeezed & ~read.is_squeezed & (bar.close < read.sma_20)


_RULES: dict[Setup, Callable[[Prepared, BarRow, Reading], Mask]] = {
    Setup.PULLBACK: _pullback,
    Setup.BOUNCE: _bounce,
    Setup.REJECTION: _rejection,
    Setup.BREAKOUT: _breakout,
    Setup.BREAKDOWN: _breakdown,
    Setup.GOLDEN_CROSS: _golden_cross,
    Setup.DEATH_CROSS: _death_cross,
    Setup.BULLISH_DIVERGENCE: _bullish_divergence,
    Setup.BEARISH_DIVERGENCE: _bearish_divergence,
    Setup.SPIKE_UP: _spike_up,
    Setup.SPIKE_DOWN: _spike_down,
    Setup.SQUEEZE_UP: _squeeze_up,
    Setup.SQUEEZE_DOWN: _squeeze_down,
}
