"""A condition with what only some need: the bars on which it closes, a zone, averages that cross.

Decided: "closes above" is a finished bar, never a price on its way. Where no bars are named it is the
day's close, unless the level itself moves within the day: then that is asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.agents.offline import replies
from app.agents.offline.alert_words import SYMBOL, formula_of

_CLOSES = re.compile(r"\b(?:closes?|closing)(?: back)? (?P<side>above|over|below|under)\b")
_FRAME = re.compile(
    r"(?:\b(?:on|at|in|of|for) )?(?:\b(?:the|a|an) )?(?:@(?P<at>\d+(?:mo|[mhdw]))|\b(?P<count>\d+)[ -]?(?P<unit>minute|min|hour|m|h)\b"
    r"|\b(?P<word>daily|hourly|weekly)\b)(?: (?:candle|bar|chart|time ?frame))?"
)
_FRAMES = {"daily": "1d", "hourly": "1h", "weekly": "1w"}
_CANDLE = re.compile(
    r"\b(?:candle|bar|price)\b|\b(?:prints?|has|have|gets?|makes?|sees|with) (?:a )?$"
)
_OF = re.compile(rf"[,]? ?\b(?:on|for|in|of) {SYMBOL}")
_LEVEL_OF_DAYS = re.compile(r"(?:the |its |their )?(?:\$?\d[\d,.]*|[a-z]+\([^()]*, 1[dw]\))")
_LEVEL = re.compile(r"(?:the )?(?:[a-z]\w*|or[hl]\(\d+\))")
_LONG = ("1d", "1w", "1mo")
_ON_DAYS = {"pdh": "high(1d)[1]", "pdl": "low(1d)[1]", "pdc": "close(1d)[1]"}
"""The levels of a day change as its bar ends, so of its bar they are asked of the bar before."""
_ZONE = re.compile(
    rf"{SYMBOL} (?:hits|reaches|enters|touches|tags|gets (?:in)?to|gets in|comes (?:in)?to|goes (?:in)?to|trades (?:at|in|into)|is (?:at|in)|drops (?:in)?to"
    r"|falls (?:in)?to|rises (?:in)?to|pulls back (?:in)?to|is between|trades between|gets between)(?: the| a)? (?P<low>\$?\d[\d.]*) ?(?:-|–|to|and) ?(?P<high>\$?\d[\d.]*)(?: (?:zone|area|range|region))?"
)
_RANGE = re.compile(r"\d ?[-–] ?\$?\d")
_AVERAGES = re.compile(
    r"\b([es]ma)\((50|100|200)\) (crosses(?: above| below)?) ([es]ma)\((100|200)\)"
)
_HAS = re.compile(
    rf"^(?:at |there(?: i|')s |{SYMBOL} )?(?:(?:has|have|makes?|gets?|prints?|forms?|sees|on|at) )*(?:an? |the )*(?=[es]ma\(\d+\) crosses)"
)


@dataclass(frozen=True, slots=True)
class Meant:
    """A condition and what its draft needs beside it, or what there is to ask."""

    condition: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""


def meant_by(text: str) -> Meant | None:
    """What a piece of a written text waits for; None where it is no condition."""
    if _CLOSES.search(text):
        return _closing(text)
    if zone := _ZONE.fullmatch(text):
        low, high = sorted((zone["low"], zone["high"]), key=lambda each: float(each.strip("$.")))
        return _meant(f"price between {low} and {high}")
    if _RANGE.search(text):
        return None
    if "@" not in text:
        text = _AVERAGES.sub(r"\1(\2, 1d) \3 \4(\5, 1d)", _HAS.sub("", text))
    return _meant(_HAS.sub("", text))


def _meant(text: str) -> Meant | None:
    condition = formula_of(text)
    return Meant(condition) if condition else None


def _closing(text: str) -> Meant | None:
    frames = list(_FRAME.finditer(text))
    plain = _OF.sub("", _FRAME.sub("", text)).strip(" ,")
    found = _CLOSES.search(plain)
    if found is None or len(frames) > 1:
        return None
    before, level = plain[: found.start()].replace(SYMBOL, "").strip(), plain[found.end() :].strip()
    if _CANDLE.sub("", re.sub(r"\b(?:the|a|an)\b", "", before)).strip() or re.search(
        r"\b(?:and|or|then)\b", level
    ):
        return None
    frame = _frame(frames[0]) if frames else ""
    if not frame and not _LEVEL_OF_DAYS.fullmatch(level):
        return Meant(said=replies.ALERT_WHICH_BARS) if formula_of(f"price > {level}") else None
    return _on_bars(
        frame or "1d", "above" if found["side"] in ("above", "over") else "below", level
    )


def _on_bars(frame: str, side: str, level: str) -> Meant | None:
    """Asked on shorter bars, a close is that of the last that is finished."""
    close = "close[1]" if frame == "1m" else f"close({frame})"
    if frame in _LONG:
        level = _ON_DAYS.get(level, level) if frame == "1d" else level
        if _LEVEL.fullmatch(level):
            return None
    condition = formula_of(f"{close} crosses {side} {level} @{frame}")
    if condition is None:
        return None
    base = {"timeframe": "1m"} if frame in ("1m", "5m") else {}
    return Meant(condition, {**base, "next_cross_only": True})


def _frame(found: re.Match[str]) -> str:
    if found["at"]:
        return found["at"]
    return _FRAMES[found["word"]] if found["word"] else f"{found['count']}{found['unit'][0]}"
