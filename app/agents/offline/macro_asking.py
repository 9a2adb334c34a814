"""The calls that a question about the calendar or about rates means."""

import re
from collections.abc import Sequence
from datetime import datetime

from app.agents.offline.clauses import Clause
from app.agents.offline.macro_words import RELEASES, asks_earnings, points_at_a_company
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call
from app.macro.source import Tenor
from app.market.calendar import market_date

_NAMED = re.compile(
    r"\b(?:cpi|ppi|pce|gdp|ism|pmi|nfp|payrolls?|non-?farm|jobs report|jobs numbers?|jobless claims|retail sales|unemployment|inflation)\b"
)
_SPELLED = {
    "nfp": "payrolls",
    "payroll": "payrolls",
    "nonfarm": "payrolls",
    "non-farm": "payrolls",
    "jobs report": "payrolls",
    "jobs number": "payrolls",
    "jobs numbers": "payrolls",
    "inflation": "cpi",
}
_FED = re.compile(r"\b(?:fed|fomc|federal reserve|rate decision|powell|rate (?:cut|hike))\b")
_EXPIRY = re.compile(r"\b(?:opex|expir(?:y|e|es|ation)|witching)\b")
_YEARLY = re.compile(r"\b(?:dates|schedule|all|this year|next year|each|every)\b")
_ABOUT = (
    ("real", re.compile(r"\breal (?:yield|rate)s?\b|\btips\b")),
    ("inflation", re.compile(r"\bbreakevens?\b|\bexpected inflation\b|\binflation expect\w*\b")),
    (
        "curve",
        re.compile(r"\bcurve\b|\binver\w+\b|\b2s ?/?10s\b|\b(?:slope|steep\w*|flatten\w*)\b"),
    ),
    (
        "fed",
        re.compile(
            r"\b(?:fed|fomc|powell|cuts?|hikes?|odds|chances?|probabilit\w+|priced|pricing|expect\w*|rates? (?:going|heading|headed|path|outlook))\b"
        ),
    ),
)
_TENOR = re.compile(
    r"\b(2|two|3|three|5|five|7|seven|10|ten|20|twenty|30|thirty|1|one|6|six)[- ]?(y|yr|yrs|years?|months?|mo|m)\b"
)
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "five": 5, "six": 6, "seven": 7, "ten": 10, "twenty": 20, "thirty": 30,
}  # fmt: skip


def rates_call(clause: Clause) -> Call:
    """Rates, with what the question turns on."""
    low = clause.plain
    about = next((about for about, named in _ABOUT if named.search(low)), "")
    tenors = [f"{_COUNTS.get(count) or count}{unit[0]}" for count, unit in _TENOR.findall(low)]
    if not about and len(tenors) == 1 and tenors[0] in set(Tenor):
        return Call("get_rates", {"tenor": tenors[0]})
    return Call("get_rates", {"about": about} if about else {})


_SPANS = (
    (1, re.compile(r"\b(?:today|tonight|tomorrow)\b")),
    (14, re.compile(r"\bnext week\b")),
    (7, re.compile(r"\bweek\b")),
    (31, re.compile(r"\bmonth\b")),
    (7, re.compile(r"\b(?:monday|tuesday|wednesday|thursday|friday)\b")),
)
_WEEKS = {7: 0, 14: 7}
"""Days that the weeks after this one add."""
_HALF = re.compile(r"\b(?:half|short(?:ened)?) days?\b|\bearly close\b")
_OF_ONE, _OF_ALL, _OF_RELEASES = 120, 14, 60


def calendar_calls(clause: Clause, symbols: Sequence[str], now: datetime) -> list[Call]:
    """What is scheduled: of the kinds, the companies or the release that are named, or all of the
    next month. `symbols` are those of the thread."""
    low = clause.plain
    if asks_earnings(clause):
        return _earnings_calls(clause, symbols, now)
    if RELEASES.search(low):
        return [_release_call(low, now)]
    if _HALF.search(low):
        return [Call("get_calendar", {"kinds": ["holiday"], "days": _OF_ONE})]
    kinds = [kind for kind, named in (("fed", _FED), ("expiry", _EXPIRY)) if named.search(low)]
    if not kinds:
        days = _span(low, 0, now)
        return [Call("get_calendar", {"days": days} if days else {})]
    return [Call("get_calendar", {"kinds": kinds, "days": 400 if _YEARLY.search(low) else 120})]


def _earnings_calls(clause: Clause, symbols: Sequence[str], now: datetime) -> list[Call]:
    named = clause.values(Kind.SYMBOL)
    if not named and points_at_a_company(clause):
        named = list(symbols)
    if not named:
        days = _span(clause.plain, _OF_ALL, now)
        return [Call("get_calendar", {"kinds": ["earnings"], "days": days})]
    return [
        Call("get_calendar", {"kinds": ["earnings"], "symbol": symbol, "days": _OF_ONE})
        for symbol in named
    ]


def _release_call(low: str, now: datetime) -> Call:
    named = _NAMED.search(low)
    if named is None:
        return Call("get_calendar", {"kinds": ["release"], "days": _span(low, 31, now)})
    release = _SPELLED.get(named[0], named[0])
    arguments = {"kinds": ["release"], "release": release, "days": _OF_RELEASES}
    return Call("get_calendar", arguments)


def _span(low: str, otherwise: int, now: datetime) -> int:
    """Days ahead that are meant; a week ends on its Sunday, and on a weekend the coming one is meant."""
    days = next((days for days, named in _SPANS if named.search(low)), otherwise)
    if days not in _WEEKS:
        return days
    left = 6 - market_date(now).weekday()
    return max(_WEEKS[days], 7 if left < 2 else 0) + left
