"""A turn as it is drawn while it runs, in every tab that has its thread open."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

from app.agents.events import (
    CardShown,
    NumberPart,
    TextPart,
    ToolFinished,
    ToolStarted,
    TurnDone,
    TurnEvent,
    TurnStarted,
)
from app.chat import render, stored, tabs
from app.chat.room import room
from app.conversations import service
from app.core.clock import Clock
from app.infra.telemetry import bound, get_logger
from widgets.base import BaseCard

LOOK_BACK = 20
"""Messages read back after a stop: figures of the last answers may be pointed at."""

log = get_logger(__name__)


class LiveTurn:
    """Draws the events of one turn. `asked` is the step of the member's message."""

    def __init__(self, member_id: UUID, thread_id: UUID, asked: str, *, wall: Clock) -> None:
        self.member_id = member_id
        self.thread_id = thread_id
        self.asked = asked
        self.wall = wall
        self.turn: render.Turn | None = None
        self.started = wall.now()
        self.text = ""
        self.has_answer = False

    async def follow(self, events: AsyncGenerator[TurnEvent, None]) -> None:
        """Draw until the turn is done; what `events` raises is raised."""
        async with aclosing(events):
            await self._follow(events)

    async def _follow(self, events: AsyncGenerator[TurnEvent, None]) -> None:
        started = await anext(events)
        if not isinstance(started, TurnStarted):
            raise TypeError(f"a turn begins with TurnStarted, not with {type(started).__name__}")
        self.turn = render.Turn(started.thread_id, started.message_id, self.asked)
        with bound(turn_id=started.message_id):
            await self._tell("new_message", render.run_step(self.turn, self.started))
            await self._tell("window_message", {"coach": "thread", "id": str(self.thread_id)})
            async for event in events:
                await self._draw(self.turn, event)

    async def fail(self, text: str) -> None:
        """Say once, in the place of the answer, what went wrong."""
        turn = self.turn or render.Turn(self.thread_id, self._nameless(), self.asked)
        told = f"{self.text}\n\n{text}" if self.text else text
        await self._tell("new_message", render.run_step(turn, self.started))
        await self._tell("new_message", render.error_step(turn, told, self.wall.now()))
        await self._end(turn)

    async def stop(self) -> None:
        """The member stopped it: draw what the turn has stored instead, and nothing blinks."""
        if self.turn is None:
            return
        async with room().database.member(self.member_id) as session:
            messages = await service.list_messages(session, self.thread_id, last=LOOK_BACK)
        steps, elements = stored.drawn(messages)
        for step in steps:
            if step["id"] == str(self.turn.message_id):
                await self._tell("new_message", step | {"parentId": self.turn.run_id})
        for element in elements:
            if element["forId"] == str(self.turn.message_id):
                await self._tell("element", element)
        await self._end(self.turn)

    async def _draw(self, turn: render.Turn, event: TurnEvent) -> None:
        match event:
            case TextPart() | NumberPart():
                await self._say(turn, render.linked(event))
            case ToolStarted():
                await self._tell("new_message", render.started_call(turn, event, self.wall.now()))
            case ToolFinished():
                await self._tell("new_message", render.finished_call(turn, event, self.wall.now()))
            case CardShown():
                await self._show(turn, event.card)
            case TurnDone():
                await self._finish(turn, event)
            case TurnStarted():
                raise TypeError("a turn begins once")

    async def _say(self, turn: render.Turn, text: str) -> None:
        if not text:
            return
        if not self.has_answer:
            await self._begin(turn, text)
        else:
            self.text += text
            token = {"id": str(turn.message_id), "token": text}
            await self._tell("stream_token", token | {"isSequence": False, "isInput": False})

    async def _begin(self, turn: render.Turn, text: str) -> None:
        self.has_answer, self.text = True, text
        step = render.answer_step(turn, text, self.wall.now(), is_streaming=True)
        await self._tell("stream_start", step)

    async def _show(self, turn: render.Turn, card: BaseCard) -> None:
        elements = render.card_elements(turn, card.element, card.props(), card.display)
        for element in elements:
            await self._tell("element", element)
        if card.display == "side":
            await tabs.open_panel(self._tabs(), elements[0])

    async def _finish(self, turn: render.Turn, done: TurnDone) -> None:
        step = render.answer_step(turn, render.markdown(done.parts), self.wall.now())
        await self._tell("new_message", step)
        sources = render.sources_element(turn, done.grounding)
        if sources is not None:
            await self._tell("element", sources)
        await self._end(turn)
        log.info(
            "turn done",
            model=done.model,
            calls=len(done.calls),
            numbers=done.grounding.numbers,
            unbound=len(done.grounding.unbound),
            ms=_milliseconds(self.started, self.wall.now()),
        )

    async def _end(self, turn: render.Turn) -> None:
        await self._tell("new_message", render.run_step(turn, self.started, self.wall.now()))

    async def _tell(self, event: str, content: object) -> None:
        await tabs.tell(self._tabs(), event, content)

    def _tabs(self) -> list[tabs.Tab]:
        return tabs.in_thread(self.member_id, self.thread_id)

    def _nameless(self) -> UUID:
        """The message of a turn that failed before it had one: derived from the question's."""
        return UUID(self.asked)


def _milliseconds(started: datetime, ended: datetime) -> int:
    return round((ended - started).total_seconds() * 1000)
