"""Values of delivery: what is told, where it can be told, and how far each telling came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """What a member chooses channels by."""

    ALERT = "alert"
    OPPORTUNITY = "opportunity"
    POSITION = "position"


class ChannelKind(StrEnum):
    WEB_PUSH = "web_push"
    EMAIL = "email"
    WEBHOOK = "webhook"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    SLACK = "slack"


class State(StrEnum):
    """Of a delivery. `DEAD` was given up and waits for the operator; `DROPPED` was not wanted any
    more, because its channel is off."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is to be told: a message that stands in a conversation of the member, said shortly.

    `key` names the event (a firing's id): the same key again tells nothing. `text` may be the
    message as it is stored; its markdown is taken out and it is cut. `only` are kinds of channels
    that are told in place of those that the member chose for `kind`, as long as one of them is on;
    none at all is nobody.
    """

    kind: Kind
    key: str
    title: str
    text: str
    thread_id: UUID
    message_id: UUID
    only: tuple[ChannelKind, ...] | None = None

    def goes_to(self, channels: Sequence["Channel"], preferences: "Preferences") -> list["Channel"]:
        """Those of a member's channels that are told."""
        working = [each for each in channels if each.is_on]
        if self.only is not None:
            named = [each for each in working if each.kind in self.only]
            if named or not self.only:
                return named
        return [each for each in working if preferences.wants(self.kind, each.id)]


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What `enqueue` stored: a delivery for each channel, and the channels that are due now.

    Both are empty where the member has no channel, or the note was stored before.
    """

    deliveries: tuple[UUID, ...] = ()
    due: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where a member is told. Its secret is not here; `hint` is as much of it as is shown.

    A channel without `confirmed_at` waits for its owner's word; `disabled_because` says in a
    sentence why nothing is sent to it any more.
    """

    id: UUID
    kind: ChannelKind
    name: str
    hint: str
    created_at: datetime
    confirmed_at: datetime | None = None
    disabled_because: str = ""
    last_sent_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        return self.confirmed_at is not None and not self.disabled_because


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until `end` by the member's clock, over midnight where `end` is earlier."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Preferences:
    """`channels` says by kind where to tell; a kind that is not in it is told everywhere."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    quiet: QuietHours | None = None
    channels: Mapping[Kind, frozenset[UUID]] = field(default_factory=dict)

    def wants(self, kind: Kind, channel: UUID) -> bool:
        chosen = self.channels.get(kind)
        return chosen is None or channel in chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A stored note, as it is told."""

    id: UUID
    kind: Kind
    title: str
    text: str
    thread_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes out: one note, or several as a digest. `id` stays the same in every attempt."""

    id: UUID
    title: str
    text: str
    link: str
    kind: str
    notes: tuple[UUID, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that was given up, without what it says: that is the member's.

    `id` is the message's, as receivers saw it; `notes` counts what it was to tell.
    """

    id: UUID
    member_id: UUID
    channel_id: UUID
    channel_kind: ChannelKind
    notes: int
    attempts: int
    answer: str
    created_at: datetime
