"""Drafts: what a member's words would change, worked out and shown, and stored only by their click.

Decided: a draft is the card it is drawn on, nothing else. The tool that makes it writes nothing; the
click names the card, the stored card names the change, and its id is the key under which the change is
stored, so that a second click finds the first one's outcome. What a draft was made for (`version`) must
still be so when it is confirmed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import Symbol
from app.market.chains import OptionKind
from app.positions.lots import changed
from app.positions.models import (
    Asset,
    AssetKind,
    Change,
    ChangeKind,
    Holding,
    Line,
    Lot,
    Position,
)

VALID_FOR = timedelta(minutes=15)
"""From the moment a draft is shown."""


class Action(StrEnum):
    BUY = "buy"
    SELL = "sell"
    CLOSE = "close"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A change and what it leads to. `price` is what it is done at, None if nobody knows."""

    action: Action
    asset: Asset
    change: Change
    version: int
    before: Holding
    after: Holding

    @property
    def quantity(self) -> Decimal:
        """As said: without a sign."""
        if self.change.kind is ChangeKind.TRADE:
            return abs(self.change.quantity or Decimal(0))
        return self.after.quantity

    @property
    def price(self) -> Decimal | None:
        return self.after.price if self.action is Action.CORRECT else self.change.price

    @property
    def cash(self) -> Decimal | None:
        """Paid if negative, received if positive; None without a price."""
        quantity, price = self.change.quantity, self.change.price
        if quantity is None or price is None or self.asset.kind is AssetKind.FUTURE:
            return None
        return -quantity * price * self.asset.multiplier

    @property
    def realised(self) -> Decimal | None:
        """What it makes or loses; None where nothing is closed, or at an unknown price."""
        if self.before.quantity * (self.change.quantity or 0) >= 0:
            return None
        alone = changed(Holding(lots=self.before.lots), self.change, self.asset.multiplier)
        return alone.realised if alone.is_realised_whole else None

    @property
    def summary(self) -> str:
        """`Buy 2 DIS 130 call 16 Apr 2027 at 3.20`."""
        label = self.asset.label
        if self.change.kind is ChangeKind.VOID:
            return f"Remove {label}: it was never held"
        verb = {"buy": "Buy", "sell": "Sell", "correct": "Hold"}.get(self.action, "")
        if self.action is Action.CLOSE:
            verb = "Sell" if (self.change.quantity or 0) < 0 else "Buy back"
        said = f"{verb} {plain(self.quantity)} {label}"
        return said if self.price is None else f"{said} at {plain(self.price, 2)}"

    @property
    def line(self) -> Line:
        return Line(asset=self.asset, change=self.change, version=self.version)


def drafted(
    action: Action,
    asset: Asset,
    held: Position | None,
    *,
    quantity: Decimal | None,
    price: Decimal | None,
    at: datetime,
) -> Draft:
    """The draft of these words; `InvalidInput` where they make none."""
    before = held.holding if held else Holding()
    if quantity is not None and quantity < 0:
        raise InvalidInput("A quantity has no sign: say buy or sell.")
    change = _change(action, before, quantity=quantity, price=price, at=at)
    line = Line(asset=asset, change=change, version=held.version if held else 0)
    return Draft(
        action=action,
        asset=line.asset,
        change=line.change,
        version=line.version or 0,
        before=before,
        after=changed(before, change, asset.multiplier),
    )


def _change(
    action: Action,
    before: Holding,
    *,
    quantity: Decimal | None,
    price: Decimal | None,
    at: datetime,
) -> Change:
    match action:
        case Action.CLOSE:
            return _closing(before, quantity, price, at)
        case Action.CORRECT:
            return _correcting(before, quantity, price, at)
        case _:
            if not quantity:
                raise InvalidInput("Say how many.")
            signed = quantity if action is Action.BUY else -quantity
            return Change(kind=ChangeKind.TRADE, quantity=signed, price=price, at=at)


