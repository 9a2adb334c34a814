"""The bodies of setups on options."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from app.api.schemas import Body, Number
from app.options.legs import LegKind
from app.scanner.kept import Status
from app.scanner.option_kept import Ending
from app.scanner.option_setups import OptionSetup

_Share = Annotated[float, Field(ge=0, le=1)]


class OptionSearchBody(Body):
    """What is looked for in option chains; `setups` empty means all. `delta`, `days` and `width` (in
    dollars, 2 % of the price if null) are a spread's; chance and rank are fractions.
    `earnings_behind` keeps companies that have reported and do not report again within `days`."""

    setups: list[OptionSetup] = Field(default=[], max_length=len(OptionSetup))
    delta: float = Field(0.16, gt=0, lt=0.5)
    days: int = Field(45, ge=1, le=730)
    width: float | None = Field(None, gt=0, allow_inf_nan=False)
    min_probability: _Share = 0.65
    min_iv_rank: _Share = 0.5
    earnings_behind: bool = False


class SavedOptionSearchBody(Body):
    """What a saved scan looks for in option chains, as `OptionSearchBody`; limits of what may be asked
    are none of what is kept."""

    setups: list[OptionSetup]
    delta: float
    days: int
    width: float | None
    min_probability: float
    min_iv_rank: float
    earnings_behind: bool


class OptionLegBody(Body):
    """`quantity` is below zero where sold, `price` per share when it was found."""

    kind: LegKind
    strike: Number
    quantity: Number
    price: Number
    expires_at: datetime | None


class OptionFoundBody(Body):
    """A setup on options that stands. Of a spread `entry` is the credit a share, `target` and `stop`
    what buying it back costs; of a contract `entry` is its price, of volatility a fraction.
    `probability` of profit at expiry is computed, risk-neutral, null where there is none. It ends by
    itself at `lapses_at` at the latest and is counted from `settles_at` on."""

    symbol: str
    setup: OptionSetup
    found_on: date
    expiry: date | None
    legs: list[OptionLegBody]
    entry: Number | None
    stop: Number | None
    target: Number | None
    max_profit: Number | None
    max_loss: Number | None
    breakevens: list[Number]
    probability: float | None
    facts: dict[str, float]
    lapses_at: datetime
    settles_at: datetime
    provider: str
    is_simulated: bool
    is_new: bool | None = None


class OptionOpportunityBody(OptionFoundBody):
    """One that is kept. `result` is what it came to by its expiry: dollars of one unit, of volatility
    the implied less what followed; null while it is not counted."""

    id: str
    status: Status
    ending: Ending | None
    liked: bool | None
    found_at: datetime
    ended_at: datetime | None
    result: Number | None
    settled_at: datetime | None


class OptionRecordBody(Body):
    """How often finds of a setup came out well (`hits` of `cases`), and the mean chance that was
    computed for those."""

    setup: OptionSetup
    cases: int
    hits: int
    hit_rate: float
    mean_probability: float | None


class NotKnownBody(Body):
    """A rule that could not be judged, and why."""

    symbol: str
    setup: OptionSetup
    reason: str
