"""What was told stays told: of dropped alerts too, counted whole, of one symbol or of all."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from app.alerts import service
from app.alerts.drafts import Wish, draft_alert
from app.alerts.models import Alert, Status
from app.alerts.protocol import MemberAlerts
from app.alerts.tables import FiringRow
from app.alerts.values import NoBook
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.providers.simulated import SimulatedMarket

pytestmark = pytest.mark.database

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)
SPX, AMD = Symbol("SPX"), Symbol("AMD")


async def told(database: Database, member: UUID, symbol: Symbol, times: int) -> Alert:
    """An alert of the member's that told so often."""
    wish = Wish(symbol=symbol, condition="price hits 100")
    terms = (await draft_alert(wish, market=SimulatedMarket(), book=NoBook(), at=NOW)).terms
    async with database.member(member) as session:
        alert = await service.store_draft(
            session, member, terms, key=uuid4().hex, thread_id=None, now=NOW
        )
        for number in range(1, times + 1):
            await session.execute(
                insert(FiringRow).values(
                    id=new_id(),
                    alert_id=alert.id,
                    sequence=number,
                    at=NOW + timedelta(minutes=number),
                    told_at=NOW + timedelta(minutes=number),
                    is_late=False,
                    body={"price": 100.0},
                    thread_id=new_id(),
                    message_id=new_id(),
                )
            )
    return alert


async def test_a_history_counts_all_of_a_members_firings_and_gives_the_last(
    database: Database, ada: UUID, bob: UUID
) -> None:
    dropped = await told(database, ada, SPX, 3)
    await told(database, ada, AMD, 2)
    await told(database, bob, SPX, 4)
    async with database.member(ada) as session:
        await service.drop(session, dropped.id, now=NOW)
    alerts = MemberAlerts(database, ada)

    every = await alerts.history(None, limit=2)
    ours = await alerts.history(SPX, limit=10)

    assert every.count == 5
    assert [firing.sequence for firing, _ in every.latest] == [3, 2]
    assert (ours.count, len(ours.latest)) == (3, 3)
    assert {alert.status for _, alert in ours.latest} == {Status.DROPPED}
    assert (await alerts.history(Symbol("T"), limit=10)).latest == ()
