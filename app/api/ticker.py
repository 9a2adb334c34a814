"""One feed per symbol, however many tabs watch it.

Decided: a feed asks the market once per beat and hands the tick to each audience, which keeps only
the latest one per symbol. Who reads slowly therefore gets fewer ticks, never old ones, and costs
no memory.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.core.clock import Clock
from app.core.errors import CoachError, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.telemetry import get_logger
from app.market.protocol import MarketData

Tick = Mapping[str, Any]

log = get_logger(__name__)


class Audience:
    """What one connection has not been told yet: the newest message per symbol."""

    def __init__(self) -> None:
        self.pending: dict[str, Tick] = {}
        self._news = asyncio.Event()

    def tell(self, key: str, message: Tick) -> None:
        self.pending[key] = message
        self._news.set()

    async def next(self) -> list[Tick]:
        """Waits until there is something to tell, then takes all of it."""
        await self._news.wait()
        self._news.clear()
        told, self.pending = list(self.pending.values()), {}
        return told


class Ticker:
    """The feeds of a process. `beat` is the seconds between two questions to the market."""

    def __init__(self, market: MarketData, clock: Clock, *, beat: float = 1.0) -> None:
        self.market = market
        self.clock = clock
        self.beat = beat
        self._audiences: dict[Symbol, set[Audience]] = {}
        self._feeds: dict[Symbol, asyncio.Task[None]] = {}
        self._last: dict[Symbol, Tick] = {}

    @property
    def now(self) -> Tick:
        return {"now": self.clock.now().timestamp()}

    @property
    def watched(self) -> frozenset[Symbol]:
        """The symbols somebody watches."""
        return frozenset(self._audiences)

    def join(self, symbol: Symbol, audience: Audience) -> None:
        """Tell `audience` the last tick of `symbol` at once, then every new one."""
        self._audiences.setdefault(symbol, set()).add(audience)
        if symbol in self._last:
            audience.tell(symbol, self._last[symbol])
        if symbol not in self._feeds:
            self._feeds[symbol] = asyncio.create_task(self._feed(symbol), name=f"feed {symbol}")

    def leave(self, symbol: Symbol, audience: Audience) -> None:
        """Stop telling `audience`; a feed nobody watches ends."""
        watching = self._audiences.get(symbol, set())
        watching.discard(audience)
        if not watching:
            self._end(symbol)

    def close(self) -> None:
        for symbol in [*self._feeds]:
            self._end(symbol)

    def _end(self, symbol: Symbol) -> None:
        self._audiences.pop(symbol, None)
        self._last.pop(symbol, None)
        feed = self._feeds.pop(symbol, None)
        if feed is not None:
            feed.cancel()

    async def _feed(self, symbol: Symbol) -> None:
        try:
            while True:
                await self._step(symbol)
                await asyncio.sleep(self.beat)
        except CoachError as error:
            self._refuse(symbol, error.message)
        except Exception:
            log.exception("feed failed", symbol=symbol)
            self._refuse(symbol, "Live prices of this symbol are not available.")

    async def _step(self, symbol: Symbol) -> None:
        try:
            tick = await live_tick(self.market, symbol, self.clock.now())
        except ProviderUnavailable as error:
            log.warning("feed waits", symbol=symbol, reason=error.message)
            return
        if tick != self._last.get(symbol):
            self._last[symbol] = tick
            for audience in self._audiences.get(symbol, ()):
                audience.tell(symbol, tick)

    def _refuse(self, symbol: Symbol, reason: str) -> None:
        for audience in self._audiences.get(symbol, ()):
            audience.tell(symbol, {"symbol": symbol, "error": reason})
        self._feeds.pop(symbol, None)
        self._audiences.pop(symbol, None)


async def live_tick(market: MarketData, symbol: Symbol, now: datetime) -> Tick:
    """The price of `symbol` and the one-minute bar its last trade fell into, as JSON."""
    quote = await market.quote(symbol, as_of=now)
    traded = int(quote.as_of.timestamp())
    minute = datetime.fromtimestamp(traded - traded % 60, UTC)
    bars = await market.bars(symbol, Timeframe.M1, start=minute, end=now, as_of=now, extended=True)
    price = float(quote.last)
    bar = {"open": price, "high": price, "low": price, "close": price, "volume": 0.0}
    if len(bars):
        bar = {name: float(getattr(bars, name)[0]) for name in bar}
    return {
        "symbol": symbol,
        "price": price,
        "time": traded,
        "phase": str(quote.phase),
        "bar": {"time": int(minute.timestamp()), **bar},
    }
