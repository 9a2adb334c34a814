"""Messages that vary what was asked before: "same for dia", "make it 15 minutes", "and yesterday?"."""

import re
from datetime import datetime
from typing import Any

from app.agents.offline.asking import (
    chart_calls,
    extended_hours,
    level_calls,
    quote_calls,
    status_calls,
    without_levels,
)
from app.agents.offline.clauses import Clause
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call, Frame
from app.agents.offline.reading import Wish

_FRAMED = ("show_chart", "get_indicators")
_VARIES = frozenset({Kind.TIMEFRAME, Kind.SCALE, Kind.DAY, Kind.TIME, Kind.PIVOT})


def follow_up(wish: Wish, frame: Frame, now: datetime) -> list[Call]:
    """The calls of the last answer, varied; empty if the message stands on its own."""
    clause = wish.clause
    drawn = _redrawn(clause, frame)
    if drawn is not None:
        return [drawn]
    kinds = {mention.kind for mention in clause.mentions}
    if not frame.calls or not clause.is_bare or not kinds:
        return []
    if kinds == {Kind.SYMBOL} and wish.intent is Intent.NONE:
        return _same_for(clause.values(Kind.SYMBOL), frame)
    if not kinds <= _VARIES | {Kind.SYMBOL}:
        return []
    calls = _same_for(clause.values(Kind.SYMBOL), frame) or list(frame.calls)
    return [call for each in calls if (call := _varied(each, clause, now)) is not None]


_ADDS = re.compile(r"\b(?:add|with|include|overlay|draw|put|plot|show)\b")
_TAKES_LEVELS_AWAY = re.compile(
    r"\b(?:turn|switch|take) (?:off |away )?(?:all |the |those )*(?:levels?|lines)(?: off| away)?\b"
)
_ABOUT_LEVELS = re.compile(r"\blevels?\b")


def _redrawn(clause: Clause, frame: Frame) -> Call | None:
    """The chart of the last answer with lines added or taken away; None if it is not about it."""
    if not frame.calls or frame.calls[-1].name != "show_chart" or clause.of(Kind.SYMBOL):
        return None
    last = frame.calls[-1]
    if without_levels(clause) or _TAKES_LEVELS_AWAY.search(clause.plain):
        return last.having(levels=False)
    if _ADDS.search(clause.plain) and extended_hours(clause):
        return last.having(extended=True)
    if clause.of(Kind.AVERAGE) and _ADDS.search(clause.plain):
        drawn = [*last.arguments.get("averages", ()), *clause.values(Kind.AVERAGE)]
        return last.having(averages=list(dict.fromkeys(drawn)))
    if _ABOUT_LEVELS.search(clause.plain) and re.match(r"(?:add|with|put|include)\b", clause.plain):
        return last.having(levels=True)
    return None


def _same_for(symbols: list[str], frame: Frame) -> list[Call]:
    """Each kind of the last calls for each new symbol."""
    shapes: list[Call] = []
    for call in frame.calls:
        shape = call.having(symbol=None)
        if call.symbol and shape not in shapes:
            shapes.append(shape)
    return [
        Call(shape.name, {"symbol": symbol, **shape.arguments})
        for symbol in symbols
        for shape in shapes
    ]


def _varied(call: Call, clause: Clause, now: datetime) -> Call | None:
    """One call under the new timeframe, day or method; None if it cannot take it."""
    frames = [*clause.values(Kind.TIMEFRAME), *clause.values(Kind.SCALE)]
    if call.name in _FRAMED:
        changes: dict[str, Any] = {"timeframe": frames[0].removeprefix("last ")} if frames else {}
        when = chart_calls(clause, [call.symbol], now)[0].arguments.get("as_of")
        return call.having(**changes, **({"as_of": when} if when else {}))
    if call.name == "get_key_levels":
        varied = level_calls(clause, [call.symbol], now)[-1].arguments
        back_to_day = {"period": None} if "1d" in frames else {}
        moved = {"date": None, "as_of": None} if clause.of(Kind.DAY, Kind.TIME) else {}
        return call.having(**moved, **back_to_day).having(**varied)
    if call.name == "get_quote":
        if frames:
            return chart_calls(clause, [call.symbol], now)[0]
        return quote_calls(clause, [call.symbol], now)[0]
    if call.name == "get_market_status":
        return status_calls(clause, [call.symbol] if call.symbol else [], now)[0]
    return None
