"""Arguments of a structure: legs as people name them."""

from datetime import date as Date  # noqa: N812 - `date` is a word of arguments
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.options.legs import MOST_LEGS, LegKind
from tools.arguments import AsOf, SymbolArgument
from tools.base import ToolArgs
from tools.options_arguments import Days, Expiry, Percent


def _word(value: object) -> object:
    """`C`, `calls`, `B`, `long` and the like."""
    if not isinstance(value, str):
        return value
    low = value.strip().lower()
    return _SPOKEN.get(low, _SPOKEN.get(low.rstrip("s"), low))


_SPOKEN = {
    "c": "call", "p": "put", "share": "stock", "equity": "stock", "b": "buy", "bought": "buy",
    "long": "buy", "s": "sell", "sold": "sell", "short": "sell",
}  # fmt: skip


class LegArg(BaseModel):
    """One leg; an expiry of its own only where it differs from the structure's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Annotated[LegKind, BeforeValidator(_word)] = Field(description="call, put or stock.")
    side: Annotated[Literal["buy", "sell"], BeforeValidator(_word)]
    quantity: Decimal = Field(Decimal(1), gt=0, le=100_000, description="Contracts, or shares.")
    strike: Decimal | None = Field(None, gt=0)
    delta: float | None = Field(
        None, gt=-1, lt=1, description="Instead of a strike: the listed one nearest to this delta."
    )
    at_the_money: bool = Field(default=False, description="Instead of a strike: at the money.")
    wide: Decimal | None = Field(
        None,
        gt=0,
        description="Instead of a strike: dollars further out of the money than the leg of its kind before it.",
    )
    price: Decimal | None = Field(None, ge=0, description="Per share, if it was named.")
    expiry: Date | None = None
    days: int | None = Field(None, ge=0, le=2000)


class StructureArgs(ToolArgs):
    legs: tuple[LegArg, ...] = Field(
        min_length=1, max_length=MOST_LEGS, description="One to eight: what is bought and sold."
    )
    symbol: SymbolArgument | None = Field(None, description="The underlying, if it was named.")
    credit: Decimal | None = Field(
        None, gt=0, description="Net, per share, received for all options."
    )
    debit: Decimal | None = Field(None, gt=0, description="Net, per share, paid for all options.")
    expiry: Expiry = None
    days: Days = None
    spot: float | None = Field(None, gt=0, description="Price of the underlying, without `symbol`.")
    volatility: Percent | None = Field(None, description="Of all legs, in percent: 33.")
    rate: float | None = Field(None, ge=-10, le=50, description="Interest, in percent: 4.")
    if_price: float | None = Field(None, gt=0, description="What if the underlying is here.")
    if_move: float | None = Field(
        None, ge=-99, le=500, description="What if it moves by so many percent: -1."
    )
    if_volatility: float | None = Field(
        None, ge=-200, le=200, description="What if volatility moves by so many points: 3."
    )
    if_date: Date | None = Field(None, description="What if it is that day.")
    as_of: AsOf = None
