"""The home folder: everything the coach keeps on this machine, and its one lock.

It is private, for it holds keys and conversations. Root's lets others pass through but not look
(0711), because PostgreSQL lives inside under an account of its own. Secrets that nobody chose are made once and
kept, so that a restart signs nobody out.
"""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.infra.faults import CannotStart

_NEEDED_BYTES = 300_000_000
_LOG_LIMIT_BYTES = 10_000_000


class Home:
    """A folder that exists, is ours and can be written."""

    def __init__(self, path: Path) -> None:
        """Create it when it is missing; CannotStart when this user may not or the disk is full."""
        self.path = path.expanduser().resolve()
        try:
            if not self.path.exists():
                self.path.mkdir(parents=True, exist_ok=True)
                self.path.chmod(_mode())  # whatever the umask
            self.logs.mkdir(mode=0o700, exist_ok=True)
            self._probe()
        except OSError as error:
            raise self._trouble(error) from error

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def free_bytes(self) -> int:
        return shutil.disk_usage(self.path).free

    def check_space(self) -> None:
        """CannotStart when the disk has too little room for a database."""
        if self.free_bytes < _NEEDED_BYTES:
            raise CannotStart(
                f"The disk of {self.path} has only {self.free_bytes / 1e6:.0f} MB left and the "
                f"coach wants {_NEEDED_BYTES / 1e6:.0f} MB. Make room, or choose a folder on "
                "another disk with --home."
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the home for one `run`; CannotStart when another holds it."""
        path = self.path / "run.lock"
        with path.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotStart(self._busy(path.read_text())) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
            file.truncate(0)

    def running(self) -> int | None:
        """The process id of the `run` that holds this home, if there is one."""
        path = self.path / "run.lock"
        if not path.exists():
            return None
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0)
        return None

    def secret(self, name: str) -> str:
        """A random secret of 256 bits, made at the first call and the same ever after."""
        folder = self.path / "secrets"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / name
        if not path.exists():
            draft = folder / f".{name}.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(32))
            try:
                path.hardlink_to(draft)  # who comes second keeps the first one's
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()

    def log_file(self, name: str) -> Path:
        """The log of one process; one that grew large is set aside as `.1` before a start."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def _probe(self) -> None:
        probe = self.path / f".write-{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()

    def _busy(self, holder: str) -> str:
        who = f"process {holder}" if holder else "another process"
        return (
            f"A coach is already running on {self.path} ({who}). Stop it with Ctrl-C there"
            f"{f' or kill {holder}' if holder else ''}, or start this one with another --home "
            "and --port."
        )

    def _trouble(self, error: OSError) -> CannotStart:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return CannotStart(
                f"The disk of {self.path} is full. Make room, or choose a folder on another disk "
                "with --home."
            )
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            return CannotStart(
                f"This user cannot write to {self.path}. Choose a folder of your own with --home, "
                "or start as the user it belongs to."
            )
        return CannotStart(f"{self.path} cannot be used as the home folder: {error.strerror}.")


def _mode() -> int:
    return 0o711 if os.geteuid() == 0 else 0o700
