"""Every query on scans and opportunities: rows in, values out.

No query names a member: row-level security adds that condition to each of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.core.symbols import Symbol
from app.scanner.kept import (
    KeptOpportunity,
    SavedScan,
    Status,
    Tally,
    facts_body,
    facts_of,
    opportunity_body,
    search_body,
    search_of,
)
from app.scanner.models import Opportunity, Search
from app.scanner.setups import Setup
from app.scanner.signals import Sent
from app.scanner.tables import OpportunityRow, ScanRow, ScanVersionRow, ScheduleRow

_ALONE = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('scans ' || current_setting('app.member_id'), 0))"
)


async def take_turns(session: AsyncSession) -> None:
    """Whoever saves a scan of the same member waits until this transaction is over."""
    await session.execute(_ALONE)


async def insert_scan(
    session: AsyncSession, name: str, search: Search, *, thread_id: UUID | None, now: datetime
) -> UUID:
    key = new_id()
    await session.execute(
        insert(ScanRow).values(
            id=key,
            name=name,
            version=1,
            search=search_body(search),
            thread_id=thread_id,
            created_at=now,
            updated_at=now,
        )
    )
    await _insert_version(session, key, 1, search, now)
    return key


async def set_scan(
    session: AsyncSession, scan: SavedScan, search: Search, *, thread_id: UUID | None, now: datetime
) -> None:
    """The next version of a scan."""
    number = scan.version + 1
    await session.execute(
        update(ScanRow)
        .where(ScanRow.id == scan.id)
        .values(version=number, search=search_body(search), thread_id=thread_id, updated_at=now)
    )
    await _insert_version(session, scan.id, number, search, now)


async def _insert_version(
    session: AsyncSession, scan_id: UUID, number: int, search: Search, now: datetime
) -> None:
    await session.execute(
        insert(ScanVersionRow).values(
            id=new_id(), scan_id=scan_id, number=number, search=search_body(search), made_at=now
        )
    )


async def set_schedule(
    session: AsyncSession, scan_id: UUID, every: timedelta | None, due_at: datetime
) -> None:
    """Run every so often from `due_at` on; never by itself if None."""
    if every is None:
        await session.execute(delete(ScheduleRow).where(ScheduleRow.scan_id == scan_id))
        return
    minutes = int(every.total_seconds() // 60)
    row = insert(ScheduleRow).values(scan_id=scan_id, every_minutes=minutes, due_at=due_at)
    again = row.on_conflict_do_update(
        index_elements=[ScheduleRow.scan_id],
        set_={
            "every_minutes": row.excluded.every_minutes,
            "due_at": row.excluded.due_at,
            "begun_at": None,
            "failed": 0,
        },
    )
    await session.execute(again)


async def delete_scan(session: AsyncSession, scan_id: UUID) -> bool:
    gone = delete(ScanRow).where(ScanRow.id == scan_id).returning(ScanRow.id)
    return (await session.execute(gone)).first() is not None


async def find_scan(session: AsyncSession, scan_id: UUID) -> SavedScan | None:
    return next(iter(await _scans(session, ScanRow.id == scan_id)), None)


async def find_scan_by_name(session: AsyncSession, name: str) -> SavedScan | None:
    return next(iter(await _scans(session, func.lower(ScanRow.name) == func.lower(name))), None)


async def list_scans(session: AsyncSession) -> tuple[SavedScan, ...]:
    """By name."""
    return await _scans(session)


async def _scans(session: AsyncSession, *conditions: object) -> tuple[SavedScan, ...]:
    query = (
        select(ScanRow, ScheduleRow)
        .outerjoin(ScheduleRow, ScheduleRow.scan_id == ScanRow.id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(ScanRow.name)
        .execution_options(populate_existing=True)
    )
    return tuple(_saved(row, schedule) for row, schedule in await session.execute(query))


def _saved(row: ScanRow, schedule: ScheduleRow | None) -> SavedScan:
    return SavedScan(
        id=row.id,
        name=row.name,
        version=row.version,
        search=search_of(row.search),
        thread_id=row.thread_id,
        every=timedelta(minutes=schedule.every_minutes) if schedule else None,
        due_at=schedule.due_at if schedule else None,
        updated_at=row.updated_at,
    )


async def count_scheduled(session: AsyncSession) -> int:
    query = select(func.count()).select_from(ScheduleRow)
    return int((await session.execute(query)).scalar_one())


async def insert_opportunity(
    session: AsyncSession, found: Opportunity, scan: SavedScan | None, now: datetime
) -> UUID | None:
    """Its id; None if this member was told of the same setup on the same bar before."""
    values = {
        "scan_id": scan.id if scan else None,
        "scan_version": scan.version if scan else None,
        "symbol": str(found.instrument.symbol),
        "setup": found.setup.value,
        "bar_at": found.at,
        "entry": found.entry,
        "stop": found.stop,
        "target": found.target,
        "body": opportunity_body(found),
        "found_at": now,
        "followed_to": now,
    }
    return await insert_once(session, values)


async def keep_shown(session: AsyncSession, shown: KeptOpportunity) -> None:
    """Keep what a card showed, unless it is kept already or the same setup still stands."""
    if (shown.symbol, shown.setup) in await live_keys(session):
        return
    values = {
        "symbol": str(shown.symbol),
        "setup": shown.setup.value,
        "bar_at": shown.bar_at,
        "entry": shown.entry,
        "stop": shown.stop,
        "target": shown.target,
        "body": {
            "chance": shown.chance,
            "cases": shown.cases,
            "provider": shown.provider,
            "is_simulated": shown.is_simulated,
            "facts": facts_body(shown.facts),
        },
        "found_at": shown.found_at,
        "followed_to": shown.found_at,
    }
    await insert_once(session, values)


_ONCE = (
    OpportunityRow.member_id,
    OpportunityRow.symbol,
    OpportunityRow.setup,
    OpportunityRow.bar_at,
)


async def insert_once(session: AsyncSession, values: Mapping[str, Any]) -> UUID | None:
    """Its id; None if it is kept already."""
    row = insert(OpportunityRow).values(id=new_id(), **values)
    once = row.on_conflict_do_nothing(index_elements=_ONCE)
    return (await session.execute(once.returning(OpportunityRow.id))).scalar_one_or_none()


async def set_liked_of(session: AsyncSession, shown: KeptOpportunity, liked: int | None) -> None:
    """Of the one on that bar, else of the same setup where it still stands."""
    is_of_bar = OpportunityRow.bar_at == shown.bar_at
    same = (
        select(OpportunityRow.id)
        .where(
            OpportunityRow.symbol == str(shown.symbol),
            OpportunityRow.setup == shown.setup.value,
            is_of_bar | (OpportunityRow.status == Status.LIVE.value),
        )
        .order_by(is_of_bar.desc(), OpportunityRow.found_at.desc())
        .limit(1)
    )
    await session.execute(
        update(OpportunityRow).where(OpportunityRow.id.in_(same)).values(liked=liked)
    )


async def count_thumbs(session: AsyncSession) -> dict[Setup, tuple[int, int]]:
    """Thumbs up and down by setup."""
    query = (
        select(
            OpportunityRow.setup,
            func.count().filter(OpportunityRow.liked > 0),
            func.count().filter(OpportunityRow.liked < 0),
        )
        .where(OpportunityRow.setup.in_(list(Setup)))
        .group_by(OpportunityRow.setup)
    )
    return {Setup(name): (up, down) for name, up, down in await session.execute(query)}


async def list_opportunities(
    session: AsyncSession, statuses: Sequence[Status], *, limit: int
) -> tuple[KeptOpportunity, ...]:
    """The newest first."""
    query = (
        select(OpportunityRow)
        .where(OpportunityRow.status.in_([each.value for each in statuses]))
        .order_by(OpportunityRow.found_at.desc(), OpportunityRow.id.desc())
        .limit(limit)
    )
    found = await session.scalars(query, execution_options={"populate_existing": True})
    return tuple(_opportunity(row) for row in found)


async def to_follow(session: AsyncSession, *, limit: int) -> tuple[KeptOpportunity, ...]:
    """Live ones, those that were looked at longest ago first."""
    query = (
        select(OpportunityRow)
        .where(OpportunityRow.status == Status.LIVE.value)
        .order_by(OpportunityRow.followed_to, OpportunityRow.id)
        .limit(limit)
    )
    found = await session.scalars(query, execution_options={"populate_existing": True})
    return tuple(_opportunity(row) for row in found)


async def live_keys(session: AsyncSession) -> frozenset[tuple[Symbol, Setup | Sent]]:
    query = select(OpportunityRow.symbol, OpportunityRow.setup).where(
        OpportunityRow.status == Status.LIVE.value
    )
    return frozenset(
        (Symbol(symbol), _setup(setup)) for symbol, setup in await session.execute(query)
    )


async def tally(session: AsyncSession, statuses: Sequence[Status]) -> tuple[Tally, ...]:
    row = OpportunityRow
    query = (
        select(row.scan_id, row.symbol, row.setup, func.count())
        .where(row.status.in_([each.value for each in statuses]))
        .group_by(row.scan_id, row.symbol, row.setup)
    )
    return tuple(
        Tally(scan_id=scan_id, symbol=Symbol(symbol), setup=_setup(setup), number=number)
        for scan_id, symbol, setup, number in await session.execute(query)
    )


async def find_opportunities(
    session: AsyncSession, keys: Sequence[UUID]
) -> tuple[KeptOpportunity, ...]:
    """These, in the order they were kept."""
    query = select(OpportunityRow).where(OpportunityRow.id.in_(keys)).order_by(OpportunityRow.id)
    found = await session.scalars(query, execution_options={"populate_existing": True})
    return tuple(_opportunity(row) for row in found)


async def set_liked(session: AsyncSession, key: UUID, liked: int | None) -> bool:
    query = update(OpportunityRow).where(OpportunityRow.id == key).values(liked=liked)
    return (await session.execute(query.returning(OpportunityRow.id))).first() is not None


async def set_followed(
    session: AsyncSession, key: UUID, status: Status, *, to: datetime, ended_at: datetime | None
) -> bool:
    """False if somebody ended it meanwhile, whose word stands."""
    query = (
        update(OpportunityRow)
        .where(OpportunityRow.id == key, OpportunityRow.status == Status.LIVE.value)
        .values(status=status.value, followed_to=to, ended_at=ended_at)
    )
    return (await session.execute(query.returning(OpportunityRow.id))).first() is not None


def _opportunity(row: OpportunityRow) -> KeptOpportunity:
    return KeptOpportunity(
        id=row.id,
        scan_id=row.scan_id,
        symbol=Symbol(row.symbol),
        setup=_setup(row.setup),
        bar_at=row.bar_at,
        entry=row.entry,
        stop=row.stop,
        target=row.target,
        chance=row.body["chance"],
        cases=row.body["cases"],
        provider=row.body["provider"],
        is_simulated=row.body["is_simulated"],
        status=Status(row.status),
        liked=row.liked,
        found_at=row.found_at,
        followed_to=row.followed_to,
        ended_at=row.ended_at,
        facts=facts_of(row.body["facts"]),
        source=row.body.get("source", ""),
        reason=row.body.get("reason", ""),
    )


def _setup(name: str) -> Setup | Sent:
    return Sent(name) if name in set(Sent) else Setup(name)
