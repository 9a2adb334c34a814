"""Rows of signals from outside.

Decided: an address names its member, so no query looks over members' addresses. What arrived
(`signals`) is open to the house itself, which tells what was not told, and says nothing of what it is
about.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Key, MemberOwned, Row


class SignalSourceRow(MemberOwned, Row):
    """An address that somebody outside posts to. `proof` is the digest of the secret in the address,
    or the sealed secret that posts are signed with."""

    __tablename__ = "signal_sources"
    __table_args__ = (CheckConstraint("char_length(name) <= 60", name="name_length"),)

    id: Mapped[Key]
    kind: Mapped[str]
    name: Mapped[str]
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]


class SignalRow(MemberOwned, Row):
    """A delivery that became an opportunity. `digest` is of the sender's id of it, or of its body."""

    __tablename__ = "signals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["opportunity_id", "member_id"],
            ["opportunities.id", "opportunities.member_id"],
            ondelete="CASCADE",
        ),
        Index("ix_signals_source_id_digest", "source_id", "digest"),
        Index("ix_signals_untold", "received_at", postgresql_where=text("told_at IS NULL")),
    )

    id: Mapped[Key]
    source_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    opportunity_id: Mapped[UUID]
    received_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
