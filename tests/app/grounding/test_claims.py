"""What each literal in prose is."""

from decimal import Decimal

import pytest

from app.core.figures import Unit
from app.grounding.claims import Kind, Literal, numbers_said, tokenize


def only(text: str) -> Literal:
    [literal] = [each for each in tokenize(text) if each.kind is Kind.CLAIM]
    return literal


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-11-20", "as of 2026-11-20T10:45:00-05:00", "Nov 20, 2026", "November 20th",
        "20 November 2026", "20. November 2026", "20 de noviembre", "11/20", "11/20/2026",
        "on Friday 20", "at 10:45", "at 10:45:30", "9:30 am", "4 pm", "16:00 ET",
        "the 15m chart", "a 5-minute bar", "5 minute chart", "on the 1h", "the 4H", "15 minute",
        "SPX 6000p 12/19", "SPY 600c", "585/590 call spread", "the 6000 put", "0DTE", "30 DTE",
        "R2", "S1", "OR15H", "SMA50", "EMA9", "9/21 EMA", "50 SMA", "50-day", "200-day SMA",
        "200DMA", "52-week high", "52WH", "RSI(14)", "MACD(12,26,9)", "BB(20, 2)", "VWAP+1",
        "VWAP +1σ", "VWAP −1σ", "the 1σ band", "the S&P 500", "Nasdaq 100", "Russell 2000",
        "the 3rd test", "1st", "1. First", "- 2) Second", "Step 3", "rule 1", "#4",
        "in 2024", "since 2019", "Nov 2024", "24/7", "10-K", "Q3", "COVID19", "GPT-5",
        "the last 5 days", "over 20 sessions", "10 years", "3 levels", "two ways", "once again",
        "https://example.com/2024/600.25", "a 30-year bond",
    ],
)  # fmt: skip
def test_what_is_no_claim_is_named(text: str) -> None:
    assert [each for each in tokenize(text) if each.kind is Kind.CLAIM] == []


@pytest.mark.parametrize(
    ("text", "value", "quantum", "unit", "sign"),
    [
        ("602.31", "602.31", "0.01", None, 0),
        ("6,012.40", "6012.40", "0.01", None, 0),
        ("6’012.40", "6012.40", "0.01", None, 0),
        ("6.012,40", "6012.40", "0.01", None, 0),
        ("602,31", "602.31", "0.01", None, 0),
        ("12,345", "12345", "1", None, 0),
        ("$1.2k", "1200", "100", Unit.USD, 0),
        ("$602.31", "602.31", "0.01", Unit.USD, 0),
        ("1.2 M", "1200000", "100000", None, 0),
        ("$3bn", "3000000000", "1000000000", Unit.USD, 0),
        ("45.2M shares", "45200000", "100000", Unit.SHARES, 0),
        ("12 contracts", "12", "1", Unit.CONTRACTS, 0),
        ("12 %", "12", "1", Unit.PERCENT, 0),
        ("−0.4 %", "0.4", "0.1", Unit.PERCENT, -1),
        ("-0.4%", "0.4", "0.1", Unit.PERCENT, -1),
        ("+2.5", "2.5", "0.1", None, 1),
        ("-$5.79", "5.79", "0.01", Unit.USD, -1),
        ("$-5.79", "5.79", "0.01", Unit.USD, -1),
        ("42 bps", "0.42", "0.01", Unit.PERCENT, 0),
        ("0.25 ATR", "0.25", "0.01", Unit.ATR, 0),
        ("0.25 of an ATR", "0.25", "0.01", Unit.ATR, 0),
        ("half an ATR", "0.5", "0.1", Unit.ATR, 0),
        ("a third of an ATR", "0.33", "0.01", Unit.ATR, 0),
        ("1/3 of an ATR", "0.33", "0.01", Unit.ATR, 0),
        ("two ATRs", "2", "1", Unit.ATR, 0),
        ("1.5σ", "1.5", "0.1", Unit.SIGMA, 0),
        ("3×", "3", "1", Unit.COUNT, 0),
        ("3 times", "3", "1", Unit.COUNT, 0),
        ("5.8 points", "5.8", "0.1", Unit.POINTS, 0),
        ("in 35m", "35", "1", Unit.MINUTES, 0),
        ("2h 35m", "155", "1", Unit.MINUTES, 0),
        ("in 2 hours", "2", "1", Unit.HOURS, 0),
        ("12 cents", "0.12", "0.01", Unit.USD, 0),
        (".5 ATR", "0.5", "0.1", Unit.ATR, 0),
        ("about 2024.50", "2024.50", "0.01", None, 0),
    ],
)  # fmt: skip
def test_a_claim_is_read_with_its_decimals_suffix_unit_and_sign(
    text: str, value: str, quantum: str, unit: Unit | None, sign: int
) -> None:
    literal = only(text)
    assert (literal.value, literal.quantum) == (Decimal(value), Decimal(quantum))
    assert (literal.unit, literal.sign) == (unit, sign)


def test_a_range_is_two_claims_without_a_sign() -> None:
    low, high = tokenize("601–604")
    assert (low.value, high.value) == (Decimal(601), Decimal(604))
    assert high.sign == 0
    assert [each.value for each in tokenize("601.5-604.5")] == [Decimal("601.5"), Decimal("604.5")]


def test_a_price_after_a_letter_is_still_a_claim() -> None:
    assert only("RSI62.4").value == Decimal("62.4")
    assert only("USD602.31").value == Decimal("602.31")


def test_the_numbers_of_a_member_are_known_with_and_without_suffix() -> None:
    assert {Decimal(25), Decimal(25_000), Decimal("412.50")} <= numbers_said("25k at 412.50?")
