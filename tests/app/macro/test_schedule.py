"""Dates that are published, and dates that follow from a rule."""

from datetime import UTC, date, datetime

import pytest

from app.macro.schedule import (
    FED_DECISIONS,
    EventKind,
    events_between,
    expiry_of_month,
)
from app.market.calendar import session_on

ALL = frozenset(EventKind)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2026, 11, 20), (2026, 12, 18), (2025, 4, 17), (2026, 6, 18), (2026, 5, 15)],
    ids=["third Friday", "quarter", "Good Friday", "Juneteenth", "the 15th, its earliest"],
)
def test_monthly_options_expire_on_the_third_friday_or_the_session_before(
    year: int, month: int, day: int
) -> None:
    assert expiry_of_month(year, month) == date(year, month, day)


def test_quarters_are_named() -> None:
    found = events_between(date(2026, 11, 1), date(2026, 12, 31), frozenset({EventKind.EXPIRY}))

    assert [(event.on.month, event.title) for event in found] == [
        (11, "monthly options expiry"),
        (12, "quarterly options and futures expiry"),
    ]


def test_a_fed_decision_comes_at_two_in_new_york() -> None:
    [event] = events_between(date(2026, 12, 1), date(2026, 12, 31), frozenset({EventKind.FED}))

    assert event.at == datetime(2026, 12, 9, 19, tzinfo=UTC)


def test_fed_decisions_are_eight_a_year_on_trading_wednesdays() -> None:
    assert all(day.weekday() == 2 and session_on(day) for day in FED_DECISIONS)
    assert {sum(day.year == year for day in FED_DECISIONS) for year in (2025, 2026)} == {8}


def test_a_window_holds_both_its_ends_and_is_in_order() -> None:
    found = events_between(date(2026, 11, 20), date(2026, 11, 27), ALL)

    assert [(event.on.day, event.kind) for event in found] == [
        (20, EventKind.EXPIRY),
        (26, EventKind.HOLIDAY),
        (27, EventKind.HOLIDAY),
    ]
    assert found[2].title == "day after Thanksgiving, half day"


def test_a_quiet_week_is_empty() -> None:
    assert events_between(date(2026, 11, 2), date(2026, 11, 6), ALL) == ()
