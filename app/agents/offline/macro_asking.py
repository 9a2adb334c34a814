"""The calls that a question about the calendar or about rates means."""

import re
from collections.abc import Sequence

from app.agents.offline.clauses import Clause
from app.agents.offline.macro_words import RELEASES, asks_earnings, points_at_a_company
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call

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
_SPANS = (
    (1, re.compile(r"\b(?:today|tonight|tomorrow)\b")),
    (14, re.compile(r"\bnext week\b")),
    (7, re.compile(r"\bweek\b")),
    (31, re.compile(r"\bmonth\b")),
)
_OF_ONE, _OF_ALL, _OF_RELEASES = 120, 14, 60


def calendar_calls(clause: Clause, symbols: Sequence[str]) -> list[Call]:
    """What is scheduled: of the kinds, the companies or the release that are named, or all of the
    next month. `symbols` are those of the thread."""
    low = clause.plain
    if asks_earnings(clause):
        return _earnings_calls(clause, symbols)
    if RELEASES.search(low):
        return [_release_call(low)]
    kinds = [kind for kind, named in (("fed", _FED), ("expiry", _EXPIRY)) if named.search(low)]
    if not kinds:
        return [Call("get_calendar", {})]
    return [Call("get_calendar", {"kinds": kinds, "days": 400 if _YEARLY.search(low) else 120})]


def _earnings_calls(clause: Clause, symbols: Sequence[str]) -> list[Call]:
    named = clause.values(Kind.SYMBOL)
    if not named and points_at_a_company(clause):
        named = list(symbols)
    if not named:
        days = _span(clause.plain, _OF_ALL)
        return [Call("get_calendar", {"kinds": ["earnings"], "days": days})]
    return [
        Call("get_calendar", {"kinds": ["earnings"], "symbol": symbol, "days": _OF_ONE})
        for symbol in named
    ]


def _release_call(low: str) -> Call:
    named = _NAMED.search(low)
    if named is None:
        return Call("get_calendar", {"kinds": ["release"], "days": _span(low, 31)})
    release = _SPELLED.get(named[0], named[0])
    arguments = {"kinds": ["release"], "release": release, "days": _OF_RELEASES}
    return Call("get_calendar", arguments)


def _span(low: str, otherwise: int) -> int:
    return next((days for days, named in _SPANS if named.search(low)), otherwise)
