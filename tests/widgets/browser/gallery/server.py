"""The gallery: every card in Chainlit's real page, without database, model or market.

`PYTHONPATH=. python tests/widgets/browser/gallery/server.py [port]`, then write a card's name ("levels", "chart",
"all") into the chat. Bars and live prices are a seeded random walk.
"""

import asyncio
import math
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

import widgets
from app.chat.appearance import furnish
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.levels.profile import profile_of
from app.market.models import Bars, Provider

SECONDS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400}
PRICES = ("open", "high", "low", "close", "volume")
ROOT = Path(__file__).resolve().parents[4]
LIBRARY = "litecharts/js/lightweight-charts.js"


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8123
    with tempfile.TemporaryDirectory(prefix="coach-gallery-") as folder:
        uvicorn.run(gallery(Path(folder)), host="127.0.0.1", port=port, log_level="warning")


def gallery(folder: Path) -> FastAPI:
    furnish(folder, about=ROOT / "chainlit.md")
    os.environ["CHAINLIT_APP_ROOT"] = str(folder)  # noqa: TID251 - read when Chainlit is imported
    from chainlit.utils import mount_chainlit  # after its folder is furnished

    web = FastAPI()
    web.get("/api/v1/bars/{symbol:path}")(bars)
    web.get("/api/v1/averages/{symbol:path}")(averages)
    web.get("/api/v1/profile/{symbol:path}")(profile)
    web.websocket("/api/v1/live")(live)
    web.get("/api/v1/market/status")(status)
    web.get("/assets/lightweight-charts.js")(library)
    web.mount("/assets/coach", StaticFiles(directory=widgets.PAGE))
    web.mount("/public/elements", StaticFiles(directory=widgets.ELEMENTS))
    mount_chainlit(web, target=str(Path(__file__).with_name("chat.py")), path="/")
    return web


async def library() -> FileResponse:
    return FileResponse(str(distribution("litecharts").locate_file(LIBRARY)))


async def status() -> dict[str, Any]:
    now = datetime.now(UTC)  # noqa: TID251 - the gallery's market lives in the present
    return {
        "phase": "regular",
        "as_of": now,
        "next_open": None,
        "next_close": now + timedelta(hours=3),
        "simulated": True,
        "provider": "Simulated market",
    }


async def bars(symbol: str, timeframe: str, start: datetime, end: datetime | None = None) -> Any:
    if symbol == "NOBARS":
        problem = {"title": "Provider unavailable", "detail": "The market does not answer now."}
        return JSONResponse(problem, 503)
    step = SECONDS.get(timeframe, 86400)
    last = int((end.timestamp() if end else time.time()) // step * step)
    first = max(int(start.timestamp()), last - 700 * step)
    moves = random.Random(f"{symbol}{timeframe}")  # noqa: S311 - a walk, not a secret
    price, rows = 602.31, []
    for at in range(last, first - 1, -step):
        open_ = round(price + moves.gauss(0, 0.02) * math.sqrt(step), 2)
        high = round(max(open_, price) + abs(moves.gauss(0, 0.01)) * math.sqrt(step), 2)
        low = round(min(open_, price) - abs(moves.gauss(0, 0.01)) * math.sqrt(step), 2)
        volume = moves.randint(20_000, 400_000)
        rows.append(
            {"time": at, "open": open_, "high": high, "low": low, "close": price, "volume": volume}
        )
        price = open_
    day = last // 86400 * 86400
    sessions = [
        {"open": day - back * 86400 + 52200, "close": day - back * 86400 + 75600}
        for back in range(12, -1, -1)
    ]
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "provider": "Simulated market",
        "simulated": True,
        "is_forming": True,
        "bars": rows[::-1],
        "sessions": sessions if timeframe in SECONDS else [],
    }


async def averages(symbol: str, name: str, timeframe: str, start: datetime) -> Any:
    """A line as smooth as its name says; nobody reads its values here."""
    rows = (await bars(symbol, timeframe, start))["bars"]
    length = int("".join(filter(str.isdigit, name.partition("@")[0])))
    closes = [row["close"] for row in rows]
    held = [closes[max(0, at - length) : at + 1] for at in range(len(closes))]
    points = [
        {"time": row["time"], "value": sum(last) / len(last)}
        for row, last in zip(rows, held, strict=True)
    ]
    return {"symbol": symbol, "name": name, "points": points}


async def profile(
    symbol: str,
    start: datetime | None = None,
    end: datetime | None = None,
    timeframe: str = "5m",
    window: str = "",
) -> Any:
    """Of the very bars that the gallery shows; a window is their last week."""
    since = start or datetime.now(UTC) - timedelta(days=7)  # noqa: TID251 - as above
    rows = (await bars(symbol, timeframe, since, end))["bars"]
    open_, high, low, close, volume = (
        np.array([float(row[name]) for row in rows]) for name in PRICES
    )
    found = profile_of(
        Bars(
            symbol=Symbol(symbol),
            timeframe=Timeframe(timeframe),
            time=np.array([row["time"] for row in rows]),
            provider=Provider(name="Simulated market"),
            open=open_,
            high=high,
            low=low,
            close=close,
            volume=volume,
        ),
        tick=0.01,
    )
    assert found is not None
    edges = {"bottom": found.edge(0), "poc": found.poc, "vah": found.vah, "val": found.val}
    return {"symbol": symbol, "row": found.row, "volumes": found.volume.tolist(), **edges}


async def live(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_json({"now": time.time()})
    prices = {"SPY": 602.31}
    watched: set[str] = set()
    try:
        while True:
            try:
                wish = await asyncio.wait_for(socket.receive_json(), 1)
                watched |= set(wish.get("subscribe", ()))
                watched -= set(wish.get("unsubscribe", ()))
            except TimeoutError:
                for symbol in watched & set(prices):
                    prices[symbol] = round(prices[symbol] + random.gauss(0, 0.12), 2)
                    await socket.send_json(_tick(symbol, prices[symbol]))
    except WebSocketDisconnect:
        return


def _tick(symbol: str, price: float) -> dict[str, Any]:
    now = int(time.time())
    bar = {
        "time": now // 60 * 60,
        "open": price,
        "high": price,
        "low": price,
        "close": price,
        "volume": now % 60 * 900,
    }
    return {"symbol": symbol, "price": price, "time": now, "phase": "regular", "bar": bar}


if __name__ == "__main__":
    main()
