"""From the words of a question to the legs of a structure and its price, or to what has to be asked.

Decided: what has been understood is taken out of the text step by step: suppositions, ends, legs or
strikes, counts. Only a number that is left over then and stands where prices stand is the price.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app.agents.offline.option_ends import COUNT_WORDS, NO_SUCH_DAY, Ends, taken
from app.agents.offline.option_legs import Spelled, count, number, spelled
from app.agents.offline.option_prices import is_left_over, net_price
from app.agents.offline.option_shapes import UNNAMED_SPREAD, UNUSUAL, Shape, shape_of
from app.agents.offline.option_sides import natural_price, side_of, sided, turned
from app.agents.offline.option_strikes import Strikes, has_list, strikes_of

ASK_SIDE = "Is it bought or sold? What it can win and what it can lose change places with that."
ASK_CONTRADICTION = "These words say both sides. Is it bought or sold, for a debit or for a credit?"
ASK_KIND = "Of calls or puts?"
ASK_STRIKES = "Which strikes, for the {name}? Name them, or say how far away by delta and how wide."
ASK_PRICE = "Is that price a credit or a debit?"
ASK_COUNT = "Is that number the strike, or how many? Name both."
ASK_WIDTH = "How wide are the wings, or which strikes do you mean?"
ASK_LEGS = (
    "Spell the legs out for me: each bought or sold, with its strike, call or put, and expiry."
)
ASK_ENDS = "Which two expiries? Name the near and the far one."
LEFT_OVER = "One number of yours I could not place; see in the answer which legs I took."
NO_ORDER = "I place no orders; this is what it would win and lose."


@dataclass(frozen=True, slots=True)
class Told:
    """`calls` are arguments of structures; or what `asks` for. `unsided` waits for its side only."""

    calls: tuple[dict[str, Any], ...] = ()
    asks: str = ""
    notes: tuple[str, ...] = ()
    unsided: dict[str, Any] = field(default_factory=dict)


def structure_of(low: str, today: date) -> Told | None:
    """None where no structure is told."""
    named = shape_of(low)
    shape = named[0] if named else None
    ends = taken(low, today, strikes=shape.strikes if shape else 0)
    own = spelled(ends)
    told = _by_legs(low, own, ends, shape)
    if told is None and UNUSUAL.search(low) and (shape or own.legs):
        told = Told(asks=ASK_LEGS)
    if told is None and shape is not None:
        told = _by_shape(low, shape, ends)
    if told is None and UNNAMED_SPREAD.search(low):
        told = Told(asks=ASK_LEGS)
    if told is None:
        return None
    if ends.is_impossible:
        return Told(asks=NO_SUCH_DAY)
    return replace(told, notes=(*ends.notes, *told.notes))


def _by_legs(low: str, own: Spelled, ends: Ends, shape: Shape | None) -> Told | None:
    """Of two or more legs, or of one beside shares."""
    if own.is_doubtful and len(own.all) > 1:
        return Told(asks=ASK_COUNT)
    if len(own.all) < 2 or not own.legs:
        return None
    legs = own.all
    if _COUNTED_LOTS.search(own.text) and not any("quantity" in leg for leg in own.legs):
        lots = count(_lots(own.text) or "1")
        legs = [leg | {"quantity": lots} if leg["kind"] != "stock" else leg for leg in legs]
    arguments = {"legs": legs} | _one_end(legs, ends)
    if any("price" in leg for leg in own.legs):
        return Told((arguments,))
    found = net_price(own.text, is_after=True)
    amount = own.net or (found.amount if found else "")
    return _at(arguments, amount, low)


def single_at(own: Spelled, ends: Ends, *, text: str = "") -> Told:
    """One option that was told with its side, at its price, so many times."""
    leg = dict(own.legs[0])
    rest = text or own.text
    if "quantity" not in leg and (lots := _lots(rest)):
        leg["quantity"] = count(lots)
    if "price" not in leg and (price := net_price(rest, is_after=True)):
        leg["price"] = number(price.amount)
    return Told(({"legs": [leg]} | _one_end([leg], ends),), notes=tuple(ends.notes))


def _one_end(legs: list[dict[str, Any]], ends: Ends) -> dict[str, Any]:
    """One end for all stands beside the legs, not in one of them."""
    own = [leg for leg in legs if "expiry" in leg or "days" in leg]
    told = [end.told for end in ends]
    if len(own) == len([leg for leg in legs if leg["kind"] != "stock"]) and len(told) > 1:
        return {}
    for leg in own:
        leg.pop("expiry", None)
        leg.pop("days", None)
    return dict(told[0]) if told else {}


def _by_shape(low: str, shape: Shape, ends: Ends) -> Told:
    kind_said = re.search(r"\b(calls?|puts?)\b", low)
    if shape.kind_open and not kind_said:
        return Told(asks=ASK_KIND)
    text, lots = _without_lots(ends.text)
    found = strikes_of(text, shape)
    if found is None:
        return Told(asks=ASK_STRIKES.format(name=shape.name))
    if has_list(found.rest):
        return Told(asks=ASK_LEGS)
    if found.lacks_width:
        return Told(asks=ASK_WIDTH)
    lots = lots or found.lots or 1
    placed, asks = _placed(shape, low, ends)
    if asks:
        return Told(asks=asks)
    turned_right, is_known = sided(placed, low) if not _sides_by_end(ends) else (placed, True)
    drafts = [
        {"legs": _legs(turned_right, found, lots, end)} | _whole_end(turned_right, end)
        for end in _each_end(placed, ends)
    ]
    price = net_price(found.rest, is_after=False)
    amount = price.amount if price else ""
    if not is_known:
        return _unsided(drafts, turned_right, amount, low)
    notes = (LEFT_OVER,) if is_left_over(found.rest, price) else ()
    if amount and _has_one_option(drafts[0]):
        return Told(tuple(_priced_leg(each, amount) for each in drafts), notes=notes)
    told = [_at(each, amount, low) for each in drafts]
    asks = next((each.asks for each in told if each.asks), "")
    calls = tuple(call for each in told for call in each.calls)
    return Told(asks=asks) if asks else Told(calls, notes=notes)


def _unsided(drafts: list[dict[str, Any]], shape: Shape, amount: str, low: str) -> Told:
    """What waits for its side is kept as bought."""
    said = side_of(low)
    asks = ASK_CONTRADICTION if said.bought or said.sold else ASK_SIDE
    if len(drafts) != 1:
        return Told(asks=asks)
    draft = drafts[0] if shape.is_bought else turned(drafts[0])
    if amount and _has_one_option(draft):
        draft = _priced_leg(draft, amount)
    elif amount:
        side = natural_price(draft["legs"])
        if not side:
            return Told(asks=f"{asks} {ASK_PRICE}")
        draft = draft | {side: number(amount)}
    return Told(asks=asks, unsided=draft)


def _at(arguments: dict[str, Any], amount: str, low: str) -> Told:
    """At a net price, as a debit or a credit: what the legs say, else what the words say."""
    if not amount:
        return Told((arguments,))
    said = re.findall(r"\b(credit|debit|cr|db)\b", low)
    spoken = {"c": "credit", "d": "debit"}[said[0][0]] if said else ""
    natural = natural_price(arguments["legs"])
    if natural and spoken and natural != spoken:
        return Told(asks=ASK_CONTRADICTION)
    side = natural or spoken or _by_verb(low)
    if not side:
        return Told(asks=ASK_PRICE)
    return Told((arguments | {side: number(amount)},))


def _by_verb(low: str) -> str:
    if re.search(r"\b(?:paid|pay|paying|cost me)\b", low):
        return "debit"
    return "credit" if re.search(r"\b(?:collect\w*|receiv\w+|took in)\b", low) else ""


def _has_one_option(arguments: dict[str, Any]) -> bool:
    return len([leg for leg in arguments["legs"] if leg["kind"] != "stock"]) == 1


def _priced_leg(arguments: dict[str, Any], amount: str) -> dict[str, Any]:
    legs = [
        leg if leg["kind"] == "stock" else leg | {"price": number(amount)}
        for leg in arguments["legs"]
    ]
    return arguments | {"legs": legs}


_FAR = re.compile(r"\b(?:buy|bought|long) (?:the )?(<e[a-z]>)")
_NEAR = re.compile(r"\b(?:sell|sold|short) (?:the )?(<e[a-z]>)")


def _sides_by_end(ends: Ends) -> bool:
    return bool(_FAR.search(ends.text) and _NEAR.search(ends.text))


def _placed(shape: Shape, low: str, ends: Ends) -> tuple[Shape, str]:
    """The shape with the kind that was said, and what its ends lack."""
    kind = re.search(r"\b(call|put)s?\b", low)
    if shape.kind_open and kind:
        shape = shape.of(kind[1])
    if not shape.has_two_ends:
        return shape, ""
    if len(ends.in_order()) != 2:
        return shape, ASK_ENDS
    bought, sold = _FAR.search(ends.text), _NEAR.search(ends.text)
    if bought and sold and _rank(ends, bought[1]) < _rank(ends, sold[1]):
        return shape.mirrored, ""
    return shape, ""


def _rank(ends: Ends, token: str) -> tuple[str, int]:
    return _when(ends.by_token[token].told)


def _when(told: dict[str, Any]) -> tuple[str, int]:
    return told.get("expiry", ""), told.get("days", 0)


def _each_end(shape: Shape, ends: Ends) -> list[list[dict[str, Any]]]:
    """The ends of each structure that is meant: both of a calendar, else one each."""
    told = [end.told for end in ends]
    if shape.has_two_ends:
        return [sorted(told, key=_when)]
    return [[each] for each in told] or [[]]


def _whole_end(shape: Shape, ends: list[dict[str, Any]]) -> dict[str, Any]:
    return {} if shape.has_two_ends or not ends else dict(ends[0])


def _legs(
    shape: Shape, found: Strikes, lots: int, ends: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    legs: list[dict[str, Any]] = []
    if shape.lots:
        side = "buy" if shape.lots > 0 else "sell"
        stock: dict[str, Any] = {"kind": "stock", "side": side, "quantity": 100 * lots}
        price = {"price": found.stock_price} if found.stock_price is not None else {}
        legs.append(stock | price)
    for place in found.order(shape):
        part = shape.parts[place]
        quantity = (found.ratio[part.count > 1] if found.ratio else part.count) * lots
        leg: dict[str, Any] = {"kind": part.kind, "side": "buy" if part.is_bought else "sell"}
        leg |= {"quantity": quantity} if quantity != 1 else {}
        leg |= found.of(shape, place)
        if shape.has_two_ends:
            leg |= ends[-1] if part.is_far else ends[0]
        legs.append(leg)
    return legs


_COUNTED_LOTS = re.compile(
    rf"(?<![\w.$/])(?P<before>\d{{1,4}}|(?!an?\b)(?:{COUNT_WORDS}))[ -]?(?:lots?|contracts?|cars|of (?:them|those|these)|times|x(?![a-z\d]))\b"
    r"|(?<![\w])x ?(?P<after>\d{1,4})(?![\w.])|\b(?:quantity|qty|size)(?: of| is|=|:)? ?(?P<named>\d{1,4})\b"
)


def _lots(text: str) -> str:
    found = _COUNTED_LOTS.search(text)
    return (found["before"] or found["after"] or found["named"]) if found else ""


def _without_lots(text: str) -> tuple[str, int]:
    """A count that says itself what it counts: "10 lot", "x3", "2 contracts"."""
    lots = _lots(text)
    return _COUNTED_LOTS.sub(" ", text, count=1), count(lots) if lots else 0
