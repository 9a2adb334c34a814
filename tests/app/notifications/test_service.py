"""A note is stored with what it tells about, or not at all."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.errors import InvalidInput
from app.core.ids import new_id
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.settings import ROOT
from app.notifications import repository, service
from app.notifications.models import (
    Channel,
    ChannelKind,
    Enqueued,
    Kind,
    Note,
    Preferences,
    QuietHours,
)
from app.notifications.tables import DeliveryRow, NotificationRow

MakeNote = Callable[..., Note]


async def add_channel(
    database: Database, member: UUID, now: datetime, kind: ChannelKind = ChannelKind.WEBHOOK
) -> Channel:
    channel = Channel(
        id=new_id(), kind=kind, name="mine", hint="…", created_at=now, confirmed_at=now
    )
    async with database.member(member) as session:
        await repository.insert_channel(session, channel, b"sealed")
    return channel


async def test_a_note_is_stored_once_for_each_channel(
    database: Database, ada: UUID, now: datetime, note: MakeNote
) -> None:
    one = await add_channel(database, ada, now)
    other = await add_channel(database, ada, now, ChannelKind.SLACK)
    async with database.member(ada) as session:
        stored = await service.enqueue(session, note(), now=now)
    async with database.member(ada) as session:
        again = await service.enqueue(session, note(), now=now)
        rows = (await session.scalars(select(DeliveryRow))).all()

    assert stored.due == (one.id, other.id)
    assert {row.id for row in rows} == set(stored.deliveries)
    assert again == Enqueued()


async def test_a_firing_that_is_rolled_back_tells_nothing(
    database: Database, ada: UUID, now: datetime, note: MakeNote
) -> None:
    await add_channel(database, ada, now)

    async def fire() -> None:
        async with database.member(ada) as session:
            await service.enqueue(session, note(), now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fire()
    async with database.member(ada) as session:
        assert (await session.scalars(select(NotificationRow))).all() == []
        assert (await session.scalars(select(DeliveryRow))).all() == []


async def test_words_are_those_of_the_message_without_its_markdown(
    database: Database, ada: UUID, now: datetime, note: MakeNote
) -> None:
    async with database.member(ada) as session:
        await service.enqueue(session, note(), now=now)
        row = (await session.scalars(select(NotificationRow))).one()

    assert row.text == "SPX 5,930.20 touched PDH (5,930) for the 3rd time today."
    assert row.title == "SPX at PDH, firing 1"


async def test_a_long_message_is_cut_between_words(
    database: Database, ada: UUID, now: datetime, note: MakeNote
) -> None:
    long = note().text * 40
    async with database.member(ada) as session:
        await service.enqueue(session, replace(note(), text=long, title=long), now=now)
        row = (await session.scalars(select(NotificationRow))).one()

    assert len(row.text) <= 600
    assert row.text.endswith("…")
    assert len(row.title) <= 120


async def test_in_quiet_hours_deliveries_wait_for_their_end(
    database: Database, ada: UUID, now: datetime, note: MakeNote
) -> None:
    await add_channel(database, ada, now)
    lunch = Preferences(ZoneInfo("America/New_York"), QuietHours(time(11), time(12, 30)))
    async with database.member(ada) as session:
        await repository.save_preferences(session, lunch)
        stored = await service.enqueue(session, note(), now=now)
        row = (await session.scalars(select(DeliveryRow))).one()

    assert stored.due == ()
    assert row.is_held
    assert row.due_at == now.replace(hour=17)


async def test_a_member_is_told_where_they_chose_by_kind(
    database: Database, ada: UUID, now: datetime, note: MakeNote
) -> None:
    await add_channel(database, ada, now)
    chosen = await add_channel(database, ada, now)
    choices = Preferences(channels={Kind.ALERT: frozenset({chosen.id})})
    async with database.member(ada) as session:
        await repository.save_preferences(session, choices)
        assert await repository.find_preferences(session) == choices
        assert (await service.enqueue(session, note(), now=now)).due == (chosen.id,)

    silent = Preferences(channels={Kind.ALERT: frozenset()})
    async with database.member(ada) as session:
        await repository.save_preferences(session, silent)
        assert (await service.enqueue(session, note("firing 2"), now=now)).due == ()


async def test_a_channel_that_is_off_or_unconfirmed_is_told_nothing(
    database: Database, ada: UUID, now: datetime, note: MakeNote
) -> None:
    off = await add_channel(database, ada, now)
    unconfirmed = await add_channel(database, ada, now)
    async with database.member(ada) as session:
        await repository.set_channel(session, off.id, disabled_because="gone")
        await repository.set_channel(session, unconfirmed.id, confirmed_at=None)
        assert await service.enqueue(session, note(), now=now) == Enqueued()


async def test_anothers_channels_are_told_nothing(
    database: Database, ada: UUID, bob: UUID, now: datetime, note: MakeNote
) -> None:
    await add_channel(database, bob, now)
    async with database.member(ada) as session:
        assert await service.enqueue(session, note(), now=now) == Enqueued()


async def test_a_note_about_anothers_message_is_refused(
    database: Database, bob: UUID, now: datetime, note: MakeNote
) -> None:
    with pytest.raises(IntegrityError, match="fk_notifications"):
        async with database.member(bob) as session:
            await service.enqueue(session, note(), now=now)


async def test_a_note_without_a_key_is_refused(
    database: Database, ada: UUID, now: datetime, note: MakeNote
) -> None:
    async with database.member(ada) as session:
        with pytest.raises(InvalidInput, match="key"):
            await service.enqueue(session, note(""), now=now)


ALONE = """
import asyncio, sys
from datetime import UTC, datetime
from uuid import UUID
from app.infra.db.database import Database
from app.notifications.models import Kind, Note
from app.notifications.service import enqueue

async def tell(url, *keys):
    member, thread, message = map(UUID, keys)
    note = Note(kind=Kind.ALERT, key="1", title="x", text="y", thread_id=thread, message_id=message)
    database = Database(url)
    async with database.member(member) as session:
        print(len((await enqueue(session, note, now=datetime(2026, 11, 20, tzinfo=UTC))).due))
    await database.close()

asyncio.run(tell(*sys.argv[1:]))
"""


async def test_a_process_that_knows_no_other_tables_can_tell(
    database: Database, postgres: DatabaseUrls, ada: UUID, now: datetime, note: MakeNote
) -> None:
    await add_channel(database, ada, now)
    told = note()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ALONE,
        postgres.application,
        *map(str, (ada, told.thread_id, told.message_id)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complained = await asyncio.wait_for(process.communicate(), 60)
    assert (printed.decode().strip(), complained.decode()) == ("1", "")
