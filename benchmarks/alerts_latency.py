"""From the tick to the web process: how long after a price crossed a level is it told?

The house of `alerts_chaos` in peace: a feed, two monitors, PostgreSQL, Valkey and a web process that hears
of every push, each a process of its own; forty alerts on a zigzag whose every tick has a moment of its own.
Measured from the moment of the tick that crossed to the moment at which the web process has read the
push of its message, which is when it goes down the socket. `CROSSINGS` in the environment says how many.
"""

import asyncio
import os
import shutil
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from app.conversations.outbox import OutboxFeed
from app.core.clock import WallClock
from app.infra.db.database import Database
from app.infra.db.migrations import migrate
from app.infra.embedded.postgres import EmbeddedPostgres
from app.infra.embedded.valkey import EmbeddedValkey
from app.market.standins.zigzag import FastClock
from benchmarks import alerts_chaos
from benchmarks.alerts_chaos import START, House
from benchmarks.machine import print_table

ON_REQUEST = True

CROSSINGS = int(os.environ.get("CROSSINGS", "200"))  # noqa: TID251 - no setting of the product
SPEED = 20.0
PATIENCE_SECONDS = 900.0


def run() -> None:
    """Wait for the crossings, then print the percentiles."""
    home = Path(tempfile.mkdtemp(prefix="coach-latency-", dir="/tmp"))
    home.chmod(0o711)
    wall = WallClock()
    house = House(
        home=home,
        clock=FastClock(wall, START, wall.now(), SPEED),
        postgres=EmbeddedPostgres(home),
        valkey=EmbeddedValkey(home),
    )
    migrate(house.postgres.start().owner)
    house.start("queue")
    try:
        heard = _heard(house)
    finally:
        for name in (*house.children, "queue"):
            house.kill(name)
        house.postgres.stop()
    shutil.rmtree(home, ignore_errors=True)
    _report(house, heard)


def _heard(house: House) -> list[tuple[datetime, datetime, datetime]]:
    """Of each firing the market's time of its tick, when it was told, and when that was heard of."""
    asyncio.run(alerts_chaos.arm(house))
    for name in ("feed", "monitor 1", "monitor 2"):
        house.start(name)
    time.sleep(5)
    return asyncio.run(_listen(house))


async def _listen(house: House) -> list[tuple[datetime, datetime, datetime]]:
    database, wall = Database(house.url), WallClock()
    heard: dict[UUID, datetime] = {}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for push in await OutboxFeed.open(database):
                heard[push.message_id] = wall.now()
                if len(heard) >= CROSSINGS:
                    break
    finally:
        await database.close()
    with alerts_chaos.superuser(house) as connection:
        rows = connection.execute(
            "SELECT message_id, min(at), max(told_at) FROM alert_firings"
            " WHERE NOT is_late GROUP BY message_id"
        ).fetchall()
    return [(at, told, heard[message]) for message, at, told in rows if message in heard]  # type: ignore[misc, index]


def _report(house: House, heard: list[tuple[datetime, datetime, datetime]]) -> None:
    def milliseconds(since: datetime, at: datetime) -> float:
        happened = house.clock.since + (since - START) / SPEED
        return (at - happened) / timedelta(milliseconds=1)

    told = [milliseconds(at, told_at) for at, told_at, _ in heard]
    pushed = [milliseconds(at, heard_at) for at, _, heard_at in heard]
    rows = [
        (name, [float(each) for each in np.percentile(found, (50, 95, 99, 100))])
        for name, found in (("message written", told), ("web process has it", pushed))
    ]
    print_table(
        f"{len(heard)} messages after the tick that crossed, milliseconds",
        ("p50", "p95", "p99", "worst"),
        rows,
        note="the message with its chart and the levels of that moment",
    )
