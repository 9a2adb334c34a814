"""Words about what a member holds: the book, its risk, and what would happen to it."""

import re
from typing import Any

from app.agents.offline.clauses import Clause
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind

_BOOK = re.compile(
    r"\bmy (?:\w+ )?(?:open |current |whole |total |overall |own |option )*(?:positions?|portfolio|book|holdings?|p ?& ?l|pnl|p/l|open trades|calls|puts|longs|shorts|shares|stocks)\b"
    r"|\b(?:how much|what) (?:am|are) i (?:up|down|holding|making|losing)\b"
    r"|\bam i (?:\w+ )?(?:up|down|green|red|in profit|in the (?:green|red)|making money|losing money)\b"
    r"|\bwhat (?:\w+ )?do i (?:\w+ )?(?:own|hold)\b|\bdo i (?:own|hold) (?:any|some)\b|\b(?:which|what) (?:options|calls|puts|stocks|positions|contracts) (?:do|did|am) i (?:\w+ )?(?:have|own|hold|in)\b"
    r"|\bopen positions\b|\bpositions? (?:summary|overview)\b|^(?:the |my )?(?:portfolio|book|positions|p ?& ?l|pnl|holdings)$|\bhow am i doing (?:today|overall|so far)\b"
)
_NOT_THE_BOOK = re.compile(
    r"\bposition siz|\bwatch ?lists?\b|\bbuying power\b|\baccount\b|\bmargin\b|\bmembers?\b|\bother\b|\bstop\b|\bwin[- ]?rate\b|\bshould i\b|\bjournal\b|\bmy options are\b|\bwhat are my options\b|\bdelete\b|^(?:please |just )?(?:sell|buy|short|dump|liquidate|flatten)\b|\brelative to\b"
)
_RISK = re.compile(
    r"\b(?:am i|are we|is my (?:book|portfolio)) (?:net |too |overall )*(?:long|short|hedged|exposed|concentrated|diversified|delta neutral|neutral)\b"
    r"|\bhow (?:long|short|hedged|exposed|concentrated|diversified) (?:am i|is my (?:book|portfolio))\b"
    r"|\bmy (?:\w+ )?(?:net |total |portfolio |whole )*(?:delta|gamma|theta|vega|greeks?|exposure|beta|concentration|time decay)\b"
    r"|\b(?:delta|gamma|theta|vega|greeks?) (?:of|on|for|in) my\b|\bbeta[- ]?weight\w*\b|\b(?:portfolio|book|position|positions) (?:greeks?|delta|gamma|theta|vega|risk|beta)\b|\bgreeks? (?:of|for|on) (?:my|the book)\b"
    r"|\b(?:theta|decay|premium) (?:do|am) i (?:\w+ )?(?:collect\w*|pay\w*|bleed\w*|earn\w*|los\w+|mak\w+)\b|\bhow much (?:theta|decay) (?:do|am) i\b"
    r"|\b(?:waiting|holding|sitting|time|it) (?:\w+ ){0,4}cost(?:s|ing)? me\b|\bcosts? me (?:to (?:wait|hold)|a day|per day|every day|each day|overnight)\b|\bnet (?:delta|gamma|theta|vega)\b"
)
_ASSIGNED = re.compile(
    r"\b(?:risk|danger|chance) of (?:\w+ )?(?:assignment|being assigned|getting assigned)\b|\bassignment risk\b|\b(?:get|be|getting|being) assigned\b"
)
_OWN = re.compile(r"\b(?:my|mine)\b(?! (?:question|understanding))")
_IF = re.compile(r"\b(?:if|when|with|should|suppose|assuming)\b")
_MINE = re.compile(
    r"\bmy (?:[a-z0-9./&]+ ){0,3}?(?:book|portfolio|positions?|options|holdings?|shares|stocks?|calls?|puts?|spreads?|condors?|butterfl(?:y|ies)|str[ai]ngles?|straddles?|collar)\b|\bto me\b|\b(?:do|will|would) i (?:lose|make|gain)\b"
)
_NUMBER = r"(?P<{}>\d+(?:\.\d+)?)"
_DOWN = re.compile(
    rf"\b(?:drop\w*|fall\w*|down|los\w+|crash\w*|tank\w*|lower|declin\w*|sell\w* off|minus)(?: by| another)? {_NUMBER.format('n')} ?(?:%|percent|pct)|-{_NUMBER.format('m')} ?(?:%|percent|pct)"
)
_UP = re.compile(
    rf"\b(?:rise\w*|up|gain\w*|rall\w+|jump\w*|higher|climb\w*|plus)(?: by| another)? {_NUMBER.format('n')} ?(?:%|percent|pct)|\+{_NUMBER.format('m')} ?(?:%|percent|pct)"
)
_VOL = re.compile(
    rf"\b(?:vol|volatility|iv|implieds?)\b(?: \w+){{0,2}}? (?P<way>up|higher|rises?|jumps?|spikes?|gains?|down|lower|falls?|drops?|crush\w*)(?: by)? {_NUMBER.format('n')}"
)
_DAYS = re.compile(
    r"\b(?:in|after|over|by) (?P<n>\d+|a|one|two|three|five|ten) (?P<unit>days?|weeks?|months?)\b"
)
_WORDS = {"a": 1, "one": 1, "two": 2, "three": 3, "five": 5, "ten": 10}
_UNITS = {"d": 1, "w": 7, "m": 30}
_MARKET = re.compile(r"\b(?:the market|spy|spx|s&p|s&p 500|stocks|everything)\b")


