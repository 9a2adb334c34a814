"""Rows of alerts.

Decided: what a member asked for (`alerts`) and what was told (`alert_firings`, which can only be added
to) are the member's alone. What the monitor must look at (`alert_watches`) is open to the house itself:
a row an armed alert, with the state of its trigger. `alert_marks` says of each symbol how far its prices
were looked at, and is about nobody; a mark and the states of its watches are written together.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Key, MemberOwned, Row


def _belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        [column, "member_id"], [f"{table}.id", f"{table}.member_id"], ondelete="CASCADE"
    )


class AlertRow(MemberOwned, Row):
    """`terms` is what was shown and is watched for; `fingerprint` is its hash, which arming names.
    `key` makes it once. `thread_id` is where it is told: a wish, a conversation that is gone is
    replaced."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("id", "member_id"),
        UniqueConstraint("member_id", "key"),
        CheckConstraint(
            "status IN ('draft', 'armed', 'fired', 'expired', 'dropped')", name="status_known"
        ),
        CheckConstraint("char_length(key) BETWEEN 1 AND 100", name="key_length"),
        Index("ix_alerts_listed", "member_id", "status"),
    )

    id: Mapped[Key]
    key: Mapped[str]
    symbol: Mapped[str]
    terms: Mapped[Document]
    fingerprint: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="draft")
    thread_id: Mapped[UUID | None]
    fired: Mapped[int] = mapped_column(server_default="0")
    fired_at: Mapped[datetime | None]
    armed_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class WatchRow(MemberOwned, Row):
    """An alert as the monitor sees it. `version` grows with whatever the member does and with each
    firing, `armed` with each arming; `changed_in` is the transaction in which the member did it, by which a monitor reads on.
    `state` holds for the moment of its symbol's mark; `seen` is set, and stands in the mark's place, until
    the monitor has taken the alert up. `is_live` false is left until everybody has read it."""

    __tablename__ = "alert_watches"
    __table_args__ = (
        _belongs_to("alerts", "alert_id"),
        Index("ix_alert_watches_shard", "shard", postgresql_where=text("is_live")),
        Index("ix_alert_watches_changed_in", "changed_in"),
    )

    alert_id: Mapped[Key]
    symbol: Mapped[str]
    shard: Mapped[int] = mapped_column(SmallInteger)
    terms: Mapped[Document]
    state: Mapped[Document]
    seen: Mapped[Document | None]
    version: Mapped[int] = mapped_column(server_default="0")
    armed: Mapped[int] = mapped_column(server_default="0")
    is_live: Mapped[bool] = mapped_column(server_default=true())
    snoozed_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    changed_in: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint")
    )


class FiringRow(MemberOwned, Row):
    """What was told once: the `sequence`-th firing of its alert. `at` is the market's time of the
    price, `told_at` the clock's."""

    __tablename__ = "alert_firings"
    __table_args__ = (
        _belongs_to("alerts", "alert_id"),
        UniqueConstraint("alert_id", "sequence"),
        Index("ix_alert_firings_latest", "member_id", text("told_at DESC")),
    )

    id: Mapped[Key]
    alert_id: Mapped[UUID]
    sequence: Mapped[int]
    at: Mapped[datetime]
    told_at: Mapped[datetime]
    is_late: Mapped[bool]
    body: Mapped[Document]
    thread_id: Mapped[UUID]
    message_id: Mapped[UUID]


class MarkRow(Row):
    """How far a symbol's watches were taken; owned by no member, and nothing about one."""

    __tablename__ = "alert_marks"

    symbol: Mapped[str] = mapped_column(primary_key=True)
    seen: Mapped[Document]
    updated_at: Mapped[datetime]
