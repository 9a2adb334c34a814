"""Massive's interface over any market: aggregates in pages, snapshots, references, chains, streams.

What a market cannot tell (splits, chains, what a ticker is) is given to it as the vendor's own JSON;
`recorded` answers, by path, come before anything else. `dated` holds rows by path (earnings, yields)
that are filtered by their date and ticker and given in pages; a path of `not_entitled` is refused as
a plan without it is, a market of `not_streamed` when it is subscribed to.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.core.clock import Clock
from app.core.errors import CoachError
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import phase_at
from app.market.models import Bars, Phase, Quote
from app.market.protocol import MarketData
from app.market.standins.serving import Faults, Log, served

KEY = "stand-in-key"

_NEW_YORK = ZoneInfo("America/New_York")
_TIMEFRAMES = {
    "1/minute": Timeframe.M1,
    "5/minute": Timeframe.M5,
    "15/minute": Timeframe.M15,
    "1/hour": Timeframe.H1,
    "1/day": Timeframe.D1,
}


@dataclass(slots=True)
class MassiveStandIn:
    """A running stand-in. `say` sends messages to every stream that is open, `cut` ends them."""

    market: MarketData
    clock: Clock
    host: str = ""
    page_size: int = 50_000
    is_delayed: bool = False
    faults: Faults = field(default_factory=Faults)
    log: Log = field(default_factory=Log)
    recorded: dict[str, Any] = field(default_factory=dict)
    dated: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    not_entitled: set[str] = field(default_factory=set)
    not_streamed: set[str] = field(default_factory=set)
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[Mapping[str, Any]] = field(default_factory=list)
    sockets: list[WebSocket] = field(default_factory=list)
    refusal: Mapping[str, Any] | None = None
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def base_url(self) -> str:
        return f"http://{self.host}"

    @property
    def stream_url(self) -> str:
        return f"ws://{self.host}"

    @property
    def status(self) -> str:
        return "DELAYED" if self.is_delayed else "OK"

    async def say(self, *messages: Mapping[str, Any]) -> None:
        for each in list(self.sockets):
            await each.send_text(json.dumps(messages))

    async def cut(self) -> None:
        cut, self.sockets = self.sockets, []
        for each in cut:
            await each.close(1011)

    async def answer(self, request: Request) -> Response:
        self.log.note(request)
        fault = await self.faults.answer()
        if fault is not None:
            return fault
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return JSONResponse({"status": "ERROR", "error": "Unknown API Key"}, 401)
        if request.url.path in self.not_entitled:
            refusal = "You are not entitled to this data. Please upgrade your plan."
            return JSONResponse({"status": "NOT_AUTHORIZED", "message": refusal}, 403)
        if request.url.path in self.recorded:
            return JSONResponse(self.recorded[request.url.path])
        try:
            return await self._made(request)
        except CoachError as error:
            return JSONResponse({"status": "NOT_FOUND", "message": error.message}, 404)

    async def _made(self, request: Request) -> Response:
        """An answer out of the market."""
        path = request.url.path
        if path in self.dated:
            return self._dated(request)
        if path.startswith("/v2/aggs/"):
            return await self._aggregates(request)
        if path == "/v3/snapshot/indices":
            return await self._index(request.query_params["ticker.any_of"])
        if path.startswith("/v2/snapshot/"):
            return await self._snapshot(path.rpartition("/")[2])
        if path.startswith("/v3/reference/tickers/"):
            return await self._ticker(path.rpartition("/")[2])
        if path == "/v1/marketstatus/now":
            return JSONResponse(self._market_status())
        return JSONResponse({"status": self.status, "results": []})

    def _market_status(self) -> dict[str, Any]:
        now = self.clock.now()
        words = {Phase.REGULAR: "open", Phase.CLOSED: "closed"}
        market = words.get(phase_at(now), "extended-hours")
        return {
            "market": market,
            "serverTime": now.isoformat(),
            "exchanges": dict.fromkeys(("nyse", "nasdaq", "otc"), market),
        }

    def _dated(self, request: Request) -> Response:
        asked, path = request.query_params, request.url.path
        first, last = asked.get("date.gte", ""), asked.get("date.lte", "9999")
        rows = [
            row
            for row in self.dated[path]
            if first <= row["date"] <= last and asked.get("ticker") in (None, row.get("ticker"))
        ]
        begin = int(asked.get("cursor", 0))
        size = min(int(asked.get("limit", 100)), self.page_size)
        answer: dict[str, Any] = {"status": "OK", "results": rows[begin : begin + size]}
        if begin + size < len(rows):
            rest = urlencode({**asked, "cursor": begin + size})
            answer["next_url"] = f"https://elsewhere.example{path}?{rest}"
        return JSONResponse(answer)

    async def _aggregates(self, request: Request) -> Response:
        _, _, _, _, ticker, _, count, unit, first, last = request.url.path.split("/")
        timeframe = _TIMEFRAMES[f"{count}/{unit}"]
        found = await self.market.bars(
            _symbol(ticker),
            timeframe,
            start=datetime.fromtimestamp(int(first) / 1000, UTC),
            end=datetime.fromtimestamp((int(last) + 1) / 1000, UTC),
            as_of=self.clock.now() - timedelta(minutes=15 * self.is_delayed),
            extended=timeframe.is_intraday,
        )
        begin = int(request.query_params.get("cursor", 0))
        rows = _rows(found)
        answer: dict[str, Any] = {
            "ticker": ticker,
            "status": self.status,
            "adjusted": True,
            "results": rows[begin : begin + self.page_size],
        }
        if begin + self.page_size < len(rows):
            after = f"{request.url.path}?cursor={begin + self.page_size}"
            answer["next_url"] = f"https://elsewhere.example{after}"
        return JSONResponse(answer)

    async def _snapshot(self, ticker: str) -> Response:
        quote = await self._quote(_symbol(ticker))
        unit = 1_000 if ticker.startswith("X:") else 1_000_000_000
        trade = {"p": float(quote.last), "s": 100, "t": int(quote.as_of.timestamp() * unit)}
        found = {"ticker": ticker, "lastTrade": trade, "day": _day(quote, "ohlv")}
        return JSONResponse({"status": self.status, "ticker": found})

    async def _index(self, ticker: str) -> Response:
        quote = await self._quote(_symbol(ticker))
        session = _day(quote, ("open", "high", "low", "volume"))
        if quote.previous_close is not None:
            session["previous_close"] = float(quote.previous_close)
        found = {
            "ticker": ticker,
            "value": float(quote.last),
            "last_updated": int(quote.as_of.timestamp() * 1e9),
            "timeframe": "DELAYED" if self.is_delayed else "REAL-TIME",
            "session": session,
        }
        return JSONResponse({"status": self.status, "results": [found]})

    async def _ticker(self, ticker: str) -> Response:
        found = await self.market.instrument(_symbol(ticker))
        markets = {AssetClass.INDEX: "indices", AssetClass.CRYPTO: "crypto"}
        return JSONResponse(
            {
                "status": self.status,
                "results": {
                    "ticker": ticker,
                    "name": found.name,
                    "market": markets.get(found.asset_class, "stocks"),
                    "type": "ETF" if found.asset_class is AssetClass.ETF else "CS",
                },
            }
        )

    async def _quote(self, symbol: Symbol) -> Quote:
        late = timedelta(minutes=15 * self.is_delayed)
        return await self.market.quote(symbol, as_of=self.clock.now() - late)

    async def stream(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(json.dumps([{"ev": "status", "status": "connected"}]))
        try:
            said = await socket.receive_json()
            refusal = self.refusal or {"ev": "status", "status": "auth_failed"}
            if self.refusal or said.get("params") != KEY:
                await socket.send_text(json.dumps([refusal]))
                await socket.close()
                return
            await socket.send_text(json.dumps([{"ev": "status", "status": "auth_success"}]))
            self.sockets.append(socket)
            while True:
                self.heard.append(await socket.receive_json())
                if socket.path_params["market"] in self.not_streamed:
                    refusal = {"ev": "status", "status": "error", "message": "not authorized"}
                    await socket.send_text(json.dumps([refusal]))
                    self.refused.set()
                else:
                    self.subscribed.set()
        except WebSocketDisconnect:
            return
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)


@asynccontextmanager
async def massive_stand_in(
    market: MarketData, clock: Clock
) -> AsyncGenerator[MassiveStandIn, None]:
    """Serve `market` as Massive would at the clock's present; its key is `KEY`."""
    stand_in = MassiveStandIn(market, clock)
    app = Starlette(
        routes=[
            WebSocketRoute("/{market}", stand_in.stream),
            Route("/{path:path}", stand_in.answer),
        ]
    )
    async with served(app) as stand_in.host:
        yield stand_in


def _symbol(ticker: str) -> Symbol:
    if ticker.startswith("X:"):
        return Symbol(f"{ticker[2:-3]}/{ticker[-3:]}")
    return Symbol(ticker.removeprefix("I:"))


def _day(quote: Quote, names: Sequence[str]) -> dict[str, float]:
    """The day under the names an answer gives them; zeros before the open."""
    values = (quote.open, quote.high, quote.low, quote.volume)
    return {name: float(value or 0) for name, value in zip(names, values, strict=True)}


def _rows(bars: Bars) -> list[dict[str, float]]:
    times = bars.time.tolist()
    if bars.timeframe is Timeframe.D1 and "/" not in bars.symbol:
        times = [_midnight(at) for at in times]
    columns = (times, bars.open, bars.high, bars.low, bars.close, bars.volume)
    return [
        {
            "t": at * 1000,
            "o": float(o),
            "h": float(h),
            "l": float(low),
            "c": float(c),
            "v": float(v),
        }
        for at, o, h, low, c, v in zip(*columns, strict=True)
    ]


def _midnight(opened: int) -> int:
    day = datetime.fromtimestamp(opened, _NEW_YORK).date()
    return int(datetime.combine(day, datetime.min.time(), _NEW_YORK).timestamp())
