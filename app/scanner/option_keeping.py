"""Option finds that are kept, and thumbs for them.

Decided: while a setup of one symbol stands under the same terms it is one opportunity, whichever scan
finds it, on whichever day and at whichever strikes; after its end it is new on the next day at the
earliest. A session speaks for one member; nothing is committed here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.ids import new_id
from app.scanner import option_repository, repository
from app.scanner.kept import SavedScan, Status
from app.scanner.option_kept import KeptOption, OptionRecord, kept_of
from app.scanner.option_scan import OptionFind, OptionSearch
from app.scanner.option_setups import OptionSetup

LISTED = 1000
"""Opportunities that are read at most."""
_MILD = 4
"""Thumbs of each kind that are counted in."""


async def keep_options(
    session: AsyncSession,
    found: Sequence[OptionFind],
    search: OptionSearch,
    *,
    scan: SavedScan | None = None,
    now: datetime,
) -> tuple[OptionFind, ...]:
    """Those that are new to this member."""
    if not found:
        return ()
    await repository.take_turns(session)
    live = await option_repository.live_keys(session)
    new = []
    for each in found:
        kept = kept_of(each, search, key=new_id(), now=now)
        if kept.key not in live and await option_repository.insert_once(session, kept, scan):
            new.append(each)
    return tuple(new)


async def list_options(
    session: AsyncSession, statuses: Sequence[Status] = (Status.LIVE,), *, limit: int = 50
) -> tuple[KeptOption, ...]:
    """The newest first."""
    return await option_repository.list_kept(session, statuses, limit=min(limit, LISTED))


async def option_records(session: AsyncSession) -> Mapping[OptionSetup, OptionRecord]:
    """What the member's finds came to, by setup, where any could be counted."""
    return await option_repository.count_results(session)


async def rate_option(session: AsyncSession, key: UUID, *, liked: bool | None) -> None:
    """Thumbs up, down, or none any more."""
    if not await option_repository.set_liked(session, key, thumb(liked=liked)):
        raise NotFound("There is no such opportunity.")


async def keep_rated(session: AsyncSession, shown: KeptOption, *, liked: bool | None) -> None:
    """A thumb for what a card showed, which is kept by it unless it is already."""
    await repository.take_turns(session)
    value = thumb(liked=liked)
    if not await option_repository.set_liked_of(session, shown, value):
        await option_repository.insert_once(session, shown)
        await option_repository.set_liked_of(session, shown, value)


async def option_taste(session: AsyncSession) -> Mapping[OptionSetup, float]:
    """Factors by the member's thumbs, from a half to one and a half: what is liked comes first."""
    return {
        setup: 0.5 + (up + _MILD) / (up + down + 2 * _MILD)
        for setup, (up, down) in (await option_repository.count_thumbs(session)).items()
    }


def thumb(*, liked: bool | None) -> int | None:
    return None if liked is None else 1 if liked else -1
