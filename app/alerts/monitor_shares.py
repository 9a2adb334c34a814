"""Which monitor watches what: the shards of symbols, each leased to one of them.

Decided: rows of the feed's leases, by the database's clock. A monitor takes what is free up to its fair
share and gives back what is above it, so that one that joins gets work and one that dies is replaced in
under ten seconds. Whatever a monitor writes is written under the lease (`hold`), which its row is
locked for: one that was replaced and does not know it writes nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.models import SHARDS
from app.core.errors import Conflict
from app.infra.db.database import Database

RENEW_SECONDS = 1.0
LOST_SECONDS = 4.5

_SHARD = "alerts.shard."
_MONITOR = "alerts.monitor."
_KEPT_SECONDS = 3600

_APPEAR = text(
    """
    INSERT INTO feed_leases AS lease (name, holder, epoch, until)
    VALUES (:name, :holder, 1, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (name) DO UPDATE SET until = excluded.until
    """
)
_FORGET = text(
    "DELETE FROM feed_leases WHERE name LIKE :names AND"
    " until < clock_timestamp() - make_interval(secs => :kept)"
)
_RENEW = text(
    """
    UPDATE feed_leases SET until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE holder = :holder AND name LIKE :names RETURNING name, epoch
    """
)
_COUNT = text(
    "SELECT count(*) FROM feed_leases WHERE name LIKE :names AND until > clock_timestamp()"
)
_TAKE = text(
    """
    INSERT INTO feed_leases AS lease (name, holder, epoch, until)
    SELECT name, :holder, 1, clock_timestamp() + make_interval(secs => :seconds)
    FROM unnest(CAST(:names AS text[])) AS name
    WHERE NOT EXISTS (
        SELECT FROM feed_leases AS held WHERE held.name = name.name AND held.until > clock_timestamp()
    )
    ORDER BY name LIMIT :room
    ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, until = excluded.until, epoch = lease.epoch + 1
    WHERE lease.until < clock_timestamp()
    RETURNING name, epoch
    """
)
_LEAVE = text(
    "UPDATE feed_leases SET until = clock_timestamp(), holder = ''"
    " WHERE holder = :holder AND name = ANY(:names)"
)
_HOLD = text(
    "SELECT FROM feed_leases WHERE name = :name AND holder = :holder AND epoch = :epoch FOR SHARE"
)


class LostShard(Conflict):
    """Another monitor has taken the shard over; nothing of this one's is written."""

    code = "lost_shard"


@dataclass(frozen=True, slots=True)
class Hold:
    """The claim to a shard in an epoch."""

    shard: int
    holder: str
    epoch: int

    async def check(self, session: AsyncSession) -> None:
        """`LostShard` unless the shard is still ours, and it stays so until the transaction ends."""
        values = {"name": f"{_SHARD}{self.shard}", "holder": self.holder, "epoch": self.epoch}
        if (await session.execute(_HOLD, values)).first() is None:
            raise LostShard("Another monitor watches these symbols now.")


@dataclass(frozen=True, slots=True)
class Shares:
    """The share of one monitor, `holder`."""

    database: Database
    holder: str
    lost_seconds: float = LOST_SECONDS

    async def renew(self) -> dict[int, Hold]:
        """Keep what is ours, and take what is free as far as it is our share."""
        names, seconds = f"{_SHARD}%", self.lost_seconds
        async with self.database.system() as session:
            mine = {"name": f"{_MONITOR}{self.holder}", "holder": "", "seconds": seconds}
            await session.execute(_APPEAR, mine)
            await session.execute(_FORGET, {"names": f"{_MONITOR}%", "kept": _KEPT_SECONDS})
            found = await session.execute(
                _RENEW, {"holder": self.holder, "names": names, "seconds": seconds}
            )
            held = self._held(found.all())
        room = await self.share() - len(held)
        return {**held, **await self._take(room)} if room > 0 else held

    async def share(self) -> int:
        """How many shards each of the monitors that are alive should have."""
        async with self.database.system() as session:
            found = await session.execute(_COUNT, {"names": f"{_MONITOR}%"})
            alive = max(1, int(found.scalar_one()))
        return -(-SHARDS // alive)

    async def leave(self, shards: Collection[int]) -> None:
        """Let them go at once, so that another need not wait."""
        names = [f"{_SHARD}{shard}" for shard in sorted(shards)]
        async with self.database.system() as session:
            await session.execute(_LEAVE, {"holder": self.holder, "names": names})

    async def depart(self) -> None:
        """Let everything go, and be counted no more."""
        await self.leave(range(SHARDS))
        async with self.database.system() as session:
            await session.execute(
                text("DELETE FROM feed_leases WHERE name = :name"),
                {"name": f"{_MONITOR}{self.holder}"},
            )

    async def _take(self, room: int) -> dict[int, Hold]:
        names = [f"{_SHARD}{shard}" for shard in range(SHARDS)]
        values = {
            "names": names,
            "holder": self.holder,
            "seconds": self.lost_seconds,
            "room": room,
        }
        async with self.database.system() as session:
            return self._held((await session.execute(_TAKE, values)).all())

    def _held(self, rows: Iterable[Row[Any]]) -> dict[int, Hold]:
        holds = (Hold(_shard(row.name), self.holder, row.epoch) for row in rows)
        return {hold.shard: hold for hold in holds}


def _shard(name: str) -> int:
    return int(name.removeprefix(_SHARD))
