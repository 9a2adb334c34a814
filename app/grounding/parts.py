"""What an answer is made of: words, numbers, and the account of what was checked."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.figures import Figure


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words that make no claim in digits."""

    text: str


@dataclass(frozen=True, slots=True)
class NumberPart:
    """A number as the member reads it.

    `figures` are the ids it is bound to: one for a reference or an exactly bound literal, several
    for an expression, none for what no source supports, which must be shown marked. `label` says
    what it is: "PDH", or the expression in words.
    """

    text: str
    figures: tuple[str, ...]
    label: str = ""

    @property
    def is_bound(self) -> bool:
        return bool(self.figures)


Part = TextPart | NumberPart


@dataclass(frozen=True, slots=True)
class GroundingReport:
    """What was checked under an answer: numbers claimed, bound, and those no source supports.

    `numbers` counts every claim, references included; `sources` are the figures they are bound to,
    each once, in the order of the answer.
    """

    numbers: int = 0
    bound: int = 0
    unbound: tuple[str, ...] = ()
    sources: tuple[Figure, ...] = ()


def marked(text: str) -> str:
    """A number that no source supports, as markdown shows it."""
    return f'[⚠ {text}](#unsourced "not from a source")'


def markdown(parts: Iterable[Part]) -> str:
    """The answer as one text: bound numbers plain, the others marked."""
    return "".join(
        part.text if isinstance(part, TextPart) or part.is_bound else marked(part.text)
        for part in parts
    )
