"""Members are kept apart by the database, in every table there is, also in those to come.

The tables are found in the schema; a new one without a policy fails here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege
from psycopg.types.json import Jsonb
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from app.core.ids import new_id
from app.infra.db.database import APP_ROLE
from app.infra.embedded.postgres import DatabaseUrls
from app.tables import METADATA

OWNED_BY_NOBODY = {
    "alert_marks",
    "bar_series",
    "bars_1d",
    "bars_1m",
    "bars_5m",
    "feed_leases",
    "heartbeats",
    "price_snapshots",
    "volatility_days",
}
OPEN_TO_THE_SYSTEM = {
    "alert_watches", "deliveries", "members", "outbox", "scan_schedules", "signals",
}  # fmt: skip
"""Who somebody is, where something new is or waits, and what is watched for: never what was said."""

READ_BY_ALL_MEMBERS = {"shared_scans"}
"""What its owner shared with the others: they read it, and change nothing."""

ADDED_TO_ONLY = {"alert_firings", "position_changes", "position_entries", "scan_versions"}
NEVER_DELETED = {"positions", *ADDED_TO_ONLY}
"""What the application itself must not lose: the log of positions, and what it is about."""

TABLES = {table.name: table for table in METADATA.sorted_tables}
OWNER = {name: "member_id" for name, table in TABLES.items() if "member_id" in table.columns} | {
    "members": "id"
}
CONTENT = sorted(set(OWNER) - {"members"})

_VALUES: dict[str, Any] = {"UUID": new_id, "BIGINT": int, "SMALLINT": int, "INTEGER": int} | {
    "TEXT": lambda: "coach",
    "BOOLEAN": lambda: True,
    "JSONB": lambda: Jsonb({}),
    "TIMESTAMP WITH TIME ZONE": lambda: "2026-11-20T16:30Z",
    "NUMERIC": lambda: 1,
    "BYTEA": lambda: b"pixels",
    "DATE": lambda: "2026-11-20",
}

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

Connection = psycopg.Connection[tuple[Any, ...]]
Row = dict[str, Any]


def _connect(url: str) -> Connection:
    return psycopg.connect(url.replace("+psycopg", "", 1))


@contextmanager
def _acting(postgres: DatabaseUrls, setting: str = "", value: object = "") -> Iterator[Connection]:
    """The application's role in a transaction that is rolled back."""
    with _connect(postgres.application) as connection:
        if setting:
            connection.execute("SELECT set_config(%s, %s, true)", [setting, str(value)])
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def rows(postgres: DatabaseUrls) -> tuple[dict[str, Row], dict[str, Row]]:
    """One row of each table for each of two members, written past the policies."""
    with _connect(postgres.owner.replace("coach_owner", "postgres", 1)) as connection:
        names = sql.SQL(", ").join(sql.Identifier(name) for name in TABLES)
        connection.execute(sql.SQL("TRUNCATE {}").format(names))
        return _fill(connection), _fill(connection)


def _fill(connection: Connection) -> dict[str, Row]:
    member = new_id()
    filled: dict[str, Row] = {}
    for name, table in TABLES.items():
        if name in OWNER:
            row = _row(table, member, filled)
            filled[name] = row
            connection.execute(_insert(name, row), list(row.values()))
    return filled


def _row(table: Table, member: UUID, filled: dict[str, Row]) -> Row:
    row: Row = {}
    for column in table.columns:
        if (
            column.nullable
            or column.identity
            or (column.server_default and column.name != "member_id")
        ):
            continue
        parents = [key.column for key in column.foreign_keys if key.column.table.name in filled]
        if column.name == OWNER[table.name]:
            row[column.name] = member
        elif parents:
            row[column.name] = filled[parents[0].table.name][parents[0].name]
        elif column.name == "identifier":
            row[column.name] = str(member)
        else:
            row[column.name] = _VALUES[str(column.type.compile(dialect=_DIALECT))]()
    return row


