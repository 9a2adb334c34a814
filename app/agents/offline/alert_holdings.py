"""A condition on what a member holds: "my SPX condor is down $500", "delta on the 180c drops under .3".

Decided: what a number measures has to be said. A result, a value, a Greek and the mark of one contract
are different figures; where the words leave open which is meant, or it is one that is not known here,
that is said instead of another one being watched.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.agents.offline import replies
from app.agents.offline.alert_words import DAY, formula_of
from app.agents.offline.mentions import Canvas, Kind, Mention

_GREEK = r"(?P<greek>delta|gamma|theta|vega)"
_NAME = r"(?P<name>[\w/.' -]+?)"
_VERB = (
    r"(?:is|are|go(?:es)?|gets?|drops?|falls?|dips?|slips?|sinks?|rises?|climbs?|jumps?|moves?|comes?|trades?|hits?"
    r"|reach(?:es)?|cross(?:es)?|breaks?|touch(?:es)?|stays?|turns?)"
)
_SIDE_WORD = (
    r"(?:above|over|past|below|under|beneath|through|to|at(?: least| most)?|more than|less than)"
)
_MOVE = rf"(?P<move>{_VERB} (?:(?:back|down|up) )*(?:{_SIDE_WORD} )*|(?:{_SIDE_WORD} )+)"
_AMOUNT = (
    r"(?P<minus>(?:-|minus |negative )?)(?P<dollar>\$?)(?P<inner>-?)(?P<number>\.?\d[\d,]*(?:\.\d+)?)"
    r"(?P<percent>(?: ?%| percent| pct)?)(?: (?:dollars|bucks|usd))?"
)
_AFTER = r"(?P<after>(?:[ ,].*)?)"
_PROFIT = r"(?:open |unrealized |unrealised )?(?:p ?& ?l|p/l|pnl|profit and loss|profit|result)"
_WHOLE_GREEK = re.compile(
    rf"(?:my |the )?(?:(?:net|portfolio|book|total|overall) )+{_GREEK} {_MOVE}{_AMOUNT}"
)
_GREEK_OF = re.compile(
    rf"(?:my |the )?(?P<greek>delta|gamma|theta|vega|mark|price) (?:on|of|for|in) (?:my |the )?{_NAME} {_MOVE}{_AMOUNT}"
)
_OWN_GREEK = re.compile(rf"my (?:{_NAME}(?:'s)? )?{_GREEK} {_MOVE}{_AMOUNT}")
_RESULT = re.compile(
    rf"(?:my {_NAME}(?:'s)?|i(?:'m| am)?) (?:(?:is|are|go(?:es)?|gets?) )?(?P<way>down|los(?:es|e|ing|t)|underwater|up|makes?|made|gains?)"
    rf"(?: (?:by|more than|over|at least|about|around))* {_AMOUNT}{_AFTER}"
)
_MEASURE = re.compile(
    rf"my (?:{_NAME}(?:'s)? )??(?P<measure>{_PROFIT}|loss|value)(?P<span> (?:for|on|of) (?:the )?day| today)? {_MOVE}{_AMOUNT}{_AFTER}"
)
_WORTH = re.compile(
    rf"my {_NAME} (?:is|are) worth (?P<move>(?:more than|less than|over|above|under|below|at least|at most)) {_AMOUNT}"
)
_SIDE = re.compile(rf"my {_NAME} {_MOVE}{_AMOUNT}{_AFTER}")
_WHOLE = re.compile(
    r"(?:book|account|portfolio|positions?|p ?& ?l|pnl|open p ?& ?l|day|trading|money|equity|balance)"
)
_PROFITS = re.compile(_PROFIT)
_SPANS = re.compile(
    rf"{DAY}|\b(?:today|day|week|month|year|session|morning|yesterday|since (?!i\b)|overnight|ytd|in an? |within)\b"
)
_HARMLESS = re.compile(
    r"(?: (?:or more|in total|open|unrealized|unrealised|from (?:my )?entry|since i (?:bought|opened|entered) it|overall))?"
)
_ON_NAME = re.compile(rf" (?:on|in) (?:my |the )?{_NAME}")
_IN_PROFIT = re.compile(r" (?:of |in )?(?:profit|gains?)")
_CONTRACT = re.compile(r"\b\d+(?:\.\d+)? ?(?:calls?|puts?|c|p)\b")
_SURPLUS = re.compile(r"(?: ?\b(?:position|trade|holding|stock|shares))+$|'s$|^the ")
_DOWN = re.compile(r"\b(?:drop|fall|dip|slip|sink|down)")
_UP = re.compile(r"\b(?:rise|climb|jump|up\b)")
_FIRST_WORD = re.compile(
    r"[a-z.]{1,5}|[a-z]+/[a-z]+|\d.*|(?:bull|bear|short|long|iron|credit|debit|jade|covered|weekly|monthly)"
    r"|(?:condor|butterfl(?:y|ie)|spread|straddle|strangle|calendar|diagonal|collar|vertical|ratio|option|position)s?"
)
_BELOW = re.compile(r"\b(?:below|under|beneath|less than|at most)\b")
_ABOVE = re.compile(r"\b(?:above|over|past|more than|at least)\b")
_UP_TO = re.compile(r"\b(?:to|through|at)\b")
_LASTS = re.compile(r"^(?:is|are|stays?)\b")
_OWNED = (
    r"(?:(?:some|any)(?:thing|one)?|any of|one of|what(?:ever)?|stocks?|companies|names|a (?:stock|company)|the (?:stocks|companies|names))?"
    r" ?(?:(?:of )?my (?:open |current )?(?:positions?|holdings?|stocks?|companies|book|portfolio|names|account|shares|options)|(?:that )?i(?:'m| am)? (?:hold|own|have|holding|in))"
)
_SOON = rf"(?: {DAY}| (?:this|next|the coming|in the coming|the same) week| soon| next| coming(?: up)?| ahead| due)?"
_REPORTS = re.compile(
    rf"(?:an? |the |my |our )?earnings(?: (?:weeks?|season))?{_SOON}(?: (?:for|of|on|in|from|across) {_OWNED})?{_SOON}"
    rf"|(?:before|ahead of|into) (?:(?:the |my )?earnings(?: (?:weeks?|season))?(?: (?:for|of|on|in) {_OWNED})?|{_OWNED} (?:reports?|has earnings|have earnings))"
    rf"|(?:there (?:are|is) |i have )?earnings{_SOON}(?: (?:for|of|on|in) {_OWNED}{_SOON})?"
    rf"|{_OWNED} (?:is |are |will be )?(?:about to |going to )?(?:(?:reports?|reporting)(?: (?:its |their )?(?:earnings|results|numbers))?|(?:has|have|having) (?:its |their )?earnings){_SOON}"
)
_GREEKS_OF_POSITIONS = ("delta", "theta")


@dataclass(frozen=True, slots=True)
class Held:
    """A condition on what is held, or what there is to say instead."""

    condition: str = ""
    said: str = ""


def spoken(canvas: Canvas) -> str:
    """The text with its numbers and times written plainly, and companies as their tickers."""
    parts: list[str] = []
    position = 0
    for mention in canvas.mentions:
        parts.append(canvas.low[position : mention.start])
        surface = canvas.low[mention.start : mention.end]
        parts.append(_spoken(mention, surface))
        position = mention.end
    return re.sub(r"\s+", " ", "".join([*parts, canvas.low[position:]])).strip()


def of_holdings(text: str) -> Held | None:
    """What a spoken condition asks of the member's holdings; None where it is about a price."""
    for shape, read in _SHAPES:
        found = shape.fullmatch(text)
        if found is not None:
            return read({name: each or "" for name, each in found.groupdict().items()})
    return None


