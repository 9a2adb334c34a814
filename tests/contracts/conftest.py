"""The markets every contract is held against. A new adapter is one more fixture here."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.clock import FrozenClock
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars
from app.market.protocol import MarketData
from app.market.providers.exchanges import Exchange
from app.market.providers.files import FilesMarket
from app.market.providers.simulated import SimulatedMarket
from app.market.providers.simulated_vendor import SimulatedVendor
from app.market.standins.exchanges import exchanges_stand_in
from app.market.vendors.market import VendorMarket

SYMBOLS = ("AAPL", "SPX", "BTC/USD")
START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def simulated() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture(scope="session")
def files(simulated: SimulatedMarket, tmp_path_factory: pytest.TempPathFactory) -> FilesMarket:
    """Two months of the simulated market's minutes and days, through files."""
    directory = tmp_path_factory.mktemp("market")
    for symbol in map(Symbol, SYMBOLS):
        for timeframe in (Timeframe.M1, Timeframe.D1):
            question = simulated.bars(
                symbol, timeframe, start=START, end=END, as_of=END, extended=True
            )
            folder = directory / symbol.replace("/", "-") / timeframe
            folder.mkdir(parents=True)
            _write(folder / "bars.csv", asyncio.run(question))
    return FilesMarket(directory)


def _write(path: Path, bars: Bars) -> None:
    columns = (bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = [",".join(str(cell) for cell in row) for row in zip(*columns, strict=True)]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]) + "\n", encoding="utf-8")


@pytest.fixture
async def kraken_vendor(simulated: SimulatedMarket, clock: FrozenClock) -> AsyncIterator[Exchange]:
    """Dollars, one page of bars, last trades instead of tickers."""
    async with exchanges_stand_in(simulated, clock) as running:
        vendor = Exchange("kraken", base_url=running.base_urls["kraken"], clock=clock)
        yield vendor
        await vendor.close()


@pytest.fixture
async def binance_vendor(simulated: SimulatedMarket, clock: FrozenClock) -> AsyncIterator[Exchange]:
    """Tethers, pages of bars, tickers."""
    async with exchanges_stand_in(simulated, clock) as running:
        vendor = Exchange("binance", base_url=running.base_urls["binance"], clock=clock)
        yield vendor
        await vendor.close()


@pytest.fixture(scope="session")
def over_a_vendor(simulated: SimulatedMarket) -> VendorMarket:
    """What the rules make of a vendor that says what the simulated market says."""
    clock = FrozenClock(END)
    return VendorMarket(SimulatedVendor(simulated, clock), clock)


@pytest.fixture(params=["simulated", "files", "over_a_vendor"])
def market(request: pytest.FixtureRequest) -> MarketData:
    adapter: MarketData = request.getfixturevalue(request.param)
    return adapter
