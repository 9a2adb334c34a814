"""Every query on conversations: rows in, values out.

No query names a member: row-level security adds that condition to each of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    CursorResult,
    Delete,
    Select,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Feedback, Role, StoredCall, StoredCard, StoredMessage, Thread
from app.conversations.tables import CallRow, CardRow, FeedbackRow, MessageRow, ThreadRow
from app.grounding.ledger import Speaker

R = TypeVar("R")


async def insert_thread(session: AsyncSession, key: UUID, *, title: str, now: datetime) -> None:
    """Insert, or leave a thread of that id alone, whoever owns it."""
    row = insert(ThreadRow).values(id=key, title=title, created_at=now, updated_at=now)
    await session.execute(row.on_conflict_do_nothing(index_elements=[ThreadRow.id]))


async def find_thread(session: AsyncSession, thread_id: UUID) -> Thread | None:
    rows = await _read(session, select(ThreadRow).where(ThreadRow.id == thread_id))
    return _thread(rows[0]) if rows else None


async def list_threads(
    session: AsyncSession,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
    search: str,
    is_helpful: bool | None,
) -> tuple[Thread, ...]:
    """Threads by their last message, latest first, from the one behind `after` on."""
    query = select(ThreadRow).order_by(ThreadRow.updated_at.desc(), ThreadRow.id.desc())
    if after is not None:
        query = query.where(tuple_(ThreadRow.updated_at, ThreadRow.id) < tuple_(*after))
    if search:
        spoken = exists().where(
            MessageRow.thread_id == ThreadRow.id,
            MessageRow.content.icontains(search, autoescape=True),
        )
        query = query.where(or_(ThreadRow.title.icontains(search, autoescape=True), spoken))
    if is_helpful is not None:
        rated = (
            select(FeedbackRow.message_id)
            .join(MessageRow, MessageRow.id == FeedbackRow.message_id)
            .where(MessageRow.thread_id == ThreadRow.id, FeedbackRow.is_helpful == is_helpful)
        )
        query = query.where(rated.exists())
    return tuple(_thread(row) for row in await _read(session, query.limit(limit)))


async def set_title(session: AsyncSession, thread_id: UUID, title: str) -> None:
    await session.execute(update(ThreadRow).where(ThreadRow.id == thread_id).values(title=title))


async def touch_thread(session: AsyncSession, thread_id: UUID, at: datetime) -> None:
    """The thread moved `at`; an older message that arrives late does not move it back."""
    latest = func.greatest(ThreadRow.updated_at, at)
    await session.execute(
        update(ThreadRow).where(ThreadRow.id == thread_id).values(updated_at=latest)
    )


async def raise_letters(session: AsyncSession, thread_id: UUID, letters: int) -> None:
    """Count up to `letters`, never down: another tab may have counted further."""
    most = func.greatest(ThreadRow.letters, letters)
    await session.execute(update(ThreadRow).where(ThreadRow.id == thread_id).values(letters=most))


async def delete_thread(session: AsyncSession, thread_id: UUID) -> bool:
    return await _delete(session, delete(ThreadRow).where(ThreadRow.id == thread_id)) > 0


async def delete_empty_threads(session: AsyncSession, *, before: datetime) -> int:
    spoken = exists().where(MessageRow.thread_id == ThreadRow.id)
    return await _delete(session, delete(ThreadRow).where(ThreadRow.updated_at < before, ~spoken))


async def insert_message(session: AsyncSession, message: StoredMessage) -> bool:
    """Insert the message with its calls and cards; False, and nothing, if its id is taken."""
    row = insert(MessageRow).values(
        id=message.id,
        thread_id=message.thread_id,
        role=message.role.value,
        content=message.content,
        created_at=message.created_at,
        model=message.model,
        parts=list(message.parts),
        grounding=message.grounding,
        usage=message.usage,
    )
    once = row.on_conflict_do_nothing(index_elements=[MessageRow.id]).returning(MessageRow.id)
    if (await session.execute(once)).first() is None:
        return False
    await _insert_parts(session, CallRow, message.id, message.calls)
    await _insert_parts(session, CardRow, message.id, message.cards)
    return True


async def find_message(session: AsyncSession, message_id: UUID) -> StoredMessage | None:
    rows = await _read(session, select(MessageRow).where(MessageRow.id == message_id))
    return (await _assemble(session, rows))[0] if rows else None


async def list_messages(
    session: AsyncSession, thread_id: UUID, *, last: int | None
) -> tuple[StoredMessage, ...]:
    query = select(MessageRow).where(MessageRow.thread_id == thread_id)
    rows = await _read(session, query.order_by(MessageRow.position.desc()).limit(last))
    return await _assemble(session, rows[::-1])


async def last_letter(session: AsyncSession, thread_id: UUID, speaker: Speaker) -> str:
    """Of the speaker's last message with figures in the thread; none if they told none yet."""
    figure = CallRow.result["figures"][0]["id"].astext
    letter = func.substring(figure, f"^({speaker}[a-z]{{2}})[0-9]")
    query = (
        select(letter)
        .join(MessageRow, MessageRow.id == CallRow.message_id)
        .where(MessageRow.thread_id == thread_id, letter.is_not(None))
        .order_by(MessageRow.position.desc())
        .limit(1)
    )
    return (await session.scalar(query)) or ""


