"""The calls that a question about options means, of the whole question at once.

Decided: it is asked first and answers only where it is sure: a structure with its strikes, numbers to
price an option by, a contract by strike, delta or at the money, a chain, or a word of volatility beside a
symbol. What lacks its side, its kind or its strikes is asked back; everything else is left to the clauses.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from app.agents.offline import replies
from app.agents.offline.asking import status_calls
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.option_ends import Ends, taken
from app.agents.offline.option_follow_ups import varied
from app.agents.offline.option_glossary import option_term
from app.agents.offline.option_leads import option_leads
from app.agents.offline.option_legs import spelled
from app.agents.offline.option_lookups import (
    by_numbers,
    of_a_chain,
    of_contracts,
    of_volatility,
    without_strike,
)
from app.agents.offline.option_question import (
    OTHERS,
    Question,
    question_of,
    wants_an_answer,
    weekday,
)
from app.agents.offline.option_shapes import shape_of
from app.agents.offline.option_sides import side_of
from app.agents.offline.option_structures import (
    ASK_COUNT,
    ASK_LEGS,
    ASK_SIDE,
    NO_ORDER,
    Told,
    single_at,
    structure_of,
)
from app.agents.offline.option_trades import RECORD, draft_of, is_told
from app.agents.offline.option_words import (
    Supposition,
    contracts,
    given,
    supposed_beside,
    supposition,
)
from app.agents.offline.plans import Asked, Call, Frame
from app.agents.offline.position_words import is_of_assignment
from app.agents.offline.reading import Reading

ASK_UNDERLYING = "Name the underlying, and I look its options up; or name the net price."
ADVICE = (
    "I do not say what to buy or sell. Name a strike and an expiry, or a spread, and I say what it can"
    " win and lose."
)
NO_CAP = "I do not choose options by a limit on their price: see below what it costs."
_NEVER = frozenset({Intent.REFUSED, Intent.ALERT, Intent.JOURNAL})
_LEVELLED = (Kind.LEVEL, Kind.PIVOT)
_READ_OTHERWISE = (Kind.SUM, Kind.AVERAGE)
"""`450/430` may have been read as a sum, "20 days" as an average; a structure and numbers to price an
option by know better."""
_LOSES = re.compile(
    r"\bmax(?:imum)? (?:loss|profit|gain|risk|win)\b|\bbreak ?-?evens?\b|\blos(?:e|s|es)\b|\bpay ?-?offs?\b|\bmargin\b|\brisk(?:s|ing)?\b"
)
_ANALYSE = re.compile(
    rf"\banaly[sz]e\b|{_LOSES.pattern}|\bmake\b|\bodds\b|\bprobabilit\w+\b|\bwhat if\b"
)
_SURELY_ANALYSED = re.compile(rf"^analy[sz]e\b|{_LOSES.pattern}|\bcan i (?:lose|make)\b")
_CLOSES = re.compile(
    r"^(?:please |can you |just |i want to |i'?ve |i |let'?s )*(?:closed?|exit(?:ed)?|unwind|unwound|roll(?:ed)?|(?:buy|bought) back|got out of|leg(?:ged)? out)\b"
)
_ORDERED = re.compile(
    r"^(?:please |can you |could you |just |go ahead and )*(?:buy|sell|get me|write)\b"
)
_HOURS = re.compile(r"\b(?:can|do|could) (?:i|we|you|one|people) (?:still |even |also )?trade\b")
_PRICED = ("get_greeks", "get_option_chain")
_CAP = re.compile(
    r"\b(?:under|below|less than|cheaper than|no more than|not more than|at most|up to|max(?:imum)?(?: of)?) (?:\$(?=\d)\d*\.?\d+\b(?! ?(?:strikes?|calls?|puts?))|\d*\.?\d+ ?(?:bucks?|dollars?|usd|a contract|per contract|a share|premium)\b)"
)
_SIDES = re.compile(r"\b(?:calls?|puts?|options?|\d+[cp])\b")
_ADVISES = re.compile(
    r"\b(?:should|shall|would) (?:i|we|you) (?:\w+ )?(?:buy|sell|short|hold|write)\b|\b(?:worth (?:buying|selling)|good idea)\b"
)


_Read = Callable[[Question], Asked]


def asked_of_options(reading: Reading, frame: Frame, now: datetime) -> Asked:
    """Empty where the question is not surely about options."""
    question = question_of(reading, frame, now)
    is_other = question.intents & _NEVER or reading.whole.of(*_LEVELLED)
    if is_other or _CLOSES.match(question.plain):
        return Asked()
    if is_of_assignment(question.plain):
        return Asked()
    if _HOURS.search(question.plain):
        return _hours(question)
    readers: list[_Read] = [_explained, _going_on, _supposed, _structure, _refused]
    if not (question.intents & OTHERS) or _SURELY_ANALYSED.search(question.plain):
        readers += [_single, by_numbers]
        if not reading.whole.of(*_READ_OTHERWISE) and not is_ordered(question.plain):
            readers += [of_contracts, of_a_chain, of_volatility, without_strike]
    for read in readers:
        if asked := read(question):
            return _done(asked, question)
    return Asked()


def _hours(question: Question) -> Asked:
    """Whether something can be traded then is a question of the market's hours."""
    is_asked = question.reading.whole.days or Intent.STATUS in question.intents
    if not is_asked:
        return Asked()
    return Asked(status_calls(question.reading.whole, question.symbols, question.now))


