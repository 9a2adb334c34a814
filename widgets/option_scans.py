"""Setups on options that a scan found."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class OptionScanFact(BaseModel):
    """A figure that the rule looked at or that the setup comes to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    number: CardNumber


class OptionScanRow(BaseModel):
    """One setup on one underlying; `words` name its contracts. `tool` with `arguments` is what a click
    on `action` asks. `invalid` says what would end it, `ended` how it ended; `find` is what a thumb
    keeps, `liked` the member's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    name: str
    kind: str
    setup: str
    words: str
    facts: tuple[OptionScanFact, ...]
    action: str
    tool: str
    arguments: dict[str, Any]
    variant: str = ""
    invalid: str = ""
    ended: str = ""
    liked: bool | None = None
    find: dict[str, Any] | None = None


class OptionScanCard(BaseCard):
    """Rows by setup, of each the strongest first. `search` is what a click saves under a name,
    `saved_as` that name once it is."""

    title: str
    search: dict[str, Any] | None = None
    saved_as: str = ""
    rows: tuple[OptionScanRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
