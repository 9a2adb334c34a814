"""A resolved tree to programs, one for each timeframe it speaks of.

A part whose readings all name one timeframe is computed on those bars, and taken over as it was at the
last of them that was finished; all else is computed on the base.

A condition is compiled twice where both are wanted: to where it is true and to where it is false. What
is neither is unknown. So three-valued logic costs nothing as long as one only asks what fires.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any as Anything

import numpy as np

from app.core.timeframes import Timeframe
from app.formula.arguments import default_of
from app.formula.indicators import indicator
from app.formula.kernels import quotient
from app.formula.lookback import TESTS_WITHIN
from app.formula.program import Program
from app.formula.resolving import only_timeframe
from app.formula.sessions import Spell, Tally, TestBegins
from app.formula.syntax import (
    All,
    Any,
    Arithmetic,
    Between,
    Choosing,
    ClockTime,
    Comparison,
    Condition,
    Crossing,
    DayTime,
    Held,
    Negative,
    Node,
    Not,
    Number,
    OnDays,
    Past,
    Reading,
    Tested,
    Touch,
    Value,
    Within,
    walk,
)
from app.formula.tracks import Operand, Shifted, Track
from app.formula.vocabulary import Kind, Role, Vocabulary
from app.formula.words import PRICE
from app.formula.writing import key_of

NEAR_ATR = 0.02
"""How near a test comes where no band is written: so many ATRs of the day, as on the map of levels."""
NEW_YORK = "America/New_York"

Compare = Callable[..., Anything]
_TRUE: dict[str, Compare] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal,
}  # fmt: skip
_FALSE: dict[str, Compare] = {
    "<": np.greater_equal, "<=": np.greater, ">": np.less_equal, ">=": np.less, "!=": np.equal,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A series of another timeframe, taken over into a source of the base."""

    timeframe: Timeframe
    track: Track
    source: str