def _explained(question: Question) -> Asked:
    meaning = option_term(question.plain)
    return Asked(said=[meaning]) if meaning else Asked()


def _going_on(question: Question) -> Asked:
    return Asked(varied(question.plain, question.frame))


def _done(asked: Asked, question: Question) -> Asked:
    asked.leads = option_leads(question.plain, asked.calls)
    if _CAP.search(question.plain) and any(each.name in _PRICED for each in asked.calls):
        asked.said.append(NO_CAP)
    return asked


def is_ordered(low: str) -> bool:
    """ "Buy the 200 call" asks for a trade unless it also asks what it does."""
    return bool(_ORDERED.match(low)) and not (_ANALYSE.search(low) or "greeks" in low)


def _supposed(question: Question) -> Asked:
    """ "What happens to it if …": the structure of the last answer, moved."""
    last = question.frame.last("analyze_structure")
    found = supposition(question.low)
    if last is None or not found.moves or structure_of(found.rest, question.today) is not None:
        return Asked()
    if spelled(taken(found.rest, question.today)).legs:
        return Asked()
    symbol = {"symbol": question.symbols[0]} if question.symbols and not last.symbol else {}
    return Asked([last.having(**symbol, **found.moves, **_on_day(found, question))])


def _on_day(found: Supposition, question: Question) -> dict[str, Any]:
    """The day of what is supposed."""
    if not found.moves:
        return {}
    said = [end.told for end in taken(found.said, question.today)]
    if said and "expiry" in said[0]:
        return {"if_date": said[0]["expiry"]}
    if said and "days" in said[0]:
        return {
            "if_date": date.fromordinal(question.today.toordinal() + said[0]["days"]).isoformat()
        }
    return weekday(question, "if_date")


def _structure(question: Question) -> Asked:
    found = supposition(question.low)
    text, beside = (found.rest, {}) if question.symbols else supposed_beside(found.rest)
    told = structure_of(text, question.today)
    if told is None:
        return Asked()
    if told.asks and not told.unsided and not wants_an_answer(question):
        return Asked()
    return _told(told, question, found, beside)


