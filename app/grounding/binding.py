"""Binding: which figure a typed number is, or that it is none.

A claim is bound if, at its own decimals, unit, suffix and direction, it equals a figure of the
entity and of the name that its sentence gives it. There is no tolerance beyond rounding, half up
or half even, of the exact value or of the digits that were displayed.

Decided: a written sign or a word (`down 0.4%`, `0.54 below`) must be the figure's own direction; a
negative figure is bound without one only next to a word that asks for none (`0.54 away`). What an
earlier turn saw of a figure that this turn has again is superseded, and a moving price of an
earlier turn is stale after `STALE_AFTER`. Names and entities: `naming`; words of direction:
`direction`.

Coincidence: a wrong number that equals another figure of the same entity, unit and (where one is
given) name is bound to that one. Tests count these.
"""

import re
from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from decimal import Decimal

from app.core.figures import Figure, Unit
from app.grounding.claims import Literal
from app.grounding.direction import follows_change, worded
from app.grounding.ledger import Ledger
from app.grounding.mentions import UNNAMED, Names, Symbols, answers
from app.grounding.naming import STARTS, Named, entities_of, is_symbol, name_of
from app.grounding.scene import Number, Scene

STALE_AFTER = timedelta(minutes=5)

_BARE = frozenset(
    {Unit.USD, Unit.POINTS, Unit.SHARES, Unit.COINS, Unit.CONTRACTS, Unit.RATIO, Unit.INDEX}
)
_MINUTES_IN = {
    Unit.DAYS: Decimal(1440),
    Unit.HOURS: Decimal(60),
    Unit.MINUTES: Decimal(1),
    Unit.SECONDS: 1 / Decimal(60),
}
_ALIKE = {
    Unit.POINTS: frozenset({Unit.POINTS, Unit.USD, Unit.PERCENTAGE_POINTS}),
    Unit.PERCENT: frozenset({Unit.PERCENT, Unit.PERCENTAGE_POINTS}),
    Unit.COUNT: frozenset({Unit.COUNT, Unit.RATIO}),
    Unit.RATIO: frozenset({Unit.COUNT, Unit.RATIO}),
    **dict.fromkeys(_MINUTES_IN, frozenset(_MINUTES_IN)),
}
"""Units that are written alike: points are also said of dollars, `2.3×` of a ratio."""

_BORROWS = re.compile(r"\s?(?:–|—|-|/|,|to|and|or|,\sand)\s?")
_MOVES = re.compile(r"last|change|vwap|.*\.", re.IGNORECASE)
"""Paths of figures that change while the market trades."""


class Index:
    """The figures of a ledger, ready to be looked up by value."""

    def __init__(self, ledger: Ledger, symbols: Symbols, now: datetime) -> None:
        figures = _valid(ledger, now)
        self.names = Names(figures, symbols)
        current = frozenset(each.entity for each in ledger.current if is_symbol(each.entity))
        self.only_entity = current if len(current) == 1 else frozenset()
        self.entities = frozenset(figure.entity for figure in figures)
        figures.sort(key=_magnitude)
        self._figures = figures
        self._values = [abs(figure.value) for figure in figures]
        self._times = [figure for figure in figures if figure.unit in _MINUTES_IN]
        self._distances = {
            (figure.call_id, figure.path): figure.value
            for figure in figures
            if figure.path.endswith(".distance")
        }

    def near(self, literal: Literal) -> list[Figure]:
        """Figures that could be this number by their size."""
        if literal.unit in _MINUTES_IN:
            return self._times
        low = bisect_left(self._values, literal.value - literal.quantum)
        high = bisect_right(self._values, literal.value + literal.quantum)
        return self._figures[low:high]

    def direction(self, figure: Figure) -> int:
        """The direction that words must have: +1, -1, or 0 for a figure that has none.

        An unsigned distance has that of its signed sibling.
        """
        value = figure.value
        if not figure.signed:
            base = figure.path.partition(".")[0]
            sibling = self._distances.get((figure.call_id, f"{base}.distance"))
            if sibling is not None and "." in figure.path and figure.unit is not Unit.COUNT:
                value = sibling
            elif value >= 0:
                return 0
        return (value > 0) - (value < 0)


def bind(number: Number, scene: Scene, index: Index) -> Figure | None:
    """The figure a typed number is, or None."""
    literal = number.literal
    if literal is None or literal.is_foreign:
        return None
    units = _units(number, literal, scene)
    found = [each for each in index.near(literal) if each.unit in units and _equals(each, literal)]
    if not found:
        return None
    named = name_of(number, scene)
    entities = entities_of(number, scene) or index.only_entity
    named_so_far = scene.around.names_before.union(*(label.keys for label in scene.labels))
    is_change = follows_change(number, scene)
    found = [
        figure
        for figure in found
        if _may_be_meant(figure, named, named_so_far, is_change=is_change)
        and _is_about(figure, entities)
        and _points_right(figure, number, scene, index)
    ]
    return max(found, key=lambda figure: figure.as_of, default=None)


