"""Seven crypto exchanges over real HTTP, against a stand-in that speaks their languages."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.core.clock import FrozenClock
from app.core.errors import InvalidInput, NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.models import Instrument
from app.market.providers.exchanges import EXCHANGES, Exchange
from app.market.providers.exchanges_client import HOUSES, moved
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.exchanges import ExchangesStandIn, exchanges_stand_in
from app.market.vendor import NotCovered, Throttled

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 19, tzinfo=UTC)
IN_TETHERS = ("binance", "bitget", "bybit", "okx", "kucoin")


def _coin(symbol: str) -> Instrument:
    return Instrument(
        symbol=Symbol(symbol), name=symbol, asset_class=AssetClass.CRYPTO, calendar="24/7"
    )


BTC, DOGE = _coin("BTC/USD"), _coin("DOGE/USD")


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture
async def stand_in(market: SimulatedMarket) -> AsyncIterator[ExchangesStandIn]:
    async with exchanges_stand_in(market, FrozenClock(NOW)) as running:
        yield running


def _exchange(name: str, base_url: str, *, timeout_seconds: float = 60) -> Exchange:
    return Exchange(
        name, base_url=base_url, clock=FrozenClock(NOW), timeout_seconds=timeout_seconds
    )


@pytest.fixture(params=EXCHANGES)
async def exchange(
    request: pytest.FixtureRequest, stand_in: ExchangesStandIn
) -> AsyncIterator[Exchange]:
    """Each of the seven in turn."""
    vendor = _exchange(request.param, stand_in.base_urls[request.param])
    yield vendor
    await vendor.close()


@pytest.fixture
async def kraken(stand_in: ExchangesStandIn) -> AsyncIterator[Exchange]:
    vendor = _exchange("kraken", stand_in.base_urls["kraken"])
    yield vendor
    await vendor.close()


async def test_bars_of_every_timeframe_are_the_markets(
    exchange: Exchange, market: SimulatedMarket
) -> None:
    for timeframe in exchange.timeframes(BTC):
        long = timedelta(days=20) if timeframe is Timeframe.D1 else timedelta(hours=11)

        found = await exchange.bars(BTC, timeframe, start=NOW - long, end=NOW)

        real = await market.bars(BTC.symbol, timeframe, start=NOW - long, end=NOW, as_of=NOW)
        assert found.time.tolist() == real.time.tolist()
        for column in ("open", "high", "low", "close", "volume"):
            assert np.array_equal(getattr(found, column), getattr(real, column)), timeframe


async def test_every_exchange_has_minutes_and_days_that_begin_at_midnight_utc(
    exchange: Exchange,
) -> None:
    assert {Timeframe.M1, Timeframe.D1} <= exchange.timeframes(BTC)

    days = await exchange.bars(BTC, Timeframe.D1, start=MIDNIGHT - timedelta(days=3), end=NOW)

    assert [each % 86_400 for each in days.time.tolist()] == [0, 0, 0, 0]


async def test_the_forming_minute_is_there_and_the_end_is_not(exchange: Exchange) -> None:
    forming = NOW.replace(second=0)

    found = await exchange.bars(BTC, Timeframe.M1, start=forming - timedelta(minutes=2), end=NOW)
    before = await exchange.bars(
        BTC, Timeframe.M1, start=forming - timedelta(minutes=2), end=forming
    )

    assert found.time.tolist()[-1] == int(forming.timestamp())
    assert before.time.tolist() == found.time.tolist()[:-1]


@pytest.mark.parametrize("name", [name for name in EXCHANGES if name != "kraken"])
async def test_long_windows_are_asked_page_by_page_without_a_hole_or_a_double(
    name: str, stand_in: ExchangesStandIn, market: SimulatedMarket
) -> None:
    vendor = _exchange(name, stand_in.base_urls[name])
    minutes = HOUSES[name].page + 350
    start = NOW - timedelta(minutes=minutes)

    found = await vendor.bars(BTC, Timeframe.M1, start=start, end=NOW)
    await vendor.close()

    real = await market.bars(BTC.symbol, Timeframe.M1, start=start, end=NOW, as_of=NOW)
    assert found.time.tolist() == real.time.tolist()
    assert len(found) == minutes


async def test_krakens_history_ends_720_bars_ago_and_nothing_is_made_up(
    kraken: Exchange, stand_in: ExchangesStandIn
) -> None:
    found = await kraken.bars(BTC, Timeframe.M1, start=NOW - timedelta(days=3), end=NOW)
    older = await kraken.bars(
        BTC, Timeframe.M1, start=NOW - timedelta(days=3), end=NOW - timedelta(days=2)
    )

    assert len(found) == 720
    assert len(older) == 0
    assert sum("OHLC" in each for each in stand_in.log.requests) == 2


async def test_an_empty_or_a_future_window_asks_nothing_and_is_empty(exchange: Exchange) -> None:
    later = NOW + timedelta(days=1)

    future = await exchange.bars(BTC, Timeframe.H1, start=later, end=later + timedelta(days=1))
    empty = await exchange.bars(BTC, Timeframe.H1, start=NOW, end=NOW)

    assert len(future) == len(empty) == 0


async def test_a_minute_without_a_trade_stays_a_hole(
    kraken: Exchange, stand_in: ExchangesStandIn
) -> None:
    at = int(NOW.timestamp()) // 60 * 60
    rows = [
        [time, "1.5", "2.5", "0.5", "2", "1.7", "3.25", 9] for time in (at - 240, at - 180, at - 60)
    ]
    stand_in.recorded["/0/public/OHLC"] = {"error": [], "result": {"XXBTZUSD": rows, "last": 1}}

    found = await kraken.bars(BTC, Timeframe.M1, start=NOW - timedelta(minutes=10), end=NOW)

    assert found.time.tolist() == [at - 240, at - 180, at - 60]
    assert found.volume.tolist() == [3.25, 3.25, 3.25]


async def test_a_last_price_comes_with_its_time_and_leaves_the_day_to_the_bars(
    exchange: Exchange, market: SimulatedMarket
) -> None:
    found = await exchange.snapshot(BTC)

    real = await market.quote(BTC.symbol, as_of=NOW)
    assert (found.last, found.at) == (real.last, real.as_of)
    assert (found.open, found.high, found.low, found.volume) == (None, None, None, None)
    assert found.previous_close is None


@pytest.mark.parametrize("name", EXCHANGES)
async def test_a_price_in_tethers_says_so_wherever_it_stands(
    name: str, stand_in: ExchangesStandIn
) -> None:
    vendor = _exchange(name, stand_in.base_urls[name])
    house = HOUSES[name].name
    expected = f"{house}, in USDT" if name in IN_TETHERS else house

    bars = await vendor.bars(BTC, Timeframe.D1, start=MIDNIGHT, end=NOW)
    snapshot = await vendor.snapshot(BTC)
    await vendor.close()

    named = {vendor.provider.name, bars.provider.name, snapshot.provider.name}
    assert named == {expected}
    assert bars.symbol == snapshot.symbol == "BTC/USD"


async def test_who_asks_for_tethers_is_told_the_plain_name(stand_in: ExchangesStandIn) -> None:
    binance = _exchange("binance", stand_in.base_urls["binance"])

    described = await binance.describe(Symbol("BTC/USDT"))
    found = await binance.snapshot(described)
    await binance.close()

    assert described.currency == "USDT"
    assert found.provider.name == "Binance"


async def test_a_coin_is_described_from_its_market(exchange: Exchange) -> None:
    found = await exchange.describe(DOGE.symbol)

    assert (found.name, found.decimals, found.currency) == ("DOGE", 5, "USD")
    assert found.asset_class is AssetClass.CRYPTO
    assert found.is_round_the_clock


async def test_a_coin_nobody_trades_there_is_not_found_with_near_names(exchange: Exchange) -> None:
    with pytest.raises(NotFound, match="no market for DOGGE/USD") as told:
        await exchange.describe(Symbol("DOGGE/USD"))
    assert "DOGE/USD" in told.value.suggestions

    with pytest.raises(NotFound):
        await exchange.bars(_coin("NOPE/USD"), Timeframe.M1, start=MIDNIGHT, end=NOW)
    with pytest.raises(NotFound):
        await exchange.snapshot(_coin("NOPE/USD"))


@pytest.mark.parametrize("status", [429, 418])
async def test_too_many_requests_is_throttled_with_the_seconds_to_wait(
    exchange: Exchange, stand_in: ExchangesStandIn, status: int
) -> None:
    await exchange.snapshot(BTC)
    stand_in.faults.status, stand_in.faults.headers = status, {"Retry-After": "7"}

    with pytest.raises(Throttled) as told:
        await exchange.snapshot(BTC)

    assert told.value.retry_after_seconds == 7


@pytest.mark.parametrize("status", [403, 451])
async def test_a_place_that_is_not_served_is_told_to_choose_another_exchange(
    exchange: Exchange, stand_in: ExchangesStandIn, status: int
) -> None:
    stand_in.faults.status = status

    with pytest.raises(NotCovered, match="choose another exchange"):
        await exchange.bars(BTC, Timeframe.M1, start=MIDNIGHT, end=NOW)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, None), (503, None), (404, None), (None, '{"half'), (None, "<html>down</html>")],
)
async def test_no_usable_answer_is_provider_unavailable(
    exchange: Exchange, stand_in: ExchangesStandIn, status: int | None, body: str | None
) -> None:
    await exchange.snapshot(BTC)
    stand_in.faults.status, stand_in.faults.body = status, body

    for question in (
        exchange.snapshot(BTC),
        exchange.bars(BTC, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW),
    ):
        with pytest.raises(ProviderUnavailable, match=r"error|read|answer"):
            await question


async def test_a_refusal_inside_of_an_answer_is_understood(
    kraken: Exchange, stand_in: ExchangesStandIn
) -> None:
    await kraken.snapshot(BTC)
    stand_in.recorded["/0/public/OHLC"] = {"error": ["EAPI:Rate limit exceeded"]}

    with pytest.raises(Throttled):
        await kraken.bars(BTC, Timeframe.M1, start=MIDNIGHT, end=NOW)


async def test_an_exchange_that_does_not_answer_in_time_is_unavailable(
    stand_in: ExchangesStandIn,
) -> None:
    vendor = _exchange("kraken", stand_in.base_urls["kraken"], timeout_seconds=0.05)
    stand_in.faults.delay_seconds = 2

    with pytest.raises(ProviderUnavailable, match="does not answer"):
        await vendor.snapshot(BTC)
    await vendor.close()


async def test_a_cut_or_refused_connection_is_unavailable() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    cut = _exchange("coinbase", f"http://127.0.0.1:{port}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        refused = _exchange("coinbase", f"http://127.0.0.1:{free.getsockname()[1]}")

        for vendor in (cut, refused):
            with pytest.raises(ProviderUnavailable, match="Coinbase does not answer"):
                await vendor.snapshot(BTC)
            await vendor.close()
    server.close()


async def test_markets_are_loaded_once_and_again_after_a_failure(
    kraken: Exchange, stand_in: ExchangesStandIn
) -> None:
    stand_in.faults.status = 503
    with pytest.raises(ProviderUnavailable):
        await kraken.snapshot(BTC)
    stand_in.faults.status = None
    stand_in.log.requests.clear()

    await asyncio.gather(*(kraken.snapshot(BTC) for _ in range(5)))

    assert sum("AssetPairs" in each for each in stand_in.log.requests) == 1


async def test_an_exchange_says_what_it_does_not_have(
    kraken: Exchange, stand_in: ExchangesStandIn
) -> None:
    stock = Instrument(
        symbol=Symbol("AAPL"), name="Apple", asset_class=AssetClass.STOCK, calendar="XNYS"
    )
    coinbase = _exchange("coinbase", stand_in.base_urls["coinbase"])

    assert kraken.covers(BTC)
    assert not kraken.covers(stock)
    assert list(await kraken.splits(BTC, since=date(2020, 1, 1))) == []
    with pytest.raises(NotCovered):
        await kraken.chain(BTC)
    assert Timeframe.H4 not in coinbase.timeframes(BTC)
    with pytest.raises(NotCovered, match="no 4h bars"):
        await coinbase.bars(BTC, Timeframe.H4, start=MIDNIGHT, end=NOW)
    await coinbase.close()


def test_an_unknown_exchange_is_refused_with_the_seven_names() -> None:
    with pytest.raises(InvalidInput, match="binance, bitget, bybit, okx, coinbase, kraken, kucoin"):
        Exchange("mtgox", base_url=None, clock=FrozenClock(NOW))


def test_building_an_exchange_does_not_import_ccxt() -> None:
    program = (
        "import sys\n"
        "from app.core.clock import WallClock\n"
        "from app.market.providers.exchanges import EXCHANGES, Exchange, ExchangeStream\n"
        "for name in EXCHANGES:\n"
        "    Exchange(name, base_url=None, clock=WallClock())\n"
        "    ExchangeStream(name, base_url=None, clock=WallClock())\n"
        "print('ccxt' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)  # noqa: PLW1510

    assert told.stdout.strip() == "False", told.stderr


def test_another_address_keeps_the_paths_and_the_kind_of_connection() -> None:
    urls = {"public": "https://api.x.com/api/v3", "ws": {"spot": "wss://s.x.com:9443/ws"}}

    assert moved(urls, "https://proxy.example/x") == {
        "public": "https://proxy.example/x/api/v3",
        "ws": {"spot": "wss://proxy.example/x/ws"},
    }


def _filled(payload: Any, price: str, market: str) -> Any:
    """A recorded answer whose blanks are filled: `<…>` of a price, or of a market's name."""
    text = json.dumps(payload)
    for blank in ("<str(self.expected_latest_price)>",):
        text = text.replace(blank, price)
    for blank in (
        "<self.exchange_symbol_for_tokens(self.base_asset, self.quote_asset)>",
        "<self.trading_pair>",
        "COINALPHAHBOT",
    ):
        text = text.replace(blank, market)
    return json.loads(text)


