"""Arguments of a draft: a contract or a symbol, or the legs of a structure."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.market.chains import OptionKind
from app.options.legs import MOST_LEGS
from app.positions.drafts import Action
from app.positions.models import AssetKind
from tools.arguments import SymbolArgument
from tools.base import ToolArgs


class DraftLeg(BaseModel):
    """One leg; without a right it is stock, without an expiry it has the structure's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: Literal["buy", "sell"] = Field(description="buy or sell.")
    right: OptionKind | None = Field(None, description="call or put; leave out for stock.")
    strike: Decimal | None = Field(None, gt=0, description="Of an option.")
    expiry: str | None = Field(None, description="If it is another one.", max_length=40)
    quantity: Decimal = Field(Decimal(1), gt=0, description="Contracts or shares in one structure.")
    price: Decimal | None = Field(None, ge=0, description="Per share, if it was said.")


class DraftArgs(ToolArgs):
    action: Action = Field(
        description="buy or sell (opens, adds or reduces), close what is held, or correct how much"
        " and at what price it is held."
    )
    symbol: SymbolArgument
    quantity: Decimal | None = Field(
        None,
        ge=0,
        description="How many shares, contracts or coins, without a sign. Leave out to close all. To"
        " correct: what is really held, 0 if it never was.",
    )
    price: Decimal | None = Field(
        None, description="Per share or per unit, as it was traded; leave out if it was not said."
    )
    right: OptionKind | None = Field(None, description="call or put, of an option.")
    strike: Decimal | None = Field(None, gt=0, description="Of an option.")
    expiry: str | None = Field(
        None,
        description="2027-04-16, apr, apr 16 or 4/16; a month is its third Friday.",
        max_length=40,
    )
    root: str | None = Field(
        None,
        description="Of an index option, if it was said: SPX settles in the morning, SPXW at the close.",
        max_length=6,
    )
    kind: AssetKind | None = Field(
        None, description="stock, option, future or crypto, where it is not plain from the rest."
    )
    multiplier: Decimal | None = Field(
        None, gt=0, description="Dollars a point of a future, if it was said."
    )
    legs: tuple[DraftLeg, ...] = Field(
        (),
        max_length=MOST_LEGS,
        description="To open a structure in one go: each leg with its own side. Then `quantity` is how"
        " many structures, `price` the net price a share, `action` buy if it was paid, sell if received.",
    )
    structure: str | None = Field(
        None,
        description="To close a structure that is held, by its name: iron condor, bull put spread,"
        " strangle. All its legs are closed; `quantity` is how many structures, `price` net a share.",
        max_length=40,
    )
