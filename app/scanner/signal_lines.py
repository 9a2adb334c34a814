"""One line of text as a signal: `buy AAPL at 231.50 stop 228 target 240`.

Decided: the direction is what the words beside the symbol say, and nothing further on decides it; a
line that says the opposite further on is refused, for the wrong side is worse than none. A number
behind them is read as the entry or refused, never passed over.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.core.errors import InvalidInput

OUT = frozenset({"flat", "close", "exit", "cover"})
LEAVING = "Leaving a position is no opportunity. Send entries only, long or short."

_LONG = frozenset({"long", "buy", "bullish"})
_SHORT = frozenset({"short", "sell", "bearish"})
_OPPOSED = {
    **dict.fromkeys(_LONG, frozenset({"short", "sell"})),
    **dict.fromkeys(_SHORT, frozenset({"long", "buy"})),
}
"""By a word for a direction, those that contradict it."""
_NO_WAY = frozenset(
    {"term", "squeeze", "interest", "covering", "float", "off", "back", "side", "dated", "sellers"}
)
"""What makes another thing of the word before it: a short squeeze, a long term."""
_NO_SYMBOL = frozenset(
    [
        "a",
        "all",
        "and",
        "at",
        "avoid",
        "do",
        "don't",
        "dont",
        "for",
        "go",
        "going",
        "if",
        "in",
        "into",
        "is",
        "it",
        "maybe",
        "more",
        "never",
        "new",
        "no",
        "not",
        "now",
        "off",
        "on",
        "only",
        "or",
        "signal",
        "some",
        "term",
        "the",
        "this",
        "to",
        "up",
        "wait",
        "with",
    ]
)
_MARKS = ",.;:!()[]|-–—→"
_WORD = re.compile(r"[a-z]+(?:[-'’][a-z]+)*")
_LEAVES = re.compile(
    r"\bto (?:close|cover|exit)\b|\b(?:close|exit|cover|flatten)"
    r"(?: (?:the|my|your|this|all))? (?:longs?|shorts?|positions?|trades?)\b"
)
_STOP = r"\b(?:stop(?:[ _-]?loss)?|sl)"
_TARGET = r"\b(?:target|take[ _-]?profit|tp)"
_AT = re.compile(rf"({_STOP}|{_TARGET})(?:\s+(?:price|level|at|is))+\b", re.IGNORECASE)
_NUMBER = r"\s*[:=@]?\s*\$?(?P<number>\d[\d.,]*\d|\d)(?=$|[\s;)!.,])"
_PRICES = {
    "entry": re.compile(r"(?:\b(?:entry|price)(?:\s+(?:at|is))?|@)" + _NUMBER, re.IGNORECASE),
    "stop": re.compile(_STOP + _NUMBER, re.IGNORECASE),
    "target": re.compile(_TARGET + _NUMBER, re.IGNORECASE),
}
_FIRST = re.compile(
    r"""(?:(?:signal|alert|setup|order|limit|market|now|here|entry|entries|trigger(?:ed)?|fired
        |break(?:out|down)?|reversal|pullback|bounce|retest|cross(?:ing|ed)|on|the|a
        |\d[\d.,]*\s+(?:shares?|contracts?|coins?|lots?|units?))\b[\s,:;-]*){0,4}
    (?P<at>at\b)?"""
    + _NUMBER
    + r"(?P<behind>.*)",
    re.IGNORECASE | re.VERBOSE,
)
"""A number right behind symbol and direction."""
_OF_TIME = re.compile(
    r"\s+(?:min(?:ute)?s?|h|hours?|d|days?|weeks?|months?|bars?|shares?|contracts?|coins?|lots?|units?)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(rf"[\s.,;)!-]*(?:$|{_STOP}|{_TARGET})|[.,;)!]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says, in its words: `way` is empty where it has no word for a direction, a price
    None where it has none."""

    symbol: str
    way: str
    prices: Mapping[str, str | None]


def read_line(text: str) -> Line:
    """The parts of a line; `InvalidInput` where its direction is in doubt."""
    words = [word for word in text.split() if word.strip(_MARKS)]
    symbol, ways, behind = _headed(words)
    _check_symbol(symbol)
    if not ways:
        _check_silent(words)
    else:
        _check_agreed(ways, behind, text)
    tail = _AT.sub(r"\1", " ".join(behind))
    prices = {name: _number(pattern, tail) for name, pattern in _PRICES.items()}
    if prices["entry"] is None and ways:
        prices["entry"] = _first_number(tail)
    return Line(symbol, ways[0] if ways else "", prices)


def _headed(words: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """The symbol, the words for a direction right before or behind it, and all that follows."""
    before = [_bare(word) for word in takewhile(_is_way, words)]
    named, behind = words[len(before) : len(before) + 1], list(words[len(before) + 1 :])
    symbol = named[0].rstrip(_MARKS).lstrip("([") if named else ""
    if before:
        return symbol, before, behind
    ways = [_bare(word) for word in takewhile(_is_way, behind)]
    return symbol, ways, behind[len(ways) :]


def _check_symbol(symbol: str) -> None:
    if symbol.lower() in OUT:
        raise InvalidInput(LEAVING)
    if symbol.lower() in _NO_SYMBOL and not symbol.isupper():
        raise InvalidInput(
            f"`{symbol}` stands where the symbol should. Write such as: buy AAPL at 231.50"
        )


def _check_silent(words: Sequence[str]) -> None:
    """Without a word for the direction beside the symbol there is none anywhere."""
    if len(words) > 1 and _bare(words[1]) in OUT:
        raise InvalidInput(LEAVING)
    if set(map(_bare, words)) & (_LONG | _SHORT | OUT):
        raise InvalidInput(
            "Say which way right beside the symbol, in front or behind, such as: buy AAPL, or AAPL short"
        )


def _check_agreed(ways: Sequence[str], behind: Sequence[str], text: str) -> None:
    if _LEAVES.search(text.lower()) or (behind and _bare(behind[0]) in OUT):
        raise InvalidInput(LEAVING)
    if behind and _bare(behind[0]) in _NO_WAY:
        raise InvalidInput(
            f"`{ways[-1]} {_bare(behind[0])}` is no direction. Say which way right beside the symbol, "
            "such as: buy AAPL, or AAPL short"
        )
    said = {*ways, *_WORD.findall(" ".join(behind).lower())}
    against = next((word for word in sorted(said) if word in _OPPOSED[ways[0]]), "")
    if against:
        raise InvalidInput(
            f"The line says `{ways[0]}` and `{against}`. Write one direction only, such as: "
            "buy AAPL at 231.50, or send the words as `reason` in JSON."
        )


def _is_way(word: str) -> bool:
    return _bare(word) in _OPPOSED


def _bare(word: str) -> str:
    return word.strip(_MARKS).lower()


def _number(pattern: re.Pattern[str], tail: str) -> str | None:
    found = pattern.search(tail)
    return found["number"] if found else None


def _first_number(tail: str) -> str | None:
    """The number right behind symbol and direction, where it is a price."""
    found = _FIRST.match(tail)
    if found is None or (not found["at"] and _OF_TIME.match(found["behind"])):
        return None
    if not found["at"] and not _ENDS.match(found["behind"]):
        number = found["number"]
        raise InvalidInput(f"Say what {number} is: for the price of entry write `at {number}`.")
    return found["number"]
