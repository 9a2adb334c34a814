"""Rows of delivery.

Decided: a delivery says nothing of what is told, so that the house can see which ones wait and
which died without seeing what they are about. The words are in `notifications`, and the channel's
secret is sealed; both are the member's alone.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Key, MemberOwned, Row


def _belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        [column, "member_id"], [f"{table}.id", f"{table}.member_id"], ondelete="CASCADE"
    )


class ChannelRow(MemberOwned, Row):
    """`busy_until`: somebody is sending; `not_before`: the receiver asked to wait."""

    __tablename__ = "notification_channels"
    __table_args__ = (UniqueConstraint("id", "member_id"),)

    id: Mapped[Key]
    kind: Mapped[str]
    name: Mapped[str]
    hint: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    disabled_because: Mapped[str] = mapped_column(server_default="")
    last_sent_at: Mapped[datetime | None]
    busy_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]


class NotificationRow(MemberOwned, Row):
    __tablename__ = "notifications"
    __table_args__ = (
        _belongs_to("threads", "thread_id"),
        _belongs_to("messages", "message_id"),
        UniqueConstraint("id", "member_id"),
        UniqueConstraint("member_id", "key"),
        CheckConstraint("char_length(key) BETWEEN 1 AND 200", name="key_length"),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    key: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    thread_id: Mapped[UUID]
    message_id: Mapped[UUID]
    created_at: Mapped[datetime]


class DeliveryRow(MemberOwned, Row):
    """One note on one channel. `message_key` is the message it went out in, given with the first
    attempt and kept in every later one; `is_held` was kept back by quiet hours."""

    __tablename__ = "deliveries"
    __table_args__ = (
        _belongs_to("notifications", "notification_id"),
        _belongs_to("notification_channels", "channel_id"),
        UniqueConstraint("notification_id", "channel_id"),
        Index("ix_deliveries_waiting", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_deliveries_of_channel", "channel_id", "state"),
        CheckConstraint("state IN ('waiting', 'sent', 'dead', 'dropped')", name="state_known"),
    )

    id: Mapped[Key]
    notification_id: Mapped[UUID]
    channel_id: Mapped[UUID]
    channel_kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    is_held: Mapped[bool] = mapped_column(server_default=false())
    attempts: Mapped[int] = mapped_column(server_default="0")
    message_key: Mapped[UUID | None]
    answer: Mapped[str] = mapped_column(server_default="")
    settled_at: Mapped[datetime | None]


class PreferencesRow(MemberOwned, Row):
    """`quiet_start` and `quiet_end` as `22:00`; both empty where there are no quiet hours."""

    __tablename__ = "notification_preferences"
    __table_args__ = (UniqueConstraint("member_id"),)

    id: Mapped[Key]
    zone: Mapped[str]
    quiet_start: Mapped[str] = mapped_column(server_default="")
    quiet_end: Mapped[str] = mapped_column(server_default="")
    channels: Mapped[Document]
