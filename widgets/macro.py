"""Sectors against the market, strongest first, and what is scheduled."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class SectorRow(BaseModel):
    """One sector; `quarter` is leading, weakening, lagging, improving, or empty without history."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    sector: str
    quarter: str
    excess: CardNumber
    change: CardNumber
    strength: CardNumber | None
    momentum: CardNumber | None


class SectorRotationCard(BaseCard):
    """A bar a sector to the left or the right of the market, with its strength and its turn."""

    title: str
    benchmark: CardNumber
    rows: tuple[SectorRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness


class CalendarRow(BaseModel):
    """Something scheduled; `at` only where the minute matters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    at: datetime | None
    kind: str
    title: str
    wait: CardNumber


class CalendarCard(BaseCard):
    """What is ahead, soonest first."""

    title: str
    rows: tuple[CalendarRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
