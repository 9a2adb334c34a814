"""What a member wants of alerts that are there: silence, another watch, or none.

Decided: until when it is to be silent depends on the alert's exchange, so only what was said is passed
on; a day that needs the calendar of the year ("the 3rd", "next friday") is passed on as its date.
"""

import re
from datetime import datetime
from typing import Any

from app.agents.offline import replies
from app.agents.offline.alert_doubts import (
    DROP,
    REARM,
    SNOOZE,
    doubt_about,
    is_other_question,
    makes_first,
)
from app.agents.offline.alert_lengths import minutes_in, spans_in
from app.agents.offline.alert_words import DAY, name_in_condition, written
from app.agents.offline.dates import today_of
from app.agents.offline.days import Day, Look
from app.agents.offline.mentions import Kind, Mention
from app.agents.offline.moments import WEEKDAYS
from app.agents.offline.plans import Asked, Call, Frame
from app.agents.offline.reading import Reading

_DROPPED = re.compile(
    r"\balerts?\b|\bstop (?:watching|(?:alerting|pinging|notifying|texting|telling|messaging) me)\b|^(?:ok |please |and |now )*(?:drop|delete|remove|cancel|kill)(?: the| my)? [^,]{1,30} one$"
)
_IT = re.compile(
    r"^(?:ok |please |and |now )*(?:drop|delete|remove|cancel|kill|stop) (?:it|that|this|that one|this one)$"
)
_ABOUT = ("draft_alert", "list_alerts", "change_alert", "replay_alert")
_BARE_MINUTES = re.compile(
    r"\b(?:snooze|mute|silence|it|that|this|them|all|everything|one|alerts?|for) (\d{1,3})$"
)
_UNIT = re.compile(
    r"\d[ -]?(?:s|secs?|m|mins?|h|hrs?|d|w)\b|\b(?:seconds?|minutes?|hours?|days?|weeks?)\b"
)
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
    change = _wanted(low, frame)
    if not change or is_other_question(low):
        return None
    if doubt := doubt_about(low, reading):
        return Asked(said=[doubt])
    if change == "snooze":
        return _silenced(low, reading, now)
    return Asked(_changes(change, reading))


def _wanted(low: str, frame: Frame) -> str:
    """The change that is spoken of, or the first of them; empty if none is."""
    if REARM.search(low):
        return "rearm"
    if SNOOZE.search(low):
        return "snooze"
    is_after = bool(frame.calls) and frame.calls[-1].name in _ABOUT
    is_meant = _DROPPED.search(low) and (is_after or frame.chart is None or "alert" in low)
    if not DROP.search(low) or not (is_meant or (is_after and _IT.search(low))):
        return ""
    is_draft = re.search(r"\b(?:alert|notify|ping|text|email|warn|let|tell) me\b", low)
    return "" if is_draft or makes_first(low) else "drop"


def _silenced(low: str, reading: Reading, now: datetime) -> Asked:
    """A snooze, for a length of time or until a moment."""
    if _UNTIL.search(low):
        until = _end_of_silence(reading, now)
        if not until:
            return Asked(said=[replies.ASK_SNOOZE])
        return Asked(_changes("snooze", reading, until=until))
    minutes = _minutes(_without_names(low, reading))
    if minutes is None:
        return Asked(said=[replies.ASK_SNOOZE])
    return Asked(_changes("snooze", reading, minutes=minutes))


def _changes(change: str, reading: Reading, **length: int | str) -> list[Call]:
    """One for each symbol that is named, else one."""
    asked: dict[str, Any] = {"change": change}
    low = reading.canvas.low
    if re.search(r"\b(?:all|every|everything|my (?:\w+ )?alerts)\b", low):
        asked["every"] = True
    named = list(dict.fromkeys(_named(low, each) for each in reading.whole.of(Kind.SYMBOL)))
    words = _words(low, reading)
    if len(named) < 2 and words and "words" not in dict(named):
        named = [*named, ("words", words)]
        return [Call("change_alert", asked | dict(named) | length)]
    return [
        Call("change_alert", asked | {name: value} | length)
        for name, value in (named or [("change", change)])
    ]


def _named(low: str, mention: Mention) -> tuple[str, str]:
    surface = low[mention.start : mention.end].removeprefix("the ").strip()
    ticker = mention.values[0]
    is_ticker = surface in (ticker.lower(), ticker.partition("/")[0].lower())
    return ("symbol", ticker) if is_ticker else ("words", surface)


def _words(low: str, reading: Reading) -> str:
    """What an alert is named by as it stands in its condition: a level, an average, an indicator, a
    number. Lengths of time and ends are none."""
    ends = found.start() if (found := _UNTIL.search(low)) else len(low)
    taken = spans_in(_without_names(low, reading)) + (
        [bare.span(1)] if (bare := _BARE_MINUTES.search(low)) else []
    )
    named = [
        name_in_condition(each)
        for each in reading.canvas.mentions
        if each.end <= ends and all(each.end <= start or each.start >= end for start, end in taken)
    ]
    return next(filter(None, named), "")


def _without_names(low: str, reading: Reading) -> str:
    """Of the same length: "50 day" in "the 50 day alert" is an average."""
    for each in reading.canvas.mentions:
        if each.kind in (Kind.AVERAGE, Kind.LEVEL):
            low = f"{low[: each.start]}{'_' * (each.end - each.start)}{low[each.end :]}"
    return low


def _minutes(low: str) -> int | None:
    """Thirty where no length is named; None where it is no whole number of minutes."""
    if bare := _BARE_MINUTES.search(low):
        return int(bare[1]) or None
    length = minutes_in(low)
    if length is None:
        return None if _UNIT.search(low) or re.search(r"\bfor\b", low) else 30
    return int(length) if length.denominator == 1 and length else None


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
