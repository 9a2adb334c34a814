"""Conversations as the rest of the house uses them.

Decided: a session speaks for one member (`Database.member`), so no function takes a member: what
another member owns does not exist here (`NotFound`), and what is written belongs to the session's
member. Nothing is committed here; the edge that opened the session commits.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import outbox, repository
from app.conversations.models import (
    Feedback,
    Role,
    StoredCard,
    StoredMessage,
    Thread,
    ThreadPage,
)
from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id

TITLE_LENGTH = 200
"""Characters of a title at most; the table holds it too."""

_FIRST_WORDS = 60
_PAGE = 100


async def create_thread(
    session: AsyncSession, *, now: datetime, title: str = "", thread_id: UUID | None = None
) -> Thread:
    """A new thread, or the member's own thread of that id; `NotFound` if the id is taken."""
    key = thread_id or new_id()
    await repository.insert_thread(session, key, title=_clean_title(title), now=now)
    return await get_thread(session, key)


async def get_thread(session: AsyncSession, thread_id: UUID) -> Thread:
    """The member's thread; `NotFound` also for a thread of somebody else."""
    thread = await repository.find_thread(session, thread_id)
    if thread is None:
        raise NotFound("There is no such conversation.")
    return thread


async def list_threads(
    session: AsyncSession,
    *,
    limit: int = 20,
    cursor: str | None = None,
    search: str = "",
    is_helpful: bool | None = None,
) -> ThreadPage:
    """The member's threads, latest first, `limit` (1 to 100) at a time.

    `search` keeps those with these words in their title or messages, whatever the case;
    `is_helpful` those with such feedback. A `cursor` that no page gave out is `InvalidInput`.
    """
    size = min(max(limit, 1), _PAGE)
    found = await repository.list_threads(
        session,
        limit=size + 1,
        after=_parse_cursor(cursor) if cursor else None,
        search=search.strip(),
        is_helpful=is_helpful,
    )
    page = found[:size]
    return ThreadPage(page, _cursor_after(page[-1]) if len(found) > size else None)


async def rename_thread(session: AsyncSession, thread_id: UUID, title: str) -> Thread:
    """Give the thread another title, cut at 200 characters; its place in the list stays."""
    await get_thread(session, thread_id)
    await repository.set_title(session, thread_id, _clean_title(title))
    return await get_thread(session, thread_id)


async def delete_thread(session: AsyncSession, thread_id: UUID) -> None:
    """Delete the thread with everything in it; `NotFound` if it is not there."""
    if not await repository.delete_thread(session, thread_id):
        raise NotFound("There is no such conversation.")


async def append_member_message(
    session: AsyncSession,
    thread_id: UUID,
    text: str,
    *,
    now: datetime,
    message_id: UUID | None = None,
) -> StoredMessage:
    """Append what the member wrote; the first message names an untitled thread.

    The same `message_id` again changes nothing and gives the message that is stored.
    """
    message = StoredMessage(
        id=message_id or new_id(),
        thread_id=thread_id,
        role=Role.MEMBER,
        content=text,
        created_at=now,
    )
    thread = await get_thread(session, thread_id)
    if not await _append(session, message):
        return await get_message(session, message.id)
    if not thread.title:
        await repository.set_title(session, thread_id, _title_of(text))
    return message


async def append_coach_message(
    session: AsyncSession, message: StoredMessage, *, letters: int | None = None
) -> bool:
    """Append an answer with its calls and cards, all or nothing; False if it was there already.

    `letters` is the ledger's `opened` after the turn: the next turn starts from the thread's.
    """
    await get_thread(session, message.thread_id)
    if not await _append(session, replace(message, role=Role.COACH)):
        return False
    if letters is not None:
        await repository.raise_letters(session, message.thread_id, letters)
    return True


