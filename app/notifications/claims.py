"""Which message a channel sends next, and what its answer means for the rest.

Decided: the unit is the channel. One sender at a time holds it for a while (`busy_until`), so notes
keep their order, a receiver that asks to wait is left alone by all of them, and many notes at once
become one message. A message keeps its id and its notes in every attempt; a sender that dies leaves
a claim that runs out, and the same message goes out again under the same id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.notifications import repository
from app.notifications.courier import Courier
from app.notifications.models import Channel, Message, State
from app.notifications.protocol import Answer, Outcome
from app.notifications.quiet import quiet_until
from app.notifications.tables import ChannelRow, DeliveryRow
from app.notifications.wording import compose

ALONE = 3
"""So many messages a minute go out one by one; what comes after them waits and goes out as one."""
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=30)
"""Longer than any attempt takes."""
PAUSES = tuple(timedelta(seconds=each) for each in (10, 30, 120, 600, 1800, 3600, 7200))
"""After the first, second … failed attempt; a message whose last one failed is dead."""
LONGEST_PAUSE = timedelta(hours=6)
AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this sender may send now, `attempt` times tried with this one."""

    channel: Channel
    sealed: bytes
    message: Message
    attempt: int


async def take(
    session: AsyncSession, channel_id: UUID, courier: Courier, *, now: datetime
) -> Claim | None:
    """The message to send next; None while there is none, or it is not this channel's time."""
    row = await session.get(ChannelRow, channel_id, with_for_update=True, populate_existing=True)
    if row is None or _is_engaged(row, now):
        return None
    channel = repository.channel_of(row)
    if not channel.is_on:
        await _drop(session, channel_id, now)
        return None
    preferences = await repository.find_preferences(session)
    until = quiet_until(preferences.quiet, preferences.zone, now)
    if until is not None:
        await _hold(session, channel_id, until)
        return None
    chosen = await _choose(session, channel_id, now)
    while chosen and chosen[0].attempts > len(PAUSES):
        await _give_up(session, chosen, now)
        chosen = await _choose(session, channel_id, now)
    if not chosen:
        return None
    claim = await _claim(session, chosen, (channel, row.sealed), courier, preferences.zone)
    row.busy_until = now + LEASE
    return claim


async def settle(session: AsyncSession, claim: Claim, answer: Answer, *, now: datetime) -> State:
    """Write down what came of an attempt; what the message is now."""
    row = await session.get(
        ChannelRow, claim.channel.id, with_for_update=True, populate_existing=True
    )
    if row is None:
        return State.DROPPED
    row.busy_until = None
    row.not_before = None
    if answer.outcome is Outcome.LATER and claim.attempt <= len(PAUSES):
        row.not_before = now + pause(claim.attempt, answer)
        await _set(session, claim, answer=answer.text, due_at=row.not_before, queued_at=None)
        return State.WAITING
    state = State.SENT if answer.outcome is Outcome.SENT else State.DEAD
    await _set(session, claim, state=state.value, answer=answer.text, settled_at=now)
    if answer.outcome is Outcome.SENT:
        row.last_sent_at = now
    if answer.outcome is Outcome.GONE:
        row.disabled_because = answer.text
        await session.flush()
        await _drop(session, row.id, now)
    return state


def pause(attempt: int, answer: Answer) -> timedelta:
    """How long a channel rests after a failed attempt; longer where the receiver asks for it."""
    asked, limit = answer.retry_after_seconds or 0.0, LONGEST_PAUSE.total_seconds()
    # written so that "not a number" asks for nothing
    seconds = min(asked, limit) if asked > 0 else 0.0
    return max(PAUSES[attempt - 1], timedelta(seconds=seconds))


def _is_engaged(row: ChannelRow, now: datetime) -> bool:
    return any(until is not None and until > now for until in (row.busy_until, row.not_before))


async def _choose(session: AsyncSession, channel_id: UUID, now: datetime) -> list[DeliveryRow]:
    """The deliveries of the next message: one tried before, a digest, or a single one."""
    query = (
        select(DeliveryRow)
        .where(
            DeliveryRow.channel_id == channel_id,
            DeliveryRow.state == State.WAITING.value,
            DeliveryRow.due_at <= now,
        )
        .order_by(DeliveryRow.id)
        .limit(AT_MOST)
        .with_for_update()
    )
    due = list(await session.scalars(query, execution_options={"populate_existing": True}))
    tried = [each for each in due if each.message_key is not None]
    if tried:
        return [each for each in tried if each.message_key == tried[0].message_key]
    if len(due) > ALONE or (len(due) > 1 and any(each.is_held for each in due)):
        return due
    if due and (again := await _crowded_until(session, channel_id, now)) is not None:
        await _postpone(session, due, again)
        return []
    return due[:1]


async def _crowded_until(session: AsyncSession, channel_id: UUID, now: datetime) -> datetime | None:
    """When a channel that has told enough for this minute may tell again."""
    sent = func.max(DeliveryRow.settled_at)
    query = (
        select(sent)
        .where(
            DeliveryRow.channel_id == channel_id,
            DeliveryRow.state == State.SENT.value,
            DeliveryRow.settled_at > now - MINUTE,
        )
        .group_by(DeliveryRow.message_key)
        .order_by(sent)
    )
    moments = [each for each in await session.scalars(query) if each is not None]
    return moments[0] + MINUTE if len(moments) >= ALONE else None


async def _claim(
    session: AsyncSession,
    chosen: list[DeliveryRow],
    channel: tuple[Channel, bytes],
    courier: Courier,
    zone: ZoneInfo,
) -> Claim:
    told = await repository.list_told(session, [each.notification_id for each in chosen])
    key = chosen[0].message_key or chosen[0].id
    title, text = compose(told, zone)
    message = Message(
        id=key,
        title=title,
        text=text,
        link=courier.link(told[-1].thread_id),
        kind=told[0].kind.value if len(told) == 1 else "digest",
        notes=tuple(each.id for each in told),
        created_at=told[-1].created_at,
    )
    for each in chosen:
        each.message_key = key
        each.attempts += 1
    return Claim(*channel, message, chosen[0].attempts)


async def _give_up(session: AsyncSession, rows: list[DeliveryRow], now: datetime) -> None:
    """End a message whose senders died, every one of them."""
    for each in rows:
        each.state, each.settled_at = State.DEAD.value, now
        each.answer = each.answer or "Nobody came back from sending it."
    await session.flush()


async def _postpone(session: AsyncSession, rows: list[DeliveryRow], until: datetime) -> None:
    for each in rows:
        each.due_at, each.is_held, each.queued_at = until, True, None
    await session.flush()


async def _hold(session: AsyncSession, channel_id: UUID, until: datetime) -> None:
    """Keep back what is due before the quiet hours end."""
    await session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.channel_id == channel_id,
            DeliveryRow.state == State.WAITING.value,
            DeliveryRow.due_at < until,
        )
        .values(due_at=until, is_held=True, queued_at=None)
    )


async def _drop(session: AsyncSession, channel_id: UUID, now: datetime) -> None:
    await session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.channel_id == channel_id, DeliveryRow.state == State.WAITING.value)
        .values(state=State.DROPPED.value, settled_at=now, answer="The channel is off.")
    )


async def _set(session: AsyncSession, claim: Claim, **values: object) -> None:
    await session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.message_key == claim.message.id,
            DeliveryRow.channel_id == claim.channel.id,
            DeliveryRow.state == State.WAITING.value,
        )
        .values(**values)
    )
