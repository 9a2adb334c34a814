"""One line under a header: which word belongs to which column, and what the columns say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.screenshots.grid import Line, around, nearest_column
from app.screenshots.headings import Column, Header
from app.screenshots.models import Box, FieldName, Seen, Word
from app.screenshots.numerals import parse_number, parse_quantity

NUMBERS: Mapping[Column, FieldName] = {
    Column.MARK: FieldName.MARK,
    Column.ENTRY: FieldName.ENTRY_PRICE,
    Column.VALUE: FieldName.MARKET_VALUE,
    Column.COST: FieldName.COST,
    Column.PNL_OPEN: FieldName.PNL_OPEN,
    Column.PNL_DAY: FieldName.PNL_DAY,
}
PRICES = (FieldName.MARK, FieldName.ENTRY_PRICE)

_FLAG = re.compile(r"^[MCHDB] ?(?=[-+$]?[\d.])")
"""Interactive Brokers puts a letter before a price: a mark, a close, a halt."""

_RUN_TOGETHER = re.compile(r"([-+$]?[\d,]+(?:\.\d+)?)([A-Z]{1,6}|[-+$][\d,.]+)")
_DOLLARS = {"$", "S", "s"}
_CLOSE = 0.4
"""Of a line's height: how near a dollar sign stands to its number."""

_LEGIBLE = 0.35
_LOW = 0.7

_MARGIN = 3.0
"""Of a line's height: how far outside the headings a word of the table may stand."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Words of one column in one line."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        return around(self.words)

    @property
    def score(self) -> float:
        """Of the worst letter that counts: of the first word, and of every word with a digit."""
        counts = [word for word in self.words if any(letter.isdigit() for letter in word.text)]
        return min(word.score for word in (self.words[0], *counts))

    @property
    def is_legible(self) -> bool:
        """Whether its worst letter is more likely right than wrong."""
        return self.score >= _LEGIBLE

    def seen(self, value: str | Decimal) -> Seen:
        return Seen(value, self.text, self.box, self.score)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as the columns see it; `box` holds all of its words."""

    cells: Mapping[Column, Cell]
    box: Box

    def text(self, column: Column) -> str:
        cell = self.cells.get(column)
        return "" if cell is None else cell.text

    @property
    def quantity(self) -> Seen | None:
        cell = self.cells.get(Column.QUANTITY)
        if cell is None or not cell.is_legible:
            return None
        number = parse_quantity(cell.text)
        return None if number is None else cell.seen(number)

    @property
    def numbers(self) -> dict[FieldName, Seen]:
        found: dict[FieldName, Seen] = {}
        for column, name in NUMBERS.items():
            cell = self.cells.get(column)
            if cell is None or not cell.is_legible:
                continue
            number = parse_number(_FLAG.sub("", cell.text))
            if number is not None:
                found[name] = cell.seen(number)
        return found

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Number cells with letters in them from which no number could be read."""
        read = self.numbers
        return tuple(
            name.value.replace("_", " ")
            for column, name in NUMBERS.items()
            if column in self.cells and name not in read and _is_unread(self.text(column))
        )


def _is_unread(text: str) -> bool:
    return "%" not in text and any(letter.isdigit() for letter in text)


def entry_of(line: Line, header: Header, storey: int = 0) -> Entry | None:
    """`line` in the columns of `header`; None if none of its words stand in the table."""
    cells: dict[Column, list[Word]] = {}
    boxes = [heading.box for heading in header.headings]
    margin = _MARGIN * header.box.height
    for word in _words_of(line, boxes):
        if not header.box.left - margin < word.box.centre < header.box.right + margin:
            continue
        place = _place(word, boxes, header)
        if place is not None:
            means = header.headings[place].means
            column = means[min(storey, len(means) - 1)]
            if column is not Column.OTHER and (storey == 0 or _has_storey(means, column)):
                cells.setdefault(column, []).append(word)
    if not cells:
        return None
    found = {column: Cell(tuple(words)) for column, words in cells.items()}
    return Entry(found, around(_all(found.values())))


def _words_of(line: Line, headings: Sequence[Box]) -> list[Word]:
    """The words, a dollar sign put back to its number and what runs into the next column parted."""
    words: list[Word] = []
    for word in _lettered(line.words):
        words.extend(_parted(word, headings))
    joined: list[Word] = []
    for word in words:
        before = joined[-1] if joined else None
        if before and before.text in _DOLLARS and _follows(before, word):
            score = min(before.score, word.score)
            joined[-1] = Word("$" + word.text, before.box.around(word.box), score)
        else:
            joined.append(word)
    return joined


def _lettered(words: Sequence[Word]) -> Sequence[Word]:
    """Without a triangle in front that opens a group: it is read as a letter, but is too low."""
    if len(words) > 1 and len(words[0].text) == 1 and not words[0].text.isdigit():
        is_low = words[0].box.height < _LOW * words[1].box.height
        return words[1:] if is_low else words
    return words


def _follows(sign: Word, number: Word) -> bool:
    gap = number.box.left - sign.box.right
    return gap < _CLOSE * number.box.height and parse_number(number.text) is not None


def _parted(word: Word, headings: Sequence[Box]) -> list[Word]:
    found = _RUN_TOGETHER.fullmatch(word.text)
    if found is None or sum(word.box.shared_width(box) > 0 for box in headings) < 2:
        return [word]
    left, right = word.box.left, word.box.right
    cut = left + round((right - left) * len(found.group(1)) / len(word.text))
    box = word.box
    return [
        Word(found.group(1), Box(left, box.top, cut, box.bottom), word.score),
        Word(found.group(2), Box(cut, box.top, right, box.bottom), word.score),
    ]


def _has_storey(means: Sequence[Column], column: Column) -> bool:
    return len(means) > 1 or column is Column.INSTRUMENT


def _all(cells: Iterable[Cell]) -> list[Word]:
    return [word for cell in cells for word in cell.words]


def _place(word: Word, boxes: Sequence[Box], header: Header) -> int | None:
    """The heading that `word` stands under; names run on to the right beyond theirs."""
    if not any(word.box.shared_width(box) > 0 for box in boxes):
        left = [index for index, box in enumerate(boxes) if box.right <= word.box.left]
        if left and header.headings[left[-1]].means[0] is Column.INSTRUMENT:
            return left[-1]
        if not left:
            right = 0
            return right if header.headings[right].means[0] is Column.INSTRUMENT else None
    return nearest_column(word.box, boxes)
