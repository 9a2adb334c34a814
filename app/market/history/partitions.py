"""Partitions by time: made before they are needed, dropped when all of them has expired.

Decided: dropping a partition takes a moment, however many bars it holds, where deleting them would
take minutes and leave the table as large as before. So something may be kept a week or a month
longer than its retention says.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.core.timeframes import Timeframe
from app.infra.db.database import Database
from app.market.history.tables import BARS, PARTITIONED, SNAPSHOTS, Partitioned

FAR_PAST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, `[start, end)`, aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long each is kept; None for ever."""

    minutes: timedelta | None = timedelta(days=30)
    five_minutes: timedelta | None = timedelta(days=90)
    snapshots: timedelta | None = timedelta(days=30)

    def of(self, table: Partitioned) -> timedelta | None:
        return {
            BARS[Timeframe.M1]: self.minutes,
            BARS[Timeframe.M5]: self.five_minutes,
            SNAPSHOTS: self.snapshots,
        }.get(table)

    def since(self, table: Partitioned, now: datetime) -> datetime:
        """What begins before this is not kept."""
        kept_for = self.of(table)
        return FAR_PAST if kept_for is None else now - kept_for


class Partitions:
    """Those of one database."""

    def __init__(self, database: Database, retention: Retention) -> None:
        self._database = database
        self._retention = retention
        self._made: set[tuple[str, datetime]] = set()

    async def make(self, table: Partitioned, window: Window) -> int:
        """Make what is not there yet of the partitions that a window touches; how many were made."""
        made, start = 0, table.span.start_of(window.start)
        while start < window.end:
            stop = table.span.after(start)
            if (table.name, start) not in self._made:
                made += await self._on_partition("make_partition", table, start, stop)
                self._made.add((table.name, start))
            start = stop
        return made

    async def drop_expired(self, now: datetime) -> int:
        """Drop partitions of which everything is older than its retention; how many there were."""
        dropped = 0
        for table in PARTITIONED:
            if self._retention.of(table) is None:
                continue
            limit = self._retention.since(table, now)
            for start in await self._partitions(table):
                stop = table.span.after(start)
                if stop <= limit:
                    dropped += await self._on_partition("drop_partition", table, start, stop)
                    self._made.discard((table.name, start))
        return dropped

    async def _partitions(self, table: Partitioned) -> list[datetime]:
        """The starts of those there are."""
        listing = text(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
            " WHERE inhparent = cast(:parent AS regclass) ORDER BY 1"
        )
        async with self._database.system() as session:
            names = (await session.execute(listing, {"parent": table.name})).scalars().all()
        days = (name.removeprefix(f"{table.name}_") for name in names)
        return [datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) for day in days]

    async def _on_partition(
        self, function: str, table: Partitioned, start: datetime, stop: datetime
    ) -> bool:
        async with self._database.system() as session:
            done = await session.execute(
                text(f"SELECT {function}(:parent, :start, :stop)"),
                {"parent": table.name, "start": start, "stop": stop},
            )
            return bool(done.scalar_one())