async def post_from_worker(session: AsyncSession, message: StoredMessage) -> bool:
    """Append what the coach says unasked, and wake every web process once it is committed.

    The message, its outbox row and the notification are one transaction. False if the message was
    there already: nothing is announced twice.
    """
    if not await append_coach_message(session, message):
        return False
    await outbox.announce(session, message)
    return True


async def get_message(session: AsyncSession, message_id: UUID) -> StoredMessage:
    """One message with its calls, cards and feedback; `NotFound` if it is not the member's."""
    message = await repository.find_message(session, message_id)
    if message is None:
        raise NotFound("There is no such message.")
    return message


async def list_messages(
    session: AsyncSession, thread_id: UUID, *, last: int | None = None
) -> tuple[StoredMessage, ...]:
    """The messages of a thread in the order they were written, or its `last` ones."""
    await get_thread(session, thread_id)
    return await repository.list_messages(session, thread_id, last=last)


async def delete_message(session: AsyncSession, message_id: UUID) -> None:
    """Delete one message with its calls and cards; `NotFound` if it is not there."""
    if not await repository.delete_message(session, message_id):
        raise NotFound("There is no such message.")


async def get_card(session: AsyncSession, card_id: UUID) -> StoredCard:
    """One card by its id; `NotFound` if it is not the member's."""
    card = await repository.find_card(session, card_id)
    if card is None:
        raise NotFound("There is no such card.")
    return card


async def find_drawn_card(
    session: AsyncSession, element: str, name: str
) -> tuple[StoredCard, datetime]:
    """The card that a page knows by this `card_id`, drawn by `element`, and when it was shown.

    `NotFound` if it is not the member's, or its answer is not finished yet.
    """
    found = None
    if name.isprintable():  # a database takes no zero byte, and no card has one
        found = await repository.find_drawn_card(session, element, name)
    if found is None:
        raise NotFound("There is no such card in your conversations, or not yet.")
    return found


async def update_card(session: AsyncSession, card_id: UUID, props: Mapping[str, Any]) -> StoredCard:
    """Replace the properties of a card: what a reload shows from now on."""
    card = await get_card(session, card_id)
    await repository.set_props(session, card_id, props)
    return replace(card, props=props)


async def set_feedback(
    session: AsyncSession, message_id: UUID, feedback: Feedback, *, now: datetime
) -> None:
    """What the member thinks of a message of the coach; a later one replaces it."""
    message = await get_message(session, message_id)
    if message.role is not Role.COACH:
        raise InvalidInput("Only the coach's answers take feedback.")
    await repository.upsert_feedback(session, message_id, feedback, now=now)


async def clear_feedback(session: AsyncSession, message_id: UUID) -> bool:
    """Take the feedback back; False if there was none."""
    return await repository.delete_feedback(session, message_id)


async def delete_empty_threads(session: AsyncSession, *, before: datetime) -> int:
    """Delete the member's threads without a message that nobody touched since `before`."""
    return await repository.delete_empty_threads(session, before=before)


async def _append(session: AsyncSession, message: StoredMessage) -> bool:
    if not await repository.insert_message(session, message):
        stored = await get_message(session, message.id)
        if stored.thread_id != message.thread_id:
            raise InvalidInput("This message belongs to another conversation.")
        return False
    await repository.touch_thread(session, message.thread_id, message.created_at)
    return True


def _clean_title(title: str) -> str:
    return " ".join(title.split())[:TITLE_LENGTH]


def _title_of(text: str) -> str:
    words = " ".join(text.split())
    if len(words) <= _FIRST_WORDS:
        return words
    return words[:_FIRST_WORDS].rsplit(" ", 1)[0] + "…"


def _cursor_after(thread: Thread) -> str:
    return f"{thread.updated_at.isoformat()}_{thread.id}"


def _parse_cursor(cursor: str) -> tuple[datetime, UUID]:
    moment, _, key = cursor.partition("_")
    try:
        return datetime.fromisoformat(moment), UUID(key)
    except ValueError as error:
        raise InvalidInput("This page of conversations does not exist.") from error
