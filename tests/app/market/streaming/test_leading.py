"""One leader among processes: taken over when it is killed or frozen, and never two at once."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.embedded.valkey import EmbeddedValkey
from app.market.streaming import leading
from app.market.streaming import lease as leasing
from app.market.streaming.bus import ValkeyBus
from app.market.streaming.lease import Lease
from app.market.streaming.live import LiveFeed
from app.market.streaming.messages import Live
from app.market.vendor import Minute

pytestmark = pytest.mark.database
ROOT = Path(__file__).parents[4]


async def test_one_holds_it_and_the_other_waits(database: Database) -> None:
    one, other = Lease(database, "one"), Lease(database, "other")

    epoch = await one.take()

    assert await other.take() is None
    assert await one.take() == epoch, "renewing is no new epoch"
    await one.leave()
    assert await other.take() == (epoch or 0) + 1


async def test_ten_at_once_make_one_leader(database: Database) -> None:
    answers = await asyncio.gather(*(Lease(database, f"h{at}").take() for at in range(10)))

    assert sum(answer is not None for answer in answers) == 1


async def test_a_lease_that_is_not_renewed_is_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leasing, "LOST_SECONDS", 0.2)
    first = await Lease(database, "first").take()
    await asyncio.sleep(0.3)

    assert await Lease(database, "second").take() == (first or 0) + 1
    assert await Lease(database, "first").take() is None


async def test_a_leader_whose_database_hangs_stops_before_another_can_begin(
    database: Database, empty_postgres: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leading, "LOST_SECONDS", 1.0)
    monkeypatch.setattr(leading, "RENEW_SECONDS", 0.1)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(_epoch: int) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(leading.lead(Lease(database, "leader"), work))
    await asyncio.wait_for(begun.wait(), 30)
    with psycopg.connect(empty_postgres.owner.replace("+psycopg", "")) as other:
        other.execute("SELECT FROM feed_leases FOR UPDATE")  # nothing gets an answer from here on
        fallen_at = time.monotonic()
        await asyncio.wait_for(ended.wait(), 30)
        assert time.monotonic() - fallen_at < 2.5
    begun.clear()
    await asyncio.wait_for(begun.wait(), 30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_another_process_takes_over_within_ten_seconds(
    database: Database,
    empty_postgres: DatabaseUrls,
    tmp_path: Path,
    end: signal.Signals,
) -> None:
    valkey = EmbeddedValkey(tmp_path)
    servers = [valkey.spawn()]
    environment = {
        **os.environ,  # noqa: TID251 - what a process is started with
        "COACH_HOME": str(tmp_path),
        "COACH_MARKET": "simulated",
        "COACH_QUEUE__URL": valkey.url,
        "COACH_DATABASE__URL": empty_postgres.owner,
        "COACH_DATABASE__APP_URL": empty_postgres.application,
    }
    feeds = [
        subprocess.Popen(  # noqa: ASYNC220 - it returns at once
            [sys.executable, "-m", "workers.feed"],
            env=environment,
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    live, said = LiveFeed(ValkeyBus(valkey.url)), []
    heard = asyncio.Event()

    def listen(news: Live, _finished: object) -> None:
        said.append(news)
        heard.set()

    live.start()
    live.subscribe(Symbol("BTC/USD"), listen)
    try:
        await asyncio.wait_for(heard.wait(), 60)
        before, epoch = said[-1], said[-1].epoch
        leader = await _leader(feeds, epoch)
        leader.send_signal(end)
        fallen_at = time.monotonic()

        await _until(lambda: said[-1].epoch > epoch)

        assert time.monotonic() - fallen_at < 10
        numbers = [(each.epoch, each.number) for each in said]
        assert numbers == sorted(set(numbers)), "nothing old is heard after something new"
        _goes_on(_minutes(before), _minutes(said[-1]))
    finally:
        await live.close()
        for process in (*feeds, *servers):
            process.kill()
            process.wait()
            if process.stderr is not None:
                process.stderr.close()


def _goes_on(known: dict[int, Minute], now: dict[int, Minute]) -> None:
    assert known, "the first leader had finished minutes"
    still = {time: each for time, each in known.items() if time >= min(now)}
    assert still.items() <= now.items(), "who takes over knows the minutes that were told"
    assert sorted(now) == list(range(min(now), max(now) + 60, 60)), "and none is missing"


def _minutes(live: Live) -> dict[int, Minute]:
    return {each.time: each for each in live.recent}


async def _leader(feeds: "list[subprocess.Popen[bytes]]", epoch: int) -> "subprocess.Popen[bytes]":
    """The process that says in its log that it leads in `epoch`."""
    says = re.compile(
        rb"leading the feed.*epoch\D{1,9}%d\b|epoch\D{1,9}%d\b.*leading" % (epoch, epoch)
    )
    for feed in feeds:
        assert feed.stderr is not None
        os.set_blocking(feed.stderr.fileno(), False)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for feed in feeds:
            assert feed.stderr is not None
            if says.search(feed.stderr.read() or b""):
                return feed
        await asyncio.sleep(0.05)
    raise AssertionError("nobody leads")


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)
