"""What changes add up to: lots, first in first out, and what closing them realised.

Decided: a broker's list says how many are held, and often not what they cost nor since when. What it
does not say stays as it was known; nothing is made up for what nobody knew.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from app.core.errors import InvalidInput
from app.positions.models import Change, ChangeKind, Holding, Lot


def replayed(changes: Iterable[Change], multiplier: Decimal) -> Holding:
    """The holding after all changes, in their order."""
    holding = Holding()
    for change in changes:
        holding = changed(holding, change, multiplier)
    return holding


def changed(holding: Holding, change: Change, multiplier: Decimal) -> Holding:
    """The holding after one more change.

    A trade against what is held closes the oldest lots first; what is left of it opens the other
    way. A correction keeps what was realised; a void says that nothing of it ever was.
    """
    match change.kind:
        case ChangeKind.VOID:
            return Holding()
        case ChangeKind.CORRECTION:
            return replace(holding, lots=_in_order(change.lots))
        case _:
            return _traded(holding, change, multiplier)


def listed(
    holding: Holding, quantity: Decimal, price: Decimal | None, now: datetime
) -> tuple[tuple[Lot, ...], str]:
    """The lots of a list that shows so many at that average cost (None if it shows none), and what of
    the holding was kept for want of a cost, in words."""
    if not quantity:
        raise InvalidInput("What is held has a quantity.")
    known = tuple(lot for lot in holding.lots if lot.quantity * quantity > 0)
    if not known:
        return (Lot(quantity=quantity, price=price, opened_at=now, is_dated=False),), ""
    if price is None:
        return _kept(known, quantity, now)
    if quantity == holding.quantity and _is_average(holding, price):
        return known, ""
    is_dated = known[0].is_dated and quantity == holding.quantity
    lot = Lot(quantity=quantity, price=price, opened_at=known[0].opened_at, is_dated=is_dated)
    return (lot,), ""


def _kept(known: tuple[Lot, ...], quantity: Decimal, now: datetime) -> tuple[tuple[Lot, ...], str]:
    """So many of the lots, the youngest where there are fewer now; what is new has no price."""
    there = sum((lot.quantity for lot in known), Decimal(0))
    has_cost = any(lot.price is not None for lot in known)
    said = "the list shows no cost, so what was known is kept" if has_cost else ""
    if abs(quantity) > abs(there):
        more = Lot(quantity=quantity - there, price=None, opened_at=now, is_dated=False)
        said += " for those that were held; what the new ones cost is not known" if said else ""
        return (*known, more), f"{said}." if said else ""
    gone, lots = there - quantity, list(known)
    while gone:
        part = _nearer_zero(lots[0].quantity, gone)
        rest = lots[0].quantity - part
        lots[:1] = [replace(lots[0], quantity=rest)] if rest else []
        gone -= part
    return tuple(lots), f"{said}." if said else ""


def _is_average(holding: Holding, price: Decimal) -> bool:
    """As far as the digits of `price` tell."""
    average = holding.price
    return average is not None and round(average, _decimals(price)) == price


def _decimals(price: Decimal) -> int:
    exponent = price.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _traded(holding: Holding, trade: Change, multiplier: Decimal) -> Holding:
    left = trade.quantity or Decimal(0)
    realised, is_whole = holding.realised, holding.is_realised_whole
    lots = list(holding.lots)
    while lots and left * lots[0].quantity < 0:
        oldest = lots[0]
        closed = _nearer_zero(oldest.quantity, -left)
        if oldest.price is None or trade.price is None:
            is_whole = False
        else:
            realised += closed * (trade.price - oldest.price) * multiplier
        left += closed
        rest = oldest.quantity - closed
        lots[:1] = [replace(oldest, quantity=rest)] if rest else []
    if left:
        lots.append(Lot(quantity=left, price=trade.price, opened_at=trade.at))
    return Holding(lots=_in_order(lots), realised=realised, is_realised_whole=is_whole)


def _nearer_zero(one: Decimal, other: Decimal) -> Decimal:
    return min(one, other, key=abs)


def _in_order(lots: Iterable[Lot]) -> tuple[Lot, ...]:
    return tuple(sorted((lot for lot in lots if lot.quantity), key=lambda lot: lot.opened_at))