def position_intent(clause: Clause) -> Intent:
    """DRAFT, RISK or BOOK where the words are about what is held, else NONE."""
    if clause.of(Kind.TRADE):
        return Intent.DRAFT
    plain = clause.plain.strip(" ?!.,:")
    if is_of_assignment(plain):
        return Intent.BOOK
    if _NOT_THE_BOOK.search(plain):
        return Intent.NONE
    if _RISK.search(plain) or (_MINE.search(plain) and _IF.search(plain) and shift_of(plain)):
        return Intent.RISK
    return Intent.BOOK if _BOOK.search(plain) else Intent.NONE


def is_of_assignment(plain: str) -> bool:
    """Whether what is held may be assigned, which each line of the book says."""
    return bool(_ASSIGNED.search(plain) and _OWN.search(plain))


def is_whole(clause: Clause) -> bool:
    """Whether a question is one wish, whatever it joins: a trade, or a what-if of several parts."""
    if clause.of(Kind.TRADE):
        return True
    plain = clause.plain
    return bool(_MINE.search(plain) and _IF.search(plain) and shift_of(plain))


def shift_of(plain: str) -> dict[str, Any]:
    """What should be supposed to happen."""
    shift: dict[str, Any] = {}
    volatility = _VOL.search(plain)
    if volatility:
        sign = "" if volatility["way"][0] in "uhrjsg" else "-"
        shift["volatility_points"] = f"{sign}{volatility['n']}"
        plain = plain[: volatility.start()] + plain[volatility.end() :]
    for sign, shape in (("-", _DOWN), ("", _UP)):
        found = shape.search(plain)
        if found:
            shift["spot_percent"] = f"{sign}{found['n'] or found['m']}"
            if _MARKET.search(plain):
                shift["by_beta"] = True
            break
    days = _DAYS.search(plain)
    if days:
        count = _WORDS.get(days["n"]) or int(days["n"])
        shift["days"] = str(count * _UNITS[days["unit"][0]])
    return shift


def moved_by_market(plain: str, named: list[str]) -> list[str]:
    """The underlyings whose lines are meant where the market is what moves: "my AMD position if SPX
    drops"; the index itself only if it is said to be held."""
    held = [symbol for symbol in named if symbol not in _INDICES]
    return held or (named[:1] if _OWN_INDEX.search(plain) else [])


_INDICES = frozenset({"SPX", "SPY"})
_OWN_INDEX = re.compile(r"\bmy (?:spy|spx|s&p(?: 500)?)\b")
