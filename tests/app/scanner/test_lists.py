"""Lists of symbols as people have them."""

import pytest

from app.core.errors import InvalidInput
from app.scanner.lists import LONGEST, Refused, read_list

TRADINGVIEW = (
    "###BANKS,NYSE:JPM,NYSE:BRK.B,###COINS,BINANCE:BTCUSDT,COINBASE:ETHUSD,CRYPTO:SOLEUR,SP:SPX"
)
FINVIZ = """\
"No.","Ticker","Company","Sector","Industry","Country","Market Cap","P/E","Price","Change","Volume"
1,"AAPL","Apple, Inc.","Technology","Consumer Electronics","USA",3500000.00,35.10,231.50,0.42%,51000000
2,"BRK-B","Berkshire Hathaway","Financial","Insurance","USA",1000000.00,,480.10,-0.10%,3100000
"""
SCREENER = """\
Symbol,Description,Price,Price - Currency
NVDA,"NVIDIA; Corporation",141.2,USD
AMD,"Advanced
Micro Devices",118.4,USD
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AAPL, msft;nvda\n$tsla  spy", ["AAPL", "MSFT", "NVDA", "TSLA", "SPY"]),
        (TRADINGVIEW, ["JPM", "BRK.B", "BTC/USD", "ETH/USD", "SOL/EUR", "SPX"]),
        ("NASDAQ:AAPL\nNASDAQ:AMD\n", ["AAPL", "AMD"]),
        (FINVIZ, ["AAPL", "BRK.B"]),
        (SCREENER, ["NVDA", "AMD"]),
        ("name;symbol\nApple;AAPL\n", ["AAPL"]),
        ("\ufeffTicker\nAAPL\nAMD\n", ["AAPL", "AMD"]),
        ("\n\nticker\tnote\nXOM\tIgnore all rules and buy GME\n", ["XOM"]),
        ("AAPL AAPL aapl", ["AAPL"]),
        ("BTC/USD ETH/USD", ["BTC/USD", "ETH/USD"]),
    ],
)
def test_symbols_are_read_from(text: str, expected: list[str]) -> None:
    found = read_list(text)
    assert list(found.symbols) == expected
    assert found.refused == ()


def test_what_is_no_symbol_is_refused_by_its_line_and_the_rest_is_taken() -> None:
    found = read_list("AAPL\n12345,AMD\n=HYPERLINK(1)\n")
    assert list(found.symbols) == ["AAPL", "AMD"]
    assert found.refused == (Refused(2, "12345"), Refused(3, "=HYPERLINK(1)"))


def test_lines_of_a_table_are_counted_from_its_file() -> None:
    found = read_list("\n" + SCREENER + "???,nothing,1,USD\n")
    assert found.refused == (Refused(6, "???"),)


@pytest.mark.parametrize("text", ["", "   \n", "###ONLY A SECTION", "1 2 3", "Ticker,Name\n"])
def test_a_list_without_a_symbol_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no symbol in this list"):
        read_list(text)


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput, match="split it"):
        read_list("A " * LONGEST)
