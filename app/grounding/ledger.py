"""The ledger of a thread: every figure its answers may refer to.

A tool call opens a `Book` under a letter of its own (`a`, `b`, … `z`, `aa`), so that figures of
calls that run at the same time get the same ids whatever finishes first. Who speaks unasked does so
while a turn of the same thread may be running, so each of them has letters that no turn gets.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum, unique
from itertools import product
from string import ascii_lowercase

from app.core.figures import Figure, Unit

_PAIRS = tuple("".join(pair) for pair in product(ascii_lowercase, repeat=2))


@unique
class Speaker(StrEnum):
    """Who speaks in a thread unasked, by the first of the three letters of their books. Taken from the
    end of the alphabet: turns go from `a` to where the last of them begins. Stored figures are found
    by it, so none ever changes."""

    ALERTS = "z"
    SCANS = "y"

    def letter(self, last: str = "") -> str:
        """For the next message, where their last one in the thread took `last`. After `zz` they begin
        anew: so long ago nothing is referred to."""
        at = _PAIRS.index(last[1:]) + 1 if last else 0
        return f"{self}{_PAIRS[at % len(_PAIRS)]}"


_OF_TURNS = 26 + 26**2 + 26**2 * ascii_lowercase.index(min(Speaker))
"""Letters before the first that is kept for a speaker."""


@dataclass(slots=True)
class Book:
    """The figures of one tool call, in the order they were recorded."""

    letter: str
    call_id: str
    tool: str
    provider: str = ""
    is_simulated: bool = False
    delay_minutes: int = 0
    figures: list[Figure] = field(default_factory=list)

    def record(  # noqa: PLR0913 - a figure has that many properties
        self,
        path: str,
        value: Decimal,
        unit: Unit,
        *,
        label: str,
        entity: str,
        as_of: datetime,
        decimals: int,
        signed: bool = False,
        grouped: bool = True,
    ) -> Figure:
        """Record a figure and give it its id. The same `path` twice is a mistake in the tool."""
        if any(figure.path == path for figure in self.figures):
            raise ValueError(f"figure {path!r} was recorded before in {self.tool}")
        figure = Figure(
            id=f"{self.letter}{len(self.figures) + 1}",
            call_id=self.call_id,
            tool=self.tool,
            path=path,
            value=value,
            unit=unit,
            label=label,
            entity=entity,
            as_of=as_of,
            decimals=decimals,
            signed=signed,
            grouped=grouped,
            provider=self.provider,
            is_simulated=self.is_simulated,
            delay_minutes=self.delay_minutes,
        )
        self.figures.append(figure)
        return figure

    def comes_from(
        self, provider: str, *, is_simulated: bool = False, delay_minutes: int = 0
    ) -> None:
        """Who gave the figures recorded from now on; at first it is the market as a whole."""
        self.provider, self.is_simulated = provider, is_simulated
        self.delay_minutes = delay_minutes


@dataclass(slots=True)
class Ledger:
    """All books of a thread, oldest first.

    `opened` letters are taken. The first `restored` books are those of earlier turns. `said` are
    the numbers the member wrote in this thread: they may be calculated with, and repeated.
    """

    books: list[Book] = field(default_factory=list)
    opened: int = 0
    restored: int = 0
    said: set[Decimal] = field(default_factory=set)

    def open(
        self, *, call_id: str, tool: str, provider: str = "", is_simulated: bool = False
    ) -> Book:
        """A new book under the next letter."""
        book = Book(letter(self.opened), call_id, tool, provider, is_simulated)
        self.opened += 1
        self.books.append(book)
        return book

    def restore(self, figures: Iterable[Figure], *, opened: int) -> None:
        """Take over figures of earlier turns; `opened` letters are taken."""
        self.opened = opened
        for figure in figures:
            if not self.books or self.books[-1].call_id != figure.call_id:
                self.books.append(
                    Book(
                        figure.id.rstrip("0123456789"),
                        figure.call_id,
                        figure.tool,
                        figure.provider,
                        figure.is_simulated,
                        figure.delay_minutes,
                    )
                )
            self.books[-1].figures.append(figure)
        self.restored = len(self.books)

    def __iter__(self) -> Iterator[Figure]:
        for book in self.books:
            yield from book.figures

    def find(self, figure_id: str) -> Figure | None:
        name = figure_id.rstrip("0123456789")
        for book in self.books:
            if book.letter == name:
                return next((figure for figure in book.figures if figure.id == figure_id), None)
        return None

    @property
    def current(self) -> list[Figure]:
        """The figures of this turn's calls."""
        return [figure for book in self.books[self.restored :] for figure in book.figures]


def letter(index: int) -> str:
    """Of a turn's book: 0 → a, 25 → z, 26 → aa, bijective base 26. Before those of a `Speaker` they
    begin anew, thousands of calls later."""
    name = ""
    index = index % _OF_TURNS + 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("a") + rest) + name
    return name
