"""Which session a map is for."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidInput
from app.levels.frame import choose_frame
from app.levels.models import Period
from app.market.calendar import ROUND_THE_CLOCK, US

NEW_YORK = ZoneInfo("America/New_York")


def new_york(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (new_york(20, 3), 20),
        (new_york(20, 8), 20),
        (new_york(20, 12), 20),
        (new_york(20, 16), 20),
        (new_york(20, 19, 59), 20),
        (new_york(20, 20), 23),
        (new_york(22, 12), 23),
        (new_york(25, 20), 27),
        (new_york(26, 12), 27),
        (new_york(27, 16, 59), 27),
        (new_york(27, 17), 30),
    ],
)
def test_a_session_holds_from_the_end_of_the_last_one_to_its_own(at: datetime, day: int) -> None:
    frame = choose_frame(at, US, period=Period.DAY, on=None)
    assert frame.session.date == date(2026, 11, day)
    assert frame.before[-1].date < frame.session.date


def test_a_past_session_is_seen_as_of_its_close() -> None:
    frame = choose_frame(new_york(20, 12), US, period=Period.DAY, on=date(2026, 11, 17))
    assert frame.session.date == date(2026, 11, 17)
    assert frame.as_of == new_york(17, 16)


def test_the_running_session_by_its_date_is_seen_now() -> None:
    frame = choose_frame(new_york(20, 12), US, period=Period.DAY, on=date(2026, 11, 20))
    assert frame.as_of == new_york(20, 12)


def test_the_next_session_has_levels_once_this_one_has_closed() -> None:
    frame = choose_frame(new_york(20, 16), US, period=Period.DAY, on=date(2026, 11, 23))
    assert (frame.session.date, frame.before[-1].date) == (date(2026, 11, 23), date(2026, 11, 20))
    with pytest.raises(InvalidInput, match=r"Friday 20 November.*16:00 ET"):
        choose_frame(new_york(20, 15, 59), US, period=Period.DAY, on=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("day", "reason"), [(26, r"Thanksgiving.*Friday 27 November"), (21, r"weekend.*Monday 23")]
)
def test_a_date_without_a_session_says_why_and_names_the_next(day: int, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        choose_frame(new_york(30, 12), US, period=Period.DAY, on=date(2026, 11, day))


def test_a_week_runs_to_its_session_and_looks_back_on_the_whole_week_before() -> None:
    frame = choose_frame(datetime(2026, 12, 2, 17, tzinfo=UTC), US, period=Period.WEEK, on=None)
    assert [each.date.day for each in frame.sessions] == [30, 1, 2]
    assert [each.date.day for each in frame.before] == [23, 24, 25, 27]


def test_a_month_looks_back_on_the_whole_month_before() -> None:
    frame = choose_frame(new_york(3, 12), US, period=Period.MONTH, on=None)
    assert [each.date.day for each in frame.sessions] == [2, 3]
    assert (frame.before[0].date, frame.before[-1].date) == (date(2026, 10, 1), date(2026, 10, 30))


def test_a_round_the_clock_day_is_the_utc_day() -> None:
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    frame = choose_frame(midnight, ROUND_THE_CLOCK, period=Period.DAY, on=None)
    assert frame.session.open == midnight
    assert frame.before[-1].date == date(2026, 11, 20)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - aware by `timezones`
    st.sampled_from(Period),
    st.sampled_from([US, ROUND_THE_CLOCK]),
)
def test_what_a_map_looks_back_on_is_over(at: datetime, period: Period, calendar: str) -> None:
    frame = choose_frame(at, calendar, period=period, on=None)
    assert frame.before[-1].close <= frame.open
    assert frame.before[-1].close <= at
    assert at < frame.session.after_hours_close
    assert frame.history_start < frame.before[0].open


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        choose_frame(datetime(2026, 11, 20, 12), US, period=Period.DAY, on=None)  # noqa: DTZ001
