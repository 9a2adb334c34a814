"""Quiet hours over midnight, and over the nights on which the clock is changed."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.notifications.models import QuietHours
from app.notifications.quiet import quiet_until

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = QuietHours(time(22), time(7))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-20T21:59:59-05:00", None),
        ("2026-11-20T22:00:00-05:00", "2026-11-21T07:00:00-05:00"),
        ("2026-11-21T00:00:00-05:00", "2026-11-21T07:00:00-05:00"),
        ("2026-11-21T06:59:59-05:00", "2026-11-21T07:00:00-05:00"),
        ("2026-11-21T07:00:00-05:00", None),
    ],
)
def test_a_night_goes_over_midnight(now: str, until: str | None) -> None:
    assert quiet_until(NIGHT, NEW_YORK, _at(now)) == (until and _at(until))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-20T11:59:59-05:00", None),
        ("2026-11-20T12:00:00-05:00", "2026-11-20T13:30:00-05:00"),
        ("2026-11-20T13:30:00-05:00", None),
    ],
)
def test_a_lunch_stays_within_its_day(now: str, until: str | None) -> None:
    lunch = QuietHours(time(12), time(13, 30))
    assert quiet_until(lunch, NEW_YORK, _at(now)) == (until and _at(until))


def test_the_night_of_the_spring_change_is_an_hour_shorter() -> None:
    start, end = _at("2026-03-07T22:00:00-05:00"), _at("2026-03-08T07:00:00-04:00")
    assert quiet_until(NIGHT, NEW_YORK, start) == end
    assert (end - start).total_seconds() == 8 * 3600


def test_the_night_of_the_autumn_change_is_an_hour_longer() -> None:
    start, end = _at("2026-10-31T22:00:00-04:00"), _at("2026-11-01T07:00:00-05:00")
    assert quiet_until(NIGHT, NEW_YORK, start) == end
    assert (end - start).total_seconds() == 10 * 3600


def test_an_end_that_the_clock_shows_twice_is_the_later_one_and_comes_once() -> None:
    hours = QuietHours(time(22), time(1, 30))
    end = _at("2026-11-01T01:30:00-05:00")
    for now in ("01:29:00-04:00", "01:45:00-04:00", "01:15:00-05:00"):
        assert quiet_until(hours, NEW_YORK, _at(f"2026-11-01T{now}")) == end
    assert quiet_until(hours, NEW_YORK, end) is None


def test_an_end_that_the_clock_skips_is_where_it_goes_on() -> None:
    hours = QuietHours(time(22), time(2, 30))
    assert quiet_until(hours, NEW_YORK, _at("2026-03-08T01:59:00-05:00")) == _at(
        "2026-03-08T03:30:00-04:00"
    )


def test_another_zone_has_another_night() -> None:
    now = _at("2026-11-20T17:00:00-05:00")
    assert quiet_until(NIGHT, NEW_YORK, now) is None
    assert quiet_until(NIGHT, ZoneInfo("Europe/Berlin"), now) == _at("2026-11-21T07:00:00+01:00")


def test_without_quiet_hours_it_is_never_quiet() -> None:
    assert quiet_until(None, NEW_YORK, _at("2026-11-20T23:00:00-05:00")) is None
