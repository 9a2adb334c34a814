"""Numbers in a question about setups: bounds of the price, and of what the formula language knows.

Decided: a number bounds what stands before it, and the price only where nothing does. What stands there
and is not known is handed on as a condition as it was written, for the language to refuse it by name:
"beta over 2" must not come back as a price.
"""

import re
from dataclasses import dataclass, field
from typing import Any

_MILLION = 1_000_000
_SCALES = {
    "k": 1_000, "thousand": 1_000, "m": _MILLION, "mm": _MILLION, "mil": _MILLION,
    "million": _MILLION, "b": 1_000 * _MILLION, "bn": 1_000 * _MILLION, "billion": 1_000 * _MILLION,
    "t": _MILLION * _MILLION, "tn": _MILLION * _MILLION, "trillion": _MILLION * _MILLION,
}  # fmt: skip
_BELOW = {
    "under": "<", "below": "<", "cheaper than": "<", "less than": "<", "lower than": "<",
    "smaller than": "<", "up to": "<=", "at most": "<=", "max": "<=", "maximum": "<=",
}  # fmt: skip
_ABOVE = {
    "over": ">", "above": ">", "more than": ">", "greater than": ">", "higher than": ">",
    "bigger than": ">", "larger than": ">", "at least": ">=", "from": ">=", "min": ">=",
    "minimum": ">=",
}  # fmt: skip
_SIGNS = _BELOW | _ABOVE
_DOWN = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
"""A fall of more than so much is a change below its negative."""
_NUMBER = r"\$?\d+(?:,\d{3})+(?:\.\d+)?|\$?\d+(?:\.\d+)?|\$?\.\d+"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_AMOUNT = rf"(?:{_NUMBER})(?: ?(?:{_SCALE})\b)?(?: ?(?:%|percent\b)|x\b)?(?: dollars| bucks)?"
_END = r"(?![\d.:,]*\d|\w|[- ]?(?:days?|d|to 1|atr|bars?|weeks?|sma|ema|dma)\b)"
_OF = r"(?:(?: in| of| worth of)? (?P<after>market cap|volume|shares)\b)?"
_BOUND = re.compile(
    rf"\b(?P<sign>{'|'.join(sorted(_SIGNS, key=len, reverse=True))})(?: a (?:price|volume|market cap) of)? "
    rf"(?P<amount>{_AMOUNT}){_END}{_OF}"
)
_BETWEEN = re.compile(
    rf"\bbetween (?P<low>{_AMOUNT}) and (?P<high>{_AMOUNT}){_END}{_OF}"
)  # fmt: skip
_KNOWN = (
    (r"market[- ]?cap(?:itali[sz]ation)?s?|mkt cap|mcap", "market_cap"),
    (r"relative volume|rel(?:ative)? vol|rvol", "rvol(20)"),
    (r"average volume|avg volume|usual volume", "sma(volume, 20)"),
    (r"options? volume", "usual_option_volume"),
    (r"(?:daily |today's )?volume|shares", "volume"),
    (r"rsi(?: ?\(?14\)?)?", "rsi(14)"),
)
_BETWEEN_WORDS = r"(?: (?:of|is|are|that is|at|being))*"
_NO_SUBJECT = re.compile(
    r"\b(?:a|an|the|their|its|his|it|them|they|with|where|whose|having|have|has|had|and|or|but|for|in|on"
    r"|of|at|to|by|from|is|are|was|be|being|that|which|who|what|than|then|me|us|i|you|please|find|show|give"
    r"|list|get|scan|scanner|screen|screener|look|looking|only|just|any|all|some|every|stocks?|names?"
    r"|tickers?|symbols?|etfs?|funds|compan(?:y|ies)|equities|setups?|opportunit(?:y|ies)|ideas?|trades?"
    r"|anything|something|stuff|ones?|trading|cost(?:s|ing)?|worth|currently|now|today|still|longs?|shorts?"
    r"|bullish|bearish|cheap|liquid|days?|dma|out|up|down|off|good|best|caps?|large|small|mid|mega|micro"
    r"|buy(?:ing)?|sell(?:ing)?|near|around|support|resistance|highs?|lows?|oversold|overbought|weeks?)$"
)
"""Words before a number that it is not said of."""
_PRICE = re.compile(r"(?:prices?|priced|close|closing price|share price)$")
_WORD = re.compile(r"[a-z][a-z/&'-]*$")


