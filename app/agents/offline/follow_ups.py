"""Messages that vary what was asked before: "same for dia", "make it 15 minutes", "and yesterday?"."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.agents.offline.asking import level_calls, quote_calls, status_calls
from app.agents.offline.chart_words import family_of, hidden_families, zoom_of
from app.agents.offline.charting import chart_calls, extended_hours, without_levels
from app.agents.offline.clauses import Clause
from app.agents.offline.dates import calendar_of, today_of
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call, Frame
from app.agents.offline.profile_words import VISIBLE, drawn_profile
from app.agents.offline.wishes import Wish
from app.market import calendar

_FRAMED = ("show_chart", "get_indicators")
_VARIES = frozenset({Kind.TIMEFRAME, Kind.SCALE, Kind.DAY, Kind.TIME, Kind.PIVOT})


def follow_up(wish: Wish, frame: Frame, now: datetime) -> list[Call]:
    """The calls of the last answer, varied; empty if the message stands on its own."""
    clause = wish.clause
    drawn = _redrawn(clause, frame)
    if drawn is not None:
        return [drawn]
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
    calls = _same_for(clause.values(Kind.SYMBOL), frame) or list(frame.calls)
    return [call for each in calls if (call := _varied(each, clause, now)) is not None]


_ADDS = re.compile(r"\b(?:add|with|include|overlay|draw|put|plot|show)\b")
_OFF = re.compile(
    r"\b(?:turn|switch|take|shut) (?:off|away) .*\b(?:levels?|lines?)\b|\b(?:turn|switch|take|shut) .*\b(?:levels?|lines?) (?:off|away|out)\b"
    r"|\b(?:lose|kill|clear|hide|drop|remove|delete|get rid of|without|no)\b.*\b(?:levels?|lines?)\b"
)
_ON = re.compile(
    r"\b(?:turn|switch|put|bring|get|show|add|draw|with|include|want)\b.*\b(?:levels|lines)\b(?: (?:back(?: on)?|again|on))?$"
    r"|^(?:and )?(?:levels|lines) (?:back|on|too|please|again)\b"
)


_BARE_AVERAGE = re.compile(
    r"^(?:and |now |also |please |can you )*(?:add|overlay|draw|plot|include|with) (?:the )?(\d{1,3}(?:(?: and |, | & )(?:the )?\d{1,3})*)(?: too| as well| please)*$"
)


def _names_another(clause: Clause) -> bool:
    """Whether a symbol is named; "zoom to today" does not mean Zoom."""
    is_zoom = clause.text.lower().lstrip().startswith("zoom ")
    symbols = clause.values(Kind.SYMBOL)
    return bool(symbols) and not (is_zoom and symbols == ["ZM"])


def _redrawn(clause: Clause, frame: Frame) -> Call | None:
    """The chart of the last answer with lines added or taken away; None if it is not about it."""
    if not frame.calls or frame.calls[-1].name != "show_chart" or _names_another(clause):
        return None
    last = frame.calls[-1]
    changed = _changed(clause, last)
    if changed is not None:
        return changed
    if without_levels(clause) or _OFF.search(clause.plain):
        return last.having(levels=False)
    if _ADDS.search(clause.plain) and extended_hours(clause):
        return last.having(extended=True)
    if clause.of(Kind.AVERAGE) and _ADDS.search(clause.plain):
        drawn = [*last.arguments.get("averages", ()), *clause.values(Kind.AVERAGE)]
        return last.having(averages=list(dict.fromkeys(drawn)))
    periods = _BARE_AVERAGE.search(clause.plain.strip(" ?!."))
    if periods is not None:
        added = [f"sma{period}" for period in re.findall(r"\d+", periods[1])]
        return last.having(
            averages=list(dict.fromkeys([*last.arguments.get("averages", ()), *added]))
        )
    if _ON.search(clause.plain.strip(" ?!.")):
        return last.having(levels=True)
    return None


_ZOOMS = re.compile(
    r"\b(?:zoom|scroll|focus|narrow|go back|show (?:me )?(?:just|only)|just|only)\b"
)
_MARK = re.compile(
    r"\b(?:mark|draw (?:a )?lines? at|put (?:a )?lines? at|add (?:a )?lines? at|line at|flag|note|highlight)\b[^\d]*(?P<prices>[\d.,]+(?:(?: and |, | & )\$?[\d.,]+)*)"
)
_UNMARK = re.compile(
    r"\b(?:remove|clear|delete|drop|erase|lose)\b.*\b(?:marks?|marked lines?|my lines?)\b"
)
_SHOWS_FAMILY = re.compile(
    r"\b(?:show|add|with|bring back|draw|put)\b(?: the| a)* (?:\w+ ){0,2}?(pivots?|vwap|(?:volume )?profiles?|value areas?|poc)\b"
)
_NO_AVERAGES = re.compile(
    r"\b(?:remove|clear|drop|hide|delete|lose|take off|without|no)\b.*\b(?:averages?|mas|smas|emas)\b"
)


def _changed(clause: Clause, last: Call) -> Call | None:
    """The chart with another zoom, other families of levels or other marks."""
    low = clause.text.lower().strip(" ?!.")
    hidden = list(last.arguments.get("hide", ()))
    hides, shows = hidden_families(low), _SHOWS_FAMILY.search(low)
    if hides:
        profile = None if "profile" in hides else last.arguments.get("profile")
        return last.having(hide=list(dict.fromkeys([*hidden, *hides])), profile=profile)
    if shows:
        return _with_family(family_of(shows[1]), low, last)
    if _UNMARK.search(low):
        return last.having(marks=None)
    if _NO_AVERAGES.search(low):
        return last.having(averages=None)
    marked = _MARK.search(low)
    if marked is not None:
        prices = [
            each.replace(",", "").rstrip(".") for each in re.findall(r"[\d.,]*\d", marked["prices"])
        ]
        return last.having(marks=list(dict.fromkeys([*last.arguments.get("marks", ()), *prices])))
    zoom = zoom_of(low)
    if zoom and (_ZOOMS.search(low) or clause.is_bare):
        return last.having(zoom=zoom)
    return None


def _with_family(family: str, low: str, last: Call) -> Call:
    """The chart with a family of levels that was left out, or with the volume profile."""
    hidden = [each for each in last.arguments.get("hide", ()) if each != family] or None
    if family == "profile":
        return last.having(hide=hidden, profile=drawn_profile(low) or VISIBLE)
    return last.having(levels=None, hide=hidden)


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
