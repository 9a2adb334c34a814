"""Words of volume by price: "point of control", "value area", and whose volume it is.

Decided: a phrase is claimed with the stretch of time behind it ("volume profile of the month"), so
that the month is not taken for the chart's bars. A week or a month that is running has a map of its
own; of a finished one the map is looked at as of its end.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any

from app.agents.offline.dates import calendar_of, today_of
from app.agents.offline.mentions import Canvas, Kind
from app.levels.ladder import PROFILE_NAMES
from app.market import calendar

VISIBLE = "visible"
"""A chart's profile of the bars in view."""

_PROFILE = r"(?:volume|vol|market)[ -]profiles?|volume[ -](?:by|at|per)[ -]price|vpvr|vpfr"
_CONTROL = r"points? of control|v?pocs?|(?:highest|high|most)[ -]volume (?:price|node|level)s?"
_HIGH = r"value(?: area)?(?:'s)? highs?|vah|(?:high|top|upper end) of (?:the |its )?value(?: area)?"
_LOW = r"value(?: area)?(?:'s)? lows?|(?:low|bottom|lower end) of (?:the |its )?value(?: area)?"
_LAST = r"(?:(?:the|this|its|last|past|previous|prior) )*"
_STRETCH = (
    rf"(?: (?:of|for|over|in|from|since) {_LAST}"
    r"(?:session|day|week|month|quarter|year|(?:3|three|12|twelve) months|52 weeks)(?:'s)?\b)?"
)
_NAMED = tuple(
    (re.compile(rf"\b(?:the )?(?:{words})\b{_STRETCH}"), names)
    for words, names in (
        (_HIGH, ("VAH",)),
        (_LOW, ("VAL",)),
        (r"value areas?", ("VAH", "VAL")),
        (_PROFILE, PROFILE_NAMES),
        (_CONTROL, ("POC",)),
        (r"(?:where|at what price|what price)\b.*\bmost\b(?: of the)? (?:volume|shares)\b.*?\btrade[ds]?", ("POC",)),
    )
)  # fmt: skip
_LOW_CODE = re.compile(r"\bval\b")
_BESIDE_LOW_CODE = re.compile(r"\b(?:vah|poc|value area)\b")
"""VAL alone is a company."""

_SPOKEN = re.compile(rf"\b(?:{_PROFILE}|{_CONTROL}|{_HIGH}|value areas?)\b{_STRETCH}")
_YEAR = re.compile(r"\byear\b|\b(?:12|twelve) months\b|\b52 weeks\b|\b1y\b|\bannual\b")
_QUARTER = re.compile(r"\bquarter(?:ly)?\b|\b(?:3|three)[ -]?(?:months?|mo)\b|\b3m\b")
_MONTH = re.compile(r"\bmonth(?:'s|ly)?\b")
_WEEK = re.compile(r"\bweek(?:'s|ly)?\b")
_PREVIOUS = re.compile(
    r"\byesterday(?:'?s)?\b|\b(?:previous|prior|last|prev)(?: trading)? (?:day|session)(?:'s)?\b|\bprior poc\b"
)
_FINISHED = re.compile(r"(?<!the )\b(?:last|previous|prior)(?= (?:week|month)\b)")
_OVER = re.compile(r"\b(?:over|past)\b")


def recognise_profiles(canvas: Canvas) -> None:
    """Claim POC, VAH and VAL, with the stretch of time that is said behind them."""
    is_meant = _BESIDE_LOW_CODE.search(canvas.low)
    for pattern, names in _NAMED:
        for match in canvas.free(pattern):
            canvas.take(match, Kind.LEVEL, names)
    for match in canvas.free(_LOW_CODE) if is_meant else ():
        canvas.take(match, Kind.LEVEL, ("VAL",))


def is_of_a_profile(names: list[str]) -> bool:
    """Whether all level names are those of a profile."""
    return bool(names) and set(names) <= set(PROFILE_NAMES)


def profile_arguments(text: str, symbol: str, now: datetime) -> dict[str, Any]:
    """Whose volume is asked about, as arguments of the map; nothing for the day that runs."""
    if _PREVIOUS.search(text):
        return {"profile": "previous"}
    for window, pattern in (("1y", _YEAR), ("3m", _QUARTER)):
        if pattern.search(text):
            return {"profile": window}
    period = "month" if _MONTH.search(text) else "week" if _WEEK.search(text) else ""
    if not period:
        return {}
    if _FINISHED.search(text) and not _OVER.search(text):
        return {"period": period, "date": _end_before(period, symbol, now).isoformat()}
    return {"period": period}


def _end_before(period: str, symbol: str, now: datetime) -> date:
    """The last session of the week or month before the running one."""
    today = today_of(now, symbol)
    first = today.replace(day=1) if period == "month" else today - timedelta(days=today.weekday())
    before = calendar.sessions_between(
        first - timedelta(days=7), first - timedelta(days=1), calendar_of(symbol)
    )
    return before[-1].date


_BEFORE = 26
"""Letters in which the stretch may stand ahead: "the previous trading day's "."""


def drawn_profile(text: str) -> str:
    """The profile a chart is to have: of the stretch said behind it, else of the bars in view."""
    spoken = _SPOKEN.search(text)
    if spoken is None:
        return ""
    said = text[max(0, spoken.start() - _BEFORE) : spoken.end()]
    windows = (
        ("previous", _PREVIOUS),
        ("1y", _YEAR),
        ("3m", _QUARTER),
        ("month", _MONTH),
        ("week", _WEEK),
        ("day", re.compile(r"\b(?:today's|day|session)\b")),
    )
    return next((window for window, pattern in windows if pattern.search(said)), VISIBLE)


def without_profile(text: str) -> str:
    """The text without it: "profile of the month" is not how far back the chart looks."""
    return _SPOKEN.sub(" ", text)