def _insert(name: str, row: Row) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(name),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )


def _same(name: str) -> sql.Composed:
    """An update that changes nothing, of every row it may see."""
    owner = sql.Identifier(OWNER[name])
    return sql.SQL("UPDATE {} SET {} = {}").format(sql.Identifier(name), owner, owner)


def test_every_table_is_a_members_or_known_to_be_nobodys(postgres: DatabaseUrls) -> None:
    with _connect(postgres.owner) as connection:
        there = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()

    assert {name for (name,) in there} - {"alembic_version"} == set(TABLES)
    assert set(TABLES) - set(OWNER) == OWNED_BY_NOBODY


@pytest.mark.parametrize("name", sorted(OWNER))
def test_policies_are_forced_and_hold_for_reading_and_writing(
    postgres: DatabaseUrls, name: str
) -> None:
    with _connect(postgres.owner) as connection:
        switches = connection.execute(
            "SELECT relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner)"
            " FROM pg_class WHERE oid = %s::regclass",
            [name],
        ).fetchone()
        policies = connection.execute(
            "SELECT permissive, cmd, qual = with_check FROM pg_policies WHERE tablename = %s"
            " ORDER BY cmd",
            [name],
        ).fetchall()

    assert switches is not None
    assert switches[:2] == (True, True)
    assert switches[2] != APP_ROLE
    shared = [("PERMISSIVE", "SELECT", None)] if name in READ_BY_ALL_MEMBERS else []
    assert policies == [("PERMISSIVE", "ALL", True), *shared]


@pytest.mark.parametrize("name", sorted(OWNER))
def test_without_a_member_there_are_no_rows(
    postgres: DatabaseUrls, rows: tuple[dict[str, Row], dict[str, Row]], name: str
) -> None:
    table = sql.Identifier(name)
    with _acting(postgres) as connection:
        assert connection.execute(sql.SQL("SELECT * FROM {}").format(table)).rowcount == 0
        if name not in ADDED_TO_ONLY:
            assert connection.execute(_same(name)).rowcount == 0
        if name not in NEVER_DELETED:
            assert connection.execute(sql.SQL("DELETE FROM {}").format(table)).rowcount == 0


@pytest.mark.parametrize("name", sorted(OWNER))
def test_without_a_member_nothing_can_be_written(
    postgres: DatabaseUrls, rows: tuple[dict[str, Row], dict[str, Row]], name: str
) -> None:
    anonymous = rows[0][name] | ({"id": new_id()} if "id" in rows[0][name] else {})
    with _acting(postgres) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(_insert(name, anonymous), list(anonymous.values()))


@pytest.mark.parametrize("name", sorted(OWNER))
def test_a_member_sees_and_changes_only_their_own_rows(
    postgres: DatabaseUrls, rows: tuple[dict[str, Row], dict[str, Row]], name: str
) -> None:
    ada = rows[0]["members"]["id"]
    table, owner = sql.Identifier(name), sql.Identifier(OWNER[name])
    with _acting(postgres, "app.member_id", ada) as connection:
        seen = connection.execute(sql.SQL("SELECT {} FROM {}").format(owner, table)).fetchall()
        others = [(rows[1]["members"]["id"],)] if name in READ_BY_ALL_MEMBERS else []
        assert sorted(seen) == sorted([(ada,), *others])
        if name not in ADDED_TO_ONLY:
            assert connection.execute(_same(name)).rowcount == 1
        if name not in NEVER_DELETED:
            assert connection.execute(sql.SQL("DELETE FROM {}").format(table)).rowcount == 1

    with _connect(postgres.owner.replace("coach_owner", "postgres", 1)) as connection:
        assert connection.execute(sql.SQL("SELECT FROM {}").format(table)).rowcount == 2


