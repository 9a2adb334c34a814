"""What is kept, for how long, for whom, and what is said of it when it is old."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from app.core.clock import Clock, FrozenClock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.embedded.valkey import EmbeddedValkey
from app.market.directory import find_instrument
from app.market.models import Instrument
from app.market.providers.simulated import SimulatedMarket
from app.market.providers.simulated_vendor import SimulatedVendor
from app.market.vendor import NotCovered
from app.market.vendors.cache import Cache, Entry
from app.market.vendors.cached import Cached
from app.market.vendors.market import VendorMarket

if TYPE_CHECKING:
    from tests.app.market.vendors.conftest import ToldVendor

MARKET = SimulatedMarket(seed=7)
NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
DOWN = ProviderUnavailable("Told did not answer.")


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


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture(params=["alone", "shared"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    made = Cache(request.getfixturevalue("valkey").url if request.param == "shared" else None)
    yield made
    await made.close()


async def test_five_hundred_at_once_cost_one_request(
    told: "ToldVendor", cache: Cache, clock: Moving
) -> None:
    told.seconds = 0.05
    vendor = Cached(told, cache, clock)

    found = await asyncio.gather(*(vendor.snapshot(SPX) for _ in range(500)))

    assert told.asked == ["snapshot"]
    assert len({each.last for each in found}) == 1


async def test_two_processes_at_once_cost_one_request(
    told: "ToldVendor", valkey: EmbeddedValkey, clock: Moving
) -> None:
    told.seconds = 0.2
    caches = [Cache(valkey.url), Cache(valkey.url)]
    vendors = [Cached(told, each, clock) for each in caches]

    await asyncio.gather(*(vendor.snapshot(SPX) for vendor in vendors for _ in range(20)))
    await asyncio.gather(*(each.close() for each in caches))

    assert told.asked == ["snapshot"]


async def test_a_price_is_fresh_for_a_second_while_it_trades(
    told: "ToldVendor", cache: Cache, clock: Moving
) -> None:
    vendor = Cached(told, cache, clock)
    await vendor.snapshot(AAPL)
    clock.at += timedelta(milliseconds=900)
    await vendor.snapshot(AAPL)
    clock.at += timedelta(milliseconds=200)
    await vendor.snapshot(AAPL)

    assert told.asked == ["snapshot", "snapshot"]


@pytest.mark.parametrize(
    ("at", "until_next"),
    [
        (datetime(2026, 11, 21, 12, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)),
        (datetime(2026, 11, 27, 22, 30, tzinfo=UTC), datetime(2026, 11, 30, 9, tzinfo=UTC)),
        (datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 3, 9, 8, tzinfo=UTC)),
    ],
    ids=["weekend", "after a half day", "over the clock change"],
)
async def test_a_price_of_a_closed_market_is_fresh_until_the_premarket(
    told: "ToldVendor", cache: Cache, clock: Moving, at: datetime, until_next: datetime
) -> None:
    clock.at = at
    vendor = Cached(told, cache, clock)
    await vendor.snapshot(AAPL)
    clock.at = until_next - timedelta(seconds=1)
    await vendor.snapshot(AAPL)
    assert told.asked == ["snapshot"]

    clock.at = until_next + timedelta(seconds=1)
    await vendor.snapshot(AAPL)
    assert told.asked == ["snapshot", "snapshot"]


async def test_finished_days_are_asked_for_once(
    told: "ToldVendor", cache: Cache, clock: Moving
) -> None:
    vendor = Cached(told, cache, clock)
    month = {"start": NOW - timedelta(days=30), "end": NOW}

    first = await vendor.bars(AAPL, Timeframe.M1, **month)
    clock.at += timedelta(seconds=5)
    second = await vendor.bars(AAPL, Timeframe.M1, **month)

    assert told.asked == ["splits", "bars 1m", "bars 1m"]
    assert len(first) == len(second) > 10_000


async def test_only_the_running_day_is_asked_for_again(
    told: "ToldVendor", cache: Cache, clock: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows: list[Any] = []
    inner = told.bars

    async def watched(*args: Any, **window: Any) -> Any:
        windows.append(window["start"])
        return await inner(*args, **window)

    monkeypatch.setattr(told, "bars", watched)
    vendor = Cached(told, cache, clock)
    await vendor.bars(AAPL, Timeframe.M1, start=NOW - timedelta(days=30), end=NOW)
    clock.at += timedelta(seconds=5)
    await vendor.bars(AAPL, Timeframe.M1, start=NOW - timedelta(days=30), end=NOW)

    assert windows[1] == datetime(2026, 11, 19, 9, tzinfo=UTC)


async def test_an_old_answer_stands_in_only_where_that_is_accepted(
    told: "ToldVendor", cache: Cache, clock: Moving
) -> None:
    strict, lenient = Cached(told, cache, clock), Cached(told, cache, clock, accept_stale=True)
    before = await strict.snapshot(AAPL)
    told.always = DOWN
    clock.at += timedelta(minutes=10)

    with pytest.raises(ProviderUnavailable):
        await strict.snapshot(AAPL)
    kept = await lenient.snapshot(AAPL)

    assert kept.last == before.last
    assert kept.provider.stale_since == NOW


async def test_old_bars_stand_in_and_say_so(
    told: "ToldVendor", cache: Cache, clock: Moving
) -> None:
    lenient = Cached(told, cache, clock, accept_stale=True)
    window = {"start": NOW - timedelta(days=3), "end": NOW}
    before = await lenient.bars(AAPL, Timeframe.M1, **window)
    told.always = DOWN
    clock.at += timedelta(minutes=10)

    kept = await lenient.bars(AAPL, Timeframe.M1, **window)

    assert kept.provider.stale_since == NOW
    assert before.provider.stale_since is None
    assert np.array_equal(kept.close, before.close)


async def test_a_slow_answer_is_not_called_old(
    told: "ToldVendor", cache: Cache, clock: Moving
) -> None:
    vendor = Cached(told, cache, clock)
    asking = asyncio.create_task(vendor.snapshot(AAPL))
    told.seconds = 0.1
    await asyncio.sleep(0.02)
    clock.at += timedelta(seconds=7)

    assert (await asking).provider.stale_since is None


@pytest.mark.parametrize("refusal", [NotFound("no such symbol"), NotCovered("not in the plan")])
async def test_a_clear_no_is_remembered(
    told: "ToldVendor", cache: Cache, clock: Moving, refusal: Exception
) -> None:
    told.always = refusal
    vendor = Cached(told, cache, clock)
    for _ in range(3):
        with pytest.raises(type(refusal)):
            await vendor.snapshot(AAPL)

    assert told.asked == ["snapshot"]


async def test_a_failure_is_not_remembered(told: "ToldVendor", cache: Cache, clock: Moving) -> None:
    told.failures = [DOWN]
    vendor = Cached(told, cache, clock)
    with pytest.raises(ProviderUnavailable):
        await vendor.snapshot(AAPL)

    assert (await vendor.snapshot(AAPL)).symbol == "AAPL"


async def test_a_split_makes_everything_before_it_new(
    told: "ToldVendor", cache: Cache, clock: Moving
) -> None:
    vendor = Cached(told, cache, clock)
    window = {"start": NOW - timedelta(days=30), "end": NOW - timedelta(days=2)}
    await vendor.bars(AAPL, Timeframe.M1, **window)
    clock.at += timedelta(days=1)
    told.split_on = date(2026, 11, 20)
    await vendor.bars(AAPL, Timeframe.M1, **window)

    assert told.asked.count("bars 1m") == 2


async def test_who_gives_up_does_not_stop_the_others(
    told: "ToldVendor", cache: Cache, clock: Moving
) -> None:
    told.seconds = 0.1
    vendor = Cached(told, cache, clock)
    patient, impatient = (asyncio.create_task(vendor.snapshot(AAPL)) for _ in range(2))
    await asyncio.sleep(0.02)
    impatient.cancel()

    assert (await patient).symbol == "AAPL"
    assert told.asked == ["snapshot"]


async def test_without_valkey_answers_go_on(
    told: "ToldVendor", valkey: EmbeddedValkey, clock: Moving
) -> None:
    cache = Cache(valkey.url)
    vendor = Cached(told, cache, clock)
    await vendor.snapshot(AAPL)
    valkey.process.kill()  # type: ignore[attr-defined]
    valkey.process.wait()  # type: ignore[attr-defined]
    clock.at += timedelta(seconds=5)

    assert (await vendor.snapshot(AAPL)).symbol == "AAPL"
    assert len(await vendor.bars(AAPL, Timeframe.M1, start=NOW - timedelta(hours=2), end=NOW)) > 0
    await cache.close()


async def test_what_cannot_be_read_is_asked_for_again(
    told: "ToldVendor", valkey: EmbeddedValkey, clock: Moving
) -> None:
    first = Cache(valkey.url)
    await Cached(told, first, clock).snapshot(AAPL)
    assert first._client is not None
    for key in await first._client.keys("market.cache:*"):
        await first._client.set(key, b"\x00\x00\x00\x07garbage")
    second = Cache(valkey.url)

    assert (await Cached(told, second, clock).snapshot(AAPL)).symbol == "AAPL"
    assert told.asked == ["snapshot", "snapshot"]
    for each in (first, second):
        await each.close()


def test_no_bytes_are_an_entry_by_accident() -> None:
    assert Entry.unpacked(b"") is None
    assert Entry.unpacked(b"\x00\x00\x00\x02{}") is None
    packed = Entry(1.0, 2.0, {"a": 1}, b"body").packed()
    assert Entry.unpacked(packed) == Entry(1.0, 2.0, {"a": 1}, b"body")
    assert Entry.unpacked(packed[:-3]) is None


@settings(max_examples=60, deadline=None)
@given(
    windows=st.lists(
        st.tuples(st.integers(1, 40 * 1440), st.integers(1, 20 * 1440)), min_size=1, max_size=4
    ),
    symbol=st.sampled_from([AAPL, BTC, SPX]),
    timeframe=st.sampled_from([Timeframe.M1, Timeframe.M15, Timeframe.D1]),
)
async def test_what_is_kept_is_what_the_vendor_says(
    windows: list[tuple[int, int]], symbol: Instrument, timeframe: Timeframe
) -> None:
    vendor = SimulatedVendor(MARKET, FrozenClock(NOW))
    cached = Cached(vendor, Cache(), FrozenClock(NOW))
    for back, length in windows:
        start = NOW - timedelta(minutes=back)
        end = min(NOW, start + timedelta(minutes=length))

        ours = await cached.bars(symbol, timeframe, start=start, end=end)

        real = await vendor.bars(symbol, timeframe, start=start, end=end)
        assert ours.time.tolist() == real.time.tolist()
        assert np.array_equal(ours.close, real.close)
        assert np.array_equal(ours.volume, real.volume)


async def test_the_market_over_a_cache_answers_the_same(clock: Moving) -> None:
    vendor = Cached(SimulatedVendor(MARKET, clock), Cache(), clock)
    market = VendorMarket(vendor, clock)

    for symbol in ("AAPL", "BTC/USD", "SPX"):
        assert await market.quote(Symbol(symbol), as_of=NOW) == await MARKET.quote(
            Symbol(symbol), as_of=NOW
        )


async def test_what_is_remembered_has_an_end_whatever_it_is(clock: Moving) -> None:
    cache = Cache(None)
    rows = [["1.5"] * 10 for _ in range(1000)]
    for number in range(300):
        now = clock.now().timestamp()
        await cache.keep({f"chain:{number}": Entry(now, now + 60, {"quotes": rows})}, seconds=60)

    found = await cache.find(
        [f"chain:{number}" for number in range(300)], now=clock.now().timestamp()
    )
    assert found[0] is None
    assert found[-1] is not None
    assert sum(entry is not None for entry in found) < 120


async def test_what_is_asked_for_outlives_what_is_not(
    clock: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.market.vendors.cache.LOCAL_ENTRIES", 10)
    cache, now = Cache(None), clock.now().timestamp()
    for number in range(30):
        await cache.keep({f"quote:{number}": Entry(now, now + 60, {})}, seconds=60)
        await cache.find(["quote:0"], now=now)

    [first, second] = await cache.find(["quote:0", "quote:1"], now=now)
    assert first is not None
    assert second is None
