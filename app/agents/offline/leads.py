"""Which sentences come before the tools' own: those the question turns on.

Decided: the plan only notes what has to be said (`Lead`): a verdict, a winner, the pivots in a row.
What it says is decided by figures when the answers are there (`sayings`).
"""

import re
from collections.abc import Callable, Sequence

from app.agents.offline.clauses import Clause
from app.agents.offline.intents import Intent
from app.agents.offline.mentions import Kind
from app.agents.offline.plans import Call, Lead

_STRONGER = re.compile(
    r"\b(?:more|stronger|strongest|better|best|outperform\w*|leading|ahead|winning|beating|higher|most|green(?:er|est)|bigger|biggest)\b"
)
_WEAKER = re.compile(
    r"\b(?:weaker|weakest|worse|worst|lagging|lower|less|losing|down (?:more|most)|red(?:der|dest))\b"
)
_RATIO = re.compile(
    r"\bstock (?:in|per|in terms of|priced in|to) stock\b|\bhow many stock\b|\bratio\b"
)
_VERSUS = re.compile(r"\b(?:vs|versus|compare|against|or)\b")
_LEAST = re.compile(r"\b(?:least|lowest|smallest|lower|smaller|less)\b")
_NEAR = re.compile(r"\b(?:closer|closest|nearer|nearest)\b")
_FAR = re.compile(r"\b(?:further|furthest|farther|farthest|most (?:stretched|extended))\b")
_IS_IT = re.compile(
    r"^(?:(?:so|and|hey|ok|okay|also|yo|well|but|now)[, ]+)*(?:is|are|was|were|has|have|did|does|do|'s)\b"
)
_UP = re.compile(r"\b(?:above|over|holding|held|hold|reclaim\w*|back above|up)\b")
_DOWN = re.compile(r"\b(?:below|under|beneath|lost|lose|losing|down)\b")
_BREAKS = re.compile(
    r"\b(?:br[eo]a?ke?n?|breach\w*|clear(?:ed)?|t[ao]o?ke?n? out|(?:gone|went|go|been|get|got|pushed?) (?:through|past)|exceed\w*)\b"
)
_TOUCHES = re.compile(
    r"\b(?:hits?|touch\w*|tag(?:s|ged)?|test(?:s|ed)?|retest\w*|reach\w*|kiss\w*|come back to|get to|got to)\b"
)
_SIDES = (
    ("below", re.compile(r"\b(?:supports?|floor|demand|buyers|bulls|below)\b")),
    ("above", re.compile(r"\b(?:resistances?|ceiling|overhead|supply|sellers|bears|above)\b")),
)
_PIVOTS = re.compile(r"\bpivots?\b|\bmethod\b")
_CROSSES = re.compile(
    r"\b(?:cross\w*|golden|death|above|below|over|under|vs|versus|against|higher|lower)\b"
)
_OFF_HIGH = re.compile(
    r"\b(?:off|from|below|under|away from) (?:of )?(?:its|the|today's|their|day)?(?: day's)? ?highs?\b"
)
_OFF_LOW = re.compile(
    r"\b(?:off|from|above|over|away from) (?:of )?(?:its|the|today's|their|day)?(?: day's)? ?lows?\b"
)
_FIELDS = (
    ("volume", re.compile(r"\bvolume\b")),
    ("open", re.compile(r"\b(?:open|opened|opening)\b")),
    ("high", re.compile(r"\bhigh(?:s|est)?\b")),
    ("low", re.compile(r"\blow(?:s|est)?\b")),
)
_GAP = re.compile(r"\bgap(?:s|ped|ping)?\b")
_FILLS = re.compile(r"\b(?:fill|fills|filled|close[ds]?|closing|open still|still open)\b")


def leads_of(
    intent: Intent, clause: Clause, calls: Sequence[Call], places: tuple[int, ...]
) -> list[Lead]:
    """What has to be said first about these calls."""
    chooser = _CHOOSERS.get(intent)
    return chooser(clause, calls, places) if chooser and places else []


