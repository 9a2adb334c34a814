"""Processes that must not outlive the one that started them: real processes, really killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.infra.embedded.launch import Program, launch

ROOT = Path(__file__).resolve().parents[4]

PARENT = """
import sys, time
from pathlib import Path
from app.infra.embedded.launch import Program, launch
script, keep_watch, log = sys.argv[1], sys.argv[2] == "watch", Path(sys.argv[3]).open("ab")
launch(Program([sys.executable, "-c", script], {}), log=log, keep_watch=keep_watch)
time.sleep(60)
"""
SLEEPER = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
FAMILY = (
    "import os, signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(os.getpid(), child.pid, flush=True); time.sleep(60)\n"
)


def _eventually(holds: Callable[[], bool], *, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or b") Z " not in stat.read_bytes()


def _start(script: str, how: str, log: Path) -> "tuple[subprocess.Popen[bytes], list[int]]":
    parent = subprocess.Popen([sys.executable, "-c", PARENT, script, how, str(log)], cwd=ROOT)
    assert _eventually(lambda: log.exists() and log.read_text().endswith("\n"))
    return parent, [int(pid) for pid in log.read_text().split()]


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(
            "become", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux's promise")
        ),
        "watch",
    ],
)
def test_a_killed_parent_takes_its_server_along(how: str, tmp_path: Path) -> None:
    parent, pids = _start(SLEEPER, how, tmp_path / "log")

    parent.kill()
    parent.wait()

    assert _eventually(lambda: not any(map(_runs, pids)))


def test_a_watched_server_takes_its_own_children_along_even_if_it_will_not_listen(
    tmp_path: Path,
) -> None:
    parent, pids = _start(FAMILY, "watch", tmp_path / "log")
    assert len(pids) == 2

    parent.kill()
    parent.wait()

    assert _eventually(lambda: not any(map(_runs, pids)))


def test_a_watched_server_gets_our_signals_and_we_its_exit_code(tmp_path: Path) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print('up', flush=True); time.sleep(60)\n"
    )
    log = tmp_path / "log"
    with log.open("ab") as file:
        server = launch(Program([sys.executable, "-c", script], {}), log=file, keep_watch=True)
    assert _eventually(lambda: log.read_text() == "up\n")

    server.send_signal(signal.SIGTERM)

    assert server.wait(10) == 7


def test_ctrl_c_in_the_terminal_does_not_reach_a_server(tmp_path: Path) -> None:
    with (tmp_path / "log").open("ab") as file:
        server = launch(Program(["/bin/sleep", "60"], {}), log=file)
    try:
        assert os.getpgid(server.pid) != os.getpgid(0)
    finally:
        server.kill()
        server.wait()


def test_a_server_sees_only_the_environment_it_is_given(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("ab") as file:
        launch(Program(["/usr/bin/env"], {"LC_ALL": "C", "ONLY": "this"}), log=file).wait()

    assert set(log.read_text().split()) == {"LC_ALL=C", "ONLY=this"}
