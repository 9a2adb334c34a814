"""Values of alerts: what is watched for, how it stands, and what was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from json import dumps
from typing import Any
from uuid import UUID

from app.alerts.triggers import State, Tape
from app.core.symbols import Symbol

SHARDS = 16
"""Parts that monitors share among themselves; each symbol belongs to one."""


class Status(StrEnum):
    """Of an alert. `FIRED` has told all it was to tell and rests until it is armed again."""

    DRAFT = "draft"
    ARMED = "armed"
    FIRED = "fired"
    EXPIRED = "expired"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a member asked to be told of. `terms` is the draft as it was shown, JSON-ready.

    `fired` counts what was told. `thread_id` is the conversation it is told in, None for the one that
    all others share.
    """

    id: UUID
    member_id: UUID
    symbol: str
    terms: Mapping[str, Any]
    fingerprint: str
    status: Status
    thread_id: UUID | None
    fired: int
    fired_at: datetime | None
    armed_at: datetime | None
    snoozed_until: datetime | None
    expires_at: datetime | None
    created_at: datetime

    @property
    def title(self) -> str:
        return str(self.terms["title"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """An armed alert as the monitor takes it up; see `WatchRow`."""

    alert_id: UUID
    member_id: UUID
    symbol: Symbol
    terms: Mapping[str, Any]
    state: State
    seen: Tape | None
    snoozed_until: datetime | None
    expires_at: datetime | None
    version: int
    armed: int
    is_live: bool

    @property
    def is_threshold(self) -> bool:
        return bool(self.terms["kind"] == "threshold")

    @property
    def latest(self) -> State:
        """Its state, with the snooze that the member wants now."""
        until = self.snoozed_until
        return self.state.snoozed(until.timestamp() if until else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A firing as it was stored. `body` holds the figures it was told with."""

    id: UUID
    alert_id: UUID
    sequence: int
    at: datetime
    told_at: datetime
    is_late: bool
    body: Mapping[str, Any]
    thread_id: UUID
    message_id: UUID


def fingerprint_of(terms: Mapping[str, Any]) -> str:
    """The hash of what was shown: whoever arms names it, so nothing else is armed."""
    written = dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(written.encode()).hexdigest()


def symbol_of_book(member_id: UUID) -> Symbol:
    """What stands in a symbol's place for an alert about what somebody holds."""
    return Symbol(f"{_BOOK}{member_id}")


def is_book(symbol: str) -> bool:
    return symbol.startswith(_BOOK)


_BOOK = "@"


def shard_of(symbol: str) -> int:
    """The part a symbol belongs to, the same in every process and version."""
    return int.from_bytes(sha256(symbol.encode()).digest()[:4], "big") % SHARDS