def _quote_leads(clause: Clause, calls: Sequence[Call], places: tuple[int, ...]) -> list[Lead]:
    masked = clause.masked
    if len(places) == 2 and _RATIO.search(masked):
        first, second = places
        return [Lead("ratio", (second, first) if "how many" in masked else places)]
    if len(places) > 1:
        return _contests(masked, places)
    if _GAP.search(masked):
        return [Lead("gap filled" if _FILLS.search(masked) else "gap", places, _asked(clause))]
    for path, pattern in (("high", _OFF_HIGH), ("low", _OFF_LOW)):
        if pattern.search(masked):
            return [Lead("off extreme", places, (path,))]
    return [Lead("field", places, (path,)) for path, wanted in _FIELDS if wanted.search(masked)]


def _contests(masked: str, places: tuple[int, ...]) -> list[Lead]:
    """Who wins, by the figure that was asked for."""
    if _GAP.search(masked):
        return [Lead("rank", places, ("gap",))]
    if "volume" in masked:
        return [Lead("rank", places, ("volume", "least") if _LEAST.search(masked) else ("volume",))]
    if _WEAKER.search(masked):
        return [Lead("contest", places, ("least",))]
    if _STRONGER.search(masked) or _VERSUS.search(masked):
        return [Lead("contest", places)]
    return []


def _asked(clause: Clause) -> tuple[str, ...]:
    """The side that a yes-or-no question is about; empty for other questions."""
    if not _IS_IT.match(clause.plain):
        return ()
    if _DOWN.search(clause.plain):
        return ("down",)
    return ("up",) if _UP.search(clause.plain) else ()


def _level_leads(clause: Clause, calls: Sequence[Call], places: tuple[int, ...]) -> list[Lead]:
    past = _from_past_days(clause, calls, places)
    if past:
        return past
    names = [tuple(call.arguments.get("names", ())) for call in calls]
    if len(set(names)) == 1 and len(names[0]) == 1 and names[0][0] != "ATR":
        return _of_one_level(clause, calls, places, names[0][0])
    if any(names) or clause.of(Kind.NUMBER):
        return []
    if _PIVOTS.search(clause.masked):
        return [
            Lead("pivots", (place,), (_method(call),))
            for call, place in zip(calls, places, strict=True)
        ]
    sides = [side for side, pattern in _SIDES if pattern.search(clause.masked)]
    return [Lead("ladder", (place,), (side,)) for place in places for side in sides]


def _of_one_level(
    clause: Clause, calls: Sequence[Call], places: tuple[int, ...], name: str
) -> list[Lead]:
    if len(places) > 1:
        word = "near" if _NEAR.search(clause.plain) else "far" if _FAR.search(clause.plain) else ""
        return [Lead("distance", places, (name, word))] if word else []
    if not _IS_IT.match(clause.plain) or {"date", "as_of"} & set(calls[0].arguments):
        return []
    if _TOUCHES.search(clause.plain):
        return [Lead("touch", places, (name,))]
    if _BREAKS.search(clause.plain):
        return [Lead("break", places, (name,))]
    return [Lead("side", places, (name, *_asked(clause)))] if _asked(clause) else []


def _method(call: Call) -> str:
    period = {"week": " weekly", "month": " monthly"}.get(str(call.arguments.get("period")), "")
    return str(call.arguments.get("pivot", "traditional")).capitalize() + period


def _from_past_days(clause: Clause, calls: Sequence[Call], places: tuple[int, ...]) -> list[Lead]:
    part = re.search(r"\b(high|low|close)\b|\bhi\b|\blo\b", clause.masked)
    leads = []
    for before, after in zip(range(len(calls)), range(1, len(calls)), strict=False):
        pair = (calls[before].name, calls[after].name)
        if pair == ("get_quote", "get_key_levels") and part is not None:
            path = {"h": "high", "l": "low", "c": "close"}[part[0][0]]
            leads.append(Lead("from a past day", (places[before], places[after]), (path,)))
    return leads


def _indicator_leads(clause: Clause, calls: Sequence[Call], places: tuple[int, ...]) -> list[Lead]:
    averages = clause.values(Kind.AVERAGE)
    if len(averages) != 2 or not _CROSSES.search(clause.plain):
        return []
    named = next((word for word in ("golden", "death") if word in clause.plain), "")
    wanted = (named,) if named else _asked(clause)
    return [Lead("cross", (place,), (*averages, *wanted)) for place in places]


_CHOOSERS: dict[Intent, Callable[[Clause, Sequence[Call], tuple[int, ...]], list[Lead]]] = {
    Intent.QUOTE: _quote_leads,
    Intent.LEVELS: _level_leads,
    Intent.INDICATORS: _indicator_leads,
}
