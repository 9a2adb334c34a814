"""Whose volume a profile counts, on the simulated market and by the calendar."""

from datetime import UTC, date, datetime

import pytest

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.levels.frame import choose_frame
from app.levels.ladder import PROFILE_NAMES
from app.levels.models import Level, LevelMap, Period
from app.levels.profile import profile_of
from app.levels.service import map_levels
from app.levels.windows import Window, parse_window, window_sessions
from app.market.calendar import US, session_on
from app.market.models import Bars, Session
from app.market.providers.simulated import SimulatedMarket

MARKET = SimulatedMarket(seed=7)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
WHOLE_WEEKS = datetime(2014, 1, 6, tzinfo=UTC)
"""The simulated market begins in the middle of the week before."""


def friday() -> Session:
    session = session_on(date(2026, 11, 20))
    assert session is not None
    return session


def level(found: LevelMap, name: str) -> Level:
    it = found.find(name)
    assert it is not None
    return it


async def spy(at: datetime = NOON, symbol: str = "SPY", **asked: object) -> LevelMap:
    return await map_levels(symbol, market=MARKET, as_of=at, **asked)  # type: ignore[arg-type]


async def regular(start: datetime, end: datetime, window: Window) -> Bars:
    return await MARKET.bars(Symbol("SPY"), window.timeframe, start=start, end=end, as_of=NOON)


@pytest.mark.parametrize(
    ("window", "first", "last", "count"),
    [
        (Window.DAY, date(2026, 11, 20), date(2026, 11, 20), 1),
        (Window.PREVIOUS, date(2026, 11, 19), date(2026, 11, 19), 1),
        (Window.WEEK, date(2026, 11, 16), date(2026, 11, 20), 5),
        (Window.MONTH, date(2026, 11, 2), date(2026, 11, 20), 15),
        (Window.QUARTER, date(2026, 8, 21), date(2026, 11, 20), 65),
        (Window.YEAR, date(2025, 11, 21), date(2026, 11, 20), 251),
    ],
)
def test_a_window_ends_with_its_session(
    window: Window, first: date, last: date, count: int
) -> None:
    sessions = window_sessions(window, friday())
    assert (sessions[0].date, sessions[-1].date, len(sessions)) == (first, last, count)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("today", Window.DAY),
        ("Yesterday", Window.PREVIOUS),
        ("weekly", Window.WEEK),
        ("this  month", Window.MONTH),
        ("3 months", Window.QUARTER),
        ("1y", Window.YEAR),
    ],
)
def test_a_window_has_many_names(text: str, window: Window) -> None:
    assert parse_window(text) is window


def test_an_unknown_window_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"`fortnight` is no window.*day, previous, week"):
        parse_window("fortnight")


@pytest.mark.parametrize("window", list(Window))
async def test_a_map_has_the_profile_of_the_window_asked_for(window: Window) -> None:
    found = await spy(profile=window)
    sessions = window_sessions(window, friday())
    bars = await regular(sessions[0].open, min(NOON, sessions[-1].close), window)
    expected = profile_of(bars, tick=0.01)
    assert expected is not None
    prices = [float(level(found, name).price) for name in PROFILE_NAMES]
    assert prices == pytest.approx([expected.poc, expected.vah, expected.val])
    assert found.profile is not None
    assert (found.profile.window, found.profile.is_running) == (window, window != "previous")


@pytest.mark.parametrize("period", list(Period))
async def test_each_period_has_its_own_profile(period: Period) -> None:
    by_period, by_window = await spy(period=period), await spy(profile=Window.of(period))
    assert [level(by_period, name).price for name in PROFILE_NAMES] == [
        level(by_window, name).price for name in PROFILE_NAMES
    ]


async def test_only_a_finished_profile_can_have_been_tested() -> None:
    running, finished = await spy(), await spy(profile=Window.PREVIOUS)
    assert level(running, "POC").tested is None
    assert level(finished, "POC").tested is not None
    assert level(finished, "POC").since == datetime(2026, 11, 19, 21, 0, tzinfo=UTC)


async def test_before_the_open_the_days_profile_waits_and_the_previous_one_stands() -> None:
    early = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    reason = "The volume profile begins at the open, 09:30 ET."
    assert (await spy(early)).why_absent("POC") == reason
    assert (await spy(early, profile=Window.PREVIOUS)).find("POC") is not None


async def test_an_index_has_no_volume_profile() -> None:
    found = await spy(symbol="SPX")
    assert found.profile is None
    assert found.why_absent("VAH") == "SPX has no volume, so it has no volume profile."


async def test_no_later_volume_is_seen_from_a_past_day() -> None:
    at_close = await spy(date=date(2026, 11, 18), profile=Window.WEEK)
    there = await spy(datetime(2026, 11, 18, 21, 0, tzinfo=UTC), profile=Window.WEEK)
    assert at_close.find("POC") == there.find("POC")


@pytest.mark.parametrize("period", [Period.WEEK, Period.MONTH])
async def test_weekly_and_monthly_maps_carry_the_averages_of_weeks(period: Period) -> None:
    """By the definition: seeded with the mean of the first closes, then two parts in length + 1."""
    found = await spy(period=period)
    closes = (
        await MARKET.bars(
            found.instrument.symbol,
            Timeframe.W1,
            start=max(WHOLE_WEEKS, choose_frame(NOON, US, period=period, on=None).history_start),
            end=datetime(2026, 11, 16, tzinfo=UTC),
            as_of=NOON,
        )
    ).close
    for length in (50, 200):
        average = closes[:length].mean()
        for close in closes[length:]:
            average += (close - average) * 2 / (length + 1)
        line = level(found, f"EMA{length}W")
        assert (line.title, line.kind) == (
            f"{length}-week exponential average of finished weeks",
            "average",
        )
        assert line.since == datetime(2026, 11, 13, 21, 0, tzinfo=UTC)
        assert float(line.price) == pytest.approx(average, abs=1e-7)
    assert (await spy()).find("EMA50W") is None
