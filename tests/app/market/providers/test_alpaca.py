"""Alpaca's adapter over real HTTP and WebSocket, against a stand-in and against recorded answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest

from app.core.clock import FrozenClock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.chains import OptionKind
from app.market.models import Instrument
from app.market.providers.alpaca import Alpaca
from app.market.providers.alpaca_stream import AlpacaStream
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.alpaca import KEY, SECRET, AlpacaStandIn, alpaca_stand_in
from app.market.vendor import Minute, NotCovered, Refused, Split, StreamLost, Throttled, Trade

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "api" / "alpaca"
NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
AAPL = Instrument(
    symbol=Symbol("AAPL"), name="Apple", asset_class=AssetClass.STOCK, calendar="XNYS"
)
BTC = Instrument(
    symbol=Symbol("BTC/USD"), name="Bitcoin", asset_class=AssetClass.CRYPTO, calendar="24/7"
)
SPX = Instrument(
    symbol=Symbol("SPX"), name="S&P 500", asset_class=AssetClass.INDEX, calendar="XNYS"
)


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture
async def stand_in(market: SimulatedMarket) -> AsyncIterator[AlpacaStandIn]:
    async with alpaca_stand_in(market, FrozenClock(NOW)) as running:
        yield running


def _vendor(base_url: str, *, feed: str = "iex", secret: str = SECRET, key: str = KEY) -> Alpaca:
    return Alpaca(
        key,
        secret,
        feed=feed,
        base_url=base_url,
        requests_per_minute=200,
        clock=FrozenClock(NOW),
    )


@pytest.fixture
async def alpaca(stand_in: AlpacaStandIn) -> AsyncIterator[Alpaca]:
    vendor = _vendor(stand_in.base_url)
    yield vendor
    await vendor.close()


async def test_minutes_come_as_the_market_has_them_with_extended_hours(
    alpaca: Alpaca, market: SimulatedMarket
) -> None:
    start = NOW - timedelta(days=2)

    found = await alpaca.bars(AAPL, Timeframe.M1, start=start, end=NOW)

    real = await market.bars(
        AAPL.symbol, Timeframe.M1, start=start, end=NOW, as_of=NOW, extended=True
    )
    assert found.time.tolist() == real.time.tolist()
    assert np.array_equal(found.close, real.close)
    assert found.provider.name == "Alpaca (IEX)"


async def test_pages_are_turned_to_the_last(alpaca: Alpaca, stand_in: AlpacaStandIn) -> None:
    stand_in.page_size = 100

    found = await alpaca.bars(AAPL, Timeframe.M1, start=NOW - timedelta(hours=2), end=NOW)

    assert len(found) == 120
    assert len(stand_in.log.requests) == 2


async def test_pages_that_go_round_in_circles_end(alpaca: Alpaca, stand_in: AlpacaStandIn) -> None:
    stand_in.faults.body = '{"bars": {}, "next_page_token": "again"}'

    with pytest.raises(ProviderUnavailable):
        await alpaca.bars(AAPL, Timeframe.M1, start=NOW - timedelta(hours=2), end=NOW)


async def test_days_start_at_their_sessions_open_and_split_adjusted(
    alpaca: Alpaca, stand_in: AlpacaStandIn, market: SimulatedMarket
) -> None:
    start, end = NOW - timedelta(days=40), NOW - timedelta(days=1)

    found = await alpaca.bars(AAPL, Timeframe.D1, start=start, end=end)

    real = await market.bars(AAPL.symbol, Timeframe.D1, start=start, end=end, as_of=NOW)
    assert found.time.tolist() == real.time.tolist()
    assert "adjustment=split" in stand_in.log.requests[0]


async def test_crypto_days_are_utc_days_made_of_hours(
    alpaca: Alpaca, market: SimulatedMarket
) -> None:
    start = datetime(2026, 11, 10, tzinfo=UTC)

    found = await alpaca.bars(BTC, Timeframe.D1, start=start, end=NOW)

    real = await market.bars(BTC.symbol, Timeframe.D1, start=start, end=NOW, as_of=NOW)
    assert found.time.tolist() == real.time.tolist()
    assert np.array_equal(found.high, real.high)
    assert found.is_forming


async def test_no_bars_are_an_empty_answer(alpaca: Alpaca) -> None:
    sunday = datetime(2026, 11, 15, 3, tzinfo=UTC)

    found = await alpaca.bars(AAPL, Timeframe.M1, start=sunday, end=sunday + timedelta(hours=2))

    assert len(found) == 0


async def test_a_snapshot_is_the_last_trade_and_its_day(
    alpaca: Alpaca, market: SimulatedMarket
) -> None:
    snapshot = await alpaca.snapshot(AAPL)

    quote = await market.quote(AAPL.symbol, as_of=NOW)
    assert (snapshot.last, snapshot.at) == (quote.last, quote.as_of)
    assert (snapshot.open, snapshot.high, snapshot.volume) == (
        quote.open,
        quote.high,
        quote.volume,
    )


async def test_before_the_open_yesterdays_day_is_not_todays(market: SimulatedMarket) -> None:
    async with alpaca_stand_in(market, FrozenClock(NOW.replace(hour=12))) as early:
        vendor = _vendor(early.base_url)
        snapshot = await vendor.snapshot(AAPL)
        await vendor.close()

    assert snapshot.open is None
    assert snapshot.volume is None


async def test_an_unknown_symbol_is_not_found(alpaca: Alpaca) -> None:
    with pytest.raises(NotFound):
        await alpaca.describe(Symbol("ZZZZZ"))


async def test_a_symbol_with_a_price_is_described_by_its_ticker(alpaca: Alpaca) -> None:
    found = await alpaca.describe(Symbol("AAPL"))

    assert (found.asset_class, found.calendar) == (AssetClass.STOCK, "XNYS")


async def test_indices_are_not_covered(alpaca: Alpaca) -> None:
    assert not alpaca.covers(SPX)
    with pytest.raises(NotCovered):
        await alpaca.snapshot(SPX)


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (429, '{"message": "too many requests."}', Throttled),
        (403, '{"message": "subscription does not permit querying recent SIP data"}', NotCovered),
        (422, '{"message": "invalid symbol: ???"}', NotFound),
        (500, '{"message": "internal server error occurred"}', ProviderUnavailable),
        (502, "<html>Bad gateway</html>", ProviderUnavailable),
        (200, "<html>captive portal</html>", ProviderUnavailable),
        (200, "[]", ProviderUnavailable),
        (200, '{"bars": {"AAPL": [{"t": "yesterday"}]}, "next_page_token": null}', None),
    ],
)
async def test_a_refusal_is_told_by_what_it_means(
    alpaca: Alpaca,
    stand_in: AlpacaStandIn,
    status: int,
    body: str,
    failure: type[Exception] | None,
) -> None:
    stand_in.faults.status, stand_in.faults.body = status, body

    with pytest.raises(failure or ProviderUnavailable) as told:
        await alpaca.bars(AAPL, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW)

    assert failure is None or type(told.value) is failure
    assert len(stand_in.log.requests) == 1, "the client must not try again by itself"


async def test_the_wait_that_alpaca_asks_for_is_passed_on(
    alpaca: Alpaca, stand_in: AlpacaStandIn
) -> None:
    stand_in.faults.status, stand_in.faults.headers = 429, {"Retry-After": "7"}

    with pytest.raises(Throttled) as told:
        await alpaca.snapshot(AAPL)

    assert told.value.retry_after_seconds == 7


async def test_a_wrong_key_names_the_settings_and_never_the_key(stand_in: AlpacaStandIn) -> None:
    vendor = _vendor(stand_in.base_url, key="wrong-key-id", secret="wrong-secret")

    with pytest.raises(ProviderUnavailable) as told:
        await vendor.snapshot(AAPL)
    await vendor.close()

    assert "COACH_ALPACA__API_KEY" in told.value.message
    assert "wrong" not in f"{told.value.message} {vendor!r} {told.value.__cause__!r}"


async def test_nobody_listening_is_unavailable() -> None:
    vendor = _vendor("http://127.0.0.1:9")

    with pytest.raises(ProviderUnavailable):
        await vendor.snapshot(AAPL)
    await vendor.close()


async def test_delayed_prices_say_how_late_they_are(stand_in: AlpacaStandIn) -> None:
    vendor = _vendor(stand_in.base_url, feed="delayed_sip")

    snapshot = await vendor.snapshot(AAPL)
    await vendor.close()

    assert snapshot.provider.delay_minutes == 15


async def test_the_delayed_feed_is_never_asked_for_the_last_quarter_hour(
    stand_in: AlpacaStandIn,
) -> None:
    vendor = _vendor(stand_in.base_url, feed="delayed_sip")

    await vendor.bars(AAPL, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW)
    nothing = await vendor.bars(AAPL, Timeframe.M1, start=NOW - timedelta(minutes=10), end=NOW)
    await vendor.close()

    [asked] = [each for each in stand_in.log.requests if "/bars" in each]
    end = datetime.fromisoformat(parse_qs(asked.partition("?")[2])["end"][0])
    assert NOW - timedelta(minutes=16) < end <= NOW - timedelta(minutes=15)
    assert len(nothing) == 0


# --- recorded answers -------------------------------------------------------------------------


def _recorded(file: str, test: str) -> dict[str, Any]:
    path = RECORDED / f"{file}.json"
    if not path.exists():
        pytest.skip("the recorded answers are not beside the project")
    answers = json.loads(path.read_text(encoding="utf-8"))
    payload: dict[str, Any] = next(each for each in answers if each["test"] == test)["payload"]
    return payload | ({"next_page_token": None} if "next_page_token" in payload else {})


@pytest.mark.shared_data
async def test_the_recorded_snapshot_reads_exactly(alpaca: Alpaca, stand_in: AlpacaStandIn) -> None:
    stand_in.faults.body = json.dumps(_recorded("test_historical_stock_data", "test_get_snapshot"))

    snapshot = await alpaca.snapshot(AAPL)

    assert snapshot.last == Decimal("161.1998")
    assert snapshot.at == datetime(2022, 3, 18, 14, 33, 58, 448432, tzinfo=UTC)
    assert (snapshot.open, snapshot.high, snapshot.low) == (
        Decimal("160.59"),
        Decimal("161.92"),
        Decimal("159.76"),
    )
    assert snapshot.volume == 31_749_988


@pytest.mark.shared_data
async def test_the_recorded_splits_read_exactly(alpaca: Alpaca, stand_in: AlpacaStandIn) -> None:
    stand_in.faults.body = json.dumps(
        _recorded("test_corporate_actions", "test_get_corporate_actions")
    )

    found = await alpaca.splits(AAPL, since=date(2023, 1, 1))

    assert found == [
        Split(date(2023, 8, 22), Decimal(2)),
        Split(date(2023, 8, 24), Decimal("0.02")),
    ]


@pytest.mark.shared_data
async def test_the_recorded_chain_reads_exactly(alpaca: Alpaca, stand_in: AlpacaStandIn) -> None:
    stand_in.faults.body = json.dumps(
        _recorded("test_historical_option_data", "test_get_option_chain")
    )

    chain = await alpaca.chain(AAPL)

    [quote] = [each for each in chain.quotes if each.contract.ticker == "AAPL240503P00155000"]
    assert quote.contract.kind is OptionKind.PUT
    assert (quote.contract.expiry, quote.contract.strike) == (date(2024, 5, 3), Decimal(155))
    assert (quote.bid, quote.ask, quote.mark) == (
        Decimal("0.32"),
        Decimal("0.35"),
        Decimal("0.335"),
    )
    assert quote.theta == Decimal("-0.10116067021921063")
    assert quote.open_interest is None
    assert chain.provider.is_estimated
    assert chain.provider.delay_minutes == 15


async def test_an_empty_chain_is_not_found(alpaca: Alpaca) -> None:
    with pytest.raises(NotFound):
        await alpaca.chain(AAPL, expiry=date(2026, 12, 18))


# --- the stream -------------------------------------------------------------------------------


def _stream(stand_in: AlpacaStandIn, market: str = "stocks") -> AlpacaStream:
    return AlpacaStream((KEY, SECRET), market, feed="iex", stream_url=stand_in.stream_url)


TRADE = {"T": "t", "S": "AAPL", "p": 201.5, "s": 40, "t": "2026-11-19T16:30:20.123456789Z"}
BAR = {
    "T": "b",
    "S": "AAPL",
    "t": "2026-11-19T16:29:00Z",
    "o": 1.0,
    "h": 2.0,
    "l": 0.5,
    "c": 1.5,
    "v": 9,
}


async def test_trades_and_minutes_come_as_they_are_said(stand_in: AlpacaStandIn) -> None:
    stream = _stream(stand_in)
    await stream.follow([AAPL])
    events = stream.events()
    first = asyncio.create_task(anext(events))
    await stand_in.subscribed.wait()

    await stand_in.say(TRADE, BAR)

    assert await first == Trade(Symbol("AAPL"), 1795105820.123456, 201.5, 40)
    assert await anext(events) == Minute(
        Symbol("AAPL"), 1795105740, 1.0, 2.0, 0.5, 1.5, 9, is_final=True
    )
    await events.aclose()


async def test_following_changes_on_the_open_connection(stand_in: AlpacaStandIn) -> None:
    stream = _stream(stand_in)
    await stream.follow([AAPL])
    events = stream.events()
    first = asyncio.create_task(anext(events))
    await stand_in.subscribed.wait()
    stand_in.subscribed.clear()

    await stream.follow([Instrument(**{**_fields(AAPL), "symbol": Symbol("MSFT")})])
    await stand_in.subscribed.wait()
    while len(stand_in.heard) < 3:
        stand_in.subscribed.clear()
        await stand_in.subscribed.wait()

    assert [(each["action"], each["trades"]) for each in stand_in.heard] == [
        ("subscribe", ["AAPL"]),
        ("subscribe", ["MSFT"]),
        ("unsubscribe", ["AAPL"]),
    ]
    assert len(stand_in.sockets) == 1
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await events.aclose()


async def test_crypto_is_a_connection_of_its_own(stand_in: AlpacaStandIn) -> None:
    stream = _stream(stand_in, "crypto")
    assert stream.covers(BTC)
    assert not stream.covers(AAPL)
    await stream.follow([AAPL, BTC])
    events = stream.events()
    first = asyncio.create_task(anext(events))
    await stand_in.subscribed.wait()

    assert [each["trades"] for each in stand_in.heard] == [["BTC/USD"]]
    assert [each.url.path for each in stand_in.sockets] == ["/v1beta3/crypto/us"]
    await stand_in.say({**TRADE, "S": "BTC/USD"})
    assert (await first).symbol == "BTC/USD"
    await events.aclose()


async def test_a_symbol_over_the_limit_is_refused_and_the_others_go_on(
    stand_in: AlpacaStandIn,
) -> None:
    stream = _stream(stand_in)
    await stream.follow([AAPL])
    events = stream.events()
    first = asyncio.create_task(anext(events))
    await stand_in.subscribed.wait()
    await stream.follow([AAPL, Instrument(**{**_fields(AAPL), "symbol": Symbol("MSFT")})])

    await stand_in.say({"T": "error", "code": 405, "msg": "symbol limit exceeded"})
    refused = await first
    await stand_in.say(TRADE)

    assert isinstance(refused, Refused)
    assert refused.symbol == "MSFT"
    assert isinstance(await anext(events), Trade)
    await events.aclose()


async def test_a_cut_connection_is_lost_and_may_be_opened_again(stand_in: AlpacaStandIn) -> None:
    stream = _stream(stand_in)
    await stream.follow([AAPL])
    events = stream.events()
    first = asyncio.create_task(anext(events))
    await stand_in.subscribed.wait()
    stand_in.subscribed.clear()

    await stand_in.cut()
    with pytest.raises(StreamLost):
        await first

    again = stream.events()
    first = asyncio.create_task(anext(again))
    await stand_in.subscribed.wait()
    await stand_in.say(TRADE)
    assert isinstance(await first, Trade)
    await again.aclose()


@pytest.mark.parametrize(
    ("code", "failure"),
    [(402, ProviderUnavailable), (409, NotCovered), (406, Throttled), (500, StreamLost)],
)
async def test_a_refused_stream_says_why(
    stand_in: AlpacaStandIn, code: int, failure: type[Exception]
) -> None:
    stand_in.refusal = {"T": "error", "code": code, "msg": "no"}
    stream = _stream(stand_in)
    await stream.follow([AAPL])

    with pytest.raises(failure) as told:
        await anext(stream.events())

    assert type(told.value) is failure
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("said", ['[{"T": "t", "S": "AAPL"}]', "no json"])
async def test_a_message_that_cannot_be_read_loses_the_stream(
    stand_in: AlpacaStandIn, said: str
) -> None:
    stream = _stream(stand_in)
    await stream.follow([AAPL])
    first = asyncio.create_task(anext(stream.events()))
    await stand_in.subscribed.wait()

    await stand_in.sockets[0].send_text(said)

    with pytest.raises(StreamLost):
        await first


def _fields(instrument: Instrument) -> dict[str, Any]:
    names = ("symbol", "name", "asset_class", "calendar")
    return {name: getattr(instrument, name) for name in names}
