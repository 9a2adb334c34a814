"""A quote, and several beside each other."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class Statistic(BaseModel):
    """A labelled number of a card's grid; None is shown as a dash with its reason on hover."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    number: CardNumber | None
    absent_because: str = ""


class QuoteCard(BaseCard):
    """Last price and change large, the day's statistics small."""

    symbol: str
    name: str
    title: str
    last: CardNumber
    change: CardNumber | None
    change_pct: CardNumber | None
    statistics: tuple[Statistic, ...]
    notes: tuple[str, ...]
    freshness: Freshness


class QuotesTable(BaseCard):
    """Quotes of several symbols, strongest first."""

    title: str
    rows: tuple[QuoteCard, ...]

    @classmethod
    def of(cls, cards: Sequence[QuoteCard]) -> "QuotesTable":
        """One row a card; those without a change go last, in the order they were asked for."""
        changes = {
            card.card_id: Decimal(card.change_pct.value) if card.change_pct else None
            for card in cards
        }
        strongest_first = sorted(
            cards,
            key=lambda card: (
                changes[card.card_id] is None,
                -(changes[card.card_id] or Decimal(0)),
            ),
        )
        return cls(title=" · ".join(card.symbol for card in cards), rows=tuple(strongest_first))
