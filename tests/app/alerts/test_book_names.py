"""A name means what bears it: a ticker is whole, and a month, a strike and a side are each their own."""

from datetime import date
from decimal import Decimal

import pytest

from app.alerts.book_names import called
from app.core.symbols import Symbol
from app.market.chains import OptionKind
from app.positions.models import Asset, AssetKind


def stock(symbol: str) -> Asset:
    return Asset(kind=AssetKind.STOCK, symbol=Symbol(symbol))


def option(symbol: str, strike: str, side: str, expiry: date, root: str = "") -> Asset:
    return Asset(
        kind=AssetKind.OPTION,
        symbol=Symbol(symbol),
        right=OptionKind(side),
        strike=Decimal(strike),
        expiry=expiry,
        root=root,
        multiplier=Decimal(100),
    )


T, TSLA, F, A, AMD = (stock(each) for each in ("T", "TSLA", "F", "A", "AMD"))
BTC = Asset(kind=AssetKind.CRYPTO, symbol=Symbol("BTC/USD"))
TSLA_CALL = option("TSLA", "300", "call", date(2027, 2, 19))
AMD_JAN = option("AMD", "180", "call", date(2027, 1, 15))
AMD_FEB = option("AMD", "180", "call", date(2027, 2, 19))
AMD_PUT = option("AMD", "18", "put", date(2027, 1, 15))
SPXW = option("SPX", "6000", "put", date(2026, 12, 18), "SPXW")
HELD = [T, TSLA, F, A, AMD, BTC, TSLA_CALL, AMD_JAN, AMD_FEB, AMD_PUT, SPXW]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("T", [T]),
        ("F", [F]),
        ("A", [A]),
        ("C", []),
        ("P", []),
        ("TS", []),
        ("TSLA", [TSLA, TSLA_CALL]),
        ("btc", [BTC]),
        ("TSLA shares", [TSLA]),
        ("AMD position", [AMD, AMD_JAN, AMD_FEB, AMD_PUT]),
        ("AMD spread", [AMD_JAN, AMD_FEB, AMD_PUT]),
        ("AMD 180c jan", [AMD_JAN]),
        ("AMD 180 calls", [AMD_JAN, AMD_FEB]),
        ("AMD 18p", [AMD_PUT]),
        ("AMD 18", [AMD_PUT]),
        ("AMD 180 call 15 Jan 2027", [AMD_JAN]),
        ("180c", [AMD_JAN, AMD_FEB]),
        ("180 call february", [AMD_FEB]),
        ("feb", [TSLA_CALL, AMD_FEB]),
        ("PUTS", [AMD_PUT, SPXW]),
        ("SPX condor", [SPXW]),
        ("SPXW 6000 put", [SPXW]),
        ("IRON condor", [TSLA_CALL, AMD_JAN, AMD_FEB, AMD_PUT, SPXW]),
        ("AMD 2026-12-18", []),
        ("SPX 6000p 2026-12-18", [SPXW]),
        ("AMD TSLA", []),
        ("AMD nonsense", []),
        ("position", []),
        ("", []),
    ],
)
def test_a_name_means_what_bears_it_and_nothing_else(name: str, meant: list[Asset]) -> None:
    assert called(name, HELD) == meant


def test_a_ticker_that_is_also_a_month_is_the_ticker_where_it_is_held() -> None:
    march = option("AMD", "180", "call", date(2027, 3, 19))
    assert called("MAR", [stock("MAR"), march]) == [stock("MAR")]
    assert called("MAR", [march]) == [march]
