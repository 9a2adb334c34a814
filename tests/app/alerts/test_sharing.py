"""Whose task a symbol is: one, as long as something is watched there."""

from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from app.alerts.models import shard_of
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from tests.app.alerts.conftest import COIN, Street, rises, until
from tests.conftest import libpq

pytestmark = pytest.mark.database


async def test_a_symbol_that_cannot_be_taken_up_yet_is_not_given_up(
    street: Street, postgres: DatabaseUrls, ada: UUID
) -> None:
    alert = await street.armed(ada, rises(), 0.5)
    connection = await psycopg.AsyncConnection.connect(libpq(postgres.owner))
    async with street.feed(), connection as blocking:
        await blocking.execute("LOCK TABLE alert_marks IN ACCESS EXCLUSIVE MODE")
        async with street.monitor() as monitor:
            await until(lambda: COIN in monitor.symbols)
            await monitor.tidy()
            await blocking.rollback()
            assert COIN in monitor.symbols

            async def has_fired() -> bool:
                return bool(await street.firings(ada, alert))

            await until(has_fired)


async def test_a_symbol_armed_while_its_shard_is_taken_is_watched_once(
    street: Street, ada: UUID
) -> None:
    async with street.monitor() as monitor:
        await until(lambda: len(monitor.shards) == 16)
        await street.armed(ada, rises(), 104.0)
        await until(lambda: COIN in monitor.symbols)
        task = monitor._tasks[COIN]

        await monitor._take({shard_of(COIN): task.watch.hold})

        assert monitor._tasks[COIN] is task


async def test_a_shard_held_in_another_epoch_is_taken_up_anew(
    street: Street, database: Database, ada: UUID
) -> None:
    async with street.monitor() as monitor:
        await street.armed(ada, rises(), 104.0)
        await until(lambda: COIN in monitor.symbols)
        before = monitor._tasks[COIN]
        async with database.system() as session:
            await session.execute(
                text("UPDATE feed_leases SET epoch = epoch + 1 WHERE name LIKE 'alerts.shard.%'")
            )

        def is_anew() -> bool:
            task = monitor._tasks.get(COIN)
            return task is not None and task.watch.hold.epoch == before.watch.hold.epoch + 1

        await until(is_anew)
        assert before.running.done()
