"""How Alembic reaches the database: as the owner, never as the application's role.

`app.infra.db.migrations` hands over the URL; the `alembic` command takes it from the settings.
"""

from alembic import context
from sqlalchemy import create_engine, pool

from app.infra.db.database import psycopg_url
from app.infra.settings import Settings
from app.tables import METADATA


def _owner_url() -> str:
    given = context.config.attributes.get("url")
    if given:
        return given
    configured = Settings().database.url
    if configured is None:
        raise SystemExit("Set COACH_DATABASE__URL to the database that is to be migrated.")
    return configured.get_secret_value()


def _run() -> None:
    engine = create_engine(psycopg_url(_owner_url()), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            # Two processes that start at the same moment must not both migrate.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7001)")
            context.run_migrations()


_run()
