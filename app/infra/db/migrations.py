"""Bringing a database to the schema of this program.

Decided: migrations run as the owner, before anything serves, all in one transaction: a failure
leaves the schema as it was. They also make the role the application runs as.
"""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from app.core.errors import ProviderUnavailable
from app.infra.db.database import psycopg_url

_MISSING_RIGHT = (
    "The database's owner may not migrate it: {reason}. Let an administrator run these once in the"
    " database: CREATE EXTENSION vector; CREATE ROLE coach_app; GRANT coach_app TO the owner."
)

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


@dataclass(frozen=True, slots=True)
class Schema:
    """`current` is what the database has (None: empty), `newest` what this program wants."""

    current: str | None
    newest: str

    @property
    def is_current(self) -> bool:
        return self.current == self.newest


def read_schema(url: str) -> Schema:
    """Where the database stands; any role that may connect can ask."""
    newest = ScriptDirectory.from_config(alembic_config(url)).get_current_head()
    engine = create_engine(psycopg_url(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise ProviderUnavailable(f"The database does not answer: {error.orig}") from error
    return Schema(current, newest or "")


def migrate(owner_url: str) -> Schema:
    """Migrate to the newest schema and tell where the database stood before. Blocking.

    `ProviderUnavailable` when the server does not answer or the owner lacks a right it needs.
    """
    before = read_schema(owner_url)
    try:
        command.upgrade(alembic_config(owner_url), "head")
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise ProviderUnavailable(
                _MISSING_RIGHT.format(reason=error.orig.diag.message_primary)
            ) from error
        raise
    return before


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database, independent of the working directory."""
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config
