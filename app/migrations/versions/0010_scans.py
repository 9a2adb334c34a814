"""Scans that members saved, when they run, and the opportunities they found."""

from functools import partial

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.isolation import isolate

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)
_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"


def upgrade() -> None:
    _create_scans()
    _create_opportunities()
    for table in ("scans", "scan_versions", "opportunities"):
        isolate(table)
    isolate("scan_schedules", system=True)
    op.execute("REVOKE UPDATE, DELETE ON scan_versions FROM coach_app")


def downgrade() -> None:
    for table in ("opportunities", "scan_schedules", "scan_versions", "scans"):
        op.drop_table(table)


def _create_scans() -> None:
    op.create_table(
        "scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search", JSONB(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("updated_at", _MOMENT(), nullable=False),
        _owner(),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="ck_scans_name_length"),
        _owned("scans"),
        sa.PrimaryKeyConstraint("id", name="pk_scans"),
        sa.UniqueConstraint("id", "member_id", name="uq_scans_id_member_id"),
        sa.UniqueConstraint("member_id", "name", name="uq_scans_member_id_name"),
    )
    op.create_table(
        "scan_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("search", JSONB(), nullable=False),
        sa.Column("made_at", _MOMENT(), nullable=False),
        _owner(),
        _owned("scan_versions"),
        _of_scan("scan_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_scan_versions"),
        sa.UniqueConstraint("scan_id", "number", name="uq_scan_versions_scan_id_number"),
    )
    op.create_table(
        "scan_schedules",
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("every_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("due_at", _MOMENT(), nullable=False),
        _owner(),
        sa.CheckConstraint("every_minutes >= 5", name="ck_scan_schedules_interval"),
        _owned("scan_schedules"),
        _of_scan("scan_schedules"),
        sa.PrimaryKeyConstraint("scan_id", name="pk_scan_schedules"),
    )
    op.create_index("ix_scan_schedules_due_at", "scan_schedules", ["due_at"])


def _create_opportunities() -> None:
    op.create_table(
        "opportunities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=True),
        sa.Column("scan_version", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("setup", sa.Text(), nullable=False),
        sa.Column("bar_at", _MOMENT(), nullable=False),
        sa.Column("entry", sa.Numeric(), nullable=False),
        sa.Column("stop", sa.Numeric(), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.Column("status", sa.Text(), server_default="live", nullable=False),
        sa.Column("liked", sa.SmallInteger(), nullable=True),
        sa.Column("found_at", _MOMENT(), nullable=False),
        sa.Column("followed_to", _MOMENT(), nullable=False),
        sa.Column("ended_at", _MOMENT(), nullable=True),
        _owner(),
        sa.CheckConstraint(
            "status IN ('live', 'reached', 'stopped', 'expired')",
            name="ck_opportunities_status_known",
        ),
        sa.CheckConstraint("liked IN (-1, 1)", name="ck_opportunities_liked_known"),
        _owned("opportunities"),
        sa.PrimaryKeyConstraint("id", name="pk_opportunities"),
        sa.UniqueConstraint("id", "member_id", name="uq_opportunities_id_member_id"),
        sa.UniqueConstraint(
            "member_id",
            "symbol",
            "setup",
            "bar_at",
            name="uq_opportunities_member_id_symbol_setup_bar_at",
        ),
    )
    op.create_index("ix_opportunities_listed", "opportunities", ["member_id", "status", "found_at"])


def _owner() -> sa.Column[object]:
    return sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["member_id"], ["members.id"], name=f"fk_{table}_member_id_members", ondelete="CASCADE"
    )


def _of_scan(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["scan_id", "member_id"],
        ["scans.id", "scans.member_id"],
        name=f"fk_{table}_scan_id_member_id_scans",
        ondelete="CASCADE",
    )
