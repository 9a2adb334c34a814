"""The model port: messages and tools in, a stream of events out.

Three implementations: an OpenAI-compatible endpoint (`app.infra.llm`), the offline coach
(`app.agents.offline`), and, in tests, the first one against a scripted server over real HTTP.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SystemMessage:
    text: str


@dataclass(frozen=True, slots=True)
class MemberMessage:
    """What the member wrote, word for word."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call the model asks for; `arguments` is the JSON object it gave, or None if it was none."""

    id: str
    name: str
    arguments: Mapping[str, Any] | None
    raw_arguments: str = ""


@dataclass(frozen=True, slots=True)
class CoachMessage:
    """What the model said and called in one round. `text` keeps its references."""

    text: str
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """The outcome of one call, as the model reads it.

    `text` is the whole message; `sentence` is the tool's own answer with its references, or the
    error's message. `figures` maps each path of the call (`PDH`) to its id (`a3`).
    """

    call_id: str
    name: str
    text: str
    sentence: str
    ok: bool
    figures: Mapping[str, str] = field(default_factory=dict)


Message = SystemMessage | MemberMessage | CoachMessage | ToolAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One round: the whole conversation so far, the tools on offer, and the member's present."""

    messages: Sequence[Message]
    tools: Sequence[dict[str, Any]]
    now: datetime


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one round, as the endpoint reported them; zero where it did not."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """The end of a round: the calls asked for, if any, and what it cost."""

    calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()


ModelEvent = TextDelta | RoundEnd


class ChatModel(Protocol):
    """A model that can be asked one round at a time.

    `stream` yields any number of `TextDelta`, then exactly one `RoundEnd`. It raises
    `ProviderUnavailable` when the endpoint does not answer after its retries.
    """

    @property
    def name(self) -> str: ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]: ...
