"""Every query on members: rows in, values out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.users.models import Member
from app.users.tables import MemberRow


async def find_by_identifier(session: AsyncSession, identifier: str) -> Member | None:
    query = select(MemberRow).where(MemberRow.identifier == identifier)
    row = await session.scalar(query, execution_options={"populate_existing": True})
    return None if row is None else _member(row)


async def find_by_id(session: AsyncSession, member_id: UUID) -> Member | None:
    row = await session.get(MemberRow, member_id, populate_existing=True)
    return None if row is None else _member(row)


async def list_ids(session: AsyncSession) -> tuple[UUID, ...]:
    return tuple(await session.scalars(select(MemberRow.id).order_by(MemberRow.id)))


async def insert_member(session: AsyncSession, member: Member) -> None:
    """Insert, or leave the member of that identifier alone."""
    row = insert(MemberRow).values(
        id=member.id,
        identifier=member.identifier,
        name=member.name,
        is_demo=member.is_demo,
        created_at=member.created_at,
        preferences=member.preferences,
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=[MemberRow.identifier]))


async def set_preferences(
    session: AsyncSession, member_id: UUID, preferences: Mapping[str, Any]
) -> None:
    await session.execute(
        update(MemberRow).where(MemberRow.id == member_id).values(preferences=preferences)
    )


def _member(row: MemberRow) -> Member:
    return Member(
        id=row.id,
        identifier=row.identifier,
        name=row.name,
        created_at=row.created_at,
        is_demo=row.is_demo,
        preferences=row.preferences,
    )