@dataclass(slots=True)
class Bounds:
    """`price` are arguments of a scan, `conditions` parts of its formula; `rest` are the words that
    neither took."""

    rest: str
    price: dict[str, Any] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)


def bounds_in(low: str, *, neutral: str) -> Bounds:
    """All bounds of lower-case words; `neutral` is a pattern of words that nothing is bounded of."""
    found = Bounds(low)
    while between := _BETWEEN.search(found.rest):
        _take(found, between, (">=", between["low"]), ("<=", between["high"]), neutral=neutral)
    while bound := _BOUND.search(found.rest):
        _take(found, bound, (_SIGNS[bound["sign"]], bound["amount"]), neutral=neutral)
    return found


def _take(found: Bounds, match: re.Match[str], *bounds: tuple[str, str], neutral: str) -> None:
    before = found.rest[: match.start()].rstrip()
    subject, start = _subject(before, neutral)
    after = match["after"] or ""
    if not subject and after:
        subject = "market_cap" if after == "market cap" else "volume"
    elif after == "shares" and subject != "volume":
        subject = "volume"
    for sign, amount in bounds:
        if not subject and _is_price(amount):
            end = "min_price" if sign[0] == ">" else "max_price"
            found.price[end] = _plain(amount)
        else:
            found.conditions.append(_condition(subject, sign, amount, before))
    found.rest = f"{before[:start]} {found.rest[match.end() :]}"


def _subject(before: str, neutral: str) -> tuple[str, int]:
    """What is bounded, by the language's name where it has one, and where it begins; empty for the
    price."""
    for shape, name in _KNOWN:
        if known := re.search(rf"\b(?:{shape}){_BETWEEN_WORDS}$", before):
            return name, known.start()
    if priced := _PRICE.search(re.sub(rf"{_BETWEEN_WORDS}$", "", before)):
        return "", priced.start()
    words: list[str] = []
    rest = before
    while word := _WORD.search(rest):
        if _NO_SUBJECT.search(rest) or re.search(rf"(?:{neutral})$", rest):
            break
        words.insert(0, word[0])
        rest = rest[: word.start()].rstrip(" ")
    return " ".join(words), len(rest)


def _condition(subject: str, sign: str, amount: str, before: str) -> str:
    if amount.endswith("x") and subject == "volume":
        subject = "rvol(20)"
    if not subject and re.search(r"%|percent", amount):
        moved = re.search(r"\b(up|down)$", before)
        if moved and moved[1] == "down":
            return f"change {_DOWN[sign]} -{_written('change', amount)}"
        subject = "change"
    name = subject or "market_cap"
    return f"{name} {sign} {_written(name, amount)}"


def _is_price(amount: str) -> bool:
    """A company may be over ten billion; no share is."""
    return _number(amount) < 1_000 * _MILLION and not re.search(r"%|percent|x$", amount)


def _number(amount: str) -> float:
    digits = re.sub(r"[$,]", "", re.match(_NUMBER, amount)[0])  # type: ignore[index]
    scale = re.search(rf"(?:{_SCALE})\b", amount)
    return float(digits) * (_SCALES[scale[0]] if scale else 1)


def _plain(amount: str) -> str:
    return f"{_number(amount):.10g}"


def _written(name: str, amount: str) -> str:
    """As the formula language writes it."""
    if re.search(r"%|percent", amount):
        return f"{_plain(amount)}%"
    number = f"{_number(amount):.0f}" if _number(amount) >= _MILLION else _plain(amount)
    sign = "$" if name == "market_cap" or amount.startswith("$") else ""
    return f"{sign}{number}{'x' if name.startswith('rvol') or amount.endswith('x') else ''}"
