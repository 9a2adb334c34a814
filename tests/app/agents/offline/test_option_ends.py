"""When an option ends, by the words for it. Today is Wednesday 18 November 2026."""

from datetime import date
from typing import Any

import pytest

from app.agents.offline.option_ends import MONTH_FIRST, taken

TODAY = date(2026, 11, 18)


def told(text: str, *, strikes: int = 0) -> list[dict[str, Any]]:
    return [end.told for end in taken(text, TODAY, strikes=strikes)]


@pytest.mark.parametrize("text", ["a call and a put", "what and where", "spy 290 call and 5 more"])
def test_and_is_no_day(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("and 5 days", 5),
        ("45dte", 45),
        ("0.5 years", 182),
        (".25y", 91),
        ("t=0.1", 36),
        ("half a year", 182),
        ("1.5 months", 45),
        ("two and a half months", 75),
        ("in a fortnight", 14),
        ("a month out", 30),
        ("0dte", 0),
    ],
)
def test_spans_in_whole_and_in_parts(text: str, days: int) -> None:
    assert told(text) == [{"days": days}]


@pytest.mark.parametrize(
    "text",
    ["12/18", "18/12", "18 dec", "18th of december", "dec18", "18dec26", "december 18th, 2026", "18 dec 290 put",
     "dec", "12/18/26"],
)  # fmt: skip
def test_a_day_of_either_order(text: str) -> None:
    assert told(text) == [{"expiry": "2026-12-18"}]


def test_a_day_of_two_orders_is_read_month_first_and_that_is_said() -> None:
    [end] = taken("4/9 290 call", TODAY)

    assert end.told == {"expiry": "2027-04-09"}
    assert end.note == MONTH_FIRST


@pytest.mark.parametrize("text", ["30/2", "31/31", "31 november", "feb 30,"])
def test_a_day_that_no_calendar_has_is_known_for_one(text: str) -> None:
    assert taken(f"spy {text} put", TODAY).is_impossible


@pytest.mark.parametrize(
    "text", ["spy 290 call may i ask the delta", "it may drop", "prices may well fall"]
)
def test_may_before_a_verb_is_no_month(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize("text", ["may 300 call", "calls in may", "290 call may", "may puts"])
def test_may_beside_an_option_is_the_month(text: str) -> None:
    assert told(text) == [{"expiry": "2027-05-21"}]


@pytest.mark.parametrize(
    ("text", "strikes", "rest"),
    [
        ("12/18 290/280 put spread", 2, "<ea> 290/280 put spread"),
        ("12/18 10/12 call spread", 2, "<ea> 10/12 call spread"),
        ("10/12 call spread dec 18", 2, "10/12 call spread <ea>"),
        ("9/10/11 fly 12/18", 3, "9/10/11 fly <ea>"),
        ("f dec 15 call", 0, "f <ea> 15 call"),
        ("f 15 dec 18", 0, "f 15 <ea>"),
        ("buy 2 dec 120 calls", 0, "buy 2 <ea> 120 calls"),
    ],
)
def test_strikes_and_counts_beside_a_day_stay(text: str, strikes: int, rest: str) -> None:
    assert taken(text, TODAY, strikes=strikes).text == rest
