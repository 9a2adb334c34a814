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
    on `action` asks."""

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


class OptionScanCard(BaseCard):
    """Rows by setup, of each the strongest first."""

    title: str
    rows: tuple[OptionScanRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness
