"""What a turn tells whoever shows it, while it runs.

Text and figures come apart, so that the chat can link each number to its source while the HTTP
interface writes plain text. Nothing already told is taken back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.agents.model import Usage
from app.core.figures import Figure
from app.grounding.parts import GroundingReport, NumberPart, TextPart
from widgets.base import BaseCard

__all__ = [
    "CardShown",
    "GroundingReport",
    "NumberPart",
    "TextPart",
    "ToolFinished",
    "ToolStarted",
    "TurnDone",
    "TurnEvent",
    "TurnStarted",
]


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """Where the turn is stored: told first, so that a page can follow it after a reload."""

    thread_id: UUID
    message_id: UUID
    """The coach's message, which exists once the turn is done."""
    is_new_thread: bool


@dataclass(frozen=True, slots=True)
class ToolStarted:
    call_id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A call is over; `sentence` is its answer or its error, references already filled in."""

    call_id: str
    name: str
    arguments: Mapping[str, Any]
    ok: bool
    sentence: str
    figures: tuple[Figure, ...] = ()
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card, after the cards of a round were laid side by side where they can be."""

    card: BaseCard


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDone:
    """The whole turn, as it is stored. `answer` is markdown in which unbound numbers are marked.

    `letters` is the ledger's count of books after the turn. `extra["stopped"]` says why an answer
    is not the model's own to the end: `provider_unavailable`, `time`, `rounds`, `cancelled` …
    """

    answer: str
    parts: tuple[TextPart | NumberPart, ...]
    grounding: GroundingReport
    usage: Usage
    model: str
    calls: tuple[ToolFinished, ...] = ()
    cards: tuple[BaseCard, ...] = ()
    letters: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


TurnEvent = TurnStarted | TextPart | NumberPart | ToolStarted | ToolFinished | CardShown | TurnDone
