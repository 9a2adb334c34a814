"""Resampling: nothing is lost, nothing crosses a session, nothing looks ahead."""

import math
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import month_of, session_on, session_table
from app.market.models import Bars, Provider
from app.market.resample import (
    empty_bars,
    join_bars,
    period_numbers,
    resample_daily,
    resample_intraday,
    resample_longer,
)

NEW_YORK = ZoneInfo("America/New_York")
LATER = datetime(2027, 1, 1, tzinfo=UTC)
INTRADAY = [each for each in Timeframe if each.is_intraday]
# Friday before and Monday after the clocks go back, and the half day of Thanksgiving.
DAYS = [date(2026, 10, 30), date(2026, 11, 2), date(2026, 11, 27)]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)


@st.composite
def minutes(draw: st.DrawFn, *, whole: bool = True) -> Bars:
    """Minute bars at any minutes between midnight and midnight of the three days."""
    offsets = draw(st.sets(st.integers(0, 1439), min_size=1, max_size=60))
    day = st.sampled_from(DAYS)
    times = sorted({int(at(draw(day), 0).timestamp()) + offset * 60 for offset in offsets})
    count = len(times)
    cents = st.lists(st.integers(100, 999), min_size=count, max_size=count)
    corners = np.sort(np.array([draw(cents) for _ in range(4)]) / 100, axis=0)
    volume = st.integers(0, 10**9) if whole else st.floats(0, 1e6, allow_subnormal=False)
    return Bars(
        provider=Provider(name="hand"),
        symbol=Symbol("AAPL"),
        timeframe=Timeframe.M1,
        time=np.array(times, dtype=np.int64),
        open=corners[1],
        high=corners[3],
        low=corners[0],
        close=corners[2],
        volume=np.array(draw(st.lists(volume, min_size=count, max_size=count)), dtype=float),
    )


def in_hours(bars: Bars, *, extended: bool) -> Bars:
    parts = [empty_bars(bars.symbol, bars.timeframe, bars.provider)]
    for day in DAYS:
        session = session_on(day)
        assert session is not None
        if extended:
            parts.append(bars.between(session.premarket_open, session.after_hours_close))
        else:
            parts.append(bars.between(session.open, session.close))
    return join_bars(parts)


@given(minutes(), st.sampled_from(INTRADAY), st.booleans())
def test_every_longer_bar_is_the_fold_of_its_minutes(
    bars: Bars, timeframe: Timeframe, extended: bool
) -> None:
    longer = resample_intraday(bars, timeframe, calendar="XNYS", as_of=LATER, extended=extended)
    wanted = in_hours(bars, extended=extended)
    assert longer.volume.sum() == wanted.volume.sum()
    starts = longer.time
    seen = 0
    for place, start in enumerate(starts):
        stop = start + timeframe.minutes * 60
        inside = (wanted.time >= start) & (wanted.time < stop)
        seen += int(inside.sum())
        assert longer.open[place] == wanted.open[inside][0]
        assert longer.high[place] == wanted.high[inside].max()
        assert longer.low[place] == wanted.low[inside].min()
        assert longer.close[place] == wanted.close[inside][-1]
        assert longer.volume[place] == wanted.volume[inside].sum()
    assert seen >= len(wanted)
    assert (np.diff(starts) > 0).all()
    assert not longer.is_forming


@given(minutes(whole=False))
def test_fractions_of_coins_add_up_to_the_nearest_float(bars: Bars) -> None:
    days = resample_daily(bars, calendar="24/7", as_of=LATER)
    for place, start in enumerate(days.time):
        inside = (bars.time >= start) & (bars.time < start + 86_400)
        assert days.volume[place] == math.fsum(bars.volume[inside])


