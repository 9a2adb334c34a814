"""What a sentence calls its numbers, and what it says they are of.

Decided, in this order:

- The name: one that follows a direction (`0.54 above PDH`), else of two lists of equal length
  member by member (`PDH/PDL: 601.77/597.40`), else one right before or right after, else a table's
  heading, else the nearest before it in the sentence. That last one also allows what traders leave
  unnamed, the price and its change. Without any name, every figure of the entity may be meant.
- The entity: one that follows (`for QQQ`), else member by member, else the nearest before, else a
  heading or what the text before was about, else the first after.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.figures import Unit
from app.grounding.direction import AFTER_DIRECTION
from app.grounding.mentions import UNNAMED, Mention
from app.grounding.scene import Number, Scene

_PLAIN = frozenset({None, Unit.USD, Unit.SHARES})
_CONNECT = re.compile(
    r"[\s:=(*_~≈|\[–—-]*(?:(?:is|are|was|at|of|sits|sitting|stands|comes in|near|around|about|roughly|approximately|just|only"
    r"|level|price|reading|currently|now|today|by|to|from|the|a|an|in|print(?:s|ed)|ran|has|had|been|up|down|value|=|→|USD)[\s:*_~≈(|]*)*[$€£]?"
)
_FOLLOW = re.compile(
    r"[\s*_]*(?:\(|\[|—|–|-|=|,)?[\s*_]*(?:(?:is|as|was|being|marks|which is|the|its|at|today's|on the|for the)[\s*_]+)*"
)
_ENTITY_FOLLOWS = re.compile(r"[\s*_]*(?:\(|(?:for|on|in)\s(?:the\s)?)[\s*_]*")


@dataclass(frozen=True, slots=True)
class Named:
    """The names a number is given; `is_beside` if nothing else can be meant."""

    keys: frozenset[str]
    is_beside: bool


def name_of(number: Number, scene: Scene) -> Named | None:
    """What the sentence calls this number."""
    related = _related(number, scene) or _paired(number, scene, scene.label_lists)
    if related:
        return Named(related.keys, is_beside=True)
    before = _label_before(number, scene)
    if before and not before.is_weak:
        return Named(before.keys, is_beside=True)
    after = _label_after(number, scene)
    if after:
        return Named(after.keys, is_beside=True)
    if scene.around.names:
        return Named(scene.around.names, is_beside=True)
    if before:
        return Named(before.keys | UNNAMED, is_beside=True)
    return _nearest(number, scene)


def entities_of(number: Number, scene: Scene) -> frozenset[str]:
    """What the sentence says this number is about; empty if it does not say."""
    after = _ENTITY_FOLLOWS.match(scene.text, number.end)
    for mention in scene.entities:
        if after and mention.start == after.end():
            return mention.keys
    paired = _paired(number, scene, scene.entity_lists)
    if paired:
        return paired.keys
    before = [group for group in scene.entity_lists if group[0].end <= number.start]
    if before:
        return frozenset(key for mention in before[-1] for key in mention.keys)
    if scene.around.entities:
        return scene.around.entities
    return scene.entities[0].keys if scene.entities else frozenset()


def is_named_directly(number: Number, scene: Scene) -> bool:
    """Whether the number is right behind a name or a symbol (`SPY is at 600`)."""
    before = [each for each in (*scene.labels, *scene.entities) if each.end <= number.start]
    return any(_CONNECT.fullmatch(scene.text, each.end, number.start) for each in before)


def is_symbol(entity: str) -> bool:
    """Whether a sentence can name this entity: `SPY` it can, `market` and `portfolio` it need not."""
    return bool(entity) and entity == entity.upper()


def _related(number: Number, scene: Scene) -> Mention | None:
    """The label of `0.54 above PDH`."""
    relation = AFTER_DIRECTION.match(scene.text, number.end)
    if relation is None:
        return None
    beyond = (each for each in scene.labels if each.start == relation.end() and not each.is_weak)
    return next(beyond, None)


def _label_before(number: Number, scene: Scene) -> Mention | None:
    before = [label for label in scene.labels if label.end <= number.start]
    if before and _CONNECT.fullmatch(scene.text, before[-1].end, number.start):
        return before[-1]
    return None


def _label_after(number: Number, scene: Scene) -> Mention | None:
    follow = _FOLLOW.match(scene.text, number.end)
    end = follow.end() if follow else number.end
    label = next((each for each in scene.labels if each.start == end and not each.is_weak), None)
    if label is None:
        return None
    if follow and "(" in follow.group():
        return label
    owner = next((each for each in scene.numbers if each.start >= label.end), None)
    is_owned = owner and _CONNECT.fullmatch(scene.text, label.end, owner.start)
    return None if is_owned else label


def _nearest(number: Number, scene: Scene) -> Named | None:
    """From farther away a name allows what is unnamed too, and no longer holds after another
    number, unless this one measures something (`PDH 601.77, 0.08 ATR off`)."""
    before = [group for group in scene.label_lists if group[-1].end <= number.start]
    if not before:
        return None
    end = before[-1][-1].end
    is_taken = any(end <= other.start < number.start for other in scene.numbers)
    if is_taken and _is_plain(number):
        return None
    return Named(
        frozenset(key for each in before[-1] for key in each.keys) | UNNAMED, is_beside=False
    )


def _is_plain(number: Number) -> bool:
    literal = number.literal
    return literal is None or (literal.unit in _PLAIN and not literal.sign)


def _paired(number: Number, scene: Scene, lists: Sequence[Sequence[Mention]]) -> Mention | None:
    """Of two lists of one length, the member at the same place: `PDH/PDL: 601.77/597.40`."""
    numbers = next(group for group in scene.number_lists if number in group)
    if len(numbers) < 2:
        return None
    same = [group for group in lists if len(group) == len(numbers)]
    before = [group for group in same if group[-1].end <= numbers[0].start]
    after = [group for group in same if group[0].start >= numbers[-1].end]
    found = before[-1] if before else after[0] if after else None
    return found[numbers.index(number)] if found else None
