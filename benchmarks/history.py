"""History in PostgreSQL: a month of minutes in and out, and what is missing of it.

The peer keeps the same bars as double precision, row by row through the driver, as most do; both are
read into the same arrays, which are compared float by float.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import numpy as np
import psycopg

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.db.database import Database
from app.infra.db.migrations import migrate
from app.infra.embedded.postgres import DatabaseUrls, temporary_postgres
from app.market.history.partitions import Retention, Window
from app.market.history.store import History, Series
from app.market.models import Bars
from app.market.providers.simulated import SimulatedMarket
from benchmarks.machine import print_table

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
MONTH = Window(NOW - timedelta(days=30), NOW)
ROUNDS = 9
COLUMNS = ("time", "open", "high", "low", "close", "volume")


def run() -> None:
    with temporary_postgres() as urls:
        migrate(urls.owner)
        asyncio.run(_run(urls))


async def _run(urls: DatabaseUrls) -> None:
    bars = await SimulatedMarket(seed=7).bars(
        Symbol("SPY"), Timeframe.M1, start=MONTH.start, end=MONTH.end, as_of=NOW, extended=True
    )
    database = Database(urls.application)
    history = History(database, Retention(minutes=None))
    series = Series("Told", Symbol("SPY"), Timeframe.M1)
    found: list[Bars] = []

    async def keep() -> None:
        await history.keep(series, bars, MONTH)

    async def find() -> None:
        found[:] = [(await history.find(series, MONTH, bars.provider)).bars]

    ours = [await _timed(keep), await _timed(find)]
    await database.close()
    theirs, rows = _peer(urls.owner.replace("+psycopg", ""), bars)
    for at, name in enumerate(COLUMNS):
        same = np.array_equal(getattr(found[0], name), getattr(bars, name))
        if not same or not np.array_equal(rows[:, at], getattr(bars, name)):
            raise ValueError(f"{name} did not come back as it was")
    print_table(
        f"{len(bars):,} minutes, median of {ROUNDS} (ms)",
        ["replaced", "read into arrays"],
        [
            ("history, decimals by COPY", ours),
            ("rows of floats by executemany", theirs),
            ("times as fast", [theirs[0] / ours[0], theirs[1] / ours[1]]),
        ],
    )


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def _peer(
    url: str, bars: Bars
) -> "tuple[list[float], np.ndarray[tuple[int, int], np.dtype[np.float64]]]":
    """Milliseconds of both, and the rows as read."""
    columns = [getattr(bars, name).tolist() for name in COLUMNS]
    written, read = [], []
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE peer (series int, time bigint, open float8, high float8, low float8,"
            " close float8, volume float8, PRIMARY KEY (series, time))"
        )
        for _ in range(ROUNDS):
            began = time.perf_counter()
            connection.execute("DELETE FROM peer WHERE series = 1")
            connection.cursor().executemany(
                "INSERT INTO peer VALUES (1, %s, %s, %s, %s, %s, %s)", zip(*columns, strict=True)
            )
            connection.commit()
            written.append(1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            rows = np.array(
                connection.execute(
                    "SELECT time, open, high, low, close, volume FROM peer"
                    " WHERE series = 1 ORDER BY time"
                ).fetchall(),
                dtype=np.float64,
            )
            read.append(1000 * (time.perf_counter() - began))
    return [median(written), median(read)], rows
