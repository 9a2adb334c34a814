"""Rows of screenshots: the picture lies beside what was read in it, and goes with it."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Key, MemberOwned, Row


class ScreenshotRow(MemberOwned, Row):
    __tablename__ = "screenshots"
    __table_args__ = (Index("ix_screenshots_kept_until", "member_id", "kept_until"),)

    id: Mapped[Key]
    created_at: Mapped[datetime]
    kept_until: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    width: Mapped[int]
    height: Mapped[int]
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    reading: Mapped[Document]
