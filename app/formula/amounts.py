"""Numbers, spans, times of day and signs as they are typed."""

import re
from collections.abc import Sequence
from decimal import Decimal

from app.core.errors import InvalidInput
from app.formula.errors import NOWHERE, Place
from app.formula.grammar import ZONES
from app.formula.syntax import ClockTime, Relation, Sign, Span, SpanUnit, Way
from app.formula.vocabulary import Kind

NEW_YORK = "America/New_York"
_MOST_DIGITS = 18
_THOUSANDS = {"K": 3, "M": 6, "B": 9}
_NUMBER = re.compile(r"(?P<digits>[\d_]*\.?\d+|[\d_]+)(?P<suffix>[KMB])?")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap]m)?\s*(?P<zone>[a-z]+)?",
    re.IGNORECASE,
)
_UNITS: dict[str, SpanUnit] = {
    "m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d",
    "w": "w", "week": "w", "weeks": "w",
    "mo": "mo", "month": "mo", "months": "mo",
    "bar": "bars", "bars": "bars", "candle": "bars", "candles": "bars",
}  # fmt: skip

RELATIONS: dict[str, Relation] = {
    ">": ">", ">=": ">=", "≥": ">=", "<": "<", "<=": "<=", "≤": "<=",
    "=": "==", "==": "==", "!=": "!=", "<>": "!=", "≠": "!=",
}  # fmt: skip
OPPOSITE: dict[Relation, Relation] = {
    "<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!=",
}  # fmt: skip
SIGNS: dict[str, Sign] = {
    "+": "+", "-": "-", "−": "-", "–": "-", "*": "*", "×": "*", "/": "/", "÷": "/",
}  # fmt: skip
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def decimal_of_text(spelled: str) -> Decimal:
    """`$1_500.50`, `.3`, `2M`, `1.5x` as numbers; `InvalidInput` for one longer than any price."""
    match = _NUMBER.search(spelled)
    if match is None:
        raise ValueError(spelled)
    if len(match["digits"]) > _MOST_DIGITS:
        raise InvalidInput("A number is too long: write it with eighteen digits or fewer.")
    value = Decimal(match["digits"].replace("_", ""))
    return value.scaleb(_THOUSANDS[match["suffix"]]) if match["suffix"] else value


def span_of(spelled: str, at: Place = NOWHERE) -> Span:
    """`5m`, `2 hours`, `3 bars`; whole hours and days of minutes are kept as they were typed."""
    count = re.match(r"\d+", spelled)
    if count is None:
        raise ValueError(spelled)
    unit = _UNITS[spelled[count.end() :].strip(" -").lower()]
    return Span(int(count[0]), unit, kind=Kind.DURATION, at=at)


def clock_time(spelled: str, at: Place = NOWHERE) -> ClockTime | None:
    """`9:30`, `11am ET`, `15:00 UTC`; New York where no zone is named. None if there is no such time."""
    match = _CLOCK.fullmatch(spelled.strip())
    if match is None:
        return None
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    zone = ZONES[match["zone"].lower()] if match["zone"] else NEW_YORK
    if hour > 23 or minute > 59:
        return None
    return ClockTime(hour * 3600 + minute * 60, zone, kind=Kind.TIME, at=at)


def relation_of(spelled: str) -> Relation:
    words = spelled.lower()
    if words in RELATIONS:
        return RELATIONS[words]
    if "least" in words:
        return ">="
    if "most" in words:
        return "<="
    return ">" if any(each in words for each in ("above", "over", "greater", "more")) else "<"


def way_of(words: str) -> Way:
    if any(each in words for each in ("above", "over", "reclaims")):
        return "above"
    return "below" if any(each in words for each in ("below", "under", "loses")) else "either"


def weekdays(word: str) -> Sequence[int]:
    if word.startswith("weekday"):
        return range(5)
    if word.startswith("weekend"):
        return (5, 6)
    return (DAY_NAMES.index(word[:3]),)
