"""What happens in the chat: a tab opens, a member asks, a thread is opened again.

Decided: Chainlit's own frame around handlers is left out (it stores, and shows errors, in its own
way); these are its hooks themselves. This is an edge: whatever goes wrong is told to the member
once, with an id, and logged.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from itertools import islice
from typing import Any
from uuid import UUID

import chainlit as cl
from chainlit.chat_context import chat_contexts
from chainlit.context import context
from chainlit.session import WebsocketSession
from chainlit.socket import resume_thread

from app.agents.events import TurnEvent
from app.agents.turns import take_turn
from app.chat import render, tabs
from app.chat.acting import current_member
from app.chat.live import LiveTurn
from app.chat.room import room
from app.core.errors import CoachError
from app.core.ids import new_id
from app.infra.telemetry import get_logger
from app.users.models import Member

STARTERS = 6

log = get_logger(__name__)
_tasks: set[asyncio.Task[None]] = set()


async def on_chat_start() -> None:
    """A new, empty chat: its thread gets an id of ours, sortable by time. Nothing is said."""
    session = _session()
    if session.restored and session.thread_id_to_resume and not session.has_first_interaction:
        await _resume(session)
        return
    if not session.has_first_interaction and not session.thread_id_to_resume:
        session.thread_id = str(new_id())
    await _introduce(session)


async def _resume(session: WebsocketSession) -> None:
    """Open the thread for a page that connected twice while it loaded, as Chainlit's does.

    Chainlit resumes for the first connection only; that one is gone, and the page waits.
    """
    thread = await resume_thread(session)
    if thread is None:
        await context.emitter.send_resume_thread_error("Thread not found.")
        return
    session.has_first_interaction = True
    named = {"interaction": "resume", "thread_id": thread["id"]}
    await context.emitter.emit("first_interaction", named)
    await on_chat_resume(thread)
    await context.emitter.resume_thread(thread)


async def on_chat_resume(thread: dict[str, object]) -> None:
    """A thread is opened again: its last chart returns to the panel once the page has it.

    Not on a phone, where the panel would cover the conversation that was asked for.
    """
    await _introduce(_session())
    if "Mobi" in _session().environ.get("HTTP_USER_AGENT", ""):
        return
    elements = thread.get("elements")
    chart = render.last_chart(elements) if isinstance(elements, list) else None
    if chart is not None:
        _later(_reopen(_session(), chart))


async def on_chat_end() -> None:
    """Chainlit keeps what was said in memory for as long as it runs; we have it stored."""
    chat_contexts.pop(_session().id, None)


async def on_message(message: cl.Message) -> None:
    """One question, one turn."""
    session = _session()
    # a tab that loses its socket reads its thread again, and what was pushed meanwhile
    session.thread_id_to_resume = session.thread_id
    member = current_member()
    turn = LiveTurn(member.id, UUID(session.thread_id), message.id, wall=room().wall)
    others = [tab for tab in tabs.in_thread(member.id, turn.thread_id) if tab.id != session.id]
    text = str(message.content)
    step = render.member_step(turn.thread_id, message.id, text, turn.started)
    await tabs.tell(others, "new_message", step)
    await answer(turn, member, text)


async def answer(turn: LiveTurn, member: Member, question: str) -> None:
    """Take the member's turn, if one can be taken now."""
    try:
        room().turns.take(str(member.id))
    except CoachError as error:
        await turn.fail(error.message)
        return
    events = take_turn(
        room().database,
        room().coach,
        member_id=member.id,
        thread_id=turn.thread_id,
        question=question,
        clock=room().wall,
    )
    await conclude(turn, events)


async def conclude(turn: LiveTurn, events: AsyncGenerator[TurnEvent, None]) -> None:
    """Draw the turn to its end; every way it can end is drawn, and told once."""
    trouble = new_id()
    try:
        await turn.follow(events)
    except asyncio.CancelledError:
        await turn.stop()
        raise
    except CoachError as error:
        log.warning("turn refused", code=error.code, trouble=str(trouble))
        await turn.fail(error.message)
    except Exception:
        log.exception("turn failed", trouble=str(trouble))
        await turn.fail(
            f"Something broke on our side; your question is kept. If you report it, quote `{trouble}`."
        )


async def stop(socket_id: str) -> None:
    """The stop button: ends the running turn, and says nothing in the coach's name."""
    session = WebsocketSession.get(socket_id)
    if session is not None and session.current_task is not None:
        session.current_task.cancel()


async def starters(*_: object) -> list[cl.Starter]:
    """Six questions that show range: the first example of each tool, round by round."""
    tools = [tool.examples for tool in room().toolbox if tool.examples]
    rounds = (examples[turn] for turn in range(3) for examples in tools if turn < len(examples))
    chosen = [example.question for example in islice(rounds, STARTERS)]
    return [cl.Starter(label=question, message=question) for question in chosen]


async def _introduce(session: WebsocketSession) -> None:
    """Tell the page which session it is: what happens outside of its cards needs to say so."""
    await tabs.tell([session], "window_message", {"coach": "session", "id": session.id})


def _session() -> WebsocketSession:
    session = context.session
    if not isinstance(session, WebsocketSession):
        raise TypeError("the chat needs an open tab")
    return session


async def _reopen(session: WebsocketSession, chart: render.Element) -> None:
    """Open the panel once the thread, which is sent after the hook returns, is on the page.

    The page closes the panel again while it still lays the thread out, and does not say when it is
    done; the second request changes nothing where the first one held.
    """
    for pause in (0.3, 1.2):
        await asyncio.sleep(pause)
        await tabs.open_panel([session], chart)


def _later(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
