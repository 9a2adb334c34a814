"""Key levels of 30 sessions of minute bars: ours against plain pandas and polars.

28,800 bars, 04:00 to 20:00 New York on 30 full sessions around a clock change. Each candidate gets
the bars in its own container with UTC times and gives, per session: the previous day's high, low
and close, premarket high and low, session VWAP, traditional pivots, and ATR(14). Ours gets session
bounds from the calendar's arrays inside the timed call; the peers convert to New York time in
theirs. Values must agree to 1e-9.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.formulas import atr
from app.levels.arrays import SessionBounds, measure_sessions
from app.levels.pivots import Prices, traditional_pivots
from app.market.calendar import session_table, sessions_between
from app.market.models import Bars, Floats, Provider
from benchmarks.paired import paired_timings, print_timings

DAYS = 30
MINUTES = 16 * 60
SYMBOL = Symbol("SPY")
Table = Mapping[str, Floats]
PIVOTS = ("PP", "R1", "S1", "R2", "S2", "R3", "S3", "R4", "S4", "R5", "S5")


def run() -> None:
    """Check that all agree, then print paired medians."""
    import pandas as pd
    import polars as pl

    bars = random_bars()
    columns = {
        "open": bars.open, "high": bars.high, "low": bars.low,
        "close": bars.close, "volume": bars.volume,
    }  # fmt: skip
    frame = pd.DataFrame(columns, index=pd.to_datetime(bars.time, unit="s", utc=True))
    table = pl.DataFrame({"time": bars.time, **columns}).with_columns(
        pl.from_epoch("time", time_unit="s").dt.replace_time_zone("UTC")
    )
    ours, first, second = by_arrays(bars), by_pandas(frame), by_polars(table)
    for name, expected in ours.items():
        for peer in (first, second):
            np.testing.assert_allclose(peer[name], expected, rtol=0, atol=1e-9, err_msg=name)
    timings = paired_timings(
        {
            "trading coach (numpy)": lambda: by_arrays(bars),
            f"pandas {pd.__version__}": lambda: by_pandas(frame),
            f"polars {pl.__version__}": lambda: by_polars(table),
        }
    )
    print_timings(
        f"Key levels of {DAYS} sessions from {len(bars):,} minute bars, CPU time per call",
        timings,
        note="equal values: all columns agree to 1e-9",
    )


def random_bars() -> Bars:
    """A random walk in cents over 30 full sessions, the clock change of 1 November 2026 inside."""
    sessions = sessions_between(date(2026, 10, 5), date(2026, 11, 13))[:DAYS]
    random = np.random.default_rng(7)
    time = np.concatenate(
        [int(each.premarket_open.timestamp()) + 60 * np.arange(MINUTES) for each in sessions]
    )
    count = len(time)
    close = np.round(600 + np.cumsum(random.normal(0, 0.05, count)), 2)
    open_ = np.round(close + random.normal(0, 0.05, count), 2)
    return Bars(
        provider=Provider(name="hand"),
        symbol=SYMBOL,
        timeframe=Timeframe.M1,
        time=time.astype(np.int64),
        open=open_,
        high=np.round(np.maximum(open_, close) + random.exponential(0.05, count), 2),
        low=np.round(np.minimum(open_, close) - random.exponential(0.05, count), 2),
        close=close,
        volume=np.round(random.lognormal(9, 1, count)),
    )


def by_arrays(bars: Bars) -> Table:
    """The product's own parts."""
    calendar = session_table()
    first, stop = np.searchsorted(
        calendar.premarket_opens, [int(bars.time[0]), int(bars.time[-1]) + 1]
    )
    rows = slice(int(first), int(stop))
    days = measure_sessions(
        bars,
        SessionBounds(
            calendar.premarket_opens[rows],
            calendar.opens[rows],
            calendar.closes[rows],
            calendar.after_hours_closes[rows],
        ),
    )
    previous = Prices(*(_shifted(each) for each in (days.open, days.high, days.low, days.close)))
    return {
        "PDH": previous.high,
        "PDL": previous.low,
        "PDC": previous.close,
        "PMH": days.premarket_high,
        "PML": days.premarket_low,
        "VWAP": days.vwap,
        **traditional_pivots(previous),
        "ATR": _shifted(atr(days.high, days.low, days.close)),
    }


def _shifted(values: Floats) -> Floats:
    return np.concatenate(([np.nan], values[:-1]))


