"""Weeks and months out of daily bars, and a published series of monthly pivots."""

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.levels.models import Period
from app.levels.periods import period_bars
from app.levels.pivots import PivotMethod, Prices, pivots
from app.market.calendar import US, session_on, sessions_between
from app.market.models import Bars, Provider


def daily_bars(rows: list[tuple[date, float, float, float, float]]) -> Bars:
    days, *columns = zip(*rows, strict=True)
    sessions = [session_on(day) for day in days]
    open_, high, low, close = (np.array(column, dtype=float) for column in columns)
    return Bars(
        provider=Provider(name="hand"),
        symbol=Symbol("SPY"),
        timeframe=Timeframe.D1,
        time=np.array([int(each.open.timestamp()) for each in sessions if each], dtype=np.int64),
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=np.ones(len(rows)),
    )


def numbered(first: date, last: date) -> Bars:
    """The n-th session opens at n, trades n − 0.5 to n + 0.5 and closes at n + 0.25."""
    sessions = sessions_between(first, last)
    return daily_bars(
        [(each.date, n, n + 0.5, n - 0.5, n + 0.25) for n, each in enumerate(sessions)]
    )


@pytest.mark.shared_data
def test_a_published_series_of_monthly_pivots_is_met(shared_data: Path) -> None:
    folder = shared_data / "levels/indicators"
    with (folder / "quotes/default.csv").open(encoding="utf-8-sig") as lines:
        rows = [
            (
                date.fromisoformat(row["date"]),
                *(float(row[name]) for name in ("open", "high", "low", "close")),
            )
            for row in csv.DictReader(lines)
        ]
    expected = json.loads((folder / "expected/pivot-points.standard.json").read_text())
    months = period_bars(daily_bars(rows), Period.MONTH, US)  # type: ignore[arg-type]
    by_month = {(2017 + (n // 12), n % 12 + 1): n for n in range(len(months))}
    compared = 0
    for row in expected:
        day = date.fromisoformat(row["timestamp"][:10])
        index = by_month[day.year, day.month] - 1
        if row["pp"] is None:
            assert index < 0
            continue
        bar = months.bar(index)
        found = pivots(PivotMethod.TRADITIONAL, Prices(bar.open, bar.high, bar.low, bar.close))
        for name in ("PP", "R1", "R2", "R3", "S1", "S2", "S3"):
            assert float(found[name]) == pytest.approx(row[name.lower()], abs=1e-9)
        compared += 1
    assert compared == 482


def test_weeks_run_from_monday_whatever_holidays_take_from_them() -> None:
    weeks = period_bars(numbered(date(2026, 11, 16), date(2026, 12, 1)), Period.WEEK, US)
    assert weeks.open.tolist() == [0, 5, 9]
    assert weeks.close.tolist() == [4.25, 8.25, 10.25]
    assert weeks.high.tolist() == [4.5, 8.5, 10.5]
    assert weeks.low.tolist() == [-0.5, 4.5, 8.5]
    assert weeks.volume.tolist() == [5, 4, 2]


def test_a_first_period_that_is_cut_is_left_out() -> None:
    weeks = period_bars(numbered(date(2026, 11, 18), date(2026, 11, 27)), Period.WEEK, US)
    assert weeks.open.tolist() == [3]
    months = period_bars(numbered(date(2026, 11, 3), date(2026, 11, 27)), Period.MONTH, US)
    assert len(months) == 0


def test_a_month_that_begins_on_a_weekend_is_whole_from_its_first_session() -> None:
    months = period_bars(numbered(date(2026, 11, 2), date(2026, 12, 1)), Period.MONTH, US)
    assert len(months) == 2
    assert months.open.tolist()[0] == 0


def test_a_december_week_crosses_the_year() -> None:
    weeks = period_bars(numbered(date(2026, 12, 28), date(2027, 1, 8)), Period.WEEK, US)
    assert weeks.volume.tolist() == [4, 5]
