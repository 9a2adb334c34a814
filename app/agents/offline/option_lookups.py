"""What is looked up of options: contracts, chains, volatility; and what is priced by numbers alone."""

import re
from typing import Any

from app.agents.offline.intents import Intent
from app.agents.offline.option_chain_words import chain_filters, is_of_a_chain
from app.agents.offline.option_ends import NO_SUCH_DAY, taken
from app.agents.offline.option_question import Question, ends_of, wants_an_answer
from app.agents.offline.option_strikes import AT_THE_MONEY
from app.agents.offline.option_words import contracts, given
from app.agents.offline.plans import Asked, Call

ASK_CONTRACTS_UNDERLYING = "Name the underlying, and I look the contract up."
ASK_STRIKE = (
    "Which strike? Name it, a delta, or say at the money; or give me the numbers: the price of the stock,"
    " strike, days and volatility."
)
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


def by_numbers(question: Question) -> Asked:
    ends = taken(question.low, question.today)
    told = given(ends.text)
    if not told or not _PRICE_ME.search(question.low):
        return Asked()
    asked = {"kind": "call"} | next(iter(contracts(ends.text)), {})
    if "strike" not in asked:
        return Asked()
    end = next(iter(ends_of(ends, question)), {})
    return Asked([Call("get_greeks", {**asked, **told, **end})], ends.notes)


def of_contracts(question: Question) -> Asked:
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
            for each, end in _paired(asked, ends_of(ends, question) or [{}])
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


def of_a_chain(question: Question) -> Asked:
    ends = taken(question.low, question.today)
    is_open = not question.intents & {Intent.ADVICE, Intent.EXPLAIN, Intent.CALENDAR}
    is_asked = is_of_a_chain(
        ends.text,
        has_symbol=bool(question.symbols) and is_open,
        by_kind=not _VOLATILITY.search(question.low),
    )
    if not question.symbol or not is_asked:
        return Asked()
    if ends.is_impossible:
        return Asked(said=[NO_SUCH_DAY])
    end = next(iter(ends_of(ends, question)), {})
    filters = chain_filters(ends.text)
    return Asked([Call("get_option_chain", {**question.symbol, **filters, **end})], ends.notes)


def of_volatility(question: Question) -> Asked:
    if not _VOLATILITY.search(question.low) or _VIX.search(question.low):
        return Asked()
    ends = taken(question.low, question.today)
    end = next(iter(ends_of(ends, question)), {})
    symbols = question.symbols or question.frame.symbols[:1]
    return Asked(
        [Call("get_volatility", {"symbol": symbol, **end}) for symbol in symbols], ends.notes
    )


def without_strike(question: Question) -> Asked:
    """A call or a put that is to be priced, without strike: asked back."""
    is_one = re.search(r"\b(?:call|put)\b", question.low)
    is_wanted = Intent.OPTIONS in question.intents or question.symbols
    if not is_one or not is_wanted or not _PRICE_ME.search(question.low):
        return Asked()
    if any({"strike", "delta"} & set(each) for each in contracts(question.low)):
        return Asked(said=[ASK_CONTRACTS_UNDERLYING]) if not question.symbol else Asked()
    return Asked(said=[ASK_STRIKE]) if wants_an_answer(question) else Asked()
