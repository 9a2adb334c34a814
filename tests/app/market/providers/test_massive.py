"""Massive's adapter over real HTTP and WebSocket, against a stand-in and against recorded answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.core.clock import FrozenClock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.chains import ExerciseStyle, OptionKind
from app.market.directory import find_instrument
from app.market.models import Instrument
from app.market.providers.massive import Massive, ticker_of
from app.market.providers.massive_stream import MARKETS, MassiveStream
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.massive import KEY, MassiveStandIn, massive_stand_in
from app.market.streaming.bars import BarBuilder
from app.market.streaming.bus import MemoryBus
from app.market.streaming.feed import Feed
from app.market.streaming.live import LiveFeed
from app.market.streaming.messages import Live
from app.market.vendor import Minute, NotCovered, Split, StreamLost, Throttled, Trade

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "api" / "massive"
NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)


def _instrument(symbol: str) -> Instrument:
    found = find_instrument(symbol)
    assert found is not None
    return found


AAPL, BTC, SPX, BRK = (_instrument(each) for each in ("AAPL", "BTC/USD", "SPX", "BRK.B"))


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture
async def stand_in(market: SimulatedMarket) -> AsyncIterator[MassiveStandIn]:
    async with massive_stand_in(market, FrozenClock(NOW)) as running:
        yield running


def _vendor(base_url: str, key: str = KEY) -> Massive:
    return Massive(key, base_url=base_url, requests_per_minute=300, clock=FrozenClock(NOW))


@pytest.fixture
async def massive(stand_in: MassiveStandIn) -> AsyncIterator[Massive]:
    vendor = _vendor(stand_in.base_url)
    yield vendor
    await vendor.close()


def test_symbols_are_spelled_as_massive_spells_them() -> None:
    assert [ticker_of(each) for each in (AAPL, BTC, SPX, BRK)] == [
        "AAPL",
        "X:BTCUSD",
        "I:SPX",
        "BRK.B",
    ]


async def test_the_next_page_is_fetched_from_our_address_wherever_it_points(
    massive: Massive, stand_in: MassiveStandIn
) -> None:
    stand_in.page_size = 50

    found = await massive.bars(AAPL, Timeframe.M1, start=NOW - timedelta(hours=2), end=NOW)

    assert len(found) == 120
    assert len(stand_in.log.requests) == 3


async def test_prices_are_asked_for_adjusted(massive: Massive, stand_in: MassiveStandIn) -> None:
    await massive.bars(AAPL, Timeframe.D1, start=NOW - timedelta(days=9), end=NOW)

    assert "adjusted=true" in stand_in.log.requests[0]


async def test_a_delayed_plan_says_so_in_every_answer(
    massive: Massive, stand_in: MassiveStandIn
) -> None:
    stand_in.is_delayed = True

    bars = await massive.bars(AAPL, Timeframe.M1, start=NOW - timedelta(hours=2), end=NOW)
    snapshots = [await massive.snapshot(each) for each in (AAPL, SPX, BTC)]

    assert bars.provider.delay_minutes == 15
    assert [each.provider.delay_minutes for each in snapshots] == [15, 15, 15]
    assert snapshots[0].at == NOW - timedelta(minutes=15)


async def test_an_index_has_its_day_and_no_volume(
    massive: Massive, market: SimulatedMarket
) -> None:
    snapshot = await massive.snapshot(SPX)
    bars = await massive.bars(SPX, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW)

    quote = await market.quote(SPX.symbol, as_of=NOW)
    assert (snapshot.last, snapshot.high, snapshot.previous_close) == (
        quote.last,
        quote.high,
        quote.previous_close,
    )
    assert snapshot.volume is None
    assert not np.any(bars.volume)


async def test_before_the_open_zeros_are_no_prices(market: SimulatedMarket) -> None:
    async with massive_stand_in(market, FrozenClock(NOW.replace(hour=12))) as early:
        vendor = _vendor(early.base_url)
        snapshot = await vendor.snapshot(AAPL)
        await vendor.close()

    assert (snapshot.open, snapshot.high, snapshot.volume) == (None, None, None)


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("AAPL", AssetClass.STOCK),
        ("SPY", AssetClass.ETF),
        ("BTC/USD", AssetClass.CRYPTO),
    ],
)
async def test_a_ticker_is_described(massive: Massive, symbol: str, kind: AssetClass) -> None:
    found = await massive.describe(Symbol(symbol))

    assert (found.asset_class, found.name) == (kind, _instrument(symbol).name)


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (401, '{"status": "ERROR", "error": "Unknown API Key"}', ProviderUnavailable),
        (403, '{"status": "NOT_AUTHORIZED", "message": "You are not entitled"}', NotCovered),
        (200, '{"status": "NOT_AUTHORIZED", "message": "You are not entitled"}', NotCovered),
        (404, '{"status": "NOT_FOUND", "message": "Ticker not found."}', NotFound),
        (429, '{"status": "ERROR", "error": "exceeded the maximum requests"}', Throttled),
        (500, "oops", ProviderUnavailable),
        (302, "", ProviderUnavailable),
        (200, "<html>captive portal</html>", ProviderUnavailable),
        (200, "[]", ProviderUnavailable),
        (200, '{"status": "OK", "results": [{"t": "yesterday"}]}', ProviderUnavailable),
        (
            200,
            '{"status": "OK", "results": [], "next_url": "https://x/again"}',
            ProviderUnavailable,
        ),
    ],
)
async def test_a_refusal_is_told_by_what_it_means(
    massive: Massive,
    stand_in: MassiveStandIn,
    status: int,
    body: str,
    failure: type[Exception],
) -> None:
    stand_in.faults.status, stand_in.faults.body = status, body

    with pytest.raises(failure) as told:
        await massive.bars(AAPL, Timeframe.M1, start=NOW - timedelta(hours=1), end=NOW)

    assert type(told.value) is failure
    assert len(stand_in.log.requests) <= 2, "the client must not try again by itself"


async def test_the_wait_that_massive_asks_for_is_passed_on(
    massive: Massive, stand_in: MassiveStandIn
) -> None:
    stand_in.faults.status, stand_in.faults.headers = 429, {"Retry-After": "12"}

    with pytest.raises(Throttled) as told:
        await massive.snapshot(AAPL)

    assert told.value.retry_after_seconds == 12


async def test_a_wrong_key_names_the_setting_and_never_the_key(stand_in: MassiveStandIn) -> None:
    vendor = _vendor(stand_in.base_url, key="wrong-key")

    with pytest.raises(ProviderUnavailable) as told:
        await vendor.snapshot(AAPL)
    await vendor.close()

    assert "COACH_MASSIVE__API_KEY" in told.value.message
    assert "wrong-key" not in f"{told.value.message}{vendor!r}{told.value.__cause__!r}"


async def test_nobody_listening_is_unavailable_and_no_address_is_told() -> None:
    vendor = _vendor("http://127.0.0.1:9")

    with pytest.raises(ProviderUnavailable) as told:
        await vendor.snapshot(AAPL)
    await vendor.close()

    assert "127.0.0.1" not in told.value.message


# --- recorded answers -------------------------------------------------------------------------


def _recorded(name: str) -> Any:
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded answers are not beside the project")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.shared_data
async def test_the_recorded_days_read_exactly(massive: Massive, stand_in: MassiveStandIn) -> None:
    stand_in.faults.body = json.dumps(
        _recorded("v2_aggs_ticker_AAPL_range_1_day_2005-04-01_2005-04-04")
    )

    found = await massive.bars(
        AAPL,
        Timeframe.D1,
        start=datetime(2005, 4, 1, tzinfo=UTC),
        end=datetime(2005, 4, 5, tzinfo=UTC),
    )

    assert found.close.tolist() == [1.4604, 1.4675]
    assert [datetime.fromtimestamp(at, UTC) for at in found.time.tolist()] == [
        datetime(2005, 4, 1, 14, 30, tzinfo=UTC),
        datetime(2005, 4, 4, 13, 30, tzinfo=UTC),
    ], "over the change of the clock"


@pytest.mark.shared_data
async def test_the_recorded_snapshot_reads_exactly(
    massive: Massive, stand_in: MassiveStandIn
) -> None:
    stand_in.faults.body = json.dumps(
        _recorded("v2_snapshot_locale_us_markets_stocks_tickers_AAPL")
    )

    snapshot = await massive.snapshot(AAPL)

    assert snapshot.last == Decimal("159.99")
    assert snapshot.at == datetime(2022, 4, 29, 17, 5, 48, 294080, tzinfo=UTC)
    assert (snapshot.open, snapshot.high, snapshot.low) == (
        Decimal("161.84"),
        Decimal("166.2"),
        Decimal("159.8"),
    )


@pytest.mark.shared_data
async def test_a_day_that_cannot_be_is_left_out_of_the_recorded_index(
    massive: Massive, stand_in: MassiveStandIn
) -> None:
    stand_in.faults.body = json.dumps(
        _recorded("v3_snapshot_indices_ticker.any_of_SPX_2CAPx_2CAPy")
    )

    snapshot = await massive.snapshot(SPX)

    assert (snapshot.last, snapshot.previous_close) == (Decimal("3822.39"), Decimal("3812.19"))
    assert snapshot.low is None, "it is recorded as ten times the price"


@pytest.mark.shared_data
async def test_the_recorded_chain_reads_exactly(massive: Massive, stand_in: MassiveStandIn) -> None:
    stand_in.recorded["/v3/snapshot/options/AAPL"] = _recorded("v3_snapshot_options_AAPL")

    chain = await massive.chain(AAPL)

    [quote] = chain.quotes
    assert quote.contract.ticker == "AAPL230616C00150000"
    assert (quote.contract.kind, quote.contract.style) == (
        OptionKind.CALL,
        ExerciseStyle.AMERICAN,
    )
    assert (quote.contract.expiry, quote.contract.strike) == (date(2023, 6, 16), Decimal(150))
    assert (quote.bid, quote.ask, quote.open_interest) == (
        Decimal("28.9"),
        Decimal("29.25"),
        Decimal(8133),
    )
    assert quote.implied_volatility == Decimal("0.3570277203465058")
    assert chain.spot == Decimal("159.9606")
    assert chain.provider.delay_minutes == 0


async def test_splits_are_new_shares_for_old(massive: Massive, stand_in: MassiveStandIn) -> None:
    stand_in.recorded["/v3/reference/splits"] = {
        "results": [
            {"execution_date": "2020-08-31", "split_from": 1, "split_to": 4},
            {"execution_date": "2014-06-09", "split_from": 1, "split_to": 7},
        ]
    }

    assert await massive.splits(AAPL, since=date(2010, 1, 1)) == [
        Split(date(2014, 6, 9), Decimal(7)),
        Split(date(2020, 8, 31), Decimal(4)),
    ]


# --- the stream -------------------------------------------------------------------------------

SECOND = {"ev": "A", "sym": "AAPL", "c": 201.5, "v": 40, "s": 1795105820000, "e": 1795105821000}
MINUTE = {"ev": "AM", "sym": "AAPL", "s": 1795105740000, "e": 1795105800000} | {
    "o": 1.0,
    "h": 2.0,
    "l": 0.5,
    "c": 1.5,
    "v": 9,
}


def _stream(stand_in: MassiveStandIn, market: str = "stocks") -> MassiveStream:
    return MassiveStream(KEY, market, stream_url=stand_in.stream_url)


async def test_seconds_are_trades_and_minutes_are_final(stand_in: MassiveStandIn) -> None:
    stream = _stream(stand_in)
    await stream.follow([AAPL])
    events = stream.events()
    first = asyncio.create_task(anext(events))
    await stand_in.subscribed.wait()

    await stand_in.say(SECOND, MINUTE)

    assert stand_in.heard == [{"action": "subscribe", "params": "A.AAPL,AM.AAPL"}]
    assert await first == Trade(Symbol("AAPL"), 1795105820.0, 201.5, 40)
    assert await anext(events) == Minute(
        Symbol("AAPL"), 1795105740, 1.0, 2.0, 0.5, 1.5, 9, is_final=True
    )
    await events.aclose()


async def test_the_last_second_of_a_minute_belongs_to_it(stand_in: MassiveStandIn) -> None:
    stream = _stream(stand_in)
    await stream.follow([AAPL])
    events = stream.events()
    first = asyncio.create_task(anext(events))
    await stand_in.subscribed.wait()

    last = {**SECOND, "c": 150.0, "s": 1795105859000, "e": 1795105860000}
    await stand_in.say(last, {**last, "c": 102.0, "s": 1795105860000, "e": 1795105861000})

    builder, forming = BarBuilder(Symbol("AAPL")), []
    for event in (await first, await anext(events)):
        assert isinstance(event, Trade)
        update = builder.take(event)
        assert update is not None
        assert update.forming is not None
        forming.append(update.forming)
    assert [(each.time, each.open) for each in forming] == [(1795105800, 150), (1795105860, 102)]
    await events.aclose()


@pytest.mark.parametrize(
    ("market", "instrument", "wanted"),
    [("indices", SPX, "V.I:SPX,AM.I:SPX"), ("crypto", BTC, "XT.BTC-USD,XA.BTC-USD")],
)
async def test_each_market_is_a_connection_with_its_own_spelling(
    stand_in: MassiveStandIn, market: str, instrument: Instrument, wanted: str
) -> None:
    stream = _stream(stand_in, market)
    assert stream.covers(instrument)
    assert not stream.covers(AAPL)
    await stream.follow([instrument])
    events = stream.events()
    first = asyncio.create_task(anext(events))
    await stand_in.subscribed.wait()

    assert [each["params"] for each in stand_in.heard] == [wanted]
    said = {"ev": "V", "T": "I:SPX", "val": 6012.4, "t": 1795105820500}
    paid = {"ev": "XT", "pair": "BTC-USD", "p": 6012.4, "s": 0, "t": 1795105820500}
    await stand_in.say(said if market == "indices" else paid)
    assert await first == Trade(instrument.symbol, 1795105820.5, 6012.4, 0.0)
    await events.aclose()


async def test_a_plan_without_indices_leaves_stocks_alone(
    market: SimulatedMarket, stand_in: MassiveStandIn
) -> None:
    """One page opens SPX, which the plan refuses, beside a stock that goes on."""
    stand_in.not_streamed.add("indices")
    streams = [_stream(stand_in, each) for each in MARKETS]
    bus, heard = MemoryBus(), asyncio.Queue[Live]()
    live = LiveFeed(bus)
    live.start()
    work = asyncio.create_task(Feed(streams, market, bus, FrozenClock(NOW)).run())
    try:
        live.subscribe(AAPL.symbol, lambda news, _: heard.put_nowait(news))
        await asyncio.wait_for(stand_in.subscribed.wait(), 20)
        live.subscribe(SPX.symbol, lambda *_: None)
        await asyncio.wait_for(stand_in.refused.wait(), 20)
        await asyncio.sleep(1.5)

        for number in range(3):
            at = int(NOW.timestamp() + number) * 1000
            await stand_in.say({**SECOND, "c": 300.0 + number, "s": at, "e": at + 1000})
            while (await asyncio.wait_for(heard.get(), 10)).price != 300.0 + number:
                pass
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await live.close()


async def test_a_cut_connection_is_lost(stand_in: MassiveStandIn) -> None:
    stream = _stream(stand_in)
    await stream.follow([AAPL])
    first = asyncio.create_task(anext(stream.events()))
    await stand_in.subscribed.wait()

    await stand_in.cut()

    with pytest.raises(StreamLost):
        await first


@pytest.mark.parametrize(
    ("refusal", "failure"),
    [
        ({"status": "auth_failed", "message": "authentication failed"}, ProviderUnavailable),
        ({"status": "max_connections", "message": "Maximum connections"}, Throttled),
        ({"status": "error", "message": "not authorized"}, NotCovered),
        ({"status": "force_disconnect", "message": "maintenance"}, StreamLost),
    ],
)
async def test_a_refused_stream_says_why(
    stand_in: MassiveStandIn, refusal: dict[str, str], failure: type[Exception]
) -> None:
    stand_in.refusal = {"ev": "status", **refusal}
    stream = _stream(stand_in)
    await stream.follow([AAPL])

    with pytest.raises(failure) as told:
        await anext(stream.events())

    assert type(told.value) is failure
    assert KEY not in str(told.value)
