"""Pushes: every one arrives once, whatever breaks in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import outbox, service
from app.conversations.models import Push, Role, StoredMessage, Thread
from app.core.ids import new_id
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls

PATIENCE_SECONDS = 10.0


@pytest.fixture
async def thread(database: Database, ada: UUID, now: datetime) -> Thread:
    async with database.member(ada) as session:
        return await service.create_thread(session, now=now)


async def _post(session: AsyncSession, thread: Thread) -> UUID:
    message = StoredMessage(
        id=new_id(),
        thread_id=thread.id,
        role=Role.COACH,
        content="PDH broken",
        created_at=thread.created_at,
    )
    assert await service.post_from_worker(session, message)
    return message.id


class Tab:
    """A web process that notes what it is told."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Push] = asyncio.Queue()

    async def listen(self, feed: outbox.OutboxFeed) -> None:
        async for push in feed:
            await self.heard.put(push)

    async def hear(self, count: int) -> list[UUID]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [(await self.heard.get()).message_id for _ in range(count)]


@asynccontextmanager
async def _tab(database: Database) -> AsyncIterator[Tab]:
    tab = Tab()
    listening = asyncio.create_task(tab.listen(await outbox.OutboxFeed.open(database)))
    try:
        yield tab
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _cut_listeners(postgres: DatabaseUrls) -> int:
    """Cut every connection that listens; how many there were."""
    superuser = postgres.owner.replace("coach_owner", "postgres", 1).replace("+psycopg", "", 1)
    async with await psycopg.AsyncConnection.connect(superuser) as connection:
        cut = await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        )
        return cut.rowcount


async def _await_listener(postgres: DatabaseUrls) -> None:
    superuser = postgres.owner.replace("coach_owner", "postgres", 1).replace("+psycopg", "", 1)
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        await psycopg.AsyncConnection.connect(superuser, autocommit=True) as connection,
    ):
        while True:
            found = await connection.execute(
                "SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'"
            )
            if found.rowcount:
                return
            await asyncio.sleep(0.02)


async def test_every_web_process_hears_of_a_workers_message(
    database: Database, ada: UUID, thread: Thread
) -> None:
    async with _tab(database) as first, _tab(database) as second:
        async with database.member(ada) as session:
            message = await _post(session, thread)

        assert await first.hear(1) == [message]
        assert await second.hear(1) == [message]


async def test_a_push_names_whom_and_where(database: Database, ada: UUID, thread: Thread) -> None:
    async with _tab(database) as tab:
        async with database.member(ada) as session:
            message = await _post(session, thread)

        async with asyncio.timeout(PATIENCE_SECONDS):
            push = await tab.heard.get()
    assert (push.member_id, push.thread_id, push.message_id) == (ada, thread.id, message)


async def test_what_is_posted_twice_is_told_once(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    message = StoredMessage(
        id=new_id(), thread_id=thread.id, role=Role.COACH, content="x", created_at=now
    )
    async with _tab(database) as tab:
        async with database.member(ada) as session:
            assert await service.post_from_worker(session, message)
        async with database.member(ada) as session:
            assert not await service.post_from_worker(session, message)
            last = await _post(session, thread)

        assert await tab.hear(2) == [message.id, last]


async def test_a_message_that_was_not_committed_is_not_told(
    database: Database, ada: UUID, thread: Thread
) -> None:
    async with _tab(database) as tab:

        async def fail() -> None:
            async with database.member(ada) as session:
                await _post(session, thread)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        async with database.member(ada) as session:
            told = await _post(session, thread)

        assert await tab.hear(1) == [told]


async def test_a_feed_does_not_repeat_what_was_there_before_it(
    database: Database, ada: UUID, thread: Thread
) -> None:
    async with database.member(ada) as session:
        await _post(session, thread)
    async with _tab(database) as tab:
        async with database.member(ada) as session:
            new = await _post(session, thread)

        assert await tab.hear(1) == [new]


async def test_nothing_is_lost_or_repeated_when_the_connection_is_cut(
    database: Database, ada: UUID, thread: Thread, postgres: DatabaseUrls
) -> None:
    posted: list[UUID] = []

    async def post(count: int) -> None:
        for _ in range(count):
            async with database.member(ada) as session:
                posted.append(await _post(session, thread))

    async with _tab(database) as tab:
        await post(3)
        assert await tab.hear(3) == posted

        assert await _cut_listeners(postgres) == 1
        await post(20)
        assert await tab.hear(20) == posted[3:]

        await _await_listener(postgres)
        writing = asyncio.create_task(post(40))
        for _ in range(3):
            await _cut_listeners(postgres)
            await asyncio.sleep(0.05)
        await writing
        assert sorted(await tab.hear(40)) == sorted(posted[23:])
        assert tab.heard.empty()


async def test_a_push_that_was_numbered_first_but_committed_last_is_not_missed(
    database: Database, ada: UUID, thread: Thread
) -> None:
    async with _tab(database) as tab:
        async with database.member(ada) as slow:
            late = await _post(slow, thread)
            async with database.member(ada) as session:
                other = await service.create_thread(session, now=thread.created_at)
                early = await _post(session, other)
            assert await tab.hear(1) == [early]

        assert await tab.hear(1) == [late]
        assert tab.heard.empty()


async def test_a_cursor_remembers_only_what_may_still_be_overtaken(
    database: Database, ada: UUID, thread: Thread
) -> None:
    async with database.system() as session:
        cursor = await outbox.current_cursor(session)
    for _ in range(5):
        async with database.member(ada) as session:
            await _post(session, thread)
    async with database.system() as session:
        pushes, cursor = await outbox.read_pushes(session, cursor)
    async with database.system() as session:
        again, cursor = await outbox.read_pushes(session, cursor)

    assert len(pushes) == 5
    assert again == ()
    assert len(cursor.seen) == 0


async def test_old_pushes_are_deleted_and_their_messages_stay(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    async with database.member(ada) as session:
        message = await _post(session, thread)
    async with database.system() as session:
        assert await outbox.delete_old_pushes(session, before=now) == 0
        assert await outbox.delete_old_pushes(session, before=now + timedelta(seconds=1)) == 1
        assert (await session.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 0
    async with database.member(ada) as session:
        assert (await service.get_message(session, message)).id == message