async def delete_message(session: AsyncSession, message_id: UUID) -> bool:
    return await _delete(session, delete(MessageRow).where(MessageRow.id == message_id)) > 0


async def find_card(session: AsyncSession, card_id: UUID) -> StoredCard | None:
    rows = await _read(session, select(CardRow).where(CardRow.id == card_id))
    return _card(rows[0]) if rows else None


async def find_drawn_card(
    session: AsyncSession, element: str, name: str
) -> tuple[StoredCard, datetime] | None:
    """The card of that `card_id`, and when its message was written."""
    query = (
        select(CardRow, MessageRow.created_at)
        .join(MessageRow, MessageRow.id == CardRow.message_id)
        .where(CardRow.element == element, CardRow.props["card_id"].astext == name)
    )
    found = (await session.execute(query, execution_options={"populate_existing": True})).first()
    return None if found is None else (_card(found[0]), found[1])


async def set_props(session: AsyncSession, card_id: UUID, props: Mapping[str, Any]) -> None:
    await session.execute(update(CardRow).where(CardRow.id == card_id).values(props=props))


async def upsert_feedback(
    session: AsyncSession, message_id: UUID, feedback: Feedback, *, now: datetime
) -> None:
    said = {"is_helpful": feedback.is_helpful, "comment": feedback.comment, "created_at": now}
    row = insert(FeedbackRow).values(message_id=message_id, **said)
    await session.execute(
        row.on_conflict_do_update(index_elements=[FeedbackRow.message_id], set_=said)
    )


async def delete_feedback(session: AsyncSession, message_id: UUID) -> bool:
    return (
        await _delete(session, delete(FeedbackRow).where(FeedbackRow.message_id == message_id)) > 0
    )


async def _insert_parts(
    session: AsyncSession,
    table: type[CallRow] | type[CardRow],
    message_id: UUID,
    parts: Sequence[StoredCall | StoredCard],
) -> None:
    rows = [
        {field.name: getattr(part, field.name) for field in fields(part)}
        | {"message_id": message_id, "ordinal": ordinal}
        for ordinal, part in enumerate(parts)
    ]
    if rows:
        await session.execute(insert(table).values(rows))


async def _assemble(session: AsyncSession, rows: Sequence[MessageRow]) -> tuple[StoredMessage, ...]:
    keys = [row.id for row in rows]
    calls: dict[UUID, list[StoredCall]] = defaultdict(list)
    for call in await _read(
        session, select(CallRow).where(CallRow.message_id.in_(keys)).order_by(CallRow.ordinal)
    ):
        calls[call.message_id].append(_call(call))
    cards: dict[UUID, list[StoredCard]] = defaultdict(list)
    for card in await _read(
        session, select(CardRow).where(CardRow.message_id.in_(keys)).order_by(CardRow.ordinal)
    ):
        cards[card.message_id].append(_card(card))
    opinions = {
        said.message_id: Feedback(said.is_helpful, said.comment)
        for said in await _read(
            session, select(FeedbackRow).where(FeedbackRow.message_id.in_(keys))
        )
    }
    return tuple(
        StoredMessage(
            id=row.id,
            thread_id=row.thread_id,
            role=Role(row.role),
            content=row.content,
            created_at=row.created_at,
            model=row.model,
            parts=tuple(row.parts),
            grounding=row.grounding,
            usage=row.usage,
            calls=tuple(calls[row.id]),
            cards=tuple(cards[row.id]),
            feedback=opinions.get(row.id),
        )
        for row in rows
    )


async def _read(session: AsyncSession, query: Select[R]) -> Sequence[R]:
    """The rows as they are now, whatever this session read before."""
    return (await session.scalars(query, execution_options={"populate_existing": True})).all()


async def _delete(session: AsyncSession, query: Delete) -> int:
    return cast("CursorResult[Any]", await session.execute(query)).rowcount


def _thread(row: ThreadRow) -> Thread:
    return Thread(
        id=row.id,
        member_id=row.member_id,
        title=row.title,
        created_at=row.created_at,
        updated_at=row.updated_at,
        letters=row.letters,
    )


def _call(row: CallRow) -> StoredCall:
    return StoredCall(
        id=row.id,
        name=row.name,
        arguments=row.arguments,
        ok=row.ok,
        result=row.result,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _card(row: CardRow) -> StoredCard:
    return StoredCard(id=row.id, element=row.element, props=row.props, display=row.display)
