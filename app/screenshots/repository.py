"""Every query on screenshots: rows in, values out. Row-level security names the member."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Delete, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.screenshots import documents
from app.screenshots.models import Reading
from app.screenshots.tables import ScreenshotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot:
    """A picture that was read, without its pixels."""

    id: UUID
    created_at: datetime
    kept_until: datetime
    confirmed_at: datetime | None
    width: int
    height: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Term:
    """How long a picture is kept, and whether it was confirmed."""

    created_at: datetime
    kept_until: datetime
    confirmed_at: datetime | None


async def insert_screenshot(
    session: AsyncSession, screenshot: Screenshot, picture: bytes, reading: Mapping[str, Any]
) -> None:
    await session.execute(
        insert(ScreenshotRow).values(
            id=screenshot.id,
            created_at=screenshot.created_at,
            kept_until=screenshot.kept_until,
            width=screenshot.width,
            height=screenshot.height,
            picture=picture,
            reading=reading,
        )
    )


async def find_screenshot(session: AsyncSession, key: UUID, *, now: datetime) -> Screenshot | None:
    row = await session.scalar(select(ScreenshotRow).where(ScreenshotRow.id == key, *_there(now)))
    return None if row is None else _screenshot(row)


async def list_screenshots(
    session: AsyncSession, *, now: datetime, limit: int
) -> tuple[Screenshot, ...]:
    newest = ScreenshotRow.created_at.desc(), ScreenshotRow.id
    query = select(ScreenshotRow).where(*_there(now)).order_by(*newest).limit(limit)
    return tuple(_screenshot(row) for row in await session.scalars(query))


async def find_term(session: AsyncSession, key: UUID, *, now: datetime) -> Term | None:
    """Locked; also of a picture that was erased when it was confirmed."""
    query = select(ScreenshotRow.created_at, ScreenshotRow.kept_until, ScreenshotRow.confirmed_at)
    here = query.where(ScreenshotRow.id == key, ScreenshotRow.kept_until > now)
    row = (await session.execute(here.with_for_update())).one_or_none()
    return None if row is None else Term(*row)


def _there(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What is to be kept longer than `now`, and was not erased."""
    return ScreenshotRow.kept_until > now, ScreenshotRow.width > 0


def _screenshot(row: ScreenshotRow) -> Screenshot:
    return Screenshot(
        id=row.id,
        created_at=row.created_at,
        kept_until=row.kept_until,
        confirmed_at=row.confirmed_at,
        width=row.width,
        height=row.height,
        reading=documents.read(row.reading),
    )


async def find_picture(session: AsyncSession, key: UUID, *, now: datetime) -> bytes | None:
    query = select(ScreenshotRow.picture).where(ScreenshotRow.id == key, *_there(now))
    return await session.scalar(query)


async def mark_confirmed(session: AsyncSession, key: UUID, at: datetime) -> None:
    await session.execute(
        update(ScreenshotRow).where(ScreenshotRow.id == key).values(confirmed_at=at)
    )


async def keep_until(session: AsyncSession, key: UUID, until: datetime) -> None:
    await session.execute(
        update(ScreenshotRow).where(ScreenshotRow.id == key).values(kept_until=until)
    )


async def erase(session: AsyncSession, key: UUID) -> None:
    """Forget pixels and words. The bare row stays until its time is over, to know a confirmation
    that is sent again."""
    nothing = {"width": 0, "height": 0, "picture": b"", "reading": {}}
    await session.execute(update(ScreenshotRow).where(ScreenshotRow.id == key).values(**nothing))


async def delete_one(session: AsyncSession, key: UUID) -> bool:
    return await _count(session, delete(ScreenshotRow).where(ScreenshotRow.id == key)) > 0


async def delete_before(session: AsyncSession, moment: datetime) -> int:
    return await _count(session, delete(ScreenshotRow).where(ScreenshotRow.kept_until <= moment))


async def _count(session: AsyncSession, statement: Delete) -> int:
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount
