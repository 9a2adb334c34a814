"""Deliveries on their way: a channel's messages sent, and lost ones found again.

Decided: what is to be tried, and when, stands in the database and not in the queue. A job of the
queue only says "look at these channels"; the sweep says it again for whatever is due and was not
said, so the queue may lose or double jobs as it likes.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import Clock
from app.core.errors import NotFound
from app.infra.db.database import Database
from app.infra.telemetry import get_logger
from app.notifications import claims
from app.notifications.courier import Courier
from app.notifications.models import ChannelKind, DeadLetter, State
from app.notifications.tables import DeliveryRow

AT_ONCE = 20
"""Channels one job looks after side by side: a slow receiver keeps only its own waiting."""

_ROUNDS = 20
_FORGOTTEN = timedelta(seconds=30)
_SWEPT = 2000
_log = get_logger(__name__)

Due = tuple[UUID, UUID]
"""A member, and a channel of theirs."""


async def deliver(database: Database, courier: Courier, due: Sequence[Due], clock: Clock) -> int:
    """Send what is due on these channels; how many messages went out.

    The failure of one channel is raised when the others are done.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(member: UUID, channel: UUID) -> int:
        async with turns:
            return await deliver_channel(database, courier, (member, channel), clock)

    done = await asyncio.gather(*(one(*each) for each in due), return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return sum(cast("list[int]", done))


async def deliver_channel(database: Database, courier: Courier, due: Due, clock: Clock) -> int:
    """Send the messages of one channel, one after the other, until none is due."""
    member, channel = due
    sent = 0
    for _ in range(_ROUNDS):
        async with database.member(member) as session:
            claim = await claims.take(session, channel, courier, now=clock.now())
        if claim is None:
            break
        answer = await courier.send(claim.channel.kind, claim.sealed, claim.message)
        async with database.member(member) as session:
            state = await claims.settle(session, claim, answer, now=clock.now())
        sent += state is State.SENT
        _log.info(
            "notification.tried",
            message=str(claim.message.id),
            kind=claim.channel.kind.value,
            attempt=claim.attempt,
            state=state.value,
        )
    return sent


async def find_due(session: AsyncSession, *, now: datetime) -> tuple[Due, ...]:
    """Channels with a delivery that is due and was not handed over lately; marks them as handed
    over. Needs a system session; roll it back where the queue does not take them."""
    lost = or_(DeliveryRow.queued_at.is_(None), DeliveryRow.queued_at < now - _FORGOTTEN)
    waiting = (
        select(DeliveryRow.id)
        .where(DeliveryRow.state == State.WAITING.value, DeliveryRow.due_at <= now, lost)
        .order_by(DeliveryRow.due_at)
        .limit(_SWEPT)
        .with_for_update(skip_locked=True)
    )
    marked = (
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(waiting.scalar_subquery()))
        .values(queued_at=now)
        .returning(DeliveryRow.member_id, DeliveryRow.channel_id)
    )
    found = await session.execute(marked, execution_options={"synchronize_session": False})
    return tuple(dict.fromkeys((member, channel) for member, channel in found))


async def list_dead(session: AsyncSession, *, limit: int = 100) -> tuple[DeadLetter, ...]:
    """What was given up, latest first. Needs a system session."""
    row = DeliveryRow
    whose = (row.message_key, row.member_id, row.channel_id, row.channel_kind)
    last = func.max(row.settled_at)
    query = (
        select(
            *whose,
            func.count(),
            func.max(row.attempts),
            func.max(row.answer),
            func.min(row.created_at),
        )
        .where(row.state == State.DEAD.value)
        .group_by(*whose)
        .order_by(last.desc())
        .limit(limit)
    )
    return tuple(
        DeadLetter(
            id=key,
            member_id=member,
            channel_id=channel,
            channel_kind=ChannelKind(kind),
            notes=notes,
            attempts=attempts,
            answer=answer,
            created_at=created_at,
        )
        for key, member, channel, kind, notes, attempts, answer, created_at in (
            await session.execute(query)
        )
        if key is not None
    )


async def revive(session: AsyncSession, key: UUID, *, now: datetime) -> None:
    """Try a dead letter again from the start. Needs a system session."""
    query = (
        update(DeliveryRow)
        .where(DeliveryRow.message_key == key, DeliveryRow.state == State.DEAD.value)
        .values(state=State.WAITING.value, due_at=now, queued_at=None, attempts=0, settled_at=None)
    )
    if not cast("CursorResult[Any]", await session.execute(query)).rowcount:
        raise NotFound("There is no dead letter of this id.")
