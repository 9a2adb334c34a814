"""Messages that go on from a structure or a contract: its side, how many, the other kind."""

import re
from functools import reduce
from math import gcd
from typing import Any

from app.agents.offline.option_legs import count
from app.agents.offline.option_sides import ANSWERED_BOUGHT, ANSWERED_SOLD, turned
from app.agents.offline.plans import Call, Frame

_TIMES = re.compile(
    r"^(?:ok |and |now |so )*(?:make (?:it|that|them)|what about|how about|what if i (?:do|had|have|sold|bought)|try|with|for|do|if i (?:do|had)|same with|x)? ?(\d{1,4}|two|three|four|five|ten|twenty) ?(?:contracts?|lots?|of (?:them|those|these)|x|spreads?|times)?(?: instead)?$"
)
_KIND = re.compile(
    r"^(?:and |what about |how about |same (?:for|with) |now |then )*(?:the )?(call|put)s?(?: (?:side|instead|too|as well))*$"
)


def varied(plain: str, frame: Frame) -> list[Call]:
    """The last structure or contract, varied; empty where the message says something else."""
    if frame.unsided is not None:
        if ANSWERED_BOUGHT.match(plain):
            return [frame.unsided]
        if ANSWERED_SOLD.match(plain):
            return [Call(frame.unsided.name, turned(dict(frame.unsided.arguments)))]
    last = frame.calls[-1] if frame.calls else None
    if last is None:
        return []
    if last.name == "analyze_structure" and (times := _TIMES.match(plain)):
        return [last.having(legs=_times(last.arguments["legs"], count(times[1])))]
    if last.name == "get_greeks" and (kind := _KIND.match(plain)):
        return [last.having(kind=kind[1])]
    return []


def _times(legs: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """So many of the smallest structure of these proportions."""
    options = [int(leg.get("quantity", 1)) for leg in legs if leg["kind"] != "stock"]
    unit = reduce(gcd, options) or 1
    return [leg | {"quantity": int(leg.get("quantity", 1)) // unit * number} for leg in legs]
