"""Where members are told, what they are told, and how far each telling came."""

from functools import partial

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.isolation import isolate

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)
_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"


def upgrade() -> None:
    _create_channels()
    _create_notifications()
    _create_deliveries()
    for table in ("notification_channels", "notification_preferences", "notifications"):
        isolate(table)
    isolate("deliveries", system=True)


def downgrade() -> None:
    for table in (
        "deliveries",
        "notifications",
        "notification_preferences",
        "notification_channels",
    ):
        op.drop_table(table)


def _create_channels() -> None:
    op.create_table(
        "notification_channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("confirmed_at", _MOMENT(), nullable=True),
        sa.Column("disabled_because", sa.Text(), server_default="", nullable=False),
        sa.Column("last_sent_at", _MOMENT(), nullable=True),
        sa.Column("busy_until", _MOMENT(), nullable=True),
        sa.Column("not_before", _MOMENT(), nullable=True),
        _owner(),
        _owned("notification_channels"),
        sa.PrimaryKeyConstraint("id", name="pk_notification_channels"),
        sa.UniqueConstraint("id", "member_id", name="uq_notification_channels_id_member_id"),
    )
    op.create_table(
        "notification_preferences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("quiet_start", sa.Text(), server_default="", nullable=False),
        sa.Column("quiet_end", sa.Text(), server_default="", nullable=False),
        sa.Column("channels", JSONB(), nullable=False),
        _owner(),
        _owned("notification_preferences"),
        sa.PrimaryKeyConstraint("id", name="pk_notification_preferences"),
        sa.UniqueConstraint("member_id", name="uq_notification_preferences_member_id"),
    )


def _create_notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        _owner(),
        sa.CheckConstraint("char_length(key) BETWEEN 1 AND 200", name="ck_notifications_key_length"),
        _owned("notifications"),
        _part_of("notifications", "threads", "thread_id"),
        _part_of("notifications", "messages", "message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("id", "member_id", name="uq_notifications_id_member_id"),
        sa.UniqueConstraint("member_id", "key", name="uq_notifications_member_id_key"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("channel_kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("due_at", _MOMENT(), nullable=False),
        sa.Column("queued_at", _MOMENT(), nullable=True),
        sa.Column("is_held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message_key", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", _MOMENT(), nullable=True),
        _owner(),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'dead', 'dropped')", name="ck_deliveries_state_known"
        ),
        _owned("deliveries"),
        _part_of("deliveries", "notifications", "notification_id"),
        _part_of("deliveries", "notification_channels", "channel_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint(
            "notification_id", "channel_id", name="uq_deliveries_notification_id_channel_id"
        ),
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["due_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_deliveries_of_channel", "deliveries", ["channel_id", "state"])


def _owner() -> sa.Column[object]:
    return sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["member_id"], ["members.id"], name=f"fk_{table}_member_id_members", ondelete="CASCADE"
    )


def _part_of(table: str, whole: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column, "member_id"],
        [f"{whole}.id", f"{whole}.member_id"],
        name=f"fk_{table}_{column}_member_id_{whole}",
        ondelete="CASCADE",
    )
