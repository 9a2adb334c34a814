"""Sectors against the market, what is scheduled, and where interest rates stand."""

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


class CalendarAmount(BaseModel):
    """A number of an event, in full: a hundred thousand jobs are 100,000."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    number: CardNumber


class CalendarRow(BaseModel):
    """Something scheduled; `at` only where the minute matters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    at: datetime | None
    kind: str
    title: str
    detail: str
    is_confirmed: bool
    wait: CardNumber
    amounts: tuple[CalendarAmount, ...]


class CalendarCard(BaseCard):
    """What is ahead, soonest first."""

    title: str
    rows: tuple[CalendarRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness


class CurvePoint(BaseModel):
    """A yield of one maturity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenor: str
    months: int
    rate: CardNumber


class MeetingRow(BaseModel):
    """The next decision of the Fed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    at: datetime
    wait: CardNumber


class OutcomeRow(BaseModel):
    """A target range after that decision, and how likely it is said to be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: CardNumber
    high: CardNumber
    probability: CardNumber


class RatesCard(BaseCard):
    """The curve as a line, its slope and lean, expected inflation, and the next Fed meeting."""

    title: str
    curve: tuple[CurvePoint, ...]
    slope: CardNumber | None
    lean: CardNumber | None
    leans: str
    inflation: tuple[CurvePoint, ...]
    meeting: MeetingRow | None
    outcomes: tuple[OutcomeRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
