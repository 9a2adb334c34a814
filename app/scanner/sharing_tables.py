"""Rows of scans that members share with the others of this server.

Decided: a row is one version of a definition, as its owner's click shared it. All members may read these
rows, only their owner may add or take them away; the scan itself, its runs and what it found stay the
owner's alone.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Key, MemberOwned, Row


class SharedScanRow(MemberOwned, Row):
    """`number` is the version of the scan; `has_list` says whether its own symbols are in it."""

    __tablename__ = "shared_scans"
    __table_args__ = (
        ForeignKeyConstraint(
            ["scan_id", "member_id"], ["scans.id", "scans.member_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("scan_id", "number", "has_list"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name_length"),
    )

    id: Mapped[Key]
    scan_id: Mapped[UUID]
    number: Mapped[int]
    name: Mapped[str]
    search: Mapped[Document]
    has_list: Mapped[bool] = mapped_column()
    shared_at: Mapped[datetime]
