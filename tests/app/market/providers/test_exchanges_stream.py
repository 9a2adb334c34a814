"""Live prices of seven exchanges over real WebSockets, against a stand-in."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime

import pytest

from app.core.clock import FrozenClock
from app.core.errors import InvalidInput
from app.core.symbols import AssetClass, Symbol
from app.market.models import Instrument
from app.market.providers.exchanges import EXCHANGES, ExchangeStream
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.exchanges import ExchangesStandIn, exchanges_stand_in
from app.market.standins.exchanges_words import Coin
from app.market.vendor import Minute, Refused, StreamEvent, StreamLost, Trade

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
MINUTE = int(NOW.timestamp()) // 60 * 60
PATIENCE = 60
WITH_MINUTES = [name for name in EXCHANGES if name != "coinbase"]


def _coin(symbol: str) -> Instrument:
    return Instrument(
        symbol=Symbol(symbol), name=symbol, asset_class=AssetClass.CRYPTO, calendar="24/7"
    )


BTC, ETH, SOL = _coin("BTC/USD"), _coin("ETH/USD"), _coin("SOL/USD")


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture
async def stand_in(market: SimulatedMarket) -> AsyncIterator[ExchangesStandIn]:
    async with exchanges_stand_in(market, FrozenClock(NOW)) as running:
        yield running


class Listener:
    """A stream being listened to."""

    def __init__(self, name: str, stream: ExchangeStream, stand_in: ExchangesStandIn) -> None:
        self.name = name
        self.stream = stream
        self.stand_in = stand_in
        self.events: AsyncGenerator[StreamEvent | Refused, None] = stream.events()
        self._next: asyncio.Task[StreamEvent | Refused] | None = None

    async def begin(self, *instruments: Instrument) -> None:
        """Follow, and wait until the exchange was told."""
        await self.stream.follow(instruments)
        if self._next is None:
            self._next = asyncio.ensure_future(anext(self.events))
        async with asyncio.timeout(PATIENCE):
            symbols = [each.symbol for each in instruments]
            await self.stand_in.wait_followed(self.name, *symbols)

    async def hear(self) -> StreamEvent | Refused:
        task = self._next or asyncio.ensure_future(anext(self.events))
        self._next = None
        async with asyncio.timeout(PATIENCE):
            return await task

    async def hear_until_lost(self) -> str:
        """What the stream says when it is over."""
        try:
            while True:
                await self.hear()
        except StreamLost as lost:
            self.events = self.stream.events()
            return lost.message


@pytest.fixture
async def listener(
    request: pytest.FixtureRequest, stand_in: ExchangesStandIn
) -> AsyncIterator[Listener]:
    name = request.param
    stream = ExchangeStream(name, base_url=stand_in.base_urls[name], clock=FrozenClock(NOW))
    made = Listener(name, stream, stand_in)
    yield made
    if made._next is not None:
        made._next.cancel()
        await asyncio.wait([made._next])
    await made.events.aclose()
    await stream.close()


def every(names: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("listener", names, indirect=True)


@every(list(EXCHANGES))
async def test_every_trade_is_heard_once_in_its_order(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC, ETH)

    for number in range(25):
        await stand_in.trade(listener.name, BTC.symbol, str(60_000 + number))
        await stand_in.trade(listener.name, ETH.symbol, str(3_000 + number))

    heard = [await listener.hear() for _ in range(50)]
    expected = [price + number for number in range(25) for price in (60_000, 3_000)]
    assert [each.price for each in heard if isinstance(each, Trade)] == expected
    assert heard[0] == Trade(BTC.symbol, NOW.timestamp(), 60_000, 0.5)


@every(["kraken", "binance"])
async def test_a_pair_that_is_not_traded_there_is_refused_alone(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.stream.follow([BTC, _coin("NOWHERE/USD")])
    refused = await listener.hear()
    await listener.begin(BTC)
    await stand_in.trade(listener.name, BTC.symbol, "60000")
    heard = await listener.hear()

    assert isinstance(refused, Refused)
    assert refused.symbol == "NOWHERE/USD"
    assert isinstance(heard, Trade)


@every(["coinbase"])
async def test_a_burst_of_thousands_is_heard_to_the_last(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC)

    for number in range(5000):
        await stand_in.trade(listener.name, BTC.symbol, str(60_000 + number))

    heard = [await listener.hear() for _ in range(5000)]
    assert [each.price for each in heard if isinstance(each, Trade)] == list(range(60_000, 65_000))


@every(list(EXCHANGES))
async def test_many_symbols_are_followed_in_messages_the_exchange_accepts(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    stand_in.coins = tuple(Coin(f"COIN{number}", "0.01") for number in range(25))

    await listener.begin(*(_coin(f"{each.base}/USD") for each in stand_in.coins))
    await stand_in.trade(listener.name, "COIN24/USD", "1.25")

    assert await listener.hear() == Trade(Symbol("COIN24/USD"), NOW.timestamp(), 1.25, 0.5)


@every(["binance", "okx", "kraken"])
async def test_a_symbol_followed_again_is_heard_again(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC, ETH)
    await listener.stream.follow([ETH])
    if listener.name == "binance":
        async with asyncio.timeout(PATIENCE):
            await stand_in.wait_followed("binance", "ETH/USD")

    await listener.begin(BTC, ETH)
    await stand_in.trade(listener.name, BTC.symbol, "60000")
    await stand_in.minute(listener.name, BTC.symbol, (MINUTE, 1, 4, 0.5, 2, 9), is_final=False)

    assert isinstance(await listener.hear(), Trade)
    assert await listener.hear() == Minute(BTC.symbol, MINUTE, 1, 4, 0.5, 2, 9, is_final=False)


@every(list(WITH_MINUTES))
async def test_minutes_form_and_become_final(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC)
    forming = Minute(BTC.symbol, MINUTE, 1, 4, 0.5, 2, 10.25, is_final=False)

    await stand_in.minute(listener.name, BTC.symbol, (MINUTE, 1, 4, 0.5, 2, 10.25), is_final=False)
    await stand_in.minute(listener.name, BTC.symbol, (MINUTE, 1, 4, 0.5, 3, 11), is_final=True)
    await stand_in.minute(listener.name, BTC.symbol, (MINUTE + 60, 3, 3, 3, 3, 1), is_final=False)

    heard: list[Minute] = []
    while not heard or heard[-1].time == MINUTE:
        event = await listener.hear()
        assert isinstance(event, Minute)
        heard.append(event)
    assert heard[0] == forming
    assert heard[-2] == Minute(BTC.symbol, MINUTE, 1, 4, 0.5, 3, 11, is_final=True)
    assert not heard[-1].is_final
    assert sum(each.is_final for each in heard) == 1


@every(list(EXCHANGES))
async def test_a_lost_connection_is_said_and_the_next_one_follows_the_same(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC, ETH)
    await stand_in.cut()

    assert "broke" in await listener.hear_until_lost()

    await listener.begin(BTC, ETH)
    await stand_in.trade(listener.name, ETH.symbol, "3001")
    heard = await listener.hear()
    assert isinstance(heard, Trade)
    assert (heard.symbol, heard.price) == ("ETH/USD", 3001)


@every(["binance", "coinbase", "kraken"])
async def test_a_message_that_cannot_be_read_ends_the_stream(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC)

    await stand_in.say(listener.name, '{"half')

    assert "cannot be read" in await listener.hear_until_lost()


@every(["coinbase"])
async def test_an_error_the_exchange_says_ends_the_stream(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC)

    await stand_in.say("coinbase", json.dumps({"type": "error", "message": "too many"}))

    assert "Coinbase" in await listener.hear_until_lost()


@every(["binance", "bybit", "coinbase", "kraken", "kucoin"])
async def test_what_is_followed_changes_on_the_open_connection(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC)
    await listener.begin(BTC, ETH, SOL)
    await stand_in.trade(listener.name, SOL.symbol, "140")
    heard = await listener.hear()
    assert (heard.symbol, stand_in.opened) == ("SOL/USD", 1)

    await listener.stream.follow([SOL])
    for symbol in (BTC.symbol, SOL.symbol):
        await stand_in.trade(listener.name, symbol, "141")

    assert (await listener.hear()).symbol == "SOL/USD"
    assert stand_in.opened == 1


@every(["binance", "bybit", "coinbase"])
async def test_what_is_no_longer_followed_is_left_at_the_exchange(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC, ETH)

    await listener.stream.follow([ETH])

    async with asyncio.timeout(PATIENCE):
        await stand_in.wait_followed(listener.name, "ETH/USD")


@every(["coinbase"])
async def test_a_greeting_of_old_trades_is_no_news_and_new_ones_are_put_in_order(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC)

    def told(kind: str, *trades: tuple[int, str]) -> str:
        rows = [
            {
                "trade_id": str(second),
                "product_id": "BTC-USD",
                "price": price,
                "size": "1",
                "side": "BUY",
                "time": f"2026-11-19T16:30:{second}Z",
            }
            for second, price in trades
        ]
        return json.dumps({"channel": "market_trades", "events": [{"type": kind, "trades": rows}]})

    await stand_in.say("coinbase", told("snapshot", (21, "1"), (20, "2")))
    await stand_in.say("coinbase", told("update", (23, "60001"), (22, "60000")))

    heard = [await listener.hear(), await listener.hear()]
    assert [each.price for each in heard if isinstance(each, Trade)] == [60_000, 60_001]


@every(["kraken"])
async def test_trades_of_before_the_question_are_no_news(
    listener: Listener, stand_in: ExchangesStandIn
) -> None:
    await listener.begin(BTC)
    row = {"symbol": "BTC/USD", "side": "buy", "price": 1.0, "qty": 1.0, "ord_type": "limit"}
    old = {**row, "trade_id": 1, "timestamp": "2026-11-19T16:00:00.000000Z"}

    await stand_in.say(
        "kraken", json.dumps({"channel": "trade", "type": "snapshot", "data": [old]})
    )
    await stand_in.trade("kraken", BTC.symbol, "60000")

    heard = await listener.hear()
    assert isinstance(heard, Trade)
    assert heard.price == 60_000


@every(["binance"])
async def test_closing_ends_the_stream(listener: Listener, stand_in: ExchangesStandIn) -> None:
    await listener.begin(BTC)

    await listener.stream.close()

    assert "closed" in await listener.hear_until_lost()


@pytest.mark.parametrize("name", EXCHANGES)
async def test_a_stream_that_cannot_be_reached_is_lost(name: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        stream = ExchangeStream(name, base_url=url, clock=FrozenClock(NOW))
        await stream.follow([BTC])

        with pytest.raises(StreamLost, match="does not answer"):
            await anext(stream.events())
    await stream.close()


async def test_a_stream_says_whose_it_is_and_what_it_carries() -> None:
    clock = FrozenClock(NOW)
    binance = ExchangeStream("binance", base_url=None, clock=clock)
    kraken = ExchangeStream("kraken", base_url=None, clock=clock)

    assert (binance.provider.name, kraken.provider.name) == ("Binance, in USDT", "Kraken")
    assert binance.covers(BTC)
    assert not binance.covers(_coin("ETH/BTC"))
    with pytest.raises(InvalidInput, match="kucoin"):
        ExchangeStream("mtgox", base_url=None, clock=clock)