def _may_be_meant(
    figure: Figure, named: Named | None, named_so_far: frozenset[str], *, is_change: bool
) -> bool:
    """By name; a distance only of a level that was named, and never of what `rose` or `fell`.

    The distance to the previous close is the day's change with the other sign: it must be named.
    """
    is_distance = ".distance" in figure.path
    if is_change and (is_distance or not figure.signed):
        return False
    if named is None:
        is_start = answers(figure, STARTS)
        return not is_distance or (answers(figure, named_so_far) and not is_start)
    if named.is_start and is_distance:
        return False
    is_result = figure.tool == "calculate" and not named.is_beside
    return is_result or answers(figure, named.keys)


def contradicts(number: Number, scene: Scene) -> Figure | None:
    """The figure of a filled reference that its sentence gives another name or entity."""
    if len(number.figures) != 1 or number.figures[0].tool == "calculate":
        return None
    figure = number.figures[0]
    named = name_of(number, scene)
    if named and named.is_beside and not answers(figure, named.keys | UNNAMED):
        return figure
    about = {key for mention in scene.entities for key in mention.keys}
    return figure if about and not _is_about(figure, frozenset(about)) else None


def _units(number: Number, literal: Literal, scene: Scene) -> frozenset[Unit]:
    """Units a figure may have. The first of `0.3–0.5%` may borrow the unit of the last."""
    if literal.unit is not None:
        return _ALIKE.get(literal.unit, frozenset({literal.unit}))
    if scene.around.unit is not None:
        return frozenset({scene.around.unit})
    group = next(group for group in scene.number_lists if number in group)
    last = group[-1].literal
    place = group.index(number)
    if last is None or last.unit is None or place == len(group) - 1:
        return _BARE
    if not _BORROWS.fullmatch(scene.text, number.end, group[place + 1].start):
        return _BARE
    return _BARE | {last.unit}


def _equals(figure: Figure, literal: Literal) -> bool:
    """Whether the figure, exact or as displayed, rounds to what was typed."""
    step = literal.quantum
    if literal.unit in _MINUTES_IN and literal.unit is not None:
        step *= _MINUTES_IN[literal.unit] / _MINUTES_IN[figure.unit]
    typed = literal.value / literal.quantum * step
    return _rounds_to(abs(figure.value), typed, step) or _rounds_to(
        abs(figure.rounded), typed, step
    )


def _rounds_to(value: Decimal, typed: Decimal, step: Decimal) -> bool:
    """By half up or half even, which differ only where `value` is half a step above an even one."""
    twice = (value - typed) * 2
    if abs(twice) != step:
        return abs(twice) < step
    return twice < 0 or typed / step % 2 == 0


def _is_about(figure: Figure, entities: frozenset[str]) -> bool:
    if " / " in figure.entity:
        return not entities.isdisjoint(figure.entity.split(" / "))
    if not is_symbol(figure.entity) or figure.unit in _MINUTES_IN:
        return True
    return figure.entity in entities


def _points_right(figure: Figure, number: Number, scene: Scene, index: Index) -> bool:
    literal = number.literal
    wanted = index.direction(figure)
    if literal is None or literal.is_either_way or literal.value == 0:
        return True
    if wanted == 0:
        return literal.sign == 0 or figure.value == 0
    words = worded(figure, number, scene, is_close=literal.sign != 0)
    if literal.sign:
        return literal.sign == wanted and words in {None, 0, wanted}
    if words is None:
        return wanted > 0 or scene.around.is_distance or not figure.signed
    return words in {0, wanted}


def _valid(ledger: Ledger, now: datetime) -> list[Figure]:
    """This turn's figures, and of earlier turns the newest that is neither superseded nor stale."""
    valid = list(ledger.current)
    seen = {(figure.entity, figure.path) for figure in valid}
    for book in reversed(ledger.books[: ledger.restored]):
        fresh = [
            figure
            for figure in book.figures
            if (figure.entity, figure.path) not in seen
            and (now - figure.as_of <= STALE_AFTER or not _MOVES.match(figure.path))
        ]
        valid.extend(fresh)
        seen.update((figure.entity, figure.path) for figure in book.figures)
    return valid


def _magnitude(figure: Figure) -> Decimal:
    return abs(figure.value)
