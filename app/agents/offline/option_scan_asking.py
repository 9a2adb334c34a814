"""The call that a question about setups on options over many underlyings means.

Decided: it is asked for by words of searching, by several symbols, or as a bare phrase ("rich vol,
earnings behind them"); a question about one symbol's volatility, or about what a word means, is left to
the others.
"""

import re
from typing import Any

from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Asked, Call, Frame
from app.agents.offline.reading import Reading
from app.agents.offline.scan_why import why_calls
from app.scanner.option_setups import OptionSetup

_OTHERS = frozenset({Intent.REFUSED, Intent.ALERT, Intent.JOURNAL, Intent.BACKTEST, Intent.ORDER})
_SEARCHED = re.compile(
    r"\b(?:scan|screen|find|search|look for|hunt|list|show|give me|got any|any|only|just|which|who|where|what (?:has|have|names|stocks|symbols))\b"
)
_ASKS_MEANING = re.compile(
    r"^(?:what(?:'s| is| are| does| do)|why|how|explain|define|when|should|is|are|does|do|can|will)\b"
)
_MINE = re.compile(r"\b(?:my|mine)\b|\bi(?:'m| am|'ve| have)\b|\b\d+(?:\.\d+)? ?/ ?\d+")
_RICH = re.compile(
    r"\b(?:rich|high(?:est)?|elevated|expensive|juicy|fat)(?: implied)? (?:vols?|volatility|ivs?|iv ?ranks?|ivr|premiums?)\b"
    r"|\b(?:vol|volatility|iv|iv ?rank|ivr|premium)s? (?:is |are |that is )?(?:rich|high|elevated|expensive)\b"
    r"|\b(?:iv ?rank|ivr) (?:of )?(?:over|above|at least|>=?) ?\d+"
)
_UNUSUAL = re.compile(
    r"\bunusual (?:stock )?(?:options?|calls?|puts?)\b|\bunusual (?:activity|flow|volume) in (?:the )?options?\b"
    r"|\boptions? (?:flow|activity|volume|trades?) (?:that is |that's )?unusual\b"
    r"|\bvolume (?:is |far |well |way |much )*(?:over|above|exceeds|bigger than|higher than|>+|≫|vs\.?|beyond) (?:the |their )?(?:open interest|oi)\b"
)
_CRUSH = re.compile(
    r"\b(?:iv|vol|volatility|earnings) crush(?:es|ed)?\b|\bpost[- ]?earnings (?:iv |vol(?:atility)? )?crush"
)
_KINDS: tuple[tuple[str, tuple[OptionSetup, ...]], ...] = (
    (r"\biron condors?\b|\bcondors\b", (OptionSetup.CONDOR,)),
    (r"\bbull put(?: credit)?(?: spread)?s?\b|\bput credit spreads?\b", (OptionSetup.BULL_PUT,)),
    (r"\bbear call(?: credit)?(?: spread)?s?\b|\bcall credit spreads?\b", (OptionSetup.BEAR_CALL,)),
    (r"(?<!put )(?<!call )\bcredit spreads\b", (OptionSetup.BULL_PUT, OptionSetup.BEAR_CALL)),
)  # fmt: skip
_LIKELY = re.compile(
    r"\bhigh(?:est)?[- ]prob(?:ability|abilities)?\b(?: \w+)? (?:spreads?|trades|option trades|options)\b"
    r"|\bspreads? (?:of|with) (?:a )?high prob(?:ability)?\b"
)
_IS_LIKELY = re.compile(
    r"\bhigh(?:est)?[- ]prob|\bprobab|\bchance\b|\bpop\b|\bideas?\b|\bsetups?\b"
)
_BEHIND = re.compile(
    r"\bearnings (?:are |is |already |all )*(?:behind|over|done|past|out of the way|reported)\b|\bafter (?:their |its )?earnings\b|\bno earnings (?:ahead|coming|soon|left)\b|\balready reported\b"
)
_DELTA = re.compile(r"(?<![\d.])(?:0?\.(\d\d?)|(\d\d?))[- ]?delta\b")
_DAYS = re.compile(r"\b(\d{1,3}) ?-?(days?|dte|weeks?|months?)\b")
_CHANCE = re.compile(r"\b(\d\d(?:\.\d+)?) ?(?:%|percent)")
_RANK = re.compile(r"\b(?:iv ?rank|ivr) (?:of )?(?:over|above|at least|>=?) ?(\d\d?)")
_WIDTH = re.compile(r"(?:\$ ?(\d+(?:\.\d+)?)|\b(\d+(?:\.\d+)?) (?:dollars?|points?)) wide\b")
_PER = {"d": 1, "w": 7, "m": 30}


def asked_of_option_scans(reading: Reading, frame: Frame) -> Asked:
    """Empty where no scan of options is meant."""
    low = reading.canvas.text.lower().strip(" ?!.")
    if why := why_calls(reading, frame):
        return Asked(why)
    if any(wish.intent in _OTHERS for wish in reading.wishes) or _MINE.search(low):
        return Asked()
    named = reading.whole.values(Kind.SYMBOL)
    setups = _setups(low, is_searched=bool(_SEARCHED.search(low)), named=named)
    if not setups:
        return Asked()
    asked: dict[str, Any] = {"setups": [setup.value for setup in setups]}
    if named:
        asked["symbols"] = list(named)
    return Asked([Call("scan_options", asked | _terms(low, setups))])


def _setups(low: str, *, is_searched: bool, named: list[str]) -> tuple[OptionSetup, ...]:
    if _ASKS_MEANING.match(low) and not is_searched:
        return ()
    if _UNUSUAL.search(low):
        return (OptionSetup.UNUSUAL,)
    is_many = is_searched or not named
    if _CRUSH.search(low):
        return (OptionSetup.CRUSH,) if is_many and _is_more(low, is_searched=is_searched) else ()
    if _RICH.search(low):
        return (OptionSetup.RANK,) if is_many and len(named) != 1 else ()
    return _spreads(low) if is_searched or _IS_LIKELY.search(low) else ()


def _is_more(low: str, *, is_searched: bool) -> bool:
    """ "IV crush" alone asks what it is."""
    return is_searched or "post" in low or "after" in low


def _spreads(low: str) -> tuple[OptionSetup, ...]:
    found = [setup for shape, setups in _KINDS if re.search(shape, low) for setup in setups]
    if not found and _LIKELY.search(low):
        return (OptionSetup.CONDOR, OptionSetup.BULL_PUT, OptionSetup.BEAR_CALL)
    return tuple(dict.fromkeys(found))


def _terms(low: str, setups: tuple[OptionSetup, ...]) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    if found := _DELTA.search(low):
        terms["delta"] = float(f"0.{found[1]}") if found[1] else int(found[2]) / 100
    if found := _DAYS.search(low):
        terms["days"] = int(found[1]) * _PER[found[2][0]]
    if found := _WIDTH.search(low):
        terms["width"] = float(found[1] or found[2])
    if OptionSetup.RANK in setups:
        if found := _RANK.search(low):
            terms["min_iv_rank"] = float(found[1])
    elif found := _CHANCE.search(low):
        terms["min_probability"] = float(found[1])
    if _BEHIND.search(low) and OptionSetup.CRUSH not in setups:
        terms["earnings_behind"] = True
    return terms
