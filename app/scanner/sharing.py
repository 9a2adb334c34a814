"""Definitions of scans that members share with the others of this server, by a click of their own.

Decided: what is shared is a copy of the definition as it was then. A list of symbols goes with it only if
the member says so; otherwise the others scan every listed stock. Results, schedules and names of members
never go. A changed scan is shared again by another click, as its next version; whoever uses one gets a
scan of their own, which nobody changes under them.
"""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, count
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.scanner import keeping, repository
from app.scanner.kept import SavedScan, search_body, search_of
from app.scanner.models import Search
from app.scanner.sharing_tables import SharedScanRow

LISTED = 200
_NEVER: tuple[int, timedelta] = (0, timedelta(days=1))
_ME = text("NULLIF(current_setting('app.member_id', true), '')::uuid")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedScan:
    """A definition that members of this server may use. `version` is that of the scan it was; `has_list`
    says whether symbols are part of it, `is_mine` whether the asking member shared it."""

    id: UUID
    scan_id: UUID
    name: str
    version: int
    search: Search
    has_list: bool
    is_mine: bool
    shared_at: datetime


def shareable(search: Search, *, with_list: bool) -> Search:
    """The definition, without the member's symbols unless they go with it."""
    if with_list:
        return search
    options = replace(search.options, symbols=()) if search.options else None
    return replace(search, symbols=(), known=(), options=options)


async def share(
    session: AsyncSession, scan_id: UUID, *, with_list: bool, now: datetime
) -> SharedScan:
    """Share a scan of the member as it is now; shared before, it stays as it was."""
    scan = await keeping.get_scan(session, scan_id)
    listed = bool(scan.search.symbols or (scan.search.options and scan.search.options.symbols))
    has_list = with_list and listed
    row = insert(SharedScanRow).values(
        id=new_id(),
        scan_id=scan.id,
        number=scan.version,
        name=scan.name,
        search=search_body(shareable(scan.search, with_list=with_list)),
        has_list=has_list,
        shared_at=now,
    )
    await session.execute(row.on_conflict_do_nothing())
    found = await session.scalars(
        select(SharedScanRow).where(
            SharedScanRow.scan_id == scan.id,
            SharedScanRow.number == scan.version,
            SharedScanRow.has_list == has_list,
        )
    )
    return _shared(found.one(), is_mine=True)


async def unshare(session: AsyncSession, scan_id: UUID) -> None:
    """Take back every version of a scan; what others made of it is theirs."""
    gone = delete(SharedScanRow).where(SharedScanRow.scan_id == scan_id)
    found = await session.execute(gone.returning(SharedScanRow.id))
    if found.first() is None:
        raise NotFound("There is no such shared scan of yours.")


async def list_shared(session: AsyncSession) -> tuple[SharedScan, ...]:
    """The latest of each scan, by name."""
    latest = (
        select(SharedScanRow.id)
        .ext(distinct_on(SharedScanRow.scan_id))
        .order_by(
            SharedScanRow.scan_id, SharedScanRow.number.desc(), SharedScanRow.shared_at.desc()
        )
    )
    rows = await session.execute(
        select(SharedScanRow, SharedScanRow.member_id == _ME)
        .where(SharedScanRow.id.in_(latest))
        .order_by(func.lower(SharedScanRow.name), SharedScanRow.id)
        .limit(LISTED)
    )
    return tuple(_shared(row, is_mine=bool(mine)) for row, mine in rows)


async def list_versions(session: AsyncSession, shared_id: UUID) -> tuple[SharedScan, ...]:
    """Every version that was shared of the scan behind `shared_id`, the newest first."""
    scan_id = select(SharedScanRow.scan_id).where(SharedScanRow.id == shared_id).scalar_subquery()
    rows = await session.execute(
        select(SharedScanRow, SharedScanRow.member_id == _ME)
        .where(SharedScanRow.scan_id == scan_id)
        .order_by(SharedScanRow.number.desc(), SharedScanRow.shared_at.desc())
    )
    found = tuple(_shared(row, is_mine=bool(mine)) for row, mine in rows)
    if not found:
        raise NotFound("There is no such shared scan.")
    return found


async def use(
    session: AsyncSession, shared_id: UUID, *, name: str = "", now: datetime
) -> SavedScan:
    """A scan of the member's own from a shared one, which runs only when asked. None of theirs is
    replaced: without a `name`, one that is taken gets a number; `Conflict` for a `name` that is."""
    await repository.take_turns(session)
    row = await session.get(SharedScanRow, shared_id)
    if row is None:
        raise NotFound("There is no such shared scan.")
    taken = {each.name.lower() for each in await keeping.list_scans(session)}
    wanted = " ".join(name.split())
    if wanted.lower() in taken:
        raise Conflict("You have a scan of this name. Give another.")
    return await keeping.save_scan(
        session,
        wanted or _free(row.name, taken),
        search_of(row.search),
        every=None,
        allowed=_NEVER,
        now=now,
    )


def _free(name: str, taken: Set[str]) -> str:
    numbered = (f"{name[: keeping.NAME_LENGTH - 4].rstrip()} {number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each.lower() not in taken)


def _shared(row: SharedScanRow, *, is_mine: bool) -> SharedScan:
    return SharedScan(
        id=row.id,
        scan_id=row.scan_id,
        name=row.name,
        version=row.number,
        search=search_of(row.search),
        has_list=row.has_list,
        is_mine=is_mine,
        shared_at=row.shared_at,
    )
