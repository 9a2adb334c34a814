"""How the feed and its listeners reach each other.

Decided: Valkey's publish and subscribe carry what is new, one key per symbol keeps what was said
last for whoever joins, and each listener renews a key with the symbols it wants. Nothing here is
worth keeping: after a loss of Valkey everything is said again.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Protocol

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from typing_extensions import override

from app.core.symbols import Symbol
from app.infra.queue import client_url
from app.infra.telemetry import get_logger
from app.market.streaming.messages import Live, Pulse

WANTED_SECONDS = 10
"""Wishes that are not renewed for so long are forgotten."""

_LAST_SECONDS = 3 * 24 * 3600
_SAID = "market.feed.said:"
_LAST = "market.feed.last:"
_WANTED = "market.feed.wanted:"
_NUDGE = "market.feed.nudge"
_PULSE = "market.feed.pulse"
_AGAIN_SECONDS = 0.5
_log = get_logger(__name__)

Heard = Callable[[Live | Pulse], None]


class Bus(Protocol):
    """Between one feed and many listeners."""

    async def say(self, news: Sequence[Live]) -> None:
        """Tell the listeners of each symbol, and keep it for those to come."""
        ...

    async def pulse(self, pulse: Pulse) -> None: ...

    async def wanted(self) -> frozenset[Symbol]:
        """What any listener wants now."""
        ...

    async def wish_changed(self, seconds: float) -> None:
        """Wait until a listener changed its wishes, `seconds` at most."""
        ...

    async def want(self, listener: str, symbols: Collection[Symbol]) -> None:
        """What `listener` wants from now on; to be renewed."""
        ...

    async def last(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Live]: ...

    async def listen(self, wanted: Callable[[], Collection[Symbol]], heard: Heard) -> None:
        """Hand what is said of the symbols `wanted` to `heard`, for ever; heals by itself."""
        ...

    async def close(self) -> None: ...


class MemoryBus(Bus):
    """The bus inside of one process, for a web process that has no queue."""

    def __init__(self) -> None:
        self._heard: list[tuple[Callable[[], Collection[Symbol]], Heard]] = []
        self._wanted: dict[str, frozenset[Symbol]] = {}
        self._last: dict[Symbol, Live] = {}
        self._nudge = asyncio.Event()

    @override
    async def say(self, news: Sequence[Live]) -> None:
        for live in news:
            self._last[live.symbol] = live
            for wanted, heard in list(self._heard):
                if live.symbol in wanted():
                    heard(live)

    @override
    async def pulse(self, pulse: Pulse) -> None:
        for _, heard in list(self._heard):
            heard(pulse)

    @override
    async def wanted(self) -> frozenset[Symbol]:
        return frozenset().union(*self._wanted.values())

    @override
    async def wish_changed(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nudge.wait()
        self._nudge.clear()

    @override
    async def want(self, listener: str, symbols: Collection[Symbol]) -> None:
        self._wanted[listener] = frozenset(symbols)
        self._nudge.set()

    @override
    async def last(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Live]:
        return {symbol: self._last[symbol] for symbol in symbols if symbol in self._last}

    @override
    async def listen(self, wanted: Callable[[], Collection[Symbol]], heard: Heard) -> None:
        entry = (wanted, heard)
        self._heard.append(entry)
        try:
            await asyncio.Event().wait()
        finally:
            self._heard.remove(entry)

    @override
    async def close(self) -> None:
        return


class ValkeyBus(Bus):
    """The bus between processes."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(
            client_url(url), socket_connect_timeout=2, health_check_interval=15
        )
        self._nudges: PubSub | None = None

    @override
    async def say(self, news: Sequence[Live]) -> None:
        async with self._client.pipeline(transaction=False) as pipe:
            for live in news:
                text = live.text()
                pipe.set(_LAST + live.symbol, text, ex=_LAST_SECONDS)
                pipe.publish(_SAID + live.symbol, text)
            await pipe.execute()

    @override
    async def pulse(self, pulse: Pulse) -> None:
        await self._client.publish(_PULSE, pulse.text())

    @override
    async def wanted(self) -> frozenset[Symbol]:
        keys = [key async for key in self._client.scan_iter(match=f"{_WANTED}*", count=1000)]
        lists = await self._client.mget(keys) if keys else []
        return frozenset(Symbol(name) for text in lists if text for name in json.loads(text))

    @override
    async def wish_changed(self, seconds: float) -> None:
        if self._nudges is None:
            self._nudges = self._client.pubsub()
            await self._nudges.subscribe(_NUDGE)
        await self._nudges.get_message(ignore_subscribe_messages=True, timeout=seconds)

    @override
    async def want(self, listener: str, symbols: Collection[Symbol]) -> None:
        async with self._client.pipeline(transaction=False) as pipe:
            pipe.set(_WANTED + listener, json.dumps(sorted(symbols)), ex=WANTED_SECONDS)
            pipe.publish(_NUDGE, listener)
            await pipe.execute()

    @override
    async def last(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Live]:
        if not symbols:
            return {}
        texts = await self._client.mget([_LAST + symbol for symbol in symbols])
        return {live.symbol: live for text in texts if text and (live := _read(text))}

    @override
    async def listen(self, wanted: Callable[[], Collection[Symbol]], heard: Heard) -> None:
        while True:
            try:
                async with self._client.pubsub() as said:
                    await said.subscribe(_PULSE)
                    async for _ in self._hear(said, wanted, heard):
                        pass
            except (RedisError, OSError) as error:
                _log.warning("the feed's bus is away", reason=type(error).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _hear(
        self, said: PubSub, wanted: Callable[[], Collection[Symbol]], heard: Heard
    ) -> AsyncIterator[None]:
        told: frozenset[Symbol] = frozenset()
        while True:
            now = frozenset(wanted())
            if now - told:
                await said.subscribe(*(_SAID + symbol for symbol in now - told))
            if told - now:
                await said.unsubscribe(*(_SAID + symbol for symbol in told - now))
            told = now
            message = await said.get_message(ignore_subscribe_messages=True, timeout=0.2)
            if message is not None:
                is_pulse = message["channel"] == _PULSE.encode()
                news = Pulse.of(message["data"]) if is_pulse else _read(message["data"])
                if news is not None:
                    heard(news)
            yield

    @override
    async def close(self) -> None:
        if self._nudges is not None:
            await self._nudges.aclose()  # type: ignore[no-untyped-call]
        await self._client.aclose()


def _read(text: str | bytes) -> Live | None:
    try:
        return Live.of(text)
    except (ValueError, KeyError, TypeError):
        _log.warning("a message of the feed cannot be read")
        return None
