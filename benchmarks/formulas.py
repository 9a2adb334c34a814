"""Formulas over 5,000 symbols × 500 daily bars, against a loop over the symbols with TA-Lib and numpy.

Each formula is asked in three ways: on every bar (a replay), on the last bar alone (a scan), and on one
more bar by a `Live` that has the history behind it (a rescan). The loop gets each symbol's columns as
TA-Lib likes them, contiguous, and always computes its whole history, as one writes it. All must agree
on every bar asked.
"""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import numpy as np

from app.core.timeframes import Timeframe
from app.formula.evaluating import Flags, fires
from app.formula.formula import Formula, parse
from app.formula.live import Live, Row
from app.formula.panel import Panel
from app.market.calendar import session_table
from app.market.models import Floats
from benchmarks.machine import Row as TableRow
from benchmarks.machine import print_table
from benchmarks.paired import Timing, paired_timings

SYMBOLS, DAYS = 5_000, 500
FIELDS = ("open", "high", "low", "close", "volume")
Columns = tuple[Floats, ...]
Loop = Callable[[Any, Floats, Floats, Floats, Floats, Floats], Flags]


def run() -> None:
    """Check that all agree, then print paired medians."""
    panel = random_panel()
    columns = tuple(np.ascontiguousarray(getattr(panel, name).T) for name in FIELDS)
    rows: list[TableRow] = []
    ratios: list[list[float]] = []
    for text, loop in LOOPS.items():
        peer, *ours = _timed(parse(text).on(Timeframe.D1), panel, columns, loop)
        pairs = [(each.milliseconds, 1 / each.ratio) for each in ours]
        rows.append((text, [peer.milliseconds, *chain(*pairs)]))
        ratios.append([ratio for _, ratio in pairs])
    typical = np.exp(np.log(ratios).mean(axis=0)).tolist()
    rows.append(("geometric mean", [None, *chain(*((None, each) for each in typical))]))
    print_table(
        f"Formulas over {SYMBOLS:,} symbols × {DAYS} daily bars, CPU milliseconds; × is the loop's time",
        ("TA-Lib", "every bar", "×", "last bar", "×", "one more", "×"),
        rows,
        note="equal: every bar asked in all three ways",
    )


def _timed(formula: Formula, panel: Panel, columns: Columns, loop: Loop) -> list[Timing]:
    live = Live(formula, [panel.rows(0, -1)])
    bar = Row(time=int(panel.time[-1]), **{name: getattr(panel, name)[-1] for name in FIELDS})
    expected = over_symbols(loop, columns)
    np.testing.assert_array_equal(fires(formula, [panel]), expected)
    np.testing.assert_array_equal(fires(formula, [panel], last=1)[0], expected[-1])
    np.testing.assert_array_equal(live.peek(bar).is_true, expected[-1])
    return paired_timings(
        {
            "loop": lambda: over_symbols(loop, columns),
            "every": lambda: fires(formula, [panel]),
            "last": lambda: fires(formula, [panel], last=1),
            "more": lambda: live.peek(bar),
        },
        rounds=7,
    )


def random_panel() -> Panel:
    """Random walks in cents, on real sessions."""
    random = np.random.default_rng(7)
    shape = (DAYS, SYMBOLS)
    start = random.uniform(5, 300, SYMBOLS)
    close = np.round(start * np.exp(np.cumsum(random.normal(0, 0.015, shape), axis=0)) + 1, 2)
    opens = np.round(close * (1 + random.normal(0, 0.005, shape)), 2)
    top, bottom = np.maximum(opens, close), np.minimum(opens, close)
    return Panel(
        symbols=tuple(f"S{number}" for number in range(SYMBOLS)),
        timeframe=Timeframe.D1,
        time=session_table().opens[-DAYS:].copy(),
        open=opens,
        high=np.round(top * (1 + random.exponential(0.006, shape)), 2),
        low=np.round(bottom * (1 - random.exponential(0.006, shape)), 2),
        close=close,
        volume=np.round(random.lognormal(13, 0.6, shape)),
    )


def over_symbols(loop: Loop, columns: Columns) -> Flags:
    """The peer: one symbol after the other."""
    import talib

    with np.errstate(all="ignore"):
        found = [loop(talib, *(each[n] for each in columns)) for n in range(SYMBOLS)]
    return np.stack(found, axis=1)


def _ago(values: Floats, bars: int = 1) -> Floats:
    shifted = np.empty_like(values)
    shifted[:bars], shifted[bars:] = np.nan, values[:-bars]
    return shifted


def _washed_out(ta: Any, o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> Flags:
    return (ta.RSI(c, 14) < 30) & (c > ta.SMA(c, 200))


def _crossing(ta: Any, o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> Flags:
    fast, slow = ta.EMA(c, 9), ta.EMA(c, 21)
    return (fast > slow) & (_ago(fast) <= _ago(slow)) & (v > 1.5 * ta.SMA(v, 20))


def _below_band(ta: Any, o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> Flags:
    return (c < ta.BBANDS(c, 20, 2, 2)[2]) & (ta.ADX(h, low, c, 14) < 25)


def _breakout(ta: Any, o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> Flags:
    return (c > _ago(ta.MAX(h, 55))) & (v / _ago(ta.SMA(v, 20)) > 2)


def _histogram(ta: Any, o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> Flags:
    histogram = ta.MACD(c, 12, 26, 9)[2]
    crossed = (histogram > 0) & (_ago(histogram) <= 0)
    return crossed & (c > ta.SMA(c, 50)) & (ta.ATR(h, low, c, 14) < 5 * c / 100)


def _engulfing(ta: Any, o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> Flags:
    before, opened = _ago(c), _ago(o)
    return (c > o) & (before < opened) & (c > opened) & (o < before) & (v > _ago(v))


def _pullback(ta: Any, o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> Flags:
    near, middle, far = ta.SMA(c, 20), ta.SMA(c, 50), ta.SMA(c, 200)
    return (c > 5) & (near > middle) & (middle > far) & (np.abs(c - near) <= near / 100)


def _quiet(ta: Any, o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> Flags:
    spread = h - low
    return (
        (spread <= ta.MIN(spread, 7))
        & (c > _ago(c, 20))
        & (ta.STOCH(h, low, c, 14, 3, 0, 3)[0] > 50)
    )


LOOPS: Mapping[str, Loop] = {
    "rsi(14) < 30 and close > sma(200)": _washed_out,
    "ema(9) crosses above ema(21) and volume > 1.5x sma(volume, 20)": _crossing,
    "close < bb(20, 2).lower and adx(14) < 25": _below_band,
    "close > highest(55)[1] and rvol(20) > 2": _breakout,
    "macd.histogram crosses above 0 and close > sma(50) and atr(14) < 5% * close": _histogram,
    "close > open and close[1] < open[1] and close > open[1] and open < close[1] and "
    "volume > volume[1]": _engulfing,
    "close > 5 and sma(20) > sma(50) and sma(50) > sma(200) and close within 1% of sma(20)": _pullback,
    "high - low <= lowest(high - low, 7) and close > close[20] and stoch(14, 3, 3) > 50": _quiet,
}
