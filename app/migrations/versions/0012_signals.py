"""Addresses that others post signals to, and what arrived by them."""

from functools import partial

import sqlalchemy as sa
from alembic import op

from app.migrations.isolation import isolate

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)
_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"
_PRICES = ("entry", "stop", "target")


def upgrade() -> None:
    for price in _PRICES:
        op.alter_column("opportunities", price, nullable=True)
    _create_sources()
    _create_signals()
    isolate("signal_sources")
    isolate("signals", system=True)


def downgrade() -> None:
    op.drop_table("signals")
    op.drop_table("signal_sources")
    op.execute("ALTER TABLE opportunities NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM opportunities WHERE setup LIKE 'signal_%'")
    op.execute("ALTER TABLE opportunities FORCE ROW LEVEL SECURITY")
    for price in _PRICES:
        op.alter_column("opportunities", price, nullable=False)


def _create_sources() -> None:
    op.create_table(
        "signal_sources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("heard_at", _MOMENT(), nullable=True),
        _owner(),
        sa.CheckConstraint("char_length(name) <= 60", name="ck_signal_sources_name_length"),
        _owned("signal_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_signal_sources"),
    )


def _create_signals() -> None:
    op.create_table(
        "signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", _MOMENT(), nullable=False),
        sa.Column("told_at", _MOMENT(), nullable=True),
        _owner(),
        _owned("signals"),
        sa.ForeignKeyConstraint(
            ["opportunity_id", "member_id"],
            ["opportunities.id", "opportunities.member_id"],
            name="fk_signals_opportunity_id_member_id_opportunities",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signals"),
    )
    op.create_index("ix_signals_source_id_digest", "signals", ["source_id", "digest"])
    op.create_index(
        "ix_signals_untold", "signals", ["received_at"], postgresql_where=sa.text("told_at IS NULL")
    )


def _owner() -> sa.Column[object]:
    return sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["member_id"], ["members.id"], name=f"fk_{table}_member_id_members", ondelete="CASCADE"
    )
