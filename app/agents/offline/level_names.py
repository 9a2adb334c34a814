"""Recognises level names: "previous day high", "orb 30", "vwap", "first two supports"."""

import re
from collections.abc import Callable

from app.agents.offline.mentions import Canvas, Kind, Mention
from app.agents.offline.profile_words import recognise_profiles

_HLC = r"(?:highs?|hi|tops?|bottoms?|lows?|lo|close|closing(?: price)?|range|h|l|c)"
_AND = r"(?:[ ]?(?:,|and|&|/|or|\+|-)[ ]?(?:the )?|[ ](?=(?:high|low|hi|lo)\b))"
_LIST = rf"({_HLC}(?:{_AND}{_HLC})*)"
_EXTREME = r"(?:highs?|hi|lows?|lo|range)"
_EXTREMES = rf"({_EXTREME}(?:{_AND}{_HLC})*)"
"""A close of yesterday is a quote's, its high and low are levels."""
_PREVIOUS = (
    r"(?:(?:previous|prior|prev)(?: trading)?(?:[ -]?(?:day|session)(?:'?s)?)?"
    r"|last (?:trading )?(?:day|session)(?:'?s)?)"
)
_PREMARKET = r"(?:pre[- ]?market(?:'?s)?|premkt|pre[- ]?mkt|pm)"
_OVERNIGHT = r"(?:overnight(?:'?s)?|globex|o/n)"
_YEAR = r"(?:52[ -]?(?:weeks?|wks?|wk|w)s?|year(?:'s)?|yearly|annual|1[ -]?year|one year)"

_WITH_CLOSE = ("PD", "PW", "PMo")
_SIDES = {"h": "H", "t": "H", "b": "L", "l": "L", "c": "C"}

_FAMILIES = (
    (re.compile(rf"\b(?:the )?{_PREVIOUS} {_LIST}(?!\w)"), "PD"),
    (
        re.compile(rf"\b{_LIST} (?:of|from) (?:the )?(?:previous|prior|last) (?:day|session)\b"),
        "PD",
    ),
    (re.compile(rf"\b{_EXTREMES} (?:of|from) yesterday(?:'s session)?\b"), "PD"),
    (re.compile(rf"\byesterday'?s? {_EXTREMES}(?! (?:price|and close)|\w)"), "PD"),
    (re.compile(rf"\b{_PREMARKET} {_LIST}(?!\w)"), "PM"),
    (re.compile(rf"\b{_LIST} (?:of|from|in|during) (?:the )?{_PREMARKET}(?!\w)"), "PM"),
    (re.compile(rf"\b{_OVERNIGHT} {_LIST}(?!\w)"), "ON"),
    (re.compile(rf"\b{_LIST} (?:of|from) (?:the )?{_OVERNIGHT}(?!\w)"), "ON"),
    (re.compile(rf"\b(?:the |its )?{_YEAR} {_LIST}(?!\w)"), "52W"),
    (re.compile(rf"\b(?:the )?(?:previous|prior|prev|last) week'?s? {_LIST}(?!\w)"), "PW"),
    (re.compile(rf"\b{_LIST} (?:of|from) (?:the )?(?:previous|prior|last) week\b"), "PW"),
    (re.compile(rf"\b(?:the )?(?:previous|prior|prev|last) month'?s? {_LIST}(?!\w)"), "PMo"),
    (re.compile(rf"\b{_LIST} (?:of|from) (?:the )?(?:previous|prior|last) month\b"), "PMo"),
)
_FIXED = (
    (
        re.compile(
            r"\b(?:topp?(?:ed)?|peak(?:ed)?|max(?:ed)?) (?:out )?(?:in|during) (?:the )?pre-?market\b"
        ),
        ("PMH",),
    ),
    (
        re.compile(r"\b(?:bottom(?:ed)?|low point) (?:out )?(?:in|during) (?:the )?pre-?market\b"),
        ("PML",),
    ),
    (re.compile(r"\b(?:pre[- ]?market|premkt) (?:levels?|extremes?)\b"), ("PMH", "PML")),
    (re.compile(rf"\b{_OVERNIGHT} levels?\b"), ("ONH", "ONL")),
    (
        re.compile(r"^(?:and |ok |now )?(?:how about|what about|and)(?: the| in)? pre-?market\b"),
        ("PMH", "PML"),
    ),
    (
        re.compile(r"^(?:and |ok |now )?(?:how about|what about|and)(?: the| in)? overnight\b"),
        ("ONH", "ONL"),
    ),
    (
        re.compile(
            r"(?<!upper )(?<!lower )(?<!top )(?<!bottom )\bvwap(?:'s)?(?: (?:standard deviation|sd|sigma|std))? bands?\b|(?<!upper )(?<!lower )(?<!top )(?<!bottom )\bbands? (?:of|around|on) (?:the )?vwap\b"
        ),
        ("VWAP", "VWAP+1", "VWAP-1", "VWAP+2", "VWAP-2"),
    ),
)

