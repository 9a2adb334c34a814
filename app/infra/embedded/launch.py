"""Start a server that cannot outlive us, as the right system account.

PostgreSQL refuses root. Then the servers run as a system account of their own; root's folders
keep their rights, and what that account could not reach there lives in `/var/lib` instead.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.infra.faults import CannotStart

_TETHER = Path(__file__).with_name("tether.py")
_SYSTEM_ACCOUNT = "trading-coach"
_SOCKET_PATH_LIMIT = 103  # bytes of sun_path on macOS, the narrowest
_SYSTEM_HOME = Path("/var/lib/trading-coach")


@dataclass(frozen=True, slots=True)
class Account:
    """Who a server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def can_enter(self, folder: Path) -> bool:
        """Whether every folder on the way to `folder` lets the account through."""
        return self.is_us or all(self._passes(step) for step in (folder, *folder.parents))

    def _passes(self, folder: Path) -> bool:
        rights = folder.stat()
        if rights.st_uid == self.uid:
            return bool(rights.st_mode & stat.S_IXUSR)
        if rights.st_gid == self.gid:
            return bool(rights.st_mode & stat.S_IXGRP)
        return bool(rights.st_mode & stat.S_IXOTH)

    def make_folder(self, folder: Path) -> Path:
        """Create `folder` for this account alone (0700) unless it exists."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.is_us:
            os.chown(folder, self.uid, self.gid)
        return folder


def server_account() -> Account:
    """Ourselves, or for root the system account, made once.

    Raises CannotStart when this user has no name on the machine: PostgreSQL asks for one.
    """
    if os.geteuid() != 0:
        return our_account()
    return _system_account() or _add_system_account()


def is_account_made() -> bool:
    """Whether `server_account` finds the account and need not make it."""
    return os.geteuid() != 0 or _system_account() is not None


def our_account() -> Account:
    """The user we run as."""
    return _account_of(os.geteuid())


def place_for(account: Account, folder: Path) -> Path:
    """`folder` itself, or its stand-in under `/var/lib` when the account cannot get there.

    A stand-in that exists stays in use: a change of rights must not show an empty database.
    """
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    stand_in = _SYSTEM_HOME / f"{folder.name}-{digest}"
    ancestor = next(step for step in (folder, *folder.parents) if step.exists())
    if not account.is_us and (stand_in.exists() or not account.can_enter(ancestor)):
        return stand_in
    return folder


def socket_folder(base: Path, socket_name: str, account: Account) -> Path:
    """A private folder for a socket: `<base>/run`, or a short one where that path is too long.

    The short one is remembered in `base`, so that a restart finds the same.
    """
    folder = base / "run"
    if len(os.fsencode(folder / socket_name)) <= _SOCKET_PATH_LIMIT:
        return account.make_folder(folder)
    remembered = base / "socket-folder"
    if remembered.exists():
        folder = Path(remembered.read_text())
        if folder.is_dir() and folder.lstat().st_uid == account.uid:
            return folder
    folder = account.make_folder(Path(tempfile.mkdtemp(prefix="coach-", dir="/tmp")))
    remembered.write_text(str(folder))
    return folder


def shared_place(name: str) -> Path:
    """A folder for programs every account may run."""
    _SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    return _SYSTEM_HOME / name


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: `command` with exactly this `environment`, from `folder`.

    With `has_input` its standard input is a pipe to us, else it is empty.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path = Path("/")
    has_input: bool = False


def launch(
    program: Program,
    *,
    log: IO[bytes],
    account: Account | None = None,
    orphan_signal: signal.Signals = signal.SIGTERM,
    keep_watch: bool = sys.platform != "linux",
) -> "subprocess.Popen[bytes]":
    """Start `program` in a session of its own, tethered to this process.

    Call it from the main thread: Linux ends the server with the thread that started it.
    `keep_watch` is the way of systems without `PR_SET_PDEATHSIG`, and of servers with children of
    their own, which the kernel's promise does not cover. Ctrl-C in the terminal does not reach
    the server; whoever starts it stops it.
    """
    identity = "-" if account is None or account.is_us else f"{account.uid}:{account.gid}"
    how = "watch" if keep_watch else "become"
    return subprocess.Popen(
        [
            *(sys.executable, "-I", "-S", str(_TETHER)),
            *(how, str(int(orphan_signal)), str(os.getpid()), identity),
            *program.command,
        ],
        stdin=subprocess.PIPE if program.has_input else subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=program.folder,
        env=dict(program.environment),
        start_new_session=True,
    )


def _account_of(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise CannotStart(
            f"User id {uid} has no name on this machine, which PostgreSQL needs. Add it to "
            "/etc/passwd, or point COACH_DATABASE__URL at a PostgreSQL of your own."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _system_account() -> Account | None:
    try:
        entry = pwd.getpwnam(_SYSTEM_ACCOUNT)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _add_system_account() -> Account:
    """Make the account; where that cannot be done, `nobody` serves."""
    with shared_place("account.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two useradd at once may give one name two numbers
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if _system_account() is None and useradd is not None:
            subprocess.run(
                [
                    *(useradd, "--system", "--user-group", "--no-create-home"),
                    *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"),
                    _SYSTEM_ACCOUNT,
                ],
                check=False,
                capture_output=True,
            )
        return _system_account() or _account_of(pwd.getpwnam("nobody").pw_uid)
