"""Histories of many symbols side by side, time-major, as a scan reads them.

Decided: a row is a bar, a column a symbol, and the last row is each symbol's latest bar, so one
NumPy operation over a row serves every symbol. Rows are counted from the end and belong to no moment:
a setup looks so many bars of its own symbol back, holidays and late listings or not. What asks for
moments is `app.formula.panel`. A symbol with a shorter history has NaN above its first bar; whatever
needs those rows is NaN, and no comparison with NaN is a hit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.symbols import Symbol
from app.market.models import Bars

Matrix = NDArray[np.float64]
Row = NDArray[np.float64]

_BLOCK = 32
"""Rows taken at once, so that what is computed between stays in the cache."""


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar of every symbol: prices, and volume in shares or coins."""

    open: Row
    high: Row
    low: Row
    close: Row
    volume: Row


@dataclass(frozen=True, slots=True)
class Histories:
    """`[bars, symbols]` each; NaN where a symbol has no bar yet."""

    open: Matrix
    high: Matrix
    low: Matrix
    close: Matrix
    volume: Matrix

    def __len__(self) -> int:
        return len(self.close)

    def until(self, count: int) -> "Histories":
        """The first `count` bars; a view, nothing is copied."""
        return Histories(
            open=self.open[:count],
            high=self.high[:count],
            low=self.low[:count],
            close=self.close[:count],
            volume=self.volume[:count],
        )

    def padded(self, count: int) -> "Histories":
        """At least `count` bars long, unknown ones on top."""
        missing = count - len(self)
        if missing <= 0:
            return self
        top = np.full((missing, self.close.shape[1]), np.nan)
        columns = (self.open, self.high, self.low, self.close, self.volume)
        return Histories(*(np.vstack([top, each]) for each in columns))

    def row(self, at: int) -> BarRow:
        """The bar at a position, -1 the latest."""
        return BarRow(
            open=self.open[at],
            high=self.high[at],
            low=self.low[at],
            close=self.close[at],
            volume=self.volume[at],
        )


def histories_of(bars: Mapping[Symbol, Bars], *, count: int) -> Histories:
    """The last `count` bars of each symbol, by the mapping's order, latest bars side by side."""
    columns = [np.full((count, len(bars)), np.nan) for _ in range(5)]
    for at, each in enumerate(bars.values()):
        length = min(count, len(each.time))
        if not length:
            continue
        series = (each.open, each.high, each.low, each.close, each.volume)
        for column, values in zip(columns, series, strict=True):
            column[count - length :, at] = values[-length:]
    return Histories(*columns)


def true_ranges(histories: Histories, rows: int) -> Matrix:
    """True range of the last `rows` bars, in price; it needs the bar before."""
    high, low, before = (
        histories.high[-rows:],
        histories.low[-rows:],
        histories.close[-rows - 1 : -1],
    )
    found: Matrix = np.maximum(high, before) - np.minimum(low, before)
    return found


def wilder_changes(close: Matrix, length: int, rows: int) -> tuple[Matrix, Matrix]:
    """Wilder's average gain and loss of the last `rows` bars, `[rows, symbols]` each.

    Seeded with the plain mean of a symbol's first `length` changes and carried on from there, as
    TA-Lib does. Each is linear in the changes before it, so the first row is one product of
    weights and changes, and only the rows after it are stepped.
    """
    gain = np.full((rows, close.shape[1]), np.nan)
    loss = np.full_like(gain, np.nan)
    for start, columns in _by_start(close):
        known = len(close) - start
        first = max(rows - (known - length), 0)
        if known <= length or first >= rows:
            continue
        own = close[start:, columns]
        gain[first:, columns], loss[first:, columns] = _carried(own, length, rows - first)
    return gain, loss


def relative_strength(gain: Matrix, loss: Matrix) -> Matrix:
    """RSI, 0 to 100; NaN where nothing moved, for then there is no strength to speak of."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Matrix = 100 * gain / (gain + loss)
    return found


def _by_start(close: Matrix) -> Iterator[tuple[int, slice | NDArray[np.int64]]]:
    """Columns by the row in which their history begins."""
    missing = np.isnan(close[0])
    if not missing.any():
        yield 0, slice(None)
        return
    starts = np.isnan(close).argmin(axis=0)
    starts[np.isnan(close[-1])] = len(close)
    for start in np.unique(starts):
        yield int(start), np.flatnonzero(starts == start)


def _carried(close: Matrix, length: int, rows: int) -> tuple[Matrix, Matrix]:
    """For columns that have every bar; at least `length + rows` of them."""
    net, size = _weighted(close[: len(close) - rows + 1], length)
    gain = np.empty((rows, close.shape[1]))
    loss = np.empty_like(gain)
    gain[0], loss[0] = (size + net) / 2, (size - net) / 2
    share = 1 / length
    for at in range(1, rows):
        change = close[at - rows] - close[at - rows - 1]
        gain[at] = gain[at - 1] + share * (np.maximum(change, 0) - gain[at - 1])
        loss[at] = loss[at - 1] + share * (np.maximum(-change, 0) - loss[at - 1])
    return gain, loss


def _weighted(close: Matrix, length: int) -> tuple[Row, Row]:
    """Wilder's average of the changes, and of their sizes, at the last row."""
    count = len(close) - 1
    kept = 1 - 1 / length
    weights = kept ** np.arange(count - 1, -1, -1.0) / length
    weights[:length] = kept ** (count - length) / length
    net, size = np.zeros(close.shape[1]), np.zeros(close.shape[1])
    for at in range(0, count, _BLOCK):
        end = min(at + _BLOCK, count)
        change = close[at + 1 : end + 1] - close[at:end]
        net += weights[at:end] @ change
        size += weights[at:end] @ np.abs(change, out=change)
    return net, size
