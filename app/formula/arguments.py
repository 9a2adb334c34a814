"""What stands behind a name: settings, the series it measures, its timeframe and its part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.core.timeframes import Timeframe
from app.formula import kinds
from app.formula.amounts import span_of
from app.formula.errors import FormulaError, Place
from app.formula.syntax import (
    Choosing,
    Negative,
    Number,
    Reading,
    Setting,
    Span,
    Text,
    Value,
    walk,
)
from app.formula.vocabulary import Kind, Parameter, Role, Word

FURTHEST = 500
"""Bars a formula may look back on in one step."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where we are, for failures."""

    text: str
    at: Place

    def fail(
        self, reason: str, *, at: Place | None = None, suggestions: Sequence[str] = ()
    ) -> FormulaError:
        return FormulaError(reason, self.text, at or self.at, suggestions=suggestions)


def reading(word: Word, given: Sequence[Value], source: Word | None, context: Context) -> Value:
    """`word` with what stands in its parentheses; `source` is what it measures by itself."""
    if word.role is Role.ARITHMETIC:
        return _choosing(word, given, context)
    rest = list(given)
    of: Value | None = None
    if source is not None:
        measures = bool(rest) and not isinstance(rest[0], Number | Span | Text | Negative)
        of = rest.pop(0) if measures else Reading(source, kind=source.kind or Kind.NUMBER)
    timeframe = _timeframe(word, rest, context)
    settings = _settings(word, rest, context)
    kind = word.kind or (of.kind if of else Kind.NUMBER)
    found = Reading(word, settings, of, timeframe, kind=kind, at=context.at)
    _check_order(found, context)
    return _checked_inside(found, context)


def with_part(of: Value, name: str, context: Context) -> Value:
    """`bb(20).upper`."""
    if not isinstance(of, Reading) or not of.word.parts:
        raise context.fail(f"This has no part `{name}`.")
    part = of.word.part(name.lower())
    if part is None:
        known = [f".{each.name}" for each in of.word.parts]
        raise context.fail(f"`{of.word.name}` has no part `{name}`.", suggestions=known)
    measured = of.of.kind if of.of else Kind.NUMBER
    return replace(of, part=part.name, kind=part.kind or measured, at=context.at)


def on_timeframe(of: Value, span: Span, context: Context) -> Value:
    """`rsi(14) on 5m`."""
    if not isinstance(of, Reading) or not of.word.has_timeframe or of.timeframe:
        raise context.fail("A timeframe belongs to a price or an indicator: `rsi(14) on 5m`.")
    return _checked_inside(replace(of, timeframe=_spelled(span, context), at=context.at), context)


def _choosing(word: Word, given: Sequence[Value], context: Context) -> Value:
    least, most = (1, 1) if word.name == "abs" else (2, 8)
    if not least <= len(given) <= most or any(each.kind not in kinds.NUMERIC for each in given):
        wants = "one value" if most == 1 else "two values or more"
        raise context.fail(f"`{word.name}` takes {wants}.", suggestions=[word.example])
    values = list(given)
    moving = next((each for each in values if not kinds.is_constant(each)), values[0])
    try:
        values = [kinds.joined(each, moving)[0] for each in values]
    except kinds.Mismatch as mismatch:
        raise context.fail(str(mismatch)) from None
    return Choosing(word.name, tuple(values), kind=moving.kind, at=context.at)


def _timeframe(word: Word, rest: list[Value], context: Context) -> Timeframe | None:
    """The timeframe at the end of the arguments, taken off them."""
    wants_span = any(each.kind is Kind.DURATION for each in word.parameters)
    if not rest or wants_span or not isinstance(rest[-1], Span):
        return None
    span = rest[-1]
    if not word.has_timeframe:
        raise context.fail(f"`{word.name}` takes no timeframe.", at=span.at)
    rest.pop()
    return _spelled(span, context)


