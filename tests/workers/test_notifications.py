"""Notifications through a real worker over a real queue, also one that is killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from app.core.clock import WallClock
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.queue import CeleryQueue
from app.notifications import service
from app.notifications.models import ChannelKind, Enqueued
from tests.app.notifications.conftest import (  # noqa: F401 - fixtures
    Desk,
    MovingClock,
    courier,
    desk,
    message,
    note,
    post_office,
    receiver,
    wall,
)
from tests.app.notifications.receivers import Receiver
from tests.workers.test_worker import queue_url, until  # noqa: F401 - fixtures

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120


@pytest.fixture
def worker(
    queue_url: str,  # noqa: F811
    empty_postgres: DatabaseUrls,
    tmp_path: Path,
) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker with beat that may send to this machine."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "COACH_HOME": str(tmp_path),
        "COACH_LOG_LEVEL": "debug",
        "COACH_QUEUE__URL": queue_url,
        "COACH_DATABASE__URL": empty_postgres.owner,
        "COACH_DATABASE__APP_URL": empty_postgres.application,
        "COACH_NOTIFICATIONS__KEY": "a secret of the house",
        "COACH_NOTIFICATIONS__ALLOW_PRIVATE": "true",
    }
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers"],
            env=environment,
            cwd=tmp_path,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE_SECONDS)


def _pool(queue_url: str) -> set[int]:  # noqa: F811
    with Celery(broker=queue_url, set_as_current=False) as remote:
        found = remote.control.inspect(timeout=0.5).stats() or {}
        return {pid for each in found.values() for pid in each["pool"]["processes"]}


async def _tell(desk: Desk, key: str) -> Enqueued:  # noqa: F811
    async with desk.database.member(desk.member) as session:
        return await service.enqueue(session, desk.note(key), now=WallClock().now())


async def _heard(receiver: Receiver, count: int) -> None:  # noqa: F811
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(receiver.heard) < count:
            receiver.arrived.clear()
            await receiver.arrived.wait()


async def test_what_is_handed_over_goes_out_and_what_is_not_is_swept_up(
    worker: "subprocess.Popen[bytes]",
    queue_url: str,  # noqa: F811
    desk: Desk,  # noqa: F811
    receiver: Receiver,  # noqa: F811
    tmp_path: Path,
) -> None:
    channel = await desk.add(ChannelKind.WEBHOOK, url=f"{receiver.url}/a-secret-path")
    await _tell(desk, "never handed over")
    await _heard(receiver, 1)

    queue = CeleryQueue(queue_url)
    stored = await _tell(desk, "handed over")
    await service.hand_over(queue, desk.member, stored)
    await _heard(receiver, 2)
    await queue.close()

    titles = [heard.json["data"]["title"] for heard in receiver.heard]
    assert titles == ["SPX at PDH, never handed over", "SPX at PDH, handed over"]
    assert stored.due == (channel.id,)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await desk.states() != ["sent", "sent"]:  # noqa: ASYNC110 - a row, not an event
            await asyncio.sleep(0.1)
    log = (tmp_path / "worker.log").read_text()
    assert "notification.tried" in log
    assert "a-secret-path" not in log


async def test_a_worker_killed_while_it_sends_is_followed_by_another_under_the_same_id(
    worker: "subprocess.Popen[bytes]",
    queue_url: str,  # noqa: F811
    desk: Desk,  # noqa: F811
    receiver: Receiver,  # noqa: F811
) -> None:
    await desk.add(ChannelKind.WEBHOOK, url=f"{receiver.url}/hook")
    receiver.may_answer.clear()
    await _tell(desk, "firing 1")
    await _heard(receiver, 1)
    for child in await asyncio.to_thread(_pool, queue_url):
        os.kill(child, signal.SIGKILL)
    receiver.may_answer.set()
    await _heard(receiver, 2)

    async with asyncio.timeout(PATIENCE_SECONDS):
        while await desk.states() != ["sent"]:  # noqa: ASYNC110 - a row, not an event
            await asyncio.sleep(0.1)
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1
