"""The loop of one turn: the model speaks and calls, tools answer, until it calls no more.

Decided: a turn never fails silently and never loses what it found. A model that does not answer, a
budget that is used up, a tool that broke: each ends in a `TurnDone` whose answer says what
happened, with the tools' own sentences where the model left nothing.

Numbers without a source stay where they are, marked, since nothing shown is taken back. The model
is then offered to add a correction under its answer, at most `Limits.corrections` times within the
rounds and the time of the turn; whatever is still unsupported at the end is explained in a note.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace

import structlog

from app.agents.calling import Caller, Outcome
from app.agents.events import (
    CardShown,
    NumberPart,
    TextPart,
    ToolStarted,
    TurnDone,
    TurnEvent,
)
from app.agents.limits import Limits
from app.agents.model import (
    ChatModel,
    CoachMessage,
    Message,
    ModelEvent,
    ModelRequest,
    RoundEnd,
    SystemMessage,
    Usage,
)
from app.core.errors import CoachError
from app.core.ids import new_id
from app.grounding.answer import Writer
from app.grounding.parts import markdown
from app.grounding.untrusted import quotable
from prompts import load
from widgets import collate
from widgets.base import BaseCard

_log = structlog.get_logger(__name__)
_NOTHING = {"", "none", "none.", "ok", "ok.", "-", "—"}


class Turn:
    """One turn under way."""

    def __init__(
        self,
        *,
        model: ChatModel,
        caller: Caller,
        writer: Writer,
        messages: list[Message],
        limits: Limits,
    ) -> None:
        """`messages` end with the member's question; the loop appends to them."""
        self._model = model
        self._caller = caller
        self._writer = writer
        self._messages = messages
        self._limits = limits
        self._deadline = asyncio.get_running_loop().time() + limits.turn_seconds
        self._parts: list[TextPart | NumberPart] = []
        self._outcomes: list[Outcome] = []
        self._cards: list[BaseCard] = []
        self._usage = Usage()
        self._stopped = ""
        self._said = ""
        self._end = RoundEnd()
        self._corrections = 0
        self._explained = 0

    async def run(self) -> AsyncGenerator[TurnEvent, None]:
        """The events of the turn; the last one is `TurnDone`, whatever happens but cancellation."""
        trouble = ""
        try:
            async with aclosing(self._converse()) as events:
                async for event in events:
                    yield event
        except TimeoutError:
            self._stopped, trouble = "time", "This took longer than a turn may; I stopped here."
        except CoachError as error:
            self._stopped, trouble = error.code, error.message
        except Exception:  # noqa: BLE001 - an edge: the member gets an id instead of a traceback
            fault = new_id()
            _log.exception("turn_broke", fault=str(fault))
            self._stopped = "fault"
            trouble = f"Something broke in the coach; quote fault {fault} when you report it."
        for part in self._ending(trouble):
            yield self._kept(part)
        yield self._done()

    async def _converse(self) -> AsyncGenerator[TurnEvent, None]:
        for rounds_left in reversed(range(self._limits.rounds)):
            async with aclosing(self._speak(is_last=not rounds_left)) as parts:
                async for part in parts:
                    yield part
            if self._end.calls and not rounds_left:
                self._stopped = "rounds"
            elif self._end.calls:
                async with aclosing(self._use_tools()) as events:
                    async for event in events:
                        yield event
            elif not self._offer_correction():
                return

    async def _speak(self, *, is_last: bool) -> AsyncGenerator[TextPart | NumberPart, None]:
        """One round of the model; a correction is shown as a whole, or not at all."""
        self._said, self._end = "", RoundEnd()
        async with aclosing(self._stream(is_last=is_last)) as events:
            async for event in events:
                if isinstance(event, RoundEnd):
                    self._end = event
                    continue
                self._said += event.text
                if not self._corrections:
                    for part in self._write(event.text):
                        yield part
        self._count(self._end.usage)
        if self._corrections and self._said.strip().casefold() not in _NOTHING:
            for part in self._write(self._said.strip()):
                yield part
        for part in self._writer.close():
            yield self._kept(part)

    async def _stream(self, *, is_last: bool) -> AsyncGenerator[ModelEvent, None]:
        request = ModelRequest(
            messages=tuple(self._messages),
            tools=() if is_last else self._caller.toolbox.schemas(),
            now=self._caller.clock.now(),
        )
        stream = self._model.stream(request)
        try:
            while True:
                async with asyncio.timeout_at(self._deadline):
                    event = await anext(stream, None)
                if event is None:
                    return
                yield event
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()

    def _write(self, text: str) -> Iterator[TextPart | NumberPart]:
        """What a round says begins a paragraph of its own."""
        if self._said == text or self._corrections:
            text = text.lstrip("\n")
            if text and self._parts:
                yield self._kept(TextPart("\n\n"))
        for part in self._writer.feed(text):
            yield self._kept(part)

    def _kept(self, part: TextPart | NumberPart) -> TextPart | NumberPart:
        self._parts.append(part)
        return part

    async def _use_tools(self) -> AsyncGenerator[TurnEvent, None]:
        calls = tuple(replace(call, id=str(new_id())) for call in self._end.calls)
        self._messages.append(CoachMessage(self._said, calls))
        for call in calls:
            yield ToolStarted(call.id, call.name, call.arguments or {})
        async with asyncio.timeout_at(self._deadline):
            outcomes = await self._caller.call_all(calls)
        self._outcomes += outcomes
        for outcome in outcomes:
            self._messages.append(outcome.answer)
            self._writer.quotable += quotable(outcome.answer.text)
            yield outcome.finished
        for card in collate([card for outcome in outcomes for card in outcome.cards]):
            self._cards.append(card)
            yield CardShown(card)

    def _offer_correction(self) -> bool:
        """Ask for a correction of what is new and unsupported; False if there is nothing to ask."""
        unbound = self._writer.report.unbound[self._explained :]
        if not unbound or self._corrections >= self._limits.corrections:
            return False
        self._explained += len(unbound)
        self._corrections += 1
        request = load("coach/correction").substitute(unbound=", ".join(unbound))
        self._messages += [CoachMessage(self._said), SystemMessage(request)]
        return True

    def _count(self, usage: Usage) -> None:
        self._usage = Usage(
            self._usage.prompt_tokens + usage.prompt_tokens,
            self._usage.completion_tokens + usage.completion_tokens,
        )

    def _ending(self, trouble: str) -> Iterator[TextPart | NumberPart]:
        """What is left to say: held words, what happened, the tools' answers, why numbers are marked."""
        yield from self._writer.close()
        note = trouble
        if self._stopped == "rounds":
            note = f"I stopped after {self._limits.rounds} rounds of looking things up."
        elif not note and not self._parts:
            note = "The model gave no answer."
        if note:
            yield from self._paragraph(note)
            yield from self._found_by_tools()
        reason = self._reason_of_marks()
        if reason:
            yield from self._paragraph(reason)

    def _paragraph(self, text: str) -> Iterator[TextPart]:
        """Words of our own, which claim nothing about a market."""
        yield TextPart(f"\n\n{text}" if self._parts else text)

    def _found_by_tools(self) -> Iterator[TextPart | NumberPart]:
        """The tools' own sentences, where the model said nothing with a number."""
        sentences = [each.answer.sentence for each in self._outcomes if each.answer.ok]
        if sentences and not any(isinstance(part, NumberPart) for part in self._parts):
            yield from self._paragraph("What the tools found: ")
            yield from self._writer.feed(" ".join(dict.fromkeys(sentences)))
            yield from self._writer.close()

    def _reason_of_marks(self) -> str:
        """Why there are marked numbers: what is missing."""
        if not self._writer.report.unbound:
            return ""
        failed = [each.finished for each in self._outcomes if not each.finished.ok]
        if failed:
            why = " ".join(f"{call.name}: {call.sentence}" for call in failed[:3])
        elif not self._outcomes:
            why = "No tool was asked in this turn, and nothing current is left from before."
        else:
            why = "The tools returned no such number."
        return f"⚠ marks what is not from a source. {why}"

    def _done(self) -> TurnDone:
        return TurnDone(
            answer=markdown(self._parts),
            parts=tuple(self._parts),
            grounding=self._writer.report,
            usage=self._usage,
            model=self._model.name,
            calls=tuple(outcome.finished for outcome in self._outcomes),
            cards=tuple(self._cards),
            letters=self._caller.ledger.opened,
            extra={"stopped": self._stopped} if self._stopped else {},
        )
