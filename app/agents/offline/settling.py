"""Corrects what words alone say about a clause by what stands beside them."""

import re

from app.agents.offline.asking import mapped
from app.agents.offline.clauses import Clause
from app.agents.offline.cues import best, scores
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.wishes import Wish

_HOURS_ENOUGH = 2.0
"""A sum of cues from which a question about hours is one, whatever else it sounds like."""
_DOES = re.compile(r"\b(?:going to|gonna|will) (?:do|go|happen|crash|rally|move|look)\b")
_MAP = re.compile(r"\b(?:levels?|pivots?|method|map)\b")
_MOVES = re.compile(
    r"\b(?:hit|reach|break\w*|hold|bounce|reject|test|touch|tag|cross|go|fall|drop|rise|rally|get|fill|close|trade|run|push)\b"
)
"""Levels of a day to come are arithmetic; what price does at them is not."""
_OF_STOCKS = re.compile(r"\b(?:stocks?|names|tickers|companies) (?:in|of|from)\b")
_SURE_OF_TOMORROW = re.compile(r"\b(?:will|going to)\b")


def settled(wish: Wish) -> Intent:
    """The intent to act on; NONE if the words do not say."""
    clause, intent = wish.clause, wish.intent
    symbols = clause.values(Kind.SYMBOL)
    if intent in (Intent.FORECAST, Intent.ADVICE, Intent.NEWS, Intent.SCAN, Intent.OPTIONS):
        return _unguarded(intent, clause, symbols)
    if intent is Intent.EXPLAIN and symbols:
        intent = best(scores(clause))
    return _by_entities(intent, clause)


def _unguarded(intent: Intent, clause: Clause, symbols: list[str]) -> Intent:
    """Questions that only sound like prophecy, advice, news or a scan."""
    total = scores(clause)
    if (
        total.get(Intent.STATUS, 0) >= _HOURS_ENOUGH
        and not symbols
        and not _DOES.search(clause.plain)
    ):
        return Intent.STATUS
    if intent in (Intent.NEWS, Intent.OPTIONS) and Intent.CALENDAR in total and not symbols:
        return Intent.CALENDAR
    if intent is Intent.SCAN and Intent.ROTATION in total and not _OF_STOCKS.search(clause.plain):
        return Intent.ROTATION
    if intent is Intent.SCAN and len(symbols) > 1:
        return Intent.QUOTE
    if intent is Intent.FORECAST and _MAP.search(clause.masked) and not _MOVES.search(clause.plain):
        return Intent.LEVELS
    is_reading = intent is Intent.FORECAST and clause.of(Kind.INDICATOR)
    if is_reading and not _SURE_OF_TOMORROW.search(clause.plain):
        return Intent.INDICATORS
    return intent


def _by_entities(intent: Intent, clause: Clause) -> Intent:
    """Levels of an average that is not on the map are indicators, a week's move is the week's map,
    a quote of a day to come is a forecast."""
    averages = clause.of(Kind.AVERAGE)
    if intent is Intent.LEVELS and any(len(mapped(each)) < len(each.values) for each in averages):
        return Intent.INDICATORS
    if intent is not Intent.QUOTE:
        return intent
    if _lies_ahead(clause):
        return Intent.FORECAST
    return Intent.LEVELS if _spans_a_map(clause) else Intent.QUOTE


def _spans_a_map(clause: Clause) -> bool:
    """Whether a week or a month is named, which have maps but no quotes."""
    periods = {scale.removeprefix("last ") for scale in clause.values(Kind.SCALE)}
    return bool(periods & {"1w", "1mo"})


def of_a_symbol(clause: Clause) -> Intent:
    """What a symbol by itself means: where it trades, or what a price beside it is worth."""
    if _spans_a_map(clause):
        return Intent.LEVELS
    has_price = any(mention.is_certain for mention in clause.of(Kind.NUMBER))
    return Intent.LEVELS if has_price else Intent.QUOTE


def _lies_ahead(clause: Clause) -> bool:
    return any((day.offset or 0) > 0 or day.which == "next" for day in clause.days)
