"""When options end, as people write it: days of both orders, months, spans, "0dte", "this week".

Decided: whatever names an end is taken out of the text and a token is left in its place, so that no
number of a day can be read again as a strike or as a price. A day of two possible orders is read with
the month first, and that is said; one that no calendar has is asked about.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20,
}  # fmt: skip
COUNT_WORDS = "|".join(sorted(COUNTS, key=len, reverse=True))
MONTH_FIRST = "I read that day month first, as in the United States."
NO_SUCH_DAY = "There is no such day in the calendar. Which expiry do you mean?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_KIND = r"(?:calls?|puts?|[cp])\b"
_FRIDAY = 4
_TOKEN = "<e{}>"  # noqa: S105 - a mark in a text
END_TOKEN = r"<e[a-z]>"  # noqa: S105 - a mark in a text


@dataclass(frozen=True, slots=True)
class End:
    """`told` is `expiry` or `days` as a tool takes them; empty where no calendar has that day."""

    told: dict[str, Any]
    note: str = ""


@dataclass(slots=True)
class Ends:
    """A text out of which ends were taken, and what they are, by their tokens."""

    text: str
    by_token: dict[str, End] = field(default_factory=dict)

    def __iter__(self) -> Iterator[End]:
        return iter(self.in_order())

    def in_order(self) -> list[End]:
        tokens = re.findall(END_TOKEN, self.text)
        return [self.by_token[each] for each in tokens]

    @property
    def is_impossible(self) -> bool:
        return any(not each.told for each in self.by_token.values())

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(each.note for each in self.by_token.values() if each.note))

    def leave(self, match: re.Match[str], end: End) -> None:
        token = _TOKEN.format(chr(ord("a") + len(self.by_token)))
        self.by_token[token] = end
        self.text = f"{self.text[: match.start()]} {token} {self.text[match.end() :]}"


_Read = Callable[[re.Match[str], date], End | None]
_MOST = 8


def taken(low: str, today: date, *, strikes: int = 0) -> Ends:
    """All ends of a text. A list of as many numbers as there are `strikes` is no day."""
    found = Ends(low)
    kept = _strike_list(low, strikes)
    for shape, read in _READERS:
        position = 0
        while len(found.by_token) < _MOST:
            match = shape.search(found.text, position)
            if match is None:
                break
            end = None if match[0] == kept else read(match, today)
            if end is None:
                position = match.end()
            else:
                found.leave(match, end)
    found.text = re.sub(r"\s+", " ", found.text).strip()
    return found


_LIST = re.compile(r"(?<![\d/.\w])\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)+(?![\d/])")


def _strike_list(low: str, strikes: int) -> str:
    """The list that must be the strikes: the one no calendar has, else the last."""
    lists = [each[0] for each in _LIST.finditer(low) if each[0].count("/") == strikes - 1]
    undated = [each for each in lists if not _SLASHED.fullmatch(each)]
    return (undated or lists or [""])[-1]


def _iso(match: re.Match[str], today: date) -> End | None:
    return _day(int(match[1]), int(match[2]), int(match[3]))


def _slashed(match: re.Match[str], today: date) -> End | None:
    first, second, year = int(match[1]), int(match[2]), match[3]
    if first <= len(_MONTHS):
        is_open = second <= len(_MONTHS) and first != second
        end = _near(first, second, year, today)
        return End(end.told, MONTH_FIRST) if is_open and end.told else end
    return _near(second, first, year, today) if second <= len(_MONTHS) else End({})


def _day_first(match: re.Match[str], today: date) -> End | None:
    """ "18 dec", but neither "buy 2 dec 120 calls" nor "buy 5 jan"."""
    before = match.string[: match.start()].rstrip()
    year = match["year"] or match["short"]
    end = _near(_month(match["month"]), int(match["day"]), year, today)
    is_sure = match["ordinal"] or match["of"] or year
    is_count = _VERB.search(before) or (not before and not _is_friday(end))
    after = match.string[match.end() :]
    if is_sure:
        return end
    if (is_count and _STRIKE_NEXT.match(after)) or _is_month_first(match, end, today):
        return None
    return end


def _is_month_first(match: re.Match[str], end: End, today: date) -> bool:
    """ "15 dec 18": a strike before the day, unless only the first reading ends on a friday."""
    behind = _DAY_NEXT.match(match.string[match.end() :])
    if behind is None:
        return False
    other = _near(_month(match["month"]), int(behind[1]), None, today)
    return _is_friday(other) and not _is_friday(end)


def _is_friday(end: End) -> bool:
    day = end.told.get("expiry")
    return day is not None and date.fromisoformat(day).weekday() == _FRIDAY


def _month_first(match: re.Match[str], today: date) -> End | None:
    """ "dec 18"; "dec 15 call" is the 15 strike unless that day is a friday."""
    end = _near(_month(match["month"]), int(match["day"]), match["year"], today)
    is_sure = match["ordinal"] or match["year"]
    if not is_sure and _KIND_NEXT.match(match.string[match.end() :]):
        return end if _is_friday(end) else None
    if match["month"] == "may" and not is_sure and not end.told:
        return None
    return end


def _leaps(match: re.Match[str], today: date) -> End | None:
    month, year = match.groupdict().get("month"), match["year"]
    return _monthly(_month(month) if month else 1, year, today)


def _pair(match: re.Match[str], today: date) -> End | None:
    """The first of `jan/feb`; the second is found by itself."""
    return _monthly(_month(match["month"]), None, today)


def _bare_month(match: re.Match[str], today: date) -> End | None:
    if match["month"] == "may" and not _is_the_month(match):
        return None
    return _monthly(_month(match["month"]), match["year"], today)


def _is_the_month(match: re.Match[str]) -> bool:
    """Whether "may" stands like a month: beside a strike or behind "in", not before a verb."""
    if match["year"]:
        return True
    before, after = match.string[: match.start()], match.string[match.end() :]
    if _VERBAL.match(after):
        return False
    return bool(_OPTION_NEXT.match(after) or _LEADS_TO_A_MONTH.search(before))


def _span(match: re.Match[str], today: date) -> End | None:
    value = _value(match["count"]) + (0.5 if match["half"] else 0.0)
    return End({"days": round(value * _LENGTHS[match["unit"][0]] - _HALF_DOWN)})


def _zero(match: re.Match[str], today: date) -> End | None:
    return End({"days": 0})


def _week(match: re.Match[str], today: date) -> End | None:
    friday = today + timedelta(days=(_FRIDAY - today.weekday()) % 7)
    later = 7 if match[0].startswith("next") else 0
    return End({"expiry": (friday + timedelta(days=later)).isoformat()})


def _years(match: re.Match[str], today: date) -> End | None:
    return End({"days": round(float(match[1]) * _LENGTHS["y"] - _HALF_DOWN)})


_VERB = re.compile(
    r"\b(?:buy|sell|long|short|bought|sold|selling|buying|wrote|write|add|added|own|close)$"
)
_STRIKE_NEXT = re.compile(r" ?\$?\d")
_DAY_NEXT = re.compile(r" ?([0-3]?\d)(?:st|nd|rd|th)?(?![\d./\w])")
_KIND_NEXT = re.compile(rf" ?{_KIND}")
_VERBAL = re.compile(
    r",? (?:i|we|you|be|not|have|drop|fall|rise|move|go|get|want|need|also|it|the|well)\b"
)
_OPTION_NEXT = re.compile(
    rf",? ?(?:\$?\d|'\d|/|{_KIND}|<|expir|exp\b|options?\b|chain|monthl|strike)"
)
_LEADS_TO_A_MONTH = re.compile(
    rf"(?:\b(?:in|for|by|of|expiring|expires?|exp|until|through|next|this|/)|{_KIND}|/) ?$"
)
_LENGTHS = {"d": 1, "w": 7, "m": 30, "y": 365, "f": 14}
_HALF_DOWN = 1e-9
"""Half a day less rather than more."""
_NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)"
_UNIT = r"(?P<unit>days?|dte|weeks?|wks?|months?|mos?|years?|yrs?|fortnights?)"
_SLASHED = re.compile(r"(?<![\d/.])([0-3]?\d)/([0-3]?\d)(?:/(20\d\d|\d\d))?(?![\d/.]| ?deltas?\b)")
_ORDINAL = r"(?P<ordinal>st|nd|rd|th)?"
_READERS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b"), _iso),
    (_SLASHED, _slashed),
    (
        re.compile(rf"\b(?:(?P<month>{_MONTH}) )?'?(?P<year>\d\d|20\d\d)(?:'s)? leaps?\b"),
        _leaps,
    ),
    (re.compile(r"\bleaps? (?:of |in |for )?(?P<year>20\d\d)\b"), _leaps),
    (
        re.compile(
            rf"(?<![\d./$-])(?P<day>[0-3]?\d){_ORDINAL} ?(?P<of>of )?(?P<month>{_MONTH})(?![a-z])(?: ?(?P<year>20\d\d|'\d\d)| ?(?:(?<=[a-z])|(?<=[a-z] ))(?P<short>2[5-9]|3[0-5])(?=$|[,?]| \$?\d))?(?!\d)"
        ),
        _day_first,
    ),
    (
        re.compile(
            rf"\b(?P<month>{_MONTH})\.? ?(?<!')(?P<day>[0-3]?\d){_ORDINAL}(?![\d./]|,\d|-\d)(?:,? ?(?P<year>20\d\d|'\d\d)\b)?"
        ),
        _month_first,
    ),
    (re.compile(rf"\b(?P<month>{_MONTH})(?=/{_MONTH}\b)"), _pair),
    (
        re.compile(
            r"\b(?:0|zero) ?-?(?:dte|days? to expir\w+)\b|\bexpir\w* today\b|\btoday(?:'s)? expir\w*\b|\beod\b|\bsame[- ]day\b"
        ),
        _zero,
    ),
    (re.compile(rf"\bt ?= ?({_NUMBER})"), _years),
    (re.compile(rf"(?<!and a )\b(?P<count>half) (?:a |an )?(?P<half>(?!)x)?{_UNIT}\b"), _span),
    (re.compile(rf"\b(?P<count>{COUNT_WORDS}) (?P<half>and a half )?{_UNIT}\b"), _span),
    (
        re.compile(
            rf"(?<![\w.,])(?P<count>{_NUMBER})(?P<half> and a half)?[ -]?"
            r"(?P<unit>days?|dte|d(?! ?(?:puts?|calls?))|weeks?|wks?|w|months?|mos?|years?|yrs?|y)(?![\w%])"
        ),
        _span,
    ),
    (
        re.compile(r"\b(?:this|next) week(?:'s)?\b|\beow\b|\bend of (?:the |this )?week\b"),
        _week,
    ),
    (
        re.compile(rf"\b(?P<month>{_MONTH})\b(?: ?'?(?P<year>20\d\d\b|(?<=')\d\d\b))?"),
        _bare_month,
    ),
)


def _value(count: str) -> float:
    return 0.5 if count == "half" else float(COUNTS.get(count) or count)


def _near(month: int, day: int, year: str | None, today: date) -> End:
    """Of that year, else the next one that has it."""
    if year:
        return _day(int(year.strip("'")) % 100 + 2000, month, day)
    end = _day(today.year, month, day)
    if not end.told and (month, day) == (2, 29):
        return next(e for n in range(1, 9) if (e := _day(today.year + n, month, day)).told)
    is_past = end.told and end.told["expiry"] < today.isoformat()
    return _day(today.year + 1, month, day) if is_past else end


def _day(year: int, month: int, day: int) -> End:
    try:
        return End({"expiry": date(year, month, day).isoformat()})
    except ValueError:
        return End({})


def _monthly(month: int, year: str | None, today: date) -> End:
    if year:
        return End({"expiry": _third_friday(int(year) % 100 + 2000, month).isoformat()})
    found = _third_friday(today.year, month)
    if found < today:
        found = _third_friday(today.year + 1, month)
    return End({"expiry": found.isoformat()})


def _third_friday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)


def _month(text: str) -> int:
    return _MONTHS.index(text[:3]) + 1
