"""Until when an alert is to be silent, as a trader says it: "the open", "monday", "14:00".

Decided: it is read by the clock and the trading days of the exchange, which is how the alert itself
is watched. A day ends a silence when its session opens, or the first session after it where it has
none: nothing is missed and nobody is woken at midnight. A time that the clock shows twice is the later
one; one that it skips is where the clock goes on.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.core.errors import InvalidInput
from app.market import calendar
from app.market.models import Session

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LEAD = re.compile(r"^(?:until|till?|to|on|at|the|market|regular)\b ?")
_OPEN = re.compile(r"(?:the |next )*(?:open|opens|opening|opening bell)$")
_CLOSE = re.compile(r"(?:the |next )*(?:close|closes|closing|closing bell)$")
_TIME = re.compile(r"(?:at )?(\d{1,2})(?::(\d{2}))?(?::00)? ?(am|pm)?$")
_NOT_READ = (
    "Say until when it should be silent: `tomorrow`, `monday`, `next week`, `the open`, `the close`, a "
    "time of day, a date, or a moment with its offset."
)
PASSED = "That moment has passed: say a later one."
_HOURS = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_WEEK = 7


def silent_until(words: str, now: datetime, exchange: str) -> datetime:
    """The moment that `words` mean at `now`; `InvalidInput` for none, and for one that has passed."""
    text = re.sub(r"\s+", " ", words.strip().lower())
    try:
        found = _moment(text) or _said(text, now, exchange)
        if found.tzinfo is None:
            found = _on_the_wall(found.date(), found.time(), exchange)
        end = found.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(_NOT_READ) from error
    if end <= now:
        raise InvalidInput(PASSED)
    return end


def calendar_of(terms: Mapping[str, Any]) -> str:
    """The exchange by whose clock an alert is watched."""
    return str(terms["instrument"]["calendar"])


def _moment(text: str) -> datetime | None:
    """A moment as it is written in full; without an offset it is the exchange's."""
    if len(text) <= len("2026-11-20"):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def _said(text: str, now: datetime, exchange: str) -> datetime:
    today = calendar.market_date(now, exchange)
    if text.removeprefix("until ") == "next week":
        return _opening(today + timedelta(days=_WEEK - today.weekday()), exchange)
    while (lead := _LEAD.match(text)) and lead.end() < len(text):
        text = text[lead.end() :]
    day, _, rest = text.partition(" ")
    if (found := _day(day, today)) is None:
        return _next_on_clock(text, now, exchange)
    moment = _on_day(found, rest, exchange)
    is_weekday = not day[0].isdigit() and day not in ("today", "tomorrow")
    if moment <= now and is_weekday:
        moment = _on_day(found + timedelta(days=_WEEK), rest, exchange)
    return moment


def _day(word: str, today: date) -> date | None:
    if word in ("today", "tomorrow"):
        return today + timedelta(days=int(word == "tomorrow"))
    for number, name in enumerate(_WEEKDAYS):
        if len(word) > 2 and name.startswith(word):
            return today + timedelta(days=(number - today.weekday()) % _WEEK)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _on_day(day: date, rest: str, exchange: str) -> datetime:
    """The opening, or what else is said of the day."""
    if not rest or _OPEN.match(rest) or rest == "morning":
        return _opening(day, exchange)
    if _CLOSE.match(rest):
        return _session(day, exchange).close
    return _on_the_wall(day, _time(rest), exchange)


def _next_on_clock(text: str, now: datetime, exchange: str) -> datetime:
    if _OPEN.match(text):
        return calendar.next_open(now, exchange)
    if _CLOSE.match(text):
        return calendar.next_close(now, exchange)
    today, at = calendar.market_date(now, exchange), _time(text)
    moment = _on_the_wall(today, at, exchange)
    return moment if moment > now else _on_the_wall(today + timedelta(days=1), at, exchange)


def _time(text: str) -> time:
    if text in _HOURS:
        return _HOURS[text]
    found = _TIME.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        raise InvalidInput(_NOT_READ)
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 24
    try:
        return time(hour, minute)
    except ValueError as error:
        raise InvalidInput(_NOT_READ) from error


def _opening(day: date, exchange: str) -> datetime:
    return _session(day, exchange).open


def _session(day: date, exchange: str) -> Session:
    """That of the day, else the first after it."""
    found = calendar.sessions_between(day, day + timedelta(days=14), exchange)
    if not found:
        raise InvalidInput(_NOT_READ)
    return found[0]


def _on_the_wall(day: date, at: time, exchange: str) -> datetime:
    zone = calendar.timezone_of(exchange)
    both = (datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return max(both)
