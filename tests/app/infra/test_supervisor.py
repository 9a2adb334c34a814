"""The supervisor, over real processes: what dies comes back, what is stopped is gone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.infra.supervisor import Part, Supervisor


class Reports(list[str]):
    """What the supervisor said."""

    def about(self, word: str) -> list[str]:
        return [line for line in self if word in line]


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def supervisor(reports: Reports) -> Iterator[Supervisor]:
    created = Supervisor(reports.append, grace_seconds=1.0)
    yield created
    created.stop()


def _spawning(code: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-I", "-c", code], start_new_session=True)


def _seconds(seconds: float) -> float:
    return time.monotonic() + seconds


def test_what_dies_is_started_again(supervisor: Supervisor, reports: Reports) -> None:
    part = Part("sleeper", lambda: _spawning("import time; time.sleep(60)"))
    supervisor.start(part)
    assert part.process is not None
    first = part.process.pid
    os.kill(first, signal.SIGKILL)
    deadline = _seconds(10)

    supervisor.watch(
        lambda: bool(reports.about("starting again")) or time.monotonic() > deadline, every=0.1
    )

    assert reports.about("SIGKILL")
    assert part.is_running
    assert part.process is not None
    assert part.process.pid != first


def test_what_keeps_dying_is_started_later_and_later(
    supervisor: Supervisor, reports: Reports
) -> None:
    supervisor.start(Part("broken", lambda: _spawning("raise SystemExit(3)")))
    deadline = _seconds(15)

    supervisor.watch(
        lambda: len(reports.about("stopped")) == 3 or time.monotonic() > deadline, every=0.1
    )

    assert [line.rpartition("in ")[2] for line in reports.about("exit code 3")] == [
        "0.5 s",
        "1 s",
        "2 s",
    ]


def test_a_death_is_noticed_at_once_not_at_the_next_look(
    supervisor: Supervisor, reports: Reports
) -> None:
    supervisor.start(Part("brief", lambda: _spawning("import time; time.sleep(0.3)")))
    began = time.monotonic()

    supervisor.watch(lambda: bool(reports), every=30.0)

    assert time.monotonic() - began < 5


def test_stopping_asks_first_and_leaves_nothing(supervisor: Supervisor, tmp_path: Path) -> None:
    said = tmp_path / "said"
    polite = Part(
        "polite",
        lambda: _spawning(
            "import pathlib, signal, sys, time\n"
            "def end(*_): "
            f"pathlib.Path({str(said)!r}).write_text('bye'); sys.exit()\n"
            "signal.signal(signal.SIGTERM, end)\n"
            f"pathlib.Path({str(said)!r}).write_text('hello'); time.sleep(60)\n"
        ),
    )
    supervisor.start(polite)
    supervisor.watch(lambda: said.exists() and said.read_text() == "hello", every=0.05)

    supervisor.stop()

    assert said.read_text() == "bye"
    assert not polite.is_running


def test_what_will_not_end_is_ended_with_its_children(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    stubborn = Part(
        "stubborn",
        lambda: _spawning(
            "import os, pathlib, signal, subprocess, sys, time\n"
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
            f"pathlib.Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{child.pid}} ')\n"
            "time.sleep(60)\n"
        ),
    )
    supervisor.start(stubborn)
    supervisor.watch(lambda: pids.exists() and pids.read_text().endswith(" "), every=0.05)
    began = time.monotonic()

    supervisor.stop()

    assert time.monotonic() - began < 5
    deadline = _seconds(5)
    while any(map(_runs, map(int, pids.read_text().split()))):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_servers_outlive_those_who_talk_to_them(supervisor: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    ends.touch()

    def noting(name: str) -> str:
        return (
            "import pathlib, signal, sys, time\n"
            "def end(*_):\n"
            f"    pathlib.Path({str(ends)!r}).open('a').write('{name} '); sys.exit()\n"
            "signal.signal(signal.SIGTERM, end)\n"
            f"pathlib.Path({str(tmp_path)!r}, '{name}').touch(); time.sleep(60)\n"
        )

    supervisor.start(Part("server", lambda: _spawning(noting("server")), rank=1))
    supervisor.start(Part("client", lambda: _spawning(noting("client"))))
    supervisor.watch(
        lambda: (tmp_path / "server").exists() and (tmp_path / "client").exists(), every=0.05
    )

    supervisor.stop()

    assert ends.read_text() == "client server "


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or b") Z " not in stat.read_bytes()
