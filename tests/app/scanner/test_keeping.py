"""Scans that are saved, and opportunities followed to their end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

from app.core.errors import Conflict, InvalidInput, NotEntitled, NotFound
from app.core.symbols import AssetClass, Symbol
from app.infra.db.database import Database
from app.market.calendar import sessions_between
from app.market.models import Instrument, Provider
from app.market.providers.files import FilesMarket
from app.market.providers.simulated import SimulatedMarket
from app.market.vendor import Split
from app.scanner import following, keeping, turns
from app.scanner.kept import SavedScan, Status
from app.scanner.models import Opportunity, Search
from app.scanner.outcomes import HORIZON, Record
from app.scanner.protocol import MemberFinds
from app.scanner.service import run_scan
from app.scanner.setups import Direction, Setup

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALLOWED = (2, timedelta(minutes=5))
SEARCH = Search(
    setups=(Setup.BREAKOUT,),
    direction=Direction.LONG,
    symbols=(Symbol("AMD"),),
    sector="energy",
    min_price=Decimal("1.50"),
    max_price=Decimal(50),
    min_reward_to_risk=2.0,
)


class Desk:
    """What a member does with scans, each in a transaction of its own."""

    def __init__(self, database: Database, member: UUID, now: datetime) -> None:
        self.database, self.member, self.now = database, member, now

    async def save(
        self, name: str, search: Search = SEARCH, every: timedelta | None = None
    ) -> SavedScan:
        async with self.database.member(self.member) as session:
            return await keeping.save_scan(
                session, name, search, every=every, allowed=ALLOWED, now=self.now
            )

    async def keep(self, *found: Opportunity) -> tuple[Opportunity, ...]:
        async with self.database.member(self.member) as session:
            return await keeping.keep(session, found, now=self.now)

    async def follow(self, market: FilesMarket, now: datetime) -> list[Status]:
        ended = await following.follow(self.database, self.member, market=market, now=now)
        return [each.status for each in ended]


@pytest.fixture
def desk(database: Database, ada: UUID, now: datetime) -> Desk:
    return Desk(database, ada, now)


async def test_a_scan_is_kept_under_its_name_with_all_it_looked_for(desk: Desk) -> None:
    saved = await desk.save("  cheap   breakouts ", every=HOUR)

    assert (saved.name, saved.version, saved.search) == ("cheap breakouts", 1, SEARCH)
    assert (saved.every, saved.due_at) == (HOUR, desk.now)


async def test_a_scan_that_looks_for_something_else_is_a_new_version_and_the_old_one_is_kept(
    desk: Desk,
) -> None:
    first = await desk.save("mine")
    same = await desk.save("Mine")
    other = await desk.save("mine", replace(SEARCH, sector=""))

    assert (first.id, first.version) == (same.id, same.version)
    assert (other.id, other.version) == (first.id, 2)
    async with desk.database.member(desk.member) as session:
        versions = await session.execute(
            text("SELECT number, search->>'sector' FROM scan_versions ORDER BY number")
        )
        assert [tuple(row) for row in versions] == [(1, "energy"), (2, "")]
    with pytest.raises(DBAPIError, match="permission denied"):
        async with desk.database.member(desk.member) as session:
            await session.execute(text("DELETE FROM scan_versions"))


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
async def test_a_scan_without_a_fair_name_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidInput, match="name of 1 to 60"):
        await desk.save(name)


async def test_scans_run_by_themselves_as_often_and_as_many_as_the_plan_allows(desk: Desk) -> None:
    with pytest.raises(NotEntitled, match="every 5 minutes"):
        await desk.save("fast", every=timedelta(minutes=4))
    await desk.save("one", every=HOUR)
    await desk.save("two", every=HOUR)
    with pytest.raises(NotEntitled, match="in use"):
        await desk.save("three", every=HOUR)
    assert (await desk.save("two", every=DAY)).every == DAY
    assert (await desk.save("two")).every is None
    assert (await desk.save("three", every=HOUR)).every == HOUR


async def test_a_plan_without_scans_by_themselves_says_so_and_keeps_those_one_runs(
    desk: Desk,
) -> None:
    async def save(every: timedelta | None) -> SavedScan:
        async with desk.database.member(desk.member) as session:
            return await keeping.save_scan(
                session, "mine", SEARCH, every=every, allowed=(0, DAY), now=desk.now
            )

    with pytest.raises(NotEntitled, match="runs no scan by itself"):
        await save(DAY)
    assert (await save(None)).every is None


async def test_a_turn_is_begun_once_and_missed_turns_are_not_made_up_for(desk: Desk) -> None:
    saved = await desk.save("hourly", every=HOUR)
    later = desk.now + timedelta(hours=5, minutes=10)

    async with desk.database.system() as session:
        assert await turns.due_scans(session, later) == [(desk.member, saved.id)]
    async with desk.database.member(desk.member) as session:
        assert await turns.begin(session, saved.id, later) == 0
    async with desk.database.member(desk.member) as session:
        assert await turns.begin(session, saved.id, later) is None
    async with desk.database.member(desk.member) as session:
        assert await turns.end(session, saved.id, later, later)
        assert not await turns.end(session, saved.id, later, later), "it is over"
        assert (await keeping.get_scan(session, saved.id)).due_at == desk.now + timedelta(hours=6)


async def test_a_turn_whose_worker_died_is_free_again_after_a_while_and_is_its_own_no_more(
    desk: Desk,
) -> None:
    saved = await desk.save("hourly", every=HOUR)
    again = desk.now + turns.LEASE
    async with desk.database.member(desk.member) as session:
        assert await turns.begin(session, saved.id, desk.now) == 0
    async with desk.database.system() as session:
        assert await turns.due_scans(session, again - timedelta(seconds=1)) == []
        assert await turns.due_scans(session, again) == [(desk.member, saved.id)]
    async with desk.database.member(desk.member) as session:
        assert await turns.begin(session, saved.id, again) == 1
        assert not await turns.end(session, saved.id, desk.now, again)
        assert await turns.end(session, saved.id, again, again)


async def test_another_members_scan_and_opportunity_do_not_exist(
    desk: Desk, database: Database, bob: UUID, opportunity: Opportunity
) -> None:
    saved = await desk.save("mine", every=HOUR)
    await desk.keep(opportunity)
    async with desk.database.member(desk.member) as session:
        (kept,) = await keeping.list_opportunities(session)
    async with database.member(bob) as session:
        assert await keeping.list_scans(session) == ()
        assert await keeping.list_opportunities(session) == ()
        with pytest.raises(NotFound):
            await keeping.delete_scan(session, saved.id)
        with pytest.raises(NotFound):
            await keeping.rate(session, kept.id, liked=True)


async def test_an_opportunity_is_told_once_whichever_scan_finds_it(
    desk: Desk, opportunity: Opportunity
) -> None:
    assert await desk.keep(opportunity) == (opportunity,)
    assert await desk.keep(opportunity) == ()
    another = replace(opportunity, setup=Setup.BOUNCE)
    assert await desk.keep(opportunity, another) == (another,)


async def test_thumbs_are_kept_and_taken_back(desk: Desk, opportunity: Opportunity) -> None:
    await desk.keep(opportunity)
    for liked, expected in ((True, 1), (False, -1), (None, None)):
        async with desk.database.member(desk.member) as session:
            (kept,) = await keeping.list_opportunities(session)
            await keeping.rate(session, kept.id, liked=liked)
            (kept,) = await keeping.list_opportunities(session)
        assert kept.liked == expected


def listed(symbol: str) -> Instrument:
    return Instrument(
        symbol=Symbol(symbol), name=symbol, asset_class=AssetClass.STOCK, calendar="XNYS"
    )


@pytest.fixture
def opportunity(now: datetime) -> Opportunity:
    """To buy ACME at 100 with a stop at 95 and a target at 110, found on Friday 11:30."""
    return Opportunity(
        instrument=listed("ACME"),
        setup=Setup.BREAKOUT,
        at=datetime(2026, 11, 20, 14, 30, tzinfo=UTC),
        is_forming=True,
        provider=Provider(name="files"),
        entry=Decimal(100),
        stop=Decimal(95),
        target=Decimal(110),
        reward_to_risk=2.0,
        record=Record(),
        facts=(),
    )


@pytest.fixture
def market(tmp_path: Path) -> Callable[..., FilesMarket]:
    """Minutes of ACME as `(time in New York, high, low)`, and quiet days at 100 after them."""

    def make(*minutes: tuple[str, float, float], days: int = 0) -> FilesMarket:
        lines = ["time,open,high,low,close,volume", "2026-11-19T15:59:00-05:00,100,101,99,100,10"]
        lines += [f"{at}-05:00,100,{high},{low},100,10" for at, high, low in minutes]
        for session in sessions_between(date(2026, 11, 23), date(2026, 12, 31))[:days]:
            lines.append(f"{session.date}T10:00:00-05:00,100,101,99,100,10")
        folder = tmp_path / "ACME" / "1m"
        folder.mkdir(parents=True)
        (folder / "bars.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return FilesMarket(tmp_path)

    return make


LATER = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([("2026-11-20T11:40:00", 110.0, 100.0)], [Status.REACHED]),
        ([("2026-11-20T11:40:00", 101.0, 95.0)], [Status.STOPPED]),
        ([("2026-11-20T11:40:00", 111.0, 94.0)], [Status.STOPPED]),
        ([("2026-11-20T11:20:00", 101.0, 90.0), ("2026-11-20T11:40:00", 101.0, 99.0)], []),
        (
            [("2026-11-20T11:40:00", 110.0, 100.0), ("2026-11-20T11:41:00", 101.0, 90.0)],
            [Status.REACHED],
        ),
    ],
)
async def test_an_opportunity_ends_at_what_comes_first_after_it_was_found(
    desk: Desk,
    opportunity: Opportunity,
    market: Callable[..., FilesMarket],
    minutes: list[tuple[str, float, float]],
    expected: list[Status],
) -> None:
    await desk.keep(opportunity)
    found = market(*minutes)

    assert await desk.follow(found, LATER) == expected
    assert await desk.follow(found, LATER) == [], "what has ended is not told again"


async def test_a_later_day_ends_it_too(
    desk: Desk, opportunity: Opportunity, market: Callable[..., FilesMarket]
) -> None:
    await desk.keep(opportunity)
    found = market(("2026-11-24T10:00:00", 110.0, 100.0), ("2026-11-25T10:00:00", 101.0, 99.0))
    assert await desk.follow(found, datetime(2026, 11, 25, 21, tzinfo=UTC)) == [Status.REACHED]


async def test_an_opportunity_ends_when_its_time_is_over(
    desk: Desk, opportunity: Opportunity, market: Callable[..., FilesMarket]
) -> None:
    await desk.keep(opportunity)
    found = market(("2026-11-20T11:40:00", 101.0, 99.0), days=HORIZON + 2)

    assert await desk.follow(found, datetime(2026, 12, 10, 21, tzinfo=UTC)) == []
    assert await desk.follow(found, datetime(2026, 12, 23, 21, tzinfo=UTC)) == [Status.EXPIRED]


async def test_a_symbol_that_cannot_be_had_is_looked_at_the_next_time(
    desk: Desk, opportunity: Opportunity, market: Callable[..., FilesMarket]
) -> None:
    other = replace(
        opportunity,
        instrument=listed("GONE"),
    )
    await desk.keep(other, opportunity)
    found = market(("2026-11-20T11:40:00", 110.0, 100.0))
    assert await desk.follow(found, LATER) == [Status.REACHED]
    async with desk.database.member(desk.member) as session:
        assert [each.symbol for each in await keeping.list_opportunities(session)] == ["GONE"]


async def test_more_than_are_listed_are_counted(desk: Desk, opportunity: Opportunity) -> None:
    letters = [f"X{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(60)]
    await desk.keep(*(replace(opportunity, instrument=listed(name)) for name in letters))
    finds = MemberFinds(desk.database, desk.member)
    assert sum(each.number for each in await finds.tally([Status.LIVE])) == 60
    assert len(await finds.opportunities([Status.LIVE])) == 60
    assert await finds.tally([Status.STOPPED]) == ()


async def test_the_one_looked_at_longest_ago_is_looked_at_first(
    desk: Desk,
    opportunity: Opportunity,
    market: Callable[..., FilesMarket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "AT_ONCE", 2)
    await desk.keep(opportunity)
    desk.now += timedelta(seconds=60)
    await desk.keep(*(replace(opportunity, instrument=listed(each)) for each in ("XA", "XB", "XC")))
    found = market(("2026-11-20T11:40:00", 101.0, 90.0))
    assert await desk.follow(found, LATER) == [Status.STOPPED]
    assert await desk.follow(found, LATER) == []
    async with desk.database.member(desk.member) as session:
        rest = await keeping.list_opportunities(session)
    assert {each.followed_to for each in rest} == {LATER}, "what cannot be had has had its turn"


async def test_a_symbol_that_is_gone_or_halted_ends_by_the_calendar(
    desk: Desk, opportunity: Opportunity, market: Callable[..., FilesMarket]
) -> None:
    await desk.keep(opportunity, replace(opportunity, instrument=listed("GONE")))
    found = market(("2026-11-20T11:40:00", 101.0, 99.0), days=3)
    assert await desk.follow(found, datetime(2026, 12, 21, 20, 30, tzinfo=UTC)) == []
    late = datetime(2029, 1, 1, tzinfo=UTC)
    assert await desk.follow(found, late) == [Status.EXPIRED, Status.EXPIRED]


async def test_what_happens_after_its_time_is_no_end_of_it(
    desk: Desk, opportunity: Opportunity, market: Callable[..., FilesMarket], tmp_path: Path
) -> None:
    await desk.keep(opportunity)
    market(("2026-11-20T11:40:00", 101.0, 99.0), days=HORIZON + 2)
    path = tmp_path / "ACME" / "1m" / "bars.csv"
    later = "2026-12-29T10:00:00-05:00,100,111,100,100,10\n"
    path.write_text(path.read_text(encoding="utf-8") + later, encoding="utf-8")
    late = datetime(2026, 12, 30, 12, tzinfo=UTC)
    assert await desk.follow(FilesMarket(tmp_path), late) == [Status.EXPIRED]


@pytest.mark.parametrize(
    ("price", "expected"), [(25.0, []), (23.5, [Status.STOPPED]), (27.75, [Status.REACHED])]
)
async def test_a_split_is_no_end_and_levels_are_in_todays_shares(
    desk: Desk, opportunity: Opportunity, tmp_path: Path, price: float, expected: list[Status]
) -> None:
    class Splitting(FilesMarket):
        @override
        async def splits(self, symbol: Symbol, *, since: date) -> Sequence[Split]:
            return [Split(date(2026, 11, 24), Decimal(4)), Split(date(2026, 12, 24), Decimal(3))]

    await desk.keep(opportunity)
    lines = ["time,open,high,low,close,volume", "2026-11-19T15:59:00-05:00,25,25.1,24.9,25,10"]
    for day in (20, 23, 24):
        low, high = (min(price, 24.9), max(price, 25.1)) if day == 24 else (24.9, 25.1)
        lines.append(f"2026-11-{day}T11:40:00-05:00,25,{high},{low},25,10")
    folder = tmp_path / "ACME" / "1m"
    folder.mkdir(parents=True)
    (folder / "bars.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    late = datetime(2026, 11, 25, 14, tzinfo=UTC)
    assert await desk.follow(Splitting(tmp_path), late) == expected


async def test_nothing_is_locked_while_a_market_is_asked(
    desk: Desk, opportunity: Opportunity, market: Callable[..., FilesMarket], tmp_path: Path
) -> None:
    await desk.keep(opportunity)
    market(("2026-11-20T11:40:00", 110.0, 100.0))

    class Asking(FilesMarket):
        @override
        async def splits(self, symbol: Symbol, *, since: date) -> Sequence[Split]:
            async with desk.database.member(desk.member) as session:
                await session.execute(text("SET LOCAL lock_timeout = '100ms'"))
                (row,) = await keeping.list_opportunities(session)
                await keeping.rate(session, row.id, liked=True)
            return ()

    assert await desk.follow(Asking(tmp_path), LATER + DAY) == [Status.REACHED]
    async with desk.database.member(desk.member) as session:
        (row,) = await keeping.list_opportunities(session, [Status.REACHED])
    assert row.liked == 1


async def test_a_setup_that_still_stands_is_not_new_the_next_day(
    desk: Desk, opportunity: Opportunity, market: Callable[..., FilesMarket]
) -> None:
    await desk.keep(opportunity)
    tomorrow = replace(opportunity, at=opportunity.at + 3 * DAY)
    assert await desk.keep(tomorrow) == ()
    assert await desk.follow(market(("2026-11-20T11:40:00", 110.0, 100.0)), LATER)
    assert await desk.keep(opportunity) == (), "it has ended on that bar"
    assert await desk.keep(tomorrow) == (tomorrow,)


async def test_what_a_scan_finds_can_be_kept(desk: Desk) -> None:
    result = await run_scan(
        Search(symbols=tuple(map(Symbol, ("AMD", "NVDA", "TSLA", "SPY", "XOM", "META", "SCHW")))),
        market=SimulatedMarket(),
        as_of=desk.now,
    )
    assert result.found
    assert await desk.keep(*result.found) == result.found
    async with desk.database.member(desk.member) as session:
        kept = await keeping.list_opportunities(session)
    assert {(each.symbol, each.setup, each.entry) for each in kept} == {
        (each.instrument.symbol, each.setup, each.entry) for each in result.found
    }


async def test_a_member_may_save_a_hundred_scans(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "SCANS", 1)
    await desk.save("one")
    with pytest.raises(Conflict, match="Delete one first"):
        await desk.save("two")
    assert (await desk.save("one")).version == 1
