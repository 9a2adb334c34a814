"""Definitions of scans that members share with the others of this server."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.isolation import isolate

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "shared_scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search", JSONB(), nullable=False),
        sa.Column("has_list", sa.Boolean(), nullable=False),
        sa.Column("shared_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("member_id", sa.Uuid(), server_default=sa.text(_MEMBER), nullable=False),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 60", name="ck_shared_scans_name_length"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_shared_scans_member_id_members", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scan_id", "member_id"],
            ["scans.id", "scans.member_id"],
            name="fk_shared_scans_scan_id_member_id_scans",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shared_scans"),
        sa.UniqueConstraint(
            "scan_id", "number", "has_list", name="uq_shared_scans_scan_id_number_has_list"
        ),
    )  # fmt: skip
    isolate("shared_scans")
    op.execute(
        f"CREATE POLICY shared_scans_of_all ON shared_scans FOR SELECT USING ({_MEMBER} IS NOT NULL)"
    )


def downgrade() -> None:
    op.drop_table("shared_scans")
