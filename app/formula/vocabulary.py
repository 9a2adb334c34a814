"""The names a formula may use: what each is, what it takes, and who gives it.

Decided: the language knows bars and indicators by itself; every other name is lent by the domain
that owns it (levels, options, positions …), as a `Word`. So this package imports none of them, and a
new kind of value is a line in a list.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Self


class Kind(StrEnum):
    """What a value is, and so what it may be compared with. Percents are whole: 3 is 3 %."""

    NUMBER = "number"
    PRICE = "price"
    PERCENT = "percent"
    VOLUME = "volume"
    TIME = "time of day"
    DURATION = "duration"
    TEXT = "text"
    CONDITION = "condition"


class Role(StrEnum):
    """Where a word's values come from."""

    BARS = "bars"
    """A field of the bars."""
    INDICATOR = "indicator"
    """Computed here, from bars."""
    LEVEL = "level"
    """A price on the map, given by the caller for each bar or once."""
    OUTSIDE = "outside"
    """Anything else the caller gives: options, positions, earnings …"""
    CLOCK = "clock"
    """Told by the time of the bar."""
    ARITHMETIC = "arithmetic"
    """Of other values: abs, min, max."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument in parentheses. `default` None means that it must be given.

    A number lies in `[least, most]` and is whole unless `is_fraction`. A duration is a span of time
    or a count of bars.
    """

    name: str
    kind: Kind = Kind.NUMBER
    default: str | None = None
    least: float = 1
    most: float = 500
    is_fraction: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several values behind a word: `bb.upper`. `kind` None means that of what is measured."""

    name: str
    kind: Kind | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A name of the language.

    `name` is its one spelling, `spoken` are others, also of several words ("prior day high").
    `title` is how a sentence calls it; `{length}` and its like stand for parameters. `provider` says
    in a word who gives it. `source` names the series an indicator measures when none is written, and
    is empty for those that take none. `kind` None means that of what it measures. `parts` follow a
    dot; without `has_main` one must.
    `daily` is a formula that takes the place of a level on bars of a day, so that a scan of daily
    bars needs nobody for it. `is_slow` marks what does not move with every tick, so that the live
    price can be watched against it; `is_made` a level that the session's own trading makes.
    """

    name: str
    kind: Kind | None
    role: Role
    meaning: str
    title: str = ""
    provider: str = ""
    parameters: tuple[Parameter, ...] = ()
    source: str = ""
    parts: tuple[Part, ...] = ()
    has_main: bool = True
    has_timeframe: bool = False
    spoken: tuple[str, ...] = ()
    daily: str = ""
    is_slow: bool = False
    is_made: bool = False
    example: str = ""

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words by name. `with_words` makes a larger one; a later word replaces one of its name."""

    words: tuple[Word, ...]

    def with_words(self, words: Iterable[Word]) -> Self:
        """These and `words`."""
        merged = {word.name: word for word in (*self.words, *words)}
        return type(self)(tuple(merged.values()))

    def __iter__(self) -> Iterator[Word]:
        return iter(self.words)

    def find(self, spelled: str) -> Word | None:
        """The word of that name or spelling, in any case."""
        return self._spellings.get(_key(spelled))

    def near(self, spelled: str, count: int = 3) -> tuple[str, ...]:
        """Names that look like it, best first."""
        found = difflib.get_close_matches(_key(spelled), self._spellings, n=count * 2, cutoff=0.6)
        return tuple(dict.fromkeys(self._spellings[key].name for key in found))[:count]

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """Spellings of more than one word, longest first: the parser reads each as one name."""
        found = {each for word in self.words for each in word.spoken if not each.isidentifier()}
        return tuple(sorted(found, key=lambda each: (-len(each), each)))

    @cached_property
    def _spellings(self) -> dict[str, Word]:
        spoken = {_key(each): word for word in self.words for each in word.spoken}
        return spoken | {_key(word.name): word for word in self.words}


def _key(spelled: str) -> str:
    return re.sub(r"\s+", " ", spelled.replace("’", "'").strip().lower())
