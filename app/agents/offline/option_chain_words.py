"""Words of option chains: whether one is asked for, and what is to be left out of it."""

import re
from typing import Any

from app.agents.offline.option_legs import count, kind_of

_CHAIN = re.compile(
    r"\b(?:opt(?:ion)?s? )?chains?\b|\boptions? (?:board|table|prices?|quotes?|for|on|in|of|expir\w+|<e)|\bstrikes\b"
    r"|\b(?:calls|puts)\b.*\b(?:expir\w+|open interest|oi|volume|out|spread (?:under|below|of))\b|\bexpirations?\b|\bexpiries\b|\bweekly options\b|\bweeklies\b"
)
_SIDES = re.compile(r"\b(?:calls|puts)\b")
_STRUCK = re.compile(
    r"(?<![\w./<])\$?\d+(?:\.\d+)? ?(?:strike )?(?:calls?|puts?|[cp])\b|\bdelta (?:call|put)s?\b"
)
_EACH_SIDE = re.compile(
    r"\b(\d{1,2}|[a-z]+) strikes?(?: on)? (?:each|either|both|every) (?:sides?|ways?)"
)
_LEAST = r"(?: is|'s)? (?:over|above|of at least|at least|more than|>=?|min(?:imum)?) ?([\d,]+)"
_OPEN = re.compile(rf"\b(?:open interest|oi){_LEAST}")
_VOLUME = re.compile(rf"\bvolume{_LEAST}")
_SPREAD = re.compile(
    r"\b(?:max(?:imum)? |bid[ /-]ask )?spreads?(?: is)? (?:under|below|less than|of at most|at most|within|<=?|tighter than|max) ?(\d+(?:\.\d+)?) ?(?:%|percent)|\bmax(?:imum)? spread (?:of )?(\d+(?:\.\d+)?) ?(?:%|percent)"
)
_DELTAS = re.compile(
    r"\b(?:between )?(\d{1,2}|0?\.\d+)(?: ?(?:and|to|-) ?)(\d{1,2}|0?\.\d+)[ -]?deltas?\b|\bdeltas? (?:between |from )?(\d{1,2}|0?\.\d+)(?: ?(?:and|to|-) ?)(\d{1,2}|0?\.\d+)"
)
_MOST_STRIKES = 15


def is_of_a_chain(text: str, *, has_symbol: bool = False, by_kind: bool = True) -> bool:
    """Whether several contracts are asked for: by the word, or, `by_kind`, as calls or puts without a
    strike."""
    if _EACH_SIDE.search(text) or _DELTAS.search(text):
        return True
    if not has_symbol or _STRUCK.search(text):
        return False
    return bool(_CHAIN.search(text) or (by_kind and _SIDES.search(text)))


def chain_filters(text: str) -> dict[str, Any]:
    """Kind, strikes each side, deltas, open interest, volume and width of the market."""
    asked: dict[str, Any] = _kind(text)
    side = _EACH_SIDE.search(text)
    if side and (number := _counted(side[1])):
        asked["strikes"] = min(number, _MOST_STRIKES)
    for name, words in (("min_open_interest", _OPEN), ("min_volume", _VOLUME)):
        if least := words.search(text):
            asked[name] = int(least[1].replace(",", ""))
    if spread := _SPREAD.search(text):
        asked["max_spread"] = _number(spread[1] or spread[2])
    return asked | _deltas(text)


def _kind(text: str) -> dict[str, Any]:
    kinds = {kind_of(each) for each in re.findall(r"\b(?:calls?|puts?)\b", text)}
    return {"kind": kinds.pop()} if len(kinds) == 1 else {}


def _deltas(text: str) -> dict[str, Any]:
    found = _DELTAS.search(text)
    if found is None:
        return {}
    low, high = sorted(_delta(each) for each in found.groups() if each)
    return {"min_delta": low, "max_delta": high}


def _delta(text: str) -> float:
    value = float(text)
    return value if value < 1 else value / 100


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value == int(value) else value


def _counted(text: str) -> int | None:
    try:
        return count(text)
    except ValueError:
        return None
