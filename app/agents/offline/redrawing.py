"""Messages about the chart that is open: "zoom to today", "hide pivots", "mark 5930", "add intel".

Decided: the chart that a thread drew last stays open beside it, so that what only a chart can do is
done to it whatever was asked in between. What an answer could do as well ("show vwap") goes to the
chart only if the chart was the last answer.
"""

import re
from dataclasses import dataclass
from typing import Any

from app.agents.offline import replies
from app.agents.offline.chart_words import (
    ZOOMS,
    family_of,
    hidden_families,
    marked_prices,
    shown_alone,
    without_zoom,
    zoom_of,
)
from app.agents.offline.charting import (
    drawn_averages,
    extended_hours,
    fitting,
    without_levels,
)
from app.agents.offline.clauses import Clause, is_filler
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call, Frame
from app.agents.offline.profile_words import VISIBLE, drawn_profile


@dataclass(frozen=True, slots=True)
class Redrawn:
    """The chart as it is to be now, or why it stays as it is."""

    call: Call | None
    said: str = ""


_LEAD = re.compile(
    r"^(?:(?:and|now|ok|okay|also|please|pls|then|so|but|can you|could you|would you|let's|coach|just|on the chart),? )+"
)
_AWAY = r"(?:hide|remove|drop|lose|kill|delete|erase|clear|unmark|undraw|without|no(?: more)?|minus|get rid of|(?:turn|switch|take) (?:off|away|out))"
_TAKES = re.compile(rf"^{_AWAY}\b|^(?:turn|switch|take|shut)\b.*\b(?:off|away|out)$")
_COMMANDS = re.compile(
    rf"^(?:zoom|{_AWAY}|mark|unhide|bring back|overlay|(?:put|draw|add|drop|place) (?:a |another |two |some )?(?:horizontal )?lines?|add|draw|plot)\b"
    r"|^(?:turn|switch|take|shut)\b.*\b(?:off|away|out|on)$"
)
_ZOOM = re.compile(
    r"\b(?:zoom|scroll|focus|narrow|go back|show (?:me )?(?:just|only)|just|only|make it|switch to|change to|look at)\b"
)
_OF_ZOOM = re.compile(
    r"\b(?:zoom|scroll|focus|narrow|show|only|chart|window|range|view|period|to|back|look|back)\b"
)
_ADDS = re.compile(r"\b(?:add|with|include|overlay|draw|put|plot|show)\b")
_LEVELS_OFF = re.compile(
    r"\b(?:turn|switch|take|shut) (?:off|away) .*\b(?:levels?|lines?)\b|\b(?:turn|switch|take|shut) .*\b(?:levels?|lines?) (?:off|away|out)\b"
    r"|\b(?:lose|kill|clear|hide|drop|remove|delete|get rid of|without|no)\b.*\b(?:levels?|lines?)$"
)
_LEVELS_ON = re.compile(
    r"\b(?:turn|switch|put|bring|get|show|add|draw|with|include|want|unhide)\b.*\b(?:levels|lines|everything)\b(?: (?:back(?: on)?|again|on))?$"
    r"|^(?:levels|lines) (?:back|on|too|please|again)\b|^all (?:the |its |key )?(?:levels|lines)\b"
)
_FAMILY = r"(pivots?|vwap|(?:volume )?profiles?|value areas?|poc)"
_SHOWS_FAMILY = re.compile(
    rf"\b(?:show|add|with|bring back|draw|put|unhide|overlay|plot|only|just)\b(?: the| a)* (?:\w+ ){{0,2}}?{_FAMILY}\b"
)
_BACK = re.compile(r"\b(?:again|back|unhide)\b")
_MARKS = re.compile(r"\b(?:marks?|marked lines?|my lines?|marked prices?)\b")
_AVERAGES = re.compile(r"\b(?:averages?|mas|smas|emas)\b")
_BARE_AVERAGE = re.compile(
    r"^(?:add|overlay|draw|plot|include|with|show) (?:the )?(\d{1,3}(?:(?: and |, | & )(?:the )?\d{1,3})*)(?: too| as well| please)*$"
)
_MARKS_LEVEL = re.compile(r"^(?:mark|highlight|flag|draw|put (?:a )?line (?:at|on))\b")
_LENGTH = re.compile(r"(?<![\d.,])\d{1,3}(?![\d.,]*\d)")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_EDGE = re.compile(
    r"\b(?:minutes?|mins?|hours?|hrs?|open|morning|afternoon|close|bell|now|bars?|candles?)\b"
)
_CLOSER = re.compile(
    r"^zoom(?: it)?(?: (?:in|closer|way in))?(?: (?:a bit|a little|more|further|again|please))*$"
)
_FARTHER = re.compile(r"^zoom(?: it)? (?:way |further )?out(?: (?:a bit|a little|more|further|again|please))*$")  # fmt: skip
_JOINS = re.compile(
    r"\b(?:add|overlay|include|compare[ds]?|against|versus|vs\.?|next to|alongside|beside|on top|throw in|lay|it)\b"
)


