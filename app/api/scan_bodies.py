"""The bodies of scans and opportunities."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from app.api.option_scan_bodies import (
    NotKnownBody,
    OptionFoundBody,
    OptionOpportunityBody,
    OptionRecordBody,
    OptionSearchBody,
    SavedOptionSearchBody,
)
from app.api.schemas import Body, Number
from app.scanner.kept import Status
from app.scanner.lists import LONGEST
from app.scanner.setups import Direction, Setup
from app.scanner.signals import Sent

Price = Annotated[Decimal, Field(gt=0, allow_inf_nan=False, max_digits=24, decimal_places=8)]


class SearchBody(Body):
    """What is looked for. Empty lists mean all setups, and every listed stock and fund. `where` is
    a condition of the formula language on daily bars: `rsi(14) < 30 and close < 50`."""

    setups: list[Setup] = Field(default=[], max_length=len(Setup))
    direction: Direction | None = None
    symbols: list[Annotated[str, Field(max_length=40)]] = Field(default=[], max_length=5000)
    sector: str = Field("", max_length=40)
    min_price: Price | None = None
    max_price: Price | None = None
    min_reward_to_risk: float | None = Field(None, gt=0, le=1000)
    where: str = Field("", max_length=1000)


class ScanRequest(SearchBody):
    """With a `name` the scan is saved under it; `every_minutes` makes it run by itself. `list` adds
    to `symbols` what a pasted list, a CSV or an export of TradingView or Finviz names. With `options`
    the option chains of `symbols` (up to 30, the most traded if none) are looked over instead."""

    options: OptionSearchBody | None = None

    list_: str = Field("", alias="list", max_length=LONGEST)

    name: str = Field("", max_length=60)
    every_minutes: int | None = Field(None, ge=5, le=7 * 24 * 60)
    limit: int = Field(50, ge=1, le=500)


class FoundBody(Body):
    """A setup that stands, for `days` bars; prices in the instrument's currency. Of `cases` past ones
    so many `reached` their target first, were `stopped`, or were `undecided` after 20 bars; all came to
    `mean_result`, in units of what was risked. `chance`, from 0 to 1, is that the target comes before
    the stop and in time; it is null, as `score` and `expectation` are, where cases are too few."""

    symbol: str
    setup: Setup
    direction: Direction
    bar_at: datetime
    is_forming: bool
    entry: Number
    stop: Number
    target: Number
    reward_to_risk: float
    days: int
    chance: float | None
    score: float | None
    expectation: float | None
    cases: int
    reached: int
    stopped: int
    undecided: int
    mean_result: float | None
    facts: dict[str, float]
    provider: str
    is_simulated: bool
    is_new: bool


class RefusedBody(Body):
    """A cell of a list that is no symbol, and why; lines count from 1."""

    line: int
    text: str
    reason: str


class ScanBody(Body):
    """`found` counts all; `opportunities` are the best of them. `left_out` gives reasons;
    `passing` are the symbols that meet `where`, null without one. Of options, `not_known` are rules
    that could not be judged, `not_read` what the time did not suffice for."""

    scan_id: str | None
    as_of: datetime
    scanned: int
    found: int
    opportunities: list[FoundBody]
    passing: list[str] | None
    left_out: dict[str, str]
    refused: list[RefusedBody]
    option_opportunities: list[OptionFoundBody]
    not_known: list[NotKnownBody]
    not_read: list[str]


class SavedScanBody(Body):
    """A saved scan and what it looks for, as `SearchBody`; limits of what may be asked are none of what
    is kept."""

    id: str
    name: str
    version: int
    every_minutes: int | None
    due_at: datetime | None
    setups: list[Setup]
    direction: Direction | None
    symbols: list[str]
    sector: str
    min_price: Number | None
    max_price: Number | None
    min_reward_to_risk: float | None
    where: str
    options: SavedOptionSearchBody | None


class SavedScansBody(Body):
    scans: list[SavedScanBody]


class OpportunityBody(Body):
    """An opportunity as it was found. `liked` is the member's thumb, null without one. A signal from
    outside names its `source`, quotes the sender's `reason`, and has null for what they did not give."""

    id: str
    symbol: str
    setup: Setup | Sent
    direction: Direction
    bar_at: datetime
    entry: Number | None
    stop: Number | None
    target: Number | None
    reward_to_risk: Number | None
    chance: float | None
    cases: int
    facts: dict[str, float]
    provider: str
    is_simulated: bool
    status: Status
    liked: bool | None
    found_at: datetime
    ended_at: datetime | None
    source: str
    reason: str


class OpportunitiesBody(Body):
    """`option_records` are what setups on options came to that could be counted after their expiry."""

    opportunities: list[OpportunityBody]
    option_opportunities: list[OptionOpportunityBody]
    option_records: list[OptionRecordBody]


class ThumbRequest(Body):
    """null takes a thumb back."""

    liked: bool | None
