"""Sessions measured on arrays: SPY's published week, and the edges that a calendar has."""

import csv
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.indicators.vwap import running_vwap
from app.levels.arrays import SessionBounds, measure_sessions, pooled_vwap
from app.market.calendar import sessions_between
from app.market.models import Bars, Provider

NEW_YORK = ZoneInfo("America/New_York")
Row = tuple[datetime, float, float, float, float, float]


def minute_bars(rows: Sequence[Row]) -> Bars:
    columns = list(zip(*rows, strict=True)) or [()] * 6
    open_, high, low, close, volume = (np.array(each, dtype=float) for each in columns[1:])
    return Bars(
        provider=Provider(name="hand"),
        symbol=Symbol("SPY"), timeframe=Timeframe.M1,
        time=np.array([int(at.timestamp()) for at in columns[0]], dtype=np.int64),
        open=open_, high=high, low=low, close=close, volume=volume,
    )  # fmt: skip


def rows_of(path: Path, column: str, zone: ZoneInfo) -> list[Row]:
    with path.open(encoding="utf-8-sig") as lines:
        return [
            (
                datetime.fromisoformat(row[column]).replace(tzinfo=zone),
                *(float(row[name]) for name in ("open", "high", "low", "close", "volume")),
            )  # type: ignore[misc]
            for row in csv.DictReader(lines)
        ]


@pytest.mark.shared_data
def test_every_session_of_the_reference_week_is_measured_exactly(shared_data: Path) -> None:
    folder = shared_data / "levels"
    files = sorted((folder / "minute").glob("SPY_*_1min_ET.csv"))
    bars = minute_bars([row for file in files for row in rows_of(file, "timestamp_et", NEW_YORK)])
    expected = json.loads((folder / "key_levels_expected_SPY_2013-10.json").read_text())
    sessions = sessions_between(date(2013, 10, 4), date(2013, 10, 11))
    table = measure_sessions(bars, SessionBounds.of(sessions))
    assert len(sessions) == len(expected) == 6
    for row, case in enumerate(expected):
        regular, premarket = case["today"]["rth"], case["today"]["premarket"]
        assert table.bars[row] == regular["bars"]
        assert table.open[row] == regular["open"]
        assert table.high[row] == regular["high"]
        assert table.low[row] == regular["low"]
        assert table.close[row] == regular["close"]
        assert table.volume[row] == regular["volume"]
        assert table.premarket_high[row] == premarket["high"]
        assert table.premarket_low[row] == premarket["low"]
        assert table.vwap[row] == pytest.approx(case["today"]["vwap_rth_close"], abs=1e-9)
        if row:
            evening = expected[row - 1]["today"]["afterhours"]
            assert table.overnight_high[row] == max(evening["high"], premarket["high"])
            assert table.overnight_low[row] == min(evening["low"], premarket["low"])
    assert table.overnight_high[0] == table.premarket_high[0]


@pytest.mark.shared_data
def test_the_running_vwap_meets_its_reference(shared_data: Path) -> None:
    folder = shared_data / "levels"
    case = json.loads((folder / "vwap_intraday_expected.json").read_text())
    bars = minute_bars(rows_of(folder / "indicators/quotes/intraday.csv", "date", NEW_YORK))
    for first, samples in ((0, case["samples"]), (30, case["anchored_10_00"])):
        vwap, _ = running_vwap(bars.slice(first, 391))
        for sample in samples:
            assert vwap[sample["index"] - first] == pytest.approx(sample["vwap"], abs=case["tol"])


def flat(at: datetime, price: float, volume: float = 100) -> Row:
    return (at, price, price, price, price, volume)


@pytest.mark.parametrize(
    ("friday", "monday"),
    [(date(2026, 3, 6), date(2026, 3, 9)), (date(2026, 10, 30), date(2026, 11, 2))],
    ids=["clocks go forward", "clocks go back"],
)
def test_a_session_keeps_its_wall_clock_when_the_clocks_change(friday: date, monday: date) -> None:
    days = sessions_between(friday, monday)
    rows = []
    for row, day in enumerate((friday, monday)):
        for hour, minute, price in ((9, 29, 1.0), (9, 30, 2.0), (15, 59, 3.0), (16, 0, 4.0)):
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)
            rows.append(flat(at, price + 10 * row))
    table = measure_sessions(minute_bars(rows), SessionBounds.of(days))
    assert table.open.tolist() == [2.0, 12.0]
    assert table.close.tolist() == [3.0, 13.0]
    assert table.premarket_high.tolist() == [1.0, 11.0]
    assert (table.overnight_high[1], table.overnight_low[1]) == (11.0, 4.0)
    assert days[1].open - days[0].open != timedelta(days=3)


