"""Until when an alert is silent, over holidays, half days and nights in which the clock is changed."""

from datetime import UTC, datetime

import pytest

from app.alerts.silence import silent_until
from app.core.errors import InvalidInput
from app.market.calendar import ROUND_THE_CLOCK, US

BEFORE_THANKSGIVING = "2026-11-25T10:30-05:00"
"""A Wednesday; Thursday is a holiday, Friday half a day."""


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("tomorrow", "2026-11-27T09:30-05:00"),
        ("the open", "2026-11-27T09:30-05:00"),
        ("the market opens", "2026-11-27T09:30-05:00"),
        ("until the close", "2026-11-25T16:00-05:00"),
        ("friday close", "2026-11-27T13:00-05:00"),
        ("thursday", "2026-11-27T09:30-05:00"),
        ("tomorrow 15:00", "2026-11-26T15:00-05:00"),
        ("2026-11-26", "2026-11-27T09:30-05:00"),
        ("Monday", "2026-11-30T09:30-05:00"),
        ("next week", "2026-11-30T09:30-05:00"),
        ("monday at 2:30 pm", "2026-11-30T14:30-05:00"),
        ("wednesday", "2026-12-02T09:30-05:00"),
        ("wednesday 14:00", "2026-11-25T14:00-05:00"),
        ("till 2pm", "2026-11-25T14:00-05:00"),
        ("noon", "2026-11-25T12:00-05:00"),
        ("9am", "2026-11-26T09:00-05:00"),
        ("2026-11-27T11:00", "2026-11-27T11:00-05:00"),
        ("2026-11-27T16:00:00Z", "2026-11-27T11:00-05:00"),
    ],
)
def test_words_are_read_by_the_clock_and_the_trading_days(words: str, until: str) -> None:
    assert silent_until(words, _at(BEFORE_THANKSGIVING), US) == _at(until)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-27T08:00-05:00", "2026-11-27T09:30-05:00"),
        ("2026-11-27T09:30-05:00", "2026-12-04T09:30-05:00"),
        ("2026-11-27T15:00-05:00", "2026-12-04T09:30-05:00"),
        ("2026-12-18T12:00-05:00", "2026-12-28T09:30-05:00"),
    ],
)
def test_a_weekday_said_on_that_day_is_the_next_one_once_it_is_open(now: str, until: str) -> None:
    assert silent_until("friday", _at(now), US) == _at(until)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-27T12:59-05:00", "2026-11-27T13:00-05:00"),
        ("2026-11-27T13:00-05:00", "2026-11-30T16:00-05:00"),
    ],
)
def test_the_close_of_a_half_day_is_early(now: str, until: str) -> None:
    assert silent_until("the close", _at(now), US) == _at(until)


@pytest.mark.parametrize(
    ("now", "words", "until"),
    [
        ("2026-03-07T12:00-05:00", "2:30am", "2026-03-08T03:30-04:00"),
        ("2026-03-07T12:00-05:00", "the open", "2026-03-09T09:30-04:00"),
        ("2026-03-06T12:00-05:00", "monday 14:00", "2026-03-09T14:00-04:00"),
        ("2026-10-31T12:00-04:00", "1:30am", "2026-11-01T01:30-05:00"),
        ("2026-10-30T12:00-04:00", "the open", "2026-11-02T09:30-05:00"),
    ],
)
def test_a_change_of_the_clock_in_between_moves_nothing_on_the_wall(
    now: str, words: str, until: str
) -> None:
    assert silent_until(words, _at(now), US) == _at(until)


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("tomorrow", "2026-11-26T00:00Z"),
        ("monday", "2026-11-30T00:00Z"),
        ("14:00", "2026-11-26T14:00Z"),
    ],
)
def test_what_trades_round_the_clock_goes_by_its_own_days_and_clock(words: str, until: str) -> None:
    assert silent_until(words, _at(BEFORE_THANKSGIVING), ROUND_THE_CLOCK) == _at(until)


@pytest.mark.parametrize(
    "words",
    ["", "until", "yesterday", "14", "5930", "25:00", "13pm", "next friday", "the cows come home"],
)
def test_what_is_no_moment_is_asked_back(words: str) -> None:
    with pytest.raises(InvalidInput, match="Say until when"):
        silent_until(words, _at(BEFORE_THANKSGIVING), US)


@pytest.mark.parametrize("words", ["9999-12-31", "9999-12-31T23:59-05:00", "0001-01-01T00:00"])
def test_a_moment_beyond_all_calendars_is_no_moment(words: str) -> None:
    with pytest.raises(InvalidInput):
        silent_until(words, _at(BEFORE_THANKSGIVING), US)


@pytest.mark.parametrize("words", ["today", "today 10:30", "2026-11-25", "2026-11-25T10:30:00"])
def test_a_moment_that_has_passed_is_refused(words: str) -> None:
    with pytest.raises(InvalidInput, match="passed"):
        silent_until(words, _at(BEFORE_THANKSGIVING), US)
