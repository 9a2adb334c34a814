"""Tables of sectors, market caps and option volumes, as people export them."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.core.symbols import AssetClass, Symbol
from app.market.providers.files import FilesMarket
from app.market.providers.simulated import SimulatedMarket
from app.market.traits import Traits, is_of_sector, read_traits

FINVIZ = """"No.","Ticker","Company","Sector","Industry","Country","Market Cap","P/E","Price"
1,"AAPL","Apple Inc","Technology","Consumer Electronics","USA",2890310.25,31.2,190.1
2,"BRK-B","Berkshire Hathaway","Financial","Insurance","USA",,9.1,350.0
"""
TRADINGVIEW = """Symbol,Description,Price,Market capitalization,Market capitalization - Currency,Sector
NASDAQ:AMD,"Advanced Micro Devices, Inc.",118.4,1.91E11,USD,Electronic Technology
NYSE:F,Ford Motor Company,11.2,44500000000,USD,
"""


def test_an_export_of_finviz_has_market_caps_in_millions() -> None:
    assert read_traits(FINVIZ) == {
        "AAPL": Traits("Technology", Decimal(2890310250000)),
        "BRK.B": Traits("Financial"),
    }


def test_an_export_of_tradingview_has_them_in_dollars_and_exchanges_in_front() -> None:
    assert read_traits(TRADINGVIEW) == {
        "AMD": Traits("Electronic Technology", Decimal(191000000000)),
        "F": Traits(None, Decimal(44500000000)),
    }


@pytest.mark.parametrize(
    ("cell", "cap"),
    [
        ("$1.2B", Decimal(1_200_000_000)),
        ("350M", Decimal(350_000_000)),
        ("2.85T", Decimal(2_850_000_000_000)),
        ("1250000", Decimal(1_250_000)),
        ("-", None),
        ("0", None),
        ("-5", None),
        ("lots", None),
        ("9" * 40, None),
        ("1e999", None),
    ],
)
def test_an_amount_is_read_or_absent_and_never_guessed(cell: str, cap: Decimal | None) -> None:
    found = read_traits(f"Ticker;Market Cap;Option Volume\nAMD;{cell};0\n")
    assert found[Symbol("AMD")] == Traits(None, cap, 0)


def test_what_is_no_table_says_nothing() -> None:
    for text in (
        "AMD, NVDA",
        "",
        "Ticker\nAMD",
        "Name,Sector\nAMD,Technology",
        "Ticker,Sector\n?,x",
    ):
        assert read_traits(text) == {}


@pytest.mark.parametrize(
    ("sector", "wanted", "is_one"),
    [
        ("Technology", "technology", True),
        ("Electronic Technology", "technology", True),
        ("Financial", "financials", True),
        ("Finance", "banks", True),
        ("Health Technology", "technology", True),
        ("Health Technology", "health", True),
        ("Consumer Cyclical", "discretionary", True),
        ("Consumer Defensive", "discretionary", False),
        ("Basic Materials", "materials", True),
        ("Energy", "technology", False),
    ],
)
def test_a_sector_goes_by_several_names(sector: str, wanted: str, is_one: bool) -> None:
    assert is_of_sector(sector, wanted) is is_one


async def test_a_folder_of_bars_has_its_table_beside_it(tmp_path: Path) -> None:
    market = FilesMarket(tmp_path)
    assert await market.traits() == {}
    (tmp_path / "universe.csv").write_text(FINVIZ, encoding="utf-8")
    assert (await market.traits())[Symbol("AAPL")].sector == "Technology"


async def test_the_simulated_market_has_companies_of_every_size_and_funds_have_none() -> None:
    market = SimulatedMarket()
    told = await market.traits()
    caps = [each.market_cap for each in told.values() if each.market_cap]
    assert min(caps) < 2 * 10**9 < 10**10 < 2 * 10**11 < max(caps)
    for each in await market.instruments():
        is_stock = each.asset_class is AssetClass.STOCK
        assert (told[each.symbol].market_cap is not None) == is_stock
