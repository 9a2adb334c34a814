"""Charts in a trader's words: their bars, their lines, how far back, and what lies beside them."""

import re
from datetime import datetime
from typing import Any

from app.agents.offline.asking import closing, timeframe_of
from app.agents.offline.chart_words import (
    hidden_families,
    marked_prices,
    shown_alone,
    shown_families,
    without_zoom,
    zoom_of,
)
from app.agents.offline.clauses import Clause
from app.agents.offline.comparing import compares_over_time
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call
from app.agents.offline.profile_words import drawn_profile, without_profile

_NO_LEVELS = re.compile(
    r"\b(?:without|no|hide|minus|w/o|remove|drop)(?: the| any| key)* levels?\b|\b(?:clean|naked|plain|bare) (?:\w+ )?(?:chart|candles)\b"
)
_EXTENDED = re.compile(
    r"\b(?:pre-?market|after[- ]?hours|post-?market|extended|overnight|pre and post)\b"
)


def without_levels(clause: Clause) -> bool:
    """Whether a chart without levels is asked for."""
    return bool(_NO_LEVELS.search(clause.plain))


def extended_hours(clause: Clause) -> bool:
    """Whether premarket or after hours are to be on the chart."""
    return bool(_EXTENDED.search(clause.plain))


_BESIDE = re.compile(
    r"\b(?:compare[sd]?|comparison|versus|vs\.?|against|next to|alongside|overlay|relative to|beside)\b"
)
_FRAMES_OF_ZOOMS = {"today": "5m", "week": "15m"}
_OF_BARS = re.compile(r"\b(?:weekly|monthly|(?:1|one)[ -]?(?:week|month|w|mo))\b")
_FRAME_OF = {"d": "1d", "w": "1w", "m": "1mo"}
_UNIT = r"(?:days?|daily|d|dma|weeks?|weekly|wks?|w|months?|monthly)"
_LENGTHS = rf"\d{{1,3}}(?:[ -]?{_UNIT})?(?:(?:,? and (?:the )?|, (?:the )?| & |/)\d{{1,3}}(?:[ -]?{_UNIT})?)*"
_MA = r"(?:simple |exponential )?(?:[es]?mas?|(?:moving )?averages?)"
_NAMED_BARS = re.compile(
    rf"(?<![\d.$])(?P<lengths>{_LENGTHS})[ -]?(?P<unit>{_UNIT})\b(?! (?:chart|bars?|candles?|view|highs?|lows?|range|open)\b)"
    rf"|(?<![\d.$])(?P<after>{_LENGTHS})[ -]?{_MA},? (?:of |on (?:the )?)?(?P<behind>daily|days|weekly|weeks|monthly|months)\b(?! (?:chart|bars?|candles?))"
    rf"|\b(?P<before>daily|weekly|monthly) (?P<list>{_LENGTHS})[ -]?{_MA}\b"
)
_ONE = re.compile(rf"(\d{{1,3}})(?:[ -]?({_UNIT}))?(?![\d.])")
_SHORTEST = 3
"""Below it a number with a unit is a length of bars: `1w`."""


def drawn_averages(clause: Clause, timeframe: str) -> list[str]:
    """Averages for a chart of `timeframe` bars: "the 200 day" on minutes is `sma200@1d`."""
    names = clause.values(Kind.AVERAGE)
    low = without_profile(without_zoom(clause.text.lower()))
    for match in _NAMED_BARS.finditer(low):
        lengths = match["lengths"] or match["after"] or match["list"]
        unit = match["unit"] or match["behind"] or match["before"]
        for length, own in _ONE.findall(lengths):
            if int(length) < _SHORTEST:
                continue
            plain = next((name for name in names if name[3:] == length), f"sma{length}")
            spelled = own_average(plain, timeframe, _FRAME_OF[(own or unit)[0]])
            names = [each for each in names if each != plain] + [spelled]
    return list(dict.fromkeys(names))


def own_average(name: str, timeframe: str, own: str = "1d") -> str:
    """An average of `own` bars as a chart of `timeframe` bars spells it."""
    return name if own == timeframe else f"{name}@{own}"


_LONG = ("1d", "1w", "1mo")
_OF_MINUTES = ("1m", "5m")


def fitting(call: Call) -> Call:
    """The chart with bars that its zoom can hold and show; averages stay those of the same bars."""
    zoom, frame = call.arguments.get("zoom"), str(call.arguments.get("timeframe", "5m"))
    if zoom == "today" and frame in _LONG:
        return _on_bars(call, frame, "5m")
    if zoom == "week" and frame in ("1w", "1mo"):
        return _on_bars(call, frame, "15m")
    is_long = zoom in ("quarter", "half", "ytd", "year", "all") and frame not in _LONG
    if is_long or (zoom == "month" and frame in _OF_MINUTES):
        return _on_bars(call, frame, "1d")
    return call


def _on_bars(call: Call, before: str, timeframe: str) -> Call:
    spelled = []
    for name in call.arguments.get("averages", ()):
        plain, _, own = str(name).partition("@")
        own = own or (before if before in _LONG else "")
        spelled.append(f"{plain}@{own}" if own and own != timeframe else plain)
    return call.having(timeframe=timeframe, averages=list(dict.fromkeys(spelled)) or None)


def chart_calls(clause: Clause, symbols: list[str], now: datetime) -> list[Call]:
    """A chart of each symbol, or of the first with the others beside it."""
    low = clause.text.lower()
    beside = symbols[1:] if _BESIDE.search(low) or compares_over_time(clause) else []
    drawn = _drawn(clause, low)
    return [
        Call(
            "show_chart",
            {
                "symbol": symbol,
                **drawn,
                **({"compare": beside} if beside else {}),
                **closing(clause, symbol, now),
            },
        )
        for symbol in (symbols[:1] if beside else symbols)
    ]


def _drawn(clause: Clause, low: str) -> dict[str, Any]:
    """What a chart is to show, as arguments; nothing where nothing is said."""
    zoom = zoom_of(without_profile(low))
    hidden = hidden_families(low)
    frame = timeframe_of(clause)
    if zoom and (not frame or (frame in ("1w", "1mo") and not _OF_BARS.search(low))):
        frame = _FRAMES_OF_ZOOMS.get(zoom, "1d")
    wanted = {
        "timeframe": frame,
        "levels": False if without_levels(clause) or shown_alone(low) else None,
        "hide": hidden,
        "show": shown_families(low),
        "profile": "" if "profile" in hidden else drawn_profile(low),
        "averages": drawn_averages(clause, frame or "5m"),
        "marks": marked_prices(low),
        "zoom": zoom,
        "extended": extended_hours(clause) or None,
    }
    return {name: value for name, value in wanted.items() if value or value is False}
