"""Rows of positions.

Decided: `position_entries` and `position_changes` can only be added to; the application's role has no
right to change or delete there, nor to delete a position. `positions` keeps what the changes add up to,
for reading.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Documents, Key, MemberOwned, Row


def _belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        [column, "member_id"], [f"{table}.id", f"{table}.member_id"], ondelete="CASCADE"
    )


class PositionRow(MemberOwned, Row):
    """All of one asset; `asset` is its one spelling. `version` counts the changes."""

    __tablename__ = "positions"
    __table_args__ = (
        UniqueConstraint("id", "member_id"),
        UniqueConstraint("member_id", "asset"),
        CheckConstraint("version >= 0", name="version_counted"),
        CheckConstraint("char_length(asset) BETWEEN 1 AND 100", name="asset_length"),
    )

    id: Mapped[Key]
    asset: Mapped[str]
    kind: Mapped[str]
    symbol: Mapped[str]
    option_right: Mapped[str | None]
    strike: Mapped[Decimal | None]
    expiry: Mapped[date | None]
    root: Mapped[str] = mapped_column(server_default="")
    multiplier: Mapped[Decimal]
    source: Mapped[str]
    quantity: Mapped[Decimal]
    lots: Mapped[Documents]
    realised: Mapped[Decimal]
    is_realised_whole: Mapped[bool]
    version: Mapped[int]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class EntryRow(MemberOwned, Row):
    """Changes that were stored together; the member's `key` makes it once. `fingerprint` tells
    whether the same key came with something else; `groups` are lines opened together."""

    __tablename__ = "position_entries"
    __table_args__ = (
        UniqueConstraint("id", "member_id"),
        UniqueConstraint("member_id", "key"),
        CheckConstraint("char_length(key) BETWEEN 1 AND 100", name="key_length"),
    )

    id: Mapped[Key]
    key: Mapped[str]
    fingerprint: Mapped[str]
    source: Mapped[str]
    groups: Mapped[list[list[int]]] = mapped_column(JSONB, server_default=text("'[]'"))
    made_at: Mapped[datetime]


class ChangeRow(MemberOwned, Row):
    """One change; `number` is the version of the position that it makes."""

    __tablename__ = "position_changes"
    __table_args__ = (
        _belongs_to("positions", "position_id"),
        _belongs_to("position_entries", "entry_id"),
        UniqueConstraint("position_id", "number"),
        UniqueConstraint("entry_id", "line"),
    )

    id: Mapped[Key]
    position_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    number: Mapped[int]
    line: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    body: Mapped[Document]
