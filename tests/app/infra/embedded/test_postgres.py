"""The embedded PostgreSQL: the real server, its rights, its deaths and its next start."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from app.infra.embedded.launch import Account, place_for, server_account, socket_folder
from app.infra.embedded.postgres import DatabaseUrls, EmbeddedPostgres, temporary_postgres
from app.infra.faults import CannotStart

pytestmark = pytest.mark.database
ROOT = Path(__file__).resolve().parents[4]

IS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def urls() -> Iterator[DatabaseUrls]:
    with temporary_postgres() as found:
        yield found


@pytest.fixture
def home() -> Iterator[Path]:
    """A home the server's account can reach; pytest's own folders are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="coach-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _ask(url: str, question: str) -> object:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        *before, last = question.split(";")
        for statement in before:
            connection.execute(statement.encode())
        row = connection.execute(last.encode()).fetchone()
    assert row is not None
    return row[0]


def _eventually(holds: Callable[[], bool], *, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_it_is_postgresql_18_with_pgvector_and_a_locale_of_its_own(urls: DatabaseUrls) -> None:
    assert str(_ask(urls.owner, "SHOW server_version")).startswith("18.")
    assert _ask(urls.application, "SELECT '[1,2]'::vector <-> '[1,3]'::vector") == 1.0
    provider = (
        "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'coach'"
    )
    assert _ask(urls.owner, provider) == "b C.UTF-8"


@pytest.mark.parametrize("role", ["owner", "application"])
def test_neither_role_may_bypass_row_level_security(urls: DatabaseUrls, role: str) -> None:
    url: str = getattr(urls, role)
    assert _ask(url, "SELECT current_user::text") == f"coach_{role[:5].replace('appli', 'app')}"
    rights = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert _ask(url, rights) is False


def test_the_owner_owns_the_database_and_the_application_nothing(urls: DatabaseUrls) -> None:
    owner = "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = 'coach'"
    assert _ask(urls.owner, owner) == "coach_owner"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _ask(urls.application, "CREATE TABLE mine (id int); SELECT 1")


def test_it_does_not_listen_on_the_network(urls: DatabaseUrls) -> None:
    assert _ask(urls.owner, "SHOW listen_addresses") == ""


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_another_user_of_the_machine_does_not_get_in(home: Path) -> None:
    server = EmbeddedPostgres(home, durable=False)
    folder = Path(server.start().owner.partition("host=")[2].replace("%2F", "/"))
    for open_door in (server.base, folder):  # even where the folders let everybody pass
        open_door.chmod(0o755)
    for socket in folder.glob(".s.PGSQL.*"):
        socket.chmod(0o777)
    stranger = pwd.getpwnam("nobody")
    code = (
        "import ctypes, socket, struct, sys\n"
        f"s = socket.socket(socket.AF_UNIX); s.connect({str(folder / '.s.PGSQL.5432')!r})\n"
        "b = struct.pack('!i', 196608) + b'user\\0postgres\\0database\\0coach\\0\\0'\n"
        "s.sendall(struct.pack('!i', len(b) + 4) + b); sys.stdout.write(str(s.recv(500)))\n"
    )
    try:
        said = subprocess.run(
            ["/usr/bin/python3", "-I", "-c", code],
            user=stranger.pw_uid,
            group=stranger.pw_gid,
            extra_groups=[],
            cwd="/",
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    finally:
        server.stop()

    assert "Peer authentication failed" in said


def test_rows_survive_a_stop_and_a_start(home: Path) -> None:
    server = EmbeddedPostgres(home)
    url = server.start().owner
    _ask(url, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1")
    server.stop()

    try:
        assert _ask(server.start().owner, "SELECT answer FROM kept") == 42
    finally:
        server.stop()


def test_a_first_start_that_was_cut_short_is_begun_again(home: Path) -> None:
    server = EmbeddedPostgres(home, durable=False)
    half_made = server.base / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    try:
        assert _ask(server.start().owner, "SELECT 1") == 1
    finally:
        server.stop()


def test_a_second_server_on_the_same_home_is_refused_and_the_first_found(home: Path) -> None:
    first, second = EmbeddedPostgres(home, durable=False), EmbeddedPostgres(home, durable=False)
    assert second.attach() is None
    urls = first.start()
    try:
        with pytest.raises(CannotStart, match="in use by another coach"):
            second.start()
        assert second.attach() == urls
    finally:
        first.stop()
    assert second.attach() is None


def test_the_process_id_of_a_stranger_in_a_stale_pid_file_harms_nobody(home: Path) -> None:
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    pid_file = server.base / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    os.chown(pid_file, server_account().uid, server_account().gid)

    try:
        assert _ask(server.start().owner, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        server.stop()
        stranger.kill()
        stranger.wait()
    assert stranger.returncode == -signal.SIGKILL


def test_after_a_kill_it_recovers_what_was_committed(home: Path) -> None:
    server = EmbeddedPostgres(home)
    _ask(server.start().owner, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1")
    process = server.process
    assert process is not None
    process.kill()
    process.wait()
    server.stop()

    try:
        assert _ask(server.start().owner, "SELECT answer FROM kept") == 42
    finally:
        server.stop()


def test_it_dies_with_the_process_that_started_it(home: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from app.infra.embedded.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1]), durable=False); server.start()\n"
        "print(server.process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    server = EmbeddedPostgres(home, durable=False)
    assert server.attach() is not None

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert _eventually(lambda: not _runs(pid))
    try:
        assert _ask(server.start().owner, "SELECT 1") == 1
    finally:
        server.stop()


def test_a_home_with_a_long_path_gets_a_short_socket(home: Path) -> None:
    deep = home / ("d" * 90)
    deep.mkdir(mode=0o711)
    server = EmbeddedPostgres(deep, durable=False)
    try:
        urls = server.start()
        assert _ask(urls.owner, "SELECT 1") == 1
        assert len(urls.owner.partition("host=")[2].replace("%2F", "/")) < 90
        assert server.urls == urls
    finally:
        server.stop()
        shutil.rmtree(socket_folder(server.base, "x" * 100, server_account()))


def test_what_an_account_cannot_reach_is_placed_where_it_can(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    stranger = Account("stranger", os.geteuid() + 4321, os.getegid() + 4321)

    assert place_for(stranger, closed / "home" / "postgres").parent == Path(
        "/var/lib/trading-coach"
    )
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_temporary_server_leaves_nothing() -> None:
    with temporary_postgres() as urls:
        folder = Path(urls.owner.partition("host=")[2].replace("%2F", "/"))
        assert folder.is_dir()
    assert not folder.parent.parent.exists()


def _runs(pid: int) -> bool:
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return False
