"""The offline coach as a chat model: one round asks for tools, the next puts their answers in words.

Decided: it keeps nothing between rounds. Every round reads the whole conversation again, so that a
reload, a second tab and another process give the same answer. It reads in a thread, because the
first likeness loads weights and must not hold up other members.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from typing_extensions import override

from app.agents.model import (
    ChatModel,
    ModelEvent,
    ModelRequest,
    RoundEnd,
    TextDelta,
    ToolCall,
)
from app.agents.offline.composing import compose
from app.agents.offline.gazetteer import Gazetteer, directory_gazetteer
from app.agents.offline.likeness import Likeness
from app.agents.offline.plans import Plan
from app.agents.offline.reading import read
from app.agents.offline.thinking import Thinker
from app.agents.offline.threads import Turn, frame_before, turns
from app.market import calendar
from tools.base import Toolbox

NAME = "offline coach"


class OfflineCoach(ChatModel):
    """Understands questions by grammar and by likeness to the tools' examples.

    `vectors` is a folder for the examples' embeddings; without one they are computed when needed.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        *,
        gazetteer: Gazetteer | None = None,
        vectors: Path | None = None,
    ) -> None:
        self._gazetteer = gazetteer or directory_gazetteer()
        examples = {
            tool.name: tuple(example.question for example in tool.examples) for tool in toolbox
        }
        self._likeness = Likeness(examples, self._masked, vectors)
        self._thinker = Thinker(self._likeness)

    def warm(self) -> None:
        """Load what the first unusual question would wait for: weights, vectors, calendars.

        Takes about a second, several where the vectors were never computed; call it in a thread.
        """
        self._likeness.intent("warm up")
        calendar.session_table(calendar.US)

    @property
    @override
    def name(self) -> str:
        return NAME

    @override
    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        conversation = turns(request.messages)
        turn = conversation[-1]
        plan = await asyncio.to_thread(self._plan, conversation, request)
        if plan.calls and not turn.calls:
            yield RoundEnd(calls=_tool_calls(plan, len(conversation)))
            return
        introduce = not any(earlier.text for earlier in conversation[:-1])
        for piece in compose(plan, turn, introduce=introduce):
            yield TextDelta(piece)
        yield RoundEnd()

    def _plan(self, conversation: Sequence[Turn], request: ModelRequest) -> Plan:
        frame = frame_before(conversation, self._gazetteer, self._thinker, request.now)
        reading = read(conversation[-1].question, self._gazetteer)
        return self._thinker.plan(reading, frame, request.now)

    def _masked(self, question: str) -> str:
        return read(question, self._gazetteer).whole.masked


def _tool_calls(plan: Plan, turn: int) -> tuple[ToolCall, ...]:
    """Calls under ids that are unique in the thread."""
    return tuple(
        ToolCall(f"offline-{turn}-{position}", call.name, dict(call.arguments))
        for position, call in enumerate(plan.calls, 1)
    )
