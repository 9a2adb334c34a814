"""Directions in words: `down 0.4%`, `0.54 below`, `0.25 ATR away`."""

import re

from app.core.figures import Figure
from app.grounding.mentions import answers
from app.grounding.scene import Number, Scene

_UP = (
    r"up|rose|rises|risen|rising|gain(?:ed|s|ing)?|higher|above|over|added|adds|climb(?:ed|s)?|jump(?:ed|s)?"
    r"|rall(?:ied|ies)|plus|positive|ahead|advanced|arriba|más|höher|über"
)
_DOWN = (
    r"down|fell|falls|fallen|falling|los(?:t|es|ing|s)|lower|below|under|beneath|dropp?(?:ed|s|ing)?|declin(?:ed|es|e)"
    r"|slipp?(?:ed|s)?|shed|minus|negative|abajo|tiefer|unter|beneath"
)
_NEUTRAL = r"away|distance|dist|apart|off|from|within|magnitude|wide|between|moved?|changed?"
_DIRECTION = re.compile(
    rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<neutral>{_NEUTRAL}))\b", re.IGNORECASE
)
_AFTERWARDS = re.compile(
    rf"[\s)]*(?:of\s)?(?:to\s(?:the\s)?)?(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<neutral>{_NEUTRAL}|to|short of|shy of))\b",
    re.IGNORECASE,
)
AFTER_DIRECTION = re.compile(
    rf"[\s)]*(?:{_UP}|{_DOWN}|{_NEUTRAL}|to|short of|shy of|past|beyond)(?:\s(?:from|than|of))?\s(?:the\s|its\s|of\s|both\s)*",
    re.IGNORECASE,
)
_NO_CHANGE = re.compile(
    r"(?i:above|over|below|under|beneath|ahead|higher|lower|plus|minus|positive|negative|away|dist.*"
    r"|apart|from|within|magnitude|wide|between)"
)
_BREAK = re.compile(r";|\n|\b(?:but|while|whereas|although)\b")
_BY = re.compile(r"\s(?:by\s|about\s|around\s|roughly\s|~\s?|just\s|another\s)*[*_(]*")
_TO_LABEL = re.compile(
    r"(?:\s(?:from|than|of))?\s(?:(?P<it>it|that|this)\b|(?:the\s|its\s|both\s|of\s)*)"
)
_IN_GROUP = re.compile(r"[\s(),/|–-]*(?:(?:or|and)\s)?")


def worded(figure: Figure, number: Number, scene: Scene, *, is_close: bool) -> int | None:
    """The direction in words: +1, -1, 0 where none is asked for, None where there is no word."""
    text = scene.text
    word = _AFTERWARDS.match(text, number.end)
    if word is None:
        before = list(_DIRECTION.finditer(text, 0, number.start))
        last = before[-1] if before else None
        if last and _BY.fullmatch(text, last.end(), number.start):
            word = last
        elif not is_close:
            word = _AFTERWARDS.match(text, _end_of_group(number, scene))
            word = word or (
                last if last and not _BREAK.search(text, last.end(), number.start) else None
            )
    if word is None or word["neutral"]:
        return None if word is None else 0
    turn = -1 if "." in figure.path and _comes_last(figure, word.end(), scene) else 1
    return turn if word["up"] else -turn


def follows_change(number: Number, scene: Scene) -> bool:
    """`up 0.42%`, `moved +0.42%`, but not `up 0.42% above PDH`: the day's change is meant."""
    before = list(_DIRECTION.finditer(scene.text, 0, number.start))
    if not before or not _BY.fullmatch(scene.text, before[-1].end(), number.start):
        return False
    if _NO_CHANGE.fullmatch(before[-1].group()):
        return False
    return not is_directed_after(number, scene)


def is_directed_after(number: Number, scene: Scene) -> bool:
    """Whether a direction stands right behind: `0.54 below`."""
    word = _AFTERWARDS.match(scene.text, number.end)
    return word is not None and word["neutral"] not in {"to", "from", "between"}


def is_elsewhere(start: int, end: int, scene: Scene) -> bool:
    """Whether another clause begins between the two places."""
    return _BREAK.search(scene.text, start, end) is not None


def _comes_last(figure: Figure, at: int, scene: Scene) -> bool:
    """`above PDH`, `above it`: the price is measured from the level, not the level from the price."""
    gap = _TO_LABEL.match(scene.text, at)
    if gap is None:
        return False
    return bool(gap["it"]) or any(
        label.start == gap.end() and answers(figure, label.keys) and not label.is_weak
        for label in scene.labels
    )


def _end_of_group(number: Number, scene: Scene) -> int:
    """The end of `0.54 (0.09%, 0.08 ATR)`: a direction after it holds for all of them."""
    end = number.end
    for other in scene.numbers:
        if other.start >= end:
            if not _IN_GROUP.fullmatch(scene.text, end, other.start):
                break
            end = other.end
    return end
