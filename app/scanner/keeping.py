"""Scans that are saved, and opportunities that are kept.

Decided: while a setup of one symbol stands it is one opportunity of a member, whichever scan finds it,
on however many days; after its end it is new on the next bar. It ends by itself: at the target, at the
stop, or when its time is over. A session speaks for one member; nothing is committed here.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, InvalidInput, NotEntitled, NotFound
from app.scanner import option_repository, repository
from app.scanner.kept import KeptOpportunity, SavedScan, Status, Tally
from app.scanner.models import Opportunity, Search
from app.scanner.setups import Setup

NAME_LENGTH = 60
SCANS = 100
"""Scans a member may save."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
LISTED = 1000
"""Opportunities that are read at most."""
_MILD = 4
"""Thumbs of each kind that are counted in."""


async def save_scan(  # noqa: PLR0913 - what a scan is
    session: AsyncSession,
    name: str,
    search: Search,
    *,
    every: timedelta | None,
    allowed: tuple[int, timedelta],
    thread_id: UUID | None = None,
    now: datetime,
) -> SavedScan:
    """Keep a scan under its name; one of that name gets a new version if it looks for something
    else. `every` makes it run by itself; `allowed` is how many scans may, and how often at most."""
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_LENGTH or _CONTROL.search(wanted):
        raise InvalidInput("A scan has a name of 1 to 60 characters that can be read.")
    await repository.take_turns(session)
    found = await repository.find_scan_by_name(session, wanted)
    await _check(session, found, every, allowed)
    if found is None:
        key = await repository.insert_scan(session, wanted, search, thread_id=thread_id, now=now)
    else:
        key = found.id
        if found.search != search:
            await repository.set_scan(
                session, found, search, thread_id=thread_id or found.thread_id, now=now
            )
    await repository.set_schedule(session, key, every, now)
    return await get_scan(session, key)


async def _check(
    session: AsyncSession,
    found: SavedScan | None,
    every: timedelta | None,
    allowed: tuple[int, timedelta],
) -> None:
    if found is None and len(await repository.list_scans(session)) >= SCANS:
        raise Conflict(f"There are {SCANS} scans already. Delete one first.")
    if every is not None:
        running = await repository.count_scheduled(session)
        check_schedule(every, allowed, others=running - int(bool(found and found.every)))


def check_schedule(every: timedelta, allowed: tuple[int, timedelta], *, others: int) -> None:
    """`NotEntitled` for a scan that may not run so often, or not beside so many `others`."""
    most, shortest = allowed
    if not most:
        raise NotEntitled("Your plan runs no scan by itself.")
    if every < shortest:
        raise NotEntitled(f"Your plan runs a scan every {_spoken(shortest)} at most.")
    if others >= most:
        raise NotEntitled("All scans that your plan runs by itself are in use. Stop one first.")


def _spoken(interval: timedelta) -> str:
    minutes = int(interval.total_seconds() // 60)
    return {60: "hour", 24 * 60: "day"}.get(minutes, f"{minutes} minutes")


async def get_scan(session: AsyncSession, scan_id: UUID) -> SavedScan:
    found = await repository.find_scan(session, scan_id)
    if found is None:
        raise NotFound("There is no such scan.")
    return found


async def list_scans(session: AsyncSession) -> tuple[SavedScan, ...]:
    return await repository.list_scans(session)


async def delete_scan(session: AsyncSession, scan_id: UUID) -> None:
    """What it found stays."""
    if not await repository.delete_scan(session, scan_id):
        raise NotFound("There is no such scan.")


async def keep(
    session: AsyncSession,
    found: Sequence[Opportunity],
    *,
    scan: SavedScan | None = None,
    now: datetime,
) -> tuple[Opportunity, ...]:
    """Those that are new to this member."""
    if not found:
        return ()
    await repository.take_turns(session)
    live = await repository.live_keys(session)
    return tuple(
        [
            each
            for each in found
            if (each.instrument.symbol, each.setup) not in live
            and await repository.insert_opportunity(session, each, scan, now) is not None
        ]
    )


async def list_opportunities(
    session: AsyncSession, statuses: Sequence[Status] = (Status.LIVE,), *, limit: int = 50
) -> tuple[KeptOpportunity, ...]:
    """The newest first."""
    return await repository.list_opportunities(session, statuses, limit=min(limit, LISTED))


async def tally(session: AsyncSession, statuses: Sequence[Status]) -> tuple[Tally, ...]:
    """How many there are, on charts and on options, however many of them are listed."""
    charts = await repository.tally(session, statuses)
    return charts + await option_repository.tally(session, statuses)


async def rate(session: AsyncSession, opportunity_id: UUID, *, liked: bool | None) -> None:
    """Thumbs up, down, or none any more."""
    value = None if liked is None else 1 if liked else -1
    if not await repository.set_liked(session, opportunity_id, value):
        raise NotFound("There is no such opportunity.")


async def taste(session: AsyncSession) -> Mapping[Setup, float]:
    """Factors on the scores of setups, from a half to one and a half, by the member's thumbs; eight
    that cancel out are counted in, so that one thumb moves little."""
    return {
        setup: 0.5 + (up + _MILD) / (up + down + 2 * _MILD)
        for setup, (up, down) in (await repository.count_thumbs(session)).items()
    }
