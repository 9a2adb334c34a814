"""Rows of option finds."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Key, MemberOwned, Row


class OptionOpportunityRow(MemberOwned, Row):
    """A setup on options, once a day for a member whatever scan found it. `body` holds its figures as
    they were; `ending` says why it stands no more, `result` what it came to at expiry."""

    __tablename__ = "option_opportunities"
    __table_args__ = (
        UniqueConstraint(
            "member_id",
            "symbol",
            "setup",
            "variant",
            "found_on",
            name="uq_option_opportunities_once_a_day",
        ),
        CheckConstraint("status IN ('live', 'reached', 'stopped', 'expired')", name="status_known"),
        CheckConstraint("(status = 'live') = (ending IS NULL)", name="ending_known"),
        CheckConstraint("liked IN (-1, 1)", name="liked_known"),
        Index("ix_option_opportunities_listed", "member_id", "status", "found_at"),
        Index("ix_option_opportunities_settles", "member_id", "settled_at", "settles_at"),
    )

    id: Mapped[Key]
    scan_id: Mapped[UUID | None]
    scan_version: Mapped[int | None]
    symbol: Mapped[str]
    setup: Mapped[str]
    variant: Mapped[str]
    found_on: Mapped[date] = mapped_column(Date)
    body: Mapped[Document]
    entry: Mapped[Decimal | None]
    stop: Mapped[Decimal | None]
    target: Mapped[Decimal | None]
    lapses_at: Mapped[datetime]
    settles_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="live")
    ending: Mapped[str | None]
    liked: Mapped[int | None] = mapped_column(SmallInteger)
    found_at: Mapped[datetime]
    followed_to: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[Decimal | None]
    settled_at: Mapped[datetime | None]
