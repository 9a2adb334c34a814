"""Messages: appended once, whole, in order, and read back as they were written."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from app.conversations import service
from app.conversations.models import (
    Feedback,
    Role,
    StoredCall,
    StoredCard,
    StoredMessage,
    Thread,
)
from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls


@pytest.fixture
async def thread(database: Database, ada: UUID, now: datetime) -> Thread:
    async with database.member(ada) as session:
        return await service.create_thread(session, now=now)


def _answer(thread: Thread, now: datetime, content: str = "PDH is 601.77.") -> StoredMessage:
    calls = tuple(
        StoredCall(
            id=new_id(),
            name="get_key_levels",
            arguments={"symbol": symbol, "names": ["PDH"]},
            ok=True,
            result={"sentence": f"{symbol} …", "figures": [{"id": "a1", "value": "601.77"}]},
            started_at=now,
            finished_at=now + timedelta(milliseconds=12),
        )
        for symbol in ("SPX", "DIA", "XLF")
    )
    cards = tuple(
        StoredCard(id=new_id(), element="LevelsCard", props={"symbol": symbol}, display=display)
        for symbol, display in (("SPX", "inline"), ("DIA", "side"))
    )
    return StoredMessage(
        id=new_id(),
        thread_id=thread.id,
        role=Role.COACH,
        content=content,
        created_at=now,
        model="offline coach",
        parts=({"text": "PDH is "}, {"text": "601.77", "figures": ["a1"]}),
        grounding={"numbers": 1, "bound": 1, "unbound": []},
        usage={"prompt_tokens": 120, "completion_tokens": 8},
        calls=calls,
        cards=cards,
    )


async def test_an_answer_is_read_back_as_it_was_written(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now)
    async with database.member(ada) as session:
        assert await service.append_coach_message(session, answer, letters=3)

    async with database.member(ada) as session:
        assert await service.list_messages(session, thread.id) == (answer,)
        assert (await service.get_thread(session, thread.id)).letters == 3


async def test_messages_of_one_moment_keep_the_order_they_were_written_in(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    async with database.member(ada) as session:
        for text in "abcdefgh":
            await service.append_member_message(session, thread.id, text, now=now)
        everything = await service.list_messages(session, thread.id)
        last = await service.list_messages(session, thread.id, last=3)

    assert "".join(message.content for message in everything) == "abcdefgh"
    assert "".join(message.content for message in last) == "fgh"


async def test_an_answer_appended_twice_is_there_once(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now)
    async with database.member(ada) as session:
        await service.append_coach_message(session, answer)
    async with database.member(ada) as session:
        assert not await service.append_coach_message(session, replace(answer, content="other"))

        assert await service.list_messages(session, thread.id) == (answer,)


async def test_an_answer_appended_twice_at_once_is_there_once(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now)

    async def append() -> bool:
        async with database.member(ada) as session:
            return await service.append_coach_message(session, answer)

    appended = await asyncio.gather(*(append() for _ in range(5)))

    assert sorted(appended) == [False] * 4 + [True]
    async with database.member(ada) as session:
        assert await service.list_messages(session, thread.id) == (answer,)


async def test_a_members_message_sent_twice_is_there_once(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    key = new_id()
    async with database.member(ada) as session:
        first = await service.append_member_message(
            session, thread.id, "levels", message_id=key, now=now
        )
        again = await service.append_member_message(
            session, thread.id, "levels", message_id=key, now=now + timedelta(seconds=5)
        )
        assert again == first
        assert await service.list_messages(session, thread.id) == (first,)


async def test_an_id_taken_by_another_thread_is_refused(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now)
    async with database.member(ada) as session:
        other = await service.create_thread(session, now=now)
        await service.append_coach_message(session, answer)
        with pytest.raises(InvalidInput):
            await service.append_coach_message(session, replace(answer, thread_id=other.id))


async def test_an_answer_is_stored_whole_or_not_at_all(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now)
    twice = replace(answer, cards=(answer.cards[0], answer.cards[0]))
    with pytest.raises(Exception, match="pk_cards"):
        async with database.member(ada) as session:
            await service.append_coach_message(session, twice)

    async with database.member(ada) as session:
        assert await service.list_messages(session, thread.id) == ()


async def test_the_first_message_names_its_thread(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    question = "where's PDH for SPX?\nand the pre-market high and low of msft, please, today"
    async with database.member(ada) as session:
        await service.append_member_message(session, thread.id, question, now=now)
        await service.append_member_message(session, thread.id, "same for dia", now=now)

        title = (await service.get_thread(session, thread.id)).title
    assert title == "where's PDH for SPX? and the pre-market high and low of…"


async def test_letters_are_never_counted_down(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    async with database.member(ada) as session:
        await service.append_coach_message(session, _answer(thread, now), letters=7)
        await service.append_coach_message(session, _answer(thread, now), letters=5)

        assert (await service.get_thread(session, thread.id)).letters == 7


async def test_what_postgresql_cannot_store_is_replaced_and_nothing_is_lost(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now, content="a\x00b \ud83d c 😀")
    call = replace(answer.calls[0], arguments={"sym\x00bol": ["\udc00", "\\u0000", "€"]})
    async with database.member(ada) as session:
        await service.append_coach_message(session, replace(answer, calls=(call,)))

        [stored] = await service.list_messages(session, thread.id)
    assert stored.content == "a\ufffdb \ufffd c 😀"
    assert stored.calls[0].arguments == {"sym\ufffdbol": ["\ufffd", "\\u0000", "€"]}


async def test_a_card_keeps_the_properties_it_was_given_last(
    database: Database, ada: UUID, bob: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now)
    async with database.member(ada) as session:
        await service.append_coach_message(session, answer)
        await service.update_card(session, answer.cards[0].id, {"timeframe": "15m"})

        [stored] = await service.list_messages(session, thread.id)
        assert stored.cards[0].props == {"timeframe": "15m"}
        assert stored.cards[1] == answer.cards[1]
    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await service.update_card(session, answer.cards[0].id, {})


async def test_feedback_is_replaced_and_taken_back(
    database: Database, ada: UUID, bob: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now)
    async with database.member(ada) as session:
        await service.append_coach_message(session, answer)
        await service.set_feedback(session, answer.id, Feedback(is_helpful=True), now=now)
        second = Feedback(is_helpful=False, comment="wrong day")
        await service.set_feedback(session, answer.id, second, now=now)
        assert (await service.get_message(session, answer.id)).feedback == second

        assert await service.clear_feedback(session, answer.id)
        assert not await service.clear_feedback(session, answer.id)
        assert (await service.get_message(session, answer.id)).feedback is None
    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await service.set_feedback(session, answer.id, second, now=now)


async def test_a_members_own_words_take_no_feedback(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    async with database.member(ada) as session:
        said = await service.append_member_message(session, thread.id, "hi", now=now)
        with pytest.raises(InvalidInput):
            await service.set_feedback(session, said.id, Feedback(is_helpful=True), now=now)


async def test_a_deleted_message_takes_its_parts_along(
    database: Database, ada: UUID, thread: Thread, now: datetime
) -> None:
    answer = _answer(thread, now)
    async with database.member(ada) as session:
        await service.append_coach_message(session, answer)
        await service.delete_message(session, answer.id)

        with pytest.raises(NotFound):
            await service.get_card(session, answer.cards[0].id)
        with pytest.raises(NotFound):
            await service.delete_message(session, answer.id)


_KILLED = """
import asyncio, os, signal, sys
from datetime import datetime
from uuid import UUID
from app.conversations import service
from app.conversations.models import Role, StoredCard, StoredMessage
from app.infra.db.database import Database

