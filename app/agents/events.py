"""What a turn tells whoever shows it, while it runs.

Text and figures come apart, so that the chat can link each number to its source while the HTTP
interface writes plain text. Nothing already told is taken back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.agents.model import Usage
from app.core.figures import Figure
from widgets.base import BaseCard


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words that make no claim in digits."""

    text: str


@dataclass(frozen=True, slots=True)
class NumberPart:
    """A number as the member reads it.

    `figures` are the ids it is bound to: one for a reference or an exactly bound literal, several
    for an expression, none for a literal that no source supports, which must be shown marked.
    """

    text: str
    figures: tuple[str, ...]
    label: str = ""

    @property
    def is_bound(self) -> bool:
        return bool(self.figures)


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


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card, after the cards of a round were laid side by side where they can be."""

    card: BaseCard


@dataclass(frozen=True, slots=True)
class GroundingReport:
    """What was checked under an answer: numbers claimed, bound, and those no source supports."""

    numbers: int = 0
    bound: int = 0
    unbound: tuple[str, ...] = ()
    sources: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDone:
    """The whole turn, as it is stored. `answer` is markdown in which unbound numbers are marked."""

    answer: str
    parts: tuple[TextPart | NumberPart, ...]
    grounding: GroundingReport
    usage: Usage
    model: str
    calls: tuple[ToolFinished, ...] = ()
    cards: tuple[BaseCard, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


TurnEvent = TextPart | NumberPart | ToolStarted | ToolFinished | CardShown | TurnDone
