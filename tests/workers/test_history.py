"""The night's work on what is kept, over Massive's stand-in, and the morning's on levels."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.clock import FrozenClock
from app.core.timeframes import Timeframe
from app.infra.db.database import Database
from app.market.history.partitions import Retention
from app.market.history.store import History
from app.market.providers.massive import Massive
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.massive import KEY, MassiveStandIn, massive_stand_in
from app.market.vendors.routed import RoutedMarket, routed
from workers.history import cut, fill_watched
from workers.levels import prepare
from workers.runner import JobContext

NIGHT = datetime(2026, 11, 20, 7, tzinfo=UTC)
BEFORE_OPEN = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
"""8:30 in New York, an hour before the open."""


@asynccontextmanager
async def at_work(
    database: Database, now: datetime, *watched: str
) -> AsyncIterator[tuple[JobContext, MassiveStandIn]]:
    """A worker at `now` whose vendor is a stand-in, with its own empty caches."""
    clock = FrozenClock(now)
    async with massive_stand_in(SimulatedMarket(seed=7), clock) as stand_in:
        vendor = Massive(KEY, base_url=stand_in.base_url, requests_per_minute=60_000, clock=clock)
        history = History(database, Retention(minutes=timedelta(days=3), five_minutes=timedelta(9)))
        market: RoutedMarket = routed({"massive": vendor}, {}, clock, history=history)
        yield JobContext(database, clock, market, watched), stand_in
        await market.close()


async def test_a_night_fills_and_verifies_what_is_watched(database: Database) -> None:
    async with at_work(database, NIGHT, "SPY") as (context, _):
        await fill_watched(context)

        assert isinstance(context.market, RoutedMarket)
        assert context.market.history is not None
        holdings = await context.market.history.holdings()
    assert [each.series.timeframe for each in holdings] == [
        Timeframe.D1,
        Timeframe.M1,
        Timeframe.M5,
    ]
    assert {(each.series.symbol, each.verified_at) for each in holdings} == {("SPY", NIGHT)}


async def test_a_symbol_nobody_has_keeps_no_other_from_being_filled(database: Database) -> None:
    async with at_work(database, NIGHT, "XQZW", "SPY") as (context, _):
        await fill_watched(context)

        assert isinstance(context.market, RoutedMarket)
        assert context.market.history is not None
        assert len(await context.market.history.holdings()) == 3


async def test_the_second_night_asks_for_one_day(database: Database) -> None:
    async with at_work(database, NIGHT, "SPY") as (context, stand_in):
        await fill_watched(context)
        first = len([each for each in stand_in.log.requests if "/range/1/minute" in each])
    async with at_work(database, NIGHT + timedelta(days=1), "SPY") as (context, stand_in):
        await fill_watched(context)
        minutes = [each for each in stand_in.log.requests if "/range/1/minute" in each]

    assert first >= 1
    assert len(minutes) == 2  # the day that is new, and the one look back that verifies


async def test_partitions_are_made_ahead_and_expired_ones_go(database: Database) -> None:
    async with at_work(database, NIGHT - timedelta(days=60)) as (context, _):
        await cut(context)
    async with at_work(database, NIGHT) as (context, _):
        await cut(context)
    listing = text(
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE nspname = 'partitions' AND relkind = 'r'"
    )
    async with database.system() as session:
        names = set((await session.execute(listing)).scalars())

    assert {"bars_1m_20261116", "bars_1m_20261221", "bars_5m_20261201", "bars_1d_20260101"} <= names
    assert not {name for name in names if name.startswith("bars_1m_202609")}


async def test_a_simulated_market_keeps_nothing(database: Database) -> None:
    context = JobContext(database, FrozenClock(NIGHT), SimulatedMarket(seed=7), ("SPY",))

    await cut(context)
    await fill_watched(context)

    assert await History(database, Retention()).holdings() == []


async def test_before_the_open_levels_are_worked_out_and_then_cost_no_request(
    database: Database,
) -> None:
    from app.levels.service import map_levels

    async with at_work(database, BEFORE_OPEN, "SPY") as (context, stand_in):
        await prepare(context)
        asked = len(stand_in.log.requests)
        found = await map_levels("SPY", market=context.market, as_of=BEFORE_OPEN)

        assert asked > 0
        assert len(stand_in.log.requests) == asked
        assert len(found.levels) > 10


@pytest.mark.parametrize(
    "at",
    [BEFORE_OPEN - timedelta(hours=1), BEFORE_OPEN + timedelta(hours=2), NIGHT + timedelta(days=1)],
    ids=["too early", "open", "Saturday"],
)
async def test_at_other_times_nothing_is_asked_for(database: Database, at: datetime) -> None:
    async with at_work(database, at, "SPY") as (context, stand_in):
        await prepare(context)

        assert stand_in.log.requests == []
