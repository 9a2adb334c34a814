"""Legs opened together: which they were, and what of them still stands.

Decided: a group is what was opened in one go and never changes; positions do. What stands of it is what
all its legs still hold in their proportion, so a leg that is closed alone takes its share of the group
with it. Where groups share a contract the youngest stands first, because closing closes the oldest lots.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from math import gcd
from uuid import UUID

from app.positions.models import Holding, Lot, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLeg:
    """So many of the asset of this key, at a price if that is known."""

    asset: str
    quantity: Decimal
    price: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegGroup:
    """`entry` stored them, at `made_at`."""

    entry: UUID
    made_at: datetime
    legs: tuple[GroupLeg, ...]

    @property
    def units(self) -> int:
        """How often its smallest proportion is in it."""
        return units_of([leg.quantity for leg in self.legs])


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Positions as groups, and what belongs to none; both as parts of positions."""

    groups: tuple[tuple[Position, ...], ...]
    rest: tuple[Position, ...]


def units_of(quantities: Sequence[Decimal]) -> int:
    """Three iron condors are three; one where shares or coins are not whole."""
    if any(each != each.to_integral_value() for each in quantities):
        return 1
    return gcd(*(int(each) for each in quantities)) or 1


def parted(positions: Sequence[Position], groups: Sequence[LegGroup]) -> Parted:
    """Sort open positions into the groups that still stand."""
    left = {each.asset.key: each.quantity for each in positions}
    by_key = {each.asset.key: each for each in positions}
    standing = []
    for group in sorted(groups, key=lambda each: each.made_at, reverse=True):
        units = _standing(group, left)
        if not units:
            continue
        parts = []
        for leg in group.legs:
            quantity = leg.quantity / group.units * units
            left[leg.asset] -= quantity
            parts.append(part(by_key[leg.asset], quantity, leg.price))
        standing.append(tuple(parts))
    rest = (part(each, left[each.asset.key]) for each in positions if left[each.asset.key])
    return Parted(groups=tuple(standing), rest=tuple(rest))


def part(position: Position, quantity: Decimal, price: Decimal | None = None) -> Position:
    """So many of a position: at its own cost where that is all of it, else at `price`, else at the
    average."""
    if quantity == position.quantity:
        return position
    holding = position.holding
    lot = Lot(
        quantity=quantity,
        price=holding.price if price is None else price,
        opened_at=holding.lots[-1].opened_at,
        is_dated=all(lot.is_dated for lot in holding.lots),
    )
    return replace(position, holding=Holding(lots=(lot,)))


def _standing(group: LegGroup, left: dict[str, Decimal]) -> int:
    """How many units of it all its legs still hold."""
    units = group.units
    for leg in group.legs:
        there, each = left.get(leg.asset, Decimal(0)), leg.quantity / group.units
        units = min(units, int(there / each) if there * each > 0 else 0)
    return units
