"""Channels, notes and preferences: rows in, values out. Row-level security names the member."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.notifications.models import (
    Channel,
    ChannelKind,
    Kind,
    Note,
    Preferences,
    QuietHours,
    State,
    Told,
)
from app.notifications.tables import ChannelRow, DeliveryRow, NotificationRow, PreferencesRow


async def insert_note(session: AsyncSession, note: Note, now: datetime) -> UUID | None:
    """Store the note; None if its event was told before."""
    row = insert(NotificationRow).values(
        id=new_id(),
        kind=note.kind.value,
        key=note.key,
        title=note.title,
        text=note.text,
        thread_id=note.thread_id,
        message_id=note.message_id,
        created_at=now,
    )
    once = row.on_conflict_do_nothing(
        index_elements=[NotificationRow.member_id, NotificationRow.key]
    )
    return (await session.execute(once.returning(NotificationRow.id))).scalar_one_or_none()


async def insert_deliveries(
    session: AsyncSession,
    note_id: UUID,
    channels: Iterable[Channel],
    *,
    held_until: datetime | None,
    now: datetime,
) -> tuple[UUID, ...]:
    rows = [
        {
            "id": new_id(),
            "notification_id": note_id,
            "channel_id": channel.id,
            "channel_kind": channel.kind.value,
            "created_at": now,
            "due_at": held_until or now,
            "is_held": held_until is not None,
        }
        for channel in channels
    ]
    if rows:
        await session.execute(insert(DeliveryRow).values(rows))
    return tuple(cast("UUID", row["id"]) for row in rows)


async def release_held(session: AsyncSession, *, now: datetime) -> None:
    """Let what was held back be due now; whoever sends looks whether it still has to wait."""
    await session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.state == State.WAITING.value, DeliveryRow.is_held, DeliveryRow.due_at > now
        )
        .values(due_at=now, queued_at=None)
    )


async def list_told(session: AsyncSession, keys: Sequence[UUID]) -> tuple[Told, ...]:
    """These notes, oldest first."""
    query = select(NotificationRow).where(NotificationRow.id.in_(keys)).order_by(NotificationRow.id)
    return tuple(
        Told(
            id=row.id,
            kind=Kind(row.kind),
            title=row.title,
            text=row.text,
            thread_id=row.thread_id,
            created_at=row.created_at,
        )
        for row in await session.scalars(query)
    )


async def delete_notes(session: AsyncSession, *, before: datetime) -> int:
    """Delete the member's notes of before, with their deliveries."""
    query = delete(NotificationRow).where(NotificationRow.created_at < before)
    return cast("CursorResult[Any]", await session.execute(query)).rowcount


async def insert_channel(session: AsyncSession, channel: Channel, sealed: bytes) -> None:
    await session.execute(
        insert(ChannelRow).values(
            id=channel.id,
            kind=channel.kind.value,
            name=channel.name,
            hint=channel.hint,
            sealed=sealed,
            created_at=channel.created_at,
            confirmed_at=channel.confirmed_at,
        )
    )


async def list_channels(session: AsyncSession) -> tuple[Channel, ...]:
    """The member's channels, oldest first."""
    rows = await session.scalars(
        select(ChannelRow).order_by(ChannelRow.id), execution_options={"populate_existing": True}
    )
    return tuple(channel_of(row) for row in rows)


async def find_channel(session: AsyncSession, key: UUID) -> tuple[Channel, bytes] | None:
    """A channel and its sealed secret."""
    row = await session.get(ChannelRow, key, populate_existing=True)
    return None if row is None else (channel_of(row), row.sealed)


async def set_channel(session: AsyncSession, key: UUID, **values: object) -> None:
    await session.execute(update(ChannelRow).where(ChannelRow.id == key).values(**values))


async def delete_channel(session: AsyncSession, key: UUID) -> bool:
    query = delete(ChannelRow).where(ChannelRow.id == key)
    return cast("CursorResult[Any]", await session.execute(query)).rowcount > 0


async def find_preferences(session: AsyncSession) -> Preferences:
    """The member's choices; the defaults where none were made."""
    row = await session.scalar(
        select(PreferencesRow), execution_options={"populate_existing": True}
    )
    if row is None:
        return Preferences()
    quiet = None
    if row.quiet_start and row.quiet_end:
        quiet = QuietHours(time.fromisoformat(row.quiet_start), time.fromisoformat(row.quiet_end))
    chosen = {Kind(kind): frozenset(map(UUID, keys)) for kind, keys in row.channels.items()}
    return Preferences(ZoneInfo(row.zone), quiet, chosen)


async def save_preferences(session: AsyncSession, preferences: Preferences) -> None:
    quiet = preferences.quiet
    values = {
        "zone": preferences.zone.key,
        "quiet_start": f"{quiet.start:%H:%M}" if quiet else "",
        "quiet_end": f"{quiet.end:%H:%M}" if quiet else "",
        "channels": {
            kind.value: sorted(map(str, keys)) for kind, keys in preferences.channels.items()
        },
    }
    row = insert(PreferencesRow).values(id=new_id(), **values)
    await session.execute(
        row.on_conflict_do_update(index_elements=[PreferencesRow.member_id], set_=values)
    )


def channel_of(row: ChannelRow) -> Channel:
    return Channel(
        id=row.id,
        kind=ChannelKind(row.kind),
        name=row.name,
        hint=row.hint,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        disabled_because=row.disabled_because,
        last_sent_at=row.last_sent_at,
    )
