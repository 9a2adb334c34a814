"""What open pages are told of prices: one subscription a symbol and process, however many tabs.

Decided: each page keeps only the latest state per symbol until it is sent, so who reads slowly gets
fewer ticks, never old ones, and costs no memory; minutes that ended meanwhile are kept with it, the
last half hour of them. Levels are mapped once for all who watch a symbol, and again when its price
has moved.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.core.clock import Clock
from app.core.errors import CoachError, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.running import end
from app.infra.telemetry import get_logger
from app.levels.models import Level
from app.levels.service import map_levels
from app.market.calendar import phase_at
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.market.streaming.live import LiveFeed
from app.market.streaming.messages import Live, bar_of
from app.market.vendor import Minute

Tick = Mapping[str, Any]

LEVELS_SECONDS = 2.0
AGAIN_SECONDS = 2.0
FINISHED_KEPT = 30
_LOOK_SECONDS = 1.0

log = get_logger(__name__)


class Audience:
    """What one connection has not been told yet: the newest message per key."""

    def __init__(self) -> None:
        self.pending: dict[str, Tick] = {}
        self._news = asyncio.Event()

    def tell(self, key: str, message: Tick) -> None:
        waiting = self.pending.get(key)
        if waiting is not None and waiting.get("finished"):
            both = [*waiting["finished"], *message.get("finished", ())]
            message = {**message, "finished": _each_once(both)[-FINISHED_KEPT:]}
        self.pending[key] = message
        self._news.set()

    async def next(self) -> list[Tick]:
        """Waits until there is something to tell, then takes all of it."""
        await self._news.wait()
        self._news.clear()
        told, self.pending = list(self.pending.values()), {}
        return told


@dataclass(slots=True)
class _Watch:
    """A symbol that somebody watches."""

    audiences: set[Audience] = field(default_factory=set)
    starting: "asyncio.Task[None] | None" = None
    leave: Callable[[], None] | None = None
    instrument: Instrument | None = None
    last: Tick | None = None


@dataclass(slots=True)
class _LevelsWatch:
    audiences: set[Audience] = field(default_factory=set)
    mapping: "asyncio.Task[None] | None" = None
    last: Tick | None = None


class Ticker:
    """The prices that pages of this process watch. `feed` says what is new; what it has not told
    yet, or not lately, is asked of `market`."""

    def __init__(self, market: MarketData, clock: Clock, feed: LiveFeed) -> None:
        self.market = market
        self.clock = clock
        self.feed = feed
        self._watches: dict[Symbol, _Watch] = {}
        self._levels: dict[Symbol, _LevelsWatch] = {}
        self._everyone: set[Audience] = set()
        self._was_lost = False
        self._watching: asyncio.Task[None] | None = None

    @property
    def now(self) -> Tick:
        return {"now": self.clock.now().timestamp()}

    @property
    def watched(self) -> frozenset[Symbol]:
        """The symbols somebody watches."""
        return frozenset(self._watches)

    def start(self) -> None:
        self.feed.start()
        self._watching = asyncio.create_task(self._watch_feed())

    async def close(self) -> None:
        for symbol in [*self._watches]:
            self._end(symbol)
        for symbol in [*self._levels]:
            self._end_levels(symbol)
        if self._watching is not None:
            await end([self._watching])
        await self.feed.close()

    def enter(self, audience: Audience) -> None:
        """A page opened: it is told when the feed is lost and when it is back."""
        self._everyone.add(audience)
        if self._was_lost:
            audience.tell("feed", self._feed_message())

    def depart(self, audience: Audience) -> None:
        self._everyone.discard(audience)

    def join(self, symbol: Symbol, audience: Audience) -> None:
        """Tell `audience` the last tick of `symbol` at once, then every new one."""
        watch = self._watches.get(symbol)
        if watch is None:
            watch = self._watches[symbol] = _Watch()
            watch.starting = asyncio.create_task(self._begin(symbol, watch))
        watch.audiences.add(audience)
        if watch.last is not None:
            audience.tell(symbol, watch.last)

    def leave(self, symbol: Symbol, audience: Audience) -> None:
        """Stop telling `audience`; what nobody watches is no longer wanted of the feed."""
        watch = self._watches.get(symbol)
        if watch is None:
            return
        watch.audiences.discard(audience)
        if not watch.audiences:
            self._end(symbol)

    def join_levels(self, symbol: Symbol, audience: Audience) -> None:
        """Tell `audience` the levels of `symbol` now and whenever they moved."""
        watch = self._levels.get(symbol)
        if watch is None:
            watch = self._levels[symbol] = _LevelsWatch()
            watch.mapping = asyncio.create_task(self._map(symbol, watch))
        watch.audiences.add(audience)
        if watch.last is not None:
            audience.tell(f"levels:{symbol}", watch.last)

    def leave_levels(self, symbol: Symbol, audience: Audience) -> None:
        watch = self._levels.get(symbol)
        if watch is None:
            return
        watch.audiences.discard(audience)
        if not watch.audiences:
            self._end_levels(symbol)

    def _end(self, symbol: Symbol) -> None:
        watch = self._watches.pop(symbol)
        if watch.starting is not None:
            watch.starting.cancel()
        if watch.leave is not None:
            watch.leave()

    def _end_levels(self, symbol: Symbol) -> None:
        watch = self._levels.pop(symbol)
        if watch.mapping is not None:
            watch.mapping.cancel()

    async def _begin(self, symbol: Symbol, watch: _Watch) -> None:
        """Ask what `symbol` is and where it stands, and listen from then on."""
        while True:
            try:
                watch.instrument = await self.market.instrument(symbol)
                if watch.leave is None:
                    watch.leave = self.feed.subscribe(symbol, self._hearing(symbol))
                first = await first_tick(self.market, symbol, self.clock.now())
                if watch.last is None or first["time"] > watch.last["time"]:
                    self._tell(symbol, first)
                said = await self.feed.last(symbol)
                if said is not None and said.at > first["time"]:
                    self._heard(symbol, said, ())
                return
            except ProviderUnavailable as error:
                log.info("a symbol waits", symbol=symbol, reason=error.message)
                await asyncio.sleep(AGAIN_SECONDS)
            except CoachError as error:
                self._refuse(symbol, error.message)
                return
            finally:
                if watch.last is None and watch.leave is not None:
                    watch.leave()
                    watch.leave = None

    def _hearing(self, symbol: Symbol) -> Callable[[Live, Sequence[Minute]], None]:
        return lambda live, finished: self._heard(symbol, live, finished)

    def _heard(self, symbol: Symbol, live: Live, finished: Sequence[Minute]) -> None:
        watch = self._watches.get(symbol)
        if watch is None or watch.instrument is None:
            return
        bar = live.forming or (live.recent[-1] if live.recent else None)
        if bar is None:
            return
        phase = phase_at(self.clock.now(), watch.instrument.calendar)
        tick = {
            "symbol": symbol,
            "price": live.price,
            "time": live.at,
            "phase": str(phase),
            "bar": bar_of(bar),
            "provider": live.provider,
            "delay_minutes": live.delay_minutes,
            "is_simulated": live.is_simulated,
            "slow_because": live.slow_because,
            "finished": [bar_of(each) for each in finished],
        }
        self._tell(symbol, tick)

    def _tell(self, symbol: Symbol, tick: Tick) -> None:
        watch = self._watches.get(symbol)
        if watch is None:
            return
        watch.last = {**tick, "finished": []}
        for audience in watch.audiences:
            audience.tell(symbol, tick)

    def _refuse(self, symbol: Symbol, reason: str) -> None:
        watch = self._watches.pop(symbol, None)
        if watch is not None and watch.leave is not None:
            watch.leave()
            watch.leave = None
        for audience in watch.audiences if watch else ():
            audience.tell(symbol, {"symbol": symbol, "error": reason})

    async def _map(self, symbol: Symbol, watch: _LevelsWatch) -> None:
        """Map the levels again whenever the price has moved."""
        seen: object = None
        while True:
            price = self._watches.get(symbol)
            present = price and price.last and (price.last["price"], price.last["bar"])
            if watch.last is None or present != seen:
                seen = present
                try:
                    await self._map_once(symbol, watch)
                except ProviderUnavailable as error:
                    log.info("levels wait", symbol=symbol, reason=error.message)
                except CoachError as error:
                    log.info("no levels", symbol=symbol, reason=error.message)
                    return
            await asyncio.sleep(LEVELS_SECONDS)

    async def _map_once(self, symbol: Symbol, watch: _LevelsWatch) -> None:
        found = await map_levels(symbol, market=self.market, as_of=self.clock.now())
        message = {
            "symbol": symbol,
            "levels": {level.name: _level(level) for level in found.levels},
            "as_of": found.as_of.timestamp(),
        }
        if watch.last is None or message["levels"] != watch.last["levels"]:
            watch.last = message
            for audience in watch.audiences:
                audience.tell(f"levels:{symbol}", message)

    async def _watch_feed(self) -> None:
        while True:
            is_lost = self.feed.silent_seconds is not None
            if is_lost != self._was_lost:
                self._was_lost = is_lost
                log.warning("feed lost" if is_lost else "feed back")
                for audience in self._everyone:
                    audience.tell("feed", self._feed_message())
            await asyncio.sleep(_LOOK_SECONDS)

    def _feed_message(self) -> Tick:
        since = self.clock.now().timestamp() - (self.feed.silent_seconds or 0.0)
        return {"feed": "lost" if self._was_lost else "live", "since": since}


async def first_tick(market: MarketData, symbol: Symbol, now: datetime) -> Tick:
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
        "provider": quote.provider.name,
        "delay_minutes": quote.provider.delay_minutes,
        "is_simulated": quote.provider.is_simulated,
        "slow_because": "",
        "finished": [],
    }


def _level(level: Level) -> Tick:
    return {
        "price": float(level.price),
        "distance": float(level.distance),
        "distance_pct": float(level.distance_pct),
        "distance_atr": None if level.distance_atr is None else float(level.distance_atr),
        "tested": level.tested,
    }


def _each_once(bars: Sequence[Tick]) -> list[Tick]:
    """By time, the last said of each."""
    return sorted({bar["time"]: bar for bar in bars}.values(), key=lambda bar: bar["time"])
