"""Scans that members share: a copy of a definition, by a click of their own and nothing beside it."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from app.core.errors import Conflict, NotFound
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.traits import Traits
from app.scanner import keeping, sharing
from app.scanner.models import Search
from app.scanner.setups import Setup

ALLOWED = (5, timedelta(minutes=5))
AMD = Symbol("AMD")
MINE = Search(
    setups=(Setup.PULLBACK,),
    symbols=(AMD,),
    known=((AMD, Traits("Technology", Decimal(10**11))),),
    where="close > sma(200)",
)


async def saved(database: Database, member: UUID, now: datetime, search: Search = MINE) -> UUID:
    async with database.member(member) as session:
        made = await keeping.save_scan(
            session, "Mine", search, every=timedelta(hours=1), allowed=ALLOWED, now=now
        )
    return made.id


async def share(
    database: Database, member: UUID, scan: UUID, now: datetime, *, lists: bool
) -> UUID:
    async with database.member(member) as session:
        return (await sharing.share(session, scan, with_list=lists, now=now)).id


async def seen(database: Database, member: UUID) -> tuple[sharing.SharedScan, ...]:
    async with database.member(member) as session:
        return await sharing.list_shared(session)


async def test_nothing_is_shared_before_its_owner_says_so(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    scan = await saved(database, ada, now)
    assert await seen(database, bob) == ()
    with pytest.raises(NotFound):
        await share(database, bob, scan, now, lists=False)
    assert await seen(database, bob) == ()


async def test_what_others_see_is_the_definition_without_the_list(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    await share(database, ada, await saved(database, ada, now), now, lists=False)
    [shown] = await seen(database, bob)
    assert (shown.name, shown.version, shown.has_list, shown.is_mine) == ("Mine", 1, False, False)
    assert shown.search == Search(setups=(Setup.PULLBACK,), where="close > sma(200)")
    [own] = await seen(database, ada)
    assert own.is_mine


async def test_the_list_goes_with_it_where_its_owner_says_so(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    await share(database, ada, await saved(database, ada, now), now, lists=True)
    [shown] = await seen(database, bob)
    assert (shown.has_list, shown.search) == (True, MINE)


async def test_a_changed_scan_is_shared_anew_and_its_versions_stay(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    scan = await saved(database, ada, now)
    first = await share(database, ada, scan, now, lists=False)
    await saved(database, ada, now, Search(setups=(Setup.BREAKOUT,)))
    assert [each.version for each in await seen(database, bob)] == [1]
    for _ in range(2):
        await share(database, ada, scan, now, lists=False)

    assert [each.version for each in await seen(database, bob)] == [2]
    async with database.member(bob) as session:
        versions = await sharing.list_versions(session, first)
    assert [(each.version, each.search.setups) for each in versions] == [
        (2, (Setup.BREAKOUT,)),
        (1, (Setup.PULLBACK,)),
    ]


async def test_whoever_uses_it_has_a_scan_of_their_own_that_does_not_run_by_itself(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    scan = await saved(database, ada, now)
    shared = await share(database, ada, scan, now, lists=False)
    async with database.member(bob) as session:
        made = await sharing.use(session, shared, now=now)
        assert (made.name, made.every, made.search.symbols) == ("Mine", None, ())
        assert made.id != scan
    async with database.member(ada) as session:
        await sharing.unshare(session, scan)
    assert await seen(database, bob) == ()
    async with database.member(bob) as session:
        assert [each.name for each in await keeping.list_scans(session)] == ["Mine"]
        with pytest.raises(NotFound):
            await sharing.use(session, shared, now=now)


async def test_only_its_owner_takes_it_back(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    scan = await saved(database, ada, now)
    await share(database, ada, scan, now, lists=False)
    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await sharing.unshare(session, scan)
    assert len(await seen(database, bob)) == 1


async def test_using_one_replaces_no_scan_of_ones_own(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    shared = await share(database, ada, await saved(database, ada, now), now, lists=False)
    await saved(database, bob, now, Search(setups=(Setup.BREAKOUT,)))
    async with database.member(bob) as session:
        assert (await sharing.use(session, shared, now=now)).name == "Mine 2"
        with pytest.raises(Conflict, match="of this name"):
            await sharing.use(session, shared, name="mine", now=now)
        kept = {each.name: each for each in await keeping.list_scans(session)}
    assert kept["Mine"].search.setups == (Setup.BREAKOUT,)
    assert kept["Mine"].every == timedelta(hours=1)
