"""What pages are told of prices while the market does not answer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typing_extensions import override

from app.api import ticker as ticking
from app.api.ticker import Audience, Ticker
from app.core.clock import FrozenClock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.market.models import Instrument, Quote
from app.market.providers.simulated import SimulatedMarket
from app.market.streaming.bus import MemoryBus
from app.market.streaming.live import LiveFeed
from app.market.streaming.messages import Live
from app.market.vendor import Minute

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
BTC = Symbol("BTC/USD")


class Down(SimulatedMarket):
    """Knows its symbols and answers nothing of prices."""

    def __init__(self, failure: Exception) -> None:
        super().__init__(seed=7)
        self.failure = failure
        self.asked = 0
        self.was_asked = asyncio.Event()

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        self.asked += 1
        self.was_asked.set()
        await self.said.wait()
        raise self.failure

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        self.said = asyncio.Event()
        return await super().instrument(symbol)


@pytest.fixture
async def feed() -> AsyncIterator[LiveFeed]:
    bus = MemoryBus()
    live = LiveFeed(bus)
    live.start()
    await asyncio.sleep(0)
    yield live
    await live.close()


def _live(number: int) -> Live:
    at = int(NOW.timestamp())
    forming = Minute(BTC, at // 60 * 60, 1.0, 1.0, 1.0, 1.0, 1.0, is_final=False)
    return Live(
        symbol=BTC,
        epoch=1,
        number=number,
        price=1.0,
        at=float(at),
        forming=forming,
        recent=(),
        provider="Stream",
    )


async def _told(market: Down, feed: LiveFeed, times: int) -> tuple[Ticker, Audience]:
    """A page that watches while the feed talks and the market does not, asked `times`."""
    ticker, page = Ticker(market, FrozenClock(NOW), feed), Audience()
    ticker.join(BTC, page)
    for number in range(times):
        await asyncio.wait_for(market.was_asked.wait(), 10)
        market.was_asked.clear()
        await feed._bus.say([_live(number + 1)])
        market.said.set()
    return ticker, page


async def test_asking_again_subscribes_once(
    feed: LiveFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticking, "AGAIN_SECONDS", 0.0)
    market = Down(ProviderUnavailable("down"))

    ticker, page = await _told(market, feed, times=4)

    told: Any = page.pending[BTC]
    assert told["provider"] == "Stream"
    assert len(feed._listeners[BTC]) == 1
    ticker.leave(BTC, page)
    assert not feed.wanted


async def test_what_is_refused_is_no_longer_wanted_of_the_feed(feed: LiveFeed) -> None:
    market = Down(NotFound("There was no price yet."))

    ticker, page = await _told(market, feed, times=1)

    async with asyncio.timeout(10):
        while not any("error" in each for each in await page.next()):
            pass
    assert not ticker.watched
    assert not feed.wanted
