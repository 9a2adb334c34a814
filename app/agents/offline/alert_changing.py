"""What a member wants of alerts that are there: silence, another watch, or none.

Decided: until when it is to be silent depends on the alert's exchange, so only what was said is passed
on; a day that needs the calendar of the year ("the 3rd", "next friday") is passed on as its date.
"""

import re
from datetime import datetime
from typing import Any

from app.agents.offline import replies
from app.agents.offline.alert_words import DAY, written
from app.agents.offline.dates import today_of
from app.agents.offline.days import Day, Look
from app.agents.offline.mentions import Kind
from app.agents.offline.moments import WEEKDAYS
from app.agents.offline.option_ends import COUNT_WORDS, COUNTS
from app.agents.offline.plans import Asked, Call, Frame
from app.agents.offline.reading import Reading

_SNOOZE = re.compile(r"\b(?:snooze|mute|silence|quiet)\b")
_REARM = re.compile(
    r"\bre-?arm\b|\barm (?:it|that|this|them|the .*|my .*) again\b|\b(?:turn|switch) (?:it|that|(?:the|my) (?:\w+ )?alerts?) back on\b|\breactivate\b"
)
_DROP = re.compile(
    r"\b(?:drop|delete|remove|cancel|kill|clear|turn off|get rid of|forget|disable|stop)\b(?: watching)?"
)
_DROPPED = re.compile(
    r"\balerts?\b|\bstop watching\b|^(?:ok |please |and |now )*(?:drop|delete|remove|cancel|kill)(?: the| my)? [^,]{1,30} one$"
)
_IT = re.compile(
    r"^(?:ok |please |and |now )*(?:drop|delete|remove|cancel|kill|stop) (?:it|that|this|that one|this one)$"
)
_ABOUT = ("draft_alert", "list_alerts", "change_alert", "replay_alert")
LENGTH = re.compile(
    rf"\b(?:half an? hour|(?P<count>\d+(?= ?)|(?:{COUNT_WORDS})(?= )) ?(?P<unit>m|mins?|minutes?|h|hrs?|hours?|d|days?|weeks?))\b"
)
UNITS = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
_UNTIL = re.compile(r"\b(?:until|till?)\b(.*)$")
_PLACES = (
    (re.compile(r"\b(?:the )?(?:next )?(?:market )?(?:opens?|opening)(?: bell)?\b"), "the open"),
    (re.compile(r"\b(?:the )?(?:next )?(?:market )?(?:closes?|closing)(?: bell)?\b|\b(?:the )?bell\b|\beod\b|\b(?:the )?end of (?:the )?day\b"), "the close"),
    (re.compile(r"\bnext week\b|\b(?:after )?(?:the )?weekend(?: is over)?\b"), "next week"),
)  # fmt: skip
_TIME = re.compile(r"\b\d{2}:\d{2}\b|\bnoon\b|\bmidday\b|\bmidnight\b")
_HOUR = re.compile(r"^\s*(?:at )?(1[0-2]|[1-9])\s*$")
_SMALL = re.compile(
    r"\b(?:at|on|by|the|market|morning|please|thanks|then|of|it|i say|ok|session|only)\b|[ ,.!?]"
)


def changed(low: str, reading: Reading, frame: Frame, now: datetime) -> Asked | None:
    """A change of an alert that is there; None where none is asked for."""
    is_after = bool(frame.calls) and frame.calls[-1].name in _ABOUT
    if _SNOOZE.search(low):
        return _silenced(low, reading, now)
    if _REARM.search(low):
        return Asked([_change("rearm", reading)])
    is_meant = _DROPPED.search(low) and (is_after or frame.chart is None or "alert" in low)
    if _DROP.search(low) and (is_meant or (is_after and _IT.search(low))):
        if re.search(r"\b(?:alert|notify|ping|text|email|warn|let|tell) me\b", low):
            return None
        return Asked([_change("drop", reading)])
    return None


def _silenced(low: str, reading: Reading, now: datetime) -> Asked:
    """A snooze, for a length of time or until a moment."""
    if _UNTIL.search(low):
        until = _end_of_silence(reading, now)
        if not until:
            return Asked(said=[replies.ASK_SNOOZE])
        return Asked([_change("snooze", reading, until=until)])
    minutes = _minutes(low)
    if minutes is None and re.search(r"\bfor\b", low):
        return Asked(said=[replies.ASK_SNOOZE])
    return Asked([_change("snooze", reading, minutes=minutes or 30)])


def _change(change: str, reading: Reading, **length: int | str) -> Call:
    asked: dict[str, Any] = {"change": change}
    low = reading.canvas.low
    if re.search(r"\b(?:all|every|everything|my (?:\w+ )?alerts)\b", low):
        asked["every"] = True
    for mention in reading.whole.of(Kind.SYMBOL)[:1]:
        surface = low[mention.start : mention.end].removeprefix("the ").strip()
        ticker = mention.values[0]
        if surface in (ticker.lower(), ticker.partition("/")[0].lower()):
            asked["symbol"] = ticker
        else:
            asked["words"] = surface
    ends = found.start() if (found := _UNTIL.search(low)) else len(low)
    numbers = [each for each in reading.whole.of(Kind.NUMBER) if each.start < ends]
    is_length = "minutes" in length
    if not asked.keys() & {"symbol", "words"} and numbers and not is_length:
        asked["words"] = numbers[0].values[0]
    return Call("change_alert", asked | length)


def _minutes(low: str) -> int | None:
    found = LENGTH.search(low)
    if found is None:
        return None
    if found["count"] is None:
        return 30
    count = int(COUNTS.get(found["count"]) or found["count"])
    return count * UNITS[found["unit"][0]]


def _end_of_silence(reading: Reading, now: datetime) -> str:
    """Empty where nothing was said that is a moment."""
    found = _UNTIL.search(written(reading.canvas))
    if found is None:
        return ""
    text = found[1]
    day = ""
    if DAY in text:
        day, text = _day(reading, now), text.replace(DAY, " ", 1)
    elif named := re.search(r"\b(mon|wed|sat|sun)\b", text):
        day, text = _weekday(named[1]), text.replace(named[1], " ", 1)
    place, text = _place(text)
    if place == "next week":
        return "" if day or _SMALL.sub("", text) else place
    return "" if _SMALL.sub("", text) else " ".join(filter(None, (day, place)))


def _place(text: str) -> tuple[str, str]:
    """The open, the close or a time, and what is left."""
    for shape, words in _PLACES:
        if found := shape.search(text):
            return words, text[: found.start()] + text[found.end() :]
    if found := _TIME.search(text):
        return found[0], text[: found.start()] + text[found.end() :]
    if found := _HOUR.match(text):
        hour = int(found[1])
        return f"{hour + 12 if hour < 7 else hour:02}:00", ""
    return "", text


def _day(reading: Reading, now: datetime) -> str:
    days = [each.day for each in reading.canvas.mentions if each.kind is Kind.DAY and each.day]
    day = days[-1] if days else Day()
    if day.offset in (0, 1) and not day.shift:
        return "tomorrow" if day.offset else "today"
    if day.weekday is not None and day.which in ("", "this"):
        return WEEKDAYS[day.weekday]
    found = day.on(today_of(now), Look.AHEAD)
    return found.isoformat() if found else ""


def _weekday(short: str) -> str:
    return next(name for name in WEEKDAYS if name.startswith(short))
