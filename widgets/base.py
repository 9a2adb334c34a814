"""What every card is: frozen data whose class name is the element that draws it."""

from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from app.core.figures import Figure


class CardNumber(BaseModel):
    """A number on a card: `text` as shown, `value` exact, `figure` the id it is bound to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    value: str
    unit: str
    figure: str

    @classmethod
    def of(cls, figure: Figure, *, with_unit: bool = False) -> "CardNumber":
        return cls(
            text=figure.text(with_unit=with_unit),
            value=format(figure.value, "f"),
            unit=str(figure.unit),
            figure=figure.id,
        )


class Freshness(BaseModel):
    """Who the prices of a card are from, how old they are, and what must be said about them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    as_of: datetime
    """When the price was made."""
    asked_at: datetime | None = None
    """The moment the card answers for, where that is not the price's."""
    is_simulated: bool = False
    delay_minutes: int = 0
    is_estimated: bool = False
    stale_since: datetime | None = None
    """Set when the provider does not answer now: these are the prices it gave then."""
    instead_of: tuple[str, ...] = ()
    """Providers that were asked before this one and did not answer."""
    session: str = ""
    """What runs, in words: "regular session", "closed since Friday 16:00 ET"."""
    is_frozen: bool = False
    """Asked for as of a past moment: nothing on the card may move with the market."""


class BaseCard(BaseModel):
    """A card. Its JSX twin is `widgets/elements/<ClassName>.jsx` and draws every field.

    `card_id` names the card on the page: Chainlit does not tell an element its own id, and what
    must survive a re-render (a chart, a draft) is kept under it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    card_id: str = Field(default_factory=lambda: uuid4().hex)
    display: Literal["inline", "side"] = "inline"

    @property
    def element(self) -> str:
        return type(self).__name__

    def props(self) -> dict[str, Any]:
        """JSON-ready properties, as the browser gets them."""
        return self.model_dump(mode="json")
