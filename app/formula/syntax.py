"""A formula as a tree of frozen values.

Nodes compare by meaning: where they stood in the text (`at`) is no part of them, so a tree is equal to
the tree of its own canonical text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Literal as Choice

from app.core.timeframes import Timeframe
from app.formula.errors import NOWHERE, Place
from app.formula.vocabulary import Kind, Word

Sign = Choice["+", "-", "*", "/"]
Relation = Choice["<", "<=", ">", ">=", "==", "!="]
Way = Choice["above", "below", "either"]
Move = Choice["rises", "falls", "moves"]
SpanUnit = Choice["bars", "m", "h", "d", "w", "mo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Value(Node):
    """Something with a number per bar (or one for all bars, or a text)."""

    kind: Kind = field(default=Kind.NUMBER, kw_only=True)


@dataclass(frozen=True, slots=True)
class Condition(Node):
    """Something true, false or unknown per bar."""


@dataclass(frozen=True, slots=True)
class Number(Value):
    """A typed number. `unit` is what was written with it: `$`, `%`, `x`, `shares` or nothing; bare
    numbers take the kind of what they are compared with."""

    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Span(Value):
    """A length of time or a count of bars: `5m`, `3 bars`."""

    count: int
    unit: SpanUnit

    @property
    def timeframe(self) -> Timeframe | None:
        """The timeframe this spells: `5m`, `1d`, `60m`."""
        spelled = "1h" if (self.count, self.unit) == (60, "m") else f"{self.count}{self.unit}"
        return Timeframe(spelled) if spelled in set(Timeframe) else None

    @property
    def minutes(self) -> int | None:
        """Its minutes if it is a time within a day, None for bars, days and longer."""
        return self.count * {"m": 1, "h": 60}[self.unit] if self.unit in ("m", "h") else None


@dataclass(frozen=True, slots=True)
class ClockTime(Value):
    """A time of day: seconds after midnight of the zone (an IANA name)."""

    seconds: int
    zone: str


@dataclass(frozen=True, slots=True)
class Text(Value):
    text: str


Setting = Number | Span | Text


@dataclass(frozen=True, slots=True)
class Reading(Value):
    """A word with its settings: a field of bars, an indicator, a level, something from outside.

    `timeframe` None means the bars the whole formula is asked on. `of` is the series it measures.
    """

    word: Word
    settings: tuple[Setting, ...] = ()
    of: Value | None = None
    timeframe: Timeframe | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Past(Value):
    """`of`, so many bars ago; bars are those of its own timeframe."""

    of: Value
    bars: int


@dataclass(frozen=True, slots=True)
class Negative(Value):
    of: Value


@dataclass(frozen=True, slots=True)
class Arithmetic(Value):
    sign: Sign
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Choosing(Value):
    """`abs`, `min` or `max` of values."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    relation: Relation
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Crossing(Condition):
    way: Way
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Touch(Condition):
    """The bar, or the way from the close before it, takes in the target."""

    target: Value


@dataclass(frozen=True, slots=True)
class Within(Condition):
    """Not further than `band` (a price, or percent of the target) from the target."""

    of: Value
    band: Value
    target: Value


@dataclass(frozen=True, slots=True)
class Between(Condition):
    of: Value
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class Tested(Condition):
    """Price has come back to the level at least so many times; `band` None is that of the map."""

    level: Value
    times: int
    band: Value | None


@dataclass(frozen=True, slots=True)
class Moved(Condition):
    """At least `by` away from what it was `span` ago."""

    move: Move
    of: Value
    by: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Held(Condition):
    """True on each of the last bars."""

    of: Condition
    span: Span


@dataclass(frozen=True, slots=True)
class DayTime(Condition):
    """From `start` (included) to `end` (excluded), each open if None; across midnight if start is
    later than end."""

    start: ClockTime | None
    end: ClockTime | None


@dataclass(frozen=True, slots=True)
class OnDays(Condition):
    """Days of the week, Monday is 0."""

    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class All(Condition):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any(Condition):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Condition):
    of: Condition


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below."""
    for each in fields(node):
        found = getattr(node, each.name)
        if isinstance(found, Node):
            yield found
        elif isinstance(found, tuple):
            yield from (item for item in found if isinstance(item, Node))


def walk(node: Node) -> Iterator[Node]:
    """`node` and all below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """`node` with each child as `change` makes it."""
    changed: dict[str, object] = {}
    for each in fields(node):
        found = getattr(node, each.name)
        if isinstance(found, Node):
            changed[each.name] = change(found)
        elif isinstance(found, tuple) and any(isinstance(item, Node) for item in found):
            changed[each.name] = tuple(change(item) for item in found)
    return replace(node, **changed) if changed else node  # type: ignore[arg-type]
