"""What is kept comes back as it was, ranges are known, partitions come and go."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.market.history.copying import COLUMNS, copy_of_bars
from app.market.history.partitions import Retention, Window
from app.market.history.store import History, Series
from app.market.history.tables import BARS, SNAPSHOTS, Span
from app.market.models import Bars, Provider
from app.market.vendor import Snapshot
from tests.conftest import libpq

SPY = Symbol("SPY")
TOLD = Provider(name="Told")
SERIES = Series("Told", SPY, Timeframe.M1)
NOON = datetime(2026, 11, 19, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO_END = Retention(minutes=None, five_minutes=None, snapshots=None)


def minutes(start: datetime, count: int, *, price: float = 600.0) -> Bars:
    """Bars of one minute each; every price is another."""
    time = int(start.timestamp()) + 60 * np.arange(count)
    close = price + np.round(0.01 * np.arange(count), 2)
    return Bars(
        symbol=SPY,
        timeframe=Timeframe.M1,
        time=time,
        open=close - 0.1,
        high=close + 0.2,
        low=close - 0.2,
        close=close,
        volume=100 * np.arange(count, dtype=np.float64),
        provider=TOLD,
    )


def hours(*numbers: int) -> Window:
    """From one hour after noon to another."""
    first, last = numbers
    return Window(NOON + first * HOUR, NOON + last * HOUR)


def same(one: Bars, other: Bars) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("time", *COLUMNS)
    )


@pytest.fixture
def history(database: Database) -> History:
    return History(database, NO_END)


async def test_what_is_kept_comes_back_as_the_same_floats(history: History) -> None:
    kept = minutes(NOON, 60, price=600.1)

    await history.keep(SERIES, kept, hours(0, 1))
    found = await history.find(SERIES, hours(0, 1), TOLD)

    assert same(found.bars, kept)
    assert found.missing == ()
    assert found.bars.provider is TOLD


@given(st.lists(st.floats(min_value=1e-8, max_value=1e12), min_size=1, max_size=5))
def test_a_float_is_written_as_the_decimal_that_names_it(prices: list[float]) -> None:
    bars = replace(minutes(NOON, len(prices)), close=np.array(prices))

    rows = [line.split("\t") for line in copy_of_bars(bars, 1).decode().splitlines()]

    assert [float(Decimal(row[5])) for row in rows] == prices
    assert rows[0][:2] == ["1", "2026-11-19T17:00:00Z"]


async def test_what_nobody_asked_for_is_missing_and_what_has_no_bar_is_not(
    history: History,
) -> None:
    await history.keep(SERIES, minutes(NOON, 5), hours(0, 1))
    await history.keep(SERIES, minutes(NOON + 3 * HOUR, 5), hours(3, 4))

    found = await history.find(SERIES, hours(-1, 5), TOLD)

    assert len(found.bars) == 10
    assert found.missing == (hours(-1, 0), hours(1, 3), hours(4, 5))


async def test_of_what_was_never_kept_everything_is_missing(history: History) -> None:
    found = await history.find(SERIES, hours(0, 1), TOLD)

    assert (len(found.bars), found.missing) == (0, (hours(0, 1),))


async def test_keeping_again_replaces_the_range_and_leaves_the_rest(history: History) -> None:
    await history.keep(SERIES, minutes(NOON, 120), hours(0, 2))
    corrected = minutes(NOON, 30, price=700)

    await history.keep(SERIES, corrected, hours(0, 1))

    found = (await history.find(SERIES, hours(0, 2), TOLD)).bars
    assert same(found.between(NOON, NOON + HOUR), corrected)
    assert len(found) == 30 + 60


async def test_bars_outside_of_the_range_that_is_kept_are_left_out(history: History) -> None:
    await history.keep(SERIES, minutes(NOON - HOUR, 180), hours(0, 1))

    assert (await history.count(SERIES)) == 60


async def test_a_split_begins_the_series_anew_and_what_came_late_changes_nothing(
    history: History,
) -> None:
    split = replace(SERIES, adjusted_to="2026-11-18")
    await history.keep(SERIES, minutes(NOON, 60), hours(0, 1))

    assert await history.keep(split, minutes(NOON + HOUR, 60, price=60), hours(1, 2))
    assert not await history.keep(SERIES, minutes(NOON, 60), hours(0, 1))

    found = await history.find(split, hours(0, 2), TOLD)
    assert (len(found.bars), found.missing) == (60, (hours(0, 1),))
    assert (await history.find(SERIES, hours(0, 2), TOLD)).missing == (hours(0, 2),)
    assert await history.known("Told", SPY, Timeframe.M1) == split


async def test_a_write_that_breaks_off_leaves_the_range_as_it_was(
    history: History,
) -> None:
    await history.keep(SERIES, minutes(NOON, 60), hours(0, 1))
    broken = replace(minutes(NOON, 60), close=np.full(60, np.nan), volume=np.full(60, -np.inf))
    doubled = replace(broken, time=np.full(60, broken.time[0]))

    with pytest.raises(psycopg.Error):
        await history.keep(SERIES, doubled, hours(0, 2))

    found = await history.find(SERIES, hours(0, 2), TOLD)
    assert same(found.bars, minutes(NOON, 60))
    assert found.missing == (hours(1, 2),)


async def test_a_killed_connection_in_the_middle_of_a_copy_loses_and_doubles_nothing(
    history: History, postgres: DatabaseUrls
) -> None:
    await history.keep(SERIES, minutes(NOON, 10), hours(0, 1))
    many = minutes(NOON, 60 * 24 * 5)
    five_days = Window(NOON, NOON + timedelta(days=5))
    await history.partitions.make(BARS[Timeframe.M1], five_days)

    async def keep() -> None:
        with pytest.raises(ProviderUnavailable):
            await history.keep(SERIES, many, five_days)

    with psycopg.connect(libpq(postgres.owner), autocommit=True) as owner:
        blocker = psycopg.connect(libpq(postgres.owner))
        blocker.execute("LOCK TABLE bars_1m IN SHARE MODE")
        keeping = asyncio.create_task(keep())
        await _until_waiting(owner)
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        )
        await keeping
        blocker.rollback()
        blocker.close()

    assert (await history.find(SERIES, five_days, TOLD)).missing[0].start == NOON + HOUR
    await history.keep(SERIES, many, five_days)
    assert (await history.count(SERIES)) == len(many)


async def _until_waiting(owner: "psycopg.Connection[Any]") -> None:
    for _ in range(500):
        waiting = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        ).fetchone()
        if waiting and waiting[0]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")


async def test_twenty_at_once_leave_one_series_without_doubles(history: History) -> None:
    async def keep(hour: int) -> None:
        await history.keep(SERIES, minutes(NOON + hour * HOUR, 60), hours(hour, hour + 1))

    await asyncio.gather(*(keep(at % 10) for at in range(20)))

    found = await history.find(SERIES, hours(0, 10), TOLD)
    assert (len(found.bars), found.missing) == (600, ())


async def test_series_of_other_providers_symbols_and_timeframes_are_strangers(
    history: History,
) -> None:
    await history.keep(SERIES, minutes(NOON, 60), hours(0, 1))

    for other in (
        replace(SERIES, provider="Else"),
        replace(SERIES, symbol=Symbol("QQQ")),
        replace(SERIES, timeframe=Timeframe.M5),
    ):
        assert (await history.find(other, hours(0, 1), TOLD)).missing == (hours(0, 1),)


async def test_what_expired_goes_with_its_partition_and_is_missing_again(
    database: Database,
) -> None:
    history = History(database, Retention(minutes=timedelta(days=30)))
    old, young = NOON - timedelta(days=45), NOON - timedelta(days=2)
    for start in (old, young):
        await history.keep(SERIES, minutes(start, 60), Window(start, start + HOUR))

    assert await history.partitions.drop_expired(NOON) >= 1
    assert await history.partitions.drop_expired(NOON) == 0

    found = await history.find(SERIES, Window(old, NOON), TOLD)
    assert len(found.bars) == 60
    assert found.missing[0].start == old
    assert int(found.bars.time[0]) == int(young.timestamp())


async def test_days_are_kept_for_ever(database: Database) -> None:
    history = History(database, Retention())
    series = replace(SERIES, timeframe=Timeframe.D1)
    long_ago = datetime(1995, 6, 1, 13, 30, tzinfo=UTC)
    day = replace(minutes(long_ago, 1), timeframe=Timeframe.D1)
    await history.keep(series, day, Window(long_ago, long_ago + timedelta(days=1)))

    await history.partitions.drop_expired(NOON)

    assert await history.count(series) == 1


async def test_partitions_are_made_once_however_many_make_them(database: Database) -> None:
    ahead = Window(datetime(2031, 1, 1, tzinfo=UTC), datetime(2031, 3, 1, tzinfo=UTC))

    made = await asyncio.gather(
        *(History(database, NO_END).partitions.make(BARS[Timeframe.M5], ahead) for _ in range(5))
    )

    assert sum(made) == 2


@pytest.mark.parametrize(
    ("span", "at", "start", "following"),
    [
        (Span.WEEK, "2026-11-19T17:00", "2026-11-16", "2026-11-23"),
        (Span.WEEK, "2026-11-16T00:00", "2026-11-16", "2026-11-23"),
        (Span.MONTH, "2026-12-31T23:59", "2026-12-01", "2027-01-01"),
        (Span.MONTH, "2028-02-29T12:00", "2028-02-01", "2028-03-01"),
        (Span.YEAR, "2028-12-31T12:00", "2028-01-01", "2029-01-01"),
    ],
)
def test_a_span_begins_at_its_start_and_ends_where_the_next_begins(
    span: Span, at: str, start: str, following: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)

    begun = span.start_of(moment)

    assert begun == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert span.after(begun) == datetime.fromisoformat(following).replace(tzinfo=UTC)


def _snapshot(at: datetime, last: str) -> Snapshot:
    return Snapshot(symbol=SPY, last=Decimal(last), at=at, provider=TOLD, high=Decimal("601.5"))


async def test_the_last_price_that_was_kept_is_found(history: History) -> None:
    for after, last in ((1, "600.01"), (3, "600.03"), (2, "600.02")):
        await history.keep_snapshot(_snapshot(NOON + after * HOUR, last))
    await history.keep_snapshot(_snapshot(NOON + 3 * HOUR, "999"))

    found = await history.last_snapshot(SPY, TOLD)

    assert found == _snapshot(NOON + 3 * HOUR, "600.03")
    assert await history.last_snapshot(Symbol("QQQ"), TOLD) is None


async def test_the_application_may_make_no_other_table(database: Database) -> None:
    stray = replace(SNAPSHOTS, name="members")

    with pytest.raises(Exception, match="no partition of members"):
        await History(database, NO_END).partitions.make(stray, hours(0, 1))


async def test_holdings_name_what_is_covered_and_when_it_was_verified(history: History) -> None:
    await history.keep(SERIES, minutes(NOON, 60), hours(0, 1))
    await history.keep(SERIES, minutes(NOON, 60), hours(2, 3))
    await history.note_verified(SERIES, NOON)

    [holding] = await history.holdings()

    assert (holding.series, holding.covered, holding.verified_at) == (
        SERIES,
        (hours(0, 1), hours(2, 3)),
        NOON,
    )
