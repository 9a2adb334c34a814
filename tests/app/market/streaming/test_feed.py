"""The feed over a stream that keeps breaking: no minute lost, none doubled, none out of order."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pytest
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Instrument, Provider, Quote
from app.market.protocol import MarketData
from app.market.providers.simulated import SimulatedMarket
from app.market.streaming import feed as feeding
from app.market.streaming import live as listening
from app.market.streaming.bars import minutes_of
from app.market.streaming.bus import MemoryBus
from app.market.streaming.feed import Feed
from app.market.streaming.live import LiveFeed
from app.market.streaming.messages import Live
from app.market.streaming.polled import PolledStream
from app.market.vendor import (
    Minute,
    NotCovered,
    Refused,
    StreamEvent,
    StreamLost,
    Trade,
    VendorStream,
)

MARKET = SimulatedMarket(seed=7)
OPEN = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
BTC, ETH, AAPL = Symbol("BTC/USD"), Symbol("ETH/USD"), Symbol("AAPL")


class Present(Clock):
    """A market's time that the stream of a test moves on."""

    def __init__(self) -> None:
        self.at = OPEN

    @override
    def now(self) -> datetime:
        return self.at


class Scripted(VendorStream):
    """Tells what a test gives it; None breaks the connection."""

    def __init__(self, name: str = "Scripted") -> None:
        self.kinds: set[Symbol] | None = None
        self.script: asyncio.Queue[StreamEvent | Refused | Exception] = asyncio.Queue()
        self.followed: set[Symbol] = set()
        self.connected = 0
        self._provider = Provider(name=name)

    @property
    @override
    def provider(self) -> Provider:
        return self._provider

    @override
    def covers(self, instrument: Instrument) -> bool:
        return self.kinds is None or instrument.symbol in self.kinds

    @override
    async def follow(self, instruments: Collection[Instrument]) -> None:
        self.followed = {each.symbol for each in instruments}

    @override
    async def events(self) -> AsyncGenerator[StreamEvent | Refused, None]:
        self.connected += 1
        while True:
            event = await self.script.get()
            if isinstance(event, Exception):
                raise event
            yield event

    @override
    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits between tries are not what is tested."""
    monkeypatch.setattr(feeding, "_CONNECT_SECONDS", 0.0)
    monkeypatch.setattr(feeding, "_FIRST_PAUSE", 0.0)
    monkeypatch.setattr(feeding, "_LONGEST_PAUSE", 0.0)
    monkeypatch.setattr(feeding, "FLUSH_SECONDS", 0.0)
    monkeypatch.setattr(feeding, "_LOOK_SECONDS", 0.005)


class Weak(MarketData):
    """The simulated market as another vendor, which fails when a test says so."""

    def __init__(self, provider: Provider = MARKET.provider) -> None:
        self.is_down = False
        self.unknown: set[Symbol] = set()
        self.asked: list[Symbol] = []
        self._provider = provider

    @property
    @override
    def provider(self) -> Provider:
        return self._provider

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        return await MARKET.instrument(symbol)

    @override
    async def instruments(self) -> Sequence[Instrument]:
        return await MARKET.instruments()

    @override
    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars:
        self.asked.append(symbol)
        if self.is_down:
            raise ProviderUnavailable("It is left alone for half a minute.")
        if symbol in self.unknown:
            raise NotCovered("Not in the plan.")
        found = await MARKET.bars(
            symbol, timeframe, start=start, end=end, as_of=as_of, extended=extended
        )
        return replace(found, provider=self._provider)

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        return await MARKET.quote(symbol, as_of=as_of)


@asynccontextmanager
async def _leading(
    streams: Sequence[VendorStream],
    clock: Clock,
    bus: MemoryBus,
    market: MarketData = MARKET,
    *,
    epoch: int = 1,
) -> AsyncGenerator[None, None]:
    """A leader whose streams miss what `market` can tell."""
    histories = {each.provider.name: market for each in streams}
    feed = Feed(streams, MARKET, bus, clock, epoch=epoch, histories=histories)
    work = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


@asynccontextmanager
async def _running(
    streams: Sequence[VendorStream], clock: Clock, market: MarketData = MARKET
) -> AsyncGenerator[LiveFeed, None]:
    bus = MemoryBus()
    live = LiveFeed(bus)
    live.start()
    async with _leading(streams, clock, bus, market):
        yield live
    await live.close()


def _is_more(stream: Scripted, number: int) -> bool:
    return stream.connected > number


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what is waited for belongs to others
            await asyncio.sleep(0)


async def _minutes(count: int) -> list[Minute]:
    end = OPEN + timedelta(minutes=count)
    bars: Bars = await MARKET.bars(BTC, Timeframe.M1, start=OPEN, end=end, as_of=end)
    return list(minutes_of(bars))


async def test_a_thousand_lost_connections_lose_and_double_no_minute() -> None:
    """After each minute the connection breaks, and every third minute is told by nobody."""
    stream, clock = Scripted(), Present()
    told: list[Minute] = []
    wanted = await _minutes(1000)
    news = asyncio.Event()

    def listen(_live: Live, finished: Sequence[Minute]) -> None:
        told.extend(finished)
        news.set()

    async with _running([stream], clock) as live:
        live.subscribe(BTC, listen)
        for number, minute in enumerate(wanted):
            clock.at = OPEN + timedelta(minutes=number + 1, seconds=1)
            if number % 3 or number == 0:
                stream.script.put_nowait(minute)
            stream.script.put_nowait(StreamLost("cut"))
            # The next trade lets the feed speak again; it belongs to the running minute.
            stream.script.put_nowait(Trade(BTC, clock.at.timestamp(), minute.close, 0.0))
            while not told or told[-1].time < minute.time:
                news.clear()
                await asyncio.wait_for(news.wait(), 20)
                if number == 0:
                    break  # the first news of all is what there was, not what ended since
            await _until(partial(_is_more, stream, number))

    times = [each.time for each in told]
    assert stream.connected >= 1000
    assert times == [each.time for each in wanted[1:]], "in order, each once, none missing"
    assert np.allclose([each.close for each in told], [each.close for each in wanted[1:]])


async def test_lost_connections_lose_no_minute_while_the_market_fails_too() -> None:
    """For forty minutes nobody can be asked for what was missed; it comes when that is over."""
    stream, clock, market = Scripted(), Present(), Weak()
    told: dict[int, Minute] = {}
    wanted = await _minutes(120)

    async with _running([stream], clock, market) as live:
        live.subscribe(BTC, lambda _, ended: told.update({each.time: each for each in ended}))
        await _until(lambda: BTC in stream.followed)
        for number, minute in enumerate(wanted):
            clock.at = OPEN + timedelta(minutes=number + 1, seconds=1)
            market.is_down = 40 <= number < 80
            if number % 3 == 1 or number == 0:
                stream.script.put_nowait(minute)
            stream.script.put_nowait(StreamLost("cut"))
            stream.script.put_nowait(Trade(BTC, clock.at.timestamp(), 1.0, 0.0))
            await _until(partial(_is_more, stream, number))
            await _until(stream.script.empty)
            await asyncio.sleep(0.01)
        clock.at += timedelta(minutes=2)
        await _until(lambda: all(told.get(each.time) == each for each in wanted[1:]))


async def test_a_running_stream_that_takes_a_symbol_over_is_asked_what_it_missed() -> None:
    first, second, clock = Scripted("First"), Scripted("Second"), Present()
    market = Weak()
    first.kinds = {BTC}
    told: dict[int, Minute] = {}
    wanted = await _minutes(9)

    async with _running([first, second], clock, market) as live:
        live.subscribe(BTC, lambda _, ended: told.update({each.time: each for each in ended}))
        live.subscribe(ETH, lambda *_: None)
        await _until(lambda: BTC in first.followed and ETH in second.followed)
        clock.at = OPEN + timedelta(minutes=1, seconds=1)
        second.script.put_nowait(Trade(ETH, clock.at.timestamp(), 3_000.0, 1.0))
        first.script.put_nowait(wanted[0])
        await _until(first.script.empty)
        await asyncio.sleep(0.05)
        clock.at = OPEN + timedelta(minutes=9, seconds=1)
        market.is_down = True
        first.script.put_nowait(NotCovered("gone"))
        await _until(lambda: BTC in second.followed)
        market.is_down = False
        clock.at += timedelta(minutes=2)

        await _until(lambda: all(told.get(each.time) == each for each in wanted[1:]))
        assert second.connected == 1


async def test_who_takes_over_finishes_the_minutes_of_the_leader_that_was_killed() -> None:
    clock, bus = Present(), MemoryBus()
    told: dict[int, Minute] = {}
    wanted = await _minutes(6)
    live = LiveFeed(bus)
    live.start()
    live.subscribe(BTC, lambda _, ended: told.update({each.time: each for each in ended}))

    def trade(minute: Minute, second: int) -> Trade:
        clock.at = datetime.fromtimestamp(minute.time + second, UTC)
        return Trade(BTC, clock.at.timestamp(), minute.open, 1.0)

    old, new = Scripted(), Scripted()
    async with _leading([old], clock, bus):
        await _until(lambda: BTC in old.followed)
        for minute in wanted[:3]:
            old.script.put_nowait(minute if minute is not wanted[2] else trade(minute, 10))
            await _until(old.script.empty)
            await asyncio.sleep(0.02)
    clock.at = datetime.fromtimestamp(wanted[3].time + 5, UTC)
    async with _leading([new], clock, bus, epoch=2):
        await _until(lambda: BTC in new.followed)
        new.script.put_nowait(trade(wanted[3], 6))
        await _until(new.script.empty)
        await _until(lambda: told.get(wanted[2].time) == wanted[2])
        clock.at = datetime.fromtimestamp(wanted[5].time + 1, UTC)
        for minute in wanted[4:5]:
            new.script.put_nowait(minute)
        await _until(new.script.empty)
        clock.at += timedelta(minutes=1)
        await _until(lambda: all(told.get(each.time) == each for each in wanted[1:5]))
    await live.close()


async def test_a_minute_that_was_followed_only_in_part_is_put_right() -> None:
    stream, clock = Scripted(), Present()
    told: list[Minute] = []
    wanted = await _minutes(1)

    async with _running([stream], clock) as live:
        live.subscribe(BTC, lambda _, finished: told.extend(finished))
        await _until(lambda: BTC in stream.followed)
        for seconds, price in ((40, 70_000.0), (61, 70_001.0), (90, 70_002.0)):
            clock.at = OPEN + timedelta(seconds=seconds)
            stream.script.put_nowait(Trade(BTC, clock.at.timestamp(), price, 1.0))
            await _until(stream.script.empty)
            await asyncio.sleep(0.02)

        await _until(lambda: told[-1:] == wanted)
    assert [each.time for each in told] == [wanted[0].time] * 2, "as it looked, then as it was"


@pytest.mark.parametrize(
    "provider",
    [
        Provider(name="Scripted", stale_since=OPEN),
        Provider(name="Another", instead_of=("Scripted",)),
    ],
    ids=["stale", "another's"],
)
async def test_no_stale_and_no_other_vendors_minutes_are_told_as_this_ones(
    provider: Provider,
) -> None:
    stream, clock, market = Scripted(), Present(), Weak(provider)
    heard: list[Live] = []
    told: list[Minute] = []
    wanted = await _minutes(5)

    def listen(news: Live, finished: Sequence[Minute]) -> None:
        heard.append(news)
        told.extend(finished)

    bus = MemoryBus()
    live = LiveFeed(bus)
    live.start()
    work = asyncio.create_task(Feed([stream], market, bus, clock).run())
    live.subscribe(BTC, listen)
    await _until(lambda: BTC in stream.followed)
    clock.at = OPEN + timedelta(minutes=1, seconds=1)
    stream.script.put_nowait(wanted[0])
    await _until(lambda: bool(heard))
    clock.at = OPEN + timedelta(minutes=5, seconds=1)
    stream.script.put_nowait(StreamLost("cut"))
    stream.script.put_nowait(Trade(BTC, clock.at.timestamp(), 70_000.0, 1.0))
    await _until(lambda: heard[-1].price == 70_000.0)
    await _until(lambda: len(market.asked) > 2)

    assert {each.time for each in heard[-1].recent} == {wanted[0].time}
    assert not told
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await live.close()


async def test_a_late_vendors_newest_minute_is_not_taken_for_whole() -> None:
    """Fifteen minutes late it has told half of the minute that was the present then."""
    late = Provider(name="Scripted", delay_minutes=15)
    stream, clock, market = Scripted(), Present(), Weak(late)
    told: dict[int, Minute] = {}
    wanted = await _minutes(6)

    async with _running([stream], clock, market) as live:
        live.subscribe(BTC, lambda _, ended: told.update({each.time: each for each in ended}))
        await _until(lambda: BTC in stream.followed)
        stream.script.put_nowait(wanted[0])
        await _until(stream.script.empty)
        await asyncio.sleep(0.02)
        clock.at = OPEN + timedelta(minutes=15 + 5, seconds=30)
        stream.script.put_nowait(StreamLost("cut"))
        stream.script.put_nowait(Trade(BTC, wanted[5].time + 30.0, 70_000.0, 1.0))
        await _until(lambda: wanted[4].time in told)
        await _until(stream.script.empty)
        await asyncio.sleep(0.05)

    assert list(told) == [each.time for each in wanted[1:5]]


async def test_a_symbol_that_a_stream_refuses_goes_to_the_next_alone() -> None:
    first, second, clock = Scripted("First"), Scripted("Second"), Present()

    async with _running([first, second], clock) as live:
        for symbol in (BTC, ETH):
            live.subscribe(symbol, lambda *_: None)
        await _until(lambda: first.followed == {BTC, ETH})
        first.script.put_nowait(Refused(ETH, "over the limit"))

        await _until(lambda: (first.followed, second.followed) == ({BTC}, {ETH}))
    assert first.connected == 1


async def test_a_symbol_outside_the_plan_stops_nobodys_asking() -> None:
    clock, market, heard = Present(), Weak(), asyncio.Queue[Live]()
    clock.at = OPEN + timedelta(minutes=5, seconds=20)
    market.unknown = {ETH}

    async with _running([PolledStream(market, clock, beat=0.01)], clock, market) as live:
        live.subscribe(ETH, lambda *_: None)
        await _until(lambda: ETH in market.asked)
        live.subscribe(AAPL, lambda news, _: heard.put_nowait(news))
        for _ in range(3):
            await asyncio.wait_for(heard.get(), 10)
            clock.at += timedelta(seconds=1)


async def test_a_long_gap_is_filled_whole() -> None:
    stream, clock = Scripted(), Present()
    told: list[Minute] = []
    wanted = await _minutes(20)

    async with _running([stream], clock) as live:
        live.subscribe(BTC, lambda _, finished: told.extend(finished))
        await _until(lambda: BTC in stream.followed)
        clock.at = OPEN + timedelta(minutes=1, seconds=1)
        stream.script.put_nowait(wanted[0])
        await _until(stream.script.empty)
        await asyncio.sleep(0.05)
        clock.at = OPEN + timedelta(minutes=20, seconds=1)
        stream.script.put_nowait(StreamLost("cut"))
        stream.script.put_nowait(Trade(BTC, clock.at.timestamp(), 70_000.0, 0.0))
        await _until(lambda: len(told) >= 19)

    assert [each.time for each in told] == [each.time for each in wanted[1:]]


async def test_a_stream_that_cannot_be_had_hands_its_symbols_to_the_next() -> None:
    first, second, clock = Scripted("First"), Scripted("Second"), Present()
    heard: asyncio.Queue[Live] = asyncio.Queue()
    first.script.put_nowait(NotCovered("not in the plan"))

    async with _running([first, second], clock) as live:
        live.subscribe(BTC, lambda news, _: heard.put_nowait(news))
        await _until(lambda: BTC in second.followed)
        second.script.put_nowait(Trade(BTC, clock.at.timestamp(), 70_000.0, 1.0))

        news = await asyncio.wait_for(heard.get(), 10)
        assert (news.provider, news.slow_because) == ("Second", "not in the plan")
        assert BTC not in first.followed


async def test_a_feed_that_never_gave_a_sign_counts_as_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "LOST_SECONDS", 0.05)
    live = LiveFeed(MemoryBus())
    live.start()

    assert live.silent_seconds is None
    await _until(lambda: live.silent_seconds is not None)
    await live.close()


async def test_what_nobody_wants_any_more_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "LINGER_SECONDS", 0.0)
    stream, clock = Scripted(), Present()

    async with _running([stream], clock) as live:
        leave_one = live.subscribe(BTC, lambda *_: None)
        leave_other = live.subscribe(BTC, lambda *_: None)
        await _until(lambda: BTC in stream.followed)
        leave_one()
        await asyncio.sleep(0.05)
        assert BTC in stream.followed, "somebody still wants it"
        leave_other()
        await _until(lambda: BTC not in stream.followed)


async def test_an_unknown_symbol_disturbs_nobody() -> None:
    stream, clock = Scripted(), Present()
    with pytest.raises(NotFound):
        await MARKET.instrument(Symbol("ZZZZZ"))

    async with _running([stream], clock) as live:
        live.subscribe(Symbol("ZZZZZ"), lambda *_: None)
        live.subscribe(BTC, lambda *_: None)
        await _until(lambda: stream.followed == {BTC})


async def test_a_market_without_a_stream_is_asked_and_told_the_same_way() -> None:
    clock = Present()
    clock.at = OPEN + timedelta(minutes=5, seconds=20)
    heard: asyncio.Queue[tuple[Live, Sequence[Minute]]] = asyncio.Queue()

    async with _running([PolledStream(MARKET, clock, beat=0.01)], clock) as live:
        live.subscribe(AAPL, lambda news, finished: heard.put_nowait((news, finished)))
        first, _ = await asyncio.wait_for(heard.get(), 10)
        clock.at += timedelta(minutes=2)
        finished: list[Minute] = []
        while len(finished) < 2:
            finished += (await asyncio.wait_for(heard.get(), 10))[1]

    quote = await MARKET.quote(AAPL, as_of=OPEN + timedelta(minutes=5, seconds=20))
    assert first.price == float(quote.last)
    assert first.is_simulated
    assert [each.time for each in finished] == [
        int((OPEN + timedelta(minutes=number)).timestamp()) for number in (5, 6)
    ]


async def test_a_replay_that_begins_again_is_told_from_its_start() -> None:
    clock = Present()
    clock.at = OPEN + timedelta(hours=6)
    heard: asyncio.Queue[Live] = asyncio.Queue()

    async with _running([PolledStream(MARKET, clock, beat=0.01)], clock) as live:
        live.subscribe(AAPL, lambda news, _: heard.put_nowait(news))
        await asyncio.wait_for(heard.get(), 10)
        clock.at = OPEN + timedelta(seconds=30)
        live.subscribe(BTC, lambda *_: None)  # a wish, so that the feed looks at once
        while (news := await asyncio.wait_for(heard.get(), 10)).at > clock.at.timestamp():
            pass

    assert news.at == clock.at.timestamp()


async def test_a_leader_that_was_replaced_is_not_listened_to() -> None:
    bus, heard = MemoryBus(), []
    live = LiveFeed(bus)
    live.start()
    live.subscribe(BTC, lambda news, _: heard.append((news.epoch, news.number)))
    await asyncio.sleep(0)

    def said(epoch: int, number: int) -> Live:
        return Live(
            symbol=BTC,
            epoch=epoch,
            number=number,
            price=1.0,
            at=0.0,
            forming=None,
            recent=(),
            provider="p",
        )

    for epoch, number in ((1, 1), (1, 2), (1, 2), (2, 1), (1, 3), (2, 2)):
        await bus.say([said(epoch, number)])
    await live.close()

    assert heard == [(1, 1), (1, 2), (2, 1), (2, 2)]