def test_a_half_day_ends_at_one_and_its_evening_begins_there() -> None:
    days = sessions_between(date(2026, 11, 27), date(2026, 11, 30))
    rows = [
        flat(datetime(2026, 11, 27, 9, 30, tzinfo=NEW_YORK), 10),
        flat(datetime(2026, 11, 27, 12, 59, tzinfo=NEW_YORK), 11),
        flat(datetime(2026, 11, 27, 13, 0, tzinfo=NEW_YORK), 12),
        flat(datetime(2026, 11, 30, 8, 0, tzinfo=NEW_YORK), 9),
        flat(datetime(2026, 11, 30, 9, 30, tzinfo=NEW_YORK), 10),
    ]
    table = measure_sessions(minute_bars(rows), SessionBounds.of(days))
    assert (table.high[0], table.close[0], table.bars[0]) == (11, 11, 2)
    assert (table.overnight_high[1], table.overnight_low[1]) == (12, 9)


def test_sessions_without_bars_are_nan_and_do_not_borrow_from_their_neighbours() -> None:
    days = sessions_between(date(2026, 11, 16), date(2026, 11, 20))
    rows = [flat(datetime(2026, 11, 18, 10, 0, tzinfo=NEW_YORK), 50)]
    table = measure_sessions(minute_bars(rows), SessionBounds.of(days))
    assert table.bars.tolist() == [0, 0, 1, 0, 0]
    assert np.isnan(table.high[[0, 1, 3, 4]]).all()
    assert np.isnan(table.premarket_high).all()
    assert np.isnan(table.vwap[[0, 1, 3, 4]]).all()
    assert (table.high[2], table.vwap[2], table.vwap_sd[2]) == (50, 50, 0)


def test_no_bars_at_all_are_no_trouble() -> None:
    days = sessions_between(date(2026, 11, 16), date(2026, 11, 20))
    table = measure_sessions(minute_bars([]), SessionBounds.of(days))
    assert np.isnan(table.high).all()
    assert table.bars.sum() == 0


def test_vwap_and_its_deviation_by_hand() -> None:
    # typical prices 10, 12, 20 with volumes 1, 2, 1: mean 13.5, variance (12.25+4.5+42.25)/4 = 14.75
    start = datetime(2026, 11, 20, 9, 30, tzinfo=NEW_YORK)
    rows = [
        (start, 10.0, 11.0, 9.0, 10.0, 1.0),
        (start + timedelta(minutes=1), 12.0, 14.0, 10.0, 12.0, 2.0),
        (start + timedelta(minutes=2), 20.0, 21.0, 19.0, 20.0, 1.0),
    ]
    bars = minute_bars(rows)
    table = measure_sessions(bars, SessionBounds.of(sessions_between(start.date(), start.date())))
    vwap, deviation = running_vwap(bars)
    assert (vwap[-1], deviation[-1]) == pytest.approx((13.5, 14.75**0.5))
    assert (table.vwap[0], table.vwap_sd[0]) == pytest.approx((13.5, 14.75**0.5))
    assert pooled_vwap(table, first=0) == pytest.approx((13.5, 14.75**0.5))


def test_a_session_without_volume_has_no_vwap() -> None:
    start = datetime(2026, 11, 20, 9, 30, tzinfo=NEW_YORK)
    bars = minute_bars([flat(start, 10, volume=0)])
    table = measure_sessions(bars, SessionBounds.of(sessions_between(start.date(), start.date())))
    assert np.isnan(table.vwap[0])
    assert np.isnan(running_vwap(bars)[0]).all()
    assert np.isnan(pooled_vwap(table, first=0)[0])


def test_days_pooled_are_the_week_run_through() -> None:
    days = sessions_between(date(2026, 11, 16), date(2026, 11, 20))
    random = np.random.default_rng(3)
    rows = []
    for day in days:
        for minute in range(30):
            low, high = np.sort(random.uniform(90_000, 91_000, 2))
            at = day.open + timedelta(minutes=minute)
            rows.append((at, low, high, low, high, float(random.integers(1, 9))))
    bars = minute_bars(rows)
    table = measure_sessions(bars, SessionBounds.of(days))
    vwap, deviation = running_vwap(bars)
    assert pooled_vwap(table, first=0) == pytest.approx((vwap[-1], deviation[-1]), rel=1e-10)
