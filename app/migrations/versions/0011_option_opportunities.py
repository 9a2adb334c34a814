"""Setups on options that scans found, how they ended, and what they came to."""

from functools import partial

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.isolation import isolate

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)
_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "option_opportunities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=True),
        sa.Column("scan_version", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("setup", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.Column("entry", sa.Numeric(), nullable=True),
        sa.Column("stop", sa.Numeric(), nullable=True),
        sa.Column("target", sa.Numeric(), nullable=True),
        sa.Column("lapses_at", _MOMENT(), nullable=False),
        sa.Column("settles_at", _MOMENT(), nullable=False),
        sa.Column("status", sa.Text(), server_default="live", nullable=False),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("liked", sa.SmallInteger(), nullable=True),
        sa.Column("found_at", _MOMENT(), nullable=False),
        sa.Column("followed_to", _MOMENT(), nullable=False),
        sa.Column("ended_at", _MOMENT(), nullable=True),
        sa.Column("result", sa.Numeric(), nullable=True),
        sa.Column("settled_at", _MOMENT(), nullable=True),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        *_rules(),
    )
    op.create_index(
        "ix_option_opportunities_listed",
        "option_opportunities",
        ["member_id", "status", "found_at"],
    )
    op.create_index(
        "ix_option_opportunities_settles",
        "option_opportunities",
        ["member_id", "settled_at", "settles_at"],
    )
    isolate("option_opportunities")


def downgrade() -> None:
    op.drop_table("option_opportunities")


def _rules() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "status IN ('live', 'reached', 'stopped', 'expired')",
            name="ck_option_opportunities_status_known",
        ),
        sa.CheckConstraint(
            "(status = 'live') = (ending IS NULL)", name="ck_option_opportunities_ending_known"
        ),
        sa.CheckConstraint("liked IN (-1, 1)", name="ck_option_opportunities_liked_known"),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["members.id"],
            name="fk_option_opportunities_member_id_members",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_option_opportunities"),
        sa.UniqueConstraint(
            "member_id",
            "symbol",
            "setup",
            "variant",
            "found_on",
            name="uq_option_opportunities_once_a_day",
        ),
    )
