"""Seven crypto exchanges over any market: markets, bars in pages, last prices, live streams.

Each answers in its own language at its own address, `base_urls[name]`. What a market cannot tell
(trades as they happen) is said by `trade` and `minute`; an exchange's own recorded answers replace
what would be made up, by path, in `recorded`.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.core.clock import Clock
from app.core.symbols import AssetClass, Symbol
from app.market.protocol import MarketData
from app.market.standins.exchanges_dialects import DIALECTS
from app.market.standins.exchanges_words import (
    MARKETS,
    Candles,
    Coin,
    Following,
    Known,
    Last,
    Question,
    Row,
    Traded,
    plain,
)
from app.market.standins.serving import Faults, Log, served

_SINCE = 946_684_800
"""No exchange has bars of before 2000."""


@dataclass(slots=True, eq=False)
class _Line:
    """One open stream and what it follows."""

    socket: WebSocket
    exchange: str
    trades: set[str] = field(default_factory=set)
    minutes: set[str] = field(default_factory=set)

    def change(self, asked: Following) -> None:
        if asked.is_over:
            self.trades -= asked.trades
            self.minutes -= asked.minutes
        else:
            self.trades |= asked.trades
            self.minutes |= asked.minutes


@dataclass(slots=True)
class ExchangesStandIn:
    """A running stand-in of all seven. `trade` and `minute` speak to those who follow a symbol,
    `cut` ends every stream; `opened` counts the streams there ever were."""

    market: MarketData
    clock: Clock
    coins: tuple[Coin, ...] = ()
    host: str = ""
    faults: Faults = field(default_factory=Faults)
    log: Log = field(default_factory=Log)
    recorded: dict[str, Any] = field(default_factory=dict)
    opened: int = 0
    _lines: list[_Line] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _number: int = 0

    @property
    def base_urls(self) -> Mapping[str, str]:
        return {name: f"http://{self.host}/{name}" for name in DIALECTS}

    def followed(self, exchange: str) -> frozenset[Symbol]:
        """The symbols whose trades somebody follows there now."""
        lines = [each for each in self._lines if each.exchange == exchange]
        return frozenset(
            Symbol(f"{coin.base}/USD")
            for coin in self.coins
            if any(DIALECTS[exchange].market(coin.base) in each.trades for each in lines)
        )

    async def wait_followed(self, exchange: str, *symbols: str) -> None:
        """Until exactly these are followed, their minutes too where the exchange sends them."""
        dialect = DIALECTS[exchange]
        markets = {dialect.market(each.split("/")[0]) for each in symbols}

        def is_so() -> bool:
            lines = [each for each in self._lines if each.exchange == exchange]
            minutes = {market for each in lines for market in each.minutes}
            is_told = not dialect.has_minutes or markets <= minutes
            return is_told and self.followed(exchange) == set(symbols)

        async with self._changed:
            await self._changed.wait_for(is_so)

    async def trade(self, exchange: str, symbol: str, price: str, size: str = "0.5") -> None:
        """A trade at the clock's present."""
        self._number += 1
        market = DIALECTS[exchange].market(symbol.split("/")[0])
        at = int(self.clock.now().timestamp() * 1000)
        told = Traded(market=market, at=at, price=price, size=size, number=self._number)
        await self._say(exchange, DIALECTS[exchange].trade(told), trades=market)

    async def minute(self, exchange: str, symbol: str, row: Row, *, is_final: bool) -> None:
        market = DIALECTS[exchange].market(symbol.split("/")[0])
        told = DIALECTS[exchange].minute(market, row, is_final=is_final)
        await self._say(exchange, told, minutes=market)

    async def say(self, exchange: str, text: str) -> None:
        """Any text to every stream of an exchange."""
        for line in list(self._lines):
            if line.exchange == exchange:
                await line.socket.send_text(text)

    async def cut(self) -> None:
        for line in list(self._lines):
            await line.socket.close(1011)

    async def _say(self, exchange: str, told: Any, *, trades: str = "", minutes: str = "") -> None:
        for line in list(self._lines):
            is_followed = trades in line.trades or minutes in line.minutes
            if line.exchange == exchange and is_followed:
                await line.socket.send_text(json.dumps(told))

    async def asked(self, request: Request) -> Response:
        self.log.note(request)
        fault = await self.faults.answer()
        if fault is not None:
            return fault
        exchange, path = request.path_params["exchange"], "/" + request.path_params["path"]
        if path in self.recorded:
            return JSONResponse(self.recorded[path])
        dialect = DIALECTS[exchange]
        stream = f"ws://{self.host}/{exchange}/stream"
        question = dialect.question(path, {**request.query_params, "stream": stream})
        if question is None:
            return PlainTextResponse("not found", 404)
        return JSONResponse(await self._answer(exchange, question))

    async def _answer(self, exchange: str, question: Question) -> Any:
        dialect = DIALECTS[exchange]
        if isinstance(question, Known):
            return question.answer
        if isinstance(question, Candles):
            return dialect.candles(question.market, await self._rows(exchange, question))
        if isinstance(question, Last):
            symbol = self._symbol(exchange, question.market)
            quote = await self.market.quote(symbol, as_of=self.clock.now())
            at = int(quote.as_of.timestamp() * 1000)
            return dialect.last(question.market, plain(float(quote.last)), at)
        assert question == MARKETS, question  # noqa: S101 - nothing else can be asked
        return dialect.markets(self.coins)

    async def _rows(self, exchange: str, asked: Candles) -> list[Row]:
        now = self.clock.now()
        bars = await self.market.bars(
            self._symbol(exchange, asked.market),
            asked.timeframe,
            start=datetime.fromtimestamp(max(asked.start, _SINCE), UTC),
            end=min(now, datetime.fromtimestamp(min(asked.end, 1 << 32), UTC)),
            as_of=now,
        )
        columns = (bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume)
        rows: list[Row] = list(zip(*(each.tolist() for each in columns), strict=True))
        if asked.newest is not None:
            return rows[-asked.newest :]
        return rows[: asked.oldest]

    def _symbol(self, exchange: str, market: str) -> Symbol:
        names = {DIALECTS[exchange].market(coin.base): coin.base for coin in self.coins}
        return Symbol(f"{names[market]}/USD")

    async def stream(self, socket: WebSocket) -> None:
        exchange = socket.path_params["exchange"]
        dialect, line = DIALECTS[exchange], _Line(socket, exchange)
        await socket.accept()
        self.opened += 1
        self._lines.append(line)
        try:
            if dialect.greeting is not None:
                await socket.send_json(dialect.greeting)
            while True:
                text = await socket.receive_text()
                if text == "ping":
                    await socket.send_text("pong")
                    continue
                await self._heard(line, dialect.heard(json.loads(text)))
        except WebSocketDisconnect:
            return
        finally:
            self._lines.remove(line)

    async def _heard(self, line: _Line, asked: Following) -> None:
        if asked.reply is not None:
            await line.socket.send_json(asked.reply)
        async with self._changed:
            line.change(asked)
            self._changed.notify_all()


@asynccontextmanager
async def exchanges_stand_in(
    market: MarketData, clock: Clock
) -> AsyncGenerator[ExchangesStandIn, None]:
    """Serve the coins of `market` as the seven exchanges would at the clock's present."""
    coins = tuple(
        Coin(each.symbol.split("/")[0], f"{Decimal(1).scaleb(-each.decimals):f}")
        for each in await market.instruments()
        if each.asset_class is AssetClass.CRYPTO
    )
    stand_in = ExchangesStandIn(market, clock, coins)
    app = Starlette(
        routes=[
            Route("/{exchange}/{path:path}", stand_in.asked, methods=["GET", "POST"]),
            WebSocketRoute("/{exchange}/{path:path}", stand_in.stream),
            WebSocketRoute("/{exchange}", stand_in.stream),
        ]
    )
    async with served(app) as stand_in.host:
        yield stand_in
