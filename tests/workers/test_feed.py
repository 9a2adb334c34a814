"""The feed process goes on where its database does not."""

import asyncio

import psycopg
import pytest

from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.heartbeats import list_heartbeats
from workers import serving

pytestmark = pytest.mark.database


async def test_a_sign_of_life_that_cannot_be_written_ends_nothing(
    database: Database,
    empty_postgres: DatabaseUrls,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(serving, "INTERVAL_SECONDS", 0.02)
    owner = empty_postgres.owner.replace("+psycopg", "")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("ALTER TABLE heartbeats RENAME TO heartbeats_away")
        signs = asyncio.create_task(serving.give_signs("feed", database))
        try:
            async with asyncio.timeout(20):
                while "no sign of life" not in capsys.readouterr().out:
                    assert not signs.done()
                    await asyncio.sleep(0.02)
        finally:
            connection.execute("ALTER TABLE heartbeats_away RENAME TO heartbeats")
    async with asyncio.timeout(20):
        while not await _written(database):  # noqa: ASYNC110 - the database makes it true
            await asyncio.sleep(0.02)
    signs.cancel()
    await asyncio.gather(signs, return_exceptions=True)


async def _written(database: Database) -> list[str]:
    async with database.system() as session:
        return [each.process for each in await list_heartbeats(session)]
