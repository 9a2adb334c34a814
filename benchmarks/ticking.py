"""What the benchmarks of live prices share: a coach that follows a vendor's stand-in over its real
stream, symbols that tick there, and pages that watch them over the real socket.

A thousand ticks of a symbol have a thousand prices, so the moment one was said is known when it is
seen. The coach has listed fewer symbols than tick here; the others are traded by the stand-in like
a listed one, and are looked up there as any unlisted symbol is.
"""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import psutil
from typing_extensions import override
from websockets.asyncio.client import connect

from app.core.clock import WallClock
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.directory import INSTRUMENTS
from app.market.models import Bars, Quote
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.alpaca import KEY, SECRET, AlpacaStandIn, alpaca_stand_in
from benchmarks.house import House, running, temporary_home

COUNT = 500
WATCHED = 10
PAIR = Symbol("BTC/USD")

_LISTED = [
    each.symbol for each in INSTRUMENTS if each.asset_class in (AssetClass.STOCK, AssetClass.ETF)
]
SYMBOLS = [*_LISTED, *(Symbol(f"Z{number:03}") for number in range(COUNT - len(_LISTED)))]
_TRADED_LIKE = dict(zip(SYMBOLS[len(_LISTED) :], itertools.cycle(_LISTED), strict=False))

_TOGETHER = 30
_CENTS = 1000
_PATIENCE_SECONDS = 120.0

Heard = Callable[[Mapping[str, Any]], None]


class _WiderMarket(SimulatedMarket):
    """Also trades the symbols that are not listed."""

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        return await super().quote(_TRADED_LIKE.get(symbol, symbol), as_of=as_of)

    @override
    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars:
        like = _TRADED_LIKE.get(symbol, symbol)
        return await super().bars(
            like, timeframe, start=start, end=end, as_of=as_of, extended=extended
        )


@dataclass(slots=True)
class Ticks:
    """Says prices at the stand-in. `said` has the wall clock's seconds by symbol and price."""

    stand_in: AlpacaStandIn
    opened: Mapping[Symbol, float]
    said: dict[tuple[str, float], float] = field(default_factory=dict)
    count: int = 0

    async def say(self, symbols: Sequence[Symbol], *, seconds: float) -> None:
        """A price of each of `symbols` every `seconds`, spread over the round, until cancelled."""
        began, rounds = time.perf_counter(), itertools.count()
        for number in rounds:
            for first in range(0, len(symbols), _TOGETHER):
                due = began + (number + first / len(symbols)) * seconds
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                await self._say(symbols[first : first + _TOGETHER], number)

    async def _say(self, symbols: Sequence[Symbol], number: int) -> None:
        stamp = datetime.now(UTC).isoformat().replace("+00:00", "Z")  # noqa: TID251 - the vendor's
        messages = []
        for symbol in symbols:
            price = round(self.opened[symbol] + number % _CENTS / 100, 2)
            messages.append({"T": "t", "S": symbol, "p": price, "s": 1, "t": stamp})
            self.said[symbol, price] = time.time()
        self.count += len(messages)
        await self.stand_in.say(*messages)


@asynccontextmanager
async def following() -> AsyncIterator[tuple[House, Ticks]]:
    """A whole coach that follows the stand-in, and what ticks there."""
    market, clock = _WiderMarket(seed=7), WallClock()
    async with alpaca_stand_in(market, clock) as stand_in:
        settings = {
            "COACH_ALPACA__API_KEY": KEY,
            "COACH_ALPACA__API_SECRET": SECRET,
            "COACH_ALPACA__BASE_URL": stand_in.base_url,
            "COACH_ALPACA__STREAM_URL": stand_in.stream_url,
            "COACH_ALPACA__REQUESTS_PER_MINUTE": "100000",
        }
        symbols = [*SYMBOLS, PAIR]
        opened = {each: await market.quote(each, as_of=clock.now()) for each in symbols}
        prices = {each: round(float(quote.last), 2) for each, quote in opened.items()}
        with temporary_home() as home:
            started = running(home, settings)
            house = await asyncio.to_thread(started.__enter__)
            try:
                yield house, Ticks(stand_in, prices)
            finally:
                await asyncio.to_thread(started.__exit__, None, None, None)


@asynccontextmanager
async def plain_tabs(house: House, count: int, heard: Heard) -> AsyncIterator[None]:
    """`count` sockets as tabs keep them, of ten symbols each, all of which have their first price."""
    cookie = await _sign_in(house)
    ready = [asyncio.Event() for _ in range(count)]
    tabs = [
        asyncio.create_task(_tab(house, cookie, watched_by(number), heard, each))
        for number, each in enumerate(ready)
    ]
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.gather(*(each.wait() for each in ready))
        yield
    finally:
        for tab in tabs:
            tab.cancel()
        await asyncio.gather(*tabs, return_exceptions=True)


async def _tab(
    house: House, cookie: str, symbols: Sequence[Symbol], heard: Heard, ready: asyncio.Event
) -> None:
    headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{house.port}"}
    address = f"ws://127.0.0.1:{house.port}/api/v1/live"
    missing = set(symbols)
    async with connect(address, additional_headers=headers) as socket:
        await socket.send(json.dumps({"subscribe": list(symbols)}))
        async for text in socket:
            message = json.loads(text)
            if "price" in message:
                missing.discard(message["symbol"])
                if not missing:
                    ready.set()
                heard(message)


async def _sign_in(house: House) -> str:
    origin = f"http://127.0.0.1:{house.port}"
    async with httpx.AsyncClient(base_url=origin, headers={"Origin": origin}) as client:
        await client.post("/sign-in/demo")
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def watched_by(number: int) -> list[Symbol]:
    """What tab `number` watches."""
    first = number * WATCHED % len(SYMBOLS)
    return (SYMBOLS * 2)[first : first + WATCHED]


def feed_of(house: House) -> psutil.Process:
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            environment = process.environ() if "workers.feed" in command else {}
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if environment.get("COACH_HOME") == str(house.home):
            return process
    raise RuntimeError("the feed process was not found")


@dataclass(slots=True)
class Spent:
    """Processor time of processes since it was made, in percent of a core."""

    processes: Sequence[psutil.Process]
    began: float = field(default_factory=time.perf_counter)
    before: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.before = [_used(each) for each in self.processes]

    def percent(self) -> list[float]:
        elapsed = time.perf_counter() - self.began
        pairs = zip(self.processes, self.before, strict=True)
        return [(_used(each) - before) / elapsed * 100 for each, before in pairs]


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
