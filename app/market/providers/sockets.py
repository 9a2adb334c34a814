"""Streams over WebSockets: what vendors' streams have in common, whatever they say.

Decided: `websockets` directly. The vendors' own clients reconnect by themselves and tell nobody, so
the minutes missed meanwhile could not be filled in. A stream is one line, a connection to one of the
addresses that the vendor has: a plan without indices refuses that line and leaves the others alone.
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
from app.market.vendor import NotCovered, Refused, StreamEvent, StreamLost, VendorStream

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
    """One line: an address, the dialect spoken there and the instruments that it `carries`."""

    def __init__(
        self,
        provider: Provider,
        address: str,
        dialect: Dialect,
        carries: Callable[[Instrument], bool],
    ) -> None:
        self._provider = provider
        self._address = address
        self._dialect = dialect
        self._carries = carries
        self._wanted: set[Symbol] = set()
        self._told: set[Symbol] = set()
        self._newest: set[Symbol] = set()
        self._socket: ClientConnection | None = None

    @property
    @override
    def provider(self) -> Provider:
        return self._provider

    @override
    def covers(self, instrument: Instrument) -> bool:
        return self._carries(instrument)

    @override
    async def follow(self, instruments: Collection[Instrument]) -> None:
        self._wanted = {each.symbol for each in instruments if self._carries(each)}
        try:
            await self._tell()
        except WebSocketException:
            return  # the reader of this connection finds out and says so

    @override
    async def events(self) -> AsyncGenerator[StreamEvent | Refused, None]:
        name = self._dialect.name
        try:
            async with connect(self._address, open_timeout=OPEN_SECONDS) as socket:
                await self._sign_in(socket)
                self._socket, self._told, self._newest = socket, set(), set()
                await self._tell()
                async for text in socket:
                    for event in self._read(text):
                        yield event
        except (OSError, WebSocketException) as error:
            raise StreamLost(f"{name}'s stream broke: {type(error).__name__}.") from error
        finally:
            self._socket = None
        raise StreamLost(f"{name} closed its stream.")

    @override
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
        wanted = set(self._wanted)
        changes = (("subscribe", wanted - self._told), ("unsubscribe", self._told - wanted))
        self._newest = wanted - self._told or self._newest & wanted
        self._told = wanted
        for action, symbols in changes:
            if symbols:
                told = self._dialect.subscription(action, sorted(symbols))
                await socket.send(json.dumps(told))

    def _read(self, text: str | bytes) -> Iterable[StreamEvent | Refused]:
        try:
            yield from self._dialect.events(self._messages(text))
        except NotCovered as error:
            yield from self._refused(error)
        except (KeyError, ValueError, TypeError) as error:
            raise StreamLost(f"{self._dialect.name}'s stream sent what cannot be read.") from error

    def _refused(self, error: NotCovered) -> Iterable[Refused]:
        """A refusal answers the newest subscription: what was accepted before goes on."""
        refused, self._newest = self._newest, set()
        if not refused or refused == self._told:
            raise error
        self._told -= refused
        self._wanted -= refused
        for symbol in sorted(refused):
            yield Refused(symbol, error.message)

    def _messages(self, text: str | bytes) -> list[Message]:
        try:
            messages = json.loads(text)
        except ValueError as error:
            raise StreamLost(f"{self._dialect.name}'s stream sent what is not JSON.") from error
        return [each for each in messages if isinstance(each, dict)]
