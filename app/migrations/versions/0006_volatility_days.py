"""What options said of volatility, a row a session and underlying."""

import sqlalchemy as sa
from alembic import op

from app.migrations.isolation import grant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "volatility_days",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("at_the_money", sa.Double(), nullable=True),
        sa.Column("realised", sa.Double(), nullable=True),
        sa.Column("call_open_interest", sa.BigInteger(), nullable=True),
        sa.Column("put_open_interest", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("symbol", "day", name="pk_volatility_days"),
    )
    grant("volatility_days")


def downgrade() -> None:
    op.drop_table("volatility_days")
