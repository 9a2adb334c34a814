"""Words of options: when they end, which contract, which legs, what is known of the numbers.

Decided: they are read off the whole question's plain text, not clause by clause: commas stand between
the legs of one spread and between the numbers of one option.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "fifteen": 15, "twenty": 20,
}  # fmt: skip
_COUNT = rf"(?:\d{{1,3}}|{'|'.join(_COUNTS)})"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_NUMBER = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
_SPAN = re.compile(
    rf"\b({_COUNT})[ -]?(days?|d|dte|weeks?|wks?|w|months?|mos?|years?|yrs?)(?![\w%])"
)
_LENGTHS = {"d": 1, "w": 7, "m": 30, "y": 365}
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_SLASHED = re.compile(
    r"(?<![\d/.])(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9])(?:/(\d{4}|\d\d))?(?![\d/])"
)
_NAMED = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (20\d\d))?(?![\d.,/])")
_OF_MONTH = re.compile(rf"\b({_MONTH})\b(?:[ ']?(20\d\d|\d\d(?!\d)))?")
_LEAPS = re.compile(r"\b(20\d\d)(?:'s)? leaps?\b|\bleaps?\b.*\b(20\d\d)\b")
_NEAR = re.compile(r"\b0 ?-?dte\b|\bexpir\w* today\b|\btoday(?:'s)? expir\w*\b")

KIND = r"(?:calls?|puts?|[cp])\b"
_CONTRACT = re.compile(rf"(?<![\w./])\$?({_NUMBER})[ -]?(?:strike )?({KIND})")
_STRUCK = re.compile(rf"\bstrike(?: of| at| price| is|=|:)? ?\$?({_NUMBER})")
_BARE_KIND = re.compile(r"\b(calls?|puts?)\b")
_DELTA = re.compile(r"(?<![\w.])(0?\.\d+|\d{1,2})[ -]?(?:delta|Δ|d(?= (?:put|call)))")
_LEG = re.compile(
    rf"\b(buy|sell|long|short|bought|sold|selling|buying)(?: (?:to open|a|an|the))?(?: ({_COUNT})(?= (?!{KIND})))?"
    rf"(?: ?x)? \$?({_NUMBER}) ?({KIND})(?:(?: at| for| @) \$?({_NUMBER}))?"
)
_SHARES = re.compile(rf"\b(short |sold )?(\d+) shares?\b(?:.*?\b(?:at|@) \$?({_NUMBER}))?")
_STRIKES = re.compile(rf"(?<![\d/.])\$?({_NUMBER}(?:\s*/\s*\$?(?:{_NUMBER})){{1,3}})(?![\d/])")
_NET = re.compile(
    rf"(?:\b(?:for|at|paid|paying|collect(?:ed|ing)?|received)|@)(?: an?)?(?: (?P<before>credit|debit))?(?: of)? \$?(?P<price>{_NUMBER})(?![\d/%])(?: ?(?:net )?(?P<after>credit|debit|cr|db))?"
)
_CREDITS = re.compile(r"\b(?:credit|cr|received|collect(?:ed|ing)?)\b")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A structure by name: `legs` are (side, kind, which of its rising strikes)."""

    words: re.Pattern[str]
    strikes: int
    legs: tuple[tuple[str, str, int], ...]
    is_credit: bool | None = None


def _pattern(words: str, strikes: int, legs: str, *, is_credit: bool | None = None) -> Pattern:
    """`legs` as `-p1 +p0`: sell the put at the second strike, buy the one at the first."""
    read = tuple(
        ("buy" if leg[0] == "+" else "sell", {"c": "call", "p": "put"}[leg[1]], int(leg[2]))
        for leg in legs.split()
    )
    return Pattern(re.compile(words), strikes, read, is_credit)


PATTERNS = (
    _pattern(r"\biron condor", 4, "+p0 -p1 -c2 +c3", is_credit=True),
    _pattern(r"\biron (?:butter)?fly", 3, "+p0 -p1 -c1 +c2", is_credit=True),
    _pattern(r"\bput (?:butter)?fly", 3, "+p0 -p1 -p1 +p2", is_credit=False),
    _pattern(r"\b(?:butter)?fly\b|\bbutterfly", 3, "+c0 -c1 -c1 +c2", is_credit=False),
    _pattern(
        r"\bbull put|\bput credit|\bshort put (?:spread|vertical)", 2, "+p0 -p1", is_credit=True
    ),
    _pattern(
        r"\bbear call|\bcall credit|\bshort call (?:spread|vertical)", 2, "-c0 +c1", is_credit=True
    ),
    _pattern(r"\bbear put|\bput (?:debit )?(?:spread|vertical)", 2, "-p0 +p1", is_credit=False),
    _pattern(r"\bbull call|\bcall (?:debit )?(?:spread|vertical)", 2, "+c0 -c1", is_credit=False),
    _pattern(r"\b(?:short|sold|sell) .*strangle", 2, "-p0 -c1", is_credit=True),
    _pattern(r"\bstrangle", 2, "+p0 +c1", is_credit=False),
    _pattern(r"\b(?:short|sold|sell) .*straddle", 1, "-p0 -c0", is_credit=True),
    _pattern(r"\bstraddle", 1, "+p0 +c0", is_credit=False),
)


