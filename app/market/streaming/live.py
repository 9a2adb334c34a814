"""The listener's side of the feed, for web processes and for whoever watches prices."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from uuid import uuid4

from redis.exceptions import RedisError

from app.core.symbols import Symbol
from app.infra.running import end
from app.infra.telemetry import get_logger
from app.market.streaming.bus import WANTED_SECONDS, Bus
from app.market.streaming.messages import Live, Pulse
from app.market.vendor import Minute

LOST_SECONDS = 5.0
"""Without a sign of the leader for so long the feed counts as lost."""

_log = get_logger(__name__)

Listener = Callable[[Live, Sequence[Minute]], None]
"""Called with the present of a symbol and the minutes that were finished or corrected since."""


class LiveFeed:
    """What a process hears of the feed. Start it inside of a running loop."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._name = uuid4().hex
        self._listeners: dict[Symbol, set[Listener]] = {}
        self._last: dict[Symbol, Live] = {}
        self._changed = asyncio.Event()
        self._epoch = 0
        self._sign_at: float | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def wanted(self) -> frozenset[Symbol]:
        return frozenset(self._listeners)

    @property
    def silent_seconds(self) -> float | None:
        """Since when the feed is lost; None while it gives signs, or in its first moments."""
        if self._sign_at is None:
            return None
        silent = asyncio.get_running_loop().time() - self._sign_at
        return silent if silent > LOST_SECONDS else None

    def start(self) -> None:
        self._sign_at = asyncio.get_running_loop().time()
        self._tasks = [
            asyncio.create_task(self._bus.listen(lambda: self.wanted, self._heard)),
            asyncio.create_task(self._wish()),
        ]

    async def close(self) -> None:
        await end(self._tasks)
        with contextlib.suppress(RedisError):
            await self._bus.want(self._name, ())
        await self._bus.close()

    def subscribe(self, symbol: Symbol, listener: Listener) -> Callable[[], None]:
        """Hear of `symbol` from now on; returns the end of it."""
        self._listeners.setdefault(symbol, set()).add(listener)
        self._changed.set()

        def leave() -> None:
            listeners = self._listeners.get(symbol, set())
            listeners.discard(listener)
            if not listeners:
                self._listeners.pop(symbol, None)
                self._last.pop(symbol, None)
                self._changed.set()

        return leave

    async def last(self, symbol: Symbol) -> Live | None:
        """What was said of `symbol` last, which may be long ago; None if nothing is known."""
        if symbol in self._last:
            return self._last[symbol]
        try:
            return (await self._bus.last([symbol])).get(symbol)
        except RedisError:
            return None

    def _heard(self, news: Live | Pulse) -> None:
        if news.epoch < self._epoch:
            return  # a leader that was replaced and does not know it
        self._epoch = news.epoch
        self._sign_at = asyncio.get_running_loop().time()
        if isinstance(news, Pulse):
            return
        before = self._last.get(news.symbol)
        if not news.is_after(before):
            return
        self._last[news.symbol] = news
        finished = news.news_since(before) if before else ()
        for listener in list(self._listeners.get(news.symbol, ())):
            listener(news, finished)

    async def _wish(self) -> None:
        """Tell the feed what is wanted, on every change and before it is forgotten."""
        while True:
            self._changed.clear()
            try:
                await self._bus.want(self._name, self.wanted)
            except RedisError as error:
                _log.warning("wishes cannot be told", reason=type(error).__name__)
                await asyncio.sleep(1.0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WANTED_SECONDS / 3):
                    await self._changed.wait()
