import pytest

from app.core.errors import InvalidInput
from app.core.symbols import Symbol


@pytest.mark.parametrize(
    ("typed", "symbol"),
    [
        ("aapl", "AAPL"),
        (" $tsla ", "TSLA"),
        ("^SPX", "SPX"),
        ("brk-b", "BRK.B"),
        ("brk.b", "BRK.B"),
        ("btc/usd", "BTC/USD"),
        ("f", "F"),
    ],
)
def test_a_symbol_has_one_spelling(typed: str, symbol: str) -> None:
    assert Symbol.parse(typed) == symbol


@pytest.mark.parametrize(
    "typed", ["", "  ", "TOOLONGX", "A B", "1234", "../etc", "AAPL;", "BTC/", "é"]
)
def test_what_cannot_be_a_symbol_is_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(InvalidInput, match="Write a ticker such as AAPL"):
        Symbol.parse(typed)
