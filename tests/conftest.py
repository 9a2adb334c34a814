"""What tests share: a moment, the reference data, and a real PostgreSQL.

One server per test process (so per xdist worker), migrated once; each test that asks for
`database` finds it empty.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from app.core.clock import FrozenClock
from app.infra.db.database import Database
from app.infra.db.migrations import migrate
from app.infra.embedded.postgres import DatabaseUrls, temporary_postgres
from app.tables import METADATA
from app.users.service import ensure_member

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "data"


_MARKS = {"postgres": "database", "shared_data": "shared_data"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they ask for, so that `-m "not database"` needs no server."""
    for item in items:
        for fixture, mark in _MARKS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)


@pytest.fixture
def now() -> datetime:
    """A Friday in regular hours: 2026-11-20 11:30 in New York."""
    return datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


@pytest.fixture
def clock(now: datetime) -> FrozenClock:
    return FrozenClock(now)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The reference data beside the project, which is never committed."""
    if not REFERENCE.is_dir():
        pytest.skip(f"the reference data is not there: {REFERENCE}")
    return REFERENCE


@pytest.fixture(scope="session")
def postgres() -> Iterator[DatabaseUrls]:
    """A server with the newest schema."""
    with temporary_postgres() as urls:
        migrate(urls.owner)
        yield urls


@pytest.fixture
def empty_postgres(postgres: DatabaseUrls) -> DatabaseUrls:
    """The server with every table empty and every counter at its start."""
    tables = ", ".join(table.name for table in METADATA.sorted_tables)
    with psycopg.connect(libpq(postgres.owner)) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
    return postgres


@pytest.fixture
async def database(empty_postgres: DatabaseUrls) -> AsyncIterator[Database]:
    """The empty database as the application sees it."""
    opened = Database(empty_postgres.application)
    yield opened
    await opened.close()


@pytest.fixture
async def ada(database: Database, now: datetime) -> UUID:
    """A member."""
    async with database.system() as session:
        return (await ensure_member(session, "ada", name="Ada", now=now)).id


@pytest.fixture
async def bob(database: Database, now: datetime) -> UUID:
    """Another member."""
    async with database.system() as session:
        return (await ensure_member(session, "bob", name="Bob", now=now)).id


def libpq(url: str) -> str:
    """A SQLAlchemy URL as plain PostgreSQL tools take it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
