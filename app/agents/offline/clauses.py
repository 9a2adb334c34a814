"""Cuts a question into clauses: "spx pdh and is the market open friday and nvda rsi" is three."""

import re
from dataclasses import dataclass

from app.agents.offline.days import Day
from app.agents.offline.mentions import Canvas, Kind, Mention

_CUT = re.compile(
    r"[;?!\n]+|\.(?=\s|$)|,? (?:and )?then (?!on\b)|,? and also |,? also |,? plus (?!\$?[\d.])|,? and (?!post|after|each|other|low|high|lows|highs|close\b)|, (?!(?:low|high|lows|highs|close|open)\b(?! (?:a|my|the|up)\b))| & |,? (?:along with|together with|as well as) | \+ (?!\d)|^also |^and |^then "
)
_FILLER = re.compile(
    r"\b(?:please|coach|hey|hi|hello|thanks?|thank you|the|a|an|for|on|of|in|at|me|show|give|tell|can|could|would|you|i|want|to|see"
    r"|need|let|get|just|thing|but|instead|switch|change|make|turn|go|try|use|set|zoom|out|into|do|then|put|chart that|back|over|now|right now|today|mate|bro|man|dude|guys|quick|quickly|one|question|btw|by the way|like|ok|okay|so|well"
    r"|what|about|is|it|and|or|also|too|as well|same|again|both|with|my|some|any|stock|shares?|do|check|look|how|with|its?|all|vs|real|sir|buddy|next|sorry|meant|nope|no|actually|rather|mean|was|thinking|great|hmm+|wait|other|ones?|yes|yeah|cool|alright|this|that|these|time|more|it's|that's|oh|ah|um|uh)\b|[^\w]"
)


@dataclass(slots=True)
class Clause:
    """A stretch of the question with what it mentions."""

    text: str
    mentions: list[Mention]
    masked: str
    plain: str

    def of(self, *kinds: Kind) -> list[Mention]:
        return [mention for mention in self.mentions if mention.kind in kinds]

    @property
    def days(self) -> list[Day]:
        """The days that are meant; those that only come round ("on fridays") are not."""
        return [m.day for m in self.of(Kind.DAY) if m.day is not None and m.is_certain]

    def values(self, kind: Kind) -> list[str]:
        """All values of a kind, in order, each once."""
        return list(dict.fromkeys(v for mention in self.of(kind) for v in mention.values))

    @property
    def is_bare(self) -> bool:
        """Nothing but mentions and filler."""
        return is_filler(_without_kinds(self.masked))

    def joined(self, other: "Clause") -> "Clause":
        """Both as one, in the order of the question."""
        return Clause(
            f"{self.text} and {other.text}",
            sorted([*self.mentions, *other.mentions], key=lambda each: each.start),
            f"{self.masked} and {other.masked}",
            f"{self.plain} and {other.plain}",
        )


def is_filler(text: str) -> bool:
    """Whether the text says nothing of its own."""
    return _FILLER.sub("", text) == ""


_MASKS = tuple(kind for kind in Kind if kind is not Kind.TRADE)
"""What stands for mentions; "trade" is said as well, and a told trade is never bare."""


def _without_kinds(masked: str) -> str:
    return re.sub(rf"\b(?:{'|'.join(_MASKS)})\b", "", masked)


def whole(canvas: Canvas) -> Clause:
    """The question as a single clause."""
    return _part(canvas, 0, len(canvas.text))


def parts(canvas: Canvas) -> list[Clause]:
    """The pieces between connectors; pieces without a letter are left out."""
    pieces: list[Clause] = []
    start = 0
    for match in _CUT.finditer(canvas.low):
        if canvas.is_free(*match.span()) and not _is_inside_a_list(canvas, *match.span()):
            pieces.append(_part(canvas, start, match.start()))
            start = match.end()
    pieces.append(_part(canvas, start, len(canvas.text)))
    return [piece for piece in pieces if re.search(r"\w", piece.text)]


_LISTED = (Kind.LEVEL, Kind.AVERAGE, Kind.INDICATOR)


def _is_inside_a_list(canvas: Canvas, start: int, end: int) -> bool:
    """Whether a connector stands between two terms of one kind: "rsi and macd", "pdh, pdl"."""
    if canvas.low[start:end].strip() not in (",", "and", ", and", "&", "+"):
        return False
    before = [mention.kind for mention in canvas.mentions if mention.end == start]
    after = [mention.kind for mention in canvas.mentions if mention.start == end]
    return bool(before and after) and before[0] is after[0] and before[0] in _LISTED


def _part(canvas: Canvas, start: int, end: int) -> Clause:
    inside = [m for m in canvas.mentions if start <= m.start and m.end <= end]
    text: list[str] = []
    position = start
    for mention in inside:
        text += [canvas.low[position : mention.start], f" {mention.kind} "]
        position = mention.end
    text.append(canvas.low[position:end])
    return Clause(
        canvas.text[start:end].strip(),
        inside,
        re.sub(r"\s+", " ", "".join(text)).strip(),
        re.sub(r"\s+", " ", canvas.low[start:end]).strip(),
    )
