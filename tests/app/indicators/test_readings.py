"""Indicators against published reference values, and what they say with too little history."""

import csv
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.names import DEFAULTS, Indicator, IndicatorKind, parse_indicator
from app.indicators.readings import bars_needed, read_indicator, series
from app.market.models import Bars, Provider

LINES = {
    "sma": [("sma20", "", "sma")],
    "ema": [("ema20", "", "ema")],
    "rsi": [("rsi(14)", "", "rsi")],
    "atr": [("atr(14)", "", "atr")],
    "bb": [("bb(20,2)", "", "sma"), ("bb(20,2)", "upper", "upperBand"), ("bb(20,2)", "lower", "lowerBand")],
    "macd": [("macd(12,26,9)", "", "macd"), ("macd(12,26,9)", "signal", "signal"), ("macd(12,26,9)", "histogram", "histogram")],
    "vwap": [("vwap", "", "vwap")],
}  # fmt: skip
"""Reference file, then indicator, line and column."""

WARM = 250


def bars_of(rows: Sequence[Sequence[float]]) -> Bars:
    open_, high, low, close, volume = (
        np.array(column, dtype=float) for column in zip(*rows, strict=True)
    )
    return Bars(
        provider=Provider(name="hand"),
        symbol=Symbol("TEST"), timeframe=Timeframe.D1, time=np.arange(len(rows), dtype=np.int64),
        open=open_, high=high, low=low, close=close, volume=volume,
    )  # fmt: skip


def walk(length: int, seed: int = 7) -> Bars:
    steps = np.random.default_rng(seed).normal(scale=0.5, size=length)
    closes = 100 + np.cumsum(steps)
    return bars_of([(c, c + 1, c - 1, c, 1000.0 + i) for i, c in enumerate(closes)])


@pytest.fixture(scope="module")
def reference_bars(shared_data: Path) -> Bars:
    with (shared_data / "levels/indicators/quotes/default.csv").open(encoding="utf-8-sig") as lines:
        rows = [[float(row[name]) for name in ("open", "high", "low", "close", "volume")] for row in csv.DictReader(lines)]  # fmt: skip
    return bars_of(rows)


@pytest.mark.shared_data
@pytest.mark.parametrize("file", sorted(LINES))
def test_every_value_of_the_reference_is_met(
    file: str, shared_data: Path, reference_bars: Bars
) -> None:
    expected = json.loads(
        (shared_data / f"levels/indicators/expected/{file}.standard.json").read_text()
    )
    for name, line, column in LINES[file]:
        found = series(parse_indicator(name), reference_bars)[line]
        wanted = np.array([np.nan if row[column] is None else row[column] for row in expected])
        # MACD's reference starts its averages in its own way: the start is forgotten, not equal.
        first = WARM if file == "macd" else 0
        assert len(found) == len(wanted) == 502
        np.testing.assert_allclose(found[first:], wanted[first:], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("kind", IndicatorKind)
def test_a_value_is_absent_until_there_is_enough_history(kind: IndicatorKind) -> None:
    indicator = Indicator(kind, DEFAULTS[kind])
    needed = bars_needed(indicator)
    bars = walk(needed)
    assert read_indicator(indicator, bars).value is not None
    assert read_indicator(indicator, bars.slice(0, needed - 1)).value is None


def test_no_bars_give_no_value() -> None:
    assert read_indicator(parse_indicator("rsi"), walk(1).slice(0, 0)).value is None


def test_a_simple_average_by_hand() -> None:
    bars = bars_of([(c, c, c, c, 1) for c in (1, 2, 6)])
    reading = read_indicator(parse_indicator("sma(2)"), bars)
    assert (reading.value, reading.before) == (Decimal("4.0"), Decimal("1.5"))


def test_wilders_averages_forget_where_they_started() -> None:
    long = walk(1000)
    short = long.slice(-WARM - 15)
    for name, bound in (("rsi(14)", 1e-4), ("atr(14)", 1e-6), ("macd", 1e-6), ("ema21", 1e-6)):
        full, recent = (read_indicator(parse_indicator(name), bars).value for bars in (long, short))
        assert full is not None
        assert recent is not None
        assert abs(full - recent) < Decimal(bound)


def test_readings_do_not_see_a_later_bar() -> None:
    bars = walk(300)
    for kind in IndicatorKind:
        indicator = Indicator(kind, DEFAULTS[kind])
        early, later = series(indicator, bars.slice(0, 299)), series(indicator, bars)
        for line, values in early.items():
            np.testing.assert_allclose(later[line][:299], values, rtol=1e-12, atol=1e-9)


def test_macd_names_its_three_lines() -> None:
    reading = read_indicator(parse_indicator("macd"), walk(60))
    assert reading.value is not None
    assert abs(reading.value - reading.parts["signal"] - reading.parts["histogram"]) < Decimal(
        "1e-12"
    )
