"""Whether the market is open, and when that changes."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class Milestone(BaseModel):
    """Something that will happen: "opens", "closes", "after hours end", with its moment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    at: datetime


class CalendarDay(BaseModel):
    """A day that is not a plain session: a holiday or a half day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    label: str


class MarketStatusCard(BaseCard):
    """The phase large, the time to the next bell beside it, then the days ahead."""

    title: str
    phase: str
    headline: str
    until_next: CardNumber | None
    milestones: tuple[Milestone, ...]
    days_ahead: tuple[CalendarDay, ...]
    notes: tuple[str, ...]
    freshness: Freshness
