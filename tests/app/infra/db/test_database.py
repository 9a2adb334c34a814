"""Sessions speak for one member, commit as a whole, and refuse a role that could see more."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import service
from app.core.errors import ProviderUnavailable
from app.infra.db.database import APP_ROLE, Database, UnsafeRole, psycopg_url
from app.infra.embedded.postgres import DatabaseUrls


async def _member_of(session: AsyncSession) -> str | None:
    setting = await session.execute(text("SELECT current_setting('app.member_id', true)"))
    value: str | None = setting.scalar_one()
    return value


async def test_a_connection_forgets_its_member_when_the_transaction_ends(
    postgres: DatabaseUrls, ada: UUID
) -> None:
    database = Database(postgres.application, pool_size=1)
    async with database.member(ada) as session:
        assert await _member_of(session) == str(ada)
    async with database.system() as session:
        assert await _member_of(session) in (None, "")
    await database.close()


async def test_a_transaction_that_raises_leaves_nothing(
    database: Database, ada: UUID, now: datetime
) -> None:
    async def fail() -> None:
        async with database.member(ada) as session:
            await service.create_thread(session, now=now)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    async with database.member(ada) as session:
        assert (await service.list_threads(session)).threads == ()


async def test_the_owners_url_is_enough_and_is_bound_all_the_same(
    postgres: DatabaseUrls, database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        thread = await service.create_thread(session, now=now)

    derived = Database.of(owner_url=postgres.owner, app_url=None)
    await derived.verify()
    async with derived.member(ada) as session:
        assert (await session.execute(text("SELECT current_user"))).scalar_one() == APP_ROLE
        assert (await service.list_threads(session)).threads == (thread,)
    async with derived.member(bob) as session:
        assert (await service.list_threads(session)).threads == ()
    await derived.close()


async def test_a_superusers_url_is_bound_all_the_same(
    postgres: DatabaseUrls, database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        await service.create_thread(session, now=now)

    superuser = postgres.owner.replace("coach_owner", "postgres", 1)
    derived = Database.of(owner_url=superuser, app_url=None)
    await derived.verify()
    async with derived.system() as session:
        assert (await session.execute(text("SELECT count(*) FROM threads"))).scalar_one() == 0
    await derived.close()


@pytest.mark.parametrize(
    ("role", "reason"), [("coach_owner", "owns the tables"), ("postgres", "bypasses")]
)
async def test_a_role_that_policies_would_not_hold_is_refused(
    postgres: DatabaseUrls, role: str, reason: str
) -> None:
    unsafe = Database(postgres.owner.replace("coach_owner", role, 1))
    with pytest.raises(UnsafeRole, match=reason):
        await unsafe.verify()
    await unsafe.close()


async def test_the_applications_own_role_is_accepted(database: Database) -> None:
    await database.verify()


async def test_a_database_that_does_not_answer_is_a_failure_and_says_so() -> None:
    gone = Database("postgresql://coach_app@127.0.0.1:9/coach")
    with pytest.raises(ProviderUnavailable, match="does not answer"):
        await gone.verify()
    await gone.close()


async def test_a_connection_that_was_cut_is_replaced(
    postgres: DatabaseUrls, database: Database
) -> None:
    async def cut() -> None:
        async with database.system() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(ProviderUnavailable):
        await cut()

    async with database.system() as session:
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1


async def test_a_turn_that_does_not_come_is_a_failure_and_says_so(
    postgres: DatabaseUrls,
) -> None:
    small = Database(postgres.application, pool_size=1, wait_seconds=0.05)
    async with small.system(), small.system():
        with pytest.raises(ProviderUnavailable, match="busy"):
            await small.verify()
    await small.verify()
    await small.close()


def test_without_any_url_there_is_no_database() -> None:
    with pytest.raises(ProviderUnavailable, match="COACH_DATABASE__URL"):
        Database.of(owner_url=None, app_url=None)


@pytest.mark.parametrize(
    "spelled", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+asyncpg://u@h/d"]
)
def test_every_spelling_of_the_url_reaches_psycopg(spelled: str) -> None:
    assert str(psycopg_url(spelled)) == "postgresql+psycopg://u@h/d"
