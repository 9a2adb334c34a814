"""Keeps the processes of one machine alive together, and ends them together.

A part that dies is started again, later and later while it keeps dying. Everything happens in the
main thread of the process that called: Linux ends a tethered child with the thread it came from.
"""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Spawn = Callable[[], "subprocess.Popen[bytes]"]
Report = Callable[[str], None]

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 30.0
GRACE_SECONDS = 3.0
_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class Part:
    """One process: how to start it and which signal asks it to end.

    Parts of a lower `rank` stop first, so that servers outlive those who talk to them.
    """

    name: str
    spawn: Spawn
    stop_signal: signal.Signals = signal.SIGTERM
    rank: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    due_at: float = field(default=0.0, init=False)
    pause: float = field(default=0.0, init=False)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Starts parts, watches them, stops them; `report` receives one line per death and restart."""

    def __init__(self, report: Report, *, grace_seconds: float = GRACE_SECONDS) -> None:
        self._report = report
        self._grace = grace_seconds
        self._parts: list[Part] = []

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to watch."""
        return not self._parts

    def start(self, part: Part) -> None:
        """Start `part` and watch over it from now on."""
        self._parts.append(part)
        self._spawn(part)

    def adopt(self, part: Part, process: "subprocess.Popen[bytes]") -> None:
        """Watch over a process that runs already; `part.spawn` starts it again."""
        self._parts.append(part)
        part.process, part.started_at = process, time.monotonic()

    def watch(self, enough: Callable[[], bool] = lambda: False, *, every: float = 60.0) -> None:
        """Restart what dies until `enough()` holds; it is asked at least `every` seconds."""
        with _woken_by_children() as bell:
            while not enough():
                self._tend()
                select.select([bell], [], [], min(every, self._until_next_start()))
                with contextlib.suppress(BlockingIOError):
                    os.read(bell, 4096)

    def stop(self) -> None:
        """Ask every part to end, rank by rank, and end what stays; nothing is left after it.

        Interrupted once more, it asks no longer.
        """
        for rank in sorted({part.rank for part in self._parts}):
            parts = [part for part in self._parts if part.rank == rank]
            try:
                self._ask(parts)
            except KeyboardInterrupt:
                self._grace = 0.0
            for part in parts:
                _sweep(part)
        self._parts.clear()

    def _tend(self) -> None:
        now = time.monotonic()
        for part in self._parts:
            if part.process is not None and part.process.poll() is not None:
                self._bury(part, now)
            if part.process is None and now >= part.due_at:
                self._report(f"{part.name}: starting again")
                self._spawn(part)

    def _bury(self, part: Part, now: float) -> None:
        code = part.process.returncode if part.process is not None else 0
        _sweep(part)
        lived_well = now - part.started_at > HEALTHY_SECONDS
        part.pause = (
            FIRST_PAUSE_SECONDS
            if lived_well or not part.pause
            else min(part.pause * 2, LONGEST_PAUSE_SECONDS)
        )
        part.due_at = now + part.pause
        self._report(f"{part.name}: stopped ({_cause(code)}); again in {part.pause:g} s")

    def _spawn(self, part: Part) -> None:
        part.process = part.spawn()
        part.started_at = time.monotonic()

    def _until_next_start(self) -> float:
        now = time.monotonic()
        waits = [part.due_at - now for part in self._parts if part.process is None]
        return max(0.0, min(waits, default=3600.0))

    def _ask(self, parts: list[Part]) -> None:
        for part in parts:
            if part.is_running and part.process is not None:
                part.process.send_signal(part.stop_signal)
        deadline = time.monotonic() + self._grace
        while any(part.is_running for part in parts) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)


def _sweep(part: Part) -> None:
    """End what is left of the part's process group, children of its own included."""
    if part.process is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(part.process.pid, signal.SIGKILL)
    part.process.wait()
    if part.process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            part.process.stdin.close()
    part.process = None


def _cause(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


@contextmanager
def _woken_by_children() -> Iterator[int]:
    """A descriptor that becomes readable when a child ends."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    previous = signal.signal(signal.SIGCHLD, lambda *_: None)
    previous_writer = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(previous_writer)
        signal.signal(signal.SIGCHLD, previous)
        os.close(reader)
        os.close(writer)
