"""What is final is asked for once in a lifetime, whatever happens to caches and vendors."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import ProviderUnavailable
from app.core.timeframes import Timeframe
from app.infra.db.database import Database
from app.market.directory import find_instrument
from app.market.history.partitions import Retention, Window
from app.market.history.store import History
from app.market.models import Bars, Instrument, Provider
from app.market.vendor import Snapshot
from app.market.vendors.cache import Cache
from app.market.vendors.cached import Cached
from app.market.vendors.market import VendorMarket
from app.market.vendors.stored import Stored
from tests.app.market.vendors.conftest import ToldVendor

if TYPE_CHECKING:
    from app.market.vendor import Vendor

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
DOWN = ProviderUnavailable("Told did not answer.")
WEEK = {"start": NOW - timedelta(days=7), "end": NOW}
LAST_NIGHT = datetime(2026, 11, 19, 1, tzinfo=UTC)
"""20:00 in New York, the end of the last finished session."""


def _instrument(symbol: str) -> Instrument:
    found = find_instrument(symbol)
    assert found is not None
    return found


AAPL, BTC, SPX = _instrument("AAPL"), _instrument("BTC/USD"), _instrument("SPX")


class Moving(Clock):
    """Time that a test moves on."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    @override
    def now(self) -> datetime:
        return self.at


class Windowed(ToldVendor):
    """Notes which stretch of bars it was asked for."""

    windows: list[tuple[datetime, datetime]]

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        self.windows.append((start, end))
        return await super().bars(instrument, timeframe, start=start, end=end)


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def told(clock: Moving) -> Windowed:
    made = Windowed(clock)
    made.windows = []
    return made


@pytest.fixture
def history(database: Database) -> History:
    return History(database, Retention())


def stored(told: ToldVendor, history: History, clock: Clock, *, stale: bool = False) -> Stored:
    return Stored(told, history, clock, splits=told, accept_stale=stale)


def same(one: Bars, other: Bars) -> bool:
    names = ("time", "open", "high", "low", "close", "volume")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@pytest.mark.parametrize("timeframe", [Timeframe.M1, Timeframe.M5, Timeframe.D1])
@pytest.mark.parametrize("symbol", ["AAPL", "SPX", "BTC/USD"])
async def test_finished_sessions_are_asked_for_once_and_the_running_one_each_time(
    told: Windowed, history: History, clock: Moving, symbol: str, timeframe: Timeframe
) -> None:
    instrument = _instrument(symbol)
    if timeframe not in told.timeframes(instrument):
        pytest.skip(f"{timeframe} is made of shorter bars here")
    vendor = stored(told, history, clock)

    first = await vendor.bars(instrument, timeframe, **WEEK)
    second = await vendor.bars(instrument, timeframe, **WEEK)

    assert same(first, second)
    assert len(told.windows) == 2
    start, end = told.windows[1]
    assert start >= NOW - timedelta(days=1)
    assert end == NOW


async def test_what_is_all_final_costs_no_request_at_all(
    told: Windowed, history: History, clock: Moving
) -> None:
    vendor = stored(told, history, clock)
    past = {"start": NOW - timedelta(days=7), "end": LAST_NIGHT}
    await vendor.bars(AAPL, Timeframe.M1, **past)

    found = await stored(told, history, clock).bars(AAPL, Timeframe.M1, **past)

    assert told.asked.count("bars 1m") == 1
    assert len(found) > 1000
    assert found.provider == told.provider


async def test_a_longer_stretch_asks_from_its_first_gap_on(
    told: Windowed, history: History, clock: Moving
) -> None:
    vendor = stored(told, history, clock)
    await vendor.bars(
        AAPL, Timeframe.M1, start=NOW - timedelta(days=9), end=NOW - timedelta(days=5)
    )

    await vendor.bars(AAPL, Timeframe.M1, start=NOW - timedelta(days=9), end=LAST_NIGHT)

    assert told.windows[1] == (NOW - timedelta(days=5), LAST_NIGHT)


