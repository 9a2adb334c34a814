"""Bought or sold: what the words of a question say about the side of a structure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.agents.offline.option_shapes import Rule, Shape

_BOUGHT = re.compile(
    r"\b(?:buy|bto|buying|buys|bought|debit|db|pa(?:y|id|ying)(?![ -]?offs?)|costs? (?:me|\$?[\d.])|picked up|(?<!how )(?<!too )(?<!that )long(?! (?:until|till|before|do|does|is|term|run|or short)))\b"
)
_SOLD = re.compile(
    r"\b(?:sto|sell(?![ -]?offs?)|selling|sells|sold|short(?:ed|ing)?(?! (?:term|dated|interest|or long))|credit|cr|collect(?:ed|ing|s)?"
    r"|receiv\w+|t(?:ake|ook|aking) in|wr(?:ite|ote|iting|itten)|naked|uncovered|csp|cash[- ]secured)\b"
)
_PLAINLY_BOUGHT = re.compile(r"\b(?:buy|buying|bought|debit|db|paid|paying|pay|reverse)\b")
_REVERSED = re.compile(r"\b(?:reverse|inverse|inverted) iron\b")
_ONLY_LONG = re.compile(r"\blong\b")


@dataclass(frozen=True, slots=True)
class Side:
    """Whether the words say bought, and whether they say sold; both where they contradict."""

    bought: bool
    sold: bool

    @property
    def is_clear(self) -> bool:
        return self.bought is not self.sold


def side_of(low: str) -> Side:
    return Side(bool(_BOUGHT.search(low)), bool(_SOLD.search(low)))


def sided(shape: Shape, low: str) -> tuple[Shape, bool]:
    """The structure on the side that was said; False where that cannot be known."""
    if shape.rule is Rule.NAMED:
        return shape, True
    said = side_of(low)
    if shape.name in ("iron condor", "iron butterfly"):
        if _is_muddled(low, said):
            return shape, False
        if _REVERSED.search(low):
            return shape.mirrored, not said.sold
    if not said.is_clear:
        is_known = shape.rule is not Rule.ASKED and not said.bought
        return shape, is_known or shape.rule is Rule.FIXED
    if said.bought is shape.is_bought:
        return shape, True
    return shape.mirrored, shape.rule is not Rule.FIXED


def _is_muddled(low: str, said: Side) -> bool:
    """A "long iron condor" is a credit to some and a debit to others."""
    return said.bought and bool(_ONLY_LONG.search(low)) and not _PLAINLY_BOUGHT.search(low)


ANSWERED_BOUGHT = re.compile(
    r"^\W*(?:(?:it'?s|it|i|was|is|the|a|an|ve|have|i've|they were|were|we|that'?s)\b[ ']*)*(?:buy|buying|bought|long|debit|paid|purchased)(?: (?:it|them|one|side|that|this|a|spread|the|debit|for a debit))*\W*$"
)
ANSWERED_SOLD = re.compile(
    r"^\W*(?:(?:it'?s|it|i|was|is|the|a|an|ve|have|i've|they were|were|we|that'?s)\b[ ']*)*(?:sell|selling|sold|short|credit|shorted|wrote|written)(?: (?:it|them|one|side|that|this|a|spread|the|credit|for a credit))*\W*$"
)


def turned(arguments: dict[str, Any]) -> dict[str, Any]:
    """The other side of the same structure: each leg turned, a debit become a credit."""
    legs = [
        leg if leg["kind"] == "stock" else leg | {"side": "sell" if leg["side"] == "buy" else "buy"}
        for leg in arguments["legs"]
    ]
    swapped = {"debit": "credit", "credit": "debit"}
    return {swapped.get(name, name): value for name, value in arguments.items()} | {"legs": legs}


def natural_price(legs: Sequence[dict[str, Any]]) -> str:
    """`debit` where the options can only be worth something in the end, `credit` where they can only
    cost; empty where it depends, or where not all strikes are known."""
    options = [leg for leg in legs if leg["kind"] != "stock"]
    if any("strike" not in leg for leg in options):
        return _of_relative(options)
    if len({(leg.get("expiry"), leg.get("days")) for leg in options}) > 1:
        return _of_two_ends(options)
    strikes = sorted(float(leg["strike"]) for leg in options)
    above = 2 * strikes[-1] + 1
    worth = [_worth(options, price) for price in (0.0, *strikes, above)]
    slope = sum(_signed(leg) for leg in options if leg["kind"] == "call")
    if min(worth) >= 0 and slope >= 0:
        return "debit"
    return "credit" if max(worth) <= 0 and slope <= 0 else ""


def _of_two_ends(options: Sequence[dict[str, Any]]) -> str:
    """More time costs more: what is bought later at the same strike or a better one is a debit."""
    if len(options) != 2 or options[0]["kind"] != options[1]["kind"]:
        return ""
    near, far = sorted(options, key=lambda leg: (leg.get("expiry") or "", leg.get("days") or 0))
    away = float(far["strike"]) - float(near["strike"])
    if (away if far["kind"] == "call" else -away) > 0 or near["side"] == far["side"]:
        return ""
    return "debit" if far["side"] == "buy" else "credit"


def _of_relative(options: Sequence[dict[str, Any]]) -> str:
    """Strikes by delta or width: what is nearer to the money costs more."""
    sides = {leg["side"] for leg in options if "wide" not in leg}
    return {frozenset({"buy"}): "debit", frozenset({"sell"}): "credit"}.get(frozenset(sides), "")


def _signed(leg: dict[str, Any]) -> float:
    return float(leg.get("quantity", 1)) * (1 if leg["side"] == "buy" else -1)


def _worth(options: Sequence[dict[str, Any]], price: float) -> float:
    total = 0.0
    for leg in options:
        away = price - float(leg["strike"])
        total += _signed(leg) * max(away if leg["kind"] == "call" else -away, 0.0)
    return total
