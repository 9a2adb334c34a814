"""A reader, and a conversation with the offline coach in which tools only nod."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from app.agents.model import (
    CoachMessage,
    MemberMessage,
    Message,
    ModelRequest,
    RoundEnd,
    TextDelta,
    ToolAnswer,
    ToolCall,
)
from app.agents.offline.gazetteer import Gazetteer, directory_gazetteer
from app.agents.offline.model import OfflineCoach
from app.agents.offline.reading import Reading, read
from tools import TOOLBOX

WEDNESDAY = datetime(2025, 11, 19, 20, 30, tzinfo=UTC)
"""15:30 in New York, a week before Thanksgiving."""


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return directory_gazetteer()


@pytest.fixture
def reading(gazetteer: Gazetteer) -> Callable[[str], Reading]:
    return lambda question: read(question, gazetteer)


@pytest.fixture(scope="session")
def coach(tmp_path_factory: pytest.TempPathFactory) -> OfflineCoach:
    return OfflineCoach(TOOLBOX, vectors=tmp_path_factory.mktemp("vectors"))


@dataclass
class Conversation:
    """Says things to a coach and answers its calls with a sentence of their own."""

    coach: OfflineCoach
    now: datetime = WEDNESDAY
    messages: list[Message] = field(default_factory=list)

    async def say(self, text: str) -> tuple[tuple[ToolCall, ...], str]:
        """The calls of the first round and the answer of the last."""
        self.messages.append(MemberMessage(text))
        calls, said = await self._round()
        if calls:
            self.messages.append(CoachMessage(said, calls))
            self.messages += [
                ToolAnswer(call.id, call.name, "Done.", f"{call.name} said {{a1}}.", ok=True)
                for call in calls
            ]
            _, said = await self._round()
        self.messages.append(CoachMessage(said))
        return calls, said

    async def _round(self) -> tuple[tuple[ToolCall, ...], str]:
        text, ends = "", []
        request = ModelRequest(messages=self.messages, tools=[], now=self.now)
        async for event in self.coach.stream(request):
            if isinstance(event, TextDelta):
                text += event.text
            else:
                assert isinstance(event, RoundEnd)
                ends.append(event)
        assert len(ends) == 1
        return ends[0].calls, text


@pytest.fixture
def conversation(coach: OfflineCoach) -> Conversation:
    return Conversation(coach)
