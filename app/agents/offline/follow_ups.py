"""Messages that vary what was asked before: "same for dia", "make it 15 minutes", "and yesterday?"."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.agents.offline.asking import level_calls, quote_calls, status_calls
from app.agents.offline.charting import chart_calls
from app.agents.offline.clauses import Clause
from app.agents.offline.dates import calendar_of, today_of
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call, Frame
from app.agents.offline.wishes import Wish
from app.market import calendar

_FRAMED = ("show_chart", "get_indicators")
_VARIES = frozenset({Kind.TIMEFRAME, Kind.SCALE, Kind.DAY, Kind.TIME, Kind.PIVOT})


def follow_up(wish: Wish, frame: Frame, now: datetime) -> list[Call]:
    """The calls of the last answer, varied; empty if the message stands on its own."""
    clause = wish.clause
    stepped = _stepped(clause, frame, now) or _other_side(clause, frame)
    if stepped:
        return stepped
    kinds = {mention.kind for mention in clause.mentions}
    if not frame.calls or not clause.is_bare or not kinds:
        return []
    if kinds == {Kind.SYMBOL} and wish.intent is Intent.NONE:
        return _same_for(clause.values(Kind.SYMBOL), frame)
    if not kinds <= _VARIES | {Kind.SYMBOL}:
        return []
    if kinds == {Kind.TIMEFRAME} and (chart := _open_chart(frame)):
        return [varied for each in [chart] if (varied := _varied(each, clause, now)) is not None]
    calls = _same_for(clause.values(Kind.SYMBOL), frame) or list(frame.calls)
    return [call for each in calls if (call := _varied(each, clause, now)) is not None]


def _open_chart(frame: Frame) -> Call | None:
    """The chart that a length of bars is meant for, where nothing of the last answer has bars."""
    has_bars = any(call.name in _FRAMED for call in frame.calls)
    chart = frame.chart
    return None if has_bars or chart is None or chart.symbol not in frame.symbols else chart


_STEP = re.compile(
    r"\b(?:the )?(?:trading )?(?:day|session|one) (before|after|prior)(?: that)?$|\b(?:a|one) (?:day|session) (earlier|later|before)$"
)


def _stepped(clause: Clause, frame: Frame, now: datetime) -> list[Call]:
    """ "And the day before?": quotes and maps of the session beside the one that was asked for."""
    step = _STEP.search(clause.plain.strip(" ?!."))
    if step is None or clause.mentions:
        return []
    is_back = (step[1] or step[2]) not in ("after", "later")
    return [
        call.having(date=_beside(call, now, is_back=is_back).isoformat(), as_of=None)
        for call in frame.calls
        if call.name in ("get_quote", "get_key_levels")
    ]


def _beside(call: Call, now: datetime, *, is_back: bool) -> date:
    """The session before or after the one a call was about."""
    exchange = calendar_of(call.symbol)
    named = call.arguments.get("date")
    day = date.fromisoformat(str(named)) if named else today_of(now, call.symbol)
    noon = datetime.combine(day, time(17), tzinfo=UTC)
    if is_back:
        return calendar.previous_session(calendar.latest_session(noon, exchange)).date
    return calendar.current_session(noon + timedelta(days=1), exchange).date


_OTHER = {"high": "H", "low": "L", "close": "C"}


def _other_side(clause: Clause, frame: Frame) -> list[Call]:
    """ "What about the low" after a high: its counterpart."""
    part = re.search(r"(?:^|^.*\b(?:the|its|and) )(high|low|close)$", clause.plain.strip(" ?!."))
    last = frame.calls[-1] if frame.calls else None
    if part is None or last is None or last.name != "get_key_levels" or clause.mentions:
        return []
    names = [str(name) for name in last.arguments.get("names", ())]
    sided = [name[:-1] + _OTHER[part[1]] for name in names if name[-1] in "HLC" and len(name) > 2]
    return [last.having(names=list(dict.fromkeys(sided)))] if sided else []


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
