"""The simulated market: how long prices take that nobody has asked for yet, and how long after.

A first-ever quote is measured in processes that are new each time, since it fills what the others
find ready: the table of sessions, the anchors of all symbols, ten years of days of one.
"""

import asyncio
import gc
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from app.core.timeframes import Timeframe
from app.market.models import Bars, Quote
from app.market.providers.simulated import SimulatedMarket
from benchmarks.house import ROOT
from benchmarks.machine import percentile, print_table

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
SYMBOLS = 60
PROCESSES = 5
SESSION = timedelta(days=1)
MONTH = timedelta(days=42)

_FIRST = """
import asyncio, time
from datetime import UTC, datetime
from app.core.symbols import Symbol
from app.market.providers.simulated import SimulatedMarket
started = time.perf_counter()
moment = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
quote = asyncio.run(SimulatedMarket().quote(Symbol("SPY"), as_of=moment))
assert quote.last > 0
print(time.perf_counter() - started)
"""


def run() -> None:
    """Milliseconds of each kind of question, over many symbols."""
    asyncio.run(_measure())


async def _measure() -> None:
    market = SimulatedMarket()
    symbols = [each.symbol for each in await market.instruments() if each.has_extended_hours]
    symbols = symbols[:SYMBOLS]

    def quote(index: int) -> Awaitable[Quote]:
        return market.quote(symbols[index], as_of=NOW)

    def minutes(index: int, span: timedelta, end: datetime = NOW) -> Awaitable[Bars]:
        return market.bars(
            symbols[index], Timeframe.M1, start=end - span, end=end, as_of=NOW, extended=True
        )

    earlier = NOW - timedelta(days=90)
    rows: list[tuple[str, Sequence[float]]] = [
        ("first-ever quote, new process", _first_ever()),
        ("first quote of a symbol", await _timed(quote)),
        ("quote asked again", await _timed(quote)),
        ("a session of minutes, extended, new", await _timed(lambda at: minutes(at, SESSION))),
        ("… asked again", await _timed(lambda at: minutes(at, SESSION))),
        ("30 sessions of minutes, extended, new", await _timed(lambda at: minutes(at, MONTH, earlier))),
        ("… asked again at once", await _again(lambda at: minutes(at, MONTH, earlier))),
    ]  # fmt: skip
    bars = await minutes(0, MONTH, earlier)
    if len(bars) < 30 * 390 or len({*bars.time.tolist()}) != len(bars):
        raise AssertionError(f"30 sessions have at least 11,700 different minutes: {len(bars)}")
    print_table(
        f"Simulated market, milliseconds, {len(symbols)} symbols",
        ("p50", "p95"),
        [(name, (median(taken) * 1000, percentile(taken, 95) * 1000)) for name, taken in rows],
        note=f"30 sessions are {len(bars):,} bars of {symbols[0]}",
    )


async def _timed(ask: Callable[[int], Awaitable[object]]) -> list[float]:
    """Seconds of one call for each symbol."""
    gc.collect()
    return [await _seconds(ask, index) for index in range(SYMBOLS)]


async def _again(ask: Callable[[int], Awaitable[object]]) -> list[float]:
    """Seconds of the second of two calls: more months than are kept would push each other out."""
    taken = []
    for index in range(SYMBOLS):
        await ask(index)
        taken.append(await _seconds(ask, index))
    return taken


async def _seconds(ask: Callable[[int], Awaitable[object]], index: int) -> float:
    started = time.perf_counter()
    await ask(index)
    return time.perf_counter() - started


def _first_ever() -> list[float]:
    taken = []
    for _ in range(PROCESSES):
        done = subprocess.run(  # noqa: S603 - this interpreter
            [sys.executable, "-c", _FIRST], cwd=ROOT, check=True, capture_output=True, text=True
        )
        taken.append(float(done.stdout))
    return taken
