"""The calls that a question about setups over many symbols means, of the whole question at once.

Decided: a scan is asked for by its own words ("scan", "setups", "which stocks"), never by a pattern
beside one symbol: "is AMD in a squeeze" is a question about AMD. What is left of the words after
setups, prices and sectors are taken is tried as a condition of the formula language.
"""

import re
from dataclasses import dataclass
from typing import Any

from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call
from app.agents.offline.reading import Reading
from app.agents.offline.scan_bounds import Bounds, bounds_in
from app.core.errors import InvalidInput
from app.scanner.filtering import parse_filter
from app.scanner.setups import Setup

DAILY_ONLY = (
    "Setups are judged on daily bars alone, so I did not scan on others. Ask without the timeframe for "
    "the daily ones; a condition on shorter bars can be an alert."
)
_OTHERS = frozenset({Intent.REFUSED, Intent.ALERT, Intent.JOURNAL, Intent.BACKTEST, Intent.ORDER})
_FOUND = re.compile(
    r"\bmy (?:\w+ )?(?:opportunit(?:y|ies)|scans?|screens?)\b"
    r"|\b(?:opportunit(?:y|ies)|setups?) (?:\w+ ){0,3}(?:still |are |is )?(?:live|valid|open|left|end(?:ed)?|stopped|worked?)\b"
    r"|\b(?:saved|running|scheduled) scans?\b|\bscans? (?:\w+ ){0,3}(?:running|saved|scheduled|found|find|have)\b"
    r"|\b(?:which|what|how many) (?:of )?(?:my|the|your) (?:setups|opportunities)\b|\bhappened to (?:the|those|my) (?:setups|opportunities)\b"
)
_BY_SCAN = re.compile(
    r"\b(?:the|my) (?P<scan>(?!saved|running|scheduled|last)\w[\w ,&-]*?) (?:scan|screen)s? "
    r"(?:find|found|turn(?:ed)? up|come up with|came up with|catch|caught)\b"
)
_ENDED = re.compile(
    r"\b(?:end(?:ed)?|stopped(?: out)?|expired|over|reached|work(?:ed)? out|happened|past|old|results?)\b"
)
_SCAN = re.compile(
    r"\bscan(?:ning|ner)?\b|\bscreen (?:for|the|all|stocks|me)\b|\bscreener\b|\bset-?ups?\b|\bopportunit(?:y|ies)\b"
    r"|\bunusual volume\b|\bvolume spikes\b|\bsetting up\b|\b(?:something|anything|stuff) (?:good )?to (?:short|buy|trade)\b"
)
_IDEAS = re.compile(r"\btrade ideas?\b")
_MANY = re.compile(
    r"\b(?:which|what|find|list|any|show|give me|are there)\b.{0,30}\b(?:stocks|names|tickers|symbols|etfs|(?:mega|large|big|mid|small|micro)[- ]?caps|pullbacks|breakouts|breakdowns|squeezes|divergences|bounces|rejections|crosses)\b"
    r"|^(?:pullbacks|breakouts|breakdowns|squeezes|divergences|bounces|golden crosses|death crosses|rejections)\b"
    r"|^(?:.{0,30}\b)?(?:mega|large|big|mid|small|micro)[- ]?caps\b.*\b(?:in|under|over|with|above|below|near)\b"
    r"|\bstocks (?:that|which|in|with|near)\b|\bstocks\b.*\b(?:breaking|bouncing|pulling|squeezing)\b"
    r"|\bwhat(?:'s| is|s) (?:breaking|bouncing|pulling|squeezing)\b"
)
_NO_SETUP = re.compile(
    r"\b(?:news|earnings|gainers?|losers?|movers?|(?<!liquid )options?(?! are liquid| that are liquid)|calls?|puts?|iv|dividends?|watch ?lists?"
    r"|condors?|spreads?|straddles?|strangles?|butterfl(?:y|ies)"
    r"|(?:rich|high|elevated|expensive) vol(?:atility)?|premiums?)\b"
)
_SECTORS = {
    "technology": r"tech(?:nology)?(?: stocks| names)?",
    "semiconductors": r"semis|semiconductors?|chips?|chip stocks",
    "financials": r"financials?|banks?",
    "health": r"health ?care|health|pharma|biotechs?",
    "energy": r"energy|oil stocks|oil names",
    "industrials": r"industrials?",
    "discretionary": r"consumer discretionary|discretionary|retailers?",
    "staples": r"consumer staples|staples",
    "communication": r"communications?(?: services)?|telecoms?|media",
    "utilities": r"utilit(?:y|ies)",
    "materials": r"materials|miners?",
    "real estate": r"real estate|reits?",
}
_SETUPS: tuple[tuple[str, tuple[Setup, ...]], ...] = (
    (r"\bpull-?backs?\b|\bpull(?:ing|ed) back\b|\bdips?\b|\bwashed out\b", (Setup.PULLBACK,)),
    (r"\bbounc(?:e|es|ing|ed)\b|\b(?:off|at|holding) (?:of )?support\b", (Setup.BOUNCE,)),
    (r"\breject(?:ion|ions|ed|ing)\b|\b(?:at|off) resistance\b", (Setup.REJECTION,)),
    (r"\bbreak-?outs?\b|\bbreak(?:ing|s)? out\b", (Setup.BREAKOUT,)),
    (r"\bbreak-?downs?\b|\bbreak(?:ing|s)? down\b", (Setup.BREAKDOWN,)),
    (r"\bgolden cross(?:es)?\b", (Setup.GOLDEN_CROSS,)),
    (r"\bdeath cross(?:es)?\b", (Setup.DEATH_CROSS,)),
    (r"\bbull(?:ish)? divergences?\b", (Setup.BULLISH_DIVERGENCE,)),
    (r"\bbear(?:ish)? divergences?\b", (Setup.BEARISH_DIVERGENCE,)),
    (r"(?<!bullish )(?<!bearish )(?<!bull )(?<!bear )\bdivergences?\b", (Setup.BULLISH_DIVERGENCE, Setup.BEARISH_DIVERGENCE)),
    (r"\bvolume spikes?\b|\bunusual volume\b|\bspik(?:es|ing) (?:in|on) volume\b", (Setup.SPIKE_UP, Setup.SPIKE_DOWN)),
    (r"\bsqueez(?:e|es|ing)\b", (Setup.SQUEEZE_UP, Setup.SQUEEZE_DOWN)),
    (r"(?<!golden )(?<!death )\b(?:moving average|ma) cross(?:es|overs?)?\b", (Setup.GOLDEN_CROSS, Setup.DEATH_CROSS)),
)  # fmt: skip
_NEUTRAL = "|".join(
    [*(shape for shape, _ in _SETUPS), *(rf"\b(?:{each})\b" for each in _SECTORS.values())]
)
_SHORT = re.compile(r"\b(?:shorts?|bearish|to short|downside|sell)\b(?! divergence)")
_LONG = re.compile(r"\b(?:longs?|bullish|to buy|buys?|upside)\b(?! divergence)(?! term)")
_RATIO = re.compile(
    r"(?:\b(?:at least|over|above|more than|min|minimum|better than) )?\b(\d+(?:\.\d+)?) ?(?:to|:) ?1\b|\b(?:reward|rr|r:r)\b.{0,20}?(?:of|over|above|at least|than) (\d+(?:\.\d+)?)"
)
_CONDITION = re.compile(
    r"(?:\b(?:where|with|whose|having|for|that have|when)\b|:)(.+)$", re.IGNORECASE
)
_GAP = re.compile(
    r"\bgap(?:ped|ping|s)? (?P<way>up|down)(?: (?:by|more than|over|at least))* (?P<size>\d+(?:\.\d+)?) ?(?:%|percent)"
)
_TREND = re.compile(r"\b(above|below) (?:the|their|its) (\d{1,3})[- ]?(?:day|d|sma|dma)\b")
_CAPS = (
    (r"mega[- ]?caps?", "market_cap >= $200B"),
    (r"large[- ]?caps?|big[- ]?caps?|blue chips?", "market_cap >= $10B"),
    (r"mid[- ]?caps?", "market_cap >= $2B and market_cap < $10B"),
    (r"small[- ]?caps?", "market_cap >= $300M and market_cap < $2B"),
    (r"micro[- ]?caps?", "market_cap < $300M"),
)
_SIZED = re.compile(r"\d[kmbt]\b")
_LIQUID = re.compile(r"\b(?:liquid options|options? (?:that are |are )?liquid|optionable)\b")
_LIQUID_FROM = "usual_option_volume >= 5000"
_FOREIGN = re.compile(
    r"\b(?:hourly|hour|weekly|monthly|intraday|minute) (?:bars?|charts?|candles?|timeframes?|setups?)\b"
    r"|\b(?:last|past) (?:hour|(?:\d+|few) (?:minutes|hours))\b"
)
_OVERSOLD = re.compile(r"\b(oversold|overbought)\b")


