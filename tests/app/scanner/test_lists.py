"""Lists of symbols as people have them."""

import pytest

from app.core.errors import InvalidInput
from app.scanner.lists import LONGEST, read_list

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
        ('"Cap, USD",Ticker,Country\n5,AAPL,USA\n', ["AAPL"]),
        ("sep=;\nTicker;Company\nAAPL;Apple\n", ["AAPL"]),
        ("My list 2026\nTicker,Company\nAAPL,Apple Inc\n", ["AAPL"]),
        ("AAPL\nSYM,TSLA\n", ["AAPL", "SYM", "TSLA"]),
        ("TVC:VIX, SP:SPX, BATS:AMD", ["VIX", "SPX", "AMD"]),
    ],
)
def test_symbols_are_read_from(text: str, expected: list[str]) -> None:
    found = read_list(text)
    assert list(found.symbols) == expected
    assert found.refused == ()


def test_what_is_no_symbol_is_refused_by_its_line_and_the_rest_is_taken() -> None:
    found = read_list("AAPL\n12345,AMD\n=HYPERLINK(1)\n")
    assert list(found.symbols) == ["AAPL", "AMD"]
    assert [(each.line, each.text) for each in found.refused] == [
        (2, "12345"),
        (3, "=HYPERLINK(1)"),
    ]


def test_lines_of_a_table_are_counted_from_its_file() -> None:
    found = read_list("\n" + SCREENER + "???,nothing,1,USD\n")
    assert [(each.line, each.text) for each in found.refused] == [(6, "???")]


@pytest.mark.parametrize(
    "cell",
    ["TSX:T", "LSE:MS", "TVC:GOLD", "NSE:F", "XETR:BMW", "FX:EURUSD", "BINANCE:F", "COMEX:GC1!"],
)
def test_a_symbol_of_another_country_is_no_symbol_of_ours_and_it_is_said_why(cell: str) -> None:
    found = read_list(f"AAPL,{cell}")
    assert list(found.symbols) == ["AAPL"]
    (refused,) = found.refused
    assert (refused.text, "no exchange of the United States" in refused.reason) == (cell, True)
    with pytest.raises(InvalidInput, match="no exchange of the United States"):
        read_list(cell)


def test_a_cell_without_an_end_is_said() -> None:
    with pytest.raises(InvalidInput, match="quotation mark"):
        read_list('Ticker,Name\nAAPL,"' + "a" * 140_000 + '"\n')


@pytest.mark.parametrize("text", ["", "   \n", "###ONLY A SECTION", "1 2 3", "Ticker,Name\n"])
def test_a_list_without_a_symbol_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no symbol in this list"):
        read_list(text)


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput, match="split it"):
        read_list("A " * LONGEST)
