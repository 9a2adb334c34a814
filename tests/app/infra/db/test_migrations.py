"""The schema in the database is the schema in the code, from nothing and back."""

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from psycopg import sql

from app.core.errors import ProviderUnavailable
from app.infra.db.migrations import Schema, alembic_config, migrate, read_schema
from app.infra.embedded.postgres import DatabaseUrls


@pytest.fixture
def empty(postgres: DatabaseUrls) -> Iterator[str]:
    """A second, empty database on the server; the URL of its owner."""
    superuser = postgres.owner.replace("coach_owner", "postgres", 1).replace("+psycopg", "", 1)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh OWNER coach_owner")
        with psycopg.connect(superuser.replace("/coach?", "/fresh?", 1)) as inside:
            inside.execute("CREATE EXTENSION vector")
        yield postgres.owner.replace("/coach?", "/fresh?", 1)
        connection.execute("DROP DATABASE fresh WITH (FORCE)")


def _tables(url: str) -> set[str]:
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {str(name) for (name,) in rows}


def test_the_tables_in_the_code_need_no_further_migration(postgres: DatabaseUrls) -> None:
    command.check(alembic_config(postgres.owner))


def test_a_database_knows_how_far_it_is(empty: str) -> None:
    before = migrate(empty)
    again = migrate(empty)

    assert before.current is None
    assert not before.is_current
    assert again == Schema(before.newest, before.newest)
    assert again.is_current


def test_any_role_can_ask_for_the_schema(postgres: DatabaseUrls) -> None:
    assert read_schema(postgres.application).is_current


def test_migrations_can_be_taken_back_and_applied_again(empty: str) -> None:
    migrate(empty)
    there = _tables(empty)
    command.downgrade(alembic_config(empty), "base")
    assert _tables(empty) == {"alembic_version"}
    migrate(empty)

    assert _tables(empty) == there


def test_two_processes_that_start_together_migrate_once(empty: str) -> None:
    program = "import sys; from app.infra.db.migrations import migrate; migrate(sys.argv[1])"
    starts = [subprocess.Popen([sys.executable, "-c", program, empty]) for _ in range(3)]

    assert [start.wait(timeout=60) for start in starts] == [0, 0, 0]
    assert read_schema(empty).is_current


def test_a_missing_right_is_told_with_what_to_do(postgres: DatabaseUrls, empty: str) -> None:
    superuser = empty.replace("coach_owner", "postgres", 1).replace("+psycopg", "", 1)
    with psycopg.connect(superuser) as connection:
        connection.execute("DROP EXTENSION vector")

    with pytest.raises(ProviderUnavailable, match="CREATE EXTENSION vector"):
        migrate(empty)
    assert not read_schema(empty).is_current


def test_vectors_can_be_stored(postgres: DatabaseUrls) -> None:
    with psycopg.connect(postgres.owner.replace("+psycopg", "", 1)) as connection:
        query = sql.SQL("SELECT '[1,2]'::vector <-> '[1,4]'::vector")
        assert connection.execute(query).fetchone() == (2.0,)


def test_a_server_that_is_not_there_is_a_failure_and_says_so() -> None:
    with pytest.raises(ProviderUnavailable, match="does not answer"):
        read_schema("postgresql://coach_owner@127.0.0.1:9/coach")
