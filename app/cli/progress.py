"""Steps on a terminal: one calm line each, its time beside it.

Standard library only, because the set-up speaks before anything is installed. On a terminal a
running step turns; in a pipe or a log only finished steps are printed.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_FRAMES = "|/-\\"
_FRAME_SECONDS = 0.1
_WIDTH = 46


class Step:
    """One line; `note` replaces its text by what came out of it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def note(self, text: str) -> None:
        self.text = text


@contextmanager
def step(text: str) -> Iterator[Step]:
    """Show `text` while the block runs, then how long it took; a failure marks it."""
    current, started, done = Step(text), time.monotonic(), threading.Event()
    spinner = threading.Thread(target=_spin, args=(current, done), daemon=True)
    if is_terminal():
        spinner.start()
    mark = _mark("✗", "x", "31")
    try:
        yield current
        mark = _mark("✓", "+", "32")
    finally:
        done.set()
        if spinner.ident is not None:
            spinner.join()
        taken = time.monotonic() - started
        _write(f"{_clear()}  {mark} {current.text:<{_WIDTH}} {faint(f'{taken:5.1f} s')}\n")


def say(text: str = "") -> None:
    _write(f"{_clear()}  {text}".rstrip(" ") + "\n")


def complain(message: str) -> None:
    """What is wrong and what to do, on stderr."""
    sys.stdout.flush()
    first, *rest = message.splitlines() or [""]
    mark = "✗" if _can("✗") else "x"
    lines = "\n".join([f"{mark} {first}", *(f"  {line}" for line in rest)])
    sys.stderr.write(f"{lines}\n")
    sys.stderr.flush()


def faint(text: str) -> str:
    return _coloured(text, "2")


def bold(text: str) -> str:
    return _coloured(text, "1")


def is_terminal() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM", "") != "dumb"


def _spin(current: Step, done: threading.Event) -> None:
    frames = _FRAMES if _can(_FRAMES) else _PLAIN_FRAMES
    beat = 0
    while not done.wait(_FRAME_SECONDS):
        _write(f"{_clear()}  {faint(frames[beat % len(frames)])} {current.text}")
        beat += 1


def _mark(sign: str, plain: str, colour: str) -> str:
    return _coloured(sign if _can(sign) else plain, colour)


def _coloured(text: str, code: str) -> str:
    if not is_terminal() or "NO_COLOR" in os.environ:
        return text
    return f"\033[{code}m{text}\033[0m"


def _clear() -> str:
    return "\r\033[K" if is_terminal() else ""


def _can(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _write(text: str) -> None:
    sys.stdout.write(text if _can(text) else text.encode("ascii", "replace").decode())
    sys.stdout.flush()