async def test_a_session_is_kept_only_once_it_has_settled(
    told: Windowed, history: History, clock: Moving
) -> None:
    vendor = stored(told, history, clock)
    session = {"start": LAST_NIGHT - timedelta(hours=16), "end": LAST_NIGHT}
    for minutes_after, requests in ((5, 1), (19, 2), (21, 3), (30, 3)):
        clock.at = LAST_NIGHT + timedelta(minutes=minutes_after)
        await vendor.bars(AAPL, Timeframe.M1, **session)
        assert len(told.windows) == requests


async def test_what_is_older_than_its_retention_is_not_kept(
    told: Windowed, history: History, clock: Moving
) -> None:
    vendor = stored(told, history, clock)
    long_ago = {"start": NOW - timedelta(days=60), "end": NOW - timedelta(days=50)}

    for _ in range(2):
        await vendor.bars(AAPL, Timeframe.M1, **long_ago)

    assert len(told.windows) == 2
    assert await history.holdings() == []


async def test_an_answer_without_a_bar_is_not_taken_for_the_truth(
    told: Windowed, history: History, clock: Moving
) -> None:
    vendor = stored(told, history, clock)
    weekend = {
        "start": datetime(2026, 11, 14, 6, tzinfo=UTC),
        "end": datetime(2026, 11, 15, 6, tzinfo=UTC),
    }

    for _ in range(2):
        await vendor.bars(AAPL, Timeframe.M1, **weekend)

    assert len(told.windows) == 2


async def test_bars_that_cannot_be_are_told_but_not_kept(
    told: Windowed, history: History, clock: Moving
) -> None:
    class Wrong(Windowed):
        @override
        async def bars(
            self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
        ) -> Bars:
            found = await super().bars(instrument, timeframe, start=start, end=end)
            high = found.high.copy()
            high[7] = found.low[7] / 2
            return replace(found, high=high)

    wrong = Wrong(clock)
    wrong.windows = []
    vendor = stored(wrong, history, clock)
    past = {"start": NOW - timedelta(days=3), "end": LAST_NIGHT}

    told_first = await vendor.bars(AAPL, Timeframe.M1, **past)
    kept = await vendor.bars(AAPL, Timeframe.M1, **past)

    assert len(kept) == len(told_first) - 1


async def test_a_split_makes_everything_be_asked_for_again(
    told: Windowed, history: History, clock: Moving
) -> None:
    past = {"start": NOW - timedelta(days=7), "end": LAST_NIGHT}
    await stored(told, history, clock).bars(AAPL, Timeframe.M1, **past)
    told.split_on = date(2026, 11, 18)

    await stored(told, history, clock).bars(AAPL, Timeframe.M1, **past)
    await stored(told, history, clock).bars(AAPL, Timeframe.M1, **past)

    assert [start for start, _ in told.windows] == [past["start"]] * 2
    assert [each.series.adjusted_to for each in await history.holdings()] == ["2026-11-18"]


async def test_while_a_split_settles_nothing_is_kept_or_read(
    told: Windowed, history: History, clock: Moving
) -> None:
    told.split_on = date(2026, 11, 19)
    clock.at = datetime(2026, 11, 19, 12, tzinfo=UTC)
    past = {"start": NOW - timedelta(days=7), "end": LAST_NIGHT}

    for _ in range(2):
        await stored(told, history, clock).bars(AAPL, Timeframe.M1, **past)

    assert len(told.windows) == 2
    assert await history.holdings() == []


async def test_without_its_database_the_vendor_answers_as_ever(
    told: Windowed, clock: Moving
) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:9/none", wait_seconds=1)
    vendor = stored(told, History(nowhere, Retention()), clock)

    bars = await vendor.bars(AAPL, Timeframe.M1, **WEEK)
    snapshot = await vendor.snapshot(AAPL)

    assert len(bars) > 1000
    assert snapshot.last > 0
    await nowhere.close()


