"""The bodies of `/api/v1/positions`. Quantities and prices may be sent as numbers or as text; text keeps
every digit."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from app.api.schemas import Body, Moment, Number

Amount = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=24, decimal_places=8)]
_NO_ZERO_BYTE = r"^[^\x00]*$"
"""A database takes none."""
Note = Annotated[str, Field(max_length=200, pattern=_NO_ZERO_BYTE)]
Key = Annotated[
    str,
    Field(
        min_length=1,
        max_length=90,
        pattern=_NO_ZERO_BYTE,
        description="Of your choice, one a request: the same key again stores nothing more.",
    ),
]
Version = Annotated[
    int | None,
    Field(ge=0, description="The version you saw; a position that has changed since is a 409."),
]


class AssetAsked(Body):
    """What is held. An option has right, strike and expiry; a future an expiry."""

    kind: Literal["stock", "option", "future", "crypto"] = "stock"
    symbol: str = Field(max_length=20, examples=["DIS", "BTC/USD"])
    right: Literal["call", "put"] | None = None
    strike: Amount | None = None
    expiry: date | None = None
    root: str | None = Field(
        None,
        max_length=6,
        pattern=r"^[A-Za-z0-9. ]*$",
        description="An index option's own: `SPX` settles in the morning, `SPXW` at the close. Without it"
        " the one that is held or listed.",
    )
    multiplier: Amount | None = Field(
        None, description="Dollars a point; 100 for options, the contract's own for known futures."
    )


class TradeAsked(AssetAsked):
    """Bought if positive, sold if negative; it opens, adds, reduces or turns around."""

    quantity: Amount = Field(description="Signed.")
    price: Amount | None = Field(None, description="Per share or unit; null if it is not known.")
    at: Moment | None = Field(None, description="When; without it now.")
    note: Note = ""


class TradesRequest(Body):
    """Trades that are stored together or not at all."""

    key: Key
    source: Literal["typed", "imported"] = "typed"
    together: bool = Field(False, description="They are the legs of one structure.")  # noqa: FBT003 - a default
    trades: list[TradeAsked] = Field(min_length=1, max_length=100)


class CloseRequest(Body):
    key: Key
    quantity: Amount | None = Field(None, gt=0, description="Without a sign; null closes all.")
    price: Amount | None = None
    at: Moment | None = None
    version: Version = None


class CorrectionRequest(Body):
    """What is really held; the log keeps what was thought before. Zero: it never was."""

    key: Key
    quantity: Amount = Field(description="Signed.")
    price: Amount | None = None
    opened_at: Moment | None = None
    version: Version = None
    note: Note = ""


class LotBody(Body):
    """`opened_at` is null where nobody knows: such a lot counts its day from the previous close."""

    quantity: Number
    price: Number | None
    opened_at: datetime | None


class PositionBody(Body):
    """All of one asset. Amounts are in dollars; null where they are not known, and `absence` says why.
    `day_estimated`: an option's price of yesterday is computed."""

    id: str
    version: int
    kind: str
    symbol: str
    label: str
    right: str | None
    strike: Number | None
    expiry: date | None
    root: str | None = Field(description="An option's; it tells SPX (morning) from SPXW (close).")
    multiplier: Number
    quantity: Number
    average_price: Number | None
    lots: list[LotBody]
    realised: Number | None
    source: str
    price: Number | None = None
    value: Number | None = None
    day: Number | None = None
    day_estimated: bool = False
    open: Number | None = None
    absence: str = ""
    as_of: datetime | None = None
    stale_since: datetime | None = None
    provider: str | None = None


class StructureGreeks(Body):
    """Delta in shares, gamma in shares a dollar; theta, vega and rho as of the book."""

    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


class StructurePart(Body):
    """So many of a position, as its legs hold them; signed."""

    id: str
    label: str
    quantity: Number


class StructureOf(Body):
    """Positions that make something together. `cost` was paid, or received if negative; what one of
    its positions lacks is null."""

    symbol: str
    name: str
    legs: int
    opened_together: bool
    positions: list[StructurePart]
    cost: Number | None
    value: Number | None
    day: Number | None
    open: Number | None
    greeks: StructureGreeks | None


class PositionsBody(Body):
    """The open positions. A sum is null where no position has it; how many it is without stands beside."""

    as_of: datetime
    value: Number | None
    day: Number | None
    open: Number | None
    unpriced: int = Field(description="Positions that are not in `value`.")
    day_left_out: int = Field(description="Positions that are not in `day`.")
    open_left_out: int = Field(description="Positions that are not in `open`.")
    positions: list[PositionBody]
    structures: list[StructureOf]
    unsorted: list[str] = Field(
        description="Underlyings with too many loose legs to see structures in them."
    )
    simulated: bool


class StoredBody(Body):
    """The positions as they are now; `repeated` if the key had been stored before."""

    repeated: bool
    positions: list[PositionBody]


class ChangeBody(Body):
    """One line of a position's log, which only grows."""

    number: int
    kind: Literal["trade", "correction", "void"]
    quantity: Number | None
    price: Number | None
    lots: list[LotBody]
    at: datetime
    note: str
    source: str
    made_at: datetime


class HistoryBody(Body):
    position: PositionBody
    changes: list[ChangeBody]


class ExposureBody(Body):
    """`delta_dollars` is dollars of underlyings, `gamma` how many more on one percent; theta dollars a
    calendar day, vega and rho dollars a point."""

    delta_dollars: float
    gamma: float
    theta: float
    vega: float
    rho: float


class UnderlyingBody(Body):
    symbol: str
    delta: float = Field(description="In its own shares.")
    share: float = Field(description="Of all dollar deltas, sign left out; a fraction.")
    beta: float | None
    delta_in_spy: float | None
    greeks: ExposureBody


class ExpiryBody(Body):
    expiry: date | None
    positions: int
    greeks: ExposureBody


class WhatIfBody(Body):
    percent: float
    points: float
    days: float
    by_beta: bool
    result: float
    left_out: list[str]


class PortfolioGreeksBody(Body):
    as_of: datetime
    net: ExposureBody
    delta_in_spy: float | None = Field(description="Beta-weighted, in shares of SPY.")
    delta_in_spy_dollars: float | None
    underlyings: list[UnderlyingBody]
    expiries: list[ExpiryBody]
    what_if: WhatIfBody | None
    left_out: list[str]
    without_beta: list[str]
    rate_assumed: bool
    simulated: bool


class ConfirmedBody(Body):
    summary: str
    repeated: bool
    positions: list[PositionBody]


class DiscardedBody(Body):
    """A draft that is ended."""

    summary: str
