"""The calls that a question about options means, of the whole question at once.

Decided: it is asked first and answers only where it is sure: a structure with its strikes, numbers to
price an option by, a contract by strike, delta or at the money, a chain, or a word of volatility beside a
symbol. Everything else is left to the clauses.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.agents.offline.dates import today_of, traded_date
from app.agents.offline.days import Look
from app.agents.offline.intents import HELD, Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.option_words import (
    contract,
    count,
    ending,
    given,
    legs,
    net,
    structure,
    what_if,
)
from app.agents.offline.plans import Call, Frame
from app.agents.offline.reading import Reading

_Read = Callable[[str, Reading, Frame, datetime], list[Call]]
_OTHERS = frozenset({Intent.REFUSED, Intent.ALERT, Intent.ORDER, Intent.JOURNAL, *HELD})
_LEVELLED = (Kind.LEVEL, Kind.PIVOT)
_READ_OTHERWISE = (Kind.SUM, Kind.AVERAGE)
"""`450/430` may have been read as a sum, "20 days" as an average; a structure and numbers to price an
option by know better."""
_CHAIN = re.compile(
    r"\b(?:options? )?chain\b|\boptions? (?:prices?|quotes?|for|on|expir\w+)\b|\bstrikes\b"
    r"|\b(?:calls|puts)\b.*\b(?:expir\w+|open interest|volume|out)\b|\b0 ?-?dte\b.*\b(?:calls|puts)\b"
)
_EACH_SIDE = re.compile(
    r"\b(\d{1,2}|[a-z]+) strikes?(?: on)? (?:each|either|both|every) (?:side|way)"
)
_GREEK = re.compile(
    r"\b(?:greeks?|deltas?|gamma|theta|vega|rho|vanna|charm|vomma|iv|implied vol(?:atility)?|price|worth|cost|decay|how much)\b"
)
_AT_THE_MONEY = re.compile(r"\bat[- ]the[- ]money\b|\batm\b|\bright now(?= (?:call|put)s?\b)")
"""`atm` may have been written out as "at the moment" before it comes here."""
_PRICE_ME = re.compile(r"\b(?:price|value|greeks?|worth|implied vol(?:atility)?|iv|delta|theta)\b")
_VOLATILITY = re.compile(
    r"\biv\b|\bivr\b|\bimplied vol(?:atility)?\b|\bvols?\b(?!ume)|\bvolatility\b.*\b(?:rich|cheap|expensive|smile|skew|term|surface|implied)\b"
    r"|\b(?:vol(?:atility)? )?skew\b|\bvol(?:atility)? smile\b|\bterm structure\b|\bexpected move\b|\bimplied move\b|\bmax pain\b"
    r"|\bput[ /-]?(?:to[ -])?call ratio\b|\b(?:call|put) walls?\b|\bwalls of open interest\b|\boptions? (?:rich|cheap|expensive)\b|\bpremiums? (?:rich|cheap|juicy|fat)\b"
)
_VIX = re.compile(r"\bvix\b")
_SUPPOSES = re.compile(r"\b(?:if|when|suppose|say)\b")
_ANALYSE = re.compile(
    r"\banaly[sz]e\b|\bmax(?:imum)? (?:loss|profit|gain|risk)\b|\bbreak ?-?evens?\b|\blose\b|\bmake\b|\bodds\b|\bprobabilit\w+\b|\bpay ?offs?\b|\brisk\b|\bwhat if\b|\bmargin\b"
)


def option_calls(reading: Reading, frame: Frame, now: datetime) -> list[Call]:
    """Empty where the question is not surely about options."""
    if any(wish.intent in _OTHERS for wish in reading.wishes) and not _is_analysed(reading):
        return []
    if reading.whole.of(*_LEVELLED) or _is_ordered(reading.canvas.low):
        return []
    low = _without_symbols(reading)
    readers: list[_Read] = [_supposed, _structure, _numbers]
    if not reading.whole.of(*_READ_OTHERWISE):
        readers += [_contract, _chain, _volatility]
    for read in readers:
        calls = read(low, reading, frame, now)
        if calls:
            return calls
    return []


_ORDERED = re.compile(r"^(?:please |can you |just )*(?:buy|sell|short|close|get me)\b")


def _is_ordered(low: str) -> bool:
    """ "Buy the 200 call" asks for a trade unless it also asks what it does."""
    return bool(_ORDERED.match(low)) and not (_ANALYSE.search(low) or "greeks" in low)


def _without_symbols(reading: Reading) -> str:
    """The plain text, without names between the numbers that belong together."""
    low = reading.canvas.low
    for mention in reversed(reading.whole.of(Kind.SYMBOL)):
        low = f"{low[: mention.start]} {low[mention.end :]}"
    return re.sub(r"\s+", " ", low).strip()


_SURELY_ANALYSED = re.compile(
    r"^analy[sz]e\b|\bmax(?:imum)? (?:loss|profit|gain|risk)\b|\bbreak ?-?evens?\b|\bcan i (?:lose|make)\b|\bpay ?offs?\b"
)


def _is_analysed(reading: Reading) -> bool:
    """ "Sold 3 puts at 0.45, what can I lose": told like a trade, and asked about."""
    return bool(_SURELY_ANALYSED.search(reading.canvas.low))


def _symbol(reading: Reading, frame: Frame) -> dict[str, str]:
    named = reading.whole.values(Kind.SYMBOL)
    known = named or frame.symbols
    return {"symbol": known[0]} if known else {}


def _ending(low: str, reading: Reading, now: datetime) -> dict[str, Any]:
    """The expiry by its words, else by a weekday that was named."""
    today = today_of(now)
    found = ending(low, today)
    if found:
        return found
    days = reading.whole.days
    if not days:
        return {}
    named = traded_date(days[0], now, "", Look.AHEAD)
    return {} if named is None or named < today else {"expiry": named.isoformat()}


def _supposed(low: str, reading: Reading, frame: Frame, now: datetime) -> list[Call]:
    """ "What happens to it if …": the structure of the last answer, moved."""
    last = frame.last("analyze_structure")
    moved = what_if(low)
    if last is None or not moved or not _SUPPOSES.search(low) or legs(low) or structure(low):
        return []
    named = reading.whole.values(Kind.SYMBOL)
    symbol = {"symbol": named[0]} if named and not last.symbol else {}
    return [last.having(**symbol, **moved, **_on_day(reading, now))]


def _on_day(reading: Reading, now: datetime) -> dict[str, str]:
    days = reading.whole.days
    day = traded_date(days[0], now, "", Look.AHEAD) if days else None
    return {"if_date": day.isoformat()} if day is not None and day >= today_of(now) else {}


def _structure(low: str, reading: Reading, frame: Frame, now: datetime) -> list[Call]:
    told = structure(low)
    if not told:
        spelled = legs(low)
        is_one = len(spelled) == 1 and not _ANALYSE.search(low)
        if not spelled or is_one:
            return []
        has_prices = any("price" in leg for leg in spelled)
        told = {"legs": spelled} | ({} if has_prices else net(low, is_credit=None))
    supposed = what_if(low) if _SUPPOSES.search(low) else {}
    end = ending(low, today_of(now)) if supposed else _ending(low, reading, now)
    named = reading.whole.values(Kind.SYMBOL)
    symbol = {"symbol": named[0]} if named else {}
    on_day = _on_day(reading, now) if supposed else {}
    return [Call("analyze_structure", {**told, **symbol, **end, **supposed, **on_day})]


def _numbers(low: str, reading: Reading, frame: Frame, now: datetime) -> list[Call]:
    told = given(low)
    if not told or not _PRICE_ME.search(low):
        return []
    asked = {"kind": "call"} | contract(low)
    if "strike" not in asked:
        return []
    return [Call("get_greeks", {**asked, **told, **_ending(low, reading, now)})]


def _contract(low: str, reading: Reading, frame: Frame, now: datetime) -> list[Call]:
    asked = contract(low)
    is_one = "strike" in asked or "delta" in asked or _AT_THE_MONEY.search(low)
    symbol = _symbol(reading, frame)
    if not is_one or "kind" not in asked or not symbol or _EACH_SIDE.search(low):
        return []
    if not (_GREEK.search(low) or reading.whole.of(Kind.SYMBOL)):
        return []
    return [Call("get_greeks", {**symbol, **asked, **_ending(low, reading, now)})]


def _chain(low: str, reading: Reading, frame: Frame, now: datetime) -> list[Call]:
    symbol = _symbol(reading, frame)
    if not symbol or not _CHAIN.search(low):
        return []
    asked: dict[str, Any] = dict(symbol)
    only = contract(low).get("kind")
    both = re.search(r"\bcalls? and puts?\b|\bputs? and calls?\b|\bput[ /-]call\b", low)
    if only and not both:
        asked["kind"] = only
    side = _EACH_SIDE.search(low)
    if side and (number := _counted(side[1])):
        asked["strikes"] = min(number, _MOST_STRIKES)
    if least := _LEAST_OPEN.search(low):
        asked["min_open_interest"] = int(least[1].replace(",", ""))
    return [Call("get_option_chain", {**asked, **_ending(_EACH_SIDE.sub(" ", low), reading, now)})]


_MOST_STRIKES = 15
_LEAST_OPEN = re.compile(
    r"\b(?:open interest|oi)(?: is)? (?:over|above|of at least|at least|more than|>) ?([\d,]+)"
)


def _counted(text: str) -> int | None:
    try:
        return count(text)
    except ValueError:
        return None


def _volatility(low: str, reading: Reading, frame: Frame, now: datetime) -> list[Call]:
    named = reading.whole.values(Kind.SYMBOL)
    if not _VOLATILITY.search(low) or _VIX.search(low):
        return []
    symbols = named or frame.symbols[:1]
    end = _ending(low, reading, now)
    return [Call("get_volatility", {"symbol": symbol, **end}) for symbol in symbols]
