"""Signs of life: each background process notes when it last did something.

The worker's is written by a job that beat sends through the queue, so one fresh row proves beat,
queue, worker and database at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Row

INTERVAL_SECONDS = 5
"""How often each process gives a sign."""

_MISSED_BEATS = 4


class HeartbeatRow(Row):
    """Owned by no member, and nothing about one."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    process: str
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether fewer than four beats were missed by `now`."""
        return now - self.at < timedelta(seconds=INTERVAL_SECONDS * _MISSED_BEATS)


async def record_heartbeat(session: AsyncSession, process: str, *, at: datetime) -> None:
    """Note that `process` was alive `at`."""
    row = insert(HeartbeatRow).values(process=process, at=at)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[HeartbeatRow.process], set_={"at": row.excluded.at}
        )
    )


async def list_heartbeats(session: AsyncSession) -> tuple[Heartbeat, ...]:
    """The last sign of every process that ever gave one, by name."""
    rows = await session.scalars(select(HeartbeatRow).order_by(HeartbeatRow.process))
    return tuple(Heartbeat(row.process, row.at) for row in rows)