def _spoken(mention: Mention, surface: str) -> str:
    match mention.kind:
        case Kind.SYMBOL if len(mention.values) == 1:
            ticker = mention.values[0].lower()
            bare = surface.removeprefix("the ").strip()
            return surface if bare in (ticker, ticker.partition("/")[0]) else ticker
        case Kind.NUMBER if mention.values:
            return f"${mention.values[0]}" if "$" in surface else mention.values[0]
        case Kind.TIME if mention.values:
            return mention.values[0]
        case Kind.DAY:
            return DAY
        case _:
            return surface


def _whole_greek(found: Mapping[str, str]) -> Held:
    return _compared(f"net_{found['greek']}", found)


def _own_greek(found: Mapping[str, str]) -> Held:
    return _greek_of(found) if _named(found["name"]) else _whole_greek(found)


def _greek_of(found: Mapping[str, str]) -> Held:
    greek, name = found["greek"], _named(found["name"])
    if _WHOLE.fullmatch(name):
        return (
            _whole_greek(found)
            if greek not in ("mark", "price")
            else Held(said=replies.ALERT_OF_VALUE)
        )
    if _CONTRACT.search(name):
        if greek == "delta" and abs(float(_number(found))) > 1:
            return Held(said=replies.ALERT_OF_DELTA)
        return _compared(f'{"mark" if greek == "price" else greek}("{name}")', found)
    if greek not in _GREEKS_OF_POSITIONS:
        return Held(
            said=replies.ALERT_OF_GREEK
            if greek not in ("mark", "price")
            else replies.ALERT_OF_VALUE
        )
    return _compared(f"{_position(name)}.{greek}", found)