def number(text: str) -> float:
    return float(text.replace(",", ""))


def plain(value: float) -> float | int:
    """60 rather than 60.0."""
    return int(value) if value == int(value) else value


def count(text: str) -> int:
    return _COUNTS.get(text) or int(text)


def kind_of(text: str) -> str:
    return "put" if text.startswith("p") else "call"


def ending(low: str, today: date) -> dict[str, Any]:
    """`expiry` or `days`, as far as the words name one by itself; weekdays are days of the canvas."""
    if _NEAR.search(low):
        return {"days": 0}
    if iso := _ISO.search(low):
        return {"expiry": iso[0]}
    named = _SLASHED.search(_STRIKES.sub(" ", low)) or _SLASHED.search(low)
    if (named and not _STRIKES.fullmatch(named[0])) or (named and _looks_dated(low, named)):
        return _dated(int(named[1]), int(named[2]), named[3], today)
    if spoken := _NAMED.search(low):
        return _dated(_month(spoken[1]), int(spoken[2]), spoken[3], today)
    if leaps := _LEAPS.search(low):
        return {"expiry": _third_friday(int(leaps[1] or leaps[2]), 1).isoformat()}
    if span := _SPAN.search(low):
        length = _LENGTHS[span[2][0]]
        return {"days": count(span[1]) * length}
    if monthly := _OF_MONTH.search(low):
        return _monthly(_month(monthly[1]), monthly[2], today)
    return {}


def _looks_dated(low: str, found: re.Match[str]) -> bool:
    """`200c 1/16` and `1/16 200c`: a slash beside a contract is a date."""
    around = low[max(found.start() - 12, 0) : found.end() + 12]
    return bool(_CONTRACT.search(around))


def _dated(month: int, day: int, year: str | None, today: date) -> dict[str, Any]:
    try:
        if year:
            found = date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        else:
            found = date(today.year, month, day)
            found = found if found >= today else date(today.year + 1, month, day)
    except ValueError:
        return {}
    return {"expiry": found.isoformat()}


def _monthly(month: int, year: str | None, today: date) -> dict[str, Any]:
    if year:
        return {"expiry": _third_friday(int(year) % 100 + 2000, month).isoformat()}
    found = _third_friday(today.year, month)
    return {
        "expiry": (found if found >= today else _third_friday(today.year + 1, month)).isoformat()
    }


def _third_friday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)


def _month(text: str) -> int:
    return _MONTHS.index(text[:3]) + 1


def contract(low: str) -> dict[str, Any]:
    """Kind, and strike or delta, of one contract; empty if neither call nor put is said."""
    if delta := _DELTA.search(low):
        value = float(delta[1])
        kind = _BARE_KIND.search(low)
        told: dict[str, Any] = {"kind": kind_of(kind[1])} if kind else {}
        return told | {"delta": value if value < 1 else value / 100}
    if struck := _CONTRACT.search(low):
        return {"kind": kind_of(struck[2]), "strike": plain(number(struck[1]))}
    kind = _BARE_KIND.search(low)
    if kind is None:
        return {}
    strike = _STRUCK.search(low)
    return {"kind": kind_of(kind[1])} | ({"strike": plain(number(strike[1]))} if strike else {})


def _after(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})(?: is| at| of| to|=|:)? ?\$?({_NUMBER})")


_GIVEN = {
    "spot": _after("stock|spot|underlying|shares? at|stock price|price of (?:the )?stock"),
    "volatility": _after("vol|volatility|iv|sigma|implied vol|implied volatility"),
    "rate": _after("rates?|interest(?: rate)?|r"),
    "dividend_yield": _after("dividends?|div|dividend yield|yield"),
    "price": _after(
        "(?:call|put) (?:is )?(?:at|for|trading at|worth)|premium|option price|costs?|priced"
    ),
}


