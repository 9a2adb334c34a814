"""A tree as its canonical text, which reads back to an equal tree."""

from decimal import Decimal

from app.formula.arguments import default_of
from app.formula.grammar import ZONES
from app.formula.syntax import (
    All,
    Any,
    Arithmetic,
    Between,
    Choosing,
    ClockTime,
    Comparison,
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
    Within,
)
from app.formula.vocabulary import Role

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZONE_NAMES = {name: short.upper() for short, name in reversed(ZONES.items())}
_WAYS = {"above": "crosses above", "below": "crosses below", "either": "crosses"}
_OR, _AND, _NOT, _HELD, _CLAIM, _SUM, _PRODUCT, _SIGNED, _ATOM = range(9)
"""How tightly each rule of the grammar binds; what binds less tightly stands in parentheses."""


def written(node: Node) -> str:
    """The canonical text of a whole formula."""
    return _write(node, _OR)


def key_of(reading: Reading) -> str:
    """The text by which a level or an outside value is asked for and given: `pdh`, `orh(30)`,
    `position("SPX condor").pnl`."""
    return _reading(reading)


def _write(node: Node, tightness: int) -> str:
    text, own = _text_of(node)
    return f"({text})" if own < tightness else text


def _text_of(node: Node) -> tuple[str, int]:
    match node:
        case Any(parts=parts):
            return " or ".join(_write(each, _AND) for each in parts), _OR
        case All(parts=parts):
            return " and ".join(_write(each, _NOT) for each in parts), _AND
        case Not(of=of):
            return f"not {_write(of, _NOT)}", _NOT
        case Held(of=of, span=span):
            return f"{_write(of, _HELD)} for {_span(span)}", _HELD
        case Arithmetic() | Negative():
            return _arithmetic(node)
        case Past(of=of, bars=bars):
            return f"{_write(of, _ATOM)}[{bars}]", _ATOM
        case Reading() | Choosing() | Number() | Span() | Text() | ClockTime():
            return _atom(node), _ATOM
        case _:
            return _claim(node), _CLAIM


def _claim(node: Node) -> str:
    match node:
        case Comparison(relation=relation, left=left, right=right):
            return f"{_write(left, _SUM)} {relation} {_write(right, _SUM)}"
        case Crossing(way=way, left=left, right=right):
            return f"{_write(left, _SUM)} {_WAYS[way]} {_write(right, _SUM)}"
        case Touch(target=target):
            return f"price hits {_write(target, _SUM)}"
        case Within(of=of, band=band, target=target):
            return f"{_write(of, _SUM)} within {_write(band, _SUM)} of {_write(target, _SUM)}"
        case Between(of=of, low=low, high=high):
            return f"{_write(of, _SUM)} between {_write(low, _SUM)} and {_write(high, _SUM)}"
        case DayTime(start=start, end=end):
            return _hours(start, end)
        case OnDays(days=days):
            return f"on {', '.join(DAYS[day] for day in days)}"
        case _:
            return _story(node)


def _story(node: Node) -> str:
    """A claim about more than one bar."""
    match node:
        case Tested(level=level, times=times, band=band):
            within = "" if band is None else f" within {_write(band, _SUM)}"
            return f"price tested {_write(level, _SUM)} {times} times{within}"
        case Moved(move=move, of=of, by=by, span=span):
            return f"{_write(of, _SUM)} {move} by {_write(by, _SUM)} in {_span(span)}"
        case _:
            raise TypeError(node)


def _hours(start: ClockTime | None, end: ClockTime | None) -> str:
    if start is None or end is None:
        return f"before {_clock(end)}" if end else f"after {_clock(start)}"
    return f"between {_clock(start)} and {_clock(end)}"


def _arithmetic(node: Arithmetic | Negative) -> tuple[str, int]:
    if isinstance(node, Negative):
        return f"-{_write(node.of, _SIGNED)}", _SIGNED
    if node.sign in ("+", "-"):
        return f"{_write(node.left, _SUM)} {node.sign} {_write(node.right, _PRODUCT)}", _SUM
    return f"{_write(node.left, _PRODUCT)} {node.sign} {_write(node.right, _SIGNED)}", _PRODUCT


def _atom(node: Reading | Choosing | Number | Span | Text | ClockTime) -> str:
    match node:
        case Reading():
            return _reading(node)
        case Choosing(name=name, values=values):
            return f"{name}({', '.join(_write(each, _OR) for each in values)})"
        case Number():
            return _number(node)
        case Span():
            return _span(node)
        case Text(text=text):
            return f'"{text}"'
        case ClockTime():
            return _clock(node)


def _reading(node: Reading) -> str:
    part = f".{node.part}" if node.part else ""
    return f"{node.word.name}{settings_of(node)}{part}"


def settings_of(node: Reading) -> str:
    """What stands in parentheses; nothing where all is as it would be without."""
    given: list[str] = []
    if node.of is not None and not _is_default(node):
        given.append(_write(node.of, _OR))
    settings = [_setting(each) for each in node.settings]
    if node.word.role is not Role.INDICATOR:
        defaults = [each.default and _setting(default_of(each)) for each in node.word.parameters]
        settings = [] if settings == defaults else settings
    given += settings
    if node.timeframe:
        given.append(str(node.timeframe))
    return f"({', '.join(given)})" if given else ""


def _is_default(node: Reading) -> bool:
    of = node.of
    return (
        isinstance(of, Reading)
        and of.word.name == node.word.source
        and not (of.settings or of.part or of.timeframe)
    )


def setting_text(setting: Setting) -> str:
    """One setting as it is given: a text without its quotes."""
    return setting.text if isinstance(setting, Text) else _atom(setting)


def _setting(setting: Setting) -> str:
    return _atom(setting)


def _number(node: Number) -> str:
    digits = plain(node.value)
    if node.unit == "$":
        return f"${digits}"
    return f"{digits} shares" if node.unit == "shares" else f"{digits}{node.unit}"


def plain(value: Decimal) -> str:
    """Plain digits without trailing zeros."""
    return f"{value.normalize() + 0:f}"


def _span(span: Span) -> str:
    if span.unit != "bars":
        return f"{span.count}{span.unit}"
    return "1 bar" if span.count == 1 else f"{span.count} bars"


def _clock(time: ClockTime | None) -> str:
    if time is None:
        return ""
    return f"{time.seconds // 3600}:{time.seconds // 60 % 60:02} {_ZONE_NAMES[time.zone]}"
