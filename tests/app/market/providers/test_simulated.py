"""The simulated market beyond the contract: repeatable, consistent, plausible."""

import asyncio
import hashlib
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.clock import FrozenClock
from app.core.errors import NotFound
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import session_on, session_table
from app.market.directory import INSTRUMENTS
from app.market.models import Bars, Instrument
from app.market.providers.simulated import SimulatedClock, SimulatedMarket
from app.market.providers.simulated_anchors import _PRICES, _TRACKS, anchors
from app.market.providers.simulated_minutes import part_of_minute

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 20, 15, 17, 33, tzinfo=NEW_YORK)
TEN_YEARS = timedelta(days=3652)
SESSIONS = session_table()
some_sessions = st.integers(
    int(np.searchsorted(SESSIONS.ordinals, date(2016, 1, 4).toordinal())),
    int(np.searchsorted(SESSIONS.ordinals, date(2028, 1, 4).toordinal())),
)
traded = st.sampled_from([each.symbol for each in INSTRUMENTS if not each.is_round_the_clock])


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


async def daily(market: SimulatedMarket, symbol: str, span: timedelta = TEN_YEARS) -> Bars:
    return await market.bars(Symbol(symbol), Timeframe.D1, start=NOW - span, end=NOW, as_of=NOW)


async def returns(
    market: SimulatedMarket, symbol: str
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    moves: np.ndarray[tuple[int], np.dtype[np.float64]] = np.diff(
        np.log((await daily(market, symbol)).close)
    )
    return moves


async def fingerprint(market: SimulatedMarket) -> str:
    digest = hashlib.sha256()
    for symbol in ("AAPL", "SPX", "BTC/USD", "VIX"):
        minutes = await market.bars(
            Symbol(symbol),
            Timeframe.M1,
            start=NOW - timedelta(days=5),
            end=NOW,
            as_of=NOW,
            extended=True,
        )
        for column in (minutes.time, minutes.open, minutes.high, minutes.low, minutes.volume):
            digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def test_another_process_sees_the_same_prices(market: SimulatedMarket) -> None:
    program = (
        "import asyncio, sys; sys.path[:0] = sys.argv[1:3]\n"
        "import test_simulated as t\n"
        "print(asyncio.run(t.fingerprint(t.SimulatedMarket(seed=7))))"
    )
    here = __file__.rpartition("/")[0]
    root = here.rpartition("/tests/")[0]
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, root, here],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "1234"},
    )
    assert told.stdout.strip() == asyncio.run(fingerprint(market))


async def test_another_seed_is_another_market(market: SimulatedMarket) -> None:
    assert await fingerprint(SimulatedMarket(seed=8)) != await fingerprint(market)


async def test_a_session_does_not_depend_on_what_was_asked_before(market: SimulatedMarket) -> None:
    fresh = SimulatedMarket(seed=7)
    for symbol in ("TSLA", "SPY", "QQQ"):
        await fresh.quote(Symbol(symbol), as_of=NOW - timedelta(days=900))
    assert await fingerprint(fresh) == await fingerprint(market)


@settings(max_examples=60, deadline=None)
@given(symbol=traded, index=some_sessions)
async def test_the_minutes_of_any_session_make_its_daily_bar(
    market: SimulatedMarket, symbol: Symbol, index: int
) -> None:
    session = SESSIONS.session(index)
    day, minutes = [
        await market.bars(
            symbol, timeframe, start=session.open, end=session.close, as_of=session.close
        )
        for timeframe in (Timeframe.D1, Timeframe.M1)
    ]
    assert len(minutes) == (session.close - session.open) // timedelta(minutes=1)
    assert day.open[0] == minutes.open[0]
    assert day.close[0] == minutes.close[-1]
    assert day.high[0] == minutes.high.max()
    assert day.low[0] == minutes.low.min()
    assert day.volume[0] == minutes.volume.sum()
    assert (minutes.low <= np.minimum(minutes.open, minutes.close)).all()
    assert (minutes.high >= np.maximum(minutes.open, minutes.close)).all()
    assert (minutes.open[1:] == minutes.close[:-1]).all()


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda each: each.symbol)
async def test_every_symbol_has_ten_years_of_prices_on_its_own_grid(
    market: SimulatedMarket, instrument: Instrument
) -> None:
    bars = await daily(market, instrument.symbol)
    assert len(bars) > 2500
    for column in (bars.open, bars.high, bars.low, bars.close):
        assert (column > 0).all()
        np.testing.assert_array_equal(column, column.round(instrument.decimals))
    assert bars.close.max() / bars.close.min() < 60
    assert (bars.volume[:-1] >= 5000).all() or instrument.asset_class is AssetClass.INDEX


