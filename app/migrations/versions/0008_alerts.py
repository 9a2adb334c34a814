"""Alerts, what the monitor looks at of them, and what was told."""

from functools import partial

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.isolation import grant, isolate

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)
_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"
_TRANSACTION = "(pg_current_xact_id()::text)::bigint"


def upgrade() -> None:
    _create_alerts()
    _create_watches()
    _create_firings()
    op.create_table(
        "alert_marks",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("seen", JSONB(), nullable=False),
        sa.Column("updated_at", _MOMENT(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", name="pk_alert_marks"),
    )
    isolate("alerts")
    isolate("alert_watches", system=True)
    isolate("alert_firings")
    grant("alert_marks")
    op.execute("REVOKE UPDATE, DELETE ON alert_firings FROM coach_app")


def downgrade() -> None:
    for table in ("alert_marks", "alert_firings", "alert_watches", "alerts"):
        op.drop_table(table)


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("fired", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fired_at", _MOMENT(), nullable=True),
        sa.Column("armed_at", _MOMENT(), nullable=True),
        sa.Column("snoozed_until", _MOMENT(), nullable=True),
        sa.Column("expires_at", _MOMENT(), nullable=True),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("updated_at", _MOMENT(), nullable=False),
        _owner(),
        sa.CheckConstraint(
            "status IN ('draft', 'armed', 'fired', 'expired', 'dropped')",
            name="ck_alerts_status_known",
        ),
        sa.CheckConstraint("char_length(key) BETWEEN 1 AND 100", name="ck_alerts_key_length"),
        _owned("alerts"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("id", "member_id", name="uq_alerts_id_member_id"),
        sa.UniqueConstraint("member_id", "key", name="uq_alerts_member_id_key"),
    )
    op.create_index("ix_alerts_listed", "alerts", ["member_id", "status"])


def _create_watches() -> None:
    op.create_table(
        "alert_watches",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.Column("state", JSONB(), nullable=False),
        sa.Column("seen", JSONB(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("armed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_live", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("snoozed_until", _MOMENT(), nullable=True),
        sa.Column("expires_at", _MOMENT(), nullable=True),
        sa.Column(
            "changed_in", sa.BigInteger(), server_default=sa.text(_TRANSACTION), nullable=False
        ),
        _owner(),
        _owned("alert_watches"),
        _of_alert("alert_watches"),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alert_watches"),
    )
    op.create_index(
        "ix_alert_watches_shard",
        "alert_watches",
        ["shard"],
        postgresql_where=sa.text("is_live"),
    )
    op.create_index("ix_alert_watches_changed_in", "alert_watches", ["changed_in"])


def _create_firings() -> None:
    op.create_table(
        "alert_firings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT(), nullable=False),
        sa.Column("told_at", _MOMENT(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        _owner(),
        _owned("alert_firings"),
        _of_alert("alert_firings"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_firings"),
        sa.UniqueConstraint("alert_id", "sequence", name="uq_alert_firings_alert_id_sequence"),
    )
    op.create_index(
        "ix_alert_firings_latest", "alert_firings", ["member_id", sa.text("told_at DESC")]
    )


def _owner() -> sa.Column[object]:
    return sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["member_id"], ["members.id"], name=f"fk_{table}_member_id_members", ondelete="CASCADE"
    )


def _of_alert(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["alert_id", "member_id"],
        ["alerts.id", "alerts.member_id"],
        name=f"fk_{table}_alert_id_member_id_alerts",
        ondelete="CASCADE",
    )
