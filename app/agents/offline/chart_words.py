"""Words of charts: how far back they look, which families of levels they leave out, which prices
they mark.

Decided: a stretch of time is the smallest zoom that holds all of it ("the last 2 months" are three),
and the chart says which one it took.
"""

import re
from collections.abc import Iterator

_COUNTS = {
    "one": 1, "a": 1, "two": 2, "couple of": 2, "couple": 2, "three": 3, "few": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "eighteen": 18, "thirty": 30,
}  # fmt: skip
_N = rf"\d{{1,3}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))}"
_LAST = r"(?:last|past|previous|trailing)"
_OVER = rf"(?:over|for|in|within|during|across) (?:the |this |a |these )?(?:whole |entire )?(?:{_LAST} )?"
_ONE = rf"(?:this |{_OVER}|(?:the )?{_LAST} )"
_NAMED = (
    ("today", re.compile(r"\btoday\b|\bthis session\b|\bon the day\b|\bintraday\b")),
    ("week", re.compile(rf"\b{_ONE}week\b|\bwtd\b|\bweek[ -]to[ -]date\b")),
    ("month", re.compile(rf"\b{_ONE}month\b|\bmtd\b|\bmonth[ -]to[ -]date\b")),
    ("quarter", re.compile(rf"\b{_ONE}quarter\b|\bqtd\b|\bquarter[ -]to[ -]date\b")),
    ("half", re.compile(r"\b(?:over |the |last |past |a )*half[ -](?:a |of the )?year\b")),
    (
        "ytd",
        re.compile(
            r"\bytd\b|\byear[ -]to[ -]date\b|\bthis year\b|\bsince (?:january|the start of the year|new year)\b"
        ),
    ),
    ("year", re.compile(rf"\b(?:{_OVER}|(?:the )?{_LAST} )year\b|\b(?:one|1|a) year (?:view|chart)\b")),
    (
        "all",
        re.compile(
            r"\b(?:all (?:the )?(?:data|history|time|of it)|everything|max(?:imum)? (?:range|zoom))\b|\bzoom all the way out\b"
        ),
    ),
)  # fmt: skip
_UNIT = r"days?|sessions?|weeks?|wks?|months?|mos?|years?|yrs?"
_COUNTED = re.compile(rf"\b(?:{_OVER}|(?:the )?{_LAST} )({_N})[ -]?({_UNIT})\b")
_LONG = re.compile(
    rf"(?<!with )(?<!the )\b([2369]|1[28]|2[04]|{'|'.join(word for word in _COUNTS if len(word) > 2 and word != 'one')})"
    r"[ -]?(months?|mos?|years?|yrs?)\b(?![ -]?(?:average|[es]?ma|moving|exp|treasur|yield|note|bond|bill|rate|ago))"
)
"""Months and years that no word leads: "3 month chart"; fewer could be bars, others an average."""
_MASKED = re.compile(rf"\b(?:{_OVER}|(?:the )?{_LAST} )?number[ -]?(?:{_UNIT})\b")
_DAYS = {"d": 1, "s": 1.4, "w": 7, "m": 30.5, "y": 365}
_HOLDS = (("week", 7), ("month", 31), ("quarter", 92), ("half", 184), ("year", 366))
ZOOMS = ("today", "week", "month", "quarter", "half", "year", "all")
"""From the nearest to the farthest, as "zoom out" goes."""

_HIDES = re.compile(
    r"\b(?:hide|without|no|remove|drop|lose|kill|minus|w/o|turn off|take off|take away|get rid of|clear|delete|skip)"
    r"(?: more| the| any| those| all)* (pivots?|vwap|(?:volume )?profiles?|value areas?|poc)\b(?:(?:,| and|, and| or) (?:the )?(pivots?|vwap|(?:volume )?profiles?|value areas?|poc)\b)?"
)
_PRICES = r"\$?\d[\d,]*(?:\.\d+)?k?(?:(?:,? and |, | & | )(?:at |another at |one at )?\$?\d[\d,]*(?:\.\d+)?k?)*"
_MARK = re.compile(
    r"\b(?:(?:mark|flag|highlight|note)(?: (?:the |a |my )?(?:levels?|prices?|lines?))?(?: at| on| off)?"
    r"|(?:horizontal )?(?:lines?|marks?|markers?) (?:at|on|in at|for))"
    rf"(?: the)? (?P<prices>{_PRICES})(?![\d%]|[ -]?(?:day|week|month|minute|min|hour|m\b|h\b|d\b|w\b|[es]?ma\b))"
)
_PRICE = re.compile(r"\d[\d,]*(?:\.\d+)?k?")


def _stretches(text: str) -> Iterator[tuple[int, int, str]]:
    """Where stretches of time stand in the text, and the zoom each is."""
    for zoom, pattern in _NAMED:
        for match in pattern.finditer(text):
            yield *match.span(), zoom
    for pattern in (_COUNTED, _LONG):
        for match in pattern.finditer(text):
            count = _COUNTS.get(match[1]) or int(match[1])
            days = count * _DAYS[match[2][0]]
            held = (zoom for zoom, most in _HOLDS if days <= most)
            yield *match.span(), next(held, "all")


def zoom_of(text: str) -> str:
    """How far back a chart is to look; empty if that is not said."""
    found = sorted(_stretches(text), key=lambda each: (each[2] == "today", each[0]))
    return found[0][2] if found else ""


def without_zoom(text: str) -> str:
    """The text without the words that say how far back: "3 months" there is no average's length."""
    for start, end, _ in _stretches(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return _MASKED.sub(" ", text)


def marked_prices(text: str) -> list[str]:
    """Prices that are to be marked with a line, in plain digits."""
    found = [price for match in _MARK.finditer(text) for price in _PRICE.findall(match["prices"])]
    return list(dict.fromkeys(_plain(price) for price in found))


def _plain(price: str) -> str:
    digits = price.replace(",", "")
    if not digits.endswith("k"):
        return digits
    return str(round(float(digits[:-1]) * 1000))


def hidden_families(text: str) -> list[str]:
    """Families of levels that are not to be drawn."""
    found = [name for match in _HIDES.finditer(text) for name in match.groups() if name]
    return list(dict.fromkeys(family_of(name) for name in found))


def family_of(word: str) -> str:
    """The family that a word of levels belongs to."""
    if word.startswith("pivot"):
        return "pivots"
    return "vwap" if word == "vwap" else "profile"


_FAMILY = re.compile(r"\b(pivots?|vwap)\b(?! ?[+-])")
_ALONE = re.compile(r"\b(?:only|just|alone|nothing (?:but|else))\b")


def shown_families(text: str) -> list[str]:
    """Families of levels that are asked for by name; the volume profile has words of its own."""
    named = _FAMILY.findall(_HIDES.sub(" ", text))
    return list(dict.fromkeys(family_of(name) for name in named))


def shown_alone(text: str) -> bool:
    """Whether nothing else is to be drawn: "with pivots only"."""
    return bool(_ALONE.search(text)) and bool(shown_families(text))
