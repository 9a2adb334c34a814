"""Rows of the scanner.

Decided: a member's scans and what they found are the member's alone. What is due when
(`scan_schedules`) is open to the house itself and holds nothing of what is looked for. A scan keeps
every version it had (`scan_versions`, which can only be added to), so an opportunity can always be
explained by what was asked.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Key, MemberOwned, Row


def _of_scan() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["scan_id", "member_id"], ["scans.id", "scans.member_id"], ondelete="CASCADE"
    )


class ScanRow(MemberOwned, Row):
    """A scan by its name; `version` counts what it looked for. `thread_id` is where it tells."""

    __tablename__ = "scans"
    __table_args__ = (
        UniqueConstraint("id", "member_id"),
        UniqueConstraint("member_id", "name"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name_length"),
    )

    id: Mapped[Key]
    name: Mapped[str]
    version: Mapped[int]
    search: Mapped[Document]
    thread_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ScanVersionRow(MemberOwned, Row):
    __tablename__ = "scan_versions"
    __table_args__ = (_of_scan(), UniqueConstraint("scan_id", "number"))

    id: Mapped[Key]
    scan_id: Mapped[UUID]
    number: Mapped[int]
    search: Mapped[Document]
    made_at: Mapped[datetime]


class ScheduleRow(MemberOwned, Row):
    """When a scan runs next, and again after `every_minutes`. `begun_at` is when its turn was begun
    while that is not over, `failed` how many turns before, that one included, did not end well."""

    __tablename__ = "scan_schedules"
    __table_args__ = (
        _of_scan(),
        CheckConstraint("every_minutes >= 5", name="interval"),
        Index("ix_scan_schedules_due_at", "due_at"),
    )

    scan_id: Mapped[Key]
    every_minutes: Mapped[int] = mapped_column(server_default="60")
    due_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    failed: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class OpportunityRow(MemberOwned, Row):
    """A setup that stood on one bar of one symbol, once for a member whatever scan found it; or a
    signal from outside, with the prices its sender gave.

    `body` is what was shown then. `liked` is 1 or -1 where the member said so.
    """

    __tablename__ = "opportunities"
    __table_args__ = (
        UniqueConstraint("id", "member_id"),
        UniqueConstraint("member_id", "symbol", "setup", "bar_at"),
        CheckConstraint("status IN ('live', 'reached', 'stopped', 'expired')", name="status_known"),
        CheckConstraint("liked IN (-1, 1)", name="liked_known"),
        Index("ix_opportunities_listed", "member_id", "status", "found_at"),
    )

    id: Mapped[Key]
    scan_id: Mapped[UUID | None]
    scan_version: Mapped[int | None]
    symbol: Mapped[str]
    setup: Mapped[str]
    bar_at: Mapped[datetime]
    entry: Mapped[Decimal | None]
    stop: Mapped[Decimal | None]
    target: Mapped[Decimal | None]
    body: Mapped[Document]
    status: Mapped[str] = mapped_column(server_default="live")
    liked: Mapped[int | None] = mapped_column(SmallInteger)
    found_at: Mapped[datetime]
    followed_to: Mapped[datetime]
    ended_at: Mapped[datetime | None]