_OPENING_MINUTES = r"(5|15|30|60)(?:[ -]?(?:minutes?|mins?|min|m)(?:'s)?)?"
_OPENING = r"(?:opening[ -]range(?: break(?:out)?)?(?:'?s)?|orb|first (?:half[ -]hour|hour|bar|candle)(?:'s)?|initial balance|ib)"
_OF_OPENING = re.compile(
    rf"\b{_LIST} (?:end |edge |side )?of (?:the |its )?(?:{_OPENING_MINUTES}[ -]?)?"
    rf"(?:opening range|orb|first {_OPENING_MINUTES}|first (?:half[ -]?)?hour)(?!\w)(?: ?\(?{_OPENING_MINUTES}\)?)?"
)
_FIRST_MINUTES = re.compile(
    rf"\b(?:the )?(?:first|opening) (?:(5|15|30|60)[ -]?(?:minutes?|mins?|min|m)|(half)[ -](?:an )?hour)(?:'s)?(?: ({_HLC}(?:{_AND}{_HLC})*))?(?!\w)"
)
_OPENING_RANGES = (
    re.compile(
        rf"\b{_OPENING_MINUTES}[ -]?(?:{_OPENING}|or\b(?! (?:5|15|30|60|hourly|daily|weekly|the|an?|1h|one)\b))(?: ({_HLC}(?:{_AND}{_HLC})*))?(?!\w)"
    ),
    re.compile(
        rf"\b(?:{_OPENING})(?: ({_HLC}(?:{_AND}{_HLC})*))?[ ,(-]*(?:(?:of|for) (?:the )?(?:first )?)?"
        rf"{_OPENING_MINUTES}\)?(?!\w)"
    ),
    re.compile(rf"\b(?:{_OPENING})(?: ({_HLC}(?:{_AND}{_HLC})*))?(?!\w)"),
)

