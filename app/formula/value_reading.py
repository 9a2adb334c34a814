"""Lark's tree to checked values: numbers, names with their settings, arithmetic.

What a call may take is in `arguments.py`, what goes together in `kinds.py`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import cast

from lark import Token, Tree

from app.formula import arguments, kinds
from app.formula.amounts import (
    SIGNS,
    clock_time,
    decimal_of_text,
    span_of,
)
from app.formula.errors import FormulaError, Place
from app.formula.parsing import Branch
from app.formula.syntax import (
    Arithmetic,
    Negative,
    Node,
    Number,
    Past,
    Reading,
    Span,
    Text,
    Value,
)
from app.formula.vocabulary import Kind, Role, Vocabulary
from app.formula.writing import settings_of

_AMOUNTS = {
    "number": ("", Kind.NUMBER),
    "multiple": ("x", Kind.NUMBER),
    "money": ("$", Kind.PRICE),
    "percent": ("%", Kind.PERCENT),
    "shares": ("shares", Kind.VOLUME),
}
_AVERAGES = ("sma", "ema", "wma")
_AVERAGE = re.compile(r"\d+[ -]?(?:day|week|month)", re.IGNORECASE)
"""`price above the 200 day` means an average; `7 days` are a duration."""
_SPELLED_LENGTH = re.compile(r"(?P<word>[a-z]+?)_?(?P<length>\d{1,3})", re.IGNORECASE)


class ValueReader:
    """A method per rule of the grammar; `reading.py` adds those of conditions."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary

    def read(self, tree: Branch) -> Node:
        if tree.data in _AMOUNTS:
            unit, kind = _AMOUNTS[tree.data]
            return Number(_amount(tree), unit, kind=kind, at=place_of(tree))
        rule: Callable[[Branch, Place], Node] = getattr(self, f"_{tree.data}")
        return rule(tree, place_of(tree))

    def _fail(self, reason: str, at: Place, suggestions: Sequence[str] = ()) -> FormulaError:
        return FormulaError(reason, self._text, at, suggestions=suggestions)

    def _value(self, child: Branch | Token) -> Value:
        node = self.read(cast(Branch, child))
        if isinstance(node, Value):
            return node
        raise self._fail("A condition stands where a value is expected.", node.at)

    def _numeric(self, child: Branch | Token) -> Value:
        value = self._value(child)
        if isinstance(value, Span) and _AVERAGE.fullmatch(
            self._text, value.at.start, value.at.stop
        ):
            return self._average("sma", value, value.at)
        if value.kind in kinds.NUMERIC:
            return value
        raise self._fail(f"A {value.kind} cannot stand here: a number can.", value.at)

    def _arithmetic(self, tree: Branch, at: Place) -> Node:
        left, right = (self._numeric(tree.children[n]) for n in (0, 2))
        sign = SIGNS[str(tree.children[1])]
        try:
            if sign in ("+", "-"):
                left, right, kind = kinds.added(left, right, sign)
            else:
                kind = kinds.scaled(left, right, sign)
        except kinds.Mismatch as mismatch:
            raise self._fail(str(mismatch), at) from None
        return Arithmetic(sign, left, right, kind=kind, at=at)

    def _signed(self, tree: Branch, at: Place) -> Node:
        value = self._numeric(tree.children[1])
        if SIGNS[str(tree.children[0])] == "+":
            return value
        return Negative(value, kind=value.kind, at=at)

    def _past(self, tree: Branch, at: Place) -> Node:
        of, ago = self._numeric(tree.children[0]), decimal_of_text(str(tree.children[1]))
        if ago % 1 or ago > arguments.FURTHEST:
            raise self._fail(
                f"Bars ago are counted from 0 to {arguments.FURTHEST}, such as `close[1]`.", at
            )
        if kinds.is_constant(of):
            raise self._fail("A fixed number has no past.", at)
        if isinstance(of, Past):
            return replace(of, bars=of.bars + int(ago), at=at)
        return Past(of, int(ago), kind=of.kind, at=at) if ago else of

    def _times(self, tree: Branch, at: Place) -> Node:
        factor = decimal_of_text(str(tree.children[0]))
        right = self._numeric(tree.children[1])
        number = Number(factor, "x", kind=Kind.NUMBER, at=at)
        return Arithmetic("*", number, right, kind=right.kind, at=at)

    def _span_value(self, tree: Branch, at: Place) -> Node:
        return span_of(str(tree.children[0]), at)

    def _span(self, child: Branch | Token) -> Span:
        tree = cast(Branch, child)
        spelled = str(tree.children[0])
        at = place_of(tree)
        span = span_of(spelled if not spelled[-1:].isdigit() else f"{spelled} bars", at)
        if not 1 <= span.count <= arguments.FURTHEST:
            raise self._fail(f"A span counts from 1 to {arguments.FURTHEST}.", at)
        return span

    def _clock(self, tree: Branch, at: Place) -> Node:
        found = clock_time(str(tree.children[0]), at)
        if found is None:
            raise self._fail("There is no such time of day.", at)
        return found

    def _quoted(self, tree: Branch, at: Place) -> Node:
        return Text(str(tree.children[0])[1:-1].strip(), kind=Kind.TEXT, at=at)

    # Names

    def _name(self, tree: Branch, at: Place) -> Node:
        return self._finished(self._named(tree, at))

    def _call(self, tree: Branch, at: Place) -> Node:
        return self._finished(self._named(tree, at))

    def _part(self, tree: Branch, at: Place) -> Node:
        return self._finished(self._named(tree, at))

    def _on_timeframe(self, tree: Branch, at: Place) -> Node:
        return self._finished(self._named(tree, at))

    def _finished(self, value: Value) -> Value:
        if isinstance(value, Reading) and not value.part and not value.word.has_main:
            names = [
                f"{value.word.name}{settings_of(value)}.{part.name}" for part in value.word.parts
            ]
            raise self._fail(f"`{value.word.name}` needs a part.", value.at, names[:4])
        return value

    def _length_first(self, tree: Branch, at: Place) -> Node:
        """`9 ema`, `200 day moving average`; `2 atr` is twice the ATR."""
        length, name = (str(child) for child in tree.children)
        word = self._vocabulary.find(name)
        if word is None or word.name not in (*_AVERAGES, "atr"):
            known = f"{word.name}({decimal_of_text(length)})" if word else ""
            raise self._fail(f"`{length} {name}` is not understood.", at, [known] if known else ())
        if not length[-1].isdigit():
            return self._average(name, span_of(length, at), at)
        number = Number(decimal_of_text(length), kind=Kind.NUMBER, at=at)
        if word.name in _AVERAGES:
            return self._word(name, [number], at)
        of = self._word(name, [], at)
        return Arithmetic("*", number, of, kind=of.kind, at=at)

    def _average(self, name: str, span: Span, at: Place) -> Value:
        """`200 day`: the average of so many bars of a day."""
        count = Number(Decimal(span.count), kind=Kind.NUMBER, at=at)
        return self._word(name, [count, replace(span, count=1)], at)

    def _named(self, tree: Branch, at: Place) -> Value:
        """A name with what follows it; a part may still be missing."""
        context = arguments.Context(self._text, at)
        match tree.data:
            case "part":
                of = self._named(cast(Branch, tree.children[0]), place_of(tree.children[0]))
                return arguments.with_part(of, str(tree.children[1])[1:], context)
            case "on_timeframe":
                of = self._named(cast(Branch, tree.children[0]), place_of(tree.children[0]))
                return arguments.on_timeframe(of, span_of(str(tree.children[1]), at), context)
            case "name":
                return self._word(str(tree.children[0]), (), at)
            case "call":
                given = [each for each in tree.children[1:] if isinstance(each, Tree)]
                return self._word(str(tree.children[0]), [self._value(each) for each in given], at)
            case _:
                return self._value(tree)

    def _word(self, spelled: str, given: Sequence[Value], at: Place) -> Value:
        word = self._vocabulary.find(spelled)
        if word is None and (match := _SPELLED_LENGTH.fullmatch(spelled)):
            word = self._vocabulary.find(match["word"])
            if word is not None and word.parameters and word.role is Role.INDICATOR:
                given = [Number(Decimal(match["length"]), kind=Kind.NUMBER, at=at), *given]
            else:
                word = None
        if word is None:
            raise self._fail(
                f"`{spelled[:40]}` is not a word I know.",
                Place(at.start, at.start + len(spelled)),
                self._vocabulary.near(spelled),
            )
        source = self._vocabulary.find(word.source) if word.source else None
        return arguments.reading(word, given, source, arguments.Context(self._text, at))


def place_of(tree: Branch | Token | None) -> Place:
    if isinstance(tree, Tree) and not tree.meta.empty:
        return Place(tree.meta.start_pos, tree.meta.end_pos)
    return Place(0, 0)


def _amount(tree: Branch) -> Decimal:
    return decimal_of_text(str(tree.children[0]))
