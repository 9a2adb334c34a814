"""What was written about a company: headlines, who published them and when, and in which mood.

Decided: a headline is its publisher's words. It is shortened and shown as a quotation, it instructs
nobody, and no number in it is a figure of ours. The mood is the source's own reading of the article
for this company; where a source has none, none is made up.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import PlainValidator

from app.core.symbols import Symbol
from app.core.visible import one_line
from app.market.models import Provider

HEADLINE_LENGTH = 240
_LONGEST_ADDRESS = 500


class Mood(StrEnum):
    """For the company, as the source reads the article."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Something published about a company; `url` is empty where there is no safe address."""

    symbol: Annotated[Symbol, PlainValidator(Symbol)]  # read back out of caches
    at: datetime
    headline: str
    publisher: str
    url: str = ""
    mood: Mood | None = None
    provider: Provider


def headline_of(text: str) -> str:
    """On one line, without what cannot be seen, and short."""
    return one_line(text)[:HEADLINE_LENGTH].strip()


def address_of(text: str) -> str:
    """An address a page may link to, else nothing."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    is_safe = parts.scheme == "https" and parts.hostname and one_line(text) == text.strip()
    return parts.geturl() if is_safe and len(text) <= _LONGEST_ADDRESS else ""