def _told(told: Told, question: Question, found: Supposition, beside: dict[str, Any]) -> Asked:
    """The calls of a structure, or what it lacks."""
    notes = list(told.notes)
    extra = {**beside, **found.moves, **_on_day(found, question)}
    if told.asks:
        waits = None
        if told.unsided:
            waits = _call(told.unsided | extra, question, found)
        return Asked(said=[*notes, told.asks], unsided=waits)
    low = question.reading.canvas.low.strip()
    if is_told(low) and not extra and len(told.calls) == 1 and len(told.calls[0]["legs"]) > 1:
        if (draft := draft_of(told.calls[0], low)) and question.symbols:
            return Asked([Call("draft_position_change", {**draft, "symbol": question.symbols[0]})])
        notes.append(RECORD)
    calls = [_call(arguments | extra, question, found) for arguments in told.calls]
    if any(_lacks_underlying(call) for call in calls):
        return Asked(said=[*notes, ASK_UNDERLYING])
    if _ORDERED.match(question.plain):
        notes.append(NO_ORDER)
    return Asked(calls, notes)


def _call(arguments: dict[str, Any], question: Question, found: Supposition) -> Call:
    legs = arguments["legs"]
    has_end = {"expiry", "days"} & set(arguments) or any(
        {"expiry", "days"} & set(leg) for leg in legs
    )
    end = {} if has_end or found.moves else weekday(question, "expiry")
    named = {"symbol": question.symbols[0]} if question.symbols else {}
    if not named and not _is_priced(arguments):
        named = question.symbol
    return Call("analyze_structure", {**arguments, **named, **end})


def _is_priced(arguments: dict[str, Any]) -> bool:
    """Whether its result at the end can be told without a market."""
    legs = arguments["legs"]
    if any({"delta", "wide", "at_the_money", "expiry", "days"} & set(leg) for leg in legs):
        return False
    return bool({"credit", "debit"} & set(arguments)) or all("price" in leg for leg in legs)


def _lacks_underlying(call: Call) -> bool:
    return not call.symbol and "spot" not in call.arguments and not _is_priced(dict(call.arguments))


def _refused(question: Question) -> Asked:
    """An order, or advice about one option: what the coach does instead."""
    if not (question.intents <= {Intent.OPTIONS, Intent.ADVICE} and _SIDES.search(question.low)):
        return Asked()
    if _ADVISES.search(question.plain) and not given(question.low):
        return Asked(said=[ADVICE])
    is_order = is_ordered(question.plain) and contracts(question.low)
    return Asked(said=[replies.not_yet(Intent.ORDER)]) if is_order else Asked()


def _single(question: Question) -> Asked:
    """One option bought or sold: what it wins and loses. Sold ones always, their Greeks turn round."""
    found = supposition(question.low)
    text, beside = (found.rest, {}) if question.symbols else supposed_beside(found.rest)
    ends = taken(text, question.today)
    own = spelled(ends)
    is_asked = bool(_ANALYSE.search(question.plain) or found.moves)
    if len(own.legs) == 1 and not own.stock:
        is_told = is_asked or own.legs[0]["side"] == "sell"
        if not is_told or is_ordered(question.plain):
            return Asked()
        if own.is_doubtful:
            return Asked(said=[ASK_COUNT])
        return _told(single_at(own, ends), question, found, beside)
    if own.stock and not own.legs and _LOSES.search(question.plain) and contracts(own.text):
        return Asked(said=[ASK_LEGS])
    if own.legs or not _LOSES.search(question.plain) or shape_of(ends.text):
        return Asked()
    return _without_side(ends, question, found)


def _without_side(ends: Ends, question: Question, found: Supposition) -> Asked:
    """ "Max loss on the 120 call at 3.10": of one option, and nobody says whose."""
    named = [each for each in contracts(ends.text) if "strike" in each]
    if len(named) != 1 or ends.is_impossible:
        return Asked()
    said = side_of(question.plain)
    verb = "buy" if said.bought or not said.sold else "sell"
    told = single_at(spelled(Ends(f"{verb} 1 {_words(named[0])}")), ends, text=ends.text)
    if said.is_clear:
        return _told(told, question, found, {})
    return _told(Told(asks=ASK_SIDE, unsided=told.calls[0]), question, found, {})


def _words(contract: dict[str, Any]) -> str:
    return f"{contract['strike']} {contract['kind']}"