def redrawn(clause: Clause, frame: Frame) -> Redrawn | None:
    """What becomes of the open chart; None if the message is not about it."""
    low = _LEAD.sub("", clause.text.lower().strip(" ?!.,"))
    is_command = bool(_COMMANDS.match(low))
    last = frame.chart
    if last is None:
        return _without_a_chart(clause, low, frame) if is_command else None
    others = [symbol for symbol in clause.values(Kind.SYMBOL) if symbol != last.symbol]
    if others or (_TAKES.match(low) and clause.of(Kind.SYMBOL)):
        return _beside(clause, low, frame, last) if frame.shows_chart else None
    if not (frame.shows_chart or is_command):
        return None
    for change in (_hidden, _shown, _taken, _marked, _zoomed, _drawn):
        found = change(clause, low, last)
        if found is not None:
            return found
    return None


def _without_a_chart(clause: Clause, low: str, frame: Frame) -> Redrawn | None:
    """A chart of what was talked about, or that there is none."""
    if clause.of(Kind.SYMBOL) or not (low.startswith("zoom") or hidden_families(low)):
        return None
    if not low.startswith("zoom") or not frame.symbols:
        return Redrawn(None, replies.NO_CHART)
    return _zoomed(clause, low, Call("show_chart", {"symbol": frame.symbols[0]}))


def _hidden(_: Clause, low: str, last: Call) -> Redrawn | None:
    """Without families of levels, or without any."""
    families = hidden_families(low)
    if families:
        hide = list(dict.fromkeys([*last.arguments.get("hide", ()), *families]))
        show = [each for each in last.arguments.get("show", ()) if each not in families]
        profile = None if "profile" in families else last.arguments.get("profile")
        return Redrawn(last.having(hide=hide, show=show or None, profile=profile))
    return None


def _shown(_: Clause, low: str, last: Call) -> Redrawn | None:
    """With a family that was left out or asked for, or with the volume profile."""
    shows = _SHOWS_FAMILY.search(low)
    if shows is None:
        return None
    family = family_of(shows[1])
    hide = [each for each in last.arguments.get("hide", ()) if each != family]
    if family == "profile":
        return Redrawn(last.having(hide=hide or None, profile=drawn_profile(low) or VISIBLE))
    if shown_alone(low):
        return Redrawn(last.having(hide=hide or None, show=[family], levels=False))
    show = list(last.arguments.get("show", ()))
    is_back = _BACK.search(low) and family in last.arguments.get("hide", ())
    if not is_back and family not in show:
        show.append(family)
    return Redrawn(last.having(hide=hide or None, show=show or None))


def _taken(clause: Clause, low: str, last: Call) -> Redrawn | None:
    """Without marks or averages: all of them, or those that are named by their number."""
    if not _TAKES.match(low):
        return None
    marks = [str(each) for each in last.arguments.get("marks", ())]
    averages = [str(each) for each in last.arguments.get("averages", ())]
    prices = {each.replace(",", "") for each in _NUMBER.findall(low)}
    if prices & set(marks):
        left = [each for each in marks if each not in prices]
        return Redrawn(last.having(marks=left or None, mark_names=None))
    if _MARKS.search(low):
        return Redrawn(last.having(marks=None, mark_names=None))
    if _AVERAGES.search(low) and not prices:
        return Redrawn(last.having(averages=None))
    named = {name[:3] for name in clause.values(Kind.AVERAGE)} if "ema" in low else set()
    lengths = {
        length for name in clause.values(Kind.AVERAGE) for length in _LENGTH.findall(name[3:])
    }
    lengths |= set(_LENGTH.findall(low))
    if lengths:
        kept = [
            each
            for each in averages
            if each.partition("@")[0][3:] not in lengths or (named and each[:3] not in named)
        ]
        if kept != averages:
            return Redrawn(last.having(averages=kept or None))
        return Redrawn(None, replies.NO_SUCH_LINE)
    if without_levels(clause) or _LEVELS_OFF.search(low):
        return Redrawn(last.having(levels=False, show=None))
    return None


