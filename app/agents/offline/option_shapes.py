"""Structures by name: which legs each has, and what its name says of its side.

Decided: a name that traders give to both sides, "put spread" or "straddle", says nothing about the side
and is asked about; a wrong side turns what can be won into what can be lost.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """What a name says of the side: nothing; what is usual; all, so that the opposite contradicts it;
    or all, with verbs that belong to its parts."""

    ASKED = "asked"
    USUAL = "usual"
    FIXED = "fixed"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Part:
    """One leg: `place` counts the rising strikes of the structure, `is_far` the later of two ends."""

    is_bought: bool
    kind: str
    place: int
    count: int = 1
    is_far: bool = False

    @property
    def mirrored(self) -> "Part":
        return replace(self, is_bought=not self.is_bought)


@dataclass(frozen=True, slots=True)
class Shape:
    """`parts` is the side that `is_bought` says; `lots` are hundreds of shares beside them, negative
    for short ones. `kind_open` has parts as calls, to be asked for calls or puts. `beside` must stand
    somewhere as well."""

    name: str
    words: re.Pattern[str]
    parts: tuple[Part, ...]
    is_bought: bool
    rule: Rule
    lots: int = 0
    kind_open: bool = False
    beside: re.Pattern[str] | None = None

    @property
    def strikes(self) -> int:
        return len({part.place for part in self.parts})

    @property
    def has_two_ends(self) -> bool:
        return any(part.is_far for part in self.parts)

    @property
    def mirrored(self) -> "Shape":
        parts = tuple(part.mirrored for part in self.parts)
        return replace(self, parts=parts, is_bought=not self.is_bought)

    def of(self, kind: str) -> "Shape":
        """The same of puts or calls, where the name left that open; ratios turn round."""
        parts = tuple(replace(part, kind=kind) for part in self.parts)
        return replace(self, parts=parts, kind_open=False)


_LEG = re.compile(r"([+-])(\d?)([cp])(\d)(f?)")


def _shape(name: str, words: str, parts: str, rule: Rule, **more: Any) -> Shape:
    """`parts` as `-p1 +p0`: sell the put at the second strike, buy the one at the first."""
    read = tuple(
        Part(
            found[1] == "+",
            {"c": "call", "p": "put"}[found[3]],
            int(found[4]),
            int(found[2] or 1),
            bool(found[5]),
        )
        for leg in parts.split()
        if (found := _LEG.fullmatch(leg))
    )
    beside = more.pop("beside", None)
    return Shape(
        name,
        re.compile(words),
        read,
        more.pop("is_bought", True),
        rule,
        beside=re.compile(beside) if beside else None,
        **more,
    )


_SPREAD = r"(?:spreads?|verticals?|vert)\b(?! ?(?:under|below|less|of at most|at most|within|<=? ?\d|tighter))"
_FLY = r"(?:(?:butter)?fl(?:y|ys|ies))\b"
_PUT, _CALL = r"\b(?:put|p)s?", r"\b(?:call|c)s?"

SHAPES = (
    _shape("iron condor", r"\b(?:iron ?condors?|ics?)\b", "+p0 -p1 -c2 +c3", Rule.USUAL, is_bought=False),
    _shape("iron butterfly", rf"\biron ?{_FLY}", "+p0 -p1 -c1 +c2", Rule.USUAL, is_bought=False),
    _shape("put condor", r"\bput condors?\b", "+p0 -p1 -p2 +p3", Rule.USUAL),
    _shape("call condor", r"\bcall condors?\b", "+c0 -c1 -c2 +c3", Rule.USUAL),
    _shape("put butterfly", rf"{_PUT} (?:debit )?{_FLY}", "+p0 -2p1 +p2", Rule.USUAL),
    _shape("put butterfly", _FLY, "+p0 -2p1 +p2", Rule.USUAL, beside=r"\bputs\b"),
    _shape("put butterfly", rf"\b(?:broken[- ]wing|skip[- ]strike) put|\bput (?:broken[- ]wing|skip[- ]strike) {_FLY}|\bput bwb", "+p0 -2p1 +p2", Rule.USUAL),
    _shape("butterfly", rf"{_FLY}|\bbwb\b", "+c0 -2c1 +c2", Rule.USUAL),
    _shape("jade lizard", r"\bjade lizards?\b", "-p0 -c1 +c2", Rule.FIXED, is_bought=False),
    _shape("poor man's covered call", r"\b(?:pmcc|poor man'?s covered calls?|poor mans? cc)\b", "+c0f -c1", Rule.NAMED),
    _shape("covered strangle", r"\bcovered strangles?\b", "-p0 -c1", Rule.NAMED, lots=1),
    _shape("covered call", r"\b(?:covered calls?|buy[- ]writes?)\b", "-c0", Rule.NAMED, lots=1),
    _shape("covered put", r"\bcovered puts?\b", "-p0", Rule.NAMED, lots=-1),
    _shape("protective put", r"\b(?:protective|married) puts?\b", "+p0", Rule.NAMED, lots=1),
    _shape("collar", r"\bcollars?\b", "+p0 -c1", Rule.NAMED, lots=1),
    _shape("synthetic long", r"\b(?:synthetic long|long synthetic)\b", "+c0 -p0", Rule.NAMED),
    _shape("synthetic short", r"\b(?:synthetic short|short synthetic)\b", "-c0 +p0", Rule.NAMED),
    _shape("risk reversal", r"\brisk[- ]reversals?\b", "-p0 +c1", Rule.ASKED),
    _shape("put calendar", r"\bput (?:calendars?|time spreads?|horizontals?)\b", "-p0 +p0f", Rule.USUAL),
    _shape("call calendar", r"\bcall (?:calendars?|time spreads?|horizontals?)\b", "-c0 +c0f", Rule.USUAL),
    _shape("calendar", r"\b(?:calendar(?: spread)?s?|time spreads?|horizontal spreads?)\b", "-c0 +c0f", Rule.USUAL, kind_open=True),
    _shape("call backspread", r"\b(?:call (?:ratio )?backspreads?|call back ratios?)\b", "-c0 +2c1", Rule.USUAL),
    _shape("put backspread", r"\b(?:put (?:ratio )?backspreads?|put back ratios?)\b", "-p1 +2p0", Rule.USUAL),
    _shape("call ratio spread", r"(?<!put[ /-])(?<!put to )(?<!p[/-])\bcall (?:front )?ratio(?: spreads?)?\b|\bratio call(?: spreads?)?\b", "+c0 -2c1", Rule.USUAL),
    _shape("call ratio spread", r"\bratio(?: spreads?)?\b", "+c0 -2c1", Rule.USUAL, beside=r"\bcalls\b"),
    _shape("put ratio spread", r"\bput (?:front )?ratio(?: spreads?)?\b|\bratio put(?: spreads?)?\b", "+p1 -2p0", Rule.USUAL),
    _shape("put ratio spread", r"\bratio(?: spreads?)?\b", "+p1 -2p0", Rule.USUAL, beside=r"\bputs\b"),
    _shape("bull put spread", r"\bbull(?:ish)? puts?\b(?: (?:credit )?spreads?)?|\bputs? credit\b(?: spreads?)?|\bcredit puts?\b(?: spreads?)?|\bpcs\b|(?<=/\d\d )bps\b|(?<=/\d\d\d )bps\b|(?<=/\d\d\d\d )bps\b", "+p0 -p1", Rule.FIXED, is_bought=False),
    _shape("bear call spread", r"\bbear(?:ish)? calls?\b(?: (?:credit )?spreads?)?|\bcalls? credit\b(?: spreads?)?|\bcredit calls?\b(?: spreads?)?|\bccs\b", "-c0 +c1", Rule.FIXED, is_bought=False),
    _shape("bear put spread", r"\bbear(?:ish)? puts?\b(?: (?:debit )?spreads?)?|\bputs? debit\b(?: spreads?)?|\bdebit puts?\b(?: spreads?)?|\bpds\b", "-p0 +p1", Rule.FIXED),
    _shape("bull call spread", r"\bbull(?:ish)? calls?\b(?: (?:debit )?spreads?)?|\bcalls? debit\b(?: spreads?)?|\bdebit calls?\b(?: spreads?)?|\bcds\b", "+c0 -c1", Rule.FIXED),
    _shape("put spread", rf"{_PUT} {_SPREAD}", "-p0 +p1", Rule.ASKED),
    _shape("put spread", rf"\b{_SPREAD}", "-p0 +p1", Rule.ASKED, beside=r"\d ?p\b|\bputs\b"),
    _shape("call spread", rf"{_CALL} {_SPREAD}", "+c0 -c1", Rule.ASKED),
    _shape("call spread", rf"\b{_SPREAD}", "+c0 -c1", Rule.ASKED, beside=r"\d ?c\b|\bcalls\b"),
    _shape("strangle", r"\bstrangles?\b", "+p0 +c1", Rule.ASKED),
    _shape("straddle", r"\bstraddles?\b", "+p0 +c0", Rule.ASKED),
    _shape("naked put", r"\b(?:naked|uncovered|cash[- ]secured) puts?\b|\bcsps?\b", "-p0", Rule.NAMED, is_bought=False),
    _shape("naked call", r"\b(?:naked|uncovered) calls?\b", "-c0", Rule.NAMED, is_bought=False),
)  # fmt: skip
"""The first whose words stand in a question is meant; narrower names come before wider ones."""

UNNAMED_SPREAD = re.compile(
    r"\b(?:condors?|diagonals?|double (?:calendar|diagonal)s?|box(?: spread)?s?|christmas trees?|verticals?|zebras?)\b"
)


UNUSUAL = re.compile(
    r"\bdouble (?:calendar|diagonal)s?\b|\b(?:reverse|inverse|inverted)\b(?! iron)"
)
"""Words that turn a name into one that is not known here."""


def shape_of(text: str) -> tuple[Shape, re.Match[str]] | None:
    """The structure that is named, and where."""
    for shape in SHAPES:
        found = shape.words.search(text)
        if found and (shape.beside is None or shape.beside.search(text)):
            return shape, found
    return None
