"""Arguments of a roll: which option, and where to."""

from datetime import date as Date  # noqa: N812 - `date` is a word of arguments
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tools.arguments import AsOf, SymbolArgument
from tools.base import ToolArgs
from tools.options_arguments import KindArgument


def _side(value: object) -> object:
    """`short`, `sold` and the like."""
    if not isinstance(value, str):
        return value
    low = value.strip().lower()
    return {"short": "sell", "sold": "sell", "long": "buy", "bought": "buy"}.get(low, low)


class RollArgs(ToolArgs):
    symbol: SymbolArgument | None = Field(
        None, description="The underlying; leave out to look through all that is held."
    )
    kind: KindArgument | None = Field(None, description="call or put, if it was said.")
    strike: Decimal | None = Field(None, gt=0, description="The strike it has now.")
    expiry: Date | None = Field(None, description="The expiry it has now.")
    year: int | None = Field(
        None, ge=2000, le=2100, description="Only options that end in this year: 2027 LEAPS."
    )
    is_leaps: bool = Field(
        default=False,
        description="Only options with nine months or more to go when they were opened.",
    )
    side: Annotated[Literal["buy", "sell"], BeforeValidator(_side)] | None = Field(
        None, description="buy if it was bought (long), sell if it was sold (short)."
    )
    quantity: int | None = Field(
        None, gt=0, le=100_000, description="Contracts, where nothing of it is held."
    )
    price: Decimal | None = Field(
        None, ge=0, description="What was paid or received a share, where nothing of it is held."
    )
    days_later: int | None = Field(
        None, gt=0, le=1500, description="How many days later the new one ends: 30 for a month."
    )
    direction: Literal["up", "down", "same"] | None = Field(
        None, description="Where its strike goes; leave out for all."
    )
    to_strike: Decimal | None = Field(None, gt=0, description="The new strike, if it was named.")
    as_of: AsOf = None
