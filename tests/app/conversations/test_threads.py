"""Threads: made, found again, listed, renamed, deleted."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import service
from app.conversations.models import Feedback, Role, StoredMessage, Thread
from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id
from app.infra.db.database import Database


async def _threads(session: AsyncSession, count: int, now: datetime) -> list[Thread]:
    return [
        await service.create_thread(session, title=f"t{n}", now=now + timedelta(minutes=n))
        for n in range(count)
    ]


async def test_a_new_thread_belongs_to_the_member_the_session_speaks_for(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        thread = await service.create_thread(session, title="  SPX \n levels ", now=now)

    async with database.member(ada) as session:
        assert await service.get_thread(session, thread.id) == thread
    assert thread.member_id == ada
    assert thread.title == "SPX levels"
    assert (thread.created_at, thread.updated_at, thread.letters) == (now, now, 0)


async def test_creating_a_thread_again_gives_the_thread_that_is_there(
    database: Database, ada: UUID, now: datetime
) -> None:
    key = new_id()
    async with database.member(ada) as session:
        first = await service.create_thread(session, title="a", thread_id=key, now=now)
        again = await service.create_thread(session, title="b", thread_id=key, now=now)

    assert again == first


async def test_a_thread_of_somebody_else_does_not_exist(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        thread = await service.create_thread(session, now=now)

    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await service.get_thread(session, thread.id)
        with pytest.raises(NotFound):
            await service.rename_thread(session, thread.id, "mine")
        with pytest.raises(NotFound):
            await service.delete_thread(session, thread.id)
        with pytest.raises(NotFound):
            await service.create_thread(session, thread_id=thread.id, now=now)
        with pytest.raises(NotFound):
            await service.append_member_message(session, thread.id, "hello", now=now)
        with pytest.raises(NotFound):
            await service.list_messages(session, thread.id)
        assert (await service.list_threads(session)).threads == ()


async def test_pages_hold_every_thread_once_latest_first(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        made = await _threads(session, 7, now)
        seen: list[Thread] = []
        page = await service.list_threads(session, limit=3)
        sizes = [len(page.threads)]
        seen += page.threads
        while page.next_cursor:
            page = await service.list_threads(session, limit=3, cursor=page.next_cursor)
            sizes.append(len(page.threads))
            seen += page.threads

    assert seen == made[::-1]
    assert sizes == [3, 3, 1]


async def test_pages_part_threads_of_the_same_moment(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        made = {(await service.create_thread(session, now=now)).id for _ in range(4)}
        first = await service.list_threads(session, limit=2)
        second = await service.list_threads(session, limit=2, cursor=first.next_cursor)

    assert {thread.id for thread in first.threads + second.threads} == made
    assert second.next_cursor is None


async def test_a_message_moves_its_thread_to_the_top(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        old, _ = await _threads(session, 2, now)
        await service.append_member_message(session, old.id, "hi", now=now + timedelta(hours=1))
        latest = (await service.list_threads(session)).threads[0]

    assert latest.id == old.id
    assert latest.updated_at == now + timedelta(hours=1)


@pytest.mark.parametrize("cursor", ["x", "2026-11-20T16:30:00+00:00_y", "_", "%00"])
async def test_a_cursor_nobody_gave_out_is_refused(
    database: Database, ada: UUID, cursor: str
) -> None:
    async with database.member(ada) as session:
        with pytest.raises(InvalidInput):
            await service.list_threads(session, cursor=cursor)


async def test_search_reads_titles_and_messages_and_takes_signs_literally(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        titled = await service.create_thread(session, title="Gap of 100% in NVDA", now=now)
        spoken = await service.create_thread(session, title="other", now=now)
        await service.append_member_message(session, spoken.id, "is nvda over vwap", now=now)
        await service.create_thread(session, title="100 days of IWM", now=now)

        nvda = await service.list_threads(session, search="nvda")
        sign = await service.list_threads(session, search="100%")

    assert {thread.id for thread in nvda.threads} == {titled.id, spoken.id}
    assert [thread.id for thread in sign.threads] == [titled.id]


async def test_threads_can_be_listed_by_feedback(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        liked, disliked, _ = await _threads(session, 3, now)
        for thread, is_helpful in ((liked, True), (disliked, False)):
            answer = StoredMessage(
                id=new_id(), thread_id=thread.id, role=Role.COACH, content="x", created_at=now
            )
            await service.append_coach_message(session, answer)
            await service.set_feedback(session, answer.id, Feedback(is_helpful), now=now)

        helpful = await service.list_threads(session, is_helpful=True)
        unhelpful = await service.list_threads(session, is_helpful=False)

    assert [thread.id for thread in helpful.threads] == [liked.id]
    assert [thread.id for thread in unhelpful.threads] == [disliked.id]


async def test_a_title_is_cut_at_200_characters(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        thread = await service.create_thread(session, now=now)
        renamed = await service.rename_thread(session, thread.id, "levels " * 100)

    assert len(renamed.title) == service.TITLE_LENGTH


async def test_deleting_a_thread_deletes_everything_in_it(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        thread = await service.create_thread(session, now=now)
        said = await service.append_member_message(session, thread.id, "hi", now=now)
        await service.delete_thread(session, thread.id)

        with pytest.raises(NotFound):
            await service.get_message(session, said.id)
        with pytest.raises(NotFound):
            await service.delete_thread(session, thread.id)


async def test_only_old_threads_without_a_message_are_empty(
    database: Database, ada: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        old, spoken = await _threads(session, 2, now)
        await service.append_member_message(session, spoken.id, "hi", now=now)
        fresh = await service.create_thread(session, now=now + timedelta(days=1))

        deleted = await service.delete_empty_threads(session, before=now + timedelta(hours=1))

        left = {thread.id for thread in (await service.list_threads(session)).threads}
    assert deleted == 1
    assert left == {spoken.id, fresh.id}
    assert old.id not in left