@pytest.mark.parametrize(
    ("name", "command"),
    [(name, _same(name)) for name in sorted(ADDED_TO_ONLY)]
    + [
        (name, sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        for name in sorted(NEVER_DELETED)
    ],
)
def test_a_member_cannot_change_the_log_of_positions(
    postgres: DatabaseUrls,
    rows: tuple[dict[str, Row], dict[str, Row]],
    name: str,
    command: sql.Composed,
) -> None:
    ada = rows[0]["members"]["id"]
    with (
        _acting(postgres, "app.member_id", ada) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(command)


@pytest.mark.parametrize("name", sorted(OWNER))
def test_a_member_cannot_write_in_anothers_name(
    postgres: DatabaseUrls, rows: tuple[dict[str, Row], dict[str, Row]], name: str
) -> None:
    ada, bob = (each["members"]["id"] for each in rows)
    foreign = rows[1][name] | ({"id": new_id()} if "id" in rows[1][name] else {})
    give_away = sql.SQL("UPDATE {} SET {} = %s").format(
        sql.Identifier(name), sql.Identifier(OWNER[name])
    )
    with (
        _acting(postgres, "app.member_id", ada) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(_insert(name, foreign), list(foreign.values()))
    with (
        _acting(postgres, "app.member_id", ada) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(give_away, [bob])


@pytest.mark.parametrize(
    ("name", "column"),
    [
        (table.name, key.parent.name)
        for table in TABLES.values()
        for key in sorted(table.foreign_keys, key=str)
        if table.name in OWNER and key.parent.name != "member_id"
    ],
)
def test_a_member_cannot_hang_a_row_into_anothers(
    postgres: DatabaseUrls,
    rows: tuple[dict[str, Row], dict[str, Row]],
    name: str,
    column: str,
) -> None:
    ada = rows[0]["members"]["id"]
    mixed = rows[0][name] | {column: rows[1][name][column]}
    if "id" in mixed:
        mixed["id"] = new_id()
    with _connect(postgres.owner.replace("coach_owner", "postgres", 1)) as connection:
        # Make room, so that only the reference itself can be what refuses.
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        connection.execute("SET LOCAL ROLE coach_app")
        connection.execute("SELECT set_config('app.member_id', %s, true)", [str(ada)])
        with pytest.raises(ForeignKeyViolation):
            connection.execute(_insert(name, mixed), list(mixed.values()))
        connection.rollback()


@pytest.mark.parametrize("name", CONTENT)
def test_the_system_itself_reads_no_conversation(
    postgres: DatabaseUrls, rows: tuple[dict[str, Row], dict[str, Row]], name: str
) -> None:
    with _acting(postgres, "app.system", "on") as connection:
        seen = connection.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(name))).rowcount
        assert seen == (2 if name in OPEN_TO_THE_SYSTEM else 0)


@pytest.mark.parametrize("value", ["off", "", "true", "1"])
def test_only_the_word_on_makes_a_transaction_the_systems(
    postgres: DatabaseUrls, rows: tuple[dict[str, Row], dict[str, Row]], value: str
) -> None:
    with _acting(postgres, "app.system", value) as connection:
        assert connection.execute("SELECT FROM members").rowcount == 0


@pytest.mark.parametrize(
    "command",
    [
        "ALTER TABLE threads DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE threads NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY threads_of_member ON threads",
        "CREATE POLICY everything ON threads USING (true)",
        "ALTER TABLE threads OWNER TO coach_app",
        "TRUNCATE threads CASCADE",
        "ALTER ROLE coach_app BYPASSRLS",
        "ALTER ROLE coach_app SUPERUSER",
        "SET ROLE coach_owner",
        "SET SESSION AUTHORIZATION postgres",
        "CREATE TABLE threads_copy AS SELECT * FROM threads",
        "SET row_security = off; SELECT * FROM threads",
    ],
)
def test_the_applications_role_cannot_lift_the_policies(
    postgres: DatabaseUrls, command: str
) -> None:
    with _acting(postgres) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(sql.SQL(command))
