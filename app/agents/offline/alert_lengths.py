"""A length of time in words: "1.5 hours", "an hour and a half", "1h 30m", "90 seconds".

Decided: it is exact. What is named in one breath is added up, and a fraction stays one, so that whoever
counts whole minutes can ask instead of rounding.
"""

import re
from fractions import Fraction

from app.agents.offline.option_ends import COUNT_WORDS, COUNTS

_UNIT = r"(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z&])"
_COUNT = rf"(?:\d+(?:\.\d+)?(?: ?1/2)?|\.\d+|(?:{COUNT_WORDS})(?= ))"
_LENGTH = re.compile(
    rf"\b(?P<part>half|(?:a )?quarter|three quarters)(?: of)?(?: an?)? (?P<of>hour|minute)\b"
    rf"|(?<!\d)(?<!\d[.,–-])(?:(?<!\w)|(?<=\d[hm]))(?P<count>{_COUNT})(?P<half> and a half)?[ -]?{_UNIT}(?P<more> and a half\b)?"
)
_PARTS = {"half": Fraction(1, 2), "quarter": Fraction(1, 4), "three quarters": Fraction(3, 4)}
_MINUTES = {
    "s": Fraction(1, 60),
    "m": Fraction(1),
    "h": Fraction(60),
    "d": Fraction(24 * 60),
    "w": Fraction(7 * 24 * 60),
}


def minutes_in(text: str) -> Fraction | None:
    """The length that is named, in minutes; None where there is none, or more than one."""
    lengths = _told_apart(text)
    after_for = [each for each in lengths if re.search(r"\bfor ", text[: each[0].start()])]
    chosen = after_for if len(lengths) > 1 else lengths
    return sum(map(_minutes, chosen[0]), Fraction()) if len(chosen) == 1 else None


def spans_in(text: str) -> list[tuple[int, int]]:
    """Where lengths stand."""
    return [found.span() for found in _LENGTH.finditer(text)]


def _told_apart(text: str) -> list[list[re.Match[str]]]:
    """Lengths in order; "1 hour and 30 minutes" is one."""
    lengths: list[list[re.Match[str]]] = []
    end = -1
    for found in _LENGTH.finditer(text):
        if lengths and re.fullmatch(r"(?:,? and |, | )?", text[end : found.start()]):
            lengths[-1].append(found)
        else:
            lengths.append([found])
        end = found.end()
    return lengths


def _minutes(found: re.Match[str]) -> Fraction:
    if found["part"]:
        return _PARTS[found["part"].removeprefix("a ")] * _MINUTES[found["of"][0]]
    count = _count(found["count"]) + (Fraction(1, 2) if found["half"] or found["more"] else 0)
    return count * _MINUTES[found["unit"][0]]


def _count(words: str) -> Fraction:
    if words in COUNTS:
        return Fraction(COUNTS[words])
    whole, is_half, _ = words.partition("1/2") if " 1/2" in words else (words, "", "")
    return Fraction(whole.strip()) + (Fraction(1, 2) if is_half else 0)
