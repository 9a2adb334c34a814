"""The live price chart. Bars are fetched by the browser, never carried in the properties."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class ChartLine(BaseModel):
    """A horizontal line on the chart; `kind` chooses its colour as on the ladder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    price: CardNumber
    kind: str
    side: Literal["above", "at", "below"]


class ChartMark(BaseModel):
    """A price the member wanted marked: their number, not one of ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    value: str


class PriceChart(BaseCard):
    """Candles and volume of one symbol; `as_of` set means a past moment: nothing moves."""

    symbol: str
    name: str
    timeframe: str
    extended: bool
    lines: tuple[ChartLine, ...]
    averages: tuple[str, ...]
    """Moving averages to draw: "sma50", "ema9", "sma200@1d"."""
    period: str = "day"
    """Whose levels the lines are: the "day"'s, the "week"'s, the "month"'s."""
    hide: tuple[str, ...] = ()
    """Families of levels that were left out: "pivots", "vwap", "profile"."""
    show: tuple[str, ...] = ()
    """Families that were asked for: all their lines are drawn."""
    profile: str = ""
    """Volume by price: "visible" for the bars in view, "day", "previous", "week", "month", "3m" or
    "1y" for a window of its own; empty for none."""
    marks: tuple[ChartMark, ...] = ()
    compare: tuple[str, ...] = ()
    """Symbols beside it; then all are drawn in percent from the first bar seen."""
    zoom: str = ""
    """How far back it opens: "today", "week", "month", "quarter", "half", "ytd", "year", "all"; empty:
    as many bars as are easily read."""
    notes: tuple[str, ...] = ()
    as_of: datetime | None
    decimals: int
    freshness: Freshness
