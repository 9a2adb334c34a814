"""Directions in words: `down 0.4%`, `0.54 below`, `0.25 ATR away`."""

import re

from app.core.figures import Figure
from app.grounding.mentions import answers
from app.grounding.scene import DOWN, NEUTRAL, UP, Number, Scene

_UP, _DOWN, _NEUTRAL = ("|".join(words) for words in (UP, DOWN, NEUTRAL))
_AFTERWARDS = re.compile(
    rf"[\s)]*(?:of\s)?(?:to\s(?:the\s)?)?"
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<neutral>{_NEUTRAL}|to|short of|shy of))\b",
    re.IGNORECASE,
)
AFTER_DIRECTION = re.compile(
    rf"[\s)]*(?:{_UP}|{_DOWN}|{_NEUTRAL}|to|short of|shy of|past|beyond)"
    r"(?:\s(?:from|than|of))?\s(?:the\s|its\s|of\s|both\s)*",
    re.IGNORECASE,
)
_RELATIVE = frozenset(
    [
        "above",
        "over",
        "below",
        "under",
        "beneath",
        "ahead",
        "higher",
        "lower",
        "plus",
        "minus",
        "positive",
        "negative",
        "away",
        "distance",
        "dist",
        "apart",
        "from",
        "within",
        "magnitude",
        "wide",
        "between",
    ]
)
"""Words that measure from somewhere; the others tell how the day went."""

_BREAK = re.compile(r";|\n|\b(?:but|while|whereas|although)\b")
_BY = re.compile(r"\s(?:by\s|about\s|around\s|roughly\s|~\s?|just\s|another\s)*[*_(]*")
_TO_LABEL = re.compile(
    r"(?:\s(?:from|than|of))?\s(?:(?P<it>it|that|this)\b|(?:the\s|its\s|both\s|of\s)*)"
)
_IN_GROUP = re.compile(r"[\s(),/|–-]*(?:(?:or|and)\s)?")


def worded(figure: Figure, number: Number, scene: Scene, *, is_close: bool) -> int | None:
    """The direction in words: +1, -1, 0 where none is asked for, None where there is no word.

    `is_close` looks only right before and right behind the number.
    """
    found = _direction_behind(number.end, scene)
    last = scene.direction_before(number.start)
    if found is None and last and _BY.fullmatch(scene.text, last.end, number.start):
        found = last.end, last.way
    if found is None and not is_close:
        found = _direction_behind(_end_of_group(number, scene), scene)
        if found is None and last and not is_elsewhere(last.end, number.start, scene):
            found = last.end, last.way
    if found is None:
        return None
    end, way = found
    return -way if "." in figure.path and _comes_last(figure, end, scene) else way


def _direction_behind(at: int, scene: Scene) -> tuple[int, int] | None:
    word = _AFTERWARDS.match(scene.text, at)
    if word is None:
        return None
    return word.end(), 1 if word["up"] else -1 if word["down"] else 0


def follows_change(number: Number, scene: Scene) -> bool:
    """`up 0.42%`, `moved +0.42%`, but not `up 0.42% above PDH`: the day's change is meant."""
    word = scene.direction_before(number.start)
    if word is None or word.word in _RELATIVE:
        return False
    if not _BY.fullmatch(scene.text, word.end, number.start):
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
