"""The calls that a question about options means, of the whole question at once.

Decided: it is asked first and answers only where it is sure: a structure with its strikes, numbers to
price an option by, a contract by strike, delta or at the money, a chain, or a word of volatility beside a
symbol. What lacks its side, its kind or its strikes is asked back; everything else is left to the clauses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.agents.offline import replies
from app.agents.offline.dates import today_of, traded_date
from app.agents.offline.days import Look
from app.agents.offline.intents import HELD, Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.option_chain_words import chain_filters, is_of_a_chain
from app.agents.offline.option_ends import NO_SUCH_DAY, Ends, taken
from app.agents.offline.option_follow_ups import varied
from app.agents.offline.option_leads import option_leads
from app.agents.offline.option_legs import spelled
from app.agents.offline.option_shapes import shape_of
from app.agents.offline.option_sides import side_of
from app.agents.offline.option_strikes import AT_THE_MONEY
from app.agents.offline.option_structures import (
    ASK_COUNT,
    ASK_SIDE,
    NO_ORDER,
    Told,
    single_at,
    structure_of,
)
from app.agents.offline.option_words import (
    Supposition,
    contracts,
    given,
    supposed_beside,
    supposition,
)
from app.agents.offline.plans import Asked, Call, Frame
from app.agents.offline.reading import Reading
from app.market.directory import find_instrument

ASK_UNDERLYING = "Name the underlying, and I look its options up; or name the net price."
ASK_CONTRACTS_UNDERLYING = "Name the underlying, and I look the contract up."
ASK_STRIKE = (
    "Which strike? Name it, a delta, or say at the money; or give me the numbers: the price of the stock,"
    " strike, days and volatility."
)
_OTHERS = frozenset({Intent.REFUSED, Intent.ALERT, Intent.ORDER, Intent.JOURNAL, *HELD})
ADVICE = (
    "I do not say what to buy or sell. Name a strike and an expiry, or a spread, and I say what it can"
    " win and lose."
)
_NEVER = frozenset({Intent.REFUSED, Intent.ALERT, Intent.JOURNAL})
_LEVELLED = (Kind.LEVEL, Kind.PIVOT)
_READ_OTHERWISE = (Kind.SUM, Kind.AVERAGE)
"""`450/430` may have been read as a sum, "20 days" as an average; a structure and numbers to price an
option by know better."""
_GREEK = re.compile(
    r"\b(?:greeks?|deltas?|gamma|theta|vega|rho|vanna|charm|vomma|iv|implied vol(?:atility)?|price|worth|cost|decay|how much|bid|ask)\b"
)
_PRICE_ME = re.compile(
    r"\b(?:price|value|greeks?|worth|implied vol(?:atility)?|iv|delta|gamma|vega|rho|theta|black[- ]?scholes|bs|bsm)\b"
)
_VOLATILITY = re.compile(
    r"\biv\b|\bivr\b|\bivp\b|\bhv\b|\bimplied vol(?:atility)?\b|\bvols?\b(?!ume)|\bvolatility\b.*\b(?:rich|cheap|expensive|smile|skew|term|surface|implied)\b"
    r"|\b(?:vol(?:atility)? )?skew\b|\b(?:vol(?:atility)? )?smile\b|\bterm structure\b|\b(?:expected|implied) move\b|\bmax(?:imum)? pain\b"
    r"|\b(?:put|p)[ /-]?(?:to[ -])?(?:call|c)(?: (?:oi|open interest|volume))? ratio\b|\b(?:call|put|oi|open interest) walls?\b|\bwalls of open interest\b"
    r"|\boptions? (?:rich|cheap|expensive)\b|\bpremiums? (?:rich|cheap|juicy|fat)\b"
    r"|\b(?:supposed|expected|priced) to move\b|\bmove (?:is |are )?(?:being )?(?:options |the options market )?(?:priced|pricing|implied)\b|\bmove\b.*\boptions?\b.*\b(?:pric\w+|imply\w*)\b"
)
_VIX = re.compile(r"\bvix\b")
_LOSES = re.compile(
    r"\bmax(?:imum)? (?:loss|profit|gain|risk|win)\b|\bbreak ?-?evens?\b|\blos(?:e|s|es)\b|\bpay ?-?offs?\b|\bmargin\b|\brisk(?:s|ing)?\b"
)
_ANALYSE = re.compile(
    rf"\banaly[sz]e\b|{_LOSES.pattern}|\bmake\b|\bodds\b|\bprobabilit\w+\b|\bwhat if\b"
)
_SURELY_ANALYSED = re.compile(rf"^analy[sz]e\b|{_LOSES.pattern}|\bcan i (?:lose|make)\b")
_CLOSES = re.compile(
    r"^(?:please |can you |just |i want to |let'?s )*(?:close|exit|unwind|roll|leg out)\b"
)
_ORDERED = re.compile(
    r"^(?:please |can you |could you |just |go ahead and )*(?:buy|sell|get me|write)\b"
)
_HOURS = re.compile(r"\b(?:can|do|could) (?:i|we|you|one|people) (?:still |even |also )?trade\b")
_SIDES = re.compile(r"\b(?:calls?|puts?|options?|\d+[cp])\b")
_ADVISES = re.compile(
    r"\b(?:should|shall|would) (?:i|we|you) (?:\w+ )?(?:buy|sell|short|hold|write)\b|\b(?:worth (?:buying|selling)|good idea)\b"
)
_BETS = re.compile(r"\b(?:best|which|good|recommend\w*|should i)\b")


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as its readers see it: `low` without symbols, `plain` with them."""

    low: str
    plain: str
    symbols: list[str]
    reading: Reading
    frame: Frame
    now: datetime

    @property
    def today(self) -> date:
        return today_of(self.now)

    @property
    def intents(self) -> set[Intent]:
        return {wish.intent for wish in self.reading.wishes}

    @property
    def symbol(self) -> dict[str, str]:
        known = self.symbols or self.frame.symbols
        return {"symbol": known[0]} if known else {}


