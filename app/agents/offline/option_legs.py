"""Legs that are spelled out: "sell 2 dec 125 calls at 3.10, buy the 130 call", and shares beside them.

Decided: a price behind the last of several legs that have none of their own is the price of all.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from app.agents.offline.option_ends import COUNT_WORDS, COUNTS, END_TOKEN, Ends

NUMBER = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
KIND = r"(?:calls?|puts?|[cp])\b"
_BUYS = ("buy", "bto", "long", "bough", "purcha", "+", "own")
_VERB = r"(?P<verb>\b(?:buy|bto|sto|buying|bought|long|purchased?|sell|selling|sold|short(?:ed|ing)?|writ(?:e|ing)|wrote|naked|uncovered|cash[- ]secured)\b|(?<![\w.])[+-](?=\$?[\d.]))"
_COUNT = rf"(?:\d{{1,4}}|(?:{COUNT_WORDS})\b)"
_LEG = re.compile(
    rf"{_VERB}(?: (?:to open|a|an|the|my|some|more|also|now))*(?: ?(?P<count>{_COUNT}) ?x?(?= (?:<|\$?[\d.])))?"
    rf"(?: (?P<before>{END_TOKEN}))?(?: of)?(?: the| a)?"
    rf" ?(?:(?P<delta>{NUMBER})[ -]?(?:deltas?|d)(?: (?P<inside>{END_TOKEN}))? |\$?(?P<strike>{NUMBER})(?![\d/%]|\.\d| ?(?:delta|wide|days?|lots?|contracts?|shares?))(?:[ -]?strike)? ?)(?P<kind>{KIND})?"
    rf"(?: ?(?:expiring |exp |for |of |in )?(?P<after>{END_TOKEN}))?"
    rf"(?: ?(?:at|for|@|bought at|sold at|costs?|cost me) ?\$?(?P<price>{NUMBER})(?![\w%/]|\.\d)| (?P<bare>\d*\.\d\d?)(?![\w%/.]| ?(?:credit|debit|cr|db|net)\b))?"
)
_KIND_FIRST = re.compile(
    r"\b((?:buy|bto|sto|sell|bought|sold|long|short)(?: \d{1,3})?) (calls?|puts?) \$?(\d+(?:\.5)?)(?![\d/%]|\.\d)"
)
_TOLD_AFTER = re.compile(
    rf"\$?(?P<strike>{NUMBER}) ?(?P<kind>{KIND}) (?P<verb>bought|sold|shorted|written)(?: (?:at|for|@) ?\$?(?P<price>{NUMBER})(?![\w%/]|\.\d))?"
)
"""`a 15 call sold for 0.40`."""
_SHARES = re.compile(
    rf"(?:\b(?P<short>short|sold|sell) |\b(?:own|have|hold|holding|got|long|bought|buy|with|on) (?:my )?)?(?P<count>\d[\d,]*|{COUNT_WORDS})(?: hundred)? shares?\b(?: of)?(?: (?:at|@|for|bought at) ?\$?(?P<price>{NUMBER}))?"
    rf"|\b(?:own|have|hold|holding|i'm long) (?P<owned>\d{{3,6}})(?: (?:at|@) ?\$?(?P<owned_price>{NUMBER}))?(?= ?(?:,|and|$|<))"
)
_OPTION = rf"(?:(?:an?|the|{_COUNT}x?) )?(?:{END_TOKEN} )?\$?(?P<struck>{NUMBER}) ?(?:strike )?(?:{END_TOKEN} )?{KIND}"
_ROUND_LOT = re.compile(
    rf"\b(?:long|bought|buy|own|have|hold|holding|(?P<short>short|shorted|sold|sell)) (?P<count>\d{{0,4}},?\d?00) (?:at|@|for) \$?(?P<price>{NUMBER})(?=,? (?:(?:and|plus|with) )?(?:{_VERB.replace('?P<verb>', '?:')} ?)?{_OPTION})"
)
"""`long 100 at 110 and a 105 put`, out of which the name of the stock was taken."""
_SIDED = re.compile(r"(?:short|sold|sell|own|have|hold|long|bought|buy|i'm long)")
_JOINED = re.compile(rf"^ ?,? ?(?:(?:and|plus|with|&) )?(?={_OPTION})")
LEG_TOKEN = "<l>"  # noqa: S105 - a mark in a text
_FEW = 20
"""Up to here a whole number before "puts" may be a count as well as a strike."""


@dataclass(slots=True)
class Spelled:
    """Legs out of a text, the text without them, and what was doubtful: a number before "puts"
    that may count them. `net` is the last leg's price where it is that of all legs."""

    text: str
    legs: list[dict[str, Any]] = field(default_factory=list)
    stock: dict[str, Any] | None = None
    net: str = ""
    is_doubtful: bool = False

    @property
    def all(self) -> list[dict[str, Any]]:
        return [*([self.stock] if self.stock else []), *self.legs]


