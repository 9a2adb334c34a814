"""What a question mentions: spans of text with their meaning.

Decided: every recogniser works on one `Canvas` and claims the characters it understood, so that
"30 minute opening range" is a level before "30 minute" can become a timeframe. The order of the
recognisers is the precedence; nothing is understood twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from app.agents.offline.days import Day


class Kind(StrEnum):
    """What a mention is; the value is the word that stands for it in a masked question."""

    SYMBOL = "stock"
    LEVEL = "level"
    AVERAGE = "average"
    INDICATOR = "indicator"
    PIVOT = "method"
    TIMEFRAME = "timeframe"
    SCALE = "scale"
    DAY = "day"
    TIME = "time"
    NUMBER = "number"
    CONTRACT = "contract"
    SUM = "sum"
    TRADE = "trade"


@dataclass(frozen=True, slots=True)
class Mention:
    """A span `start:end` that means `values` (level names, a ticker, `15m`) or a `day`.

    `frame` is the timeframe that a mention brings along: weeks in "200 week average".
    """

    kind: Kind
    start: int
    end: int
    values: tuple[str, ...] = ()
    day: Day | None = None
    is_certain: bool = True
    frame: str = ""


@dataclass(slots=True)
class Canvas:
    """A cleaned question and what has been claimed in it so far."""

    text: str
    mentions: list[Mention] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def low(self) -> str:
        """Lower case, of the same length."""
        return self.text.lower() if len(self.text.lower()) == len(self.text) else self.text

    def free(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches in the lower-case text that touch nothing claimed."""
        for match in pattern.finditer(self.low):
            if match.end() > match.start() and self.is_free(match.start(), match.end()):
                yield match

    def is_free(self, start: int, end: int) -> bool:
        return all(end <= mention.start or start >= mention.end for mention in self.mentions)

    def claim(self, mention: Mention) -> None:
        self.mentions.append(mention)
        self.mentions.sort(key=lambda each: each.start)

    def take(self, match: re.Match[str], kind: Kind, values: tuple[str, ...]) -> None:
        """Claim what `match` spans, unless it turned out to mean nothing."""
        if values:
            self.claim(Mention(kind, *match.span(), values=values))

    def masked(self, *, keep: bool = False) -> str:
        """The lower-case text with every mention replaced by its kind, or dropped."""
        parts: list[str] = []
        position = 0
        for mention in self.mentions:
            parts.append(self.low[position : mention.start])
            parts.append(f" {mention.kind} " if keep else " ")
            position = mention.end
        parts.append(self.low[position:])
        return re.sub(r"\s+", " ", "".join(parts)).strip()