_Read = Callable[[_Question], Asked]


def asked_of_options(reading: Reading, frame: Frame, now: datetime) -> Asked:
    """Empty where the question is not surely about options."""
    question = _question(reading, frame, now)
    is_other = question.intents & _NEVER or reading.whole.of(*_LEVELLED)
    if is_other or _CLOSES.match(question.plain) or _HOURS.search(question.plain):
        return Asked()
    if again := varied(question.plain, frame):
        return _done(Asked(calls=again), question)
    readers: list[_Read] = [_supposed, _structure, _refused]
    if not (question.intents & _OTHERS) or _SURELY_ANALYSED.search(question.plain):
        readers += [_single, _numbers]
        if not reading.whole.of(*_READ_OTHERWISE) and not _is_ordered(question.plain):
            readers += [_contract, _chain, _volatility, _unstruck]
    for read in readers:
        if asked := read(question):
            return _done(asked, question)
    return Asked()


def _done(asked: Asked, question: _Question) -> Asked:
    asked.leads = option_leads(question.plain, asked.calls)
    return asked


def _is_ordered(low: str) -> bool:
    """ "Buy the 200 call" asks for a trade unless it also asks what it does."""
    return bool(_ORDERED.match(low)) and not (_ANALYSE.search(low) or "greeks" in low)


def _question(reading: Reading, frame: Frame, now: datetime) -> _Question:
    plain = re.sub(r"\s+", " ", reading.canvas.low).strip(" ?!.")
    low, symbols = _without_symbols(reading)
    if not symbols and (letter := _LETTER.search(low)) and find_instrument(letter[1].upper()):
        low = f"{low[: letter.start(1)]} {low[letter.end(1) :]}"
        symbols = [letter[1].upper()]
    low = re.sub(r"\s+", " ", low).strip(" ?!.")
    return _Question(low, plain, symbols, reading, frame, now)


_LETTER = re.compile(
    r"(?:^|(?<= ))(f|(?<=on )[tvx]|(?<=in )[tvx]|(?<=of )[tvx])(?= (?:\$?\d|calls?\b|puts?\b|options?\b|chain\b|covered|strangle|straddle|put|call))"
)
"""One-letter tickers that nobody writes in capitals; only options stand beside a number so."""


