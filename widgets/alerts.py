"""Alerts: one about to be armed, those there are, a change to be confirmed, and what fired."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from widgets.base import BaseCard, CardNumber, Freshness


class AlertDraftCard(BaseCard):
    """What would fire, looked at now. `terms` is what a click arms, under their `hash`; `where` says
    in words on which channels it is told.

    `stands` is true, false, or None where it cannot be told; `awaits_bar` where the end of the running
    bar decides. `outcome` is empty until it is armed or
    discarded.
    """

    symbol: str
    words: str
    condition: str
    note: str
    told: str
    where: str = ""
    ends_at: datetime | None
    stands: bool | None
    fires_at_once: bool
    awaits_bar: bool = False
    price: CardNumber | None
    level: CardNumber | None
    level_name: str
    distance: CardNumber | None
    distance_percent: CardNumber | None
    terms: dict[str, Any]
    hash: str
    valid_minutes: int
    outcome: str
    notes: tuple[str, ...]
    freshness: Freshness


class AlertRow(BaseModel):
    """One alert: `status` in a word, `until` the moment a snooze or the alert itself ends. `outcome`
    is what a click on this row has done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    symbol: str
    words: str
    note: str = ""
    status: Literal["armed", "snoozed", "fired", "expired"]
    until: datetime | None
    told: str
    fired: CardNumber
    fired_at: datetime | None
    outcome: str = ""


class AlertsCard(BaseCard):
    """What is watched for the member, and what has fired or ended."""

    title: str
    rows: tuple[AlertRow, ...]
    notes: tuple[str, ...]
    freshness: Freshness


class AlertChangeCard(BaseCard):
    """Alerts that would be changed by a click, and how. A snooze is for `minutes`, or until the
    moment of `ends` in the row's place."""

    change: Literal["snooze", "rearm", "drop"]
    minutes: int
    ends: tuple[datetime, ...] = ()
    summary: str
    rows: tuple[AlertRow, ...]
    outcome: str
    valid_minutes: int
    notes: tuple[str, ...]
    freshness: Freshness


class AlertFiring(BaseModel):
    """A moment at which an alert was told, or would have been."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    words: str
    price: CardNumber | None
    is_late: bool = False


class AlertHistoryCard(BaseCard):
    """What fired, the last first; `is_replayed`: what would have fired."""

    title: str
    is_replayed: bool
    zone: str
    count: CardNumber
    rows: tuple[AlertFiring, ...]
    notes: tuple[str, ...]
    freshness: Freshness
