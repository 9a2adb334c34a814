"""Opportunities that a scan found."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class OpportunityFact(BaseModel):
    """One of the figures that a setup's rule looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    number: CardNumber


class OpportunityRow(BaseModel):
    """One setup on one symbol: `invalid` says what would end it, `expectation` what is expected of a
    unit of risk, `ended` how it ended. Of `counted` past cases so many `reached` their target and so
    many were `stopped`, and all came to `mean` for each unit risked; too few of them make no `chance`.
    `days` is for how many bars it has stood. `kind` is the setup's name in the house, `liked` the
    member's thumb. What came from outside says so by `source`, quotes the sender's `reason`, and has no
    number that they did not give."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    name: str
    kind: str
    setup: str
    direction: str
    at: datetime
    is_forming: bool
    entry: CardNumber | None
    stop: CardNumber | None
    target: CardNumber | None
    reward_to_risk: CardNumber | None
    chance: CardNumber | None
    expectation: CardNumber | None
    counted: CardNumber | None
    reached: CardNumber | None = None
    stopped: CardNumber | None = None
    mean: CardNumber | None = None
    days: CardNumber | None = None
    facts: tuple[OpportunityFact, ...]
    invalid: str
    ended: str = ""
    liked: bool | None = None
    source: str = ""
    reason: str = ""


class OpportunitiesCard(BaseCard):
    """Setups: entry, stop, target, what they rest on. `search` is what a click saves under a name,
    `saved_as` that name once it is."""

    title: str
    search: dict[str, Any] | None = None
    saved_as: str = ""
    rows: tuple[OpportunityRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
