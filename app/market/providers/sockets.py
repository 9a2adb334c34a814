"""Streams over WebSockets: what vendors' streams have in common, whatever they say.

Decided: `websockets` directly. The vendors' own clients reconnect by themselves and tell nobody, so
the minutes missed meanwhile could not be filled in. A stream is one or more lines, a connection per
address that the vendor has; a line connects, signs in, subscribes and reads, and its end is the end
of the stream.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from typing_extensions import override
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.core.symbols import Symbol
from app.market.models import Instrument, Provider
from app.market.vendor import StreamEvent, StreamLost, VendorStream

OPEN_SECONDS = 10
Message = Mapping[str, Any]


class Dialect(Protocol):
    """What a vendor wants to hear and what it means by what it says."""

    @property
    def name(self) -> str:
        """The vendor's, for messages."""
        ...

    def sign_in(self) -> Message: ...

    def check(self, messages: Iterable[Message]) -> None:
        """Raise what an answer refuses."""
        ...

    def subscription(self, action: str, symbols: Collection[Symbol]) -> Message:
        """The message of an `action`, subscribe or unsubscribe."""
        ...

    def events(self, messages: Iterable[Message]) -> Iterable[StreamEvent]:
        """What messages tell of prices; what they refuse is raised."""
        ...


class SocketStream(VendorStream):
    """A stream of lines. `line_of` names the line of an instrument, None for what has none."""

    def __init__(
        self,
        provider: Provider,
        lines: Mapping[str, tuple[str, Dialect]],
        line_of: Callable[[Instrument], str | None],
    ) -> None:
        self._provider = provider
        self._lines = {name: _Line(address, dialect) for name, (address, dialect) in lines.items()}
        self._line_of = line_of
        self._changed = asyncio.Event()

    @property
    @override
    def provider(self) -> Provider:
        return self._provider

    @override
    def covers(self, instrument: Instrument) -> bool:
        return self._line_of(instrument) is not None

    @override
    async def follow(self, instruments: Collection[Instrument]) -> None:
        for name, line in self._lines.items():
            await line.follow({each.symbol for each in instruments if self._line_of(each) == name})
        self._changed.set()

    @override
    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        heard: asyncio.Queue[list[StreamEvent]] = asyncio.Queue()
        running: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                for name, line in self._lines.items():
                    if line.wanted and name not in running:
                        running[name] = asyncio.create_task(line.run(heard))
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

    def __init__(self, address: str, dialect: Dialect) -> None:
        self.wanted: set[Symbol] = set()
        self._address = address
        self._dialect = dialect
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
        name = self._dialect.name
        try:
            async with connect(self._address, open_timeout=OPEN_SECONDS) as socket:
                await self._sign_in(socket)
                self._socket, self._told = socket, set()
                await self._tell()
                async for text in socket:
                    events = list(self._read(text))
                    if events:
                        heard.put_nowait(events)
        except (OSError, WebSocketException) as error:
            raise StreamLost(f"{name}'s stream broke: {type(error).__name__}.") from error
        finally:
            self._socket = None
        raise StreamLost(f"{name} closed its stream.")

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _sign_in(self, socket: ClientConnection) -> None:
        async with asyncio.timeout(OPEN_SECONDS):
            self._dialect.check(self._messages(await socket.recv()))
            await socket.send(json.dumps(self._dialect.sign_in()))
            self._dialect.check(self._messages(await socket.recv()))

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
                told = self._dialect.subscription(action, sorted(symbols))
                await socket.send(json.dumps(told))

    def _read(self, text: str | bytes) -> Iterable[StreamEvent]:
        try:
            yield from self._dialect.events(self._messages(text))
        except (KeyError, ValueError, TypeError) as error:
            raise StreamLost(f"{self._dialect.name}'s stream sent what cannot be read.") from error

    def _messages(self, text: str | bytes) -> list[Message]:
        try:
            messages = json.loads(text)
        except ValueError as error:
            raise StreamLost(f"{self._dialect.name}'s stream sent what is not JSON.") from error
        return [each for each in messages if isinstance(each, dict)]
