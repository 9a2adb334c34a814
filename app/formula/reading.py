"""Lark's tree to checked nodes: every name resolved, every kind fitting.

A method per rule of the grammar; those of values are in `value_reading.py`.
"""

from dataclasses import replace
from decimal import Decimal
from typing import cast

from lark import Token

from app.formula import kinds
from app.formula.amounts import (
    OPPOSITE,
    decimal_of_text,
    relation_of,
    way_of,
    weekdays,
)
from app.formula.errors import Place
from app.formula.parsing import Branch, parse_tree
from app.formula.syntax import (
    All,
    Any,
    Between,
    ClockTime,
    Comparison,
    Condition,
    Crossing,
    DayTime,
    Held,
    Move,
    Moved,
    Node,
    Not,
    Number,
    OnDays,
    Reading,
    Relation,
    Tested,
    Touch,
    Value,
    Within,
)
from app.formula.value_reading import ValueReader
from app.formula.vocabulary import Kind, Vocabulary
from app.formula.words import PRICE

MOST_TESTS = 20


def read(text: str, vocabulary: Vocabulary) -> Node:
    """The checked tree of `text`: a `Condition`, or a `Value` if it is one; `FormulaError`."""
    return _Reader(text, vocabulary).read(cast(Branch, parse_tree(text, vocabulary).children[0]))


