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
from app.market.providers.alpaca import Alpaca
from app.market.providers.exchanges import Exchange
from app.market.providers.files import FilesMarket
from app.market.providers.massive import Massive
from app.market.providers.simulated import SimulatedMarket
from app.market.providers.simulated_vendor import SimulatedVendor
from app.market.standins import alpaca as alpacas
from app.market.standins import massive as massives
from app.market.standins.exchanges import exchanges_stand_in
from app.market.vendor import Vendor
from app.market.vendors.market import VendorMarket
from app.market.vendors.routed import RoutedMarket, routed

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


@pytest.fixture(scope="session")
def over_a_vendor(simulated: SimulatedMarket) -> VendorMarket:
    """What the rules make of a vendor that says what the simulated market says."""
    clock = FrozenClock(END)
    return VendorMarket(SimulatedVendor(simulated, clock), clock)


@pytest.fixture
async def over_massive(simulated: SimulatedMarket) -> AsyncIterator[VendorMarket]:
    """The rules over an adapter and HTTP, long after what is asked for."""
    clock = FrozenClock(END)
    async with massives.massive_stand_in(simulated, clock) as running:
        market = VendorMarket(_massive(running.base_url, clock), clock)
        yield market
        await market.close()


@pytest.fixture
async def live(simulated: SimulatedMarket) -> AsyncIterator[RoutedMarket]:
    """Everything as a live installation has it: stocks from Alpaca, indices from Massive, coins from
    an exchange, each within its limits and with its memory."""
    clock = FrozenClock(END)
    async with (
        alpacas.alpaca_stand_in(simulated, clock) as alpaca,
        massives.massive_stand_in(simulated, clock) as massive,
        exchanges_stand_in(simulated, clock) as exchanges,
    ):
        vendors: dict[str, Vendor] = {
            "alpaca": Alpaca(
                alpacas.KEY,
                alpacas.SECRET,
                feed="iex",
                base_url=alpaca.base_url,
                requests_per_minute=60_000,
                clock=clock,
            ),
            "massive": _massive(massive.base_url, clock),
            "binance": Exchange("binance", base_url=exchanges.base_urls["binance"], clock=clock),
        }
        market = routed(vendors, {}, clock)
        yield market
        await market.close()


def _massive(base_url: str, clock: FrozenClock) -> Massive:
    return Massive(massives.KEY, base_url=base_url, requests_per_minute=60_000, clock=clock)


@pytest.fixture(params=["simulated", "files", "over_a_vendor", "over_massive", "live"])
def market(request: pytest.FixtureRequest) -> MarketData:
    adapter: MarketData = request.getfixturevalue(request.param)
    return adapter
