"""Charts in a trader's words: their bars, their lines, how far back, and what lies beside them."""

import re
from datetime import datetime
from typing import Any

from app.agents.offline.asking import closing, timeframe_of
from app.agents.offline.chart_words import hidden_families, without_zoom, zoom_of
from app.agents.offline.clauses import Clause
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
    r"\b(?:compare[sd]?|comparison|versus|vs\.?|against|next to|alongside|overlay|relative to)\b"
)
_FRAMES_OF_ZOOMS = {"today": "5m", "week": "15m"}
_OF_BARS = re.compile(r"\b(?:weekly|monthly|(?:1|one)[ -]?(?:week|month|w|mo))\b")
_LONG = {"day": "1d", "daily": "1d", "week": "1w", "weekly": "1w", "month": "1mo", "monthly": "1mo"}
_NAMED_BARS = re.compile(
    r"\b(?:(?P<one>\d{1,3})(?:(?: and |, | & |/)(?:the )?(?P<two>\d{1,3}))?)[ -]?(?P<unit>day|daily|week|weekly|month|monthly)s?\b(?! (?:chart|bars?|candles?|view)\b)"
)


def drawn_averages(clause: Clause, timeframe: str) -> list[str]:
    """Averages for a chart of `timeframe` bars: "the 200 day" on minutes is `sma200@1d`."""
    names = clause.values(Kind.AVERAGE)
    low = without_zoom(clause.text.lower())
    for match in _NAMED_BARS.finditer(low):
        own = _LONG[match["unit"]]
        suffix = "" if own == timeframe else f"@{own}"
        for length in filter(None, (match["one"], match["two"])):
            plain = next((name for name in names if name[3:] == length), f"sma{length}")
            names = [each for each in names if each != plain] + [f"{plain}{suffix}"]
    return list(dict.fromkeys(names))


def chart_calls(clause: Clause, symbols: list[str], now: datetime) -> list[Call]:
    """A chart of each symbol, or of the first with the others beside it."""
    low = clause.text.lower()
    beside = symbols[1:] if _BESIDE.search(low) else []
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
        "levels": False if without_levels(clause) else None,
        "hide": hidden,
        "profile": "" if "profile" in hidden else drawn_profile(low),
        "averages": drawn_averages(clause, frame or "5m"),
        "zoom": zoom,
        "extended": extended_hours(clause) or None,
    }
    return {name: value for name, value in wanted.items() if value or value is False}
