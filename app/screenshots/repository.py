"""Every query on screenshots: rows in, values out. Row-level security names the member."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Delete, delete, insert, select, update
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


async def find_screenshot(
    session: AsyncSession, key: UUID, *, is_locked: bool = False
) -> Screenshot | None:
    query = select(ScreenshotRow).where(ScreenshotRow.id == key)
    row = await session.scalar(query.with_for_update() if is_locked else query)
    if row is None:
        return None
    return Screenshot(
        id=row.id,
        created_at=row.created_at,
        kept_until=row.kept_until,
        confirmed_at=row.confirmed_at,
        width=row.width,
        height=row.height,
        reading=documents.read(row.reading),
    )


async def find_picture(session: AsyncSession, key: UUID) -> bytes | None:
    return await session.scalar(select(ScreenshotRow.picture).where(ScreenshotRow.id == key))


async def mark_confirmed(session: AsyncSession, key: UUID, at: datetime) -> None:
    await session.execute(
        update(ScreenshotRow).where(ScreenshotRow.id == key).values(confirmed_at=at)
    )


async def delete_one(session: AsyncSession, key: UUID) -> bool:
    return await _count(session, delete(ScreenshotRow).where(ScreenshotRow.id == key)) > 0


async def delete_before(session: AsyncSession, moment: datetime) -> int:
    return await _count(session, delete(ScreenshotRow).where(ScreenshotRow.kept_until <= moment))


async def _count(session: AsyncSession, statement: Delete) -> int:
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount
