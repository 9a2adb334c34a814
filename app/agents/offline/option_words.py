"""Words of single options and of suppositions: which contracts, which numbers, what should happen.

Decided: they are read off the whole question's plain text, not clause by clause: commas stand between
the numbers of one option. Ends were taken out of it before, so that no day is read as a strike.
"""

import re
from dataclasses import dataclass
from typing import Any

from app.agents.offline.option_legs import KIND, NUMBER, delta_of, kind_of, number, plain

_CONTRACT = re.compile(
    rf"(?<![\w./<])\$?({NUMBER})[ -]?(?:strike |dollar )?(?:<e[a-z]> )?({KIND})(?! ?(?:spreads?|wall))"
)
_STRUCK = re.compile(
    rf"\bstrike(?: of| at| price| is|=|:)? ?\$?({NUMBER})|\bk ?= ?({NUMBER})|(?<![\w.])\$?({NUMBER}) strike\b"
)
_KIND_BEFORE = re.compile(rf"\b(calls?|puts?) (?:at |of |struck at )?\$?({NUMBER})(?![\w%/]|\.\d)")
_BARE_KIND = re.compile(r"\b(calls?|puts?)\b")
_DELTA = re.compile(
    r"(?<![\w.])(0?\.\d+|\d{1,2})[ -]?(?:deltas?|Δ|d(?= (?:put|call)))(?![\w])|\bdelta (0?\.\d+|\d{1,2})(?= (?:<e[a-z]> )?(?:put|call))"
)
_COUNT_BEFORE = re.compile(r"\b(?:theta|delta|gamma|vega|greeks|cost|price|worth|of|on|for) $")
_FEW = 20


def contracts(text: str) -> list[dict[str, Any]]:
    """Kind, and strike or delta, of each contract; empty if neither call nor put is said."""
    kind = _BARE_KIND.search(text)
    if delta := _DELTA.search(text):
        told: dict[str, Any] = {"kind": kind_of(kind[1])} if kind else {}
        return [told | {"delta": delta_of(delta[1] or delta[2])}]
    struck = [
        {"kind": kind_of(each[2]), "strike": plain(number(each[1]))}
        for each in _CONTRACT.finditer(text)
        if not _counts(each, text)
    ]
    if struck:
        return [each for place, each in enumerate(struck) if each not in struck[:place]]
    return [_of_kind(text, kind)] if kind else []


def _counts(match: re.Match[str], text: str) -> bool:
    """ "2 amd puts" are two of them where a strike is named elsewhere."""
    value = number(match[1])
    is_few = value == int(value) and value <= _FEW and match[2] in ("calls", "puts")
    return is_few and bool(_STRUCK.search(text))


def _of_kind(text: str, kind: re.Match[str]) -> dict[str, Any]:
    strike = _STRUCK.search(text)
    if strike:
        value = strike[1] or strike[2] or strike[3]
    else:
        behind = _KIND_BEFORE.search(text)
        value = behind[2] if behind and "." not in behind[2] else ""
    return {"kind": kind_of(kind[1])} | ({"strike": plain(number(value))} if value else {})


def _after(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})(?: is| at| of| to)? ?[=:]? ?\$?({NUMBER})")


_GIVEN = {
    "spot": _after("stock|spot|underlying|shares? at|stock price|price of (?:the )?stock|s(?= ?=)"),
    "volatility": _after("vol|volatility|iv|sigma|implied vol|implied volatility|v(?= ?=)"),
    "rate": _after("rates?|interest(?: rate)?|r"),
    "dividend_yield": _after("dividends?|div|dividend yield|yield|q(?= ?=)"),
    "price": _after(
        "(?:call|put) (?:is )?(?:at|for|trading at|worth|costs)|premium|option price|costs?|priced"
    ),
}
_VOLATILITY_FIRST = re.compile(rf"(?<![\w.])({NUMBER}) ?%? (?:vol|volatility|iv)\b(?! (?:up|down))")


def given(text: str) -> dict[str, Any]:
    """Numbers of an option that is to be priced: spot, strike, volatility, rate and the like."""
    found = {
        name: plain(number(m[1])) for name, words in _GIVEN.items() if (m := words.search(text))
    }
    if "volatility" not in found and (first := _VOLATILITY_FIRST.search(text)):
        found["volatility"] = plain(number(first[1]))
    return found if "spot" in found else {}


