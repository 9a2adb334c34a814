"""Futures and coins in each broker's spelling, and what of them is not printed."""

from datetime import date
from decimal import Decimal

import pytest

from app.screenshots.contracts import parse_contract
from app.screenshots.models import Evidence, FieldName, Kind
from app.screenshots.outright import coin_in, future_in
from app.screenshots.reading import read_words
from tests.app.screenshots.conftest import line, table

F = FieldName
EDGES = (20, -420, -520, -620, -760)
HEAD = ("Symbol", "Qty", "Trade Price", "Mark", "P/L Open")


@pytest.mark.parametrize(
    ("spelled", "root", "month", "year", "digit"),
    [
        ("/ESZ25", "ES", 12, 2025, None),
        ("/MESH26:XCME", "MES", 3, 2026, None),
        ("ESZ5", "ES", 12, None, 5),
        ("NQM2026", "NQ", 6, 2026, None),
        ("6EU25", "6E", 9, 2025, None),
        ("ES DEC'25", "ES", 12, 2025, None),
        ("GC DEC 2025 FUTURES", "GC", 12, 2025, None),
    ],
)
def test_a_future_names_its_month(
    spelled: str, root: str, month: int, year: int | None, digit: int | None
) -> None:
    found = future_in(spelled)
    assert found is not None
    assert found.delivery is not None
    assert found.root == root
    assert (found.delivery.month, found.delivery.year, found.delivery.digit) == (month, year, digit)


@pytest.mark.parametrize("spelled", ["ES", "GCX", "F", "XYZZ25", "SPY", "ZM", "/XX", "AMZN", "Z25"])
def test_what_is_no_known_contract_is_no_future(spelled: str) -> None:
    assert future_in(spelled) is None


@pytest.mark.parametrize(
    ("spelled", "pair"),
    [
        ("BTC/USD", "BTC/USD"),
        ("eth-usd".upper(), "ETH/USD"),
        ("SOLUSDT", "SOL/USDT"),
        ("BITCOIN", "BTC/USD"),
        ("BTC BITCOIN", "BTC/USD"),
        ("BTC", None),
        ("COINBASE", None),
        ("BITCOIN TRUST", None),
        ("BITCOIN ETHEREUM", None),
    ],
)
def test_a_coin_is_a_pair_or_its_name(spelled: str, pair: str | None) -> None:
    assert coin_in(spelled) == pair


def test_lines_of_futures_and_coins_have_their_kind_and_their_arithmetic() -> None:
    words = table(
        EDGES,
        HEAD,
        ("/ESZ26", "+2", "6,000.00", "6,010.00", "$1,000.00"),
        ("GCZ6", "-1", "4,000.0", "4,010.0", "-$1,000.00"),
        ("BTC/USD", "0.25", "90,000.00", "91,000.00", "$250.00"),
        ("MNQ Dec18'26", "1", "20,000.00", "20,010.00", "$20.00"),
    )
    es, gold, coin, micro = read_words(words).rows
    assert [row.value(F.KIND) for row in (es, gold, coin, micro)] == [
        Kind.FUTURE,
        Kind.FUTURE,
        Kind.CRYPTO,
        Kind.FUTURE,
    ]
    assert [row.value(F.UNDERLYING) for row in (es, gold, coin, micro)] == [
        "ES",
        "GC",
        "BTC/USD",
        "MNQ",
    ]
    assert coin.value(F.QUANTITY) == Decimal("0.25")
    for row in (es, gold, coin, micro):
        assert row.fields[F.PNL_OPEN].evidence is Evidence.CHECKED
    assert (coin.doubts, micro.doubts) == ((), ())


def test_the_day_of_an_index_future_follows_and_any_others_stays_open() -> None:
    words = table(
        EDGES, HEAD, ("/ESZ26", "+2", "", "6,010.00", ""), ("/CLZ26", "1", "", "70.00", "")
    )
    index, oil = read_words(words).rows
    assert index.value(F.EXPIRY) == date(2026, 12, 18)
    assert index.fields[F.EXPIRY].evidence is Evidence.DERIVED
    assert any("third Friday" in doubt for doubt in index.doubts)
    assert F.EXPIRY not in oil.fields
    assert any("day stays open" in doubt for doubt in oil.doubts)


def test_a_bare_symbol_that_coins_and_funds_share_is_of_no_known_kind() -> None:
    words = table(EDGES, HEAD, ("BTC", "0.25", "", "91,000.00", ""))
    (row,) = read_words(words).rows
    assert F.KIND not in row.fields
    assert any("fund" in doubt for doubt in row.doubts)


def test_coins_of_a_list_without_headings_are_counted_in_themselves() -> None:
    words = [
        *line(20, [(20, "Bitcoin")]),
        *line(31, [(-260, "$91,000.00")]),
        *line(42, [(20, "0.0512 BTC")]),
    ]
    (row,) = read_words(words).rows
    assert (row.value(F.UNDERLYING), row.value(F.KIND), row.value(F.QUANTITY)) == (
        "BTC/USD",
        Kind.CRYPTO,
        Decimal("0.0512"),
    )


def test_an_option_on_a_share_that_is_called_as_a_future_stays_one() -> None:
    found = parse_contract("ES Dec19'25 70 CALL")
    assert found is not None
    assert found.kind is Kind.OPTION
