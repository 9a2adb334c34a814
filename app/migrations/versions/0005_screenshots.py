"""Pictures that members sent, and what was read in them."""

from functools import partial

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.isolation import isolate

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)
_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "screenshots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("kept_until", _MOMENT(), nullable=False),
        sa.Column("confirmed_at", _MOMENT(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("reading", JSONB(), nullable=False),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["members.id"],
            name="fk_screenshots_member_id_members",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_screenshots"),
    )
    op.create_index("ix_screenshots_kept_until", "screenshots", ["member_id", "kept_until"])
    isolate("screenshots")


def downgrade() -> None:
    op.drop_table("screenshots")
