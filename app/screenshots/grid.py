"""Lines and columns out of words in places: geometry only, no word is understood here."""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from app.screenshots.models import Box, Word

_SAME_LINE = 0.5
"""Of the lower height: how much of it two words of one line share."""

_LAST = 6
"""Lines that a word may still join."""


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
    lines: list[_Growing] = []
    for word in sorted(words, key=lambda each: each.box.middle):
        line = _line_for(word, lines[-_LAST:])
        if line is None:
            lines.append(line := _Growing())
        line.take(word)
    ordered = sorted(lines, key=lambda each: each.middle)
    return tuple(Line(tuple(sorted(line.words, key=lambda w: w.box.left))) for line in ordered)


@dataclass(slots=True)
class _Growing:
    """A line that words still join; its places stay sorted, so that a median is looked up."""

    words: list[Word] = field(default_factory=list)
    _middles: list[float] = field(default_factory=list)
    _heights: list[int] = field(default_factory=list)

    def take(self, word: Word) -> None:
        self.words.append(word)
        insort(self._middles, word.box.middle)
        insort(self._heights, word.box.height)

    @property
    def middle(self) -> float:
        return _median(self._middles)

    @property
    def height(self) -> float:
        return _median(self._heights)


def _median(ordered: Sequence[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _line_for(word: Word, lines: Sequence[_Growing]) -> _Growing | None:
    best, distance = None, float("inf")
    for line in lines:
        off = abs(word.box.middle - line.middle)
        if off < distance and off < _SAME_LINE * min(line.height, word.box.height) + 1:
            best, distance = line, off
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
