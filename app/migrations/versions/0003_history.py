"""Bars and prices that are kept, in partitions by time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE

from app.migrations.isolation import grant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BARS = ("bars_1m", "bars_5m", "bars_1d")
_PARTITIONED = (*_BARS, "price_snapshots")

# Partitions belong to the owner, and the application owns nothing, so it asks for them through
# functions that can do just this. They lie in a schema of their own and are reached through their
# parent only. A new one is attached, which, unlike creating it in place, lets everybody read on.
_MAKE = """
CREATE FUNCTION make_partition(parent text, first timestamptz, stop timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE child text := parent || '_' || to_char(first AT TIME ZONE 'UTC', 'YYYYMMDD');
BEGIN
    IF parent NOT IN ('bars_1m', 'bars_5m', 'bars_1d', 'price_snapshots') OR first >= stop THEN
        RAISE EXCEPTION 'no partition of % from % to %', parent, first, stop;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('partitions of ' || parent));
    IF to_regclass('partitions.' || child) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE partitions.%I (LIKE public.%I INCLUDING ALL)', child, parent);
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION partitions.%I FOR VALUES FROM (%L) TO (%L)',
                   parent, child, first, stop);
    RETURN true;
END $$
"""

# What is dropped at once is no longer covered: both or neither.
_DROP = """
CREATE FUNCTION drop_partition(parent text, first timestamptz, stop timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE child text := parent || '_' || to_char(first AT TIME ZONE 'UTC', 'YYYYMMDD');
BEGIN
    IF parent NOT IN ('bars_1m', 'bars_5m', 'bars_1d', 'price_snapshots') THEN
        RAISE EXCEPTION 'no partition of %', parent;
    END IF;
    UPDATE bar_series SET covered = covered - tstzmultirange(tstzrange(first, stop))
    WHERE 'bars_' || timeframe = parent AND covered && tstzrange(first, stop);
    PERFORM pg_advisory_xact_lock(hashtext('partitions of ' || parent));
    IF to_regclass('partitions.' || child) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE partitions.%I', child);
    RETURN true;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA partitions")
    op.create_table(
        "bar_series",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timeframe", sa.Text(), nullable=False),
        sa.Column("adjusted_to", sa.Text(), nullable=False),
        sa.Column("covered", TSTZMULTIRANGE(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("verified_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bar_series"),
        sa.UniqueConstraint("provider", "symbol", "timeframe", name="uq_bar_series_provider"),
    )
    grant("bar_series")
    for name in _BARS:
        op.create_table(
            name,
            sa.Column("series", sa.Integer(), nullable=False),
            sa.Column("time", sa.TIMESTAMP(timezone=True), nullable=False),
            *(
                sa.Column(column, sa.Numeric(), nullable=False)
                for column in ("open", "high", "low", "close", "volume")
            ),
            sa.PrimaryKeyConstraint("series", "time", name=f"pk_{name}"),
            postgresql_partition_by="RANGE (time)",
        )
        grant(name)
    op.create_table(
        "price_snapshots",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last", sa.Numeric(), nullable=False),
        *(
            sa.Column(column, sa.Numeric(), nullable=True)
            for column in ("open", "high", "low", "volume", "previous_close")
        ),
        sa.PrimaryKeyConstraint("provider", "symbol", "at", name="pk_price_snapshots"),
        postgresql_partition_by="RANGE (at)",
    )
    grant("price_snapshots")
    for statement in (_MAKE, _DROP):
        op.execute(statement)
    for function in ("make_partition", "drop_partition"):
        signature = f"{function}(text, timestamptz, timestamptz)"
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO coach_app")


def downgrade() -> None:
    for function in ("make_partition", "drop_partition"):
        op.execute(f"DROP FUNCTION {function}(text, timestamptz, timestamptz)")
    for name in (*_PARTITIONED, "bar_series"):
        op.drop_table(name)
    op.execute("DROP SCHEMA partitions")