class Compiler:
    """`width` is the number of columns; `clock_widths` that of the clock's sources, by timeframe:
    one if all columns have all rows."""

    def __init__(
        self,
        base: Timeframe,
        vocabulary: Vocabulary,
        *,
        width: int,
        clock_widths: dict[Timeframe, int],
    ) -> None:
        self.base = base
        self.links: list[Link] = []
        self.programs: dict[Timeframe, Program] = {}
        self._vocabulary = vocabulary
        self._width = width
        self._clock_widths = clock_widths
        self._counts: dict[tuple[Timeframe, Node], Track] = {}
        self.program(base)

    def program(self, timeframe: Timeframe) -> Program:
        if timeframe not in self.programs:
            clock_width = self._clock_widths.get(timeframe, 1)
            self.programs[timeframe] = Program(timeframe, self._width, clock_width)
        return self.programs[timeframe]

    # Values

    def value(self, node: Value, frame: Timeframe) -> Operand:
        own = self._own(node, frame)
        if own is not None:
            return self._linked(self.program(own).track(self.value(node, own)), own)
        program = self.program(frame)
        match node:
            case Number(value=value):
                return float(value)
            case Negative(of=of):
                return self._applied(program, np.negative, self.value(of, frame))
            case Arithmetic():
                return self._arithmetic(node, frame)
            case Choosing(name=name, values=values):
                return self._chosen(program, name, [self.value(each, frame) for each in values])
            case Past(of=of, bars=bars):
                return shifted(self.value(of, frame), bars)
            case Reading():
                return self._reading(node, frame)
            case _:
                raise TypeError(node)

    def _own(self, node: Node, frame: Timeframe) -> Timeframe | None:
        """The other timeframe on which all of `node` is to be computed."""
        if frame is not self.base:
            return None
        own = only_timeframe(node)
        return own if own is not self.base else None

    def _linked(self, track: Track, own: Timeframe) -> Track:
        known = next((link for link in self.links if link.track is track), None)
        if known is None:
            known = Link(own, track, f"from {own} {len(self.links)}")
            self.links.append(known)
        return self.program(self.base).source(
            known.source, flags=track.rows.dtype == np.bool_, width=track.width
        )

    def _applied(self, program: Program, function: Compare, *operands: Operand) -> Operand:
        if all(isinstance(each, float) for each in operands):
            with np.errstate(all="ignore"):
                return float(function(*operands))
        return program.each(function, *operands)

    def _chosen(self, program: Program, name: str, operands: list[Operand]) -> Operand:
        if name == "abs":
            return self._applied(program, np.absolute, operands[0])
        choose = np.minimum if name == "min" else np.maximum
        return reduce(lambda left, right: self._applied(program, choose, left, right), operands)

    def _arithmetic(self, node: Arithmetic, frame: Timeframe) -> Operand:
        program = self.program(frame)
        left, right = self.value(node.left, frame), self.value(node.right, frame)
        if node.sign in ("+", "-"):
            function = np.add if node.sign == "+" else np.subtract
            if node.right.kind is Kind.PERCENT and node.left.kind is not Kind.PERCENT:
                return self._applied(program, function, left, self._part(program, left, right))
            return self._applied(program, function, left, right)
        if node.sign == "/":
            return self._divided(program, left, right)
        kinds = (node.left.kind, node.right.kind)
        if Kind.PERCENT in kinds and Kind.NUMBER not in kinds:
            return self._part(program, left, right)
        return self._applied(program, np.multiply, left, right)

    def _divided(self, program: Program, left: Operand, right: Operand) -> Operand:
        if isinstance(left, float) and isinstance(right, float):
            return left / right if right else float("nan")
        if isinstance(right, float) and right == 0.0:
            return float("nan")
        return program.each(quotient, left, right)

    def _reading(self, node: Reading, frame: Timeframe) -> Operand:
        program, word = self.program(frame), node.word
        if word.role is Role.BARS:
            return program.source("close" if word.name == PRICE else word.name)
        if word.role in (Role.LEVEL, Role.OUTSIDE):
            return program.source(f"given {key_of(node)}")
        of = None if node.of is None else self.value(node.of, frame)
        settings = [float(each.value) for each in node.settings if isinstance(each, Number)]
        return indicator(program, word.name, node.part, settings, of)

    # Conditions

    def truth(self, node: Node, frame: Timeframe, *, want: bool) -> Operand:
        """Where `node` is true, or (`want` false) where it is false."""
        if isinstance(node, Crossing | Held) and (own := self._own(node, frame)) is not None:
            track = self.truth(node, own, want=want)
            return self._linked(self.program(own).track(track), own)
        match node:
            case All(parts=parts) | Any(parts=parts):
                found = [self.truth(each, frame, want=want) for each in parts]
                return self._both(frame, found, every=isinstance(node, All) is want)
            case Not(of=of):
                return self.truth(of, frame, want=not want)
            case Held(of=of, span=span):
                return self._held(of, span.count, frame, want=want)
            case DayTime() | OnDays():
                return self._clock(node, frame, want=want)
            case Tested():
                key = (frame, node)
                if key not in self._counts:
                    self._counts[key] = self._tests(node, frame)
                count = self._counts[key]
                return self._compared(frame, ">=", count, float(node.times), want=want)
            case _:
                return self._claim(node, frame, want=want)

    def _claim(self, node: Node, frame: Timeframe, *, want: bool) -> Operand:
        program = self.program(frame)
        match node:
            case Comparison(relation=relation, left=left, right=right):
                sides = self.value(left, frame), self.value(right, frame)
                return self._compared(frame, relation, *sides, want=want)
            case Crossing(left=left, right=right):
                sides = self.value(left, frame), self.value(right, frame)
                return self._crossed(node.way, frame, *sides, want=want)
            case Touch(target=target):
                before = shifted(program.source("close"), 1)
                low = program.each(np.minimum, program.source("low"), before)
                high = program.each(np.maximum, program.source("high"), before)
                price = self.value(target, frame)
                below = self._compared(frame, "<=", low, price, want=want)
                above = self._compared(frame, ">=", high, price, want=want)
                return self._both(frame, [below, above], every=want)
            case Within(of=of, band=band, target=target):
                sides = self.value(of, frame), self.value(target, frame)
                distance = program.each(np.absolute, program.each(np.subtract, *sides))
                reach = self._reach(band, target, sides[1], frame)
                return self._compared(frame, "<=", distance, reach, want=want)
            case Between(of=of, low=first, high=last):
                value = self.value(of, frame)
                above = self._compared(frame, ">=", value, self.value(first, frame), want=want)
                below = self._compared(frame, "<=", value, self.value(last, frame), want=want)
                return self._both(frame, [above, below], every=want)
            case _:
                raise TypeError(node)

    def _compared(
        self, frame: Timeframe, relation: str, left: Operand, right: Operand, *, want: bool
    ) -> Operand:
        program = self.program(frame)
        function = (_TRUE if want else _FALSE).get(relation)
        if function is not None:
            return program.each(function, left, right, flags=True)
        less = program.each(np.less, left, right, flags=True)
        more = program.each(np.greater, left, right, flags=True)
        return program.each(np.logical_or, less, more, flags=True)

    def _crossed(
        self, way: str, frame: Timeframe, left: Operand, right: Operand, *, want: bool
    ) -> Operand:
        if way == "either":
            ways = [
                self._crossed(each, frame, left, right, want=want) for each in ("above", "below")
            ]
            return self._both(frame, ways, every=not want)
        beyond, before = (">", "<=") if way == "above" else ("<", ">=")
        past = shifted(left, 1), shifted(right, 1)
        now = self._compared(frame, beyond, left, right, want=want)
        then = self._compared(frame, before, *past, want=want)
        return self._both(frame, [now, then], every=want)

    def _both(self, frame: Timeframe, flags: list[Operand], *, every: bool) -> Operand:
        program = self.program(frame)
        join = np.logical_and if every else np.logical_or
        return reduce(lambda left, right: program.each(join, left, right, flags=True), flags)

    def _reach(self, band: Value, target: Value, at: Operand, frame: Timeframe) -> Operand:
        program, width = self.program(frame), self.value(band, frame)
        if band.kind is not Kind.PERCENT or target.kind is Kind.PERCENT:
            return width
        return self._part(program, self._applied(program, np.absolute, at), width)

    def _part(self, program: Program, of: Operand, percent: Operand) -> Operand:
        """Multiplied first: a tenth of a round price stays round."""
        product = self._applied(program, np.multiply, of, percent)
        return self._applied(program, np.divide, product, 100.0)

    def _held(self, of: Condition, bars: int, frame: Timeframe, *, want: bool) -> Operand:
        program = self.program(frame)
        flags = program.track(self.truth(of, frame, want=want))
        out = Track(flags.width, flags=True)
        key = ("spell", id(flags), bars, want)

        def make(of: Track, out: Track) -> Spell:
            return Spell(of, out, bars, ever=not want)

        return program.kernel(make, (flags,), out, key=key)

    def _tests(self, node: Tested, frame: Timeframe) -> Track:
        program = self.program(frame)
        level = self.value(node.level, frame)
        reach = self._test_reach(node, level, frame)
        bars = program.source("high"), program.source("low")
        made = any(isinstance(each, Reading) and each.word.is_made for each in walk(node.level))
        is_daily = program.timeframe.is_intraday
        begins = Track(program.width, flags=True)
        program.kernels.append(
            TestBegins(bars, level, reach, program.hours, begins, is_daily=is_daily, is_made=made)
        )
        count = Track(program.width)
        window = 0 if is_daily else TESTS_WITHIN
        program.kernels.append(Tally(begins, program.hours, count, window=window))
        parts = self._applied(program, np.add, level, reach)
        known = program.each(np.multiply, program.each(np.add, program.source("close"), parts), 0.0)
        return program.each(np.add, count, known)

    def _test_reach(self, node: Tested, level: Operand, frame: Timeframe) -> Operand:
        if node.band is not None:
            return self._reach(node.band, node.level, level, frame)
        program = self.program(frame)
        atr = self._vocabulary.find("atr")
        if atr is None:
            raise ValueError("The vocabulary lacks `atr`.")
        day = None if self.base is Timeframe.D1 else Timeframe.D1
        fourteen = default_of(atr.parameters[0])
        reading = Reading(atr, (fourteen,), timeframe=day, kind=Kind.PRICE)
        return self._applied(program, np.multiply, self.value(reading, frame), NEAR_ATR)

    def _clock(self, node: DayTime | OnDays, frame: Timeframe, *, want: bool) -> Operand:
        if isinstance(node, OnDays):
            weekday = self.program(frame).weekday(NEW_YORK)
            days = [
                self._compared(frame, "==", weekday, float(day), want=want) for day in node.days
            ]
            return self._both(frame, days, every=not want)
        sides = [
            self._hour(frame, ">=", node.start, want=want),
            self._hour(frame, "<", node.end, want=want),
        ]
        is_overnight = node.start and node.end and node.start.seconds > node.end.seconds
        known = [each for each in sides if each is not None]
        return self._both(frame, known, every=bool(is_overnight) is not want)

    def _hour(
        self, frame: Timeframe, relation: str, time: ClockTime | None, *, want: bool
    ) -> Operand | None:
        if time is None:
            return None
        seconds = self.program(frame).seconds(time.zone)
        return self._compared(frame, relation, seconds, float(time.seconds), want=want)


def shifted(operand: Operand, bars: int) -> Operand:
    """`bars` rows earlier."""
    if isinstance(operand, float):
        return operand
    if isinstance(operand, Shifted):
        return Shifted(operand.of, operand.bars + bars)
    return Shifted(operand, bars)
