"""From a reading and its thread to a plan."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.agents.offline import replies
from app.agents.offline.alert_asking import asked_of_alerts
from app.agents.offline.asking import (
    calculation,
    indicator_calls,
    level_calls,
    quote_calls,
    rotation_call,
    status_calls,
)
from app.agents.offline.charting import chart_calls
from app.agents.offline.clauses import Clause, parts
from app.agents.offline.follow_ups import follow_up
from app.agents.offline.guards import is_off_topic
from app.agents.offline.intents import HELD, TOOLS, UNBUILT, Intent
from app.agents.offline.leads import leads_of
from app.agents.offline.likeness import Likeness
from app.agents.offline.macro_asking import calendar_calls, rates_call
from app.agents.offline.mentions import Kind
from app.agents.offline.option_asking import asked_of_options
from app.agents.offline.option_scan_asking import asked_of_option_scans
from app.agents.offline.plans import Call, Frame, Plan
from app.agents.offline.position_asking import position_calls
from app.agents.offline.reading import Reading
from app.agents.offline.redrawing import redrawn
from app.agents.offline.roll_asking import roll_calls
from app.agents.offline.scan_asking import scan_calls, unscanned
from app.agents.offline.scan_saving import asked_of_saved_scans
from app.agents.offline.settling import of_a_symbol, settled
from app.agents.offline.wishes import Wish, is_of_a_chart

_MAKERS: dict[Intent, Callable[[Clause, list[str], datetime], list[Call]]] = {
    Intent.LEVELS: level_calls,
    Intent.QUOTE: quote_calls,
    Intent.INDICATORS: indicator_calls,
    Intent.CHART: chart_calls,
}
_SAID = {
    Intent.HELLO: replies.HELLO,
    Intent.THANKS: replies.THANKS,
    Intent.VENTING: replies.VENTING,
    Intent.REFUSED: replies.REFUSED,
    Intent.OFF_TOPIC: replies.OFF_TOPIC,
    Intent.ALERT: replies.ASK_ALERT,
}
_PUBLISHED = re.compile(r"\b(?:news|headlines?|articles?)\b")
_MARKET = re.compile(
    r"(?<![-\w])(?:the |us |stock |overall |broad(?:er)? )*(?:markets?|stocks|indices|indexes|futures)\b"
)


@dataclass(frozen=True, slots=True)
class Thinker:
    """Plans; what words do not decide is decided by likeness, if there is any."""

    likeness: Likeness | None = None

    def plan(self, reading: Reading, frame: Frame, now: datetime) -> Plan:
        if first := asked_of_saved_scans(reading, frame) or asked_of_alerts(reading, frame, now):
            plan = Plan()
            plan.take(first)
            return plan
        return self._planned(reading, frame, now)

    def _planned(self, reading: Reading, frame: Frame, now: datetime) -> Plan:
        plan = Plan()
        for note in reading.notes:
            plan.say(note)
        if reading.language:
            plan.say(replies.ENGLISH_ONLY.format(language=reading.language))
        if rolls := roll_calls(reading, frame, now):
            plan.add(rolls)
            return plan
        if scans := scan_calls(reading):
            return _scanned(reading, scans, plan)
        if asked := asked_of_option_scans(reading, frame) or asked_of_options(reading, frame, now):
            plan.take(asked)
            return plan
        if self._goes_on(reading, frame, now, plan):
            return plan
        for wish in reading.wishes:
            self._fulfil(wish, frame, now, plan)
        return plan

    def _goes_on(self, reading: Reading, frame: Frame, now: datetime, plan: Plan) -> bool:
        """Whether the message only completes or varies what was asked before."""
        if self._redraws(reading, frame, plan):
            return True
        if len(reading.wishes) != 1:
            return False
        wish = reading.wishes[0]
        if wish.intent in HELD:
            return False
        symbols = wish.clause.values(Kind.SYMBOL)
        is_answer = frame.waiting and symbols and wish.intent in (Intent.NONE, Intent.QUOTE)
        if is_answer and wish.clause.is_bare:
            for waiting in frame.waiting:
                waiting.clause.mentions = [*waiting.clause.mentions, *wish.clause.of(Kind.SYMBOL)]
                self._fulfil(waiting, frame, now, plan)
            return True
        calls = follow_up(wish, frame, now)
        plan.add(calls)
        return bool(calls)

    @staticmethod
    def _redraws(reading: Reading, frame: Frame, plan: Plan) -> bool:
        """Whether every piece changes the open chart; then it is drawn once."""
        if any(wish.intent is Intent.EXPLAIN for wish in reading.wishes):
            return False
        said: list[str] = []
        is_changed = False
        for piece in _changes(reading, frame):
            found = redrawn(piece, frame)
            if found is None:
                return False
            said.append(found.said)
            if found.call is not None:
                frame, is_changed = frame.showing(found.call), True
        for text in said:
            plan.say(text)
        if is_changed and frame.chart is not None:
            plan.add([frame.chart])
        return bool(said)

    def _fulfil(self, wish: Wish, frame: Frame, now: datetime, plan: Plan) -> None:
        clause = wish.clause
        intent = self._settled(wish)
        if intent in _SAID:
            plan.say(_SAID[intent])
        elif intent in UNBUILT:
            self._cannot(intent, clause, now, plan)
        elif intent is Intent.EXPLAIN:
            _explain(clause, frame, plan)
        elif intent in (Intent.ADVICE, Intent.FORECAST):
            _without_prophecy(intent, clause, frame, now, plan)
        elif intent in HELD:
            _of_positions(intent, clause, frame, now, plan)
        elif intent in (
            Intent.DESCRIBE,
            Intent.STATUS,
            Intent.CALCULATE,
            Intent.ROTATION,
            Intent.CALENDAR,
            Intent.RATES,
        ):
            _without_symbol(intent, clause, frame, now, plan)
        elif intent in TOOLS:
            _with_symbol(intent, wish, frame, now, plan)
        else:
            plan.say(replies.NOT_UNDERSTOOD)

    def _settled(self, wish: Wish) -> Intent:
        """The intent of the words, corrected by what stands beside them, else by likeness."""
        clause = wish.clause
        intent = settled(wish)
        if intent is not Intent.NONE:
            return intent
        if is_off_topic(clause):
            return Intent.OFF_TOPIC
        has_symbol = bool(clause.of(Kind.SYMBOL))
        if has_symbol and clause.is_bare:
            return of_a_symbol(clause)
        liked = self.likeness.intent(clause.masked) if self.likeness else Intent.NONE
        if liked in TOOLS or not has_symbol:
            return liked
        return of_a_symbol(clause)

    @staticmethod
    def _cannot(intent: Intent, clause: Clause, now: datetime, plan: Plan) -> None:
        symbols = clause.values(Kind.SYMBOL)
        if intent is Intent.NEWS and symbols and re.match(r"(?:so |but |and )?why\b", clause.plain):
            plan.say(replies.NO_REASONS)
            plan.add(quote_calls(clause, symbols, now))
        elif intent is Intent.NEWS and symbols and _PUBLISHED.search(clause.plain):
            plan.add([Call("get_news", {"symbol": symbol}) for symbol in symbols])
        else:
            plan.say(replies.not_yet(intent))


def _scanned(reading: Reading, scans: list[Call], plan: Plan) -> Plan:
    """A list of what was found needs no bars; a scan is made of daily ones or not at all."""
    is_refused = scans[0].name == "scan_market" and unscanned(reading)
    plan.say(is_refused or "")
    plan.add([] if is_refused else scans)
    return plan


def _symbols(clause: Clause, frame: Frame) -> list[str]:
    """Those named; else "the market" is the S&P 500; else those of the thread."""
    named = clause.values(Kind.SYMBOL)
    if named:
        return named
    if _MARKET.search(clause.masked):
        return ["SPX"]
    return frame.symbols


def _explain(clause: Clause, frame: Frame, plan: Plan) -> None:
    kinds = (Kind.LEVEL, Kind.INDICATOR, Kind.AVERAGE, Kind.PIVOT)
    names = [name for kind in kinds for name in clause.values(kind)]
    last = frame.last("get_key_levels", "get_indicators")
    if not names and last is not None:
        names = [*last.arguments.get("names", ()), *last.arguments.get("indicators", ())]
        names = names or ["PP" if last.name == "get_key_levels" else "rsi"]
    plan.say(replies.explained(names, clause.plain) or replies.NOT_UNDERSTOOD)


def _without_prophecy(
    intent: Intent, clause: Clause, frame: Frame, now: datetime, plan: Plan
) -> None:
    plan.say(replies.FORECAST if intent is Intent.FORECAST else replies.ADVICE)
    symbols = _symbols(clause, frame)
    if not symbols:
        plan.say(replies.ASK_FORECAST)
    plan.add([Call("get_key_levels", {"symbol": symbol}) for symbol in symbols])


def _of_positions(intent: Intent, clause: Clause, frame: Frame, now: datetime, plan: Plan) -> None:
    calls = position_calls(intent, clause, frame, now)
    plan.add(calls)
    if not calls:
        plan.say(replies.ASK_POSITION)


def _without_symbol(
    intent: Intent, clause: Clause, frame: Frame, now: datetime, plan: Plan
) -> None:
    if intent is Intent.DESCRIBE:
        plan.say(replies.INTRODUCTION)
        plan.add([Call("describe_coach", {})])
    elif intent is Intent.ROTATION:
        plan.add([rotation_call(clause)])
    elif intent is Intent.CALENDAR:
        plan.add(calendar_calls(clause, frame.symbols, now))
    elif intent is Intent.RATES:
        plan.add([rates_call(clause)])
    elif intent is Intent.STATUS:
        plan.add(status_calls(clause, clause.values(Kind.SYMBOL), now))
    else:
        calls = calculation(clause)
        plan.add(calls)
        if not calls:
            plan.say(replies.NOT_UNDERSTOOD)


def _changes(reading: Reading, frame: Frame) -> list[Clause]:
    """The pieces of a message; what only goes on ("and 260", "or amd") stays with the one before."""
    result: list[Clause] = []
    for piece in parts(reading.canvas):
        goes_on = is_of_a_chart(piece) or {m.kind for m in piece.mentions} == {Kind.SYMBOL}
        if result and goes_on and redrawn(piece, frame) is None:
            result[-1] = result[-1].joined(piece)
        else:
            result.append(piece)
    return result


_THAT = re.compile(r"\b(?:that|this|those|these)\b|\b(?:far|away|close|near) (?:away )?is it\b")


def _of_that_level(calls: list[Call], clause: Clause, frame: Frame) -> list[Call]:
    """ "How far is that": the levels of the last answer."""
    last = frame.last("get_key_levels")
    if last is None or clause.of(Kind.SYMBOL, Kind.LEVEL) or not _THAT.search(clause.plain):
        return calls
    return [
        call.having(names=last.arguments.get("names")) if call.name == last.name else call
        for call in calls
    ]


def _with_symbol(intent: Intent, wish: Wish, frame: Frame, now: datetime, plan: Plan) -> None:
    symbols = _symbols(wish.clause, frame)
    if not symbols:
        plan.waiting.append(Wish(intent, wish.clause))
        plan.say(replies.ASK_SYMBOL)
        return
    last = frame.chart if frame.chart and frame.chart.symbol in frame.symbols else None
    if intent is Intent.CHART and last is not None and not wish.clause.of(Kind.SYMBOL):
        calls = [
            last.having(**{k: v for k, v in call.arguments.items() if k != "symbol"})
            for call in chart_calls(wish.clause, [last.symbol], now)
        ]
    else:
        calls = _MAKERS[intent](wish.clause, symbols, now)
        calls = _of_that_level(calls, wish.clause, frame)
    places = plan.add(calls)
    plan.leads += leads_of(intent, wish.clause, calls, places)
