"""The calls that a question about the member's positions means."""

import re
from datetime import datetime
from typing import Any

from app.agents.offline.clauses import Clause
from app.agents.offline.dates import today_of, traded_date
from app.agents.offline.days import Look
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call, Frame
from app.agents.offline.position_words import moved_by_market, shift_of
from app.market.directory import find_instrument

_THEM = re.compile(r"\b(?:it|them|those|these|that|both|one|everything)\b")
_HELD = ("draft_position_change", "list_positions", "get_portfolio_greeks")
_TERMS = ("right", "strike", "expiry")
_ROOTS = frozenset({
    "ES", "MES", "NQ", "MNQ", "RTY", "M2K", "YM", "MYM", "CL", "MCL", "NG", "RB", "HO", "GC", "MGC", "SI",
    "SIL", "HG", "PL", "ZB", "ZN", "ZF", "ZT", "UB", "ZC", "ZS", "ZW", "6E", "6J", "6B",
})  # fmt: skip
_MONTH = re.compile(
    r"\b(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?: '?(?P<number>(?:20)?\d\d)\b(?![.]\d))?"
)
_LAST_THIRD_FRIDAY = 21
_SHARES = re.compile(r"\b(?:shares?|stock)\b")


def position_calls(intent: Intent, clause: Clause, frame: Frame, now: datetime) -> list[Call]:
    """The calls of such a clause; none where it does not say what it means."""
    if intent is Intent.DRAFT:
        return _draft(clause, frame)
    named = clause.values(Kind.SYMBOL)
    shift = _shift(clause, now) if intent is Intent.RISK else {}
    if shift.get("by_beta"):
        named = moved_by_market(clause.plain, named)
    name = "get_portfolio_greeks" if intent is Intent.RISK else "list_positions"
    return [
        Call(name, {**({"symbol": symbol} if symbol else {}), **shift}) for symbol in named or [""]
    ]


def _shift(clause: Clause, now: datetime) -> dict[str, Any]:
    """What should be supposed, and on which day."""
    shift = shift_of(clause.plain)
    if shift and "days" not in shift and clause.days:
        day = traded_date(clause.days[0], now, "", Look.AHEAD)
        if day is not None and day > today_of(now):
            shift["on"] = day.isoformat()
    return shift


def _draft(clause: Clause, frame: Frame) -> list[Call]:
    said = dict(each.split("=", 1) for each in clause.values(Kind.TRADE))
    named = clause.values(Kind.SYMBOL)
    last = frame.last(*_HELD)
    if named:
        future = _future(named[0], clause, said)
        return [Call("draft_position_change", {**said, **future, "symbol": named[0]})]
    if last is None or not last.symbol or not (_THEM.search(clause.plain) or "right" in said):
        return []
    meant = (
        {}
        if "strike" in said
        else {term: last.arguments[term] for term in _TERMS if term in last.arguments}
    )
    return [Call("draft_position_change", {**meant, **said, "symbol": last.symbol})]


def _future(symbol: str, clause: Clause, said: dict[str, str]) -> dict[str, str]:
    """A future's month. Its root alone may be a share, as ES is; of the rest the tool asks the month."""
    is_other = {"right", "strike", "structure"} & set(said) or _SHARES.search(clause.text.lower())
    if is_other or symbol not in _ROOTS:
        return {}
    month = _MONTH.search(clause.text.lower())
    if month:
        return {"kind": "future", "expiry": _expiry(month)}
    return {} if find_instrument(symbol) else {"kind": "future"}


def _expiry(month: re.Match[str]) -> str:
    """A number above every third Friday is a year: dec 26."""
    number = month["number"]
    if not number:
        return month["month"]
    is_short_year = len(number) == 2 and int(number) > _LAST_THIRD_FRIDAY
    return f"{month['month']} {'20' if is_short_year else ''}{number}"
