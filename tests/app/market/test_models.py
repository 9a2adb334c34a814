"""Bars, sessions and decimals: the small promises everybody builds on."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Provider, decimal_of

START = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def minutes(count: int, *, is_forming: bool = False) -> Bars:
    ones = np.ones(count)
    return Bars(
        provider=Provider(name="hand"),
        symbol=Symbol("AAPL"),
        timeframe=Timeframe.M1,
        time=int(START.timestamp()) + 60 * np.arange(count, dtype=np.int64),
        open=ones,
        high=ones,
        low=ones,
        close=ones,
        volume=ones,
        is_forming=is_forming,
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [(601.77, "601.77"), (100.0, "100"), (0.1 + 0.2, "0.30000000000000004"), (-2.5, "-2.5")],
)
def test_a_float_becomes_its_shortest_decimal(value: float, written: str) -> None:
    assert str(decimal_of(value)) == written
    assert decimal_of(value) == Decimal(repr(value))


def test_between_takes_bars_that_start_in_the_half_open_window() -> None:
    bars = minutes(5)
    part = bars.between(START + timedelta(minutes=1), START + timedelta(minutes=3))
    assert part.time.tolist() == bars.time[1:3].tolist()


def test_between_is_exact_within_a_second() -> None:
    bars, moment = minutes(3), timedelta(milliseconds=1)
    assert len(bars.between(START + moment, START + timedelta(hours=1))) == 2
    assert len(bars.between(START, START + timedelta(minutes=1) + moment)) == 2


def test_only_a_slice_that_keeps_the_last_bar_stays_forming() -> None:
    bars = minutes(3, is_forming=True)
    assert bars.slice(1).is_forming
    assert bars.slice(-1).is_forming
    assert not bars.slice(0, 2).is_forming
    assert not bars.slice(0, 0).is_forming


def test_bars_are_described_in_one_line() -> None:
    assert repr(minutes(3, is_forming=True)) == (
        "<3 bars of AAPL 1m from 2026-11-20 14:30 to 2026-11-20 14:32 UTC, forming>"
    )
    assert repr(minutes(0)) == "<0 bars of AAPL 1m>"