async def test_the_index_and_its_funds_move_as_one(market: SimulatedMarket) -> None:
    index, fund = await daily(market, "SPX"), await daily(market, "SPY")
    np.testing.assert_allclose(index.close / fund.close, 10.04, rtol=2e-4)


async def test_shares_follow_the_market_and_the_vix_runs_against_it(
    market: SimulatedMarket,
) -> None:
    spx = await returns(market, "SPX")
    for symbol, low, high in (
        ("AAPL", 0.4, 0.9),
        ("JPM", 0.4, 0.9),
        ("TSLA", 0.3, 0.9),
        ("VIX", -0.95, -0.6),
        ("SQQQ", -0.995, -0.6),
        ("TLT", -0.4, 0.2),
    ):
        assert low < np.corrcoef(spx, await returns(market, symbol))[0, 1] < high, symbol


async def test_chip_makers_follow_each_other_more_than_a_soft_drink(
    market: SimulatedMarket,
) -> None:
    nvda, amd, ko = [await returns(market, symbol) for symbol in ("NVDA", "AMD", "KO")]
    assert np.corrcoef(nvda, amd)[0, 1] > np.corrcoef(nvda, ko)[0, 1] + 0.1


async def test_volatility_comes_in_clusters_and_tails_are_fat(market: SimulatedMarket) -> None:
    for symbol in ("SPX", "AAPL", "BTC/USD"):
        moves = await returns(market, symbol)
        size = np.abs(moves)
        assert np.corrcoef(size[1:], size[:-1])[0, 1] > 0.05, symbol
        spread = moves - moves.mean()
        assert (spread**4).mean() / (spread**2).mean() ** 2 > 3.2, symbol


async def test_trading_is_busiest_at_the_bells(market: SimulatedMarket) -> None:
    minutes = await market.bars(
        Symbol("AAPL"),
        Timeframe.M1,
        start=datetime(2026, 9, 21, tzinfo=NEW_YORK),
        end=datetime(2026, 11, 20, tzinfo=NEW_YORK),
        as_of=NOW,
    )
    smile = minutes.volume.reshape(-1, 390).mean(axis=0)
    noon = smile[150:240].mean()
    assert smile[:15].mean() > 2 * noon
    assert smile[-15:].mean() > 1.3 * noon


async def test_extended_hours_are_thin_and_have_holes(market: SimulatedMarket) -> None:
    session = session_on(date(2026, 11, 19))
    assert session is not None
    for symbol, fewest in (("SPY", 150), ("AAPL", 120), ("GAP", 10)):
        bars = await market.bars(
            Symbol(symbol),
            Timeframe.M1,
            start=session.premarket_open,
            end=session.after_hours_close,
            as_of=NOW,
            extended=True,
        )
        regular = bars.between(session.open, session.close)
        premarket = bars.between(session.premarket_open, session.open)
        assert fewest < len(premarket) < 330
        assert premarket.volume.sum() < 0.05 * regular.volume.sum()
        assert abs(premarket.close[-1] / regular.open[0] - 1) < 0.01


