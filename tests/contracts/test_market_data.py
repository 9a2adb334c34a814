"""What every market keeps, whoever it gets its prices from.

An adapter must know AAPL, SPX and BTC/USD from 1 October to 1 December 2026; see `conftest.py`.
The autumn of 2026 has a change of clocks (1 November), Thanksgiving (26) and a half day (27).
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import session_on
from app.market.models import Bars, Phase, Session
from app.market.protocol import MarketData

NEW_YORK = ZoneInfo("America/New_York")
AAPL, SPX, BTC = Symbol("AAPL"), Symbol("SPX"), Symbol("BTC/USD")
THURSDAY, FRIDAY, HALF_DAY = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 27)
INTRADAY = [each for each in Timeframe if each.is_intraday]
LONG_AFTER = datetime(2026, 12, 1, tzinfo=UTC)

some_moments = st.integers(0, 20 * 24 * 60 * 60).map(
    lambda seconds: datetime(2026, 11, 9, tzinfo=UTC) + timedelta(seconds=seconds)
)
few_examples = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=NEW_YORK)


def on(day: date, calendar: str = "XNYS") -> Session:
    session = session_on(day, calendar)
    assert session is not None
    return session


def clock_times(bars: Bars) -> list[str]:
    return [f"{datetime.fromtimestamp(int(t), NEW_YORK):%H:%M}" for t in bars.time]


def dates(bars: Bars) -> list[date]:
    return [datetime.fromtimestamp(int(t), NEW_YORK).date() for t in bars.time]


async def one_day(
    market: MarketData,
    symbol: Symbol,
    timeframe: Timeframe,
    day: date = FRIDAY,
    *,
    as_of: datetime = LONG_AFTER,
    extended: bool = False,
) -> Bars:
    return await market.bars(
        symbol,
        timeframe,
        start=at(day, 0),
        end=at(day, 0) + timedelta(days=1),
        as_of=as_of,
        extended=extended,
    )


def assert_same(ours: Bars, theirs: Bars) -> None:
    for name in ("time", "open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), name)


# Instruments


async def test_an_instrument_says_what_it_is(market: MarketData) -> None:
    apple, index, coin = [await market.instrument(symbol) for symbol in (AAPL, SPX, BTC)]
    assert apple.asset_class is AssetClass.STOCK
    assert apple.has_extended_hours
    assert apple.has_volume
    assert index.asset_class is AssetClass.INDEX
    assert not index.has_volume
    assert not index.has_extended_hours
    assert coin.is_round_the_clock


async def test_every_instrument_listed_can_be_asked_for(market: MarketData) -> None:
    listed = await market.instruments()
    assert {AAPL, SPX, BTC} <= {each.symbol for each in listed}
    assert [await market.instrument(each.symbol) for each in listed] == list(listed)


async def test_an_unknown_symbol_is_not_found_and_near_ones_are_named(market: MarketData) -> None:
    wrong = Symbol("APPL")
    for question in (
        market.instrument(wrong),
        market.quote(wrong, as_of=LONG_AFTER),
        one_day(market, wrong, Timeframe.D1),
    ):
        with pytest.raises(NotFound) as refusal:
            await question
        assert refusal.value.suggestions[0] == "AAPL"


async def test_a_symbol_that_is_gone_says_what_happened(market: MarketData) -> None:
    with pytest.raises(NotFound, match="taken private"):
        await market.quote(Symbol("TWTR"), as_of=LONG_AFTER)


# Bars


@pytest.mark.parametrize("timeframe", list(Timeframe))
@pytest.mark.parametrize("symbol", [AAPL, SPX, BTC])
async def test_bars_are_sorted_plausible_and_inside_the_window(
    market: MarketData, symbol: Symbol, timeframe: Timeframe
) -> None:
    start, end = at(date(2026, 11, 3), 11, 7), at(date(2026, 11, 24), 13, 11)
    bars = await market.bars(symbol, timeframe, start=start, end=end, as_of=LONG_AFTER)
    assert len(bars) > 0 or timeframe is Timeframe.MO1
    assert bars.symbol == symbol
    assert bars.timeframe is timeframe
    assert (np.diff(bars.time) > 0).all()
    assert (bars.time >= start.timestamp()).all()
    assert (bars.time < end.timestamp()).all()
    assert (bars.low > 0).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.volume == 0).all() if symbol == SPX else (bars.volume > 0).all()


async def test_regular_minutes_run_from_bell_to_bell(market: MarketData) -> None:
    minutes = await one_day(market, AAPL, Timeframe.M1)
    assert len(minutes) == 390
    assert clock_times(minutes)[0] == "09:30"
    assert clock_times(minutes)[-1] == "15:59"


async def test_longer_bars_are_anchored_at_the_open(market: MarketData) -> None:
    hours = await one_day(market, AAPL, Timeframe.H1)
    halves = await one_day(market, AAPL, Timeframe.H4)
    assert clock_times(hours) == ["09:30", "10:30", "11:30", "12:30", "13:30", "14:30", "15:30"]
    assert clock_times(halves) == ["09:30", "13:30"]
    assert not hours.is_forming


async def test_extended_hours_lie_around_the_regular_ones(market: MarketData) -> None:
    session = on(FRIDAY)
    everything = await one_day(market, AAPL, Timeframe.M1, extended=True)
    regular = await one_day(market, AAPL, Timeframe.M1)
    premarket = everything.between(session.premarket_open, session.open)
    evening = everything.between(session.close, session.after_hours_close)
    assert_same(everything.between(session.open, session.close), regular)
    assert 0 < len(premarket) <= 330
    assert 0 < len(evening) <= 240
    assert len(premarket) + len(regular) + len(evening) == len(everything)


async def test_extended_hours_bars_are_anchored_at_four_in_the_morning(market: MarketData) -> None:
    halves = await one_day(market, AAPL, Timeframe.H4, extended=True)
    assert clock_times(halves) == ["04:00", "08:00", "12:00", "16:00"]


@pytest.mark.parametrize("symbol", [SPX, BTC])
async def test_what_has_no_extended_hours_gives_its_regular_ones(
    market: MarketData, symbol: Symbol
) -> None:
    asked = await one_day(market, symbol, Timeframe.M5, extended=True)
    assert_same(asked, await one_day(market, symbol, Timeframe.M5))
    assert len(asked) == (78 if symbol == SPX else 288)


async def test_a_half_day_ends_at_one(market: MarketData) -> None:
    hours = await one_day(market, AAPL, Timeframe.H1, HALF_DAY)
    everything = await one_day(market, AAPL, Timeframe.M1, HALF_DAY, extended=True)
    assert clock_times(hours) == ["09:30", "10:30", "11:30", "12:30"]
    assert clock_times(everything)[-1] < "17:00"


async def test_a_holiday_and_a_weekend_have_no_bars(market: MarketData) -> None:
    for day in (date(2026, 11, 26), date(2026, 11, 21)):
        for timeframe in (Timeframe.M1, Timeframe.D1):
            assert len(await one_day(market, AAPL, timeframe, day, extended=True)) == 0


async def test_crypto_days_are_utc_and_never_rest(market: MarketData) -> None:
    start = datetime(2026, 11, 26, tzinfo=UTC)
    end = start + timedelta(days=4)
    minutes = await market.bars(BTC, Timeframe.M1, start=start, end=end, as_of=end)
    days = await market.bars(BTC, Timeframe.D1, start=start, end=end, as_of=end)
    quarters = await market.bars(BTC, Timeframe.H4, start=start, end=end, as_of=end)
    assert (len(minutes), len(days), len(quarters)) == (4 * 1440, 4, 24)
    assert days.time[0] == start.timestamp()
    assert (minutes.open[1440], minutes.close[1439]) == (days.open[1], days.close[0])


async def test_the_bell_keeps_new_york_time_over_the_change_of_clocks(market: MarketData) -> None:
    start, end = at(date(2026, 10, 29), 0), at(date(2026, 11, 4), 0)
    hours = await market.bars(AAPL, Timeframe.H1, start=start, end=end, as_of=LONG_AFTER)
    assert len(hours) == 4 * 7
    assert clock_times(hours)[::7] == ["09:30"] * 4
    assert hours.time[14] - hours.time[7] == 73 * 3600


async def test_a_daily_bar_is_its_regular_minutes(market: MarketData) -> None:
    for symbol in (AAPL, SPX, BTC):
        calendar = (await market.instrument(symbol)).calendar
        session = on(FRIDAY, calendar)
        minutes = await market.bars(
            symbol, Timeframe.M1, start=session.open, end=session.close, as_of=LONG_AFTER
        )
        days = await market.bars(
            symbol, Timeframe.D1, start=session.open, end=session.close, as_of=LONG_AFTER
        )
        assert days.time.tolist() == [session.open.timestamp()]
        assert days.open[0] == minutes.open[0]
        assert days.high[0] == minutes.high.max()
        assert days.low[0] == minutes.low.min()
        assert days.close[0] == minutes.close[-1]
        assert days.volume[0] == minutes.volume.sum()


async def test_weeks_begin_with_their_first_session(market: MarketData) -> None:
    weeks = await market.bars(
        AAPL, Timeframe.W1, start=at(date(2026, 11, 1), 0), end=LONG_AFTER, as_of=LONG_AFTER
    )
    assert dates(weeks) == [date(2026, 11, day) for day in (2, 9, 16, 23, 30)]
    week = weeks.slice(3, 4)
    days = await market.bars(
        AAPL, Timeframe.D1, start=at(date(2026, 11, 23), 0), end=at(HALF_DAY, 20), as_of=LONG_AFTER
    )
    assert len(days) == 4
    assert week.high[0] == days.high.max()
    assert week.volume[0] == days.volume.sum()


async def test_a_window_inside_a_week_does_not_cut_the_week(market: MarketData) -> None:
    start = at(date(2026, 11, 16), 9, 30)
    asked = await market.bars(
        AAPL, Timeframe.W1, start=start, end=start + timedelta(hours=1), as_of=LONG_AFTER
    )
    wide = await market.bars(
        AAPL, Timeframe.W1, start=at(date(2026, 11, 1), 0), end=LONG_AFTER, as_of=LONG_AFTER
    )
    assert_same(asked, wide.slice(2, 3))


async def test_an_empty_window_is_empty(market: MarketData) -> None:
    for timeframe in Timeframe:
        bars = await market.bars(
            AAPL, timeframe, start=at(FRIDAY, 12), end=at(FRIDAY, 12), as_of=LONG_AFTER
        )
        assert len(bars) == 0
        assert not bars.is_forming
        backwards = await market.bars(
            AAPL, timeframe, start=at(FRIDAY, 12), end=at(THURSDAY, 12), as_of=LONG_AFTER
        )
        assert len(backwards) == 0


# As of


async def test_a_bar_of_tomorrow_does_not_exist(market: MarketData) -> None:
    now = at(THURSDAY, 12)
    for timeframe in Timeframe:
        bars = await market.bars(
            AAPL,
            timeframe,
            start=at(date(2026, 11, 2), 0),
            end=LONG_AFTER,
            as_of=now,
            extended=True,
        )
        assert len(bars) > 0
        assert (bars.time < now.timestamp()).all()


async def test_the_running_day_is_made_of_what_happened_so_far(market: MarketData) -> None:
    now = at(FRIDAY, 11, 15)
    day = await one_day(market, AAPL, Timeframe.D1, as_of=now)
    minutes = (await one_day(market, AAPL, Timeframe.M1)).between(at(FRIDAY, 9, 30), now)
    assert day.is_forming
    assert len(minutes) == 105
    assert day.time[0] == at(FRIDAY, 9, 30).timestamp()
    assert day.open[0] == minutes.open[0]
    assert day.high[0] == minutes.high.max()
    assert day.low[0] == minutes.low.min()
    assert day.close[0] == minutes.close[-1]
    assert day.volume[0] == minutes.volume.sum()


@pytest.mark.parametrize(
    ("timeframe", "now", "is_forming"),
    [
        (Timeframe.M1, at(FRIDAY, 11), False),
        (Timeframe.M5, at(FRIDAY, 11), False),
        (Timeframe.M5, at(FRIDAY, 11, 2), True),
        (Timeframe.H1, at(FRIDAY, 11), True),
        (Timeframe.H1, at(FRIDAY, 11, 30), False),
        (Timeframe.H1, at(FRIDAY, 15, 59), True),
        (Timeframe.H1, at(FRIDAY, 16), False),
        (Timeframe.H4, at(FRIDAY, 16), False),
        (Timeframe.D1, at(FRIDAY, 9, 31), True),
        (Timeframe.D1, at(FRIDAY, 16), False),
        (Timeframe.W1, at(FRIDAY, 15, 59), True),
        (Timeframe.W1, at(FRIDAY, 16), False),
        (Timeframe.W1, at(THURSDAY, 18), True),
        (Timeframe.MO1, at(FRIDAY, 18), True),
        (Timeframe.MO1, at(date(2026, 11, 30), 16), False),
    ],
)
async def test_a_bar_is_forming_until_its_time_or_its_session_is_over(
    market: MarketData, timeframe: Timeframe, now: datetime, is_forming: bool
) -> None:
    bars = await market.bars(
        AAPL, timeframe, start=at(date(2026, 11, 2), 0), end=LONG_AFTER, as_of=now
    )
    assert bars.is_forming is is_forming


async def test_before_the_open_there_is_no_bar_of_today(market: MarketData) -> None:
    for now in (at(FRIDAY, 9), at(FRIDAY, 9, 30)):
        assert len(await one_day(market, AAPL, Timeframe.D1, as_of=now)) == 0
        assert len(await one_day(market, AAPL, Timeframe.M1, as_of=now)) == 0


@few_examples
@given(now=some_moments, timeframe=st.sampled_from(list(Timeframe)), extended=st.booleans())
@pytest.mark.parametrize("symbol", [AAPL, SPX, BTC])
async def test_what_is_known_now_is_the_beginning_of_what_is_known_later(
    market: MarketData, symbol: Symbol, now: datetime, timeframe: Timeframe, extended: bool
) -> None:
    start = now - timedelta(days=20)
    early = await market.bars(
        symbol, timeframe, start=start, end=LONG_AFTER, as_of=now, extended=extended
    )
    late = await market.bars(
        symbol, timeframe, start=start, end=LONG_AFTER, as_of=LONG_AFTER, extended=extended
    )
    finished = len(early) - early.is_forming
    assert_same(early.slice(0, finished), late.slice(0, finished))
    if early.is_forming:
        now_bar, then_bar = early.bar(-1), late.bar(len(early) - 1)
        assert now_bar.time == then_bar.time
        assert now_bar.open == then_bar.open
        assert now_bar.high <= then_bar.high
        assert now_bar.low >= then_bar.low
        assert now_bar.volume <= then_bar.volume


@few_examples
@given(now=some_moments)
@pytest.mark.parametrize("symbol", [AAPL, SPX, BTC])
async def test_the_end_of_a_window_hides_nothing_and_shows_nothing(
    market: MarketData, symbol: Symbol, now: datetime
) -> None:
    start = now - timedelta(days=6)
    for timeframe in (Timeframe.M15, Timeframe.D1):
        cut = await market.bars(symbol, timeframe, start=start, end=now, as_of=LONG_AFTER)
        whole = await market.bars(symbol, timeframe, start=start, end=LONG_AFTER, as_of=LONG_AFTER)
        assert_same(cut, whole.between(start, now))


# Quotes


async def test_a_quote_in_the_session_is_its_minutes_so_far(market: MarketData) -> None:
    now = at(FRIDAY, 11, 15)
    quote = await market.quote(AAPL, as_of=now)
    day = (await one_day(market, AAPL, Timeframe.D1, as_of=now)).bar(0)
    yesterday = (await one_day(market, AAPL, Timeframe.D1, THURSDAY)).bar(0)
    assert quote.session_date == FRIDAY
    assert quote.phase is Phase.REGULAR
    assert quote.as_of == now
    assert (quote.open, quote.high, quote.low) == (day.open, day.high, day.low)
    assert (quote.last, quote.volume) == (day.close, day.volume)
    assert quote.previous_close == yesterday.close
    assert quote.change == day.close - yesterday.close


async def test_a_premarket_quote_has_no_open_yet(market: MarketData) -> None:
    quote = await market.quote(AAPL, as_of=at(FRIDAY, 9, 15))
    minutes = await one_day(market, AAPL, Timeframe.M1, as_of=at(FRIDAY, 9, 15), extended=True)
    yesterday = (await one_day(market, AAPL, Timeframe.D1, THURSDAY)).bar(0)
    assert quote.phase is Phase.PREMARKET
    assert quote.session_date == FRIDAY
    assert (quote.open, quote.high, quote.low, quote.volume) == (None, None, None, None)
    assert quote.last == minutes.bar(-1).close
    assert quote.previous_close == yesterday.close


async def test_an_evening_quote_is_the_after_hours_price_of_the_same_day(
    market: MarketData,
) -> None:
    quote = await market.quote(AAPL, as_of=at(FRIDAY, 19, 55))
    day = (await one_day(market, AAPL, Timeframe.D1)).bar(0)
    minutes = await one_day(market, AAPL, Timeframe.M1, extended=True, as_of=at(FRIDAY, 19, 55))
    assert quote.phase is Phase.AFTER_HOURS
    assert (quote.high, quote.low, quote.volume) == (day.high, day.low, day.volume)
    assert quote.last == minutes.bar(-1).close


async def test_a_weekend_quote_is_fridays_last_trade(market: MarketData) -> None:
    quote = await market.quote(SPX, as_of=at(date(2026, 11, 22), 15))
    friday = (await one_day(market, SPX, Timeframe.D1)).bar(0)
    thursday = (await one_day(market, SPX, Timeframe.D1, THURSDAY)).bar(0)
    assert quote.phase is Phase.CLOSED
    assert quote.session_date == FRIDAY
    assert quote.as_of == at(FRIDAY, 16)
    assert quote.last == friday.close
    assert quote.previous_close == thursday.close
    assert quote.volume is None


async def test_an_index_before_the_bell_still_shows_yesterday(market: MarketData) -> None:
    quote = await market.quote(SPX, as_of=at(FRIDAY, 9))
    thursday = (await one_day(market, SPX, Timeframe.D1, THURSDAY)).bar(0)
    assert quote.session_date == THURSDAY
    assert (quote.last, quote.high) == (thursday.close, thursday.high)


async def test_a_coin_has_a_quote_on_a_holiday(market: MarketData) -> None:
    now = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)
    quote = await market.quote(BTC, as_of=now)
    assert quote.session_date == date(2026, 11, 26)
    assert quote.phase is Phase.REGULAR
    assert quote.as_of == now
    assert quote.volume is not None


@few_examples
@given(now=some_moments)
@pytest.mark.parametrize("symbol", [AAPL, SPX, BTC])
async def test_a_quote_is_the_last_bar_before_it(
    market: MarketData, symbol: Symbol, now: datetime
) -> None:
    quote = await market.quote(symbol, as_of=now)
    minutes = await market.bars(
        symbol, Timeframe.M1, start=now - timedelta(days=5), end=now, as_of=now, extended=True
    )
    assert quote.last == minutes.bar(-1).close
    assert minutes.bar(-1).time < quote.as_of <= now


async def test_before_all_history_there_is_no_quote(market: MarketData) -> None:
    with pytest.raises(NotFound):
        await market.quote(AAPL, as_of=datetime(1999, 1, 4, 17, tzinfo=UTC))


# Questions that make no sense


async def test_a_moment_without_a_time_zone_is_refused(market: MarketData) -> None:
    naive = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - the fault under test
    with pytest.raises(InvalidInput):
        await market.quote(AAPL, as_of=naive)
    with pytest.raises(InvalidInput):
        await market.bars(AAPL, Timeframe.M1, start=naive, end=LONG_AFTER, as_of=LONG_AFTER)


@pytest.mark.parametrize("year", [1, 1950, 2150, 9999])
async def test_a_year_nobody_has_prices_for_is_refused(market: MarketData, year: int) -> None:
    far = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="beyond the calendars"):
        await market.quote(AAPL, as_of=far)
    with pytest.raises(InvalidInput, match="beyond the calendars"):
        await market.bars(AAPL, Timeframe.D1, start=far, end=LONG_AFTER, as_of=LONG_AFTER)


@pytest.mark.parametrize("timeframe", [Timeframe.D1, Timeframe.W1, Timeframe.MO1])
async def test_all_of_history_may_be_asked_for(market: MarketData, timeframe: Timeframe) -> None:
    bars = await market.bars(
        AAPL,
        timeframe,
        start=datetime(1990, 1, 1, tzinfo=UTC),
        end=datetime(2045, 12, 31, tzinfo=UTC),
        as_of=LONG_AFTER,
    )
    assert len(bars) > 0


def test_there_is_nothing_to_remark_on_clean_prices(market: MarketData) -> None:
    assert market.notes(AAPL) == ()


async def test_the_time_zone_of_a_question_does_not_matter(market: MarketData) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    here = await one_day(market, AAPL, Timeframe.H1)
    there = await market.bars(
        AAPL,
        Timeframe.H1,
        start=at(FRIDAY, 0).astimezone(tokyo),
        end=(at(FRIDAY, 0) + timedelta(days=1)).astimezone(tokyo),
        as_of=LONG_AFTER.astimezone(tokyo),
    )
    assert_same(here, there)


def test_a_market_says_who_it_is(market: MarketData) -> None:
    assert market.provider.name
    assert market.provider.delay_minutes == 0
