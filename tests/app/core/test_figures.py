from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.core.figures import Figure, Unit


def figure(value: str, unit: Unit, decimals: int, *, signed: bool = False) -> Figure:
    return Figure(
        id="a1",
        call_id="call",
        tool="get_quote",
        path="last",
        value=Decimal(value),
        unit=unit,
        label="last",
        entity="SPX",
        as_of=datetime(2026, 11, 20, 15, 31, tzinfo=UTC),
        decimals=decimals,
        signed=signed,
    )


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (figure("6012.4", Unit.POINTS, 2), "6,012.40"),
        (figure("0.415", Unit.PERCENT, 2, signed=True), "+0.42%"),
        (figure("-0.415", Unit.PERCENT, 2, signed=True), "−0.42%"),
        (figure("-0.004", Unit.PERCENT, 2, signed=True), "0.00%"),
        (figure("0.254", Unit.ATR, 2), "0.25 ATR"),
        (figure("12345678", Unit.SHARES, 0), "12,345,678"),
        (figure("0.00001234", Unit.USD, 8), "0.00001234"),
        (figure("3", Unit.COUNT, 0), "3×"),
    ],
)
def test_digits_are_made_in_one_place(shown: Figure, text: str) -> None:
    assert shown.text() == text


def test_a_half_is_rounded_away_from_zero() -> None:
    assert figure("2.345", Unit.USD, 2).text() == "2.35"
    assert figure("-2.345", Unit.USD, 2).text() == "−2.35"