def _result(found: Mapping[str, str]) -> Held:
    name, after = _named(found["name"]), found["after"]
    if other := _ON_NAME.fullmatch(after):
        named = _named(other["name"])
        if name or _SPANS.search(after):
            return Held(said=replies.ALERT_OF_SPAN if _SPANS.search(after) else replies.ASK_HOLDING)
        name, after = named, ""
    if name == "day" or _SPANS.search(after):
        return Held(said=replies.ALERT_OF_SPAN)
    if not _HARMLESS.fullmatch(after):
        return Held(said=replies.ASK_HOLDING)
    is_loss = re.match(r"down|los|under", found["way"]) is not None
    return _profit(name, found, "<=" if is_loss else ">=", "-" if is_loss else "")


def _measure(found: Mapping[str, str]) -> Held:
    name, measure, side = _named(found["name"]), found["measure"], _side(found)
    if found["span"] or _SPANS.search(found["after"]) or name == "day":
        return Held(said=replies.ALERT_OF_SPAN)
    if not _HARMLESS.fullmatch(found["after"]) or side is None:
        return Held(said=replies.ASK_HOLDING)
    if measure == "value":
        return _value(name, found, side)
    if measure == "loss":
        if side == "below" or _minus(found):
            return Held(said=replies.ASK_HOLDING)
        return _profit(name, found, "<=", "-")
    sign = _sign(side, found)
    return _profit(name, found, sign, _minus(found))


def _worth(found: Mapping[str, str]) -> Held:
    return _value(_named(found["name"]), found, _side(found))


def _value(name: str, found: Mapping[str, str], side: str | None) -> Held:
    if not name or _WHOLE.fullmatch(name):
        return Held(said=replies.ALERT_OF_ACCOUNT)
    if found["percent"] or side not in ("below", "above") or _CONTRACT.search(name):
        return Held(said=replies.ALERT_OF_VALUE)
    sign = "<=" if side == "below" else ">="
    return _read(f"{_position(name)}.value {sign} {_minus(found)}${found['number']}")


