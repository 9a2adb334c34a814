"""From a tick at the vendor to a page: how late prices are, with few pages and with many.

A whole coach (`house`) follows the stand-in of a vendor over its real stream. Every stock of the
directory ticks twice a second; pages watch ten symbols each over the real socket. A tick's price is
unlike any other, so the moment it was said is known when it arrives. Pages are told ten times a
second at most, so a tick waits 50 ms for its batch on average, and 25 ms before that in the feed.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect

from app.core.clock import WallClock
from app.core.symbols import AssetClass, Symbol
from app.market.directory import INSTRUMENTS
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.alpaca import KEY, SECRET, AlpacaStandIn, alpaca_stand_in
from benchmarks.house import House, running, temporary_home
from benchmarks.machine import percentile, print_table

TABS = (1, 200)
WATCHED = 10
ROUNDS_SECONDS = 0.5
SECONDS = 12.0
SYMBOLS = [
    each.symbol for each in INSTRUMENTS if each.asset_class in (AssetClass.STOCK, AssetClass.ETF)
]

ON_REQUEST = True


def run() -> None:
    asyncio.run(_run())


async def _run() -> None:
    async with alpaca_stand_in(SimulatedMarket(seed=7), WallClock()) as stand_in:
        settings = {
            "COACH_ALPACA__API_KEY": KEY,
            "COACH_ALPACA__API_SECRET": SECRET,
            "COACH_ALPACA__BASE_URL": stand_in.base_url,
            "COACH_ALPACA__STREAM_URL": stand_in.stream_url,
            "COACH_ALPACA__REQUESTS_PER_MINUTE": "100000",
        }
        with temporary_home() as home:
            started = running(home, settings)
            house = await asyncio.to_thread(started.__enter__)
            try:
                rows = [await _measure(house, stand_in, tabs) for tabs in TABS]
            finally:
                await asyncio.to_thread(started.__exit__, None, None, None)
    print_table(
        f"Tick at the vendor → page, {len(SYMBOLS)} symbols ticking twice a second (ms)",
        ["p50", "p95", "max", "ticks", "web CPU %", "feed CPU %"],
        rows,
    )


async def _measure(house: House, stand_in: AlpacaStandIn, tabs: int) -> tuple[str, Sequence[float]]:
    said: dict[tuple[str, float], float] = {}
    late: list[float] = []
    cookie = await _sign_in(house)
    stop = asyncio.Event()
    pages = [
        asyncio.create_task(_page(house, cookie, _watched(number), said, late, stop))
        for number in range(tabs)
    ]
    await asyncio.sleep(3 + tabs / 40)
    late.clear()
    web, feed = house.web, _feed(house)
    before = [each.cpu_times() for each in (web, feed)]
    began = time.perf_counter()
    ticking = asyncio.create_task(_tick(stand_in, said))
    await asyncio.sleep(SECONDS)
    ticking.cancel()
    elapsed = time.perf_counter() - began
    used = [
        (sum(now[:2]) - sum(then[:2])) / elapsed * 100
        for now, then in zip((web.cpu_times(), feed.cpu_times()), before, strict=True)
    ]
    stop.set()
    await asyncio.gather(ticking, *pages, return_exceptions=True)
    label = "1 page" if tabs == 1 else f"{tabs} pages"
    figures = [percentile(late, 50), percentile(late, 95), max(late), len(late), *used]
    return label, figures


async def _tick(stand_in: AlpacaStandIn, said: dict[tuple[str, float], float]) -> None:
    """Say a price of every symbol, none like another, spread over each round."""
    prices = itertools.count(100_000)
    while True:
        for batch in _batches():
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")  # noqa: TID251 - the vendor's
            messages = []
            for symbol in batch:
                price = next(prices) / 1000
                messages.append({"T": "t", "S": symbol, "p": price, "s": 1, "t": now})
                said[symbol, price] = time.perf_counter()
            await stand_in.say(*messages)
            await asyncio.sleep(ROUNDS_SECONDS * len(batch) / len(SYMBOLS))


def _batches() -> Sequence[Sequence[Symbol]]:
    return [SYMBOLS[at : at + 30] for at in range(0, len(SYMBOLS), 30)]


async def _page(
    house: House,
    cookie: str,
    symbols: Sequence[Symbol],
    said: dict[tuple[str, float], float],
    late: list[float],
    stop: asyncio.Event,
) -> None:
    headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{house.port}"}
    address = f"ws://127.0.0.1:{house.port}/api/v1/live"
    async with connect(address, additional_headers=headers) as socket:
        await socket.send(json.dumps({"subscribe": list(symbols)}))
        reading = asyncio.create_task(_read(socket, said, late))
        await stop.wait()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _read(
    socket: ClientConnection, said: dict[tuple[str, float], float], late: list[float]
) -> None:
    async for text in socket:
        now = time.perf_counter()
        message = json.loads(text)
        at = said.get((message.get("symbol", ""), message.get("price", 0.0)))
        if at is not None:
            late.append((now - at) * 1000)


async def _sign_in(house: House) -> str:
    origin = f"http://127.0.0.1:{house.port}"
    async with httpx.AsyncClient(base_url=origin, headers={"Origin": origin}) as client:
        await client.post("/sign-in/demo")
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _watched(number: int) -> list[Symbol]:
    first = number * WATCHED % len(SYMBOLS)
    return (SYMBOLS * 2)[first : first + WATCHED]


def _feed(house: House) -> psutil.Process:
    for process in psutil.process_iter():
        command = " ".join(process.cmdline())
        if "workers.feed" in command and process.environ().get("COACH_HOME") == str(house.home):
            return process
    raise RuntimeError("the feed process was not found")
