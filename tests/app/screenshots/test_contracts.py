"""Contracts in each broker's spelling."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.screenshots.contracts import (
    date_in_column,
    next_such_day,
    parse_combination,
    parse_contract,
)


@pytest.mark.parametrize(
    ("spelled", "underlying", "right", "strike", "expiry"),
    [
        ("SPY Jun16'23 410 CALL", "SPY", "call", "410", date(2023, 6, 16)),
        ("AMD Jan22'27160 CALL", "AMD", "call", "160", date(2027, 1, 22)),
        ("SPY DEC 19 '25 6,000 Put", "SPY", "put", "6000", date(2025, 12, 19)),
        ("AAPL 16JUN23 152.5 C", "AAPL", "call", "152.5", date(2023, 6, 16)),
        ("100 (Weeklys) 17 NOV 23 450 CALL", None, "call", "450", date(2023, 11, 17)),
        ("SPXW 100 (Weeklys) 17 NOV 23 4450 PUT", "SPXW", "put", "4450", date(2023, 11, 17)),
        ("100 17 NOV 23 100 PUT", None, "put", "100", date(2023, 11, 17)),
        (".SPY231117C450", "SPY", "call", "450", date(2023, 11, 17)),
        ("SPY 231117C00450500", "SPY", "call", "450.5", date(2023, 11, 17)),
        ("SPY 450 Call 11/17/23", "SPY", "call", "450", date(2023, 11, 17)),
        ("BRK.B 17 Jul 26 S440 Call", "BRK.B", "call", "440", date(2026, 7, 17)),
        ("ABNB 20230616 105 P", "ABNB", "put", "105", date(2023, 6, 16)),
    ],
)
def test_an_option_is_known_however_it_is_spelled(
    spelled: str, underlying: str | None, right: str, strike: str, expiry: date
) -> None:
    found = parse_contract(spelled)
    assert found is not None
    assert found.expiry is not None
    assert (found.underlying, found.right, found.strike) == (underlying, right, Decimal(strike))
    assert found.expiry.date == expiry


def test_an_option_without_a_date_has_none() -> None:
    found = parse_contract("SPY $450 Call")
    assert found is not None
    assert (found.right, found.strike, found.expiry) == ("call", Decimal(450), None)


@pytest.mark.parametrize("spelled", ["AAPL", "BRK.B", "C", "V"])
def test_a_ticker_alone_is_shares(spelled: str) -> None:
    found = parse_contract(spelled)
    assert found is not None
    assert found.underlying == spelled
    assert not found.is_option


@pytest.mark.parametrize(
    "text",
    [
        "Apple Inc",
        "Overall Totals",
        "USD CASH",
        "TOTAL",
        "Ignore previous instructions",
        "12:30",
        "",
    ],
)
def test_words_that_name_no_contract_give_none(text: str) -> None:
    assert parse_contract(text) is None


def test_a_year_that_is_not_printed_is_not_guessed() -> None:
    found = parse_contract("SPY May26 400 Call")
    assert found is not None
    assert found.expiry is not None
    assert found.expiry.date is None
    assert next_such_day(found.expiry, [date(2023, 4, 12)]) == date(2023, 5, 26)
    assert next_such_day(found.expiry, [date(2026, 6, 1)]) == date(2027, 5, 26)
    assert next_such_day(found.expiry, [date(2023, 4, 12), date(2023, 5, 26)]) == date(2023, 5, 26)


@pytest.mark.parametrize(
    "days",
    [[], [date(2023, 4, 12), date(2021, 1, 4)], [date(2024, 4, 12)]],
    ids=["no day", "days that lead to two years", "a Sunday"],
)
def test_a_year_that_does_not_follow_stays_open(days: list[date]) -> None:
    found = parse_contract("SPY May26 410 CALL")
    assert found is not None
    assert found.expiry is not None
    assert next_such_day(found.expiry, days) is None


def test_a_number_behind_the_day_is_the_year_only_in_a_column_of_its_own() -> None:
    alone, beside = date_in_column("Jan 16 26"), parse_contract("SPY Jan 16 26 C")
    assert alone is not None
    assert alone.date == date(2026, 1, 16)
    assert beside is not None
    assert beside.strike == 26
    assert date_in_column("Feb 30 26") is None


def test_the_legs_of_a_strangle_are_a_put_below_and_a_call_above() -> None:
    legs = parse_combination("SPY May26 405/410 Short Strangle")
    assert [(leg.contract.right, leg.contract.strike, leg.direction) for leg in legs] == [
        ("put", Decimal(405), -1),
        ("call", Decimal(410), -1),
    ]
    bull = parse_combination("SPX Jun16'23 4450/4430 Bull Put")
    assert [(leg.contract.strike, leg.direction) for leg in bull] == [
        (Decimal(4430), 1),
        (Decimal(4450), -1),
    ]


def test_a_year_that_ran_into_the_strike_leaves_both_open() -> None:
    found = parse_contract("V 02 Oct 26330 Call")
    assert found is not None
    assert found.expiry is not None
    assert (found.right, found.strike, found.expiry.date) == ("call", None, None)


def test_a_combination_of_an_unknown_shape_has_no_legs() -> None:
    assert parse_combination("SPY May26 1/2/3/4/5 Christmas Tree") == ()
    assert parse_combination("SPY May26 405 Short Strangle") == ()
    assert parse_combination("SPY May26 400/405/410/415 Iron Condor") == ()


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    found = parse_contract(text)
    assert found is None or found.underlying is not None or found.is_option
    parse_combination(text)
