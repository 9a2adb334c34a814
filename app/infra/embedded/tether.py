"""Ties a server's life to the process that started it.

A script for the standard library alone:
`python -I -S tether.py become|watch SIGNAL PARENT UID:GID|- COMMAND…`.
On Linux the kernel keeps the promise (`PR_SET_PDEATHSIG`, set after the identity is dropped,
which would clear it) and the script becomes the command. Elsewhere, or when asked by `watch`,
it stays as a watcher that ends the command when its own parent changes. A script rather than a
`preexec_fn`, because running Python between fork and exec is unsafe in a process with threads.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.2
GRACE_SECONDS = 2.0


def become(identity: str) -> None:
    """Give up root for `uid:gid`; `-` keeps the present identity."""
    if identity == "-":
        return
    uid, gid = (int(part) for part in identity.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with_parent(orphan_signal: int, parent: int) -> None:
    """Have the kernel send `orphan_signal` when the parent ends; leave at once if it has already.

    Linux only. The kernel means the parent's *thread*: start servers from a main thread.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, orphan_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit(0)


def watch(orphan_signal: int, parent: int, command: list[str]) -> int:
    """Run `command` until it ends or the parent does; forwards signals, returns its exit code.

    Orphaned, it ends the whole process group: also what the command started and did not stop.
    """
    child = subprocess.Popen(command)

    def forward(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, forward)
    while child.poll() is None:
        if os.getppid() != parent:
            _end_group(child, orphan_signal)
        time.sleep(LOOK_SECONDS)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _end_group(child: "subprocess.Popen[bytes]", orphan_signal: int) -> None:
    child.send_signal(orphan_signal)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main(arguments: list[str]) -> int:
    how, orphan_signal, parent, identity, *command = arguments
    become(identity)
    if how == "become":
        die_with_parent(int(orphan_signal), int(parent))
        os.execvp(command[0], command)  # noqa: S606 - becoming the command is the purpose
    return watch(int(orphan_signal), int(parent), command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
