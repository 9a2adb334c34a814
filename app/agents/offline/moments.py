"""Recognises days and times of day: "last tuesday 10:45", "nov 3", "the friday after thanksgiving"."""

import re
from dataclasses import replace

from app.agents.offline.days import Day
from app.agents.offline.mentions import Canvas, Kind, Mention

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNTS = {"one": 1, "a": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}

_WEEKDAY = (
    r"(mon(?:day)?s?|tue(?:s(?:day)?)?s?|wed(?:nesday)?s?|thu(?:r(?:s(?:day)?)?)?s?|fri(?:day)?s?"
    r"|sat(?:urday)?s?|sun(?:day)?s?)(?:'s)?"
)
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_HOLIDAY_WORDS = {
    r"new year'?s?'? eve|nye": "new year's eve",
    r"new year'?s?'?(?: day)?": "new year",
    r"(?:martin luther king|mlk)(?: jr\.?)?'?s?(?: day)?": "martin luther king",
    r"valentine'?s?'?(?: day)?": "valentine",
    r"(?:president'?s?'?|washington'?s birthday)(?: day)": "presidents",
    r"st\.? patrick'?s?(?: day)?": "st patrick",
    r"good friday": "good friday",
    r"easter monday": "easter monday",
    r"easter(?: sunday)?": "easter",
    r"memorial day": "memorial",
    r"juneteenth": "juneteenth",
    r"(?:independence day|july fourth|fourth of july|the 4th of july|4th of july)": "independence",
    r"labou?r day": "labor",
    r"(?:columbus|indigenous peoples'?) day": "columbus",
    r"halloween": "halloween",
    r"veteran'?s'? day": "veterans",
    r"(?:the )?(?:fri(?:day)?|day) after (?:thanksgiving|turkey day)": "black friday",
    r"black friday": "black friday",
    r"cyber monday": "cyber monday",
    r"(?:thanksgiving|turkey day)(?: day)?": "thanksgiving",
    r"(?:christmas|xmas) ?eve": "christmas eve",
    r"(?:christmas|xmas)(?: day)?": "christmas",
    r"boxing day": "boxing",
}
_HOLIDAYS = [
    (re.compile(rf"\b(?:(last|next|this) )?(?:{words})(?:'s)?(?![\w'])"), name)
    for words, name in _HOLIDAY_WORDS.items()
]
_AROUND = re.compile(r"\b(?:the )?(day|session) (after|before) $")

_ISO = re.compile(r"\b(20\d\d)-(\d{1,2})-(\d{1,2})\b")
_SLASHED = re.compile(
    r"(?<![\w.])(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9])(?:/((?:20)?\d\d))?\b(?![/\d]|\.\d| ?(?:ema|sma|ma)\b)"
)
_MONTH_DAY = re.compile(rf"\b{_MONTH} (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?:,? (20\d\d))?\b")
_DAY_MONTH = re.compile(
    rf"\b(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?{_MONTH}(?:,? (20\d\d))?(?![\w])"
)
_RELATIVE = re.compile(
    r"\b(the day before yesterday|day before yesterday|the day after tomorrow|day after tomorrow"
    r"|yesterday'?s?|tomorrow'?s?|today'?s?|tonight|this (?:morning|afternoon|evening)"
    r"|(?:last|previous|prior) (?:session|trading day)|last night"
    r"|(?:the )?next (?:trading )?(?:session|trading day)(?:'s)?)(?!\w)"
)
_AGO = re.compile(r"\b(\d{1,2}|one|a|two|three|four|five|six|seven) (day|week|session)s? ago\b")
_NAMED = re.compile(
    rf"\b(?:(?:this )?(last|past|previous|prior|next|this|coming|the|every|each|most|some) )?{_WEEKDAY}(?!\w)"
)
_OF_THIS_MONTH = re.compile(
    r"\b(?:on |for |of |from )(?:the )(\d{1,2})(?:st|nd|rd|th)\b(?! (?:of|hour|bar|candle|time))"
)
_SINCE = re.compile(r"\b(?:since|from|versus|vs|against|than|over) (?:the )?$")
_OFFSETS = {
    "the day before yesterday": -2,
    "day before yesterday": -2,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
}
_NOT_A_DAY = {"sun", "sat", "mon", "wed", "mons", "weds", "suns", "sats"}

_CLOCK = re.compile(
    r"\b(?:at |around |by |@ ?)?(\d{1,2})(?:[:h](\d{2})) ?(am|pm|a\.m\.|p\.m\.)?"
    r"(?: ?(?:et|est|edt|eastern|ny time|new york|uhr))?(?!\w)"
)
_HOUR = re.compile(
    r"\b(?:at |around |by |@ ?)?(\d{1,2}) ?(am|pm|a\.m\.|p\.m\.|o'?clock|uhr)(?: ?(?:et|est|edt|eastern))?(?!\w)"
)
_NOON = re.compile(
    r"(?<!after )(?<!before )(?<!my )(?<!until )\b(?:(?:at|around|by) lunch(?: ?time)?|(?:(?:at|around|by) )?(?:noon|midday|lunch ?time))\b"
)