def _spelled(span: Span, context: Context) -> Timeframe:
    if span.timeframe is None:
        known = ", ".join(Timeframe)
        raise context.fail(f"There are no such bars. Timeframes are {known}.", at=span.at)
    return span.timeframe


def _settings(word: Word, rest: Sequence[Value], context: Context) -> tuple[Setting, ...]:
    if len(rest) > len(word.parameters):
        names = ", ".join(each.name for each in word.parameters) or "nothing in parentheses"
        raise context.fail(
            f"`{word.name}` takes {names}.",
            at=rest[len(word.parameters)].at,
            suggestions=[word.example] if word.example else (),
        )
    found: list[Setting] = []
    for position, parameter in enumerate(word.parameters):
        if position < len(rest):
            found.append(_setting(word, parameter, rest[position], context))
        elif parameter.default is None:
            raise context.fail(
                f"`{word.name}` needs its {parameter.name} in parentheses.",
                suggestions=[word.example] if word.example else (),
            )
        else:
            found.append(default_of(parameter))
    return tuple(found)


def default_of(parameter: Parameter) -> Setting:
    """The setting that is meant where none is written."""
    if parameter.kind is Kind.DURATION:
        return span_of(parameter.default or "")
    if parameter.kind is Kind.TEXT:
        return Text(parameter.default or "", kind=Kind.TEXT)
    return Number(Decimal(parameter.default or "0"), kind=Kind.NUMBER)


def _setting(word: Word, parameter: Parameter, value: Value, context: Context) -> Setting:
    wanted = f"the {parameter.name} of `{word.name}`"
    if parameter.kind is Kind.TEXT:
        if isinstance(value, Text) and value.text:
            return value
        raise context.fail(
            f"{wanted.capitalize()} stands between quotes.", at=value.at, suggestions=[word.example]
        )
    if parameter.kind is Kind.DURATION:
        if isinstance(value, Span) and 1 <= value.count <= FURTHEST:
            return value
        raise context.fail(
            f"{wanted.capitalize()} is a length of time or a count of bars, such as `1h` or `5 bars`.",
            at=value.at,
        )
    if not isinstance(value, Number) or value.unit not in ("", "x"):
        raise context.fail(f"{wanted.capitalize()} is a plain number.", at=value.at)
    is_whole = value.value % 1 == 0
    if not parameter.least <= value.value <= parameter.most or not (
        is_whole or parameter.is_fraction
    ):
        number = "a number" if parameter.is_fraction else "a whole number"
        raise context.fail(
            f"{wanted.capitalize()} is {number} from {parameter.least:g} to {parameter.most:g}.",
            at=value.at,
        )
    return replace(value, unit="", value=value.value.normalize() + 0)


def _check_order(found: Reading, context: Context) -> None:
    """What no single parameter can tell."""
    if found.word.name != "macd":
        return
    fast, slow = (each.value for each in found.settings[:2] if isinstance(each, Number))
    if fast >= slow:
        raise context.fail("The fast length of `macd` is shorter than the slow one.")


def _checked_inside(found: Reading, context: Context) -> Reading:
    """One timeframe rules what it measures: inside it, another one makes no sense."""
    if found.of is None:
        return found
    for node in walk(found.of):
        if isinstance(node, Reading) and node.timeframe:
            raise context.fail(
                f"`{found.word.name}` names the timeframe for all it measures.",
                at=node.at,
                suggestions=[f"{found.word.name}({node.word.name}, 20, {node.timeframe})"],
            )
        if isinstance(node, Reading) and node.word.role in (Role.LEVEL, Role.OUTSIDE, Role.CLOCK):
            raise context.fail(f"`{found.word.name}` measures bars only.", at=node.at)
    if kinds.is_constant(found.of) or found.of.kind not in kinds.NUMERIC:
        raise context.fail(f"`{found.word.name}` measures something that moves.", at=found.of.at)
    return found