def scan_calls(reading: Reading, part: str = "") -> list[Call]:
    """Empty where no scan is meant. `part` are the words that count, all of them if empty."""
    if any(wish.intent in _OTHERS for wish in reading.wishes):
        return []
    text = (part or reading.canvas.text).strip(" ?!.")
    low = text.lower()
    by_scan = _BY_SCAN.search(low)
    if by_scan or _FOUND.search(low):
        return [
            Call(
                "list_opportunities",
                ({"ended": True} if _ENDED.search(low) else {})
                | ({"scan": by_scan["scan"]} if by_scan else {}),
            )
        ]
    setups = _setups(low)
    named = _spelled(low, reading.whole.values(Kind.SYMBOL))
    condition = _condition(text, setups, _symbols(reading))
    if not _is_scan(low, named, is_narrow=bool(setups or condition.written or condition.bounds)):
        return []
    return [Call("scan_market", _asked(condition, setups, named))]


def unscanned(reading: Reading) -> str:
    """Why what is asked for cannot be scanned; empty where it can."""
    low = reading.canvas.low
    rest = bounds_in(low, neutral=_NEUTRAL).rest
    foreign = [
        each
        for each in reading.canvas.mentions
        if each.kind is Kind.TIMEFRAME
        and each.values != ("1d",)
        and low[each.start : each.end] in rest
    ]
    is_foreign = bool(foreign) or bool(_FOREIGN.search(rest))
    return DAILY_ONLY if is_foreign and "(" not in low else ""


