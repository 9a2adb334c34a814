"""Setups over 5,000 symbols x 500 daily bars, and a rescan on a live tick: ours against TA-Lib in a
loop over symbols and against polars.

Eight rules of `docs/setups.md`: pullback, bounce, breakout, golden cross, bullish divergence, spike,
squeeze and breakdown. The peers have each symbol's bars side by side, as they like them; TA-Lib's
loop gives its averages, strength, bands and extremes and NumPy picks the last bars. All must find
the same symbols; CPU time, one thread of BLAS or several as the machine is set up.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.scanner.histories import Histories
from app.scanner.setups import Mask, Setup, prepare, scan
from benchmarks.paired import paired_timings, print_timings

SYMBOLS = 5_000
BARS = 500
RULES = (
    Setup.PULLBACK,
    Setup.BOUNCE,
    Setup.BREAKOUT,
    Setup.BREAKDOWN,
    Setup.GOLDEN_CROSS,
    Setup.BULLISH_DIVERGENCE,
    Setup.SPIKE_UP,
    Setup.SQUEEZE_UP,
)
Hits = Mapping[Setup, Mask]
Columns = dict[str, NDArray[np.float64]]


def run() -> None:
    """Check that all find the same, then print paired medians."""
    import polars as pl
    import talib

    histories = random_histories()
    columns = {
        name: np.ascontiguousarray(getattr(histories, name).T)
        for name in ("open", "high", "low", "close", "volume")
    }
    table = pl.DataFrame(
        {
            "symbol": np.repeat(np.arange(SYMBOLS), BARS),
            **{name: values.ravel() for name, values in columns.items()},
        }
    )
    ours, loop, frame = scan(histories), by_talib(columns), by_polars(table)
    for setup in RULES:
        for peer in (loop, frame):
            np.testing.assert_array_equal(peer[setup], ours[setup], err_msg=setup)
        if not ours[setup].any():
            raise AssertionError(f"{setup} stands nowhere, so nothing was compared.")
    timings = paired_timings(
        {
            "trading coach (numpy), 13 setups": lambda: scan(histories),
            f"TA-Lib {talib.__version__} in a loop, 8 setups": lambda: by_talib(columns),
            f"polars {pl.__version__}, 8 setups": lambda: by_polars(table),
        }
    )
    found = sum(int(ours[setup].sum()) for setup in RULES)
    print_timings(
        f"Setups over {SYMBOLS:,} symbols x {BARS} daily bars, CPU time per scan",
        timings,
        note=f"the same {found:,} hits of 8 setups",
    )
    prepared, bar = prepare(histories.until(BARS - 1)), histories.row(-1)
    print_timings(
        f"The forming bar of {SYMBOLS:,} symbols judged again, CPU time",
        paired_timings({"trading coach (numpy), 13 setups": lambda: prepared.hits(bar)}),
        note="goal: 1 ms",
    )


def random_histories() -> Histories:
    """Random walks of daily bars."""
    random = np.random.default_rng(7)
    shape = (BARS, SYMBOLS)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.015, shape), axis=0))
    opened = close * np.exp(random.normal(0, 0.006, shape))
    return Histories(
        open=opened,
        high=np.maximum(opened, close) * np.exp(random.exponential(0.006, shape)),
        low=np.minimum(opened, close) * np.exp(-random.exponential(0.006, shape)),
        close=close,
        volume=random.lognormal(13, 0.6, shape),
    )


def by_talib(columns: Columns) -> Hits:
    """A symbol at a time, as most scanners are written."""
    found = {setup: np.zeros(SYMBOLS, dtype=bool) for setup in RULES}
    for at in range(SYMBOLS):
        own = {name: values[at] for name, values in columns.items()}
        for setup, stands in _by_talib(own).items():
            found[setup][at] = stands
    return found


def _by_talib(own: Columns) -> dict[Setup, bool]:
    import talib

    opened, high, low, close, volume = own.values()
    rsi = talib.RSI(close, 14)
    sma_50, sma_200 = talib.SMA(close, 50), talib.SMA(close, 200)
    upper, sma_20, _ = talib.BBANDS(close, 20, 2, 2)
    ranges = talib.TRANGE(high, low, close)
    spans = talib.SMA(ranges, 20)
    squeezed = upper[-6:] - sma_20[-6:] < 1.5 * spans[-6:]
    usual = talib.SMA(volume, 20)[-2]
    base_high, base_low = talib.MAX(high, 20)[-2], talib.MIN(low, 20)[-2]
    is_base = base_high - base_low <= 3.5 * spans[-2]
    support = talib.MIN(low, 50)[-12]
    lately = talib.MIN(low, 11)[-1]
    from_low = (close[-1] - low[-1]) / (high[-1] - low[-1])
    swing = len(low) - 31 + talib.MININDEX(low[-31:-10], 21)[-1]
    recent = len(low) - 5 + talib.MININDEX(low[-5:], 5)[-1]
    return {
        Setup.PULLBACK: close[-1] > sma_200[-1] and close[-1] < sma_20[-1] and rsi[-1] < 40,
        Setup.BOUNCE: low[-1] <= support * 1.01
        and lately >= support * 0.98
        and close[-1] > support
        and close[-1] > opened[-1]
        and from_low >= 0.5,
        Setup.BREAKOUT: is_base and close[-1] > base_high and volume[-1] >= 1.5 * usual,
        Setup.BREAKDOWN: is_base and close[-1] < base_low and volume[-1] >= 1.5 * usual,
        Setup.GOLDEN_CROSS: sma_50[-2] <= sma_200[-2] and sma_50[-1] > sma_200[-1],
        Setup.BULLISH_DIVERGENCE: low[recent] < low[swing]
        and rsi[swing] < 40
        and rsi[recent] > rsi[swing] + 3
        and close[-1] > close[-2],
        Setup.SPIKE_UP: volume[-1] >= 3 * usual and close[-1] > high[-2] and from_low >= 2 / 3,
        Setup.SQUEEZE_UP: squeezed[:5].all() and not squeezed[5] and close[-1] > sma_20[-1],
    }


def by_polars(table: Any) -> Hits:
    """Expressions over groups, on polars' threads."""
    import polars as pl

    close, high, low = pl.col("close"), pl.col("high"), pl.col("low")
    opened, volume = pl.col("open"), pl.col("volume")
    last, before = close.last(), close.get(-2)
    change = close.diff()
    strength = _strength(change)
    ranges = pl.max_horizontal(high, close.shift(1)) - pl.min_horizontal(low, close.shift(1))
    usual = volume.slice(BARS - 21, 20).mean()
    base_high, base_low = high.slice(BARS - 21, 20).max(), low.slice(BARS - 21, 20).min()
    is_base = base_high - base_low <= 3.5 * ranges.slice(BARS - 21, 20).mean()
    support = low.slice(BARS - 61, 50).min()
    from_low = (last - low.last()) / (high.last() - low.last())
    swing, swing_rsi = _lowest(BARS - 31, 21)
    recent, recent_rsi = _lowest(BARS - 5, 5)
    squeezed = [_squeezed(close, ranges, back) for back in range(6)]
    lately = low.tail(11).min()
    sma_20, sma_50, sma_200 = (close.tail(count).mean() for count in (20, 50, 200))
    crossed = close.slice(BARS - 51, 50).mean() <= close.slice(BARS - 201, 200).mean()
    rules = {
        Setup.PULLBACK: (last > sma_200) & (last < sma_20) & (pl.col("rsi").last() < 40),
        Setup.BOUNCE: (low.last() <= support * 1.01)
        & (lately >= support * 0.98)
        & (last > support)
        & (last > opened.last())
        & (from_low >= 0.5),
        Setup.BREAKOUT: is_base & (last > base_high) & (volume.last() >= 1.5 * usual),
        Setup.BREAKDOWN: is_base & (last < base_low) & (volume.last() >= 1.5 * usual),
        Setup.GOLDEN_CROSS: crossed & (sma_50 > sma_200),
        Setup.BULLISH_DIVERGENCE: (recent < swing)
        & (swing_rsi < 40)
        & (recent_rsi > swing_rsi + 3)
        & (last > before),
        Setup.SPIKE_UP: (volume.last() >= 3 * usual) & (last > high.get(-2)) & (from_low >= 2 / 3),
        Setup.SQUEEZE_UP: pl.all_horizontal(squeezed[1:]) & ~squeezed[0] & (last > sma_20),
    }
    found = (
        table.with_columns(strength.over("symbol").alias("rsi"))
        .group_by("symbol", maintain_order=True)
        .agg(**{setup.value: rule for setup, rule in rules.items()})
    )
    return {setup: found[setup.value].to_numpy() for setup in RULES}


def _strength(change: Any) -> Any:
    """Wilder's RSI with TA-Lib's seed: the mean of 14 changes stands in for the fourteenth."""
    import polars as pl

    at = pl.int_range(pl.len())
    sides = []
    for side in (change.clip(lower_bound=0), (-change).clip(lower_bound=0)):
        seed = side.slice(1, 14).mean()
        seeded = pl.when(at == 14).then(seed).when(at > 14).then(side)
        sides.append(seeded.ewm_mean(alpha=1 / 14, adjust=False, ignore_nulls=True))
    gain, loss = sides
    return 100 * gain / (gain + loss)


def _lowest(start: int, count: int) -> tuple[Any, Any]:
    """The lowest low of some bars, and the strength on its bar."""
    import polars as pl

    low, rsi = pl.col("low").slice(start, count), pl.col("rsi").slice(start, count)
    return low.min(), rsi.get(low.arg_min())


def _squeezed(close: Any, ranges: Any, back: int) -> Any:
    closes, spans = (each.slice(BARS - 20 - back, 20) for each in (close, ranges))
    return 2 * closes.std(ddof=0) < 1.5 * spans.mean()
