"""Members: made once, found by identifier, changed by themselves."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.core.errors import InvalidInput, NotFound
from app.infra.db.database import Database
from app.users import service
from app.users.models import Member


async def test_there_is_one_demo_member(database: Database, now: datetime) -> None:
    async with database.system() as session:
        first = await service.ensure_demo_member(session, now=now)
    async with database.system() as session:
        again = await service.ensure_demo_member(session, now=now + timedelta(days=1))

    assert again == first
    assert (first.identifier, first.name, first.is_demo) == ("demo", "Demo member", True)


async def test_two_sign_ins_at_once_make_one_member(database: Database, now: datetime) -> None:
    async def sign_in() -> Member:
        async with database.system() as session:
            return await service.ensure_member(session, "google:7", name="Grace", now=now)

    members = await asyncio.gather(*(sign_in() for _ in range(5)))

    assert len({member.id for member in members}) == 1
    assert not members[0].is_demo


async def test_an_unknown_identifier_is_nobody(database: Database) -> None:
    async with database.system() as session:
        assert await service.find_member(session, "nobody") is None
        with pytest.raises(NotFound):
            await service.get_member(session, "nobody")


@pytest.mark.parametrize("identifier", ["", "x" * 201])
async def test_an_identifier_has_a_length(
    database: Database, identifier: str, now: datetime
) -> None:
    async with database.system() as session:
        with pytest.raises(InvalidInput):
            await service.ensure_member(session, identifier, name="X", now=now)


async def test_a_member_reads_and_changes_only_themselves(
    database: Database, ada: UUID, bob: UUID
) -> None:
    async with database.member(ada) as session:
        saved = await service.save_preferences(session, ada, {"timezone": "Europe/Prague"})
        assert saved.preferences == {"timezone": "Europe/Prague"}
        with pytest.raises(NotFound):
            await service.save_preferences(session, bob, {"timezone": "UTC"})

    async with database.system() as session:
        assert (await service.get_member_by_id(session, bob)).preferences == {}
        assert await service.list_member_ids(session) == tuple(sorted((ada, bob)))
