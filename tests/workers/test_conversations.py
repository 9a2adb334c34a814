"""Housekeeping takes what nobody needs and nothing else."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from app.alerts import service as alerts
from app.alerts.beginning import standing
from app.alerts.drafts import Wish, draft_alert
from app.alerts.values import NoBook
from app.conversations import service
from app.conversations.models import Role, StoredMessage
from app.core.clock import FrozenClock
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.providers.simulated import SimulatedMarket
from app.users.plans import ELITE
from workers.conversations import DRAFTS_KEPT, EMPTY_THREADS_KEPT, PUSHES_KEPT, tidy
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


async def test_drafts_of_alerts_that_nobody_armed_go_and_alerts_stay(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    market = SimulatedMarket(seed=7)
    wish = Wish(symbol=Symbol("AMD"), condition="price hits 100")
    terms = (await draft_alert(wish, market=market, book=NoBook(), at=now)).terms
    begins = await standing(terms, market=market, book=NoBook(), at=now)
    kept: set[UUID] = set()
    for member in (ada, bob):
        async with database.member(member) as session:
            drafts = [
                await alerts.store_draft(
                    session, member, terms, key=str(new_id()), thread_id=None, now=made
                )
                for made in (now - DRAFTS_KEPT, *[now - DRAFTS_KEPT - timedelta(seconds=1)] * 2)
            ]
            fresh, armed, _ = drafts
            made, print_ = armed.created_at, armed.fingerprint
            await alerts.arm(session, armed.id, print_, begins, plan=ELITE, now=made)
            kept |= {fresh.id, armed.id}

    await tidy(JobContext(database, FrozenClock(now), market))

    left: set[UUID] = set()
    for member in (ada, bob):
        async with database.member(member) as session:
            left |= set((await session.scalars(text("SELECT id FROM alerts"))).all())
    assert left == kept