async def test_a_dead_vendor_fails_for_what_is_fresh_and_is_stood_in_for_when_stale_will_do(
    told: Windowed, history: History, clock: Moving
) -> None:
    await stored(told, history, clock).bars(AAPL, Timeframe.M1, **WEEK)
    told.always = DOWN

    with pytest.raises(ProviderUnavailable):
        await stored(told, history, clock).bars(AAPL, Timeframe.M1, **WEEK)
    found = await stored(told, history, clock, stale=True).bars(AAPL, Timeframe.M1, **WEEK)

    assert found.provider.stale_since is not None
    assert found.provider.stale_since <= LAST_NIGHT
    assert len(found) > 1000


async def test_the_last_price_outlives_the_vendor(
    told: Windowed, history: History, clock: Moving
) -> None:
    said = await stored(told, history, clock).snapshot(AAPL)
    told.always = DOWN

    with pytest.raises(ProviderUnavailable):
        await stored(told, history, clock).snapshot(AAPL)
    kept = await stored(told, history, clock, stale=True).snapshot(AAPL)

    assert (kept.last, kept.at) == (said.last, said.at)
    assert kept.provider == Provider(name="Told", stale_since=said.at)


async def test_a_price_is_kept_once_a_minute(
    told: Windowed, history: History, clock: Moving, database: Database
) -> None:
    vendor = stored(told, history, clock)
    for _ in range(90):
        await vendor.snapshot(BTC)
        clock.at += timedelta(seconds=2)

    async with database.system() as session:
        from sqlalchemy import text

        kept = (await session.execute(text("SELECT count(*) FROM price_snapshots"))).scalar_one()
    assert kept in (3, 4)


async def test_verifying_mends_what_the_vendor_has_corrected_since(
    told: Windowed, history: History, clock: Moving
) -> None:
    vendor = stored(told, history, clock)
    past = Window(NOW - timedelta(days=3), LAST_NIGHT)
    said = await vendor.bars(AAPL, Timeframe.M1, start=past.start, end=past.end)
    [holding] = await history.holdings()
    wrong = replace(said.slice(0, len(said) - 1), close=said.low[:-1], high=said.high[:-1])
    await history.keep(holding.series, wrong, past)
    differing = 1 + int((said.low[:-1] != said.close[:-1]).sum())

    assert await vendor.verify(AAPL, Timeframe.M1, past) in (differing, differing - 1)
    assert await vendor.verify(AAPL, Timeframe.M1, past) == 0

    [holding] = await history.holdings()
    assert holding.verified_at == NOW


@pytest.fixture
async def cache() -> AsyncIterator[Cache]:
    made = Cache(None)
    yield made
    await made.close()


async def test_with_an_empty_cache_and_a_dead_vendor_the_chart_is_there_and_says_since_when(
    told: Windowed, history: History, clock: Moving, cache: Cache
) -> None:
    def market(kept_in: Cache, *, stale: bool) -> VendorMarket:
        inner: Vendor = stored(told, history, clock, stale=stale)
        cached = Cached(inner, kept_in, clock, accept_stale=stale)
        return VendorMarket(cached, clock, accept_stale=stale)

    async def week_of(vendor: VendorMarket) -> Bars:
        return await vendor.bars(AAPL.symbol, Timeframe.M5, start=WEEK["start"], end=NOW, as_of=NOW)

    await week_of(market(Cache(None), stale=False))
    told.always = DOWN

    with pytest.raises(ProviderUnavailable):
        await week_of(market(cache, stale=False))
    found = await week_of(market(cache, stale=True))
    again = await week_of(market(cache, stale=True))

    for each in (found, again):
        assert len(each) > 100
        assert each.provider.stale_since is not None
        assert each.provider.stale_since <= NOW - timedelta(hours=10)


async def test_who_is_back_is_fresh_again_at_once(
    told: Windowed, history: History, clock: Moving, cache: Cache
) -> None:
    fresh, kept = (
        Cached(stored(told, history, clock, stale=stale), cache, clock, accept_stale=stale)
        for stale in (False, True)
    )
    await fresh.bars(AAPL, Timeframe.M1, **WEEK)
    await fresh.snapshot(AAPL)
    clock.at += timedelta(minutes=2)
    told.always = DOWN
    assert (await kept.snapshot(AAPL)).provider.stale_since is not None
    told.always = None

    assert (await fresh.snapshot(AAPL)).provider.stale_since is None
    later = {"start": WEEK["start"], "end": clock.at}
    assert (await fresh.bars(AAPL, Timeframe.M1, **later)).provider.stale_since is None


