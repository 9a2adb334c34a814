"""Legs of a structure: options and stock, bought or sold, each at its price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.core.errors import InvalidInput

MOST_LEGS = 8


class LegKind(StrEnum):
    CALL = "call"
    PUT = "put"
    STOCK = "stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """`quantity` is in contracts, or in shares of stock, and negative where sold; `price` is per share.

    `expires_at` may be left out where all legs end together.
    """

    kind: LegKind
    quantity: Decimal
    price: Decimal
    strike: Decimal | None = None
    expires_at: datetime | None = None
    multiplier: Decimal = Decimal(100)

    def __post_init__(self) -> None:
        if not self.quantity:
            raise InvalidInput("A leg has a quantity: positive if bought, negative if sold.")
        if self.kind is LegKind.STOCK and self.strike is not None:
            raise InvalidInput("Stock has no strike.")
        if self.kind is not LegKind.STOCK and not (self.strike and self.strike > 0):
            raise InvalidInput(f"A {self.kind} needs a strike above zero.")

    @property
    def is_option(self) -> bool:
        return self.kind is not LegKind.STOCK

    @property
    def shares(self) -> Decimal:
        """What one dollar of its price is worth to the holder."""
        return self.quantity * self.multiplier if self.is_option else self.quantity

    def intrinsic(self, price: Decimal) -> Decimal:
        """Per share, with the underlying at `price`."""
        if self.strike is None:
            return price
        apart = price - self.strike if self.kind is LegKind.CALL else self.strike - price
        return max(apart, Decimal(0))


def cost(legs: Sequence[Leg]) -> Decimal:
    """What was paid for all; negative where more was received."""
    return sum((leg.shares * leg.price for leg in legs), Decimal(0))


def strikes(legs: Sequence[Leg]) -> list[Decimal]:
    """Rising, each once."""
    return sorted({leg.strike for leg in legs if leg.strike is not None})


def ends(legs: Sequence[Leg]) -> list[datetime | None]:
    """The different ends of its options, first to last."""
    found = {leg.expires_at for leg in legs if leg.is_option}
    return sorted(found, key=lambda end: (end is not None, end.timestamp() if end else 0.0))


def check_legs(legs: Sequence[Leg]) -> None:
    if not 1 <= len(legs) <= MOST_LEGS:
        raise InvalidInput(f"A structure has one to {MOST_LEGS} legs, not {len(legs)}.")
