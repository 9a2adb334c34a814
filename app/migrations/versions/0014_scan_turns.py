"""Turns of scheduled scans: when one was begun, and how many failed running."""

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = partial(sa.TIMESTAMP, timezone=True)


def upgrade() -> None:
    op.add_column("scan_schedules", sa.Column("begun_at", _MOMENT(), nullable=True))
    op.add_column(
        "scan_schedules",
        sa.Column("failed", sa.SmallInteger(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("scan_schedules", "failed")
    op.drop_column("scan_schedules", "begun_at")
