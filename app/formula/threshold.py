"""A condition as a threshold on the live price, for those who watch many of them at once.

Decided: a condition is a threshold when the live price (`price`) meets something that moves slowly: a
number, a level, a value of finished bars. Everything else has to be evaluated.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from app.formula.syntax import (
    All,
    Any,
    Comparison,
    Condition,
    Crossing,
    DayTime,
    Held,
    Moved,
    Node,
    Not,
    OnDays,
    Past,
    Reading,
    Tested,
    Touch,
    Value,
    Within,
    children,
    walk,
)
from app.formula.words import PRICE


class ThresholdKind(StrEnum):
    """What the price does to the level. The first four happen, the others last."""

    CROSSES_ABOVE = "crosses above"
    CROSSES_BELOW = "crosses below"
    CROSSES = "crosses"
    """Either way."""
    TOUCHES = "touches"
    ABOVE = "above"
    BELOW = "below"
    WITHIN = "within"
    TESTED = "tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """`kind` of meeting with `level`, a value to be evaluated now and then (`Formula.of(level)`).

    `band` is the distance of WITHIN and TESTED (percent of the level if its kind is PERCENT, else in
    price; None for a TESTED in the map's own band), `times` the count of TESTED. ABOVE and BELOW
    `includes` the level itself or not. `guards` must hold as
    well: they are asked when the price has met the level, and again with every bar while it stays
    there (for crossings and touches, until that bar is over).
    """

    kind: ThresholdKind
    level: Value
    band: Value | None = None
    times: int = 1
    guards: Condition | None = None
    includes: bool = False


_WAYS = {
    "above": ThresholdKind.CROSSES_ABOVE,
    "below": ThresholdKind.CROSSES_BELOW,
    "either": ThresholdKind.CROSSES,
}
_EVENTS = (*_WAYS.values(), ThresholdKind.TOUCHES)


def threshold_of(tree: Node) -> Threshold | None:
    """`tree` as a threshold, or None."""
    if not isinstance(tree, All):
        return _single(tree)
    found = [(part, threshold) for part in tree.parts if (threshold := _single(part))]
    found.sort(key=lambda each: each[1].kind not in _EVENTS)
    if not found:
        return None
    chosen, threshold = found[0]
    rest = tuple(part for part in tree.parts if part is not chosen)
    if threshold.kind not in _EVENTS and any(_happens(part) for part in rest):
        return None
    guards = rest[0] if len(rest) == 1 else All(rest)
    return replace(threshold, guards=guards)


def watches_price(tree: Node) -> bool:
    """Whether the live price, and not only finished bars, decides."""
    return any(
        isinstance(node, Touch | Tested) or (isinstance(node, Reading) and node.word.name == PRICE)
        for node in walk(tree)
    )


def _happens(node: Node) -> bool:
    """Whether it is over as soon as it is true: no guard for something that lasts."""
    return any(isinstance(each, Crossing | Touch | Moved) for each in walk(node))


def _single(node: Node) -> Threshold | None:
    match node:
        case Crossing(way=way, left=left, right=right) if _is_price(left) and is_slow(right):
            return Threshold(kind=_WAYS[way], level=right)
        case Crossing(way=way, left=left, right=right) if _is_price(right) and is_slow(left):
            turned = {"above": "below", "below": "above"}.get(way, way)
            return Threshold(kind=_WAYS[turned], level=left)
        case Comparison(relation=relation, left=left, right=right):
            return _compared(relation, left, right)
        case Touch(target=target) if is_slow(target):
            return Threshold(kind=ThresholdKind.TOUCHES, level=target)
        case Within(of=of, band=band, target=target) if (
            _is_price(of) and is_slow(band) and is_slow(target)
        ):
            return Threshold(kind=ThresholdKind.WITHIN, level=target, band=band)
        case Tested(level=level, times=times, band=band) if is_slow(level) and (
            band is None or is_slow(band)
        ):
            return Threshold(kind=ThresholdKind.TESTED, level=level, band=band, times=times)
        case _:
            return None


def _compared(relation: str, left: Value, right: Value) -> Threshold | None:
    if relation in ("==", "!="):
        return None
    is_above = relation in (">", ">=")
    if _is_price(right) and is_slow(left):
        left, right, is_above = right, left, not is_above
    if not (_is_price(left) and is_slow(right)):
        return None
    kind = ThresholdKind.ABOVE if is_above else ThresholdKind.BELOW
    return Threshold(kind=kind, level=right, includes="=" in relation)


def _is_price(value: Value) -> bool:
    return isinstance(value, Reading) and value.word.name == PRICE


def is_slow(node: Node) -> bool:
    """Whether no tick moves it by itself: it changes with finished bars, or more rarely."""
    if isinstance(node, Past):
        return node.bars >= 1
    if isinstance(node, Reading):
        return node.timeframe is not None or node.word.is_slow
    if isinstance(node, Any | Not | Held | DayTime | OnDays):
        return False
    return all(is_slow(child) for child in children(node))
