"""One sentence, or one cell of a table, with the numbers and names found in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.core.figures import Figure, Unit
from app.grounding.claims import Literal
from app.grounding.mentions import Mention
from app.grounding.parts import NumberPart

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
        free = [each for each in mentions if not any(overlap(each, number) for number in numbers)]
        self.text = text
        self.numbers = numbers
        self.around = around
        self.labels = [each for each in free if not each.is_entity]
        self.entities = [each for each in free if each.is_entity]
        self.number_lists = _lists(numbers, text)
        self.label_lists = _lists([each for each in self.labels if not each.is_weak], text)
        self.entity_lists = _lists(self.entities, text)


def _lists(items: Sequence[S], text: str) -> list[list[S]]:
    """Neighbours with only a comma, a slash, a dash or an "and" between them."""
    lists: list[list[S]] = []
    for item in items:
        if lists and _JOINER.fullmatch(text, lists[-1][-1].end, item.start):
            lists[-1].append(item)
        else:
            lists.append([item])
    return lists


def overlap(one: Spanned, other: Spanned) -> bool:
    return one.start < other.end and other.start < one.end