async def test_a_minute_in_the_making_shows_only_its_beginning(market: SimulatedMarket) -> None:
    start = NOW.replace(second=0)
    seen = [
        await market.bars(
            Symbol("BTC/USD"),
            Timeframe.M1,
            start=start,
            end=NOW,
            as_of=start + timedelta(seconds=s),
        )
        for s in (1, 20, 40, 59)
    ]
    assert len(seen[0]) == 1
    volumes = [float(bars.volume[0]) for bars in seen]
    assert volumes == sorted(volumes)
    assert len(set(volumes)) == 4
    assert len({float(bars.close[0]) for bars in seen}) > 1
    assert all(bars.is_forming for bars in seen)


prices = st.integers(1, 10_000).map(lambda cents: cents / 100)


@given(prices, prices, prices, prices, st.floats(0, 60), st.floats(0, 60))
def test_parts_of_a_minute_grow_into_it(
    opened: float, close: float, up: float, down: float, one: float, other: float
) -> None:
    high, low = max(opened, close) + up, max(0.01, min(opened, close) - down)
    minute = (opened, round(high, 2), round(low, 2), close, 1000.0)
    sooner, later = (part_of_minute(minute, seconds, 2) for seconds in sorted((one, other)))
    assert sooner[0] == opened
    assert minute[2] <= later[2] <= sooner[2] <= sooner[3] <= sooner[1] <= later[1] <= minute[1]
    assert sooner[4] <= later[4]
    assert part_of_minute(minute, 60.0, 2) == minute


async def test_prices_are_visibly_not_the_real_ones(market: SimulatedMarket) -> None:
    """Round orders of magnitude as of late 2024; the simulated ones must be far from each."""
    for symbol, anchor in anchors(7).items():
        if symbol not in _TRACKS:
            assert not 0.8 < anchor.price / _PRICES[symbol][0] < 1.3


async def test_before_2014_there_is_nothing(market: SimulatedMarket) -> None:
    early = datetime(2013, 6, 3, 16, tzinfo=UTC)
    with pytest.raises(NotFound, match="that far back"):
        await market.quote(Symbol("AAPL"), as_of=early)
    for timeframe in Timeframe:
        bars = await market.bars(
            Symbol("AAPL"), timeframe, start=early - timedelta(days=99), end=early, as_of=early
        )
        assert len(bars) == 0


# The clock


def clock_at(*parts: int) -> SimulatedClock:
    at = datetime(*parts, tzinfo=NEW_YORK)  # type: ignore[arg-type,misc]
    return SimulatedClock(FrozenClock(at))


def test_in_regular_hours_the_clock_is_the_real_one() -> None:
    clock = clock_at(2026, 11, 20, 11, 15)
    assert clock.now() == datetime(2026, 11, 20, 11, 15, tzinfo=NEW_YORK)
    assert clock.session_note == "the session of Friday 20 November, as it runs"
    assert not clock.is_replaying


def test_on_a_sunday_fridays_session_is_replayed() -> None:
    clock = clock_at(2026, 11, 22, 12)
    assert clock.now() == datetime(2026, 11, 20, 14, 30, tzinfo=NEW_YORK)
    assert clock.session_note == "replaying the session of Friday 20 November"
    assert clock.is_replaying


def test_the_replay_begins_at_the_close_and_wraps_after_one_session() -> None:
    assert clock_at(2026, 11, 20, 16).now() == datetime(2026, 11, 20, 9, 30, tzinfo=NEW_YORK)
    assert clock_at(2026, 11, 20, 22, 29).now() == datetime(2026, 11, 20, 15, 59, tzinfo=NEW_YORK)
    assert clock_at(2026, 11, 20, 22, 30).now() == datetime(2026, 11, 20, 9, 30, tzinfo=NEW_YORK)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - aware by `timezones`
def test_some_session_is_always_running_and_never_a_later_one(wall: datetime) -> None:
    now = SimulatedClock(FrozenClock(wall)).now()
    session = session_on(now.astimezone(NEW_YORK).date())
    assert session is not None
    assert session.open <= now < session.close
    assert now <= wall