def _is_scan(low: str, named: list[str], *, is_narrow: bool) -> bool:
    if _NO_SETUP.search(low):
        return False
    if _SCAN.search(low):
        return True
    return not named and bool(_IDEAS.search(low) or (_MANY.search(low) and is_narrow))


def _spelled(low: str, named: list[str]) -> list[str]:
    """Without what only the name of a sector or of a size, or an amount, was read as."""
    if not (_sector(low) or _of_universe(low) or _SIZED.search(low)):
        return named
    return [symbol for symbol in named if re.search(rf"\b{re.escape(symbol.lower())}\b", low)]


def _asked(condition: "_Condition", setups: list[str], named: list[str]) -> dict[str, Any]:
    low = condition.rest
    asked: dict[str, Any] = {}
    if setups:
        asked["setups"] = setups
    elif _SHORT.search(low):
        asked["direction"] = "short"
    elif _LONG.search(low):
        asked["direction"] = "long"
    sector = _sector(condition.low)
    if named:
        asked["symbols"] = list(named)
    elif sector:
        asked["sector"] = sector
    where = {"where": condition.written} if condition.written else {}
    return asked | condition.bounds | where


def _sector(low: str) -> str:
    found = (name for name, shape in _SECTORS.items() if re.search(rf"\b(?:{shape})\b", low))
    return next(found, "")


def _of_universe(low: str) -> list[str]:
    """What is asked of the size of companies and of their options."""
    found = [text for shape, text in _CAPS if re.search(rf"\b(?:{shape})\b", low)]
    return [*found[:1], *([_LIQUID_FROM] if _LIQUID.search(low) else [])]


def _setups(low: str) -> list[str]:
    found = [setup.value for shape, setups in _SETUPS if re.search(shape, low) for setup in setups]
    return list(dict.fromkeys(found))


def _ratio(low: str) -> tuple[dict[str, Any], str]:
    """Reward to risk, and the words without it."""
    found = _RATIO.search(low)
    if found is None:
        return {}, low
    return {"min_reward_to_risk": float(found[1] or found[2])}, low.replace(found[0], " ")


@dataclass(frozen=True, slots=True)
class _Condition:
    """What is asked beside setups: `written` in the formula language, `bounds` as arguments; `low` is
    all words, `rest` those without the condition."""

    low: str
    rest: str
    written: str
    bounds: dict[str, Any]


def _condition(text: str, setups: list[str], symbols: str) -> _Condition:
    low = text.lower()
    if found := _CONDITION.search(text):
        try:
            written = str(parse_filter(found[1].strip()))
        except InvalidInput:
            pass
        else:
            bounds, rest = _bounded(low[: found.start()], symbols)
            return _Condition(low, rest, " and ".join([written, *bounds.conditions]), bounds.price)
    parts = []
    if Setup.PULLBACK.value not in setups:
        if trend := _TREND.search(low):
            parts.append(f"close {'>' if trend[1] == 'above' else '<'} sma({trend[2]})")
        if extreme := _OVERSOLD.search(low):
            parts.append("rsi(14) < 30" if extreme[1] == "oversold" else "rsi(14) > 70")
    parts += _of_universe(low)
    rest = low
    if gap := _GAP.search(low):
        size = gap["size"]
        parts.append(f"gap > {size}%" if gap["way"] == "up" else f"gap < -{size}%")
        rest = low.replace(gap[0], " ")
    bounds, rest = _bounded(rest, symbols)
    return _Condition(low, rest, " and ".join([*parts, *bounds.conditions]), bounds.price)


def _symbols(reading: Reading) -> str:
    """A pattern of what was read as a symbol."""
    canvas = reading.canvas
    spelled = [
        re.escape(canvas.low[each.start : each.end])
        for each in canvas.mentions
        if each.kind is Kind.SYMBOL
    ]
    return "".join(rf"|\b{each}" for each in spelled)


def _bounded(low: str, symbols: str) -> tuple[Bounds, str]:
    ratio, rest = _ratio(low)
    found = bounds_in(rest, neutral=_NEUTRAL + symbols)
    found.price = ratio | found.price
    return found, found.rest
