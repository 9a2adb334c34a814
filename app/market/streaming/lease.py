"""Who leads: of all feed processes exactly one talks to the vendors.

Decided: a row in PostgreSQL that its holder renews every one and a half seconds and loses after four
and a half. A holder that is killed, cut off or frozen is replaced in under ten seconds; each holder
has a higher epoch than the one before, and what it says carries it, so one that wakes up after it was
replaced is not listened to. The database's clock decides, no process's own.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.database import Database
from app.infra.db.rows import Row

RENEW_SECONDS = 1.5
LOST_SECONDS = 4.5

_TAKE = text(
    """
    INSERT INTO feed_leases AS lease (name, holder, epoch, until)
    VALUES (:name, :holder, 1, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder,
        until = excluded.until,
        epoch = lease.epoch + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END
    WHERE lease.holder = excluded.holder OR lease.until < clock_timestamp()
    RETURNING epoch
    """
)
_LEAVE = text(
    "UPDATE feed_leases SET until = clock_timestamp() WHERE name = :name AND holder = :holder"
)


class FeedLeaseRow(Row):
    """Owned by no member, and nothing about one."""

    __tablename__ = "feed_leases"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    holder: Mapped[str] = mapped_column(Text)
    epoch: Mapped[int]
    until: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Lease:
    """The claim of one process, `holder`, to lead."""

    database: Database
    holder: str
    name: str = "market"

    async def take(self) -> int | None:
        """Take or renew it: the epoch to speak in, None while somebody else holds it."""
        async with self.database.system() as session:
            found = await session.execute(
                _TAKE,
                {"name": self.name, "holder": self.holder, "seconds": LOST_SECONDS},
            )
            return found.scalar_one_or_none()

    async def leave(self) -> None:
        """Let it go at once, so that the next one need not wait."""
        async with self.database.system() as session:
            await session.execute(_LEAVE, {"name": self.name, "holder": self.holder})
