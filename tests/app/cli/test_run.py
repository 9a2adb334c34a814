"""`run` as a person meets it: the real processes, started, killed, started again and stopped."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.infra.home import Home
from app.infra.settings import ROOT

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]


@dataclass(slots=True)
class House:
    """One home, its port and the `run` on it."""

    home: Path
    port: int

    def run(self, *options: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "app.cli", "run"),
                *("--home", str(self.home), "--port", str(self.port), *options),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def answers(self, path: str = "/healthz") -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as page:
                return bool(page.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def processes(self) -> dict[int, str]:
        """Everything that works for this home: by its environment, its command or its folder."""
        return {pid: line for pid, line in _all_processes() if str(self.home) in line}


@pytest.fixture
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="coach-house-", dir="/tmp"))
    folder.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    built = House(folder / "home", port)
    yield built
    for pid in built.processes():
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def test_it_starts_survives_deaths_and_leaves_nothing(house: House) -> None:
    launcher = house.run()
    assert _eventually(lambda: house.answers("/readyz"), seconds=60)

    web = next(pid for pid, line in house.processes().items() if "app.cli serve" in line)
    os.kill(web, signal.SIGKILL)
    assert _eventually(lambda: not _is_running(web), seconds=5)
    assert _eventually(house.answers, seconds=30)

    launcher.kill()
    launcher.communicate()
    assert _eventually(lambda: not house.processes(), seconds=6), house.processes()

    again = house.run()
    assert _eventually(lambda: house.answers("/readyz"), seconds=60)
    shown = _until_at_rest(again)
    again.send_signal(signal.SIGINT)
    began = time.monotonic()
    again.communicate(timeout=20)
    assert time.monotonic() - began < 8
    assert again.returncode == 0
    assert f"http://localhost:{house.port}" in shown
    assert "simulated, not real" in shown
    assert house.processes() == {}


def test_a_second_run_on_the_same_home_is_one_clear_line(house: House) -> None:
    with Home(house.home).alone():
        shown, _ = house.run().communicate(timeout=30)

    last = shown.strip().splitlines()[-1]
    assert f"already running on {house.home}" in last
    assert f"process {os.getpid()}" in last
    assert "Traceback" not in shown


def test_a_taken_port_is_one_clear_line(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", house.port))
        taken.listen()
        shown, _ = house.run().communicate(timeout=30)

    assert f"Port {house.port} is taken" in shown
    assert f"--port {house.port + 1}" in shown
    assert house.processes() == {}


def _until_at_rest(launcher: "subprocess.Popen[str]") -> str:
    """What it prints until it has nothing more to say."""
    assert launcher.stdout is not None
    lines = []
    for line in launcher.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


def _all_processes() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if b") Z " in (folder / "stat").read_bytes():
                continue
            told = (folder / "cmdline").read_bytes() + b" " + (folder / "environ").read_bytes()
        except (OSError, ProcessLookupError):
            continue
        yield int(folder.name), told.replace(b"\0", b" ").decode(errors="replace")


def _is_running(pid: int) -> bool:
    return any(found == pid for found, _ in _all_processes())


def _eventually(holds: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False
