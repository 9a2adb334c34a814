"""Sentences that come before the tools' own, where the question wants a comparison.

The plan notes which comparison (`Lead`); when the answers are there, the values in their texts
decide the words, and figures are only ever pointed at.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial

from app.agents.model import ToolAnswer
from app.agents.offline.clauses import Clause
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call, Lead

_STRONGER = re.compile(
    r"\b(?:more|stronger|strongest|better|best|outperform\w*|leading|ahead|winning|beating|higher|most|green(?:er|est)|bigger|biggest)\b"
)
_WEAKER = re.compile(
    r"\b(?:weaker|weakest|worse|worst|lagging|lower|less|losing|down (?:more|most)|red(?:der|dest))\b"
)
_RATIO = re.compile(
    r"\bstock (?:in|per|in terms of|priced in|to) stock\b|\bhow many stock\b|\bratio\b"
)
_OVER = re.compile(r"\b(?:above|below|over|under|atrs?)\b")
_VERSUS = re.compile(r"\b(?:vs|versus|compare|against|or)\b")


def quote_leads(
    intent: Intent, clause: Clause, calls: Sequence[Call], places: tuple[int, ...]
) -> list[Lead]:
    """What has to be said first about these calls."""
    masked = clause.masked
    if intent is Intent.QUOTE and len(places) == 2 and _RATIO.search(masked):
        first, second = places
        return [Lead("ratio", (second, first) if "how many" in masked else places)]
    if intent is Intent.QUOTE and len(places) >= 2 and _WEAKER.search(masked):
        return [Lead("weakest", places)]
    is_contest = _STRONGER.search(masked) or _VERSUS.search(masked)
    if intent is Intent.QUOTE and len(places) >= 2 and is_contest:
        return [Lead("strongest", places)]
    if intent is Intent.LEVELS:
        return _level_leads(clause, calls, places)
    if intent is Intent.QUOTE:
        return [Lead(kind, (place,)) for kind in _asked(masked) for place in places]
    return []


_FIELDS = (
    ("gap", re.compile(r"\bgap(?:s|ped|ping)?\b")),
    ("volume", re.compile(r"\bvolume\b")),
    ("open", re.compile(r"\b(?:open|opened|opening)\b")),
    ("high", re.compile(r"\bhigh(?:s|est)?\b")),
    ("low", re.compile(r"\blow(?:s|est)?\b")),
)


def _asked(masked: str) -> list[str]:
    """Which parts of a day are asked for; none is the quote as a whole."""
    return [kind for kind, pattern in _FIELDS if pattern.search(masked)]


def _level_leads(clause: Clause, calls: Sequence[Call], places: tuple[int, ...]) -> list[Lead]:
    part = re.search(r"\b(high|low|close)\b|\bhi\b|\blo\b", clause.masked)
    leads = []
    for before, after in zip(range(len(calls)), range(1, len(calls)), strict=False):
        pair = (calls[before].name, calls[after].name)
        if pair == ("get_quote", "get_key_levels") and part is not None:
            path = {"h": "high", "l": "low", "c": "close"}[part[0][0]]
            leads.append(Lead("from a past day", (places[before], places[after]), (path,)))
    if not leads and _OVER.search(clause.plain):
        for call, place in zip(calls, places, strict=True):
            names = call.arguments.get("names", ())
            if len(names) == 1 and names[0] != "ATR" and not clause.of(Kind.NUMBER):
                leads.append(Lead("side", (place,), (names[0],)))
    return leads


def said_first(lead: Lead, answers: Sequence[ToolAnswer | None], symbols: Sequence[str]) -> str:
    """The sentence of a lead; empty if an answer or a figure it needs is missing."""
    wanted = [answers[place] for place in lead.places]
    present = [answer for answer in wanted if answer is not None and answer.ok]
    if len(present) != len(wanted):
        return ""
    names = [symbols[place] for place in lead.places]
    if lead.kind == "ratio":
        return _ratio(present, names)
    if lead.kind in ("strongest", "weakest"):
        return _contest(present, names, strongest=lead.kind == "strongest")
    if lead.kind in _SAYINGS:
        return _SAYINGS[lead.kind](present[0], names[0])
    if lead.kind == "side":
        return _side(present[0], names[0], lead.paths[0])
    return _from_past_day(present[0], present[1], names[0], lead.paths[0])


def _ratio(answers: Sequence[ToolAnswer], names: Sequence[str]) -> str:
    first, second = (answer.figures.get("last") for answer in answers)
    if not first or not second:
        return ""
    one, other = (name.split("/")[0] for name in names)
    return f"One {one} is worth {{{first}/{second} : ratio, 4}} {other}."


def _contest(answers: Sequence[ToolAnswer], names: Sequence[str], *, strongest: bool) -> str:
    ranked = []
    for answer, name in zip(answers, names, strict=True):
        change, figure = value_of(answer, "change_pct"), answer.figures.get("change_pct")
        if change is None or figure is None:
            return ""
        ranked.append((change, name, figure))
    ranked.sort(reverse=strongest)
    if ranked[0][0] == ranked[1][0]:
        return ""
    word = "stronger" if strongest else "weaker"
    if len(ranked) > 2:
        word = "strongest" if strongest else "weakest"
    others = ", ".join(f"{name} {{{figure}}}" for _, name, figure in ranked[1:])
    return f"{ranked[0][1]} is the {word}: {{{ranked[0][2]}}} against {others}."


def _gap(answer: ToolAnswer, symbol: str) -> str:
    gap, figure = value_of(answer, "gap"), answer.figures.get("gap")
    if gap is None or figure is None:
        return ""
    if gap == 0:
        return f"{symbol} opened without a gap."
    percent = answer.figures.get("gap_pct")
    size = f"{{{figure}}}" + (f" ({{{percent}}})" if percent else "")
    return f"Gap at the open of {symbol}: {size}, {'up' if gap > 0 else 'down'}."


def _volume(answer: ToolAnswer, symbol: str) -> str:
    volume, average = answer.figures.get("volume"), answer.figures.get("average_volume")
    if volume is None:
        return f"{symbol} has no volume."
    beside = f"; average volume: {{{average}}}" if average else ""
    return f"Volume of {symbol}: {{{volume}}}{beside}."


def _field(answer: ToolAnswer, symbol: str, path: str, words: str) -> str:
    figure = answer.figures.get(path)
    return f"{symbol} {words} {{{figure}}}." if figure else ""


_SAYINGS: Mapping[str, Callable[[ToolAnswer, str], str]] = {
    "gap": _gap,
    "volume": _volume,
    "open": partial(_field, path="open", words="opened at"),
    "high": partial(_field, path="high", words="had its high at"),
    "low": partial(_field, path="low", words="had its low at"),
}


def _side(answer: ToolAnswer, symbol: str, name: str) -> str:
    last, level = value_of(answer, "last"), value_of(answer, name)
    if last is None or level is None:
        return ""
    side = "above" if last > level else "below" if last < level else "right at"
    return f"{symbol} is {side} its {name}."


def _from_past_day(past: ToolAnswer, now: ToolAnswer, symbol: str, path: str) -> str:
    level, last, atr = past.figures.get(path), now.figures.get("last"), now.figures.get("atr")
    was, is_now = value_of(past, path), value_of(now, "last")
    if not (level and last and atr) or was is None or is_now is None:
        return ""
    side = "above" if is_now >= was else "below"
    difference = f"({last}-{level})" if is_now >= was else f"({level}-{last})"
    return f"{symbol} is {{{difference}/{atr} : ATR, 2}} {side} that {path}, {{{level}}}."


def value_of(answer: ToolAnswer, path: str) -> Decimal | None:
    """The value of a figure, read back from the lines that list them in the answer's text."""
    figure = answer.figures.get(path)
    if figure is None:
        return None
    match = re.search(rf"^\s*{re.escape(figure)}\b[^\n=]*= *([^\n]+)", answer.text, re.MULTILINE)
    if match is None:
        return None
    digits = re.match(r"[+\-−]?[\d,]*\.?\d+", match[1].strip())
    try:
        return Decimal(digits[0].replace(",", "").replace("−", "-")) if digits else None
    except InvalidOperation:
        return None