class Partial(Windowed):
    """A vendor that has lost what lies before a moment."""

    since: datetime = datetime(1990, 1, 1, tzinfo=UTC)

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        found = await super().bars(instrument, timeframe, start=start, end=end)
        return found.between(self.since, end)


@pytest.fixture
def partial(clock: Moving) -> Partial:
    made = Partial(clock)
    made.windows = []
    return made


async def test_what_a_vendor_did_not_tell_is_asked_for_again(
    partial: Partial, history: History, clock: Moving
) -> None:
    week = {"start": NOW - timedelta(days=7), "end": LAST_NIGHT}
    partial.since = NOW - timedelta(days=2)
    await stored(partial, history, clock).bars(AAPL, Timeframe.M1, **week)
    partial.since = Partial.since

    found = await stored(partial, history, clock).bars(AAPL, Timeframe.M1, **week)

    assert int(found.time[0]) < (NOW - timedelta(days=6)).timestamp()
    assert partial.windows[1][1] < NOW - timedelta(days=2)


async def test_verifying_against_a_vendor_that_has_lost_its_bars_changes_nothing(
    partial: Partial, history: History, clock: Moving
) -> None:
    vendor = stored(partial, history, clock)
    week = Window(NOW - timedelta(days=7), LAST_NIGHT)
    said = await vendor.bars(AAPL, Timeframe.M1, start=week.start, end=week.end)
    partial.since = NOW

    with pytest.raises(ProviderUnavailable, match="nothing was changed"):
        await vendor.verify(AAPL, Timeframe.M1, week)

    assert same(await vendor.bars(AAPL, Timeframe.M1, start=week.start, end=week.end), said)


async def test_a_correction_that_was_verified_is_seen_by_members(
    told: Windowed, history: History, clock: Moving
) -> None:
    inner = stored(told, history, clock)
    cache = Cache(None)
    market = VendorMarket(Cached(inner, cache, clock), clock)
    day = Window(LAST_NIGHT - timedelta(hours=16), LAST_NIGHT)

    async def highest() -> float:
        found = await market.bars(
            AAPL.symbol, Timeframe.M1, start=day.start, end=day.end, as_of=clock.at
        )
        return float(found.high.max())

    right = await highest()
    [holding] = await history.holdings()
    kept = (await history.find(holding.series, day, told.provider)).bars
    await history.keep(holding.series, replace(kept, high=kept.high + 5), day)
    clock.at += timedelta(hours=3)
    assert await highest() == pytest.approx(right + 5)

    assert await inner.verify(AAPL, Timeframe.M1, day) == len(kept)
    clock.at += timedelta(hours=3)
    assert await highest() == right


async def test_a_split_of_long_ago_is_not_forgotten(
    told: Windowed, history: History, clock: Moving
) -> None:
    told.split_on = date(2024, 11, 20)
    past = {"start": NOW - timedelta(days=7), "end": LAST_NIGHT}
    await stored(told, history, clock).bars(AAPL, Timeframe.M1, **past)
    clock.at += timedelta(days=3)

    await stored(told, history, clock).bars(AAPL, Timeframe.M1, **past)

    assert len(told.windows) == 1


async def test_an_old_last_price_is_not_kept(
    told: Windowed, history: History, clock: Moving, database: Database
) -> None:
    class Delisted(Windowed):
        @override
        async def snapshot(self, instrument: Instrument) -> Snapshot:
            found = await super().snapshot(instrument)
            return replace(found, at=NOW - timedelta(days=400))

    vendor = stored(Delisted(clock), history, clock)

    assert (await vendor.snapshot(AAPL)).last > 0
    assert await history.last_snapshot(AAPL.symbol, told.provider) is None