url, member, thread, message, card, now = sys.argv[1:]

async def main():
    async with Database(url).member(UUID(member)) as session:
        answer = StoredMessage(
            id=UUID(message), thread_id=UUID(thread), role=Role.COACH, content="half",
            created_at=datetime.fromisoformat(now),
            cards=(StoredCard(id=UUID(card), element="QuoteCard", props={}),),
        )
        assert await service.post_from_worker(session, answer)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_process_killed_before_its_commit_leaves_nothing_half(
    database: Database, ada: UUID, thread: Thread, now: datetime, postgres: DatabaseUrls
) -> None:
    answer = replace(_answer(thread, now), calls=())
    keys = (ada, thread.id, answer.id, answer.cards[0].id)
    killed = subprocess.run(  # noqa: ASYNC221 - our own program; nothing else runs
        [sys.executable, "-c", _KILLED, postgres.application, *map(str, keys), now.isoformat()],
        check=False,
        capture_output=True,
        env={"PATH": os.defpath},
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()

    async with database.member(ada) as session:
        assert await service.list_messages(session, thread.id) == ()
        with pytest.raises(NotFound):
            await service.get_card(session, answer.cards[0].id)
        assert await service.append_coach_message(session, answer)
    with psycopg.connect(postgres.application.replace("+psycopg", "", 1)) as connection:
        connection.execute("SELECT set_config('app.system', 'on', true)")
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
