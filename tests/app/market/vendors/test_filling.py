"""Filling goes on where it was killed and asks for nothing twice."""

from datetime import UTC, datetime, timedelta

import pytest
from typing_extensions import override

from app.core.clock import Clock, FrozenClock
from app.core.errors import ProviderUnavailable
from app.core.timeframes import Timeframe
from app.infra.db.database import Database
from app.market.directory import find_instrument
from app.market.history.partitions import FAR_PAST, Retention, Window
from app.market.history.store import History
from app.market.models import Bars, Instrument
from app.market.resample import empty_bars
from app.market.vendors.filling import CHUNKS, Progress, fill
from app.market.vendors.stored import Stored
from tests.app.market.vendors.conftest import ToldVendor

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
LAST_NIGHT = datetime(2026, 11, 19, 1, tzinfo=UTC)


def _spy() -> Instrument:
    found = find_instrument("SPY")
    assert found is not None
    return found


SPY = _spy()


class Young(ToldVendor):
    """A vendor whose own history begins some day; notes what it was asked for."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.begins = FAR_PAST
        self.windows: list[Window] = []
        self.answers_left = 1_000

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        if self.answers_left == 0:
            raise ProviderUnavailable("Told did not answer.")
        self.answers_left -= 1
        self.windows.append(Window(start, end))
        if end <= self.begins:
            return empty_bars(instrument.symbol, timeframe, self.provider)
        return await super().bars(instrument, timeframe, start=max(start, self.begins), end=end)


@pytest.fixture
def young() -> Young:
    return Young(FrozenClock(NOW))


@pytest.fixture
async def stored(young: Young, database: Database) -> Stored:
    return Stored(young, History(database, Retention()), FrozenClock(NOW), splits=young)


async def _all(
    stored: Stored, timeframe: Timeframe = Timeframe.M1, since: datetime = FAR_PAST
) -> list[Progress]:
    return [each async for each in fill(stored, SPY, timeframe, Window(since, NOW))]


async def test_all_that_may_be_kept_is_asked_for_the_latest_first(
    young: Young, stored: Stored
) -> None:
    told = await _all(stored)

    assert [each.done for each in told] == [1, 2, 3, 4, 5]
    assert {each.chunks for each in told} == {5}
    assert young.windows[0] == Window(LAST_NIGHT - CHUNKS[Timeframe.M1], LAST_NIGHT)
    assert young.windows[-1].start == NOW - timedelta(days=30)
    assert told[-1].bars > 18_000


async def test_what_is_filled_is_not_asked_for_again(young: Young, stored: Stored) -> None:
    await _all(stored)
    asked = len(young.windows)

    assert await _all(stored) == []
    assert len(young.windows) == asked


async def test_a_fill_that_broke_off_goes_on_where_it_was(young: Young, stored: Stored) -> None:
    young.answers_left = 2
    with pytest.raises(ProviderUnavailable):
        await _all(stored)
    done, young.answers_left = list(young.windows), 1_000

    told = await _all(stored)

    assert told[-1].chunks == 3
    assert not set(young.windows[len(done) :]) & set(done)
    assert await _all(stored) == []


async def test_behind_the_vendors_own_beginning_nothing_more_is_asked_for(
    young: Young, stored: Stored
) -> None:
    young.begins = datetime(2014, 1, 1, tzinfo=UTC)

    told = await _all(stored, Timeframe.D1)

    assert told[-1].done == told[-1].chunks
    assert len(young.windows) < told[-1].chunks
    assert told[-1].bars > 3_000


async def test_a_vendor_that_does_not_tell_splits_fills_nothing_and_says_so(
    young: Young, stored: Stored
) -> None:
    young.always = ProviderUnavailable("Told did not answer.")

    with pytest.raises(ProviderUnavailable):
        await _all(stored)


async def test_on_the_morning_of_a_split_history_waits_for_the_open(
    young: Young, database: Database
) -> None:
    young.split_on = NOW.date()
    morning = FrozenClock(NOW - timedelta(hours=4))
    stored = Stored(young, History(database, Retention()), morning, splits=young)

    with pytest.raises(ProviderUnavailable, match="after the open"):
        await _all(stored)


async def test_a_later_fill_asks_only_for_the_days_since(
    young: Young, stored: Stored, database: Database
) -> None:
    await _all(stored)
    young.windows.clear()
    later = Stored(
        young,
        History(database, Retention()),
        FrozenClock(NOW + timedelta(days=1)),
        splits=young,
    )

    [told] = [each async for each in fill(later, SPY, Timeframe.M1, Window(FAR_PAST, NOW))]

    assert told.chunks == 1
    assert young.windows[0].start == LAST_NIGHT
