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
from app.grounding.direction import AFTER_DIRECTION, follows_change, is_directed_after, is_elsewhere
from app.grounding.mentions import PRICE_KEYS, UNNAMED, Mention
from app.grounding.scene import Number, Scene

_PLAIN = frozenset({None, Unit.USD, Unit.SHARES})
_PRICE_UNITS = frozenset({None, Unit.USD, Unit.POINTS})
_WHOSE = re.compile(r"\b(?:on|of|for|in)\s[*_`]*$")
_OF = re.compile(r"[*_`]*\s(?:on|of|for|in)\s(?:the\s)?[*_`]*")
STARTS = frozenset({"pdc", "open"})
"""What a change is measured from: `up 0.4% from the previous close` is no distance to it."""

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
    """The names a number is given; `is_beside` if nothing else can be meant.

    `is_start` says that the number counts from there (`+0.4% from the previous close`): it is a
    change, whose sign is the opposite of that level's distance.
    """

    keys: frozenset[str]
    is_beside: bool
    is_start: bool = False


def name_of(number: Number, scene: Scene) -> Named | None:
    """What the sentence calls this number."""
    related = _related(number, scene) or _paired(number, scene, scene.label_lists)
    if related:
        if related.keys.isdisjoint(STARTS):
            return Named(related.keys, is_beside=True)
        is_start = " from " in scene.text[number.end : related.start]
        return Named(related.keys | UNNAMED, is_beside=True, is_start=is_start)
    before = _label_before(number, scene)
    if before and not before.is_weak:
        return Named(before.keys, is_beside=True)
    after = _label_after(number, scene)
    if after:
        return Named(after.keys, is_beside=True)
    if scene.around.names:
        return Named(scene.around.names, is_beside=True)
    if before and _may_be_price(number):
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
    if scene.entities and not is_elsewhere(number.end, scene.entities[0].start, scene):
        return scene.entities[0].keys
    if scene.around.entities:
        return scene.around.entities
    return scene.entities[0].keys if scene.entities else frozenset()


def is_named_directly(number: Number, scene: Scene) -> bool:
    """Whether the number is right behind a name or a symbol (`SPY is at 600`)."""
    before = [each for each in (*scene.labels, *scene.entities) if each.end <= number.start]
    return any(_CONNECT.fullmatch(scene.text, each.end, number.start) for each in before)


def is_symbol(entity: str) -> bool:
    """Whether a sentence can name this entity: `SPY` it can, `market` and `portfolio` it need not."""
    return bool(entity) and entity == entity.upper() and " / " not in entity


def _related(number: Number, scene: Scene) -> Mention | None:
    """The label of `0.54 above PDH`."""
    relation = AFTER_DIRECTION.match(scene.text, number.end)
    if relation is None:
        return None
    beyond = (each for each in scene.labels if each.start == relation.end() and not each.is_weak)
    return next(beyond, None)


def _label_before(number: Number, scene: Scene) -> Mention | None:
    """The label right before, also with its owner between: `the PDH of SPY is 601.77`."""
    before = [label for label in scene.labels if label.end <= number.start]
    if not before:
        return None
    end = before[-1].end
    owner = next((each for each in scene.entities if end <= each.start < number.start), None)
    if owner and _OF.fullmatch(scene.text, end, owner.start):
        end = owner.end
    return before[-1] if _CONNECT.fullmatch(scene.text, end, number.start) else None


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
    """The nearest name before. After another number it holds only for what measures something
    (`PDH 601.77, 0.08 ATR off`); a new subject or a word of change allows what goes unnamed."""
    before = [group for group in scene.label_lists if group[-1].end <= number.start]
    if not before:
        return _price_of_subject(number, scene)
    end = before[-1][-1].end
    is_taken = any(end <= other.start < number.start for other in scene.numbers)
    if is_taken and _is_plain(number) and not is_directed_after(number, scene):
        return None
    keys = frozenset(key for each in before[-1] for key in each.keys)
    subject = _subject_beside(number, scene)
    is_new = subject is not None and subject.start > end
    if is_new or is_taken or follows_change(number, scene):
        keys |= UNNAMED
    return Named(keys, is_beside=False)


def _price_of_subject(number: Number, scene: Scene) -> Named | None:
    """`SPY is at 602.31`, where nothing else is being talked about, is its price."""
    if not _may_be_price(number) or scene.around.names_before or follows_change(number, scene):
        return None
    return Named(PRICE_KEYS, is_beside=False) if _subject_beside(number, scene) else None


def _subject_beside(number: Number, scene: Scene) -> Mention | None:
    """The symbol right before the number, unless it only says whose (`the ATR of SPY is 6.8`)."""
    before = [each for each in scene.entities if each.end <= number.start]
    if not before or not _CONNECT.fullmatch(scene.text, before[-1].end, number.start):
        return None
    return None if _WHOSE.search(scene.text, 0, before[-1].start) else before[-1]


def _may_be_price(number: Number) -> bool:
    return number.literal is None or number.literal.unit in _PRICE_UNITS


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
