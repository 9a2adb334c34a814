"""A turn from the member's words to the stored answer.

Decided: the member's message is committed before the model is asked, so that nothing is lost when
the process dies; the answer goes in whole, with its calls and cards, in one transaction under an id
made up front, so that storing it twice changes nothing. No transaction is open while a model
thinks. Turns of one thread take place one after the other, so that each knows the one before and
figure ids stay unique in their thread.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.coach import Coach
from app.agents.events import (
    CardShown,
    GroundingReport,
    NumberPart,
    TextPart,
    ToolFinished,
    TurnDone,
    TurnEvent,
    TurnStarted,
)
from app.agents.history import Memory, recall, stored_message
from app.agents.model import Usage
from app.alerts.protocol import MemberAlerts
from app.conversations import service
from app.conversations.models import Role, StoredMessage, Thread
from app.core.clock import Clock, WallClock
from app.core.errors import NotFound
from app.core.ids import new_id
from app.grounding.parts import markdown
from app.infra.db.database import Database
from app.positions.protocol import MemberHoldings
from app.scanner.protocol import MemberFinds

REMEMBERED = 60
"""So many of a thread's last messages are read for a turn."""


async def take_turn(  # noqa: PLR0913 - whose, where, what, as of when, and by which clock
    database: Database,
    coach: Coach,
    *,
    member_id: UUID,
    thread_id: UUID | None,
    question: str,
    as_of: datetime | None = None,
    clock: Clock | None = None,
) -> AsyncGenerator[TurnEvent, None]:
    """The events of one stored turn: `TurnStarted` first, `TurnDone` once it is stored.

    Without a `thread_id` a thread is begun; one that does not exist yet is begun under that id.
    `clock` stamps the messages; the system's by default. A turn that is cancelled keeps what was
    said. `InvalidInput` for a question that cannot be asked, `NotFound` for somebody else's thread.
    """
    coach.check(question, as_of)
    wall = clock or WallClock()
    asked, started = await _begin(database, member_id, thread_id, question, wall)
    seen: list[TurnEvent] = []
    memory = Memory()
    try:
        yield started
        async with _turn_of(started.thread_id):
            memory = await _recall(database, member_id, asked)
            async with aclosing(coach.answer(question, memory, as_of=as_of)) as events:
                async for event in events:
                    seen.append(event)
                    if isinstance(event, TurnDone):
                        await _store(database, member_id, started, event, wall)
                    yield event
    except (asyncio.CancelledError, GeneratorExit):
        if seen and not isinstance(seen[-1], TurnDone):
            done = _cut_short(seen, model=coach.model.name, letters=memory.ledger.opened)
            await asyncio.shield(_store(database, member_id, started, done, wall))
        raise


async def _begin(
    database: Database, member_id: UUID, thread_id: UUID | None, question: str, clock: Clock
) -> tuple[StoredMessage, TurnStarted]:
    async with database.member(member_id) as session:
        thread, is_new = await _thread(session, thread_id, clock)
        asked = await service.append_member_message(session, thread.id, question, now=clock.now())
    return asked, TurnStarted(thread.id, new_id(), is_new)


async def _recall(database: Database, member_id: UUID, asked: StoredMessage) -> Memory:
    """What was said in the thread, without the question and those that still wait behind it."""
    async with database.member(member_id) as session:
        thread = await service.get_thread(session, asked.thread_id)
        found = await service.list_messages(session, thread.id, last=REMEMBERED)
    answered = [
        each for each in found if each.role is Role.COACH or each.created_at < asked.created_at
    ]
    holdings = MemberHoldings(database, member_id)
    finds = MemberFinds(database, member_id)
    alerts = MemberAlerts(database, member_id)
    told = recall(answered, thread.letters)
    return replace(told, holdings=holdings, finds=finds, alerts=alerts)


def _turn_of(thread_id: UUID) -> asyncio.Lock:
    """The lock of a thread in this web process; a member's chats are on one."""
    return _TURNS.setdefault(thread_id, asyncio.Lock())


_TURNS: "WeakValueDictionary[UUID, asyncio.Lock]" = WeakValueDictionary()


async def _store(
    database: Database, member_id: UUID, started: TurnStarted, done: TurnDone, clock: Clock
) -> None:
    message = stored_message(
        done, message_id=started.message_id, thread_id=started.thread_id, now=clock.now()
    )
    async with database.member(member_id) as session:
        await service.append_coach_message(session, message, letters=done.letters)


async def _thread(
    session: AsyncSession, thread_id: UUID | None, clock: Clock
) -> tuple[Thread, bool]:
    if thread_id is not None:
        try:
            return await service.get_thread(session, thread_id), False
        except NotFound:
            pass
    return await service.create_thread(session, now=clock.now(), thread_id=thread_id), True


def _cut_short(seen: Sequence[TurnEvent], *, model: str, letters: int) -> TurnDone:
    """What a cancelled turn leaves behind."""
    parts = [each for each in seen if isinstance(each, TextPart | NumberPart)]
    parts.append(TextPart("\n\n(stopped)" if parts else "(stopped)"))
    numbers = [each for each in parts if isinstance(each, NumberPart)]
    return TurnDone(
        answer=markdown(parts),
        parts=tuple(parts),
        grounding=GroundingReport(
            numbers=len(numbers),
            bound=sum(number.is_bound for number in numbers),
            unbound=tuple(number.text for number in numbers if not number.is_bound),
        ),
        usage=Usage(),
        model=model,
        calls=tuple(each for each in seen if isinstance(each, ToolFinished)),
        cards=tuple(each.card for each in seen if isinstance(each, CardShown)),
        letters=letters,
        extra={"stopped": "cancelled"},
    )