def supposed_beside(text: str) -> tuple[str, dict[str, Any]]:
    """A price of the underlying and a volatility told beside a structure, and the text without."""
    found: dict[str, Any] = {}
    for name, words in (("volatility", _TOLD_VOLATILITY), ("spot", _TOLD_SPOT)):
        if match := words.search(text):
            found[name] = plain(number(match[1] or match[2]))
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return text, found


_TOLD_VOLATILITY = re.compile(
    rf"\b(?:vol|volatility|iv|implied vol(?:atility)?)(?: is| at| of|=|:)? ?({NUMBER}) ?%?(?![\w/])|(?<![\w.])({NUMBER}) ?%? (?:vol|volatility|iv)\b"
)
_TOLD_SPOT = re.compile(
    rf"\b(?:spot|underlying|underlier)(?: price)?(?: is| at|=|:)*(?: at)? ?\$?({NUMBER})|\b(?:trading|trades|currently|now) at \$?({NUMBER})"
)

_MOVE = re.compile(
    r"\b(drops?|falls?|fell|down|loses?|tanks?|sinks?|dumps?|dips?|crash(?:es)?|rises?|rall(?:y|ies)|rips?|up|gains?|jumps?|climbs?|moves?|pops?)(?: by| another)? (\d+(?:\.\d+)?) ?(?:%|percent)"
    r"|(?<![\w.])([+-])(\d+(?:\.\d+)?) ?(?:%|percent)"
)
_TO = re.compile(
    rf"\b(?:goes to|gets to|at|hits|is at|trades at|reaches|ends at|closes at|finishes at|lands (?:on|at)) \$?({NUMBER})(?![%\d])"
)
_VOL_MOVE = re.compile(
    r"\b(?:vol|volatility|iv|implieds?)(?: is| goes| comes| gets)? (up|down|rises?|falls?|drops?|pops?|jumps?|spikes?|gains?|crush(?:es|ed)?|crashes|\+|-)(?: by)? ?(\d+(?:\.\d+)?)"
)
_DOWNWARDS = re.compile(r"drop|fall|fell|down|lose|tank|sink|dump|dip|crash|crush|-")


def what_if(text: str) -> dict[str, Any]:
    """Moves of the price and of volatility that a question supposes; its day is read elsewhere."""
    found: dict[str, Any] = {}
    if vol := _VOL_MOVE.search(text):
        found["if_volatility"] = plain(_signed(vol[1], vol[2]))
        text = text[: vol.start()] + text[vol.end() :]
    if move := _MOVE.search(text):
        found["if_move"] = plain(_signed(move[1] or move[3], move[2] or move[4]))
    elif to := _TO.search(text):
        found["if_price"] = plain(number(to[1]))
    return found


def _signed(word: str, amount: str) -> float:
    return -float(amount) if _DOWNWARDS.search(word) else float(amount)


_SUPPOSES = re.compile(
    r",? ?\b(?:and )?(?:what(?:'s| is| do i make| do i lose| happens)?(?: to it)? (?:if|when)|if|when|suppose|supposing|assuming|say)\b"
)
_TOLD_IN_IT = re.compile(
    r"\b(?:calls?|puts?|spreads?|condors?|straddles?|strangles?|\w*fl(?:y|ies)|\d+[cp])\b"
)


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed, the part of the text that says it, and the rest."""

    moves: dict[str, Any]
    said: str
    rest: str


def supposition(text: str) -> Supposition:
    """Cuts off the part that supposes something; where the structure stands in that part, only the
    moves are cut out of it."""
    start = _SUPPOSES.search(text)
    moves = what_if(text[start.start() :]) if start else {}
    if start is None or not moves:
        return Supposition({}, "", text)
    head, tail = text[: start.start()], text[start.start() :]
    if _TOLD_IN_IT.search(head) or not _TOLD_IN_IT.search(tail):
        return Supposition(moves, tail, head)
    rest = _VOL_MOVE.sub(" ", tail)
    rest = _MOVE.sub(" ", rest, count=1) if "if_move" in moves else _TO.sub(" ", rest, count=1)
    return Supposition(moves, "", f"{head} {rest}")
