"""Opportunities that a scan found."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class OpportunityFact(BaseModel):
    """One of the figures that a setup's rule looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    number: CardNumber


class OpportunityRow(BaseModel):
    """One setup on one symbol: `invalid` says what would end it, `counted` how many cases the
    chance is read from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    name: str
    setup: str
    direction: str
    at: datetime
    is_forming: bool
    entry: CardNumber
    stop: CardNumber
    target: CardNumber
    reward_to_risk: CardNumber
    chance: CardNumber
    counted: CardNumber
    facts: tuple[OpportunityFact, ...]
    invalid: str


class OpportunitiesCard(BaseCard):
    """Setups that stand now, best first: entry, stop, target, what they rest on."""

    title: str
    rows: tuple[OpportunityRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
