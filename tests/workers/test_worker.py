"""A real worker over a real queue: alive, hard to kill, quick to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from celery import Celery

from app.conversations import service
from app.core.jobs import Job
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.embedded.valkey import EmbeddedValkey
from app.infra.queue import CeleryQueue

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], bool]], None]:
    """Waits until something is true, and fails if that takes too long."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "it did not become true in time"
            time.sleep(0.05)

    return wait


@pytest.fixture(scope="session")
def queue_url(
    tmp_path_factory: pytest.TempPathFactory, until: Callable[[Callable[[], bool]], None]
) -> Iterator[str]:
    """A Valkey server."""
    server = EmbeddedValkey(tmp_path_factory.mktemp("queue"))
    process = server.spawn()
    until(server.is_answering)
    yield server.url
    process.terminate()
    process.wait(PATIENCE_SECONDS)


@pytest.fixture
def worker(
    queue_url: str, empty_postgres: DatabaseUrls, tmp_path: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker with beat, as production runs it."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "COACH_HOME": str(tmp_path),
        "COACH_QUEUE__URL": queue_url,
        "COACH_DATABASE__URL": empty_postgres.owner,
        "COACH_DATABASE__APP_URL": empty_postgres.application,
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
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE_SECONDS)


@pytest.fixture
def last_sign(empty_postgres: DatabaseUrls) -> Iterator[Callable[[], datetime]]:
    """When the worker last gave a sign of life; the beginning of time if it never did."""
    url = empty_postgres.application.replace("+psycopg", "", 1)
    with psycopg.connect(url, autocommit=True) as connection:

        def read() -> datetime:
            row = connection.execute("SELECT at FROM heartbeats").fetchone()
            return datetime.min.replace(tzinfo=UTC) if row is None else row[0]

        yield read


def _pool(queue_url: str) -> set[int]:
    """The processes that do the jobs, as the worker itself names them."""
    with Celery(broker=queue_url, set_as_current=False) as remote:
        found = remote.control.inspect(timeout=0.5).stats() or {}
        return {pid for each in found.values() for pid in each["pool"]["processes"]}


async def test_a_worker_does_what_it_is_told_gives_signs_of_life_and_survives_a_killed_child(
    worker: "subprocess.Popen[bytes]",
    queue_url: str,
    database: Database,
    ada: UUID,
    now: datetime,
    last_sign: Callable[[], datetime],
    until: Callable[[Callable[[], bool]], None],
    tmp_path: Path,
) -> None:
    queue = CeleryQueue(queue_url)
    until(lambda: last_sign().year > 1)
    async with database.member(ada) as session:
        empty = await service.create_thread(session, now=now - timedelta(days=3650))

    pool = _pool(queue_url)
    assert len(pool) == 2
    for child in pool:
        os.kill(child, signal.SIGKILL)
    killed_at = last_sign()
    await queue.enqueue(Job.BEAT)
    until(lambda: last_sign() > killed_at)
    assert not pool & _pool(queue_url)

    await queue.enqueue(Job.TIDY_CONVERSATIONS)

    def is_tidied() -> bool:
        return "conversations.tidied" in (tmp_path / "worker.log").read_text()

    until(is_tidied)
    await queue.close()
    async with database.member(ada) as session:
        assert empty not in (await service.list_threads(session)).threads

    signed_at = last_sign()
    until(lambda: last_sign() > signed_at)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0


async def test_a_job_whose_process_is_killed_is_done_by_another(
    worker: "subprocess.Popen[bytes]",
    queue_url: str,
    empty_postgres: DatabaseUrls,
    database: Database,
    ada: UUID,
    now: datetime,
    last_sign: Callable[[], datetime],
    until: Callable[[Callable[[], bool]], None],
    tmp_path: Path,
) -> None:
    until(lambda: last_sign().year > 1)
    async with database.member(ada) as session:
        await service.create_thread(session, now=now - timedelta(days=3650))
    queue = CeleryQueue(queue_url)
    owner = empty_postgres.owner.replace("+psycopg", "", 1)

    with psycopg.connect(owner) as blocking, psycopg.connect(owner, autocommit=True) as watching:

        def waiting() -> int:
            # A killed client's server process waits on; whoever does the job again joins it.
            return watching.execute("SELECT DISTINCT pid FROM pg_locks WHERE NOT granted").rowcount

        blocking.execute("LOCK TABLE threads IN ACCESS EXCLUSIVE MODE")
        await queue.enqueue(Job.TIDY_CONVERSATIONS)
        until(lambda: waiting() == 1)
        for child in _pool(queue_url):
            os.kill(child, signal.SIGKILL)
        until(lambda: waiting() == 2)
    await queue.close()

    until(lambda: "conversations.tidied" in (tmp_path / "worker.log").read_text())
    async with database.member(ada) as session:
        assert (await service.list_threads(session)).threads == ()


def test_a_worker_whose_beat_was_killed_ends_so_that_it_is_started_anew(
    worker: "subprocess.Popen[bytes]",
    queue_url: str,
    last_sign: Callable[[], datetime],
    until: Callable[[Callable[[], bool]], None],
) -> None:
    until(lambda: last_sign().year > 1)
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    if not children.exists():
        pytest.skip("only Linux tells the children of a process")
    [beat] = {int(pid) for pid in children.read_text(encoding="ascii").split()} - _pool(queue_url)

    os.kill(beat, signal.SIGKILL)

    assert worker.wait(timeout=PATIENCE_SECONDS) == 1
