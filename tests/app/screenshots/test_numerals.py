"""Numbers as brokers print them."""

from decimal import Decimal

import pytest

from app.screenshots.numerals import parse_number, parse_quantity


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("1,234.50", "1234.50"),
        ("$-25,013", "-25013"),
        ("-$25,013.00", "-25013.00"),
        ("S1,335", "1335"),
        ("+24.15", "24.15"),
        ("(1,200.00)", "-1200.00"),
        ("−3.64", "-3.64"),
        (".05", "0.05"),
        ("0.5468", "0.5468"),
    ],
)
def test_a_number_is_read_with_its_sign(printed: str, number: str) -> None:
    assert parse_number(printed) == Decimal(number)


@pytest.mark.parametrize(
    "printed",
    [
        "9" * 400,
        "5.1%",
        "1O5.00",
        "12,34",
        "149.83 3",
        "1.2.3",
        "",
        "-",
        "1.0M",
        "--5",
        "1 234",
        "∞",
        "12/1",
    ],
)
def test_what_is_unclear_is_no_number(printed: str) -> None:
    assert parse_number(printed) is None


def test_a_quantity_is_never_money_and_never_zero() -> None:
    assert parse_quantity("20 Shares") == 20
    assert parse_quantity("-50") == -50
    assert parse_quantity("$20") is None
    assert parse_quantity("0") is None
