"""Alpaca's live trades and minutes.

Decided: `websockets` directly. alpaca-py's stream reconnects by itself and tells nobody, so the
minutes missed meanwhile could not be filled in; it also stands on a deprecated interface. Stocks
and crypto are two addresses, hence up to two connections, the most Alpaca allows a key.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from typing_extensions import override
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.core.clock import Clock
from app.core.errors import ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.market.models import Instrument, Provider
from app.market.providers.alpaca import DELAYS, FEEDS
from app.market.vendor import (
    Minute,
    NotCovered,
    StreamEvent,
    StreamLost,
    Throttled,
    Trade,
    VendorStream,
)

CHANNELS = ("trades", "bars", "updatedBars")
_OPEN_SECONDS = 10
_CONNECTION_LIMIT = 406
_SYMBOL_LIMIT = 405
_NOT_IN_PLAN = 409
_REFUSED = (401, 402, 404)


class AlpacaStream(VendorStream):
    """Trades as they happen, minutes when they are over and again when they are corrected."""

    def __init__(
        self, api_key: str, api_secret: str, *, feed: str, stream_url: str, clock: Clock
    ) -> None:
        self._keys = {"key": api_key, "secret": api_secret}
        base = stream_url.rstrip("/")
        self._addresses = {False: f"{base}/v2/{feed}", True: f"{base}/v1beta3/crypto/us"}
        self._provider = Provider(name=FEEDS[feed], delay_minutes=DELAYS.get(feed, 0))
        self._clock = clock
        self._lines: dict[bool, _Line] = {}
        self._changed = asyncio.Event()

    @property
    @override
    def provider(self) -> Provider:
        return self._provider

    @override
    def covers(self, instrument: Instrument) -> bool:
        return instrument.asset_class is not AssetClass.INDEX

    @override
    async def follow(self, instruments: Collection[Instrument]) -> None:
        for is_crypto, address in self._addresses.items():
            wanted = {
                each.symbol
                for each in instruments
                if self.covers(each) and (each.asset_class is AssetClass.CRYPTO) == is_crypto
            }
            line = self._lines.setdefault(is_crypto, _Line(address, self._keys))
            await line.follow(wanted)
        self._changed.set()

    @override
    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        heard: asyncio.Queue[list[StreamEvent]] = asyncio.Queue()
        running: dict[bool, asyncio.Task[None]] = {}
        try:
            while True:
                for kind, line in self._lines.items():
                    if line.wanted and kind not in running:
                        running[kind] = asyncio.create_task(line.run(heard))
                for event in await self._next(heard, running.values()):
                    yield event
        finally:
            for task in running.values():
                task.cancel()
            await asyncio.gather(*running.values(), return_exceptions=True)

    @override
    async def close(self) -> None:
        for line in self._lines.values():
            await line.close()

    async def _next(
        self,
        heard: "asyncio.Queue[list[StreamEvent]]",
        running: "Iterable[asyncio.Task[None]]",
    ) -> list[StreamEvent]:
        """What is heard next; nothing when what is followed has changed. A lost line is raised."""
        self._changed.clear()
        getting = asyncio.create_task(heard.get())
        changing = asyncio.create_task(self._changed.wait())
        lines = list(running)
        try:
            await asyncio.wait([getting, changing, *lines], return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                return getting.result()
            for line in lines:
                if line.done():
                    line.result()
            return []
        finally:
            getting.cancel()
            changing.cancel()


class _Line:
    """One connection: what is wanted of it and what it was told."""

    def __init__(self, address: str, keys: Mapping[str, str]) -> None:
        self.wanted: set[Symbol] = set()
        self._address = address
        self._keys = keys
        self._socket: ClientConnection | None = None
        self._told: set[Symbol] = set()

    async def follow(self, wanted: set[Symbol]) -> None:
        self.wanted = wanted
        try:
            await self._tell()
        except WebSocketException:
            return  # the reader of this connection finds out and says so

    async def run(self, heard: "asyncio.Queue[list[StreamEvent]]") -> None:
        """Connect, sign in, subscribe and put what is heard; ends by StreamLost or a refusal."""
        try:
            async with connect(self._address, open_timeout=_OPEN_SECONDS) as socket:
                await self._sign_in(socket)
                self._socket, self._told = socket, set()
                await self._tell()
                async for text in socket:
                    events = list(_events(_messages(text)))
                    if events:
                        heard.put_nowait(events)
        except (OSError, WebSocketException) as error:
            raise StreamLost(f"Alpaca's stream broke: {type(error).__name__}.") from error
        finally:
            self._socket = None
        raise StreamLost("Alpaca closed its stream.")

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _sign_in(self, socket: ClientConnection) -> None:
        async with asyncio.timeout(_OPEN_SECONDS):
            _check(_messages(await socket.recv()))
            await socket.send(json.dumps({"action": "auth", **self._keys}))
            _check(_messages(await socket.recv()))

    async def _tell(self) -> None:
        """Subscribe to what is newly wanted, and leave what no longer is."""
        socket = self._socket
        if socket is None:
            return
        wanted = set(self.wanted)
        changes = (("subscribe", wanted - self._told), ("unsubscribe", self._told - wanted))
        self._told = wanted
        for action, symbols in changes:
            if symbols:
                told = {channel: sorted(symbols) for channel in CHANNELS}
                await socket.send(json.dumps({"action": action, **told}))


def _messages(text: str | bytes) -> list[Mapping[str, Any]]:
    try:
        messages = json.loads(text)
    except ValueError as error:
        raise StreamLost("Alpaca's stream sent what is not JSON.") from error
    return [each for each in messages if isinstance(each, dict)]


def _events(messages: Iterable[Mapping[str, Any]]) -> Iterator[StreamEvent]:
    for message in messages:
        kind = message.get("T")
        try:
            if kind == "t":
                yield Trade(
                    Symbol(message["S"]),
                    _seconds(message["t"]),
                    float(message["p"]),
                    float(message["s"]),
                )
            elif kind in ("b", "u"):
                yield _minute(message)
        except (KeyError, ValueError, TypeError) as error:
            raise StreamLost("Alpaca's stream sent what cannot be read.") from error
        if kind == "error":
            raise _refusal(message)


def _minute(message: Mapping[str, Any]) -> Minute:
    opened, high, low, close, volume = (float(message[name]) for name in "ohlcv")
    return Minute(
        Symbol(message["S"]),
        int(_seconds(message["t"])),
        opened,
        high,
        low,
        close,
        volume,
        is_final=True,
    )


def _check(messages: Iterable[Mapping[str, Any]]) -> None:
    """Raises what an answer during the sign-in refuses."""
    for message in messages:
        if message.get("T") == "error":
            raise _refusal(message)


def _refusal(message: Mapping[str, Any]) -> ProviderUnavailable:
    code, told = message.get("code"), str(message.get("msg", ""))[:200]
    if code in _REFUSED:
        return ProviderUnavailable(
            "Alpaca's stream refuses the key: check COACH_ALPACA__API_KEY and "
            "COACH_ALPACA__API_SECRET."
        )
    if code in (_NOT_IN_PLAN, _SYMBOL_LIMIT):
        return NotCovered(f"The plan of the Alpaca key does not include this stream: {told}.")
    if code == _CONNECTION_LIMIT:
        return Throttled("Another program uses the one stream that the Alpaca key allows.")
    return StreamLost(f"Alpaca's stream says: {told}.")


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
