"""What monitors read and write of all members: watches, and how far each symbol was looked at.

Decided: a symbol's mark and the states of its watches change in one transaction, under the lease, and
only while each watch is the one that was read (`version`): what a member did in between comes first.
So whoever takes a symbol up finds a whole of one moment. Sessions here are the system's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.models import Watch, shard_of
from app.alerts.repository import watch_of
from app.alerts.tables import MarkRow, WatchRow
from app.alerts.triggers import State, Tape
from app.core.errors import Conflict
from app.core.symbols import Symbol
from app.infra.db.rows import MEMBER_SETTING

_XMIN = text("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")
_SPEAK_FOR = text(f"SELECT set_config('{MEMBER_SETTING}', :member, true)")
_WRITE = text(
    """
    UPDATE alert_watches AS watch
    SET state = CAST(found.state AS jsonb), seen = CAST(found.seen AS jsonb),
        version = watch.version + found.step, is_live = found.is_live
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:versions AS int[]), CAST(:states AS text[]),
        CAST(:seen AS text[]), CAST(:steps AS int[]), CAST(:live AS bool[])
    ) AS found(id, version, state, seen, step, is_live)
    WHERE watch.alert_id = found.id AND watch.version = found.version
    """
)


class Overtaken(Conflict):
    """A member changed an alert meanwhile: read it again, then go on."""

    code = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The state of a watch that was read as `version`; `is_counted` makes it another version, which
    is what a firing does, and what no longer `is_live` is over. `seen` is set where the state is ahead
    of the symbol's mark."""

    alert_id: UUID
    version: int
    state: State
    seen: Tape | None = None
    is_counted: bool = False
    is_live: bool = True


async def speak_for(session: AsyncSession, member_id: UUID) -> None:
    """From here on the transaction sees and writes what this member owns, besides the watches."""
    await session.execute(_SPEAK_FOR, {"member": str(member_id)})


async def horizon(session: AsyncSession) -> int:
    """Whatever commits after this has the number of its transaction at or above it."""
    return int((await session.execute(_XMIN)).scalar_one())


async def read_shards(session: AsyncSession, shards: Collection[int]) -> list[Watch]:
    """All that is to be watched there."""
    query = select(WatchRow).where(WatchRow.is_live, WatchRow.shard.in_(shards))
    return [watch_of(row) for row in await session.scalars(query)]


async def read_symbol(session: AsyncSession, symbol: Symbol) -> list[Watch]:
    query = select(WatchRow).where(
        WatchRow.is_live, WatchRow.shard == shard_of(symbol), WatchRow.symbol == str(symbol)
    )
    found = await session.scalars(query, execution_options={"populate_existing": True})
    return [watch_of(row) for row in found]


async def read_changes(session: AsyncSession, shards: Collection[int], since: int) -> list[Watch]:
    """What members did there in transactions from `since` on; some of it again."""
    query = select(WatchRow).where(WatchRow.changed_in >= since, WatchRow.shard.in_(shards))
    return [watch_of(row) for row in await session.scalars(query)]


async def read_marks(session: AsyncSession, symbols: Collection[Symbol]) -> Mapping[Symbol, Tape]:
    query = select(MarkRow).where(MarkRow.symbol.in_([str(each) for each in symbols]))
    found = await session.scalars(query, execution_options={"populate_existing": True})
    return {Symbol(row.symbol): Tape.of(row.seen) for row in found}


async def write_marks(
    session: AsyncSession, tapes: Mapping[Symbol, Tape], *, now: datetime
) -> None:
    rows = [
        {"symbol": str(symbol), "seen": tape.json(), "updated_at": now}
        for symbol, tape in sorted(tapes.items())
    ]
    if not rows:
        return
    row = insert(MarkRow).values(rows)
    changed = {"seen": row.excluded.seen, "updated_at": row.excluded.updated_at}
    await session.execute(row.on_conflict_do_update(index_elements=[MarkRow.symbol], set_=changed))


async def write_states(session: AsyncSession, states: Iterable[Written]) -> None:
    """`Overtaken`, and nothing is to be committed, unless every one is as it was read."""
    found: Sequence[Written] = sorted(states, key=lambda each: each.alert_id)
    if not found:
        return
    done = await session.execute(
        _WRITE,
        {
            "ids": [each.alert_id for each in found],
            "versions": [each.version for each in found],
            "states": [dumps(each.state.json()) for each in found],
            "seen": [each.seen and dumps(each.seen.json()) for each in found],
            "steps": [int(each.is_counted) for each in found],
            "live": [each.is_live for each in found],
        },
    )
    if done.rowcount != len(found):  # type: ignore[attr-defined]
        raise Overtaken("An alert was changed meanwhile.")


async def read_expired(
    session: AsyncSession, shards: Collection[int], now: datetime
) -> list[Watch]:
    query = select(WatchRow).where(
        WatchRow.is_live, WatchRow.shard.in_(shards), WatchRow.expires_at <= now
    )
    return [watch_of(row) for row in await session.scalars(query)]
