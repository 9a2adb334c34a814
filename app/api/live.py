"""`/api/v1/live`: live prices over one WebSocket per tab.

The protocol, JSON text frames; times are Unix seconds, prices numbers:

    client → {"subscribe": ["SPX", "BTC/USD"]}    additive
    client → {"unsubscribe": ["SPX"]}
    client → {"subscribe_levels": ["SPX"]}, {"unsubscribe_levels": ["SPX"]}
    server → {"now": 1763740865.2}                at once, then every 15 s: the market's present
    server → {"symbol", "price", "time", "phase", "bar": {time, open, high, low, close, volume},
              "provider", "delay_minutes", "is_simulated",
              "finished": [bar, …]}               minutes that ended, or were corrected, since
    server → {"symbol", "levels": {name: {price, distance, distance_pct, distance_atr, tested}},
              "as_of"}                            when they moved, every 2 s at most
    server → {"feed": "lost" | "live", "since"}   nothing new comes, or comes again
    server → {"symbol", "error"}                  nothing more will come for it
    server → {"error"}                            what was sent makes no sense; the line stays open

What a page is told is the newest state of each symbol, ten times a second at most.

Close codes: 4401 not signed in, 4403 foreign origin, 4400 too much nonsense. The token comes in the
cookie, in `Authorization: Bearer`, or as the subprotocol `bearer.<token>`; never in the address.
"""

import asyncio
from typing import Annotated, Self

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.api.auth import PROTOCOL_PREFIX, member_of_socket
from app.api.state import doors_of
from app.api.ticker import Audience, Ticker
from app.core.errors import InvalidInput, NotSignedIn
from app.core.symbols import Symbol
from app.infra.running import end
from app.infra.telemetry import bound, get_logger

SYMBOLS_PER_LINE = 60
MESSAGE_LIMIT = 8 * 1024
FAULTS_ALLOWED = 20
PULSE_SECONDS = 15
BATCH_SECONDS = 0.1

router = APIRouter()
log = get_logger(__name__)

Symbols = Annotated[list[str], Field(max_length=SYMBOLS_PER_LINE)]


class Wish(BaseModel):
    """What a client sends: symbols to begin with, symbols to end, or both."""

    model_config = ConfigDict(extra="forbid")

    subscribe: Symbols = []
    unsubscribe: Symbols = []
    subscribe_levels: Symbols = []
    unsubscribe_levels: Symbols = []

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError('write {"subscribe": [symbols]} or {"unsubscribe": [symbols]}')
        return self


@router.websocket("/api/v1/live")
async def live(socket: WebSocket) -> None:
    try:
        member = await member_of_socket(socket)
    except NotSignedIn as error:
        await socket.accept()
        await socket.close(4401, error.message)
        return
    offered = socket.scope.get("subprotocols", [])
    chosen = next((each for each in offered if each.startswith(PROTOCOL_PREFIX)), None)
    await socket.accept(subprotocol=chosen)
    with bound(member_id=member.id):
        await _Line(socket, doors_of(socket).ticker).serve()


class _Line:
    """One connection: what it watches, and the two tasks that listen and tell."""

    def __init__(self, socket: WebSocket, ticker: Ticker) -> None:
        self.socket = socket
        self.ticker = ticker
        self.audience = Audience()
        self.watching: set[Symbol] = set()
        self.mapped: set[Symbol] = set()
        self.faults = 0

    async def serve(self) -> None:
        self.ticker.enter(self.audience)
        tasks = [asyncio.create_task(each()) for each in (self._tell, self._pulse, self._listen)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error is not None and not isinstance(error, WebSocketDisconnect):
                    log.warning("line broke", reason=repr(error))
        finally:
            await end(tasks)
            self.ticker.depart(self.audience)
            for symbol in self.watching:
                self.ticker.leave(symbol, self.audience)
            for symbol in self.mapped:
                self.ticker.leave_levels(symbol, self.audience)

    async def _tell(self) -> None:
        while True:
            for message in await self.audience.next():
                await self.socket.send_json(message)
            await asyncio.sleep(BATCH_SECONDS)

    async def _pulse(self) -> None:
        while True:
            self.audience.tell("", self.ticker.now)
            await asyncio.sleep(PULSE_SECONDS)

    async def _listen(self) -> None:
        while self.faults < FAULTS_ALLOWED:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                self._follow(message.get("text") or "")
            except InvalidInput as error:
                self.faults += 1
                self.audience.tell("error", {"error": error.message})
        await self.socket.close(4400, "Too many messages that make no sense.")

    def _follow(self, text: str) -> None:
        if len(text) > MESSAGE_LIMIT:
            raise InvalidInput(f"A message may have {MESSAGE_LIMIT:,} characters at most.")
        try:
            wish = Wish.model_validate_json(text)
        except ValidationError as error:
            faults = "; ".join(fault["msg"] for fault in error.errors(include_url=False))
            raise InvalidInput(f"This is not a message I understand: {faults}") from error
        for spelled in wish.unsubscribe:
            self._leave(Symbol.parse(spelled))
        for spelled in wish.subscribe:
            self._join(spelled)
        for spelled in wish.unsubscribe_levels:
            self._leave_levels(Symbol.parse(spelled))
        for spelled in wish.subscribe_levels:
            self._join_levels(Symbol.parse(spelled))

    def _join(self, spelled: str) -> None:
        try:
            symbol = Symbol.parse(spelled)
        except InvalidInput as error:
            self.faults += 1
            self.audience.tell(spelled, {"symbol": spelled, "error": error.message})
            return
        if symbol not in self.watching and len(self.watching) >= SYMBOLS_PER_LINE:
            limit = f"One page may watch {SYMBOLS_PER_LINE} symbols at most."
            self.audience.tell(symbol, {"symbol": symbol, "error": limit})
            return
        self.watching.add(symbol)
        self.ticker.join(symbol, self.audience)

    def _join_levels(self, symbol: Symbol) -> None:
        if len(self.mapped) < SYMBOLS_PER_LINE:
            self.mapped.add(symbol)
            self.ticker.join_levels(symbol, self.audience)

    def _leave_levels(self, symbol: Symbol) -> None:
        if symbol in self.mapped:
            self.mapped.discard(symbol)
            self.ticker.leave_levels(symbol, self.audience)

    def _leave(self, symbol: Symbol) -> None:
        if symbol in self.watching:
            self.watching.discard(symbol)
            self.ticker.leave(symbol, self.audience)
