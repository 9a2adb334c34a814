"""A real queue, and workers of our own in front of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.infra.embedded.postgres import DatabaseUrls
from app.infra.embedded.valkey import EmbeddedValkey

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
