"""Alpaca's interface over any market: bars in pages, snapshots, splits, option chains, the stream.

What a market cannot tell (splits, chains) is given to it as the vendor's own JSON.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.core.clock import Clock
from app.core.errors import CoachError
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars
from app.market.protocol import MarketData
from app.market.standins.serving import Faults, Log, served

KEY, SECRET = "stand-in", "stand-in secret"

_NEW_YORK = ZoneInfo("America/New_York")
_TIMEFRAMES = {
    "1Min": Timeframe.M1,
    "5Min": Timeframe.M5,
    "15Min": Timeframe.M15,
    "1Hour": Timeframe.H1,
    "1Day": Timeframe.D1,
}


@dataclass(slots=True)
class AlpacaStandIn:
    """A running stand-in. `say` sends messages to the open streams, trades of pairs to those of
    crypto and no others; `cut` ends all streams."""

    market: MarketData
    clock: Clock
    host: str = ""
    page_size: int = 10_000
    faults: Faults = field(default_factory=Faults)
    log: Log = field(default_factory=Log)
    splits: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    chain: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
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

    async def say(self, *messages: Mapping[str, Any]) -> None:
        for each in list(self.sockets):
            fitting = [message for message in messages if _is_for(each, message)]
            if fitting:
                await each.send_text(json.dumps(fitting))

    async def cut(self) -> None:
        cut, self.sockets = self.sockets, []
        for each in cut:
            await each.close(1011)

    async def bars(self, request: Request) -> Response:
        asked = request.query_params
        symbol, timeframe = asked["symbols"], _TIMEFRAMES[asked["timeframe"]]
        end = datetime.fromisoformat(asked["end"]) + timedelta(microseconds=1)
        found = await self.market.bars(
            Symbol(symbol),
            timeframe,
            start=datetime.fromisoformat(asked["start"]),
            end=end,
            as_of=self.clock.now(),
            extended=timeframe.is_intraday,
        )
        first = int(asked.get("page_token", 0))
        stop = first + min(self.page_size, int(asked.get("limit", self.page_size)))
        return JSONResponse(
            {
                "bars": {symbol: _rows(found)[first:stop]} if len(found) else {},
                "next_page_token": str(stop) if stop < len(found) else None,
            }
        )

    async def snapshots(self, request: Request) -> Response:
        symbol = request.query_params["symbols"]
        try:
            quote = await self.market.quote(Symbol(symbol), as_of=self.clock.now())
        except CoachError:
            found: dict[str, Any] = {}
        else:
            trade = {"t": _stamp(quote.as_of), "p": float(quote.last), "s": 100}
            found = {symbol: {"latestTrade": trade, "dailyBar": None}}
            if quote.open is not None and quote.high is not None and quote.low is not None:
                midnight = datetime.combine(
                    quote.session_date, datetime.min.time(), _NEW_YORK
                ).astimezone(UTC)
                found[symbol]["dailyBar"] = {
                    "t": _stamp(midnight),
                    "o": float(quote.open),
                    "h": float(quote.high),
                    "l": float(quote.low),
                    "c": float(quote.last),
                    "v": float(quote.volume or 0),
                }
        is_crypto = "/crypto/" in request.url.path
        return JSONResponse({"snapshots": found} if is_crypto else found)

    async def actions(self, _request: Request) -> Response:
        return JSONResponse({"corporate_actions": self.splits, "next_page_token": None})

    async def options(self, _request: Request) -> Response:
        return JSONResponse({"snapshots": self.chain, "next_page_token": None})

    async def stream(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(json.dumps([{"T": "success", "msg": "connected"}]))
        try:
            keys = await socket.receive_json()
            is_known = keys.get("key") == KEY and keys.get("secret") == SECRET
            refusal = self.refusal or {"T": "error", "code": 402, "msg": "auth failed"}
            if self.refusal or not is_known:
                await socket.send_text(json.dumps([refusal]))
                await socket.close()
                return
            await socket.send_text(json.dumps([{"T": "success", "msg": "authenticated"}]))
            self.sockets.append(socket)
            while True:
                self.heard.append(await socket.receive_json())
                self.subscribed.set()
        except WebSocketDisconnect:
            return
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)


@asynccontextmanager
async def alpaca_stand_in(market: MarketData, clock: Clock) -> AsyncGenerator[AlpacaStandIn, None]:
    """Serve `market` as Alpaca would at the clock's present; its key is `KEY`, `SECRET`."""
    stand_in = AlpacaStandIn(market, clock)

    def door(answer: Any) -> Any:
        async def opened(request: Request) -> Response:
            stand_in.log.note(request)
            fault = await stand_in.faults.answer()
            if fault is not None:
                return fault
            if request.headers.get("APCA-API-KEY-ID") != KEY:
                return JSONResponse({"message": "forbidden."}, 403)
            response: Response = await answer(request)
            return response

        return opened

    routes = {
        "/v2/stocks/bars": stand_in.bars,
        "/v1beta3/crypto/us/bars": stand_in.bars,
        "/v2/stocks/snapshots": stand_in.snapshots,
        "/v1beta3/crypto/us/snapshots": stand_in.snapshots,
        "/v1/corporate-actions": stand_in.actions,
        "/v1beta1/options/snapshots/{symbol}": stand_in.options,
    }
    app = Starlette(
        routes=[
            *(Route(path, door(answer)) for path, answer in routes.items()),
            WebSocketRoute("/v2/{feed}", stand_in.stream),
            WebSocketRoute("/v1beta3/crypto/us", stand_in.stream),
        ]
    )
    async with served(app) as stand_in.host:
        yield stand_in


def _is_for(socket: WebSocket, message: Mapping[str, Any]) -> bool:
    is_of_crypto = "/crypto/" in socket.url.path
    return "S" not in message or ("/" in message["S"]) == is_of_crypto


def _rows(bars: Bars) -> list[dict[str, Any]]:
    times = bars.time.tolist()
    if bars.timeframe is Timeframe.D1:
        times = [_midnight(at) for at in times]
    columns = (times, bars.open, bars.high, bars.low, bars.close, bars.volume)
    return [
        {
            "t": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "o": float(o),
            "h": float(h),
            "l": float(low),
            "c": float(c),
            "v": float(v),
            "n": 1,
            "vw": float(c),
        }
        for at, o, h, low, c, v in zip(*columns, strict=True)
    ]


def _midnight(opened: int) -> int:
    day = datetime.fromtimestamp(opened, _NEW_YORK).date()
    return int(datetime.combine(day, datetime.min.time(), _NEW_YORK).timestamp())


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
