"""Words in places become positions: the whole of the pure middle.

Tables whose headings list quantities beside prices are read first, lists without headings after;
a table of orders is none. What comes out without rows says what the picture is instead.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from app.screenshots.cards import read_cards
from app.screenshots.cells import Cell, Entry, entry_of
from app.screenshots.checking import check_total, with_doubtful_profit
from app.screenshots.contracts import parse_contract
from app.screenshots.grid import Line, lines_of
from app.screenshots.headings import Column, Header, find_header, is_heading
from app.screenshots.layouts import broker_of, what_it_shows
from app.screenshots.models import Box, FieldName, Kind, PositionRow, Reading, Shows, Word
from app.screenshots.rows import TableRows

_GIVEN_UP = 5
"""Lines in a row that say nothing of a position: the table is over."""

_FULL_DATE = re.compile(
    r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)|(?<!\d)(\d{1,2})/(\d{1,2})/(20\d\d)(?!\d)"
)


def read_words(words: Sequence[Word]) -> Reading:
    """What a picture with these words says."""
    lines = lines_of([word for word in words if word.text.strip()])
    text = "\n".join(line.text for line in lines)
    headers = list(_headers(lines))
    rows, doubts = _read_rows(lines, headers, frozenset())
    days = days_shown(_beside(lines, rows))
    if days and any(_lacks_expiry(row) for row in rows):
        rows, doubts = _read_rows(lines, headers, days)
    shows = Shows.POSITIONS if rows else what_it_shows(text, [header for _, header in headers])
    return Reading(shows=shows, broker=broker_of(text), rows=tuple(rows), doubts=tuple(doubts))


def _read_rows(
    lines: Sequence[Line], headers: Sequence[tuple[int, Header]], days: frozenset[date]
) -> tuple[list[PositionRow], list[str]]:
    rows: list[PositionRow] = []
    doubts: list[str] = []
    tables = [each for each in headers if each[1].lists_positions or each[1].lists_orders]
    ends = [index for index, _ in tables] + [len(lines)]
    for (index, header), end in zip(tables, ends[1:], strict=True):
        if not header.lists_orders:
            found, doubt = _read_table(lines[index + 1 : end], header, days)
            rows += found
            doubts += doubt
    if not rows and not any(header.lists_orders for _, header in headers):
        cards = read_cards(lines, TableRows(days))
        rows += cards
        doubts += [_ONE_FIGURE] if cards else []
    return rows, doubts


def _lacks_expiry(row: PositionRow) -> bool:
    return row.value(FieldName.KIND) == Kind.OPTION and FieldName.EXPIRY not in row.fields


def _beside(lines: Sequence[Line], rows: Sequence[PositionRow]) -> Iterator[str]:
    """What stands outside the rows: another row's expiry is not the day of the picture."""
    ordered = sorted(lines, key=lambda each: each.box.middle)
    middles = [line.box.middle for line in ordered]
    boxes: defaultdict[int, list[Box]] = defaultdict(list)
    for row in rows:
        first, end = bisect_right(middles, row.box.top), bisect_left(middles, row.box.bottom)
        for index in range(first, end):
            boxes[index].append(row.box)
    for index, line in enumerate(ordered):
        yield " ".join(
            word.text
            for word in line.words
            if all(word.box.shared_width(box) <= 0 for box in boxes[index])
        )


_ONE_FIGURE = "The list shows one figure beside each position; it is read as the last price."


def days_shown(texts: Iterable[str]) -> frozenset[date]:
    """The full dates in `texts`."""
    days: set[date] = set()
    for y, m, d, month, day, year in _FULL_DATE.findall("\n".join(texts)):
        try:
            days.add(date(int(y or year), int(m or month), int(d or day)))
        except ValueError:
            continue
    return frozenset(days)


def _headers(lines: Sequence[Line]) -> Iterator[tuple[int, Header]]:
    for index, line in enumerate(lines):
        header = find_header(line, lines[index - 1] if index else None)
        if header is not None:
            yield index, header


def _read_table(
    lines: Sequence[Line], header: Header, days: frozenset[date]
) -> tuple[tuple[PositionRow, ...], list[str]]:
    rows = TableRows(days)
    silent = 0
    for entry in _entries(lines, header):
        silent = 0 if entry is not None and rows.take(entry) else silent + 1
        if silent >= _GIVEN_UP:
            break
    found = rows.finish()
    doubt = check_total(found, rows.total)
    if doubt is None:
        return found, rows.doubts
    return tuple(with_doubtful_profit(row) for row in found), [*rows.doubts, doubt]


def _entries(lines: Sequence[Line], header: Header) -> Iterator[Entry | None]:
    """The lines under a header, up to the next one; two lines are one where headings say so."""
    index = 0
    while index < len(lines):
        line = lines[index]
        if is_heading(line):
            return
        entry = entry_of(line, header)
        if header.storeys > 1 and entry is not None and index + 1 < len(lines):
            merged = _two_storeys(entry, lines[index + 1], header)
            index += merged is not None
            entry = merged or entry
        yield entry
        index += 1


def _two_storeys(entry: Entry, below: Line, header: Header) -> Entry | None:
    """`entry` with the line below it as its second storey, if it is one."""
    named = parse_contract(entry.text(Column.INSTRUMENT))
    second = entry_of(below, header, storey=1)
    if named is None or named.underlying is None or second is None:
        return None
    cells = {**second.cells, **entry.cells}
    terms = second.cells.get(Column.INSTRUMENT)
    name = entry.cells[Column.INSTRUMENT]
    if terms is not None and _is_option(f"{name.text} {terms.text}"):
        cells[Column.INSTRUMENT] = Cell((*name.words, *terms.words))
    return Entry(cells, entry.box.around(second.box))


def _is_option(text: str) -> bool:
    contract = parse_contract(text)
    return contract is not None and contract.is_option
