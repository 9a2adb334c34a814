"""Recognises timeframes, scales (daily, weekly …), option contracts and prices."""

import re
from decimal import Decimal

from app.agents.offline.mentions import Canvas, Kind, Mention

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "fifteen": 15, "thirty": 30,
    "sixty": 60,
}  # fmt: skip
_COUNT = rf"(\d{{1,3}}|{'|'.join(_WORDS)})"
_FRAME = re.compile(
    rf"\b(?:on (?:the |a )?)?{_COUNT}[ -]?"
    r"(minutes?|mins?|min|m|hours?|hrs?|hr|h|days?|d|weeks?|wks?|wk|w|months?|mos?|mo)"
    r"(?:[ -]?(?:bars?|timeframe|tf))?(?!\w)"
)
_META = re.compile(r"\b(m1|m5|m15|m30|h1|h4|d1|w1)\b")
_BARE = re.compile(
    r"\b(?:on|to|use) the (1|5|15|30|60)(?=$|[ ?.!,]+(?:chart|with|and|plus|no|without|$))|\b(1|5|15) chart\b"
)
_SCALE = re.compile(
    r"\b(?:on (?:the |a )?)?(intraday|hourly|daily|weekly|monthly|(?:this|the|current) (?:week|month)(?:'?s)?"
    r"|week(?:'?s)? (?=levels?|pivots?|map)|month(?:'?s)? (?=levels?|pivots?|map)"
    r"|for the week|(?:last|previous|prior|past) (?:week|month)(?:'?s)?)(?: bars?| timeframe)?(?!\w)"
)
_MINUTES = {1: "1m", 5: "5m", 15: "15m", 60: "1h", 240: "4h"}
_SCALES = {"intraday": "5m", "hourly": "1h", "daily": "1d", "weekly": "1w", "monthly": "1mo"}

_EXPIRY = r"(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?|0 ?dte|\d+ ?dte|weekly|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) \d{1,2})"
_CONTRACT = re.compile(
    rf"(?:\b{_EXPIRY} )?\$?\b\d+(?:\.\d+)? ?(?:c|p|calls?|puts?)\b(?: {_EXPIRY}(?!\w))?"
    r"|\b\d* ?dte\b"
)

_NUMBER = re.compile(
    r"(?<![\w.])(\$ ?)?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+) ?(k|%)?(?![\w%]|\.\d)"
)


def recognise_timeframes(canvas: Canvas) -> None:
    """Claim lengths of bars; one we have no bars for becomes the nearest, with a note."""
    for match in canvas.free(_META):
        letter, count = match[1][0], int(match[1][1:])
        _claim_frame(canvas, match, count, letter)
    for match in canvas.free(_FRAME):
        if _STRETCH.search(canvas.low[: match.start()]) and _ZOOMS.search(canvas.low):
            continue
        count = _WORDS.get(match[1]) or int(match[1])
        _claim_frame(canvas, match, count, match[2])
    for match in canvas.free(_BARE):
        _claim_frame(canvas, match, int(match[1] or match[2]), "m")
    for match in canvas.free(_SCALE):
        canvas.claim(Mention(Kind.SCALE, *match.span(), values=(_scale(match[1]),)))


_STRETCH = re.compile(r"\b(?:last|past|first|final) $")
_ZOOMS = re.compile(r"^\W*(?:\w+ )?zoom\b")
"""The last 30 minutes to zoom to are no length of bars."""


def _scale(word: str) -> str:
    if word in _SCALES:
        return _SCALES[word]
    which = "last " if word.startswith(("last", "prev", "prior", "past")) else ""
    return which + ("1mo" if "month" in word else "1w")


def _claim_frame(canvas: Canvas, match: re.Match[str], count: int, unit: str) -> None:
    frame = _frame(count, unit)
    if frame is None:
        return
    if frame.endswith("?"):
        frame = frame[:-1]
        canvas.notes.append(f"I have no bars of that length, so I took {frame}.")
    canvas.claim(Mention(Kind.TIMEFRAME, *match.span(), values=(frame,)))


def _frame(count: int, unit: str) -> str | None:
    if unit.startswith("mo"):
        return "1mo" if count == 1 else None
    if unit[0] in "dw":
        return f"1{unit[0]}" if count == 1 else None
    minutes = count * (60 if unit[0] == "h" else 1)
    if minutes in _MINUTES:
        return _MINUTES[minutes]
    nearest = min(_MINUTES, key=lambda known: abs(known - minutes) / (known + minutes))
    return _MINUTES[nearest] + "?"


def recognise_contracts(canvas: Canvas) -> None:
    """Claim option contracts: `6000p 12/19`, `200c`, `0DTE`."""
    for match in canvas.free(_CONTRACT):
        canvas.claim(Mention(Kind.CONTRACT, *match.span(), values=(match[0],)))


def recognise_numbers(canvas: Canvas) -> None:
    """Claim prices and plain numbers in plain digits: `412.50`, `1,200` → `1200`, `6k` → `6000`."""
    for match in canvas.free(_NUMBER):
        value = Decimal(match[2].replace(",", ""))
        if match[3] == "k":
            value *= 1000
        suffix = "%" if match[3] == "%" else ""
        plain = format(value, "f")
        certain = bool(match[1]) or "." in match[2] or value >= 20
        canvas.claim(
            Mention(Kind.NUMBER, *match.span(), values=(plain + suffix,), is_certain=certain)
        )
