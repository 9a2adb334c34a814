"""Structures that a member says were traded, "sold 2 bull put spreads on SPX 2900/2880 18 dec for 5.10".

Decided: told in the past tense and asking nothing, it is a trade to be written down; what a draft needs
and the words leave out is named, and the structure is analysed meanwhile.
"""

import re
from functools import reduce
from math import gcd
from typing import Any

RECORD = (
    "This is what it wins and loses. To draft it as a position, name the symbol, the strikes, the expiry"
    " and what was paid or received for each leg."
)
_TOLD = re.compile(
    r"^(?:(?:ok|okay|so|and|today|yesterday|just|i|i've|ive|have|we|we've|this morning)\b[ ,]*)*"
    r"(?P<verb>bought|sold|shorted|wrote|opened|entered)\b"
)
_ASKS = re.compile(
    r"\?|\b(?:what|where|when|how|which|is|are|do|does|did|can|could|should|will|would|if|analy[sz]e|greeks|delta|theta|vega"
    r"|odds|break ?-?evens?|pay ?-?offs?|margin|risk\w*|max\w*|lose|loss|win)\b"
)


def is_told(low: str) -> bool:
    """Whether a text tells a trade and asks nothing about it."""
    return bool(_TOLD.match(low)) and not _ASKS.search(low)


def draft_of(arguments: dict[str, Any], low: str) -> dict[str, Any] | None:
    """Arguments of the draft that opens these legs; None where something is missing."""
    legs = arguments["legs"]
    options = [leg for leg in legs if leg["kind"] != "stock"]
    net = next((name for name in ("credit", "debit") if arguments.get(name) is not None), "")
    if len(legs) < 2 or not all(_is_whole(leg, arguments) for leg in options):
        return None
    if net and len(options) < len(legs):
        return None
    units = reduce(gcd, (int(leg.get("quantity", 1)) for leg in legs))
    told = _TOLD.match(low)
    is_sold = net == "credit" or (not net and told and told["verb"] in ("sold", "shorted", "wrote"))
    draft: dict[str, Any] = {"action": "sell" if is_sold else "buy", "quantity": str(units)}
    if net:
        draft["price"] = str(arguments[net])
    if "expiry" in arguments:
        draft["expiry"] = arguments["expiry"]
    return draft | {"legs": [_leg(leg, units) for leg in legs]}


def _is_whole(leg: dict[str, Any], arguments: dict[str, Any]) -> bool:
    return "strike" in leg and ("expiry" in leg or "expiry" in arguments)


def _leg(leg: dict[str, Any], units: int) -> dict[str, Any]:
    told = {"side": leg["side"], "quantity": str(int(leg.get("quantity", 1)) // units)}
    if leg["kind"] != "stock":
        told |= {"right": leg["kind"], "strike": str(leg["strike"])}
    if "expiry" in leg:
        told["expiry"] = leg["expiry"]
    return told | ({"price": str(leg["price"])} if "price" in leg else {})
