"""One sentence, or one cell of a table, with the numbers and names found in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar

from app.core.figures import Figure, Unit
from app.grounding.claims import Literal
from app.grounding.mentions import Mention
from app.grounding.parts import NumberPart

UP = [
    "up",
    "rose",
    "rises",
    "risen",
    "rising",
    "gain",
    "gained",
    "gains",
    "gaining",
    "higher",
    "above",
    "over",
    "added",
    "adds",
    "climbed",
    "climbs",
    "jumped",
    "jumps",
    "rallied",
    "rallies",
    "plus",
    "positive",
    "ahead",
    "advanced",
    "arriba",
    "más",
    "höher",
    "über",
]
DOWN = [
    "down",
    "fell",
    "falls",
    "fallen",
    "falling",
    "lost",
    "loses",
    "losing",
    "loss",
    "lower",
    "below",
    "under",
    "beneath",
    "dropped",
    "drops",
    "dropping",
    "declined",
    "declines",
    "slipped",
    "slips",
    "shed",
    "minus",
    "negative",
    "abajo",
    "tiefer",
    "unter",
]
NEUTRAL = [
    "away",
    "distance",
    "dist",
    "apart",
    "off",
    "from",
    "within",
    "magnitude",
    "wide",
    "between",
    "move",
    "moved",
    "change",
    "changed",
]
_WAYS = {
    **dict.fromkeys(UP, 1),
    **dict.fromkeys(DOWN, -1),
    **dict.fromkeys(NEUTRAL, 0),
}
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+")
_JOINER = re.compile(r"[\s*_]*(?:/|,|–|-|—|and|&|to|vs\.?|or|\||,\s?and)?[\s*_]*")


class Spanned(Protocol):
    """Something at a place of the sentence."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Spanned)


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A number in a sentence: a typed `literal`, or a filled reference to `figures`."""

    start: int
    end: int
    literal: Literal | None = None
    figures: tuple[Figure, ...] = ()
    part: NumberPart | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What is known from outside of the sentence: the text before, or a table's headings."""

    entities: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    names_before: frozenset[str] = frozenset()
    unit: Unit | None = None
    is_distance: bool = False


class Scene:
    """One sentence or table cell under examination, with lists of things found in it."""

    def __init__(
        self, text: str, numbers: Sequence[Number], mentions: Sequence[Mention], around: Around
    ) -> None:
        taken = [(number.start, number.end) for number in numbers]
        free = [
            each
            for each in mentions
            if not any(start < each.end and each.start < end for start, end in taken)
        ]
        self.text = text
        self.numbers = numbers
        self.around = around
        self.labels = [each for each in free if not each.is_entity]
        self.entities = [each for each in free if each.is_entity]
        self.number_lists = _lists(numbers, text)
        self.label_lists = _lists([each for each in self.labels if not each.is_weak], text)
        self.entity_lists = _lists(self.entities, text)

    @cached_property
    def directions(self) -> list["Direction"]:
        """The words of direction in it."""
        return [
            Direction(word.group().casefold(), word.start(), word.end(), _WAYS[folded])
            for word in _WORD.finditer(self.text)
            if (folded := word.group().casefold()) in _WAYS
        ]

    def direction_before(self, at: int) -> "Direction | None":
        """The last word of direction that ends before `at`."""
        return next((word for word in reversed(self.directions) if word.end <= at), None)


class Direction(NamedTuple):
    """A word of direction: +1, -1, or 0 for one that asks for none (`away`)."""

    word: str
    start: int
    end: int
    way: int


def _lists(items: Sequence[S], text: str) -> list[list[S]]:
    """Neighbours with only a comma, a slash, a dash or an "and" between them."""
    lists: list[list[S]] = []
    for item in items:
        if lists and _JOINER.fullmatch(text, lists[-1][-1].end, item.start):
            lists[-1].append(item)
        else:
            lists.append([item])
    return lists
