"""Where a message goes that nobody asked for: its conversation, and the letter of its figures there.

Decided: it goes where it belongs; where that conversation is gone or there never was one, into one
that everything of its speaker shares, made when it is needed. A turn of the member may be running
there just now, so the figures take letters that no turn gets, and a second message waits until the
first is committed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import repository
from app.conversations.models import Thread
from app.conversations.service import create_thread, get_thread
from app.core.errors import NotFound
from app.core.ids import new_id
from app.grounding.ledger import Speaker

_IN_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('told in ' || :thread, 0))")


@dataclass(frozen=True, slots=True)
class Shared:
    """The conversation of all that has none of its own; each member's has an id made from `root`."""

    title: str
    root: UUID


SHARED: Mapping[Speaker, Shared] = {
    Speaker.ALERTS: Shared("Alerts", UUID("5b1f7a7e-3c43-4d6c-9a55-8c8c1f1f0a17")),
    Speaker.SCANS: Shared("Scans", UUID("0d0c8d5e-62c0-4b8e-8a0b-5a8f1c0b7f3e")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message goes: its figures are `letter`'s, which no turn of the thread uses."""

    thread_id: UUID
    message_id: UUID
    letter: str


async def take_place(
    session: AsyncSession,
    speaker: Speaker,
    *,
    member_id: UUID,
    thread_id: UUID | None,
    now: datetime,
) -> Place:
    """The place of the speaker's next message, which the caller's transaction then posts.

    `thread_id` is the conversation it belongs to, if any.
    """
    thread = await _thread(session, SHARED[speaker], member_id, thread_id, now)
    await session.execute(_IN_TURNS, {"thread": str(thread.id)})
    last = await repository.last_letter(session, thread.id, speaker)
    return Place(thread_id=thread.id, message_id=new_id(), letter=speaker.letter(last))


async def _thread(
    session: AsyncSession, shared: Shared, member_id: UUID, thread_id: UUID | None, now: datetime
) -> Thread:
    if thread_id is not None:
        try:
            return await get_thread(session, thread_id)
        except NotFound:
            pass
    own = uuid5(shared.root, str(member_id))
    return await create_thread(session, now=now, title=shared.title, thread_id=own)
