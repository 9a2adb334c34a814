"""Housekeeping takes what nobody needs and nothing else."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from app.conversations import service
from app.conversations.models import Role, StoredMessage
from app.core.clock import FrozenClock
from app.core.ids import new_id
from app.infra.db.database import Database
from app.market.providers.simulated import SimulatedMarket
from workers.conversations import EMPTY_THREADS_KEPT, PUSHES_KEPT, tidy
from workers.runner import JobContext


async def test_tidying_visits_every_member(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    kept: dict[UUID, UUID] = {}
    for member in (ada, bob):
        async with database.member(member) as session:
            await service.create_thread(
                session, now=now - EMPTY_THREADS_KEPT - timedelta(seconds=1)
            )
            kept[member] = (await service.create_thread(session, now=now - EMPTY_THREADS_KEPT)).id

    await tidy(JobContext(database, FrozenClock(now), SimulatedMarket(seed=7)))

    for member in (ada, bob):
        async with database.member(member) as session:
            left = (await service.list_threads(session)).threads
            assert [thread.id for thread in left] == [kept[member]]


async def test_old_pushes_go_and_recent_ones_stay(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        thread = await service.create_thread(session, now=now)
        for age in (PUSHES_KEPT + timedelta(seconds=1), PUSHES_KEPT):
            message = StoredMessage(
                id=new_id(),
                thread_id=thread.id,
                role=Role.COACH,
                content="x",
                created_at=now - age,
            )
            await service.post_from_worker(session, message)

    await tidy(JobContext(database, FrozenClock(now), SimulatedMarket(seed=7)))

    async with database.system() as session:
        left = (await session.scalars(text("SELECT created_at FROM outbox"))).all()
    assert left == [now - PUSHES_KEPT]
    async with database.member(ada) as session:
        assert len(await service.list_messages(session, thread.id)) == 2