@given(minutes(), st.sampled_from(INTRADAY), st.integers(0, 60))
def test_fewer_minutes_give_the_beginning_of_the_same_bars(
    bars: Bars, timeframe: Timeframe, count: int
) -> None:
    whole = resample_intraday(bars, timeframe, calendar="XNYS", as_of=LATER, extended=True)
    part = resample_intraday(
        bars.slice(0, count), timeframe, calendar="XNYS", as_of=LATER, extended=True
    )
    sure = max(0, len(part) - 1)
    for name in ("time", "open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(part, name)[:sure], getattr(whole, name)[:sure])
    assert part.time.tolist() == whole.time[: len(part)].tolist()


def flat(times: list[int], timeframe: Timeframe = Timeframe.M1) -> Bars:
    ones = np.ones(len(times))
    return Bars(
        provider=Provider(name="hand"),
        symbol=Symbol("AAPL"),
        timeframe=timeframe,
        time=np.array(times, dtype=np.int64),
        open=ones,
        high=ones,
        low=ones,
        close=ones,
        volume=ones,
    )


def test_the_last_hour_of_a_session_is_half_an_hour_and_then_over() -> None:
    friday = date(2026, 11, 20)
    bars = flat([int(at(friday, 15, 40).timestamp())])
    forming = resample_intraday(bars, Timeframe.H1, calendar="XNYS", as_of=at(friday, 15, 59))
    over = resample_intraday(bars, Timeframe.H1, calendar="XNYS", as_of=at(friday, 16))
    assert forming.is_forming
    assert not over.is_forming
    assert over.time.tolist() == [at(friday, 15, 30).timestamp()]


def test_a_half_days_last_bar_is_over_at_one() -> None:
    bars = flat([int(at(DAYS[2], 12, 59).timestamp())])
    halves = resample_intraday(bars, Timeframe.H4, calendar="XNYS", as_of=at(DAYS[2], 13))
    assert not halves.is_forming
    assert halves.time.tolist() == [at(DAYS[2], 9, 30).timestamp()]


def test_a_week_whose_monday_is_missing_still_starts_on_monday() -> None:
    table = session_table()
    tuesday = session_on(date(2026, 11, 17))
    assert tuesday is not None
    week = resample_longer(
        flat([int(tuesday.open.timestamp())], Timeframe.D1),
        Timeframe.W1,
        calendar="XNYS",
        as_of=tuesday.close,
    )
    assert week.time.tolist() == [at(date(2026, 11, 16), 9, 30).timestamp()]
    assert week.is_forming
    assert week.time[0] in table.opens


def test_a_week_with_a_holiday_on_friday_is_over_on_thursday() -> None:
    thursday = session_on(date(2026, 4, 2))
    assert thursday is not None
    bars = flat([int(thursday.open.timestamp())], Timeframe.D1)
    week = resample_longer(bars, Timeframe.W1, calendar="XNYS", as_of=thursday.close)
    assert not week.is_forming


def test_months_are_calendar_months() -> None:
    sessions = [*month_of(date(2026, 10, 1)), *month_of(date(2026, 11, 1))]
    days = flat([int(session.open.timestamp()) for session in sessions], Timeframe.D1)
    months = resample_longer(days, Timeframe.MO1, calendar="XNYS", as_of=LATER)
    assert months.time.tolist() == [
        at(date(2026, 10, 1), 9, 30).timestamp(),
        at(date(2026, 11, 2), 9, 30).timestamp(),
    ]
    assert months.volume.tolist() == [22.0, 20.0]


@given(st.dates(date(1990, 1, 1), date(2045, 1, 1)), st.dates(date(1990, 1, 1), date(2045, 1, 1)))
def test_period_numbers_agree_with_the_calendar_on_the_wall(one: date, other: date) -> None:
    ordinals = np.array([one.toordinal(), other.toordinal()], dtype=np.int64)
    weeks = period_numbers(ordinals, Timeframe.W1)
    months = period_numbers(ordinals, Timeframe.MO1)
    assert bool(weeks[0] == weeks[1]) is (one.isocalendar()[:2] == other.isocalendar()[:2])
    assert bool(months[0] == months[1]) is ((one.year, one.month) == (other.year, other.month))


def test_nothing_gives_nothing() -> None:
    nothing = empty_bars(Symbol("AAPL"), Timeframe.M1, Provider(name="hand"))
    assert len(resample_intraday(nothing, Timeframe.H1, calendar="XNYS", as_of=LATER)) == 0
    assert len(resample_daily(nothing, calendar="24/7", as_of=LATER)) == 0
    assert len(resample_longer(nothing, Timeframe.MO1, calendar="XNYS", as_of=LATER)) == 0
