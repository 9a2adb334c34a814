"""Words of charts: how far back they look, and which families of levels they leave out."""

import re

_ZOOMS = (
    ("today", re.compile(r"\btoday\b|\bthis session\b")),
    (
        "week",
        re.compile(
            r"\b(?:this|the (?:last|past)|last|past) week\b|\b(?:last|past) (?:5|five|7|seven) days\b"
        ),
    ),
    (
        "month",
        re.compile(
            r"\b(?:this|the (?:last|past)|last|past) month\b|\b(?:last|past) (?:30|thirty) days\b"
        ),
    ),
    ("quarter", re.compile(r"\b(?:this|last|past) quarter\b|\b(?:last|past) (?:3|three) months\b")),
    ("ytd", re.compile(r"\b(?:ytd|year to date|this year)\b")),
    (
        "year",
        re.compile(
            r"\b(?:last|past) (?:year|12 months|twelve months)\b|\b(?:one|1|a) year (?:view|chart)\b"
        ),
    ),
    (
        "all",
        re.compile(
            r"\b(?:all (?:the )?(?:data|history|time|of it)|everything|max(?:imum)? (?:range|zoom))\b|\bzoom (?:all the way )?out[ ?!.]*$"
        ),
    ),
)
_HIDES = re.compile(
    r"\b(?:hide|without|no|remove|drop|lose|kill|minus|w/o|turn off|take off|get rid of|clear)(?: the| any| those| all)* (pivots?|vwap|(?:volume )?profiles?|value areas?|poc)\b"
)


def zoom_of(text: str) -> str:
    """How far back a chart is to look; empty if that is not said."""
    return next((zoom for zoom, pattern in _ZOOMS if pattern.search(text)), "")


def without_zoom(text: str) -> str:
    """The text without the words that say how far back: "3 months" there is no average's length."""
    for _, pattern in _ZOOMS:
        text = pattern.sub(" ", text)
    return text


def hidden_families(text: str) -> list[str]:
    """Families of levels that are not to be drawn."""
    found = [match[1] for match in _HIDES.finditer(text)]
    return list(dict.fromkeys(family_of(name) for name in found))


def family_of(word: str) -> str:
    """The family that a word of levels belongs to."""
    if word.startswith("pivot"):
        return "pivots"
    return "vwap" if word == "vwap" else "profile"
