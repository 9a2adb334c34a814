"""What changes add up to: lots, first in first out, and what closing them realised."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

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