def _marked(clause: Clause, low: str, last: Call) -> Redrawn | None:
    """With prices marked; a level that is named is a line of the chart."""
    prices = marked_prices(low)
    if prices:
        marks = dict.fromkeys([*last.arguments.get("marks", ()), *prices])
        return Redrawn(last.having(marks=list(marks)))
    names = clause.values(Kind.LEVEL)
    if names and _MARKS_LEVEL.match(low):
        return Redrawn(
            last.having(levels=None), replies.LEVEL_IS_DRAWN.format(names=" and ".join(names))
        )
    return None


def _zoomed(clause: Clause, low: str, last: Call) -> Redrawn | None:
    """Looking nearer or farther back."""
    zoom = zoom_of(low)
    if zoom:
        rest = _OF_ZOOM.sub(" ", without_zoom(low))
        if _ZOOM.search(low) or clause.is_bare or is_filler(rest):
            return Redrawn(fitting(last.having(zoom=zoom)))
        return None
    if not low.startswith("zoom") or (clause.is_bare and clause.of(Kind.SCALE)):
        return None
    if _FARTHER.match(low) or _CLOSER.match(low):
        return Redrawn(fitting(last.having(zoom=_beyond(last, is_out=bool(_FARTHER.match(low))))))
    if clause.of(Kind.TIME, Kind.TIMEFRAME) or _EDGE.search(low):
        return Redrawn(fitting(last.having(zoom="today")), replies.NEAREST_ZOOM)
    if clause.of(Kind.DAY):
        return Redrawn(fitting(last.having(zoom="week")), replies.NEAREST_ZOOM)
    return Redrawn(None, replies.WHICH_ZOOM)


def _beyond(last: Call, *, is_out: bool) -> str:
    """The next zoom; a chart without one shows a few sessions of minutes, or months of days."""
    frame = str(last.arguments.get("timeframe", "5m"))
    opened = "half" if frame in ("1d", "1w", "1mo") else "today" if is_out else "week"
    now = str(last.arguments.get("zoom") or opened).replace("ytd", "year")
    place = ZOOMS.index(now) + (1 if is_out else -1)
    return ZOOMS[min(max(place, 0), len(ZOOMS) - 1)]


def _drawn(clause: Clause, low: str, last: Call) -> Redrawn | None:
    """With averages, extended hours, or all levels."""
    frame = str(last.arguments.get("timeframe", "5m"))
    if _ADDS.search(low) and extended_hours(clause):
        return Redrawn(last.having(extended=True))
    added: list[str] = []
    if _ADDS.search(low) and (periods := _BARE_AVERAGE.search(low)):
        added = [f"sma{period}" for period in _LENGTH.findall(periods[1])]
    elif _ADDS.search(low):
        added = drawn_averages(clause, frame)
    if added:
        return Redrawn(last.having(averages=_joined(last.arguments, "averages", added)))
    if without_levels(clause) or _LEVELS_OFF.search(low):
        return Redrawn(last.having(levels=False, show=None))
    if _LEVELS_ON.search(low):
        return Redrawn(last.having(levels=True, hide=None))
    return None


def _joined(arguments: Any, name: str, added: list[str]) -> list[str]:
    return list(dict.fromkeys([*arguments.get(name, ()), *added]))


def _beside(clause: Clause, low: str, frame: Frame, last: Call) -> Redrawn | None:
    """With another symbol beside it, or without one of those that are there."""
    named = clause.values(Kind.SYMBOL)
    drawn = [last.symbol, *last.arguments.get("compare", ())]
    if {mention.kind for mention in clause.mentions} - {Kind.SYMBOL, Kind.SCALE}:
        return None
    if _TAKES.match(low):
        kept = [symbol for symbol in drawn if symbol not in named]
        if kept == drawn or not kept:
            return None
        return Redrawn(last.having(symbol=kept[0], compare=kept[1:] or None))
    joins = _JOINS.search(low) or len(drawn) > 1
    rest = _JOINS.sub(" ", without_zoom(clause.masked))
    if not joins or not is_filler(re.sub(r"\b(?:stock|scale|chart)\b", " ", rest)):
        return None
    beside = [*drawn[1:], *(each for each in named if each not in drawn)]
    zoom = zoom_of(low) or last.arguments.get("zoom")
    return Redrawn(fitting(last.having(compare=beside, zoom=zoom)))