def recognise_days(canvas: Canvas) -> None:
    """Claim every day that is named."""
    for pattern, name in _HOLIDAYS:
        for match in canvas.free(pattern):
            _claim(canvas, match, Day(holiday=name, which=match[1] or ""))
    _dated(canvas)
    for match in canvas.free(_AGO):
        count = _COUNTS.get(match[1]) or int(match[1])
        _claim(canvas, match, Day(offset=-count * (7 if match[2] == "week" else 1)))
    for match in canvas.free(_RELATIVE):
        _claim(canvas, match, Day(offset=_offset(match[1])))
    for match in canvas.free(_NAMED):
        if match[2] not in _NOT_A_DAY:
            _claim(canvas, match, _named(match), is_habit=_is_habit(match, canvas))


def _dated(canvas: Canvas) -> None:
    for match in canvas.free(_ISO):
        _claim(canvas, match, Day(year=int(match[1]), month=int(match[2]), day=int(match[3])))
    for match in canvas.free(_SLASHED):
        year = int(match[3]) if match[3] else None
        if year is not None and year < 100:
            year += 2000
        _claim(canvas, match, Day(year=year, month=int(match[1]), day=int(match[2])))
    for pattern, month, day in ((_MONTH_DAY, 1, 2), (_DAY_MONTH, 2, 1)):
        for match in canvas.free(pattern):
            year = int(match[3]) if match[3] else None
            number = _MONTHS.index(match[month][:3]) + 1
            _claim(canvas, match, Day(year=year, month=number, day=int(match[day])))
    for match in canvas.free(_OF_THIS_MONTH):
        if 1 <= int(match[1]) <= 31:
            _claim(canvas, match, Day(day=int(match[1])))


def _offset(word: str) -> int:
    if word.startswith(("last s", "last t", "previous", "prior")):
        return -1
    if "next" in word:
        return 1
    return _OFFSETS.get(word.removesuffix("'s"), _OFFSETS.get(word.rstrip("s"), 0))


def _named(match: re.Match[str]) -> Day:
    prefix = match[2][:3]
    weekday = next(n for n, name in enumerate(WEEKDAYS) if name.startswith(prefix))
    word = match[1] or ""
    which = {"past": "last", "previous": "last", "prior": "last", "coming": "this", "this": "this"}
    which |= {"last": "last", "next": "next"}
    return Day(weekday=weekday, which=which.get(word, ""))


_ITS_LEVELS = re.compile(
    r" (?:regular |session |trading |premarket |pre-market )?(?:highs?|lows?|hi|lo|close|closing|open|range|session|levels?|map|pivots?|vwap|action|bar|candle|volume|move|gap)\b"
)


def _is_habit(match: re.Match[str], canvas: Canvas) -> bool:
    """Whether a day comes round: "on fridays", "every monday"; "fridays low" is friday's."""
    if match[1] in ("every", "each", "most", "some"):
        return True
    return match[2].endswith("days") and not _ITS_LEVELS.match(canvas.low, match.end())


_MOVED = re.compile(r"\b(?:move[ds]?|chang\w+|up|down|percent\w*|gain\w*|drop\w*|since)\b|%")
"""A change is measured from a day: it is told now, not then."""


def _claim(canvas: Canvas, match: re.Match[str], day: Day, *, is_habit: bool = False) -> None:
    start, end = match.span()
    around = _AROUND.search(canvas.low[:start])
    if around and day.offset is None:
        start = around.start()
        day = replace(day, shift=1 if around[2] == "after" else -1)
    is_base = bool(_SINCE.search(canvas.low[:start])) and bool(_MOVED.search(canvas.low))
    canvas.claim(Mention(Kind.DAY, start, end, day=day, is_certain=not (is_habit or is_base)))


def recognise_times(canvas: Canvas) -> None:
    """Claim times of day as `HH:MM`, New York; an hour from 1 to 6 without am is in the afternoon."""
    for match in canvas.free(_CLOCK):
        _claim_time(canvas, match, int(match[1]), int(match[2]), match[3] or "")
    for match in canvas.free(_HOUR):
        _claim_time(canvas, match, int(match[1]), 0, match[2])
    for match in canvas.free(_NOON):
        _claim_time(canvas, match, 12, 0, "pm")


def _claim_time(canvas: Canvas, match: re.Match[str], hour: int, minute: int, half: str) -> None:
    if hour > 23 or minute > 59:
        return
    half = half.replace(".", "")
    is_afternoon = half == "pm" or (half not in ("am", "uhr") and 1 <= hour <= 6)
    if is_afternoon and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    canvas.claim(Mention(Kind.TIME, *match.span(), values=(f"{hour:02}:{minute:02}",)))
