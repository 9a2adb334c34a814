"""Scans that are kept under a name, and what would be kept or changed by a click."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, Freshness


class ScanTerm(BaseModel):
    """One part of what a scan looks for, in the member's own terms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    words: str


class ScanDraftCard(BaseCard):
    """A scan that a click would save or change. `terms` say what it looks for, `schedule` how often it
    would run by itself, `plan` what the plan allows, `refused` why it cannot be done. `search` is what
    is stored; `scan_id` is the saved scan that is changed, `version` the one of it, or of the scan of that
    name, when it was drawn: None if there was none."""

    change: Literal["save", "schedule", "stop", "delete"]
    name: str
    scan_id: str | None
    version: int | None
    terms: tuple[ScanTerm, ...]
    schedule: str
    every_minutes: int | None
    search: dict[str, Any]
    plan: str
    refused: str
    outcome: str
    valid_minutes: int
    notes: tuple[str, ...]
    freshness: Freshness


class SavedScanRow(BaseModel):
    """A saved scan: `tool` with `arguments` is what running it now asks, nothing where a list is too
    long for that. `outcome` is what a click on this card made of it. `has_list`: it names symbols, which are shared
    only if the member says so. `is_shared`: one of a list of scans that members of this server share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    words: str
    schedule: str
    every_minutes: int | None
    due_at: datetime | None
    version: int
    tool: str
    arguments: dict[str, Any]
    outcome: str = ""
    has_list: bool = False
    is_shared: bool = False


class SavedScansCard(BaseCard):
    """A member's scans by name, and what the plan allows."""

    title: str
    rows: tuple[SavedScanRow, ...]
    plan: str
    notes: tuple[str, ...]
    freshness: Freshness