def _without_symbols(reading: Reading) -> tuple[str, list[str]]:
    """The plain text, without names between the numbers that belong together; `K=105` is no name."""
    symbols: list[str] = []
    low = reading.canvas.low
    for mention in reversed(reading.whole.of(Kind.SYMBOL)):
        if low[mention.end : mention.end + 1] == "=":
            continue
        symbols = [*mention.values, *symbols]
        low = f"{low[: mention.start]} {low[mention.end :]}"
    return low, list(dict.fromkeys(symbols))


def _ends_of(ends: Ends, question: _Question) -> list[dict[str, Any]]:
    """Each end by its words, else a weekday that was named."""
    told = [end.told for end in ends]
    return told or ([found] if (found := _weekday(question, "expiry")) else [])


def _weekday(question: _Question, name: str) -> dict[str, Any]:
    days = question.reading.whole.days
    if not days:
        return {}
    named = traded_date(days[0], question.now, "", Look.AHEAD)
    return {} if named is None or named < question.today else {name: named.isoformat()}


def _supposed(question: _Question) -> Asked:
    """ "What happens to it if …": the structure of the last answer, moved."""
    last = question.frame.last("analyze_structure")
    found = supposition(question.low)
    if last is None or not found.moves or structure_of(found.rest, question.today) is not None:
        return Asked()
    if spelled(taken(found.rest, question.today)).legs:
        return Asked()
    symbol = {"symbol": question.symbols[0]} if question.symbols and not last.symbol else {}
    return Asked([last.having(**symbol, **found.moves, **_on_day(found, question))])


def _on_day(found: Supposition, question: _Question) -> dict[str, Any]:
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
    return _weekday(question, "if_date")


def _structure(question: _Question) -> Asked:
    found = supposition(question.low)
    text, beside = (found.rest, {}) if question.symbols else supposed_beside(found.rest)
    told = structure_of(text, question.today)
    if told is None:
        return Asked()
    if told.asks and not told.unsided and not _wants_an_answer(question):
        return Asked()
    return _told(told, question, found, beside)


def _wants_an_answer(question: _Question) -> bool:
    """Whether what is incomplete is asked back here: not where advice or an explanation is wanted."""
    is_other = {
        Intent.ADVICE,
        Intent.EXPLAIN,
        Intent.NEWS,
        Intent.SCAN,
        *_OTHERS,
    } & question.intents
    return not (is_other or _BETS.search(question.plain))


def _told(told: Told, question: _Question, found: Supposition, beside: dict[str, Any]) -> Asked:
    """The calls of a structure, or what it lacks."""
    notes = list(told.notes)
    extra = {**beside, **found.moves, **_on_day(found, question)}
    if told.asks:
        waits = None
        if told.unsided:
            waits = _call(told.unsided | extra, question, found)
        return Asked(said=[*notes, told.asks], unsided=waits)
    calls = [_call(arguments | extra, question, found) for arguments in told.calls]
    if any(_lacks_underlying(call) for call in calls):
        return Asked(said=[*notes, ASK_UNDERLYING])
    if _ORDERED.match(question.plain):
        notes.append(NO_ORDER)
    return Asked(calls, notes)


def _call(arguments: dict[str, Any], question: _Question, found: Supposition) -> Call:
    legs = arguments["legs"]
    has_end = {"expiry", "days"} & set(arguments) or any(
        {"expiry", "days"} & set(leg) for leg in legs
    )
    end = {} if has_end or found.moves else _weekday(question, "expiry")
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


def _refused(question: _Question) -> Asked:
    """An order, or advice about one option: what the coach does instead."""
    if not (question.intents <= {Intent.OPTIONS, Intent.ADVICE} and _SIDES.search(question.low)):
        return Asked()
    if _ADVISES.search(question.plain) and not given(question.low):
        return Asked(said=[ADVICE])
    is_order = _is_ordered(question.plain) and contracts(question.low)
    return Asked(said=[replies.not_yet(Intent.ORDER)]) if is_order else Asked()


def _single(question: _Question) -> Asked:
    """One option bought or sold: what it wins and loses. Sold ones always, their Greeks turn round."""
    found = supposition(question.low)
    text, beside = (found.rest, {}) if question.symbols else supposed_beside(found.rest)
    ends = taken(text, question.today)
    own = spelled(ends)
    is_asked = bool(_ANALYSE.search(question.plain) or found.moves)
    if len(own.legs) == 1 and not own.stock:
        is_told = is_asked or own.legs[0]["side"] == "sell"
        if not is_told or _is_ordered(question.plain):
            return Asked()
        if own.is_doubtful:
            return Asked(said=[ASK_COUNT])
        return _told(single_at(own, ends), question, found, beside)
    if own.legs or not _LOSES.search(question.plain) or shape_of(ends.text):
        return Asked()
    return _without_side(ends, question, found)


def _without_side(ends: Ends, question: _Question, found: Supposition) -> Asked:
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


def _numbers(question: _Question) -> Asked:
    ends = taken(question.low, question.today)
    told = given(ends.text)
    if not told or not _PRICE_ME.search(question.low):
        return Asked()
    asked = {"kind": "call"} | next(iter(contracts(ends.text)), {})
    if "strike" not in asked:
        return Asked()
    end = next(iter(_ends_of(ends, question)), {})
    return Asked([Call("get_greeks", {**asked, **told, **end})], ends.notes)


def _contract(question: _Question) -> Asked:
    ends = taken(question.low, question.today)
    asked = contracts(ends.text)
    is_one = any({"strike", "delta"} & set(each) for each in asked)
    if not (is_one or AT_THE_MONEY.search(ends.text)) or is_of_a_chain(question.plain):
        return Asked()
    if any("kind" not in each for each in asked) or not asked or not question.symbol:
        return Asked()
    if not (_GREEK.search(question.low) or question.symbols):
        return Asked()
    if ends.is_impossible:
        return Asked(said=[NO_SUCH_DAY])
    return Asked(
        [
            Call("get_greeks", {**question.symbol, **each, **end})
            for each, end in _paired(asked, _ends_of(ends, question) or [{}])
        ],
        ends.notes,
    )


def _paired(
    asked: list[dict[str, Any]], ends: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each contract with its own end where there are as many, else each with each."""
    if len(asked) == len(ends):
        return list(zip(asked, ends, strict=True))
    return [(each, end) for each in asked for end in ends]


def _chain(question: _Question) -> Asked:
    ends = taken(question.low, question.today)
    is_open = not question.intents & {Intent.ADVICE, Intent.EXPLAIN, Intent.CALENDAR}
    if not question.symbol or not is_of_a_chain(
        ends.text, has_symbol=bool(question.symbols) and is_open
    ):
        return Asked()
    if ends.is_impossible:
        return Asked(said=[NO_SUCH_DAY])
    end = next(iter(_ends_of(ends, question)), {})
    filters = chain_filters(ends.text)
    return Asked([Call("get_option_chain", {**question.symbol, **filters, **end})], ends.notes)


def _volatility(question: _Question) -> Asked:
    if not _VOLATILITY.search(question.low) or _VIX.search(question.low):
        return Asked()
    ends = taken(question.low, question.today)
    end = next(iter(_ends_of(ends, question)), {})
    symbols = question.symbols or question.frame.symbols[:1]
    return Asked(
        [Call("get_volatility", {"symbol": symbol, **end}) for symbol in symbols], ends.notes
    )


def _unstruck(question: _Question) -> Asked:
    """A call or a put that is to be priced, without strike: asked back."""
    is_one = re.search(r"\b(?:call|put)\b", question.low)
    is_wanted = Intent.OPTIONS in question.intents or question.symbols
    if not is_one or not is_wanted or not _PRICE_ME.search(question.low):
        return Asked()
    if any({"strike", "delta"} & set(each) for each in contracts(question.low)):
        return Asked(said=[ASK_CONTRACTS_UNDERLYING]) if not question.symbol else Asked()
    return Asked(said=[ASK_STRIKE]) if _wants_an_answer(question) else Asked()