def _closing(
    before: Holding, quantity: Decimal | None, price: Decimal | None, at: datetime
) -> Change:
    there = abs(before.quantity)
    if not there:
        raise NotFound("Nothing of it is held, so nothing can be closed.")
    wanted = there if quantity is None else quantity
    if not 0 < wanted <= there:
        raise InvalidInput(f"{plain(there)} are held: close that many or fewer.")
    signed = -wanted if before.quantity > 0 else wanted
    return Change(kind=ChangeKind.TRADE, quantity=signed, price=price, at=at)


def _correcting(
    before: Holding, quantity: Decimal | None, price: Decimal | None, at: datetime
) -> Change:
    if not before.lots:
        raise NotFound("Nothing of it is held, so there is nothing to correct.")
    wanted = abs(before.quantity) if quantity is None else quantity
    if not wanted:
        return Change(kind=ChangeKind.VOID, at=at)
    signed = wanted if before.quantity > 0 else -wanted
    paid = before.price if price is None else price
    if paid is not None:
        paid = round(paid, 6)
    first = before.lots[0]
    lot = Lot(quantity=signed, price=paid, opened_at=first.opened_at, is_dated=first.is_dated)
    return Change(kind=ChangeKind.CORRECTION, lots=(lot,), at=at)


def chosen(
    positions: Sequence[Position], symbol: Symbol, wanted: Mapping[str, object]
) -> list[Position]:
    """Open positions of `symbol` that are as was said: `kind`, `right`, `strike`, `expiry`; what was
    not said (None) does not count."""
    asked = {name: value for name, value in wanted.items() if value is not None}
    return [
        each
        for each in positions
        if each.asset.symbol == symbol
        and all(getattr(each.asset, name) == value for name, value in asked.items())
    ]


def terms_of(draft: Draft) -> dict[str, Any]:
    """The draft as its card carries it."""
    asset, change = draft.asset, draft.change
    lot = change.lots[0] if change.lots else None
    return {
        "summary": draft.summary,
        "kind": asset.kind.value,
        "symbol": str(asset.symbol),
        "right": asset.right.value if asset.right else None,
        "strike": _text(asset.strike),
        "expiry": asset.expiry.isoformat() if asset.expiry else None,
        "root": asset.root,
        "multiplier": _text(asset.multiplier),
        "change": change.kind.value,
        "quantity": _text(lot.quantity if lot else change.quantity),
        "price": _text(lot.price if lot else change.price),
        "opened_at": lot.opened_at.isoformat() if lot else None,
        "is_dated": lot is None or lot.is_dated,
        "at": change.at.isoformat(),
        "version": draft.version,
    }


def line_of(terms: Mapping[str, Any]) -> Line:
    """The change a card carries."""
    asset = Asset(
        kind=AssetKind(terms["kind"]),
        symbol=Symbol.parse(terms["symbol"]),
        right=OptionKind(terms["right"]) if terms["right"] else None,
        strike=_number(terms["strike"]),
        expiry=date.fromisoformat(terms["expiry"]) if terms["expiry"] else None,
        root=terms["root"],
        multiplier=Decimal(terms["multiplier"]),
    )
    kind, at = ChangeKind(terms["change"]), datetime.fromisoformat(terms["at"])
    quantity, price = _number(terms["quantity"]), _number(terms["price"])
    if kind is ChangeKind.CORRECTION:
        opened = datetime.fromisoformat(terms["opened_at"])
        lot = Lot(
            quantity=quantity or Decimal(0),
            price=price,
            opened_at=opened,
            is_dated=terms.get("is_dated", True),
        )
        return Line(
            asset=asset, change=Change(kind=kind, lots=(lot,), at=at), version=terms["version"]
        )
    change = Change(kind=kind, quantity=quantity, price=price, at=at)
    return Line(asset=asset, change=change, version=terms["version"])


def plain(value: Decimal, decimals: int = 0) -> str:
    """A number as traders write it, with at least so many decimals and no idle zeros beyond."""
    digits = f"{value.normalize():f}"
    whole, _, part = digits.partition(".")
    shown = part.ljust(decimals, "0")
    return f"{whole}.{shown}" if shown else whole


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
