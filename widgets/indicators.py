"""Readings of indicators on one symbol and timeframe."""

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class Reading(BaseModel):
    """One indicator line: `parts` for those with several outputs (MACD line, signal, histogram)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    number: CardNumber | None
    parts: tuple[tuple[str, CardNumber], ...] = ()
    remark: str = ""
    """What it says in plain words: "price above", "below signal"; or why it is absent."""


class IndicatorsCard(BaseCard):
    """Indicators of one symbol on one timeframe."""

    symbol: str
    name: str
    timeframe: str
    last: CardNumber
    readings: tuple[Reading, ...]
    notes: tuple[str, ...]
    freshness: Freshness
