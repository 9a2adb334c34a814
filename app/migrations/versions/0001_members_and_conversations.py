"""Members, conversations, the outbox and signs of life; the role that serves and its policies."""

from functools import partial

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.isolation import grant, isolate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)
_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"

# The role may exist already, with a login of its own. Owners that are no superuser must be let
# into it, so that `SET ROLE` works where only the owner's URL is known.
_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'coach_app') THEN
        CREATE ROLE coach_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT pg_has_role(current_user, 'coach_app', 'SET') THEN
        EXECUTE format('GRANT coach_app TO %I', current_user);
    END IF;
END
$$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute(_ROLE)
    op.execute("GRANT USAGE ON SCHEMA public TO coach_app")
    op.execute("GRANT SELECT ON alembic_version TO coach_app")
    _create_tables()
    isolate("members", owner="id", system=True)
    isolate("outbox", system=True)
    for table in ("threads", "messages", "tool_calls", "cards", "feedback"):
        isolate(table)
    grant("heartbeats")


def downgrade() -> None:
    """Drop the tables; the role stays, other databases of the server may use it."""
    for table in ("outbox", "feedback", "cards", "tool_calls", "messages", "threads"):
        op.drop_table(table)
    op.drop_table("members")
    op.drop_table("heartbeats")


def _create_tables() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT(), nullable=False),
        sa.PrimaryKeyConstraint("process", name="pk_heartbeats"),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("preferences", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(
            "char_length(identifier) BETWEEN 1 AND 200", name="ck_members_identifier_length"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.UniqueConstraint("identifier", name="uq_members_identifier"),
    )
    op.create_table(
        "threads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("updated_at", _MOMENT(), nullable=False),
        sa.Column("letters", sa.Integer(), server_default="0", nullable=False),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        sa.CheckConstraint("char_length(title) <= 200", name="ck_threads_title_length"),
        sa.CheckConstraint("letters >= 0", name="ck_threads_letters_counted"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_threads_member_id_members", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
        sa.UniqueConstraint("id", "member_id", name="uq_threads_id_member_id"),
    )
    op.create_index(
        "ix_threads_latest",
        "threads",
        ["member_id", sa.literal_column("updated_at DESC"), sa.literal_column("id DESC")],
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("parts", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("grounding", JSONB(), nullable=True),
        sa.Column("usage", JSONB(), nullable=True),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        sa.CheckConstraint("role IN ('member', 'coach')", name="ck_messages_role_known"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_messages_member_id_members", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id", "member_id"],
            ["threads.id", "threads.member_id"],
            name="fk_messages_thread_id_member_id_threads",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("id", "member_id", name="uq_messages_id_member_id"),
    )
    op.create_index("ix_messages_in_order", "messages", ["thread_id", "position"])
    op.create_table(
        "cards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("props", JSONB(), nullable=False),
        sa.Column("display", sa.Text(), server_default="inline", nullable=False),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        sa.CheckConstraint("display IN ('inline', 'side')", name="ck_cards_display_known"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_cards_member_id_members", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id", "member_id"],
            ["messages.id", "messages.member_id"],
            name="fk_cards_message_id_member_id_messages",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.UniqueConstraint("message_id", "ordinal", name="uq_cards_message_id_ordinal"),
    )
    op.create_table(
        "feedback",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_feedback_member_id_members", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id", "member_id"],
            ["messages.id", "messages.member_id"],
            name="fk_feedback_message_id_member_id_messages",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_feedback"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_outbox_member_id_members", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id", "member_id"],
            ["messages.id", "messages.member_id"],
            name="fk_outbox_message_id_member_id_messages",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id", "member_id"],
            ["threads.id", "threads.member_id"],
            name="fk_outbox_thread_id_member_id_threads",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_transaction", "outbox", ["transaction"])
    op.create_table(
        "tool_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arguments", JSONB(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("result", JSONB(), nullable=False),
        sa.Column("started_at", _MOMENT(), nullable=False),
        sa.Column("finished_at", _MOMENT(), nullable=False),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["members.id"],
            name="fk_tool_calls_member_id_members",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id", "member_id"],
            ["messages.id", "messages.member_id"],
            name="fk_tool_calls_message_id_member_id_messages",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tool_calls"),
        sa.UniqueConstraint("message_id", "ordinal", name="uq_tool_calls_message_id_ordinal"),
    )