@pytest.mark.parametrize(
    ("name", "path", "pair", "at"),
    [
        ("binance", "/api/v3/ticker/24hr", "BTCUSDT", 1499869899040),
        ("bitget", "/api/v2/spot/market/tickers", "BTCUSDT", 1625125755277),
        ("okx", "/api/v5/market/ticker", "BTC-USDT", 1597026383085),
    ],
)
async def test_recorded_tickers_are_read(
    shared_data: Path, stand_in: ExchangesStandIn, name: str, path: str, pair: str, at: int
) -> None:
    recorded = json.loads((shared_data / f"api/crypto/hummingbot_{name}.json").read_text())
    stand_in.recorded[path] = _filled(recorded[0]["payload"], "9999.9", pair)
    vendor = _exchange(name, stand_in.base_urls[name])

    found = await vendor.snapshot(BTC)
    await vendor.close()

    assert found.last == Decimal("9999.9")
    assert found.at == datetime.fromtimestamp(at / 1000, UTC)


async def test_coinbases_recorded_ticker_is_read(
    shared_data: Path, stand_in: ExchangesStandIn
) -> None:
    path = shared_data / "api/crypto/ccxt_static_response_excerpts.json"
    recorded = json.loads(path.read_text())["coinbase"]["fetchTicker"][0]
    ticker = "/api/v3/brokerage/market/products/BTC-USD/ticker"
    stand_in.recorded[ticker] = recorded["httpResponse"]
    vendor = _exchange("coinbase", stand_in.base_urls["coinbase"])

    found = await vendor.snapshot(BTC)
    await vendor.close()

    assert found.last == Decimal(str(recorded["parsed"]["last"]))
    assert int(found.at.timestamp() * 1000) == recorded["parsed"]["timestamp"]
