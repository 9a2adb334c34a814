"""A web process as members meet it: its own process, a real database, the simulated market.

One server for all journeys of a test process; a journey that restarts it starts its own.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.infra.embedded.postgres import DatabaseUrls

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of the journeys, at least 32 bytes long"
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running web process and where its log is."""

    url: str
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def lines(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(urls: DatabaseUrls, home: Path, port: int | None = None) -> Iterator[Server]:
    """A web process that answers; it is gone when the block ends."""
    chosen = port or free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COACH_")
    }
    environment |= {
        "COACH_HOME": str(home),
        "COACH_MARKET": "simulated",
        "COACH_DATABASE__URL": urls.owner,
        "COACH_DATABASE__APP_URL": urls.application,
        "COACH_WEB__PORT": str(chosen),
        "COACH_WEB__SECRET": SECRET,
        "PYTHONPATH": str(ROOT),
    }
    home.mkdir(parents=True, exist_ok=True)
    log = home / "web.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "app.main"],
            env=environment,
            cwd=home,
            stdout=output,
            stderr=output,
        )
    server = Server(f"http://localhost:{chosen}", chosen, log, process)
    try:
        await_answer(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_answer(server: Server) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            if httpx.get(f"{server.url}/healthz", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the web process did not come up:\n{server.lines[-4000:]}")


@pytest.fixture(scope="session")
def server(postgres: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running
