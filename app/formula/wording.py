"""A formula in plain English, for cards: a phrase without a capital or a full stop."""

import re

from app.core.figures import MINUS, format_decimal
from app.core.timeframes import Timeframe
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
    Moved,
    Negative,
    Node,
    Not,
    Number,
    OnDays,
    Past,
    Reading,
    Setting,
    Span,
    Tested,
    Text,
    Touch,
    Value,
    Within,
)
from app.formula.vocabulary import Kind
from app.formula.writing import DAYS

_RELATIONS = {
    "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
    "==": "equals", "!=": "differs from",
}  # fmt: skip
_WAYS = {"above": "crosses above", "below": "crosses below", "either": "crosses"}
_BARS = {
    Timeframe.M1: "1-minute", Timeframe.M5: "5-minute", Timeframe.M15: "15-minute",
    Timeframe.H1: "hourly", Timeframe.H4: "4-hour", Timeframe.D1: "daily",
    Timeframe.W1: "weekly", Timeframe.MO1: "monthly",
}  # fmt: skip
_LENGTHS = {Timeframe.D1: "day", Timeframe.W1: "week", Timeframe.MO1: "month"}
_UNITS = {"m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "bars": "bar"}
_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_CITIES = {
    "America/New_York": "New York", "America/Chicago": "Chicago", "America/Denver": "Denver",
    "America/Los_Angeles": "Los Angeles", "UTC": "UTC", "Europe/London": "London",
}  # fmt: skip


def worded(node: Node) -> str:
    """What the formula says, as a phrase."""
    return _condition(node) if isinstance(node, Condition) else _value(node)


def _condition(node: Node) -> str:
    match node:
        case All(parts=parts):
            return _listed([_nested(each) for each in parts], "and")
        case Any(parts=parts):
            return _listed([_nested(each) for each in parts], "or")
        case Not(of=of):
            return f"it is not so that {_condition(of)}"
        case Held(of=of, span=span):
            return f"{_nested(of)} for {_span(span)}"
        case DayTime(start=start, end=end):
            return _hours(start, end)
        case OnDays(days=days):
            return f"it is {_listed([DAYS[day].capitalize() for day in days], 'or')}"
        case _:
            return _claim(node)


def _claim(node: Node) -> str:
    match node:
        case Comparison(relation=relation, left=left, right=right):
            return f"{_value(left)} {_RELATIONS[relation]} {_value(right)}"
        case Crossing(way=way, left=left, right=right):
            return f"{_value(left)} {_WAYS[way]} {_value(right)}"
        case Touch(target=target):
            return f"price hits {_value(target)}"
        case Within(of=of, band=band, target=target):
            return f"{_value(of)} is within {_value(band)} of {_value(target)}"
        case Between(of=of, low=low, high=high):
            return f"{_value(of)} is between {_value(low)} and {_value(high)}"
        case Tested(level=level, times=times, band=band):
            nth = _ORDINALS.get(times, f"{times}th")
            within = "" if band is None else f", coming within {_value(band)}"
            return f"price tests {_value(level)} for the {nth} time{within}"
        case Moved(move=move, of=of, by=by, span=span):
            return f"{_value(of)} {move} by {_value(by)} in {_span(span)}"
        case _:
            raise TypeError(node)


def _nested(node: Node) -> str:
    words = _condition(node)
    return f"({words})" if isinstance(node, All | Any | Not) else words


def _listed(parts: list[str], word: str) -> str:
    if len(parts) < 3:
        return f" {word} ".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _value(node: Node) -> str:
    match node:
        case Number():
            return _number(node)
        case Negative(of=of):
            return f"minus {_operand(of)}" if not isinstance(of, Number) else MINUS + _number(of)
        case Arithmetic():
            return _arithmetic(node)
        case Past(of=of, bars=bars):
            return f"{_operand(of)} {_ago(of, bars)}"
        case Choosing(name=name, values=values):
            title = {"abs": "the size of", "min": "the smaller of", "max": "the larger of"}[name]
            return f"{title} {_listed([_value(each) for each in values], 'and')}"
        case Reading():
            return _reading(node)
        case _:
            return _plain(node)


def _plain(node: Node) -> str:
    match node:
        case Span():
            return _span(node)
        case Text(text=text):
            return text
        case ClockTime():
            return _clock(node)
        case _:
            raise TypeError(node)


def _arithmetic(node: Arithmetic) -> str:
    if node.sign == "*" and isinstance(node.left, Number) and node.left.unit == "x":
        return f"{_number(node.left)} {_operand(node.right)}"
    return f"{_operand(node.left)} {_SIGNS[node.sign]} {_operand(node.right)}"


def _operand(node: Node) -> str:
    return f"({_value(node)})" if isinstance(node, Arithmetic) else _value(node)


def _ago(of: Value, bars: int) -> str:
    timeframe = of.timeframe if isinstance(of, Reading) else None
    if timeframe in _LENGTHS:
        unit = _LENGTHS[timeframe]
    else:
        unit = f"{_BARS[timeframe]} bar" if timeframe else "bar"
    return f"{_counted(bars, unit)} earlier"


def _reading(node: Reading) -> str:
    word = node.word
    settings = {
        parameter.name: _setting(setting)
        for parameter, setting in zip(word.parameters, node.settings, strict=True)
    }
    words = (word.title or word.name).format(**settings)
    part = word.part(node.part) if node.part else None
    if part is not None:
        words = f"{part.title} {words}"
    measured = _measured(node)
    if measured:
        words = f"{words} of {measured}"
    return _on_bars(words, node.timeframe)


def _measured(node: Reading) -> str:
    """What an indicator measures, where that is not the usual."""
    of = node.of
    if of is None or (isinstance(of, Reading) and of.word.name == node.word.source and not of.part):
        return ""
    return _operand(of)


def _on_bars(words: str, timeframe: Timeframe | None) -> str:
    if timeframe is None:
        return words
    length = _LENGTHS.get(timeframe)
    shorter, count = re.subn(r"(?<=\d)-bar\b", f"-{length}", words) if length else (words, 0)
    return shorter if count else f"{words} on {_BARS[timeframe]} bars"


def _setting(setting: Setting) -> str:
    return _value(setting)


def _number(node: Number) -> str:
    digits = format_decimal(
        node.value.normalize() + 0 if node.value % 1 else node.value.to_integral()
    )
    if node.unit == "shares":
        return f"{digits} shares"
    if node.unit == "$" or (node.kind is Kind.PRICE and not node.unit):
        return f"${digits}" if node.unit else digits
    return f"{digits}%" if node.kind is Kind.PERCENT else digits + node.unit


def _span(span: Span) -> str:
    return _counted(span.count, _UNITS[span.unit])


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _hours(start: ClockTime | None, end: ClockTime | None) -> str:
    if start is None or end is None:
        return f"it is before {_clock(end)}" if end else f"it is after {_clock(start)}"
    if start.zone == end.zone:
        return f"it is between {_bare(start)} and {_clock(end)}"
    return f"it is between {_clock(start)} and {_clock(end)}"


def _clock(time: ClockTime | None) -> str:
    return f"{_bare(time)} {_CITIES[time.zone]}" if time else ""


def _bare(time: ClockTime) -> str:
    return f"{time.seconds // 3600}:{time.seconds // 60 % 60:02}"
