"""Drafts of several legs: one card, one click, all of them or none.

Decided: a structure is drafted as its legs, each with a price of its own, because that is what is stored
and later closed. A net price somebody names is laid over the legs' market prices: what it differs by goes
to the dearest leg that can take it, so that cash and results come to what was said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.core.errors import InvalidInput
from app.positions.drafts import Action, Draft, plain
from app.positions.models import Asset
from app.positions.structures import Structure

_PLACES = 6
_SHARES = Decimal(100)
_ANY = frozenset({"structure", "combo", "combination", "position", "trade", "spread trade"})
_ALSO = {
    "vertical": ("bull call spread", "bear call spread", "bull put spread", "bear put spread"),
    "credit spread": ("bear call spread", "bull put spread"),
    "debit spread": ("bull call spread", "bear put spread"),
    "fly": ("long butterfly", "short butterfly", "iron butterfly", "long iron butterfly"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One leg as it is to be traded: signed quantity, and its price, None if nobody knows it."""

    asset: Asset
    quantity: Decimal
    price: Decimal | None

    @property
    def exposure(self) -> Decimal:
        return self.quantity * self.asset.multiplier


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureDraft:
    """Legs that are stored together. `name` says the structure, `net` what it is done at a share: paid
    if positive, None if a leg has no price; `is_opening` where they make one group."""

    name: str
    action: Action
    drafts: tuple[Draft, ...]
    net: Decimal | None
    is_opening: bool

    @property
    def cash(self) -> Decimal | None:
        return _whole([each.cash for each in self.drafts])

    @property
    def realised(self) -> Decimal | None:
        """None where nothing is closed, or at an unknown price."""
        return _whole([each.realised for each in self.drafts])

    @property
    def summary(self) -> str:
        """`Close AMD iron condor, 4 legs, net 1.20 paid`."""
        verb = "Close" if self.action is Action.CLOSE else self.action.value.capitalize()
        said = f"{verb} {self.name}, {len(self.drafts)} legs"
        if self.net is None:
            return said
        way = "paid" if self.net > 0 else "received"
        return f"{said}, net {plain(abs(round(self.net, 4)), 2)} {way}"


def named(found: Sequence[Structure], said: str) -> list[Structure]:
    """Those somebody means by that name: by all of it, else by its words."""
    asked = " ".join(said.lower().replace("-", " ").split()).removesuffix("s")
    if not asked or asked in _ANY:
        return list(found)
    names = _ALSO.get(asked, (asked,))
    exact = [each for each in found if _spelled(each) in names]
    words = set(asked.split())
    return exact or [each for each in found if words <= set(_spelled(each).split())]


def closing(found: Structure, quantity: Decimal | None) -> list[Trade]:
    """What closes so many of a structure, all of it by default, at the market's prices."""
    there = found.units
    wanted = Decimal(there) if quantity is None else quantity
    if not 0 < wanted <= there or wanted != wanted.to_integral_value():
        raise InvalidInput(f"{there} of it are held: close that many or fewer.")
    return [
        Trade(
            asset=line.position.asset,
            quantity=-line.position.quantity / there * wanted,
            price=None if line.mark is None else round(line.mark.price, 4),
        )
        for line in found.lines
    ]


def net_of(trades: Sequence[Trade], units: int) -> Decimal | None:
    """What one of it costs a share at its legs' prices, received if negative."""
    costs = [None if each.price is None else each.exposure * each.price for each in trades]
    total = _whole(costs)
    return None if total is None else total / (_SHARES * units)


def at_net(trades: Sequence[Trade], net: Decimal, units: int) -> list[Trade]:
    """The trades at prices that come to that net price; `InvalidInput` where none could. A leg nobody
    quotes counts as worth nothing, for the net price says what all of them were worth."""
    known = [replace(each, price=each.price or Decimal(0)) for each in trades]
    off = (net - (net_of(known, units) or 0)) * _SHARES * units
    dearest_first = sorted(range(len(known)), key=lambda at: -(known[at].price or 0))
    for place in dearest_first:
        leg = known[place]
        price = (leg.price or 0) + off / leg.exposure
        if price >= 0:
            known[place] = replace(leg, price=round(price, _PLACES))
            return known
    raise InvalidInput("No prices of these legs come to such a net price.")


def _spelled(found: Structure) -> str:
    return found.name.value.replace("-", " ")


def _whole(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [each for each in values if each is not None]
    return sum(known, Decimal(0)) if values and len(known) == len(values) else None
