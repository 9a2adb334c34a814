"""The call that a question about rolling an option means, of the whole question at once.

Decided: "roll" is asked for only beside a word of options, or of what was just talked about; a rolling
average and a rollover are none of it.
"""

import re
from datetime import datetime
from typing import Any

from app.agents.offline.dates import today_of
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.option_ends import COUNTS, taken
from app.agents.offline.plans import Call, Frame
from app.agents.offline.reading import Reading

_ROLL = re.compile(
    r"\b(?:roll|rolling|rolled|rolls)\b(?! (?:average|avg|mean|window|royce|over\b.*\bira))"
)
_OPTION = re.compile(
    r"\b(?:calls?|puts?|leaps?|options?|contracts?|strikes?|spreads?|\d+(?:\.\d+)?[cp])\b"
    r"|\bfor a (?:credit|debit)\b|\b(?:up|down|out) and (?:out|up|down)\b"
)
_IT = re.compile(r"\broll(?:ing)? (?:it|that|this|them|those)\b")
_OTHERS = frozenset({Intent.REFUSED, Intent.ALERT, Intent.JOURNAL, Intent.BACKTEST})
_SOLD = re.compile(r"\b(?:short|sold|covered|naked|cash[- ]secured|wrote|written)\b")
_BOUGHT = re.compile(r"\b(?:long|bought)\b(?!er)")
_UP = re.compile(r"\broll\w*\b.*\bup\b|\b(?:to a )?higher strike\b")
_DOWN = re.compile(r"\broll\w*\b.*\bdown\b|\b(?:to a )?lower strike\b")
_SAME = re.compile(r"\bsame strike\b|\bstraight out\b")
_TO = re.compile(
    r"\bto (?:the )?\$?(\d+(?:\.\d+)?)(?:s| strike| calls?| puts?)?(?![\d/.%-]|\w| ?(?:days?|weeks?|months?|years?|dte)\b)"
)
_NUMBER = r"(\d{1,3}|a|an|one|two|three|four|five|six|nine|twelve|another)"
_UNIT = r"(days?|weeks?|months?|years?)"
_LATER = re.compile(
    rf"\b(?:out|forward|further|later)(?: by| to| for| another)? {_NUMBER} (?:more |extra )?{_UNIT}(?: out)?\b"
    rf"|\b(?:by |for )?{_NUMBER} (?:more |extra )?{_UNIT} (?:out|later|further|forward)\b|\b(?:to|into) (?:the )?(next) {_UNIT}(?:'s)?\b"
)
_LENGTHS = {"d": 1, "w": 7, "m": 30, "y": 365}
_YEAR = re.compile(r"\b(20\d\d)(?:'s)? (?:\w+ )?leaps?\b|\bleaps?\b.*?\b(20\d\d)\b|\bmy (20\d\d)\b")
_LEAPS = re.compile(r"\bleaps?\b")
_CONTRACT = re.compile(r"(?<![\w./])\$?(\d+(?:\.\d+)?)[ -]?(?:strike )?(calls?|puts?|c|p)\b")
_KIND = re.compile(r"\b(calls?|puts?)\b")


def roll_calls(reading: Reading, frame: Frame, now: datetime) -> list[Call]:
    """Empty where nothing is to be rolled."""
    low = reading.canvas.low
    if any(wish.intent in _OTHERS for wish in reading.wishes) or not _ROLL.search(low):
        return []
    last = frame.last("compare_rolls", "get_greeks", "list_positions")
    goes_on = bool(_IT.search(low)) and last is not None
    if not _OPTION.search(low) and not goes_on:
        return []
    asked = _where_to(low)
    low = _LATER.sub(" ", low)
    asked |= _which(low, now)
    named = reading.whole.values(Kind.SYMBOL)
    if named:
        return [Call("compare_rolls", {"symbol": named[0], **asked})]
    if goes_on and last is not None:
        known = {name: last.arguments[name] for name in _TERMS if name in last.arguments}
        return [Call("compare_rolls", {**known, **asked})]
    return [Call("compare_rolls", asked)]


_TERMS = ("symbol", "kind", "strike", "expiry", "side", "year", "is_leaps")


def _which(low: str, now: datetime) -> dict[str, Any]:
    """The option by its words."""
    found: dict[str, Any] = {"is_leaps": True} if _LEAPS.search(low) else {}
    if year := _YEAR.search(low):
        found["year"] = int(year[1] or year[2] or year[3])
        low = low.replace(year[0], " ")
    ends = taken(low, today_of(now))
    for end in ends:
        if "expiry" in end.told:
            found["expiry"] = end.told["expiry"]
    if named := _CONTRACT.search(ends.text):
        found |= {"strike": _plain(named[1]), "kind": _kind(named[2])}
    elif bare := _KIND.search(ends.text):
        found["kind"] = _kind(bare[1])
    if _SOLD.search(low):
        found["side"] = "sell"
    elif _BOUGHT.search(low):
        found["side"] = "buy"
    return found


def _where_to(low: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if later := _LATER.search(low):
        number, unit = later[1] or later[3] or later[5], later[2] or later[4] or later[6]
        many = 1 if number in ("next", "another") else int(COUNTS.get(number) or number)
        found["days_later"] = many * _LENGTHS[unit[0]]
    if to := _TO.search(_LATER.sub(" ", low)):
        found["to_strike"] = _plain(to[1])
    elif _SAME.search(low):
        found["direction"] = "same"
    elif _DOWN.search(low):
        found["direction"] = "down"
    elif _UP.search(low):
        found["direction"] = "up"
    return found


def _kind(word: str) -> str:
    return "put" if word.startswith("p") else "call"


def _plain(number: str) -> float | int:
    """130 rather than 130.0."""
    value = float(number)
    return int(value) if value == int(value) else value
