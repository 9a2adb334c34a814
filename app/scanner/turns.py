"""Turns of the scans that run by themselves: begun once, ended once.

Decided: a turn is written down before anything of it runs, in a transaction of its own, so whatever a
scan does to the one who runs it, the next of them is run before it is tried again. A turn whose worker
died is free again after `LEASE` and counts as failed; a scan that failed `MOST_FAILED` times running is
switched off. A provider that does not answer is no fault of a scan.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.scanner.tables import ScanRow, ScheduleRow

LEASE = timedelta(minutes=15)
"""Longer than any job runs."""
MOST_FAILED = 5


async def due_scans(session: AsyncSession, now: datetime) -> list[tuple[UUID, UUID]]:
    """Scans that should have run by now, as (member, scan), those that wait longest first; a system
    session sees everybody's."""
    waiting_since = func.greatest(ScheduleRow.due_at, ScheduleRow.begun_at)
    query = (
        select(ScheduleRow.member_id, ScheduleRow.scan_id)
        .where(ScheduleRow.due_at <= now, _is_free(now))
        .order_by(waiting_since, ScheduleRow.scan_id)
    )
    return [(row.member_id, row.scan_id) for row in await session.execute(query)]


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(ScheduleRow.begun_at.is_(None), ScheduleRow.begun_at <= now - LEASE)


async def is_of_options(session: AsyncSession, scan_id: UUID) -> bool:
    """Whether a scan looks over chains, which is all of it that is read before it is begun."""
    found = await session.scalar(
        select(ScanRow.search.has_key("options")).where(ScanRow.id == scan_id)
    )
    return bool(found)


async def begin(session: AsyncSession, scan_id: UUID, now: datetime) -> int | None:
    """Begin a due scan's turn: how many before it failed, running; None if it is not due, or somebody
    else has begun it."""
    found = await session.scalars(
        select(ScheduleRow)
        .where(ScheduleRow.scan_id == scan_id, ScheduleRow.due_at <= now, _is_free(now))
        .with_for_update(skip_locked=True)
    )
    row = found.one_or_none()
    if row is None:
        return None
    failed = row.failed
    row.begun_at, row.failed = now, failed + 1
    await session.flush()
    return failed


async def end(session: AsyncSession, scan_id: UUID, began: datetime, now: datetime) -> bool:
    """It ran: the next turn is the next of its interval; one that was missed is not made up for. False
    if the turn is no longer the caller's."""
    row = await _own(session, scan_id, began)
    if row is None:
        return False
    _to_next(row, now)
    row.failed = 0
    await session.flush()
    return True


async def fail(session: AsyncSession, scan_id: UUID, began: datetime, now: datetime) -> bool:
    """It could not run; whether it was switched off for that."""
    row = await _own(session, scan_id, began)
    if row is None:
        return False
    if row.failed >= MOST_FAILED:
        await switch_off(session, scan_id)
        return True
    _to_next(row, now)
    await session.flush()
    return False


async def put_off(session: AsyncSession, scan_id: UUID, began: datetime, pause: timedelta) -> None:
    """Let it wait so long, or its interval if that is shorter, as its provider does not answer."""
    row = await _own(session, scan_id, began)
    if row is not None:
        row.due_at = began + min(pause, timedelta(minutes=row.every_minutes))
        row.begun_at, row.failed = None, 0
        await session.flush()


async def switch_off(session: AsyncSession, scan_id: UUID) -> None:
    await session.execute(delete(ScheduleRow).where(ScheduleRow.scan_id == scan_id))


async def place_of(session: AsyncSession, scan_id: UUID) -> tuple[str, UUID | None]:
    """A scan's name, and the conversation it tells in."""
    query = select(ScanRow.name, ScanRow.thread_id).where(ScanRow.id == scan_id)
    row = (await session.execute(query)).one()
    return row.name, row.thread_id


async def _own(session: AsyncSession, scan_id: UUID, began: datetime) -> ScheduleRow | None:
    found = await session.scalars(
        select(ScheduleRow)
        .where(ScheduleRow.scan_id == scan_id, ScheduleRow.begun_at == began)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


def _to_next(row: ScheduleRow, now: datetime) -> None:
    every = timedelta(minutes=row.every_minutes)
    row.due_at += every * ((now - row.due_at) // every + 1)
    row.begun_at = None
