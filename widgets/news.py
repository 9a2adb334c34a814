"""What was published about a company."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, Freshness


class NewsRow(BaseModel):
    """A headline in its publisher's words; `url` and `mood` are empty where there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    headline: str
    publisher: str
    url: str
    mood: str


class NewsCard(BaseCard):
    """Headlines, newest first, as quotations."""

    title: str
    rows: tuple[NewsRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