def _side_of_something(found: Mapping[str, str]) -> Held | None:
    """A number without a word for what it measures: a loss below zero, the mark of one contract."""
    name, after, side = _named(found["name"]), found["after"], _side(found)
    if found["move"].strip() in ("at", "to"):
        return None
    if side is None or (after and not (_HARMLESS.fullmatch(after) or _IN_PROFIT.fullmatch(after))):
        return Held(said=replies.ALERT_OF_SPAN if name == "day" else replies.ASK_HOLDING)
    if name == "day":
        return Held(said=replies.ALERT_OF_SPAN)
    is_profit = _PROFITS.fullmatch(name) or _IN_PROFIT.fullmatch(after)
    if is_profit or _minus(found):
        sign = _sign(side, found)
        return _profit(name, found, sign, _minus(found))
    if _WHOLE.fullmatch(name):
        return Held(said=replies.ALERT_OF_ACCOUNT)
    if _CONTRACT.search(name) and not found["percent"]:
        return _compared(f'mark("{_ticker(name)}")', found)
    return Held(said=replies.ALERT_OF_VALUE)


def _profit(name: str, found: Mapping[str, str], sign: str, minus: str) -> Held:
    amount = found["number"]
    if re.fullmatch(r"(?:position|trade|holding)", (found.get("name") or "").strip()):
        return Held(said=replies.ASK_HOLDING)
    if not name or _WHOLE.fullmatch(name) or _PROFITS.fullmatch(name):
        if found["percent"]:
            return Held(said=replies.ALERT_OF_ACCOUNT)
        return _read(f"open_pnl {sign} {minus}${amount}")
    if not _FIRST_WORD.fullmatch(name.partition(" ")[0]):
        return Held(said=replies.ASK_HOLDING)
    if found["percent"]:
        return _read(f"{_position(name)}.pnl_pct {sign} {minus}{amount}%")
    return _read(f"{_position(name)}.pnl {sign} {minus}${amount}")


def _compared(left: str, found: Mapping[str, str]) -> Held:
    side = _side(found)
    if side is None or found["percent"]:
        return Held(said=replies.ASK_HOLDING)
    lasts = _LASTS.search(found["move"]) is not None
    verb = {
        "below": "<" if lasts else "crosses below",
        "above": ">" if lasts else "crosses above",
        "": "crosses",
    }[side]
    return _read(f"{left} {verb} {_minus(found)}{found['dollar']}{found['number']}")


def _side(found: Mapping[str, str]) -> str | None:
    """`below` or `above`; empty where either will do, None where the words say both, or by how much."""
    move = found["move"]
    is_below, is_above = bool(_BELOW.search(move)), bool(_ABOVE.search(move))
    falls, rises = bool(_DOWN.search(move)), bool(_UP.search(move))
    if (
        not (is_below or is_above)
        and (falls or rises or "move" in move)
        and not _UP_TO.search(move)
    ):
        return None
    if (is_below or falls) and (is_above or rises):
        return None
    return "below" if is_below or falls else "above" if is_above or rises else ""


def _sign(side: str, found: Mapping[str, str]) -> str:
    """Of a result: where no side is said, a loss is reached from above and a profit from below."""
    if not side and found["move"].startswith("cross"):
        return "crosses"
    return {"below": "<=", "above": ">="}.get(side) or ("<=" if _minus(found) else ">=")


def _minus(found: Mapping[str, str]) -> str:
    return "-" if found["minus"].strip() or found["inner"] else ""


def _number(found: Mapping[str, str]) -> str:
    return found["number"].replace(",", "")


def _named(name: str) -> str:
    return _SURPLUS.sub("", name.strip()).strip()


def _position(name: str) -> str:
    return f'position("{_ticker(name)}")'


def _ticker(name: str) -> str:
    """A name as a member would read it: its ticker in capitals."""
    first, _, rest = name.partition(" ")
    return f"{first.upper()} {rest}".strip()


def _reports(_found: Mapping[str, str]) -> Held:
    return Held("reports_this_week >= 1")


def _read(text: str) -> Held:
    condition = formula_of(text)
    return Held(condition) if condition else Held(said=replies.ASK_HOLDING)


_SHAPES = (
    (_REPORTS, _reports),
    (_WHOLE_GREEK, _whole_greek),
    (_GREEK_OF, _greek_of),
    (_OWN_GREEK, _own_greek),
    (_WORTH, _worth),
    (_RESULT, _result),
    (_MEASURE, _measure),
    (_SIDE, _side_of_something),
)
