"""The calendar against days whose facts are public record."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidInput
from app.market.calendar import (
    ROUND_THE_CLOCK,
    US,
    SpecialDay,
    current_session,
    finished_session,
    half_day_name,
    holiday_name,
    latest_session,
    market_date,
    month_of,
    next_close,
    next_open,
    next_session,
    phase_at,
    previous_session,
    session_at,
    session_on,
    session_table,
    sessions_between,
    sessions_overlapping,
    upcoming_special_days,
    week_of,
)
from app.market.models import Phase, Session

NEW_YORK = ZoneInfo("America/New_York")
MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2044, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by `timezones`
CALENDARS = st.sampled_from([US, ROUND_THE_CLOCK])


def new_york(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=NEW_YORK)  # type: ignore[arg-type,misc]


def on(day: date, calendar: str = US) -> Session:
    session = session_on(day, calendar)
    assert session is not None
    return session


def test_a_full_day_has_four_bells_in_new_york_time() -> None:
    session = on(date(2026, 11, 20))

    assert session.premarket_open == new_york(2026, 11, 20, 4)
    assert session.open == new_york(2026, 11, 20, 9, 30)
    assert session.close == new_york(2026, 11, 20, 16)
    assert session.after_hours_close == new_york(2026, 11, 20, 20)
    assert not session.is_half_day
    assert session.open.tzinfo is UTC


def test_the_day_after_thanksgiving_is_a_half_day() -> None:
    session = on(date(2026, 11, 27))

    assert session.is_half_day
    assert session.close == new_york(2026, 11, 27, 13)
    assert session.after_hours_close == new_york(2026, 11, 27, 17)
    assert half_day_name(session.date) == "day after Thanksgiving"
    assert half_day_name(date(2026, 11, 25)) is None


def test_the_bell_stays_in_new_york_when_the_clocks_change() -> None:
    before, after = on(date(2026, 3, 6)), on(date(2026, 3, 9))

    assert before.open == datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
    assert after.open == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)
    assert after.premarket_open == datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 11, 26), "Thanksgiving"),
        (date(2026, 7, 3), "Independence Day (observed)"),
        (date(2027, 6, 18), "Juneteenth (observed)"),
        (date(2026, 1, 19), "Martin Luther King Jr. Day"),
        (date(2026, 2, 16), "Presidents' Day"),
        (date(2025, 12, 25), "Christmas Day"),
        (date(2012, 10, 29), "Hurricane Sandy"),
        (date(2025, 1, 9), "National day of mourning for President Carter"),
        (date(2040, 9, 3), "Labor Day"),
    ],
)
def test_a_holiday_has_a_name_and_no_session(day: date, name: str) -> None:
    assert holiday_name(day) == name
    assert session_on(day) is None


def test_a_weekend_and_a_trading_day_are_no_holidays() -> None:
    assert holiday_name(date(2026, 7, 4)) is None
    assert session_on(date(2026, 7, 4)) is None
    assert holiday_name(date(2026, 7, 6)) is None


def test_on_a_weekend_the_current_session_is_mondays_and_the_latest_is_fridays() -> None:
    sunday = new_york(2026, 11, 22, 12)

    assert current_session(sunday).date == date(2026, 11, 23)
    assert latest_session(sunday).date == date(2026, 11, 20)
    assert session_at(sunday) is None
    assert phase_at(sunday) is Phase.CLOSED


def test_premarket_belongs_to_the_day_that_has_not_opened_yet() -> None:
    early = new_york(2026, 11, 23, 4)

    assert current_session(early).date == date(2026, 11, 23)
    assert latest_session(early).date == date(2026, 11, 20)
    assert phase_at(early) is Phase.PREMARKET
    assert session_at(early - timedelta(seconds=1)) is None


def test_after_hours_belong_to_the_day_that_closed_and_end_at_eight() -> None:
    bell = new_york(2026, 11, 20, 16)

    assert current_session(bell).date == date(2026, 11, 20)
    assert phase_at(bell) is Phase.AFTER_HOURS
    assert finished_session(bell).date == date(2026, 11, 20)
    assert finished_session(bell - timedelta(microseconds=1)).date == date(2026, 11, 19)
    assert current_session(new_york(2026, 11, 20, 20)).date == date(2026, 11, 23)


def test_neighbours_step_over_the_holiday() -> None:
    wednesday = on(date(2026, 11, 25))

    assert next_session(wednesday).date == date(2026, 11, 27)
    assert previous_session(next_session(wednesday)) == wednesday


def test_bells_are_those_after_the_moment() -> None:
    wednesday_close = new_york(2026, 11, 25, 16)

    assert next_open(wednesday_close) == new_york(2026, 11, 27, 9, 30)
    assert next_close(wednesday_close) == new_york(2026, 11, 27, 13)
    assert next_close(wednesday_close - timedelta(seconds=1)) == wednesday_close


def test_weeks_and_months_hold_only_days_that_trade() -> None:
    assert [session.date.day for session in week_of(date(2026, 11, 26))] == [23, 24, 25, 27]
    november = month_of(date(2026, 11, 30))
    assert len(november) == 20
    assert (november[0].date.day, november[-1].date.day) == (2, 30)
    assert len(month_of(date(2026, 12, 31))) == 22


def test_special_days_ahead_are_named_in_order_with_their_close() -> None:
    days = upcoming_special_days(new_york(2026, 11, 21, 10), 4)

    assert days == (
        SpecialDay(date(2026, 11, 26), "Thanksgiving"),
        SpecialDay(date(2026, 11, 27), "day after Thanksgiving", new_york(2026, 11, 27, 13)),
        SpecialDay(date(2026, 12, 24), "Christmas Eve", new_york(2026, 12, 24, 13)),
        SpecialDay(date(2026, 12, 25), "Christmas Day"),
    )
    assert [day.is_half_day for day in days] == [False, True, True, False]


def test_a_special_day_is_still_ahead_on_its_own_evening() -> None:
    [day] = upcoming_special_days(new_york(2026, 11, 26, 23), 1)
    assert day.name == "Thanksgiving"


def test_crypto_trades_every_utc_day_round_the_clock() -> None:
    christmas = on(date(2026, 12, 25), ROUND_THE_CLOCK)

    assert christmas.open == datetime(2026, 12, 25, tzinfo=UTC)
    assert christmas.close - christmas.open == timedelta(days=1)
    assert christmas.premarket_open == christmas.open
    assert christmas.after_hours_close == christmas.close
    assert next_session(christmas).date == date(2026, 12, 26)
    assert len(week_of(date(2026, 12, 25), ROUND_THE_CLOCK)) == 7
    assert upcoming_special_days(christmas.open, 3, ROUND_THE_CLOCK) == ()


def test_the_date_on_the_wall_is_the_exchanges() -> None:
    late = datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert market_date(late) == date(2026, 11, 20)
    assert market_date(late, ROUND_THE_CLOCK) == date(2026, 11, 21)


@pytest.mark.parametrize("day", [date(1989, 12, 29), date(2046, 1, 2)])
def test_a_date_out_of_reach_says_how_far_the_calendar_goes(day: date) -> None:
    with pytest.raises(InvalidInput, match="beyond the calendars"):
        session_on(day)
    with pytest.raises(InvalidInput, match="beyond the calendars"):
        current_session(datetime(day.year, 6, 1, tzinfo=UTC))


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        current_session(datetime(2026, 11, 20, 12))  # noqa: DTZ001 - the fault under test


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(InvalidInput, match="XMARS"):
        session_table("XMARS")


def test_another_exchange_has_no_extended_hours() -> None:
    london = on(date(2026, 11, 26), "XLON")
    assert london.premarket_open == london.open == datetime(2026, 11, 26, 8, tzinfo=UTC)


@given(MOMENTS, CALENDARS)
def test_current_is_the_first_session_that_has_not_ended(at: datetime, calendar: str) -> None:
    session = current_session(at, calendar)
    assert at < session.after_hours_close
    assert previous_session(session).after_hours_close <= at
    running = session_at(at, calendar)
    assert (running == session) is (session.phase(at) is not Phase.CLOSED)


@given(MOMENTS, CALENDARS)
def test_latest_has_opened_and_the_next_has_not(at: datetime, calendar: str) -> None:
    session = latest_session(at, calendar)
    assert session.open <= at < next_session(session).open
    assert next_open(at, calendar) == next_session(session).open


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)), CALENDARS, st.booleans())
def test_overlapping_sessions_are_those_that_share_a_moment(
    start: datetime, length: timedelta, calendar: str, extended: bool
) -> None:
    end = start + length
    table = session_table(calendar)
    found = [
        table.session(i) for i in sessions_overlapping(start, end, calendar, extended=extended)
    ]
    around = sessions_between(
        start.date() - timedelta(days=3), end.date() + timedelta(days=3), calendar
    )
    expected = [
        session
        for session in around
        if (session.premarket_open if extended else session.open) < end
        and (session.after_hours_close if extended else session.close) > start
    ]
    assert found == expected
