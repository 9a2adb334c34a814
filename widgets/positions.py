"""What a member holds: the book, its risk, and a draft of a change to it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness
from widgets.options import AssignmentRow


class PositionRow(BaseModel):
    """One position. `multiplier` is what a dollar of its price is worth; `symbol` is set on what moves
    with its own symbol's price. Absent numbers say why in `absent_because`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    symbol: str
    multiplier: str
    quantity: CardNumber
    paid: CardNumber | None
    price: CardNumber | None
    value: CardNumber | None
    day: CardNumber | None
    is_day_estimated: bool
    result: CardNumber | None
    absent_because: str
    source: str
    as_of: datetime | None
    stale_since: datetime | None


class StructureRow(BaseModel):
    """Legs that make something together. `cost` was received for it if `is_credit`, else paid; delta is
    in shares, theta dollars a calendar day, vega dollars a point. What one leg lacks is absent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    name: str
    legs: tuple[str, ...]
    is_opened_together: bool
    is_credit: bool
    cost: CardNumber | None
    day: CardNumber | None
    result: CardNumber | None
    delta: CardNumber | None
    theta: CardNumber | None
    vega: CardNumber | None


class LeftOut(BaseModel):
    """How many positions each sum is without."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: int
    day: int
    result: int


class PositionsCard(BaseCard):
    """The book: what it is worth, what it made today and since, line by line. `symbol` is set on the
    book of one underlying."""

    title: str
    symbol: str | None = None
    value: CardNumber | None
    day: CardNumber | None
    result: CardNumber | None
    left_out: LeftOut
    rows: tuple[PositionRow, ...]
    structures: tuple[StructureRow, ...]
    assignments: tuple[AssignmentRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness


class RiskNumber(BaseModel):
    """One Greek of the whole book, with what it means in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    number: CardNumber | None
    means: str


class UnderlyingRow(BaseModel):
    """One underlying's part of the risk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    delta: CardNumber
    dollars: CardNumber
    beta: CardNumber | None
    weighted: CardNumber | None
    gamma: CardNumber
    theta: CardNumber
    vega: CardNumber
    share: CardNumber


class ExpiryRow(BaseModel):
    """What ends on one day; `expiry` is empty for what never ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expiry: str
    dollars: CardNumber
    gamma: CardNumber
    theta: CardNumber
    vega: CardNumber


class WhatIf(BaseModel):
    """A shift in words, and what it would make or lose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str
    result: CardNumber


class PortfolioGreeksCard(BaseCard):
    """The risk of the book: net, by underlying and by expiry, and a what-if."""

    title: str
    net: tuple[RiskNumber, ...]
    underlyings: tuple[UnderlyingRow, ...]
    expiries: tuple[ExpiryRow, ...]
    what_if: WhatIf | None
    notes: tuple[str, ...]
    freshness: Freshness


class DraftTerms(BaseModel):
    """The change itself, exact, as it will be stored; `summary` says it in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    summary: str
    kind: str
    symbol: str
    right: str | None
    strike: str | None
    expiry: str | None
    root: str
    multiplier: str
    change: str
    quantity: str | None
    price: str | None
    opened_at: str | None
    is_dated: bool = True
    at: str
    version: int


class DraftRow(BaseModel):
    """One thing that changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    before: CardNumber | None
    after: CardNumber | None


class PositionDraftCard(BaseCard):
    """A change nobody has stored yet. Of a structure `legs` are all its changes, stored together, and
    `draft` is the first of them under the summary of the whole; `is_opening` makes them one group.
    `outcome` becomes `stored` or `discarded` by the member's click."""

    draft: DraftTerms
    legs: tuple[DraftTerms, ...] = ()
    is_opening: bool = False
    rows: tuple[DraftRow, ...]
    cash: CardNumber | None
    realised: CardNumber | None
    market: CardNumber | None
    valid_minutes: int
    outcome: str
    notes: tuple[str, ...]
    freshness: Freshness