def given(low: str) -> dict[str, Any]:
    """Numbers of an option that is to be priced: spot, strike, volatility, rate and the like."""
    found = {
        name: plain(number(m[1])) for name, words in _GIVEN.items() if (m := words.search(low))
    }
    return found if "spot" in found else {}


def legs(low: str) -> list[dict[str, Any]]:
    """Legs that are spelled out, `sell 2 450 puts at 3.10`, and shares beside them."""
    found = list(_spelled(low))
    shares = _SHARES.search(low)
    if shares and found:
        side = "sell" if shares[1] else "buy"
        stock: dict[str, Any] = {"kind": "stock", "side": side, "quantity": int(shares[2])}
        found.insert(0, stock | ({"price": number(shares[3])} if shares[3] else {}))
    return found


def _spelled(low: str) -> Iterator[dict[str, Any]]:
    for leg in _LEG.finditer(low):
        is_bought = leg[1] in ("buy", "long", "bought", "buying")
        told: dict[str, Any] = {"kind": kind_of(leg[4]), "side": "buy" if is_bought else "sell"}
        if leg[2]:
            told["quantity"] = count(leg[2])
        told["strike"] = plain(number(leg[3]))
        yield told | ({"price": number(leg[5])} if leg[5] else {})


def structure(low: str) -> dict[str, Any]:
    """Legs of a structure that is named with its strikes, and its net price if one is said."""
    pattern = next((each for each in PATTERNS if each.words.search(low)), None)
    if pattern is None:
        return {}
    strikes = _listed_strikes(low, pattern)
    if strikes is None:
        return {}
    told = [
        {"kind": kind, "side": side, "strike": plain(strikes[place])}
        for side, kind, place in pattern.legs
    ]
    return {"legs": _joined(told)} | net(low, is_credit=pattern.is_credit)


def _listed_strikes(low: str, pattern: Pattern) -> list[float] | None:
    listed = _STRIKES.search(low)
    found = [] if listed is None else [number(each) for each in re.findall(_NUMBER, listed[1])]
    if pattern.strikes == 1 and not found:
        alone = re.search(
            rf"(?<![\w./])({_NUMBER}) (?:\w+ )?straddle|straddle (?:at )?({_NUMBER})", low
        )
        found = [] if alone is None else [number(alone[1] or alone[2])]
    return sorted(found) if len(found) == pattern.strikes else None


def _joined(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same leg twice is one of two contracts."""
    found: list[dict[str, Any]] = []
    for leg in told:
        if leg in found:
            found[found.index(leg)] = leg | {"quantity": 2}
        else:
            found.append(leg)
    return found


def net(low: str, *, is_credit: bool | None) -> dict[str, Any]:
    """What all legs together cost or bring, per share."""
    price = _NET.search(_STRIKES.sub(" spread ", low))
    if price is None:
        return {}
    side = price["after"] or price["before"] or ""
    if side:
        is_credit = side.startswith("c")
    elif _CREDITS.search(low):
        is_credit = True
    return {"credit" if is_credit else "debit": number(price["price"])}


_MOVE = re.compile(
    r"\b(drops?|falls?|fell|down|loses?|tanks?|sinks?|rises?|rall(?:y|ies)|up|gains?|jumps?|climbs?|moves?)(?: by)? (\d+(?:\.\d+)?) ?(?:%|percent)"
)
_TO = re.compile(
    rf"\b(?:goes to|at|hits|is at|trades at|reaches|lands (?:on|at)) \$?({_NUMBER})(?![%\d])"
)
_VOL_MOVE = re.compile(
    r"\b(?:vol|volatility|iv)(?: is| goes| comes)? (up|down|rises?|falls?|drops?|\+|-)(?: by)? ?(\d+(?:\.\d+)?)"
)
_DOWNWARDS = re.compile(r"drop|fall|fell|down|lose|tank|sink|-")


def what_if(low: str) -> dict[str, Any]:
    """Moves of the price and of volatility that a question supposes; its day is read elsewhere."""
    found: dict[str, Any] = {}
    if vol := _VOL_MOVE.search(low):
        found["if_volatility"] = plain(_signed(vol[1], vol[2]))
        low = low[: vol.start()] + low[vol.end() :]
    if move := _MOVE.search(low):
        found["if_move"] = plain(_signed(move[1], move[2]))
    elif to := _TO.search(low):
        found["if_price"] = plain(number(to[1]))
    return found


def _signed(word: str, amount: str) -> float:
    return -float(amount) if _DOWNWARDS.search(word) else float(amount)
