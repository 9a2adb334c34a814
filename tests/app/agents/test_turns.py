"""Turns that are stored, against PostgreSQL and a scripted model over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from app.agents.coach import Coach
from app.agents.endpoint import OpenAIChatModel
from app.agents.events import TurnDone, TurnEvent, TurnStarted
from app.agents.history import recall, restored_parts
from app.agents.turns import take_turn
from app.conversations import service
from app.conversations.models import Role, StoredMessage
from app.core.clock import FrozenClock
from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id
from app.infra.db.database import Database
from app.infra.llm.endpoint import Endpoint
from app.infra.llm.scripted import Reply, ScriptedServer, scripted_model
from app.market.providers.simulated import SimulatedMarket
from tools import TOOLBOX

QUOTE: tuple[str, Mapping[str, Any]] = ("get_quote", {"symbol": "SPY"})


@asynccontextmanager
async def coached(
    replies: Sequence[Reply], clock: FrozenClock
) -> AsyncIterator[tuple[Coach, ScriptedServer]]:
    async with scripted_model(replies) as server:
        model = OpenAIChatModel(Endpoint(base_url=server.base_url, model="scripted", retries=0))
        yield Coach(model, TOOLBOX, SimulatedMarket(seed=7), clock, wall=clock), server
        await model.close()


async def turn(
    database: Database,
    coach: Coach,
    member_id: UUID,
    question: str,
    thread_id: UUID | None = None,
) -> list[TurnEvent]:
    events = take_turn(database, coach, member_id=member_id, thread_id=thread_id, question=question)
    return [event async for event in events]


async def messages(
    database: Database, member_id: UUID, thread_id: UUID
) -> tuple[StoredMessage, ...]:
    async with database.member(member_id) as session:
        return await service.list_messages(session, thread_id)


async def test_a_turn_is_stored_with_its_calls_cards_and_checked_numbers(
    database: Database, ada: UUID, clock: FrozenClock
) -> None:
    replies = [Reply(calls=(QUOTE,)), Reply(text="SPY is at {a1}.")]
    async with coached(replies, clock) as (coach, _):
        started, *_, done = await turn(database, coach, ada, "where is spy?")
    assert isinstance(started, TurnStarted)
    assert isinstance(done, TurnDone)
    assert started.is_new_thread
    asked, answered = await messages(database, ada, started.thread_id)
    assert (asked.role, asked.content) == (Role.MEMBER, "where is spy?")
    assert (answered.id, answered.content) == (started.message_id, done.answer)
    assert answered.model == "scripted"
    assert answered.usage is not None
    assert answered.usage["prompt_tokens"] == 20
    assert answered.grounding is not None
    assert answered.grounding["numbers"] == answered.grounding["bound"] == 1
    assert restored_parts(answered) == done.parts
    [call] = answered.calls
    assert (call.name, call.arguments, call.ok) == ("get_quote", {"symbol": "SPY"}, True)
    assert [card.element for card in answered.cards] == ["QuoteCard"]


async def test_the_next_turn_remembers_figures_and_takes_the_next_letter(
    database: Database, ada: UUID, clock: FrozenClock
) -> None:
    replies = [
        Reply(calls=(QUOTE,)),
        Reply(text="SPY is at {a1}."),
        Reply(calls=(("get_quote", {"symbol": "QQQ"}),)),
        Reply(text="QQQ is at {b1}, SPY was at {a1}."),
    ]
    async with coached(replies, clock) as (coach, server):
        first = await turn(database, coach, ada, "where is spy?")
        started = first[0]
        assert isinstance(started, TurnStarted)
        second = await turn(database, coach, ada, "and qqq?", started.thread_id)
    again, done = second[0], second[-1]
    assert isinstance(again, TurnStarted)
    assert isinstance(done, TurnDone)
    assert not again.is_new_thread
    assert not done.grounding.unbound
    assert [figure.entity for figure in done.grounding.sources] == ["QQQ", "SPY"]
    roles = [message["role"] for message in server.requests[2]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert server.requests[2]["messages"][4]["content"] == "SPY is at {a1}."
    assert "a1 last (SPY) = " in server.requests[2]["messages"][3]["content"]


async def test_the_question_is_kept_before_the_model_is_asked(
    database: Database, ada: UUID, clock: FrozenClock
) -> None:
    async with coached([Reply(delay_seconds=30)], clock) as (coach, _):
        events = take_turn(database, coach, member_id=ada, thread_id=None, question="spy?")
        started = await anext(events)
        assert isinstance(started, TurnStarted)
        stored = await messages(database, ada, started.thread_id)
        await events.aclose()
    assert [message.content for message in stored] == ["spy?"]


async def test_a_model_that_is_down_leaves_a_stored_answer_that_says_so(
    database: Database, ada: UUID, clock: FrozenClock
) -> None:
    async with coached([Reply(calls=(QUOTE,)), Reply(status=500)], clock) as (coach, _):
        events = await turn(database, coach, ada, "spy?")
    started = events[0]
    assert isinstance(started, TurnStarted)
    answered = (await messages(database, ada, started.thread_id))[1]
    assert "fault of its own" in answered.content
    assert "What the tools found: SPY is at" in answered.content
    assert len(answered.calls) == len(answered.cards) == 1


async def test_a_cancelled_turn_keeps_what_was_said(
    database: Database, ada: UUID, clock: FrozenClock
) -> None:
    threads: list[UUID] = []
    said = asyncio.Event()
    replies = [Reply(text="Let me look. ", calls=(QUOTE,)), Reply(delay_seconds=30)]
    async with coached(replies, clock) as (coach, _):

        async def listen() -> None:
            events = take_turn(database, coach, member_id=ada, thread_id=None, question="spy?")
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, TurnStarted):
                        threads.append(event.thread_id)
                    if type(event).__name__ == "CardShown":
                        said.set()

        task = asyncio.create_task(listen())
        await said.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    answered = (await messages(database, ada, threads[0]))[1]
    assert answered.content == "Let me look. \n\n(stopped)"
    assert answered.usage is not None
    assert answered.usage["stopped"] == "cancelled"
    assert len(answered.calls) == 1


async def test_storing_a_turn_twice_changes_nothing(
    database: Database, ada: UUID, clock: FrozenClock
) -> None:
    async with coached([Reply(text="Hello.")], clock) as (coach, _):
        started = (await turn(database, coach, ada, "hi"))[0]
    assert isinstance(started, TurnStarted)
    stored = await messages(database, ada, started.thread_id)
    async with database.member(ada) as session:
        assert not await service.append_coach_message(session, stored[1], letters=5)
    assert await messages(database, ada, started.thread_id) == stored


async def test_a_thread_of_somebody_else_does_not_exist(
    database: Database, ada: UUID, bob: UUID, clock: FrozenClock
) -> None:
    async with coached([Reply(text="Hello.")], clock) as (coach, server):
        started = (await turn(database, coach, ada, "hi"))[0]
        assert isinstance(started, TurnStarted)
        with pytest.raises(NotFound):
            await turn(database, coach, bob, "hi", started.thread_id)
    assert len(server.requests) == 1


async def test_a_thread_can_be_begun_under_a_given_id(
    database: Database, ada: UUID, clock: FrozenClock
) -> None:
    thread_id = new_id()
    async with coached([Reply(text="Hello.")], clock) as (coach, _):
        started = (await turn(database, coach, ada, "hi", thread_id))[0]
    assert isinstance(started, TurnStarted)
    assert (started.thread_id, started.is_new_thread) == (thread_id, True)


async def test_what_cannot_be_asked_stores_nothing(
    database: Database, ada: UUID, clock: FrozenClock, now: datetime
) -> None:
    thread_id = new_id()
    async with coached([Reply(text="Hello.")], clock) as (coach, _):
        with pytest.raises(InvalidInput, match=r"4,000"):
            await turn(database, coach, ada, "x" * 5_000, thread_id)
        late = take_turn(
            database,
            coach,
            member_id=ada,
            thread_id=thread_id,
            question="spy?",
            as_of=now.replace(year=2030),
        )
        with pytest.raises(InvalidInput, match="future"):
            await anext(late)
    with pytest.raises(NotFound):
        await messages(database, ada, thread_id)


async def test_a_long_thread_is_remembered_within_its_room(now: datetime) -> None:
    long = [
        StoredMessage(
            id=new_id(),
            thread_id=new_id(),
            role=Role.MEMBER if number % 2 == 0 else Role.COACH,
            content=f"{number} " + "word " * 600,
            created_at=now,
        )
        for number in range(60)
    ]
    memory = recall(long, 7)
    texts = [message.text for message in memory.messages]
    assert sum(map(len, texts)) <= 60_000
    assert texts[-1].startswith("59 ")
    assert memory.ledger.opened == 7


async def test_turns_of_one_thread_take_place_one_after_the_other(
    database: Database, ada: UUID, clock: FrozenClock
) -> None:
    replies = [Reply(calls=(QUOTE,)), Reply(text="Done.")] * 4
    async with coached(replies, clock) as (coach, _):
        started, *_rest = await turn(database, coach, ada, "spy?")
        assert isinstance(started, TurnStarted)
        thread = started.thread_id
        await asyncio.gather(
            *(turn(database, coach, ada, each, thread) for each in ("1", "2", "3"))
        )
    stored = await messages(database, ada, thread)
    ids = [
        figure["id"]
        for message in stored
        for made in message.calls
        for figure in made.result["figures"]
    ]
    assert len([each for each in stored if each.role is Role.COACH]) == 4
    assert len(ids) == len(set(ids)) > 0
