"""Positions, and the log of changes they add up to."""

from functools import partial

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.isolation import isolate

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)
_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"


def upgrade() -> None:
    _create_tables()
    for table in ("positions", "position_entries", "position_changes"):
        isolate(table)
    op.execute("REVOKE DELETE ON positions FROM coach_app")
    op.execute("REVOKE UPDATE, DELETE ON position_entries, position_changes FROM coach_app")


def downgrade() -> None:
    for table in ("position_changes", "position_entries", "positions"):
        op.drop_table(table)


def _create_tables() -> None:
    op.create_table(
        "positions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("option_right", sa.Text(), nullable=True),
        sa.Column("strike", sa.Numeric(), nullable=True),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("root", sa.Text(), server_default="", nullable=False),
        sa.Column("multiplier", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("lots", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("realised", sa.Numeric(), nullable=False),
        sa.Column("is_realised_whole", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", _MOMENT(), nullable=False),
        sa.Column("updated_at", _MOMENT(), nullable=False),
        _owner(),
        sa.CheckConstraint("version >= 0", name="ck_positions_version_counted"),
        sa.CheckConstraint(
            "char_length(asset) BETWEEN 1 AND 100", name="ck_positions_asset_length"
        ),
        _owned("positions"),
        sa.PrimaryKeyConstraint("id", name="pk_positions"),
        sa.UniqueConstraint("id", "member_id", name="uq_positions_id_member_id"),
        sa.UniqueConstraint("member_id", "asset", name="uq_positions_member_id_asset"),
    )
    op.create_table(
        "position_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_at", _MOMENT(), nullable=False),
        _owner(),
        sa.CheckConstraint(
            "char_length(key) BETWEEN 1 AND 100", name="ck_position_entries_key_length"
        ),
        _owned("position_entries"),
        sa.PrimaryKeyConstraint("id", name="pk_position_entries"),
        sa.UniqueConstraint("id", "member_id", name="uq_position_entries_id_member_id"),
        sa.UniqueConstraint("member_id", "key", name="uq_position_entries_member_id_key"),
    )
    op.create_table(
        "position_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        _owner(),
        _owned("position_changes"),
        _part_of("positions", "position_id"),
        _part_of("position_entries", "entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_position_changes"),
        sa.UniqueConstraint("position_id", "number", name="uq_position_changes_position_id_number"),
        sa.UniqueConstraint("entry_id", "line", name="uq_position_changes_entry_id_line"),
    )


def _owner() -> sa.Column[object]:
    return sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["member_id"], ["members.id"], name=f"fk_{table}_member_id_members", ondelete="CASCADE"
    )


def _part_of(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column, "member_id"],
        [f"{table}.id", f"{table}.member_id"],
        name=f"fk_position_changes_{column}_member_id_{table}",
        ondelete="CASCADE",
    )
