"""Rows of members."""

from datetime import datetime

from sqlalchemy import CheckConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Document, Key, Row


class MemberRow(Row):
    """A member sees only this row of their own; signing in looks it up as the system."""

    __tablename__ = "members"
    __table_args__ = (
        CheckConstraint("char_length(identifier) BETWEEN 1 AND 200", name="identifier_length"),
    )

    id: Mapped[Key]
    identifier: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime]
    preferences: Mapped[Document] = mapped_column(server_default=text("'{}'"))
