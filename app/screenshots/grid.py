"""Lines and columns out of words in places: geometry only, no word is understood here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from statistics import median

from app.screenshots.models import Box, Word

_SAME_LINE = 0.5
"""Of the lower height: how much of it two words of one line share."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words beside each other, from left to right."""

    words: tuple[Word, ...]

    @property
    def box(self) -> Box:
        return around(self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def around(words: Iterable[Word]) -> Box:
    """The box that holds all of them."""
    return reduce(Box.around, (word.box for word in words))


def lines_of(words: Sequence[Word]) -> tuple[Line, ...]:
    """The lines of a picture from top to bottom.

    A word joins the line whose middle it shares most height with, not the last word's, so that a
    slight slope does not carry a line down into the next.
    """
    lines: list[list[Word]] = []
    middles: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda each: each.box.middle):
        place = _line_for(word, middles)
        if place is None:
            lines.append([word])
            middles.append((word.box.middle, word.box.height))
        else:
            lines[place].append(word)
            line = lines[place]
            middles[place] = (
                median(each.box.middle for each in line),
                median(each.box.height for each in line),
            )
    ordered = sorted(zip(middles, lines, strict=True), key=lambda each: each[0][0])
    return tuple(Line(tuple(sorted(line, key=lambda w: w.box.left))) for _, line in ordered)


def _line_for(word: Word, middles: Sequence[tuple[float, float]]) -> int | None:
    best, distance = None, float("inf")
    for place, (middle, height) in enumerate(middles[-6:], start=max(0, len(middles) - 6)):
        off = abs(word.box.middle - middle)
        if off < distance and off < _SAME_LINE * min(height, word.box.height) + 1:
            best, distance = place, off
    return best


def nearest_column(box: Box, columns: Sequence[Box]) -> int | None:
    """The column that `box` stands under.

    Under one heading only: that one. Otherwise the one whose left edge, right edge or centre it is
    aligned with best: numbers are right-aligned, words left-aligned, both are found.
    """
    under = [index for index, column in enumerate(columns) if box.shared_width(column) > 0]
    if len(under) == 1:
        return under[0]
    candidates = under or range(len(columns))
    return min(candidates, key=lambda index: _misalignment(box, columns[index]), default=None)


def _misalignment(box: Box, column: Box) -> float:
    return min(
        abs(box.left - column.left),
        abs(box.right - column.right),
        abs(box.centre - column.centre),
    )