_CODES = re.compile(
    r"\b(p[dw][hlc]|pm[hl]|on[hl]|or(?:5|15|30|60)[hl]|r[1-5]|s[1-5]|52w[hl])(?:'?s)?(?!\w)"
)
_VWAP_BAND = re.compile(r"\bvwap ?([+-]) ?([12])(?: ?(?:sd|sigma|σ))?(?!\w)")
_VWAP_SIDE = re.compile(
    r"\b([12]) ?(?:sd|std|sigma|σ|standard deviations?)(?: bands?)? (above|over|below|under) (?:the )?vwap\b"
    r"|\b(?:(first|second|1st|2nd) )?(upper|lower|top|bottom) (?:vwap bands?|bands? (?:of|on|around) (?:the )?vwap)\b(?:(?: at)? ?([12]) ?(?:sd|std|sigma|σ|standard dev\w*))?"
)
_VWAP = re.compile(
    r"\b(?:the |its )?(?:session )?(?:vwaps?|volume[- ]weighted average(?: price)?)(?!\w)"
)
_POINT = re.compile(
    r"\b(?:central |daily )?pivot point\b|\b(?:the|daily|central) pivot\b(?! (?:levels?|points?))|(?<=weekly )pivot\b(?! (?:levels?|points?))|(?<=monthly )pivot\b(?! (?:levels?|points?))|\bpp\b"
)
_FIRST = re.compile(
    r"\b(?:the )?(first|nearest|next|closest|second|third|fourth) ?(one|two|three|four|five|[1-5])? "
    r"(?:pivot )?(supports?|resistances?)(?: levels?)?\b"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def recognise_levels(canvas: Canvas) -> None:
    """Claim level names; the values are the engine's own names (`PDH`, `OR30H`, `VWAP+1`)."""
    recognise_profiles(canvas)
    for pattern, prefix in _FAMILIES:
        for match in canvas.free(pattern):
            canvas.take(match, Kind.LEVEL, _sides(prefix, match[1]))
    for pattern, names in _FIXED:
        for match in canvas.free(pattern):
            canvas.take(match, Kind.LEVEL, names)
    _opening_ranges(canvas)
    for pattern, named in _COMPUTED:
        for match in canvas.free(pattern):
            canvas.take(match, Kind.LEVEL, named(match))


def _sides(prefix: str, listed: str) -> tuple[str, ...]:
    """`high and low` under `PD` → PDH, PDL; only a previous day has a close of its own."""
    words = re.findall(_HLC, listed)
    letters = "".join("HL" if word == "range" else _SIDES[word[0]] for word in words)
    kept = [letter for letter in dict.fromkeys(letters) if letter != "C" or prefix in _WITH_CLOSE]
    return tuple(prefix + letter for letter in kept)


def _opening_ranges(canvas: Canvas) -> None:
    before, after, bare = _OPENING_RANGES
    for match in canvas.free(_OF_OPENING):
        minutes = match[2] or match[3] or match[4] or _hours(match[0])
        names = _sides(f"OR{minutes or 30}", match[1])
        canvas.claim(Mention(Kind.LEVEL, *match.span(), values=names, is_certain=bool(minutes)))
    for match in canvas.free(_FIRST_MINUTES):
        canvas.take(match, Kind.LEVEL, _sides(f"OR{match[1] or 30}", match[3] or "range"))
    for match in canvas.free(before):
        canvas.take(match, Kind.LEVEL, _sides(f"OR{match[1]}", match[2] or "range"))
    for match in canvas.free(after):
        canvas.take(match, Kind.LEVEL, _sides(f"OR{match[2]}", match[1] or "range"))
    for match in canvas.free(bare):
        length = 60 if match[0].startswith(("first hour", "initial")) else 30
        length = 5 if match[0].startswith(("first bar", "first candle")) else length
        names = _sides(f"OR{length}", match[1] or "range")
        canvas.claim(Mention(Kind.LEVEL, *match.span(), values=names, is_certain=length != 30))


def _hours(words: str) -> str:
    if "hour" not in words:
        return ""
    return "30" if "half" in words else "60"


def _banded(match: re.Match[str]) -> tuple[str, ...]:
    sign = "+" if (match[2] or match[4]) in ("above", "over", "upper", "top") else "-"
    nth = {"f": "1", "1": "1", "s": "2", "2": "2"}.get((match[3] or " ")[0], "")
    return tuple(f"VWAP{sign}{count}" for count in match[1] or match[5] or nth or "12")


def _counted(match: re.Match[str]) -> tuple[str, ...]:
    side = match[3][0].upper()
    first = _ORDINALS.get(match[1])
    count = _COUNTS.get(match[2] or "", int(match[2]) if (match[2] or "").isdigit() else 0)
    if first is None:
        return ()
    if first == 1 and (count or match[3].endswith("s")):
        return tuple(f"{side}{number}" for number in range(1, (count or 2) + 1))
    return (f"{side}{first}",)


_COMPUTED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, ...]]], ...] = (
    (_VWAP_SIDE, _banded),
    (_VWAP_BAND, lambda match: (f"VWAP{match[1]}{match[2]}",)),
    (_CODES, lambda match: (match[1].upper(),)),
    (_VWAP, lambda _: ("VWAP",)),
    (_POINT, lambda _: ("PP",)),
    (_FIRST, _counted),
)
