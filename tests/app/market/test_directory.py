"""The directory: names traders use, typos they make, symbols that are gone."""

import pytest

from app.core.symbols import AssetClass, Symbol
from app.market.directory import (
    ALIASES,
    EVERYDAY_WORDS,
    INSTRUMENTS,
    SECTORS,
    alias_key,
    find_by_name,
    find_instrument,
    former,
    near,
)
from app.market.listings.former import FORMER

SP100 = [
    "AAPL",
    "ABBV",
    "ABT",
    "ACN",
    "ADBE",
    "AIG",
    "AMD",
    "AMGN",
    "AMT",
    "AMZN",
    "AVGO",
    "AXP",
    "BA",
    "BAC",
    "BK",
    "BKNG",
    "BLK",
    "BMY",
    "BRK.B",
    "C",
    "CAT",
    "CHTR",
    "CL",
    "CMCSA",
    "COF",
    "COP",
    "COST",
    "CRM",
    "CSCO",
    "CVS",
    "CVX",
    "DE",
    "DHR",
    "DIS",
    "DUK",
    "EMR",
    "FDX",
    "GD",
    "GE",
    "GILD",
    "GM",
    "GOOG",
    "GOOGL",
    "GS",
    "HD",
    "HON",
    "IBM",
    "INTC",
    "INTU",
    "ISRG",
    "JNJ",
    "JPM",
    "KO",
    "LIN",
    "LLY",
    "LMT",
    "LOW",
    "MA",
    "MCD",
    "MDLZ",
    "MDT",
    "MET",
    "META",
    "MMM",
    "MO",
    "MRK",
    "MS",
    "MSFT",
    "NEE",
    "NFLX",
    "NKE",
    "NOW",
    "NVDA",
    "ORCL",
    "PEP",
    "PFE",
    "PG",
    "PLTR",
    "PM",
    "PYPL",
    "QCOM",
    "RTX",
    "SBUX",
    "SCHW",
    "SO",
    "SPG",
    "T",
    "TGT",
    "TMO",
    "TMUS",
    "TSLA",
    "TXN",
    "UBER",
    "UNH",
    "UNP",
    "UPS",
    "USB",
    "V",
    "VZ",
    "WFC",
    "WMT",
    "XOM",
]


def test_every_symbol_is_listed_once_in_its_one_spelling() -> None:
    symbols = [instrument.symbol for instrument in INSTRUMENTS]
    assert len(symbols) == len(set(symbols)) >= 200
    assert [Symbol.parse(symbol) for symbol in symbols] == symbols
    assert all(SECTORS[symbol] for symbol in symbols)


@pytest.mark.parametrize("symbol", [*SP100, "F", "ON", "ALL", "IT", "A", "KEY", "FAST", "PLAY"])
def test_large_companies_and_tickers_that_are_words_are_known(symbol: str) -> None:
    found = find_instrument(symbol)
    assert found is not None
    assert found.asset_class is AssetClass.STOCK
    assert found.calendar == "XNYS"


def test_there_are_ten_crypto_pairs_that_never_close() -> None:
    pairs = [each for each in INSTRUMENTS if each.asset_class is AssetClass.CRYPTO]
    assert len(pairs) == 10
    assert all(each.is_round_the_clock and each.symbol.endswith("/USD") for each in pairs)


def test_no_everyday_name_belongs_to_two_symbols() -> None:
    from app.market.directory import _ALL

    owners: dict[str, set[str]] = {}
    for listing in _ALL:
        for alias in (*listing.aliases, alias_key(listing.instrument.name)):
            owners.setdefault(alias, set()).add(listing.instrument.symbol)
    assert {alias: names for alias, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("said", "symbol"),
    [
        ("google", "GOOGL"),
        ("Ford", "F"),
        ("berkshire", "BRK.B"),
        ("the Q's", "QQQ"),
        ("the q’s", "QQQ"),
        ("the spiders", "SPY"),
        ("facebook", "META"),
        ("S&P", "SPX"),
        ("nasdaq", "NDX"),
        ("dow", "DJI"),
        ("small caps", "IWM"),
        ("Bitcoin", "BTC/USD"),
        ("solana", "SOL/USD"),
        ("netflix", "NFLX"),
        ("coinbase", "COIN"),
        ("J&J", "JNJ"),
        ("Coca-Cola", "KO"),
        ("McDonald's", "MCD"),
        ("T-Mobile", "TMUS"),
        ("Apple Inc.", "AAPL"),
        ("gold", "GLD"),
    ],
)
def test_what_people_say_finds_the_symbol(said: str, symbol: str) -> None:
    found = find_by_name(said)
    assert found is not None
    assert found.symbol == symbol


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("APPL", "AAPL"),
        ("TLSA", "TSLA"),
        ("NVDIA", "NVDA"),
        ("AMZ", "AMZN"),
        ("MSTF", "MSFT"),
        ("NFXL", "NFLX"),
        ("GOOGLE", "GOOGL"),
        ("GOGL", "GOOGL"),
        ("SPYY", "SPY"),
        ("QQQQ", "QQQ"),
        ("BTC/USDT", "BTC/USD"),
        ("MICROSFT", "MSFT"),
        ("PALANTR", "PLTR"),
        ("FB", "META"),
        ("SQ", "XYZ"),
    ],
)
def test_a_typo_finds_what_was_meant_first(typo: str, meant: str) -> None:
    assert near(typo)[0] == meant


@pytest.mark.parametrize("nonsense", ["ZQXJK", "", "WWWWWW"])
def test_nonsense_is_near_nothing(nonsense: str) -> None:
    assert near(nonsense) == ()


def test_a_symbol_is_not_its_own_suggestion() -> None:
    assert "AAPL" not in near("AAPL")


def test_former_symbols_say_what_happened() -> None:
    facebook, twitter = former("FB"), former("TWTR")
    assert facebook is not None
    assert facebook.sentence == "FB (Facebook) has traded as META since June 2022."
    assert facebook.successor == "META"
    assert twitter is not None
    assert twitter.successor is None
    assert former("AAPL") is None


def test_no_former_symbol_trades_and_every_successor_does() -> None:
    for line in FORMER.strip().splitlines():
        symbol, _, successor, _ = (cell.strip() for cell in line.split("|"))
        assert find_instrument(symbol) is None, symbol
        assert successor == "-" or find_instrument(successor) is not None, successor


def test_everyday_words_are_folded_and_name_something() -> None:
    known = {symbol.lower() for symbol in SECTORS} | set(ALIASES)
    known |= {symbol.removesuffix("/USD").lower() for symbol in SECTORS}
    assert EVERYDAY_WORDS - known == set()