def number(text: str) -> float:
    return float(text.replace(",", ""))


def plain(value: float) -> float | int:
    """60 rather than 60.0."""
    return int(value) if value == int(value) else value


def count(text: str) -> int:
    return COUNTS.get(text) or int(text.replace(",", ""))


def kind_of(text: str) -> str:
    return "put" if text.startswith("p") else "call"


def spelled(ends: Ends) -> Spelled:
    """Legs with a verb each, in their order."""
    found = Spelled(_KIND_FIRST.sub(r"\1 \3 \2", ends.text))
    if shares := _SHARES.search(found.text) or _round_lot(found.text):
        found.stock = _stock(shares)
        found.text = f"{found.text[: shares.start()]} {_beside(shares)}"
    if (late := _TOLD_AFTER.search(found.text)) and not _LEG.search(found.text[: late.start()]):
        found.legs = [_told_after(late)]
        found.text = f"{found.text[: late.start()]} {LEG_TOKEN} {found.text[late.end() :]}"
        return found
    matches = list(_LEG.finditer(found.text))
    kinds = [match["kind"] for match in matches]
    if not any(kinds):
        return found
    found.legs = [
        _leg(match, kinds[place] or _nearest(kinds, place), ends)
        for place, match in enumerate(matches)
    ]
    found.is_doubtful = any(_may_count(match) for match in matches)
    found.text = re.sub(r"\s+", " ", _LEG.sub(f" {LEG_TOKEN} ", found.text)).strip()
    _lift_price(found)
    return found


def _round_lot(text: str) -> re.Match[str] | None:
    """Shares that are not called so: round hundreds at a price near the strike beside them."""
    lot = _ROUND_LOT.search(text)
    is_stock = lot and 0.5 <= number(lot["price"]) / number(lot["struck"]) <= 2.0
    return lot if is_stock else None


def _beside(shares: re.Match[str]) -> str:
    """What follows the shares; an option joined to them without a verb has theirs."""
    rest = shares.string[shares.end() :]
    if not _SIDED.match(shares[0]):
        return rest
    return _JOINED.sub(" sell " if shares["short"] else " buy ", rest, count=1)


def _nearest(kinds: list[str | None], place: int) -> str:
    """The kind of the leg before, else of the one behind."""
    around = [*reversed(kinds[:place]), *kinds[place + 1 :]]
    return next(kind for kind in around if kind)


def _leg(match: re.Match[str], kind: str, ends: Ends) -> dict[str, Any]:
    is_bought = match["verb"].startswith(_BUYS)
    told: dict[str, Any] = {"kind": kind_of(kind), "side": "buy" if is_bought else "sell"}
    if match["count"] and count(match["count"]) != 1:
        told["quantity"] = count(match["count"])
    if match["delta"]:
        told["delta"] = delta_of(match["delta"])
    else:
        told["strike"] = plain(number(match["strike"]))
    token = match["before"] or match["inside"] or match["after"]
    if token:
        told |= ends.by_token[token].told
    price = match["price"] or match["bare"]
    return told | ({"price": number(price)} if price else {})


def _told_after(match: re.Match[str]) -> dict[str, Any]:
    side = "buy" if match["verb"].startswith(_BUYS) else "sell"
    told = {"kind": kind_of(match["kind"]), "side": side, "strike": plain(number(match["strike"]))}
    return told | ({"price": number(match["price"])} if match["price"] else {})


def delta_of(text: str) -> float:
    value = float(text)
    return value if value < 1 else value / 100


def _may_count(match: re.Match[str]) -> bool:
    """ "Short 12 puts": twelve of them, or the 12 strike."""
    if match["count"] or not match["strike"] or not match["kind"]:
        return False
    value = number(match["strike"])
    return match["kind"] in ("calls", "puts") and value == int(value) and value <= _FEW


def _lift_price(found: Spelled) -> None:
    priced = ["price" in leg for leg in found.legs]
    if len(found.legs) > 1 and priced[-1] and not any(priced[:-1]):
        found.net = str(found.legs[-1].pop("price"))


def _stock(match: re.Match[str]) -> dict[str, Any]:
    side = "sell" if match["short"] else "buy"
    named = match.groupdict()
    quantity = named["count"] or named["owned"]
    price = named["price"] or named.get("owned_price")
    told: dict[str, Any] = {"kind": "stock", "side": side, "quantity": count(quantity)}
    return told | ({"price": number(price)} if price else {})
