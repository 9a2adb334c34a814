"""What may be compared, added and multiplied with what, and what comes out.

A bare number takes the kind of its neighbour (`price > 5930`), everything else keeps its own: a price
and a percentage do not mix by accident, and the failure says what to write.
"""

from dataclasses import replace
from decimal import Decimal

from app.formula.syntax import Arithmetic, Negative, Number, Reading, Value, walk
from app.formula.vocabulary import Kind

NUMERIC = (Kind.NUMBER, Kind.PRICE, Kind.PERCENT, Kind.VOLUME)


class Mismatch(Exception):
    """Two values do not go together; says why. The reader adds the place."""


def is_constant(value: Value) -> bool:
    """Whether it is the same on every bar."""
    return not any(isinstance(node, Reading) for node in walk(value))


def joined(left: Value, right: Value) -> tuple[Value, Value]:
    """Both as one kind, to be compared; `Mismatch` says why they cannot be."""
    found = _adopted(left, right)
    if found is None:
        raise Mismatch(_why(left, right))
    return found


def added(left: Value, right: Value, sign: str) -> tuple[Value, Value, Kind]:
    """Operands and kind of a sum. A percentage of something else is taken of it: `pdh + 0.5%`."""
    found = _adopted(left, right)
    if found is not None:
        return (*found, found[0].kind)
    if right.kind is Kind.PERCENT and left.kind in (Kind.PRICE, Kind.VOLUME):
        return left, right, left.kind
    verb = "added" if sign == "+" else "subtracted"
    raise Mismatch(_sentence(f"{_described(left)} and {_described(right)} cannot be {verb}."))


def scaled(left: Value, right: Value, sign: str) -> Kind:
    """The kind of a product or quotient."""
    kinds = (left.kind, right.kind)
    if sign == "/":
        if right.kind is Kind.NUMBER:
            return left.kind
        if left.kind is right.kind:
            return Kind.NUMBER
    elif Kind.NUMBER in kinds:
        return left.kind if right.kind is Kind.NUMBER else right.kind
    elif Kind.PERCENT in kinds and kinds != (Kind.PERCENT, Kind.PERCENT):
        return left.kind if right.kind is Kind.PERCENT else right.kind
    elif set(kinds) == {Kind.PRICE, Kind.VOLUME}:
        return Kind.PRICE
    verb = "divided by" if sign == "/" else "multiplied with"
    raise Mismatch(_sentence(f"{_described(left)} cannot be {verb} {_described(right)}."))


def as_kind(value: Value, kind: Kind) -> Value | None:
    """A bare number, or arithmetic of bare numbers, taken as `kind`; None for anything else."""
    if value.kind is kind:
        return value
    match value:
        case Number(unit=""):
            return replace(value, kind=kind)
        case Negative(of=of):
            inner = as_kind(of, kind)
            return inner and replace(value, of=inner, kind=kind)
        case Arithmetic(sign="+" | "-", left=left, right=right):
            first, second = as_kind(left, kind), as_kind(right, kind)
            return first and second and replace(value, left=first, right=second, kind=kind)
        case _:
            return None


def _adopted(left: Value, right: Value) -> tuple[Value, Value] | None:
    if left.kind is right.kind:
        return left, right
    if (first := as_kind(left, right.kind)) is not None:
        return first, right
    if (second := as_kind(right, left.kind)) is not None:
        return left, second
    return _ratios(left, right)


def _ratios(left: Value, right: Value) -> tuple[Value, Value] | None:
    """A quotient against a typed percentage: 2% is 0.02 of it."""
    if _is_ratio(left) and (number := _of_percent(right)) is not None:
        return left, number
    if _is_ratio(right) and (number := _of_percent(left)) is not None:
        return number, right
    return None


def _is_ratio(value: Value) -> bool:
    match value:
        case Arithmetic(sign="/", left=left, right=right):
            return left.kind is right.kind
        case Arithmetic(sign="+" | "-", left=left, right=right):
            return _is_ratio(left) or _is_ratio(right)
        case _:
            return False


def _of_percent(value: Value) -> Value | None:
    match value:
        case Number(unit="%"):
            return replace(value, value=value.value / Decimal(100), unit="", kind=Kind.NUMBER)
        case Negative(of=of):
            inner = _of_percent(of)
            return inner and replace(value, of=inner, kind=Kind.NUMBER)
        case _:
            return None


def _why(left: Value, right: Value) -> str:
    sentence = _sentence(f"{_described(left)} cannot be compared with {_described(right)}.")
    kinds = {left.kind, right.kind}
    if kinds == {Kind.PRICE, Kind.PERCENT}:
        return f"{sentence} For a distance write `price within 1% of pdh`, for a change `change(1d) > 1%`."
    if kinds == {Kind.NUMBER, Kind.PERCENT}:
        return f"{sentence} Write the number without %."
    if kinds == {Kind.NUMBER, Kind.VOLUME}:
        return f"{sentence} For a multiple of the usual volume write `rvol > 2x`."
    return sentence


def _described(value: Value) -> str:
    name = f" (`{value.word.name}`)" if isinstance(value, Reading) else ""
    kind = "percentage" if value.kind is Kind.PERCENT else value.kind
    return f"a {kind}{name}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
