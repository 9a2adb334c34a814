"""A whole coach to measure: `./coach run` in a process of its own, with a home of its own.

Everything a member's question passes is there: the web process, embedded PostgreSQL and Valkey, the
worker. Nothing of the caller's own settings reaches it.
"""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
SECRET = "signs the tokens of a benchmark's members"  # noqa: S105 - of throw-away homes only

_READY_SECONDS = 120.0
_STOP_SECONDS = 30.0
_LOOK_SECONDS = 0.02
_STEP = re.compile(r"^\s+[✓+] (.*?)\s+(\d+\.\d) s$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class House:
    """A running coach. Times are seconds since its command was given."""

    port: int
    home: Path
    answered_after: float
    ready_after: float
    steps: Mapping[str, float]
    web: psutil.Process


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A folder for a home, gone at the end; another account may pass, for root's PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="coach-bench-"))
    folder.chmod(0o711)
    try:
        yield folder / "home"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    home: Path,
    settings: Mapping[str, str] | None = None,
    *,
    command: Sequence[str] = (),
    seconds: float = _READY_SECONDS,
) -> Iterator[House]:
    """`./coach run` from its first instruction until `/readyz` says 200; stopped at the end.

    `command` is another checkout's way to start. RuntimeError with what it said when it is not
    ready after `seconds`.
    """
    port = free_port()
    said = home.with_name("run.txt")
    given = [*(command or our_command()), "run", "--home", str(home), "--port", str(port)]
    with said.open("wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - our own command
            given, cwd=ROOT, env=clean_environment(settings or {}), stdout=output, stderr=output
        )
        try:
            answered = _await_ok(process, port, "/healthz", started + seconds)
            ready = _await_ok(process, port, "/readyz", started + seconds)
            if answered is None or ready is None:
                raise RuntimeError(f"it did not become ready:\n{said.read_text()[-2000:]}")
            yield House(
                port, home, answered - started, ready - started, _steps(said), _web(process)
            )
        finally:
            _stop(process)


def our_command() -> list[str]:
    """`./coach` as people call it, or this environment's Python where ./coach did not make it."""
    if (ROOT / ".venv" / "coach-stamp").exists():
        return [str(ROOT / "coach")]
    return [sys.executable, str(ROOT / "coach")]


def clean_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Ours without the coach's settings, then `settings`."""
    ours = os.environ.items()  # noqa: TID251 - a child's environment, not a setting
    kept = {name: value for name, value in ours if not name.startswith("COACH_")}
    return {**kept, "COACH_WEB__SECRET": SECRET, "PYTHONUNBUFFERED": "1", **settings}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_answering(port: int, path: str) -> bool:
    """Whether a server of this machine answers `path` with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _await_ok(
    process: "subprocess.Popen[bytes]", port: int, path: str, deadline: float
) -> float | None:
    """When it answered; None if the process ended or the time is over."""
    while process.poll() is None and time.monotonic() < deadline:
        if is_answering(port, path):
            return time.monotonic()
        time.sleep(_LOOK_SECONDS)
    return None


def _steps(said: Path) -> dict[str, float]:
    """The steps `run` shows, with the seconds it shows."""
    text = said.read_text(encoding="utf-8", errors="replace")
    return {name: float(seconds) for name, seconds in _STEP.findall(text)}


def _web(process: "subprocess.Popen[bytes]") -> psutil.Process:
    for child in psutil.Process(process.pid).children(recursive=True):
        if child.cmdline()[-2:] == ["app.cli", "serve"]:
            return child
    raise RuntimeError("the web process was not found")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