class _Reader(ValueReader):
    def _condition(self, child: Branch | Token) -> Condition:
        node = self.read(cast(Branch, child))
        if isinstance(node, Condition):
            return node
        spelled = self._text[node.at.start : node.at.stop]
        raise self._fail(
            f"`{spelled[:40]}` is a value, not a condition: compare it with something.",
            node.at,
            [f"{spelled} > …"] if len(spelled) <= 40 else (),
        )

    def _joined(self, left: Value, right: Value, at: Place) -> tuple[Value, Value]:
        try:
            return kinds.joined(left, right)
        except kinds.Mismatch as mismatch:
            raise self._fail(str(mismatch), at) from None

    def _compared(self, left: Value, right: Value, at: Place) -> tuple[Value, Value]:
        """As one kind, and at least one of them moving."""
        if kinds.is_constant(left) and kinds.is_constant(right):
            raise self._fail("Both sides are fixed numbers, so this never changes.", at)
        return self._joined(left, right, at)

    # Conditions

    def _any(self, tree: Branch, at: Place) -> Node:
        return Any(tuple(self._condition(each) for each in tree.children), at=at)

    def _all(self, tree: Branch, at: Place) -> Node:
        return All(tuple(self._condition(each) for each in tree.children), at=at)

    def _negation(self, tree: Branch, at: Place) -> Node:
        return Not(self._condition(tree.children[0]), at=at)

    def _bracketed(self, tree: Branch, at: Place) -> Node:
        inner = self.read(cast(Branch, tree.children[0]))
        return replace(inner, at=at)

    def _held(self, tree: Branch, at: Place) -> Node:
        return Held(self._condition(tree.children[0]), self._span(tree.children[1]), at=at)

    def _comparison(self, tree: Branch, at: Place) -> Node:
        parts = tree.children
        values = [self._any_value(each) for each in parts[::2]]
        found: list[Condition] = [
            self._one_comparison(values[n], relation_of(str(sign)), values[n + 1], at)
            for n, sign in enumerate(parts[1::2])
        ]
        return found[0] if len(found) == 1 else All(tuple(found), at=at)

    def _any_value(self, child: Branch | Token) -> Value:
        value = self._value(child)
        return value if value.kind is Kind.TIME else self._numeric(child)

    def _one_comparison(self, left: Value, sign: Relation, right: Value, at: Place) -> Condition:
        if Kind.TIME in (left.kind, right.kind):
            return self._time_comparison(left, sign, right, at)
        left, right = self._compared(left, right, at)
        if kinds.is_constant(left):
            return Comparison(OPPOSITE[sign], right, left, at=at)
        return Comparison(sign, left, right, at=at)

    def _time_comparison(self, left: Value, sign: Relation, right: Value, at: Place) -> Condition:
        if isinstance(left, ClockTime):
            left, sign, right = right, OPPOSITE[sign], left
        if not (isinstance(left, Reading) and isinstance(right, ClockTime)) or sign in ("==", "!="):
            raise self._fail("The time is compared like this: `time >= 10:00`.", at)
        return DayTime(right, None, at=at) if ">" in sign else DayTime(None, right, at=at)

    def _crossing(self, tree: Branch, at: Place) -> Node:
        words = str(tree.children[1]).lower()
        left, right = (self._numeric(tree.children[n]) for n in (0, 2))
        return Crossing(way_of(words), *self._compared(left, right, at), at=at)

    def _touch(self, tree: Branch, at: Place) -> Node:
        of, target = (self._numeric(each) for each in tree.children)
        self._need_price(of, "reaches a level")
        return Touch(self._compared(of, target, at)[1], at=at)

    def _need_price(self, of: Value, doing: str) -> None:
        if not (isinstance(of, Reading) and of.word.name == PRICE):
            raise self._fail(f"Only `price` {doing}. For others write `crosses`.", of.at)

    def _within(self, tree: Branch, at: Place) -> Node:
        of, band, target = (self._numeric(each) for each in tree.children)
        of, target = self._compared(of, target, at)
        return Within(of, self._band(band, target), target, at=at)

    def _band(self, band: Value, target: Value) -> Value:
        """A distance is a percentage of the target, or of the target's own kind."""
        if band.kind is Kind.PERCENT and target.kind is not Kind.PERCENT:
            return band
        return self._joined(band, target, band.at)[0]

    def _between(self, tree: Branch, at: Place) -> Node:
        of = self._any_value(tree.children[0])
        low, high = (self._any_value(each) for each in tree.children[1:])
        if Kind.TIME in (of.kind, low.kind, high.kind):
            return self._hours(low, high, at)
        of, low = self._compared(of, low, at)
        return Between(of, low, self._joined(of, high, at)[1], at=at)

    def _level_tested(self, tree: Branch, at: Place) -> Node:
        level, times, band = tree.children
        number = self._value(times)
        count = number.value if isinstance(number, Number) else Decimal("0.5")
        return self._tests(self._numeric(level), count, band, at)

    def _price_tested(self, tree: Branch, at: Place) -> Node:
        of, level, times, band = tree.children
        self._need_price(self._numeric(of), "tests a level")
        return self._tests(self._numeric(level), decimal_of_text(str(times)), band, at)

    def _tested(self, tree: Branch, at: Place) -> Node:
        times, level, band = tree.children
        return self._tests(self._numeric(level), decimal_of_text(str(times)), band, at)

    def _nth_test(self, tree: Branch, at: Place) -> Node:
        times, level, band = tree.children
        return self._tests(self._numeric(level), decimal_of_text(str(times)[:-2]), band, at)

    def _tests(
        self, level: Value, times: Decimal, band: Branch | Token | None, at: Place
    ) -> Condition:
        priced = kinds.as_kind(level, Kind.PRICE)
        if priced is None:
            raise self._fail("What is tested is a price.", level.at)
        if times % 1 or not 1 <= times <= MOST_TESTS:
            raise self._fail(f"Tests are counted from 1 to {MOST_TESTS}.", at)
        near = None if band is None else self._band(self._numeric(band), priced)
        return Tested(priced, int(times), near, at=at)

    def _moved(self, tree: Branch, at: Place) -> Node:
        of, verb, by, span = tree.children
        moving, amount = self._numeric(of), self._numeric(by)
        if kinds.is_constant(moving):
            raise self._fail("A fixed number does not move.", moving.at)
        word = str(verb).lower().split()[0]
        move = cast(Move, "falls" if word == "drops" else word)
        return Moved(move, moving, self._band(amount, moving), self._span(span), at=at)

    # Time windows

    def _before(self, tree: Branch, at: Place) -> Node:
        return DayTime(None, self._clock_time(tree.children[0]), at=at)

    def _after(self, tree: Branch, at: Place) -> Node:
        return DayTime(self._clock_time(tree.children[0]), None, at=at)

    def _day_time(self, tree: Branch, at: Place) -> Node:
        start, end = tree.children
        return self._hours(self._value(start), self._value(end), at)

    def _hours(self, start: Value, end: Value, at: Place) -> Condition:
        if not (isinstance(start, ClockTime) and isinstance(end, ClockTime)):
            raise self._fail(
                "Both ends are times of day, such as `between 9:30 and 10:00`, or a value stands "
                "in front, such as `price between s1 and r1`.",
                at,
            )
        is_zoned = self._text[start.at.start : start.at.stop].rstrip()[-1:].lower() in "tcn"
        return DayTime(start if is_zoned else replace(start, zone=end.zone), end, at=at)

    def _clock_time(self, child: Branch | Token) -> ClockTime:
        value = self._value(child)
        if isinstance(value, ClockTime):
            return value
        raise self._fail("A time of day is expected, such as `11:00` or `3pm`.", value.at)

    def _on_days(self, tree: Branch, at: Place) -> Node:
        words = [str(cast(Branch, day).children[0]).lower() for day in tree.children]
        return OnDays(tuple(sorted({day for word in words for day in weekdays(word)})), at=at)
