"""What every table is made of: the declarative base, its column types, and who owns a row.

Decided: a row's owner comes from the transaction, not from the caller. `MemberOwned` fills
`member_id` with the member the session speaks for, and the row-level policies compare with the
same setting, so that a forgotten argument cannot write into another member's life.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKey,
    Identity,
    MetaData,
    Numeric,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

MEMBER_SETTING = "app.member_id"
SYSTEM_SETTING = "app.system"

CURRENT_MEMBER = f"NULLIF(current_setting('{MEMBER_SETTING}', true), '')::uuid"
"""SQL: the member this transaction speaks for, NULL if none was set."""


class Prose(TypeDecorator[str]):
    """Text that people or models wrote.

    PostgreSQL stores neither NUL nor half a surrogate pair; both become U+FFFD, because losing a
    message over one character is worse than showing a replacement.
    """

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


Key = Annotated[UUID, mapped_column(primary_key=True)]
Serial = Annotated[int, mapped_column(BigInteger, Identity(always=True))]
Document = Annotated[dict[str, Any], mapped_column(JSONB(none_as_null=True))]
Documents = Annotated[list[dict[str, Any]], mapped_column(JSONB, server_default=text("'[]'"))]


class Row(DeclarativeBase):
    """A row of a table of ours. Rows never leave their domain; its repository gives values."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads a plain attribute
        UUID: Uuid(),
        datetime: TIMESTAMP(timezone=True),
        Decimal: Numeric(),
        str: Prose(),
    }


class MemberOwned:
    """A row that belongs to one member: the one the transaction speaks for."""

    member_id: Mapped[UUID] = mapped_column(
        ForeignKey("members.id", ondelete="CASCADE"), server_default=text(CURRENT_MEMBER)
    )


def storable(written: str) -> str:
    """`written` with what PostgreSQL cannot store replaced by U+FFFD."""
    paired = written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return paired.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def storable_json(value: Any) -> Any:
    """The same for every text in a JSON value, keys included."""
    match value:
        case str():
            return storable(value)
        case Mapping():
            return {storable(str(key)): storable_json(each) for key, each in value.items()}
        case list() | tuple():
            return [storable_json(each) for each in value]
        case _:
            return value
