"""A formula as it is evaluated on bars of one timeframe.

Spans of time become counts of bars, changes and moves become arithmetic, and on daily bars the levels
that those bars hold by themselves take the place of given ones.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import cast

from app.core.timeframes import Timeframe
from app.formula.errors import FormulaError, Place
from app.formula.reading import read
from app.formula.spans import TooShort, bars_in, days_of, is_days
from app.formula.syntax import (
    Any,
    Arithmetic,
    Comparison,
    Condition,
    Held,
    Moved,
    Node,
    Number,
    Past,
    Reading,
    Sign,
    Span,
    Tested,
    Touch,
    Value,
    children,
    rebuilt,
)
from app.formula.vocabulary import Kind, Role, Vocabulary
from app.formula.words import PRICE


def resolve(tree: Node, base: Timeframe, vocabulary: Vocabulary, text: str) -> Node:
    """`tree` on bars of `base`; `FormulaError` where those cannot tell it."""
    return _Resolver(base, vocabulary, text).node(tree)


class _Resolver:
    def __init__(self, base: Timeframe, vocabulary: Vocabulary, text: str) -> None:
        self._base = base
        self._vocabulary = vocabulary
        self._text = text

    def node(self, node: Node) -> Node:
        node = rebuilt(node, self.node)
        match node:
            case Reading():
                return self._reading(node)
            case Held(of=of, span=span):
                own = only_timeframe(of) or self._base
                return replace(node, span=self._in_bars(span, own, node.at))
            case Moved():
                return self._moved(node)
            case _:
                return node

    def _reading(self, node: Reading) -> Value:
        if node.timeframe is self._base:
            node = replace(node, timeframe=None)
        if node.word.name == "change":
            return self._change(node)
        if node.word.role is Role.LEVEL and node.word.daily and self._base is Timeframe.D1:
            return cast(Value, self.node(read(node.word.daily, self._vocabulary)))
        return node

    def _change(self, node: Reading) -> Value:
        of, span = cast(Value, node.of), cast(Span, node.settings[0])
        if self._is_since_a_close(span):
            before = self._close_days_ago(span)
            ratio = Arithmetic("-", Arithmetic("/", of, before), _number(1))
            return Arithmetic("*", ratio, _number(100), kind=Kind.PERCENT, at=node.at)
        bars = self._in_bars(span, self._base, node.at).count
        return self._word("roc", Kind.PERCENT, node.at, bars=bars, of=of)

    def _moved(self, node: Moved) -> Condition:
        if node.move == "moves":
            return Any(
                tuple(self._moved(replace(node, move=move)) for move in ("rises", "falls")),
                at=node.at,
            )
        is_up = node.move == "rises"
        start = self._start_of(node, is_up=is_up)
        sign: Sign = "+" if is_up else "-"
        target = Arithmetic(sign, start, node.by, kind=start.kind)
        return Comparison(">=" if is_up else "<=", node.of, target, at=node.at)

    def _start_of(self, node: Moved, *, is_up: bool) -> Value:
        """What the move is measured from: the lowest or highest of the span, for days asked on
        shorter bars the close so many days ago."""
        is_price = isinstance(node.of, Reading) and node.of.word.name == PRICE
        if is_price and self._is_since_a_close(node.span):
            return self._close_days_ago(node.span)
        timeframe = only_timeframe(node.of) or self._base
        bars = self._in_bars(node.span, timeframe, node.at).count + 1
        field = self._word("low" if is_up else "high", Kind.PRICE, node.at)
        of = field if is_price else node.of
        return self._word("lowest" if is_up else "highest", of.kind, node.at, bars=bars, of=of)

    def _is_since_a_close(self, span: Span) -> bool:
        return self._base.is_intraday and is_days(span)

    def _close_days_ago(self, span: Span) -> Value:
        close = self._word("close", Kind.PRICE, Place(0, 0))
        days = replace(close, timeframe=Timeframe.D1)
        ago = days_of(span) - 1
        return Past(days, ago, kind=Kind.PRICE) if ago else days

    def _word(
        self, name: str, kind: Kind, at: Place, *, bars: int = 0, of: Value | None = None
    ) -> Reading:
        word = self._vocabulary.find(name)
        if word is None:
            raise ValueError(f"The vocabulary lacks `{name}`.")
        return Reading(word, (_number(bars),) if bars else (), of, kind=kind, at=at)

    def _in_bars(self, span: Span, timeframe: Timeframe, at: Place) -> Span:
        try:
            count = bars_in(span, timeframe)
        except TooShort:
            raise FormulaError(
                f"Bars of {timeframe} cannot tell {span.count}{span.unit}: ask on shorter bars, or "
                "count in bars.",
                self._text,
                at,
            ) from None
        return replace(span, count=count, unit="bars")


def only_timeframe(node: Node) -> Timeframe | None:
    """The timeframe that all readings of `node` name; None if one does not, or they differ."""
    found = set(_timeframes(node))
    return found.pop() if len(found) == 1 else None


def _timeframes(node: Node) -> Iterator[Timeframe | None]:
    """Those of the readings on top: what a reading measures has its timeframe. Hits and tests read
    the live price."""
    if isinstance(node, Reading):
        yield node.timeframe
        return
    if isinstance(node, Tested | Touch):
        yield None
    for child in children(node):
        yield from _timeframes(child)


def _number(value: int) -> Number:
    return Number(Decimal(value), kind=Kind.NUMBER)
