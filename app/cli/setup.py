"""What `./coach` does before any command: a virtual environment that equals the lock.

Standard library only. It needs python3 and pip, nothing else: a bare Debian has no ensurepip and
forbids `pip install`, so a small environment without pip (`.boot`) gets a pinned `uv` by
`pip --python`, and `uv` fills `.venv`. Where uv cannot be had, pip fills it, more slowly.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.cli import index
from app.cli.progress import bold, complain, say, step

_NEEDED_BYTES = 2_500_000_000
_LINES, _LINE = 8, 160  # of what a failed installer said
_STAMP = "coach-stamp"
_UNFINISHED = "coach-unfinished"


class SetupFailed(Exception):
    """The environment could not be made; the message says what to do."""


def enter(root_folder: str, arguments: Sequence[str]) -> int:
    """Make sure of the environment, then become the command inside it."""
    root = Path(root_folder)
    python = root / ".venv" / "bin" / "python"
    if not _is_inside(root / ".venv"):
        try:
            prepare(root)
        except SetupFailed as failure:
            complain(str(failure))
            return 1
        except KeyboardInterrupt:
            say("Stopped; the next start goes on from here.")
            return 130
        os.execv(python, [str(python), str(root / "coach"), *arguments])  # noqa: S606
    from app.cli import main

    return main(arguments)


def _is_inside(venv: Path) -> bool:
    return venv.exists() and venv.samefile(sys.prefix)


def prepare(root: Path) -> None:
    """Bring `.venv` to the lock, unless it is there; several starts at once wait for the first."""
    lock = root / "requirements.lock"
    wanted = _fingerprint(lock)
    if _is_ready(root, wanted):
        return
    _check_folder(root)
    with _alone(root / ".boot" / "lock"):
        if _is_ready(root, wanted):
            return
        say(bold("Setting up the coach"))
        say()
        environment = index.for_uv(os.environ)
        uv = _find_uv(root, lock, environment)
        venv = _fresh_venv(root)
        unfinished = venv / _UNFINISHED
        unfinished.touch()
        with step(f"Installing {_count(lock)} packages"):
            _install(uv, venv, lock, environment)
        (venv / _STAMP).write_text(wanted)
        unfinished.unlink()
        say()


def _fingerprint(lock: Path) -> str:
    version = ".".join(str(part) for part in sys.version_info[:2])
    return f"{version} {hashlib.sha256(lock.read_bytes()).hexdigest()}"


def _is_ready(root: Path, wanted: str) -> bool:
    venv = root / ".venv"
    try:
        return (venv / _STAMP).read_text() == wanted and (venv / "bin" / "python").exists()
    except FileNotFoundError:
        return False


def _check_folder(root: Path) -> None:
    if not os.access(root, os.W_OK):
        raise SetupFailed(
            f"{root} cannot be written by this user, and the packages are installed there. "
            "Clone the repository to a folder of your own and run ./coach in it."
        )
    free = shutil.disk_usage(root).free
    if free < _NEEDED_BYTES:
        raise SetupFailed(
            f"The disk of {root} has {free / 1e9:.1f} GB left and the packages take about "
            f"{_NEEDED_BYTES / 1e9:.1f} GB while they are installed. Make room, then try again."
        )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step("Waiting for another ./coach that is setting up"):
                fcntl.flock(file, fcntl.LOCK_EX)
        # An installer that outlives us keeps the lock.
        fcntl.fcntl(file, fcntl.F_SETFD, 0)
        yield


def _find_uv(root: Path, lock: Path, environment: Mapping[str, str]) -> str | None:
    """The pinned uv in `.boot`, else one on the path, else None."""
    pinned = _pinned_uv(lock)
    boot = root / ".boot" / "env"
    uv = boot / "bin" / "uv"
    mark = root / ".boot" / "uv.txt"
    if uv.exists() and mark.exists() and mark.read_text() == pinned:
        return str(uv)
    with step("Fetching the installer") as current:
        shutil.rmtree(boot, ignore_errors=True)
        wish = root / ".boot" / "wish.txt"
        wish.write_text(pinned)
        try:
            _run([sys.executable, "-m", "venv", "--without-pip", str(boot)], environment)
            _run(_pip(boot, "--only-binary", ":all:", "-r", str(wish)), environment)
        except SetupFailed:
            found = shutil.which("uv")
            current.note("Using the machine's uv" if found else "Using pip, which takes longer")
            return found
        wish.replace(mark)
    return str(uv)


def _pinned_uv(lock: Path) -> str:
    """The lock's own lines for uv, hashes included."""
    found = re.search(r"^uv==(?:.*\\\n)*.*\n", lock.read_text(), re.MULTILINE)
    if found is None:
        raise SetupFailed(f"{lock} names no uv. Restore the file: git checkout {lock.name}")
    return found.group()


def _fresh_venv(root: Path) -> Path:
    """`.venv` of this Python; one that was left half-made or is of another version is replaced."""
    venv = root / ".venv"
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    usable = (venv / "bin" / "python").exists() and (venv / "bin" / minor).exists()
    if not usable or (venv / _UNFINISHED).exists():
        shutil.rmtree(venv, ignore_errors=True)
        _run([sys.executable, "-m", "venv", "--without-pip", str(venv)], os.environ)
    (venv / _STAMP).unlink(missing_ok=True)
    return venv


def _install(uv: str | None, venv: Path, lock: Path, environment: Mapping[str, str]) -> None:
    if uv is None:
        rest = venv / "without-uv.txt"
        rest.write_text(lock.read_text().replace(_pinned_uv(lock), ""))
        _run(_pip(venv, "--no-deps", "-r", str(rest)), environment)
        return
    python = str(venv / "bin" / "python")
    command = [uv, "pip", "sync", "--quiet", "--project", str(lock.parent), "--python", python]
    _run([*command, "--require-hashes", str(lock)], environment)


def _pip(venv: Path, *wish: str) -> list[str]:
    python = str(venv / "bin" / "python")
    return [
        *(sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"),
        *("install", "--quiet", "--require-hashes", *wish),
    ]


def _run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run one step of the set-up; raise SetupFailed with what it said and what may help."""
    done = subprocess.run(
        command,
        env=dict(environment),
        check=False,
        capture_output=True,
        text=True,
        close_fds=False,
    )
    if done.returncode == 0:
        return
    said = (done.stderr or done.stdout).strip()
    tail = "\n".join(line[:_LINE] for line in said.splitlines()[-_LINES:])
    raise SetupFailed(f"{_advice(said)}\n{tail}")


def _advice(said: str) -> str:
    if "No space left on device" in said:
        return "The disk filled up while the packages were installed. Make room, then try again."
    if "No module named pip" in said:
        return "Python has no pip here. Install it (Debian: apt install python3-pip), try again."
    if re.search(r"resolve|connect|timed out|certificate|unreachable|dns", said, re.IGNORECASE):
        return (
            "The package index could not be reached. Check the network, or pip's settings for a "
            "mirror or proxy (pip config list); the coach uses the same. Then try again."
        )
    return "The packages could not be installed; try again. The installer said:"


def _count(lock: Path) -> int:
    return len(re.findall(r"^[a-z0-9][^\s=]*==", lock.read_text(), re.MULTILINE))
