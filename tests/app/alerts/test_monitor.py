"""What is watched fires, once, and is told in the conversation."""

from uuid import UUID

import pytest

from app.conversations import service as conversations
from app.conversations.models import Role
from app.infra.db.database import Database
from app.market.standins.zigzag import crossings
from tests.app.alerts.conftest import COIN, Street, rises, until

pytestmark = pytest.mark.database


async def test_a_crossing_is_told_in_the_conversation(
    street: Street, database: Database, ada: UUID
) -> None:
    async with street.feed(), street.monitor():
        alert = await street.armed(ada, rises(), 104.0)
        due = crossings(COIN, 104.0, street.clock.now().timestamp(), 4e9)[0]

        await until(lambda: _has_fired(street, ada, alert, 1))

    (told,) = await street.firings(ada, alert)
    assert abs(told.at.timestamp() - due) < 60
    async with database.member(ada) as session:
        message = await conversations.get_message(session, told.message_id)
        thread = await conversations.get_thread(session, told.thread_id)
    assert message.role is Role.COACH
    assert thread.title == "Alerts"
    assert "crossed above 104.00" in message.content
    assert message.grounding is not None
    assert message.grounding["unbound"] == []


async def _has_fired(street: Street, member: UUID, alert: object, times: int) -> bool:
    return len(await street.firings(member, alert)) >= times  # type: ignore[arg-type]
