"""A member's conversation with a message to tell about."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from app.conversations import service as conversations
from app.conversations.models import Role, StoredMessage
from app.core.ids import new_id
from app.infra.db.database import Database
from app.notifications.models import Kind, Note

SAID = "**SPX** [5,930.20](#A1) touched PDH ([5,930](#A2)) for the 3rd time today."


@pytest.fixture
async def message(database: Database, ada: UUID, now: datetime) -> StoredMessage:
    """What the coach said in a conversation of Ada's."""
    return await said(database, ada, now)


async def said(database: Database, member: UUID, now: datetime) -> StoredMessage:
    async with database.member(member) as session:
        thread = await conversations.create_thread(session, now=now, title="Alerts")
        stored = StoredMessage(
            id=new_id(), thread_id=thread.id, role=Role.COACH, content=SAID, created_at=now
        )
        await conversations.append_coach_message(session, stored)
    return stored


@pytest.fixture
def note(message: StoredMessage) -> Callable[[str], Note]:
    """A note about that message by its key."""

    def make(key: str = "firing 1") -> Note:
        return Note(
            kind=Kind.ALERT,
            key=key,
            title=f"SPX at PDH, {key}",
            text=message.content,
            thread_id=message.thread_id,
            message_id=message.id,
        )

    return make
