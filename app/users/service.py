"""Members as the rest of the house uses them.

Whoever is not signed in yet has no member to speak for, so these take a system session
(`Database.system`), except `save_preferences`, which is the member's own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id
from app.users import repository
from app.users.models import Member

DEMO_IDENTIFIER = "demo"
DEMO_NAME = "Demo member"

_LONGEST_IDENTIFIER = 200


async def ensure_demo_member(session: AsyncSession, *, now: datetime) -> Member:
    """The one demo member, made on first use."""
    return await ensure_member(session, DEMO_IDENTIFIER, name=DEMO_NAME, is_demo=True, now=now)


async def ensure_member(
    session: AsyncSession, identifier: str, *, name: str, now: datetime, is_demo: bool = False
) -> Member:
    """The member of this identifier, made on first use; two sign-ins at once make one member."""
    if not 1 <= len(identifier) <= _LONGEST_IDENTIFIER:
        raise InvalidInput("A member's identifier has 1 to 200 characters.")
    found = await find_member(session, identifier)
    if found is not None:
        return found
    member = Member(id=new_id(), identifier=identifier, name=name, created_at=now, is_demo=is_demo)
    await repository.insert_member(session, member)
    return await get_member(session, identifier)


async def find_member(session: AsyncSession, identifier: str) -> Member | None:
    """The member of this identifier, if there is one."""
    return await repository.find_by_identifier(session, identifier)


async def get_member(session: AsyncSession, identifier: str) -> Member:
    """The member of this identifier; `NotFound` if nobody has it."""
    member = await find_member(session, identifier)
    if member is None:
        raise NotFound("There is no such member.")
    return member


async def get_member_by_id(session: AsyncSession, member_id: UUID) -> Member:
    """The member of this id; a member's own session finds only itself."""
    member = await repository.find_by_id(session, member_id)
    if member is None:
        raise NotFound("There is no such member.")
    return member


async def list_member_ids(session: AsyncSession) -> tuple[UUID, ...]:
    """Everybody, for work that visits each member in turn."""
    return await repository.list_ids(session)


async def save_preferences(
    session: AsyncSession, member_id: UUID, preferences: Mapping[str, Any]
) -> Member:
    """Replace the member's preferences."""
    await repository.set_preferences(session, member_id, preferences)
    return await get_member_by_id(session, member_id)
