"""Tables in markdown: a cell's number is named by its row and its column.

A row that names a level says what its numbers are, its columns say how they are measured
(`Distance`, `%`, `ATR`); in a row that names a symbol the columns name the levels.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from app.core.figures import Unit
from app.grounding.mentions import Mention
from app.grounding.scene import Around, Number, Scene

_MEASURES = (
    (re.compile(r"%|percent|pct", re.IGNORECASE), Unit.PERCENT),
    (re.compile(r"\bATRs\b|\(ATR\)|(?:dist|away|from|in)\S*\s+\(?ATR|ATR (?:away|dist)"), Unit.ATR),
    (re.compile(r"σ|\bsd\b"), Unit.SIGMA),
    (re.compile(r"\b(?:tests?|tested|touches)\b", re.IGNORECASE), Unit.COUNT),
)
_DISTANCE = re.compile(r"dist|away|from|±", re.IGNORECASE)
_ATR = re.compile(r"\bATR\b")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading cell says about the numbers in its column or row."""

    text: str
    names: frozenset[str]
    entities: frozenset[str]

    @classmethod
    def of(cls, text: str, mentions: Sequence[Mention]) -> Self:
        strong = [each for each in mentions if not each.is_entity and not each.is_weak]
        labels = strong or [each for each in mentions if not each.is_entity]
        return cls(
            text,
            frozenset(key for each in labels for key in each.keys),
            frozenset(key for each in mentions if each.is_entity for key in each.keys),
        )

    def unit(self, *, row_has_name: bool) -> Unit | None:
        """How the column measures; `ATR` alone does so only where the row names a level."""
        for pattern, unit in _MEASURES:
            if pattern.search(self.text):
                return unit
        return Unit.ATR if row_has_name and _ATR.search(self.text) else None


class Table:
    """The table that is being written, known by its heading row."""

    def __init__(self, line: str, mentions: Sequence[Mention]) -> None:
        self._columns = [
            Heading.of(line[start:end], _inside(mentions, start, end))
            for start, end in _cells(line)
        ]
        self.is_in_rows = False

    @staticmethod
    def after(table: "Table | None", line: str, mentions: Sequence[Mention]) -> "Table | None":
        """The table that `line` continues or begins, None if it is no row."""
        if not line.lstrip().startswith("|"):
            return None
        if table is None:
            return Table(line, mentions)
        table.is_in_rows = True
        return table

    def scene(
        self,
        line: str,
        number: Number,
        numbers: Sequence[Number],
        mentions: Sequence[Mention],
        around: Around,
    ) -> Scene:
        """The cell of `number`, with what its row and column say about it."""
        cells = _cells(line)
        place = next(
            (at for at, (start, end) in enumerate(cells) if start <= number.start < end), 0
        )
        start, end = cells[place]
        inside = [each for each in numbers if start <= each.start < end]
        first, last = cells[0]
        row = Heading.of(line[first:last], _inside(mentions, first, last) if place else ())
        column = self._columns[place] if place < len(self._columns) else Heading.of("", ())
        return Scene(
            " " * start + line[start:end],
            inside,
            _inside(mentions, start, end),
            _around(row, column, around),
        )


def _around(row: Heading, column: Heading, outside: Around) -> Around:
    unit = column.unit(row_has_name=bool(row.names))
    column_names = column.names - {"atr", "atr(14)", "atr14"} if unit is Unit.ATR else column.names
    return Around(
        entities=column.entities or row.entities or outside.entities,
        names=row.names or column_names,
        names_before=outside.names_before,
        unit=unit,
        is_distance=bool(_DISTANCE.search(column.text)),
    )


def _cells(line: str) -> list[tuple[int, int]]:
    bars = [match.start() for match in re.finditer(r"(?<!\\)\|", line)] + [len(line)]
    return [(start + 1, end) for start, end in pairwise(bars)]


def _inside(mentions: Sequence[Mention], start: int, end: int) -> list[Mention]:
    return [mention for mention in mentions if start <= mention.start < end]
