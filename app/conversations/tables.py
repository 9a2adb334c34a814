"""Rows of conversations.

Every reference carries the member as well as the id: foreign keys look past row-level security, so
only the pair makes it impossible to hang a message into a thread of somebody else.
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
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Documents, Key, MemberOwned, Row, Serial


def _belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        [column, "member_id"], [f"{table}.id", f"{table}.member_id"], ondelete="CASCADE"
    )


class ThreadRow(MemberOwned, Row):
    __tablename__ = "threads"
    __table_args__ = (
        UniqueConstraint("id", "member_id"),
        Index("ix_threads_latest", "member_id", text("updated_at DESC"), text("id DESC")),
        CheckConstraint("char_length(title) <= 200", name="title_length"),
        CheckConstraint("letters >= 0", name="letters_counted"),
    )

    id: Mapped[Key]
    title: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    letters: Mapped[int] = mapped_column(server_default="0")


class MessageRow(MemberOwned, Row):
    """`position` orders the messages of a thread: moments can be equal, positions cannot."""

    __tablename__ = "messages"
    __table_args__ = (
        _belongs_to("threads", "thread_id"),
        UniqueConstraint("id", "member_id"),
        Index("ix_messages_in_order", "thread_id", "position"),
        CheckConstraint("role IN ('member', 'coach')", name="role_known"),
    )

    id: Mapped[Key]
    thread_id: Mapped[UUID]
    position: Mapped[Serial]
    role: Mapped[str]
    content: Mapped[str]
    created_at: Mapped[datetime]
    model: Mapped[str | None]
    parts: Mapped[Documents]
    grounding: Mapped[Document | None]
    usage: Mapped[Document | None]


class CallRow(MemberOwned, Row):
    __tablename__ = "tool_calls"
    __table_args__ = (
        _belongs_to("messages", "message_id"),
        UniqueConstraint("message_id", "ordinal"),
    )

    id: Mapped[Key]
    message_id: Mapped[UUID]
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    arguments: Mapped[Document]
    ok: Mapped[bool]
    result: Mapped[Document]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]


class CardRow(MemberOwned, Row):
    __tablename__ = "cards"
    __table_args__ = (
        _belongs_to("messages", "message_id"),
        UniqueConstraint("message_id", "ordinal"),
        CheckConstraint("display IN ('inline', 'side')", name="display_known"),
    )

    id: Mapped[Key]
    message_id: Mapped[UUID]
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    element: Mapped[str]
    props: Mapped[Document]
    display: Mapped[str] = mapped_column(server_default="inline")


class FeedbackRow(MemberOwned, Row):
    """One opinion per message: the message's id is the key."""

    __tablename__ = "feedback"
    __table_args__ = (_belongs_to("messages", "message_id"),)

    message_id: Mapped[Key]
    is_helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]


class OutboxRow(MemberOwned, Row):
    """A message to show in open tabs. `transaction` wrote it; readers count by it (`outbox.py`)."""

    __tablename__ = "outbox"
    __table_args__ = (
        _belongs_to("threads", "thread_id"),
        _belongs_to("messages", "message_id"),
        Index("ix_outbox_transaction", "transaction"),
    )

    id: Mapped[Serial] = mapped_column(primary_key=True)
    thread_id: Mapped[UUID]
    message_id: Mapped[UUID]
    created_at: Mapped[datetime]
    transaction: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint")
    )
