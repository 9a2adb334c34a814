"""Who leads the feed of live prices."""

import sqlalchemy as sa
from alembic import op

from app.migrations.isolation import grant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("until", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_feed_leases"),
    )
    grant("feed_leases")


def downgrade() -> None:
    op.drop_table("feed_leases")