def by_pandas(frame: Any) -> Table:
    """One grouping per part of the day, no Python loop over rows or days."""
    import pandas as pd

    local = frame.index.tz_convert("America/New_York")
    minute = local.hour * 60 + local.minute
    day = local.normalize()
    is_regular = (minute >= 570) & (minute < 960)
    regular = frame[is_regular]
    typical = (regular["high"] + regular["low"] + regular["close"]) / 3
    regular = regular.assign(traded=typical * regular["volume"])
    days = regular.groupby(day[is_regular]).agg(
        {"high": "max", "low": "min", "close": "last", "volume": "sum", "traded": "sum"}
    )
    early = frame[minute < 570]
    premarket = early.groupby(day[minute < 570]).agg({"high": "max", "low": "min"})
    previous = days.shift(1)
    high, low, close = previous["high"], previous["low"], previous["close"]
    pivot = (high + low + close) / 3
    before = days["close"].shift(1)
    true_range = pd.concat(
        [days["high"] - days["low"], (days["high"] - before).abs(), (days["low"] - before).abs()],
        axis=1,
    ).max(axis=1)
    seeded = true_range.iloc[14:].copy()
    seeded.iloc[0] = true_range.iloc[1:15].mean()
    wilder = seeded.ewm(alpha=1 / 14, adjust=False).mean().reindex(days.index).shift(1)
    found = {
        "PDH": high, "PDL": low, "PDC": close,
        "PMH": premarket["high"], "PML": premarket["low"],
        "VWAP": days["traded"] / days["volume"],
        "PP": pivot,
        "R1": 2 * pivot - low, "S1": 2 * pivot - high,
        "R2": pivot + (high - low), "S2": pivot - (high - low),
        "R3": 2 * pivot + (high - 2 * low), "S3": 2 * pivot - (2 * high - low),
        "R4": 3 * pivot + (high - 3 * low), "S4": 3 * pivot - (3 * high - low),
        "R5": 4 * pivot + (high - 4 * low), "S5": 4 * pivot - (4 * high - low),
        "ATR": wilder,
    }  # fmt: skip
    return {name: column.to_numpy() for name, column in found.items()}


def by_polars(table: Any) -> Table:
    """One lazy query with one grouping; parts of the day are filters inside the aggregations."""
    import polars as pl

    local = pl.col("time").dt.convert_time_zone("America/New_York")
    minute = local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()
    regular = (pl.col("minute") >= 570) & (pl.col("minute") < 960)
    early = pl.col("minute") < 570
    typical = (pl.col("high") + pl.col("low") + pl.col("close")) / 3
    high, low, close = pl.col("PDH"), pl.col("PDL"), pl.col("PDC")
    pivot = (high + low + close) / 3
    before = pl.col("close").shift(1)
    true_range = pl.max_horizontal(
        pl.col("high") - pl.col("low"),
        (pl.col("high") - before).abs(),
        (pl.col("low") - before).abs(),
    )
    row = pl.int_range(pl.len())
    seeded = (
        pl.when(row == 14).then(pl.col("range").slice(1, 14).mean())
        .when(row > 14).then(pl.col("range"))
    )  # fmt: skip
    days = (
        table.lazy()
        .with_columns(minute=minute, day=local.dt.date())
        .group_by("day", maintain_order=True)
        .agg(
            high=pl.col("high").filter(regular).max(),
            low=pl.col("low").filter(regular).min(),
            close=pl.col("close").filter(regular).last(),
            VWAP=(typical * pl.col("volume")).filter(regular).sum()
            / pl.col("volume").filter(regular).sum(),
            PMH=pl.col("high").filter(early).max(),
            PML=pl.col("low").filter(early).min(),
        )
        .with_columns(
            PDH=pl.col("high").shift(1),
            PDL=pl.col("low").shift(1),
            PDC=pl.col("close").shift(1),
            range=true_range,
        )
        .with_columns(
            PP=pivot,
            R1=2 * pivot - low, S1=2 * pivot - high,
            R2=pivot + (high - low), S2=pivot - (high - low),
            R3=2 * pivot + (high - 2 * low), S3=2 * pivot - (2 * high - low),
            R4=3 * pivot + (high - 3 * low), S4=3 * pivot - (3 * high - low),
            R5=4 * pivot + (high - 4 * low), S5=4 * pivot - (4 * high - low),
            ATR=seeded.ewm_mean(alpha=1 / 14, adjust=False).shift(1),
        )
        .collect()
    )  # fmt: skip
    names = ("PDH", "PDL", "PDC", "PMH", "PML", "VWAP", *PIVOTS, "ATR")
    return {name: days[name].to_numpy() for name in names}
