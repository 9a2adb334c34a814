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

_THEM = re.compile(r"\b(?:it|them|those|these|that|both|one|everything)\b")
_HELD = ("draft_position_change", "list_positions", "get_portfolio_greeks")
_TERMS = ("right", "strike", "expiry")


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
        return [Call("draft_position_change", {**said, "symbol": named[0]})]
    if last is None or not last.symbol or not (_THEM.search(clause.plain) or "right" in said):
        return []
    meant = (
        {}
        if "strike" in said
        else {term: last.arguments[term] for term in _TERMS if term in last.arguments}
    )
    return [Call("draft_position_change", {**meant, **said, "symbol": last.symbol})]
