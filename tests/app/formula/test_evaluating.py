"""What the words mean, on bars made by hand, and against those who compute the same elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pytest
import talib

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.formula.evaluating import fires, values, verdicts
from app.formula.formula import parse, parse_value
from app.formula.live import Live, Row
from app.formula.panel import Panel
from app.indicators.vwap import running_vwap
from app.levels.touches import AWAY, NEAR, count_touches
from app.market.models import Bars, Floats, Ints, Provider
from tests.app.formula.markets import days_before, minutes_of, walk

DAILY = walk(days_before(date(2026, 10, 28), 280), 4, 8, Timeframe.D1)
MINUTES = walk(minutes_of(5, 5), 4, 9, Timeframe.M5)


def closes(*prices: float, timeframe: Timeframe = Timeframe.D1) -> Panel:
    """One symbol that trades at one price a bar."""
    column = np.array(prices, dtype=np.float64)[:, None]
    time = days_before(date(2026, 10, 28), 40) if timeframe is Timeframe.D1 else minutes_of(3, 5)
    return Panel(
        symbols=("X",),
        timeframe=timeframe,
        time=time[: len(prices)],
        open=column,
        high=column,
        low=column,
        close=column,
        volume=np.full_like(column, 100.0),
    )


def told(text: str, panel: Panel, **given: float | Floats) -> str:
    """A letter a bar: T true, F false, ? unknown."""
    found = verdicts(parse(text).on(panel.timeframe), [panel], given)
    letters = np.where(found.is_true, "T", np.where(found.is_false, "F", "?"))
    return "".join(letters[:, 0])


@pytest.mark.parametrize(
    ("text", "prices", "expected"),
    [
        ("price > 10", (9, 10, 11), "FFT"),
        ("price crosses above 10", (9, 11, 12, 9, 10, 11), "FTFFFT"),
        ("price crosses above 10", (11, 12), "?F"),
        ("price crosses below 10", (11, 10, 9, 8), "FFTF"),
        ("price crosses 10", (9, 11, 9, 9), "?TTF"),
        ("price hits 10", (9, 11, 12, 10, 9), "?TFTT"),
        ("price within 10% of 100", (89, 90, 100, 110, 111), "FTTTF"),
        ("price within $2 of 10", (7, 8, 12, 13), "FTTF"),
        ("price between 10 and 12", (9, 10, 12, 13), "FTTF"),
        ("price > 10 for 3 bars", (11, 11, 11, 9, 11, 11, 11), "??TFFFT"),
        ("not price > 10 for 2 bars", (9, 9, 11, 11), "TTTF"),
        ("close[2] > 10", (11, 9, 9, 9), "??TF"),
        ("price > pdh + 10%", (100, 110, 111), "?FF"),
        ("price > pdc + 10%", (100, 110, 122), "?FT"),
        ("price rises by 10% in 2 bars", (100, 105, 110, 112), "??TF"),
        ("price rises by 5% in 1 bar", (100, 106, 107), "?TF"),
        ("price falls by $2 in 1 bar", (10, 8, 7), "?TF"),
        ("price moves by 10% in 1 bar", (100, 90, 95), "?TF"),
        ("change(2 bars) >= 10", (100, 105, 110), "??T"),
        ("close / (close - 10) > 1", (10, 11, 9), "?TF"),
        ("abs(close - 10) >= 2", (8, 9, 12), "TFT"),
        ("min(close, 10) < max(close[1], 5)", (9, 20, 3), "?FT"),
        ("on weekdays", (1, 2), "TT"),
        ("on weekends", (1, 2), "FF"),
        ("before 11:00", (1, 2), "??"),
        ("gap > 1%", (100, 102, 102), "?TF"),
        ("price tested 10 2 times within $1", (20, 10, 20, 10, 10, 16, 9), "FFFTTTT"),
        ("price tested 10 2 times within $1", (20, 10, 12, 10), "FFFF"),
    ],
)  # fmt: skip
def test_what_conditions_mean(text: str, prices: Sequence[float], expected: str) -> None:
    assert told(text, closes(*prices)) == expected


KLEENE = {
    ("T", "T"): "TT", ("T", "F"): "FT", ("T", "?"): "?T", ("F", "T"): "FT", ("F", "F"): "FF",
    ("F", "?"): "F?", ("?", "T"): "?T", ("?", "F"): "F?", ("?", "?"): "??",
}  # fmt: skip
VALUE = {"T": 1.0, "F": -1.0, "?": np.nan}


@pytest.mark.parametrize(("sides", "expected"), KLEENE.items())
def test_the_unknown_decides_nothing_and_never_fires(sides: tuple[str, str], expected: str) -> None:
    panel = closes(1.0)
    given = {"net_delta": VALUE[sides[0]], "iv_rank": VALUE[sides[1]]}
    joined = "net_delta > 0 {} iv_rank > 0"
    assert told(joined.format("and"), panel, **given) == expected[0]
    assert told(joined.format("or"), panel, **given) == expected[1]
    negated = {"T": "F", "F": "T", "?": "?"}
    assert told("not net_delta > 0", panel, **given) == negated[sides[0]]
    assert told("net_delta != 0", panel, **given) == sides[0].replace("F", "T")


def test_the_strength_of_a_price_that_never_moved_is_unknown() -> None:
    assert told("rsi(2) < 30", closes(5, 5, 5, 5, 4)) == "????T"


def test_what_nobody_gives_is_unknown() -> None:
    assert told("price > vah", closes(1.0)) == "?"


TALIB: dict[str, Callable[..., Floats]] = {
    "sma(20)": lambda o, h, low, c, v: talib.SMA(c, 20),
    "sma(volume, 9)": lambda o, h, low, c, v: talib.SMA(v, 9),
    "ema(21)": lambda o, h, low, c, v: talib.EMA(c, 21),
    "wma(10)": lambda o, h, low, c, v: talib.WMA(c, 10),
    "rsi(14)": lambda o, h, low, c, v: talib.RSI(c, 14),
    "rsi(high, 2)": lambda o, h, low, c, v: talib.RSI(h, 2),
    "atr(14)": lambda o, h, low, c, v: talib.ATR(h, low, c, 14),
    "macd.signal": lambda o, h, low, c, v: talib.MACD(c, 12, 26, 9)[1],
    "macd(5, 13, 4).histogram": lambda o, h, low, c, v: talib.MACD(c, 5, 13, 4)[2],
    "stdev(20)": lambda o, h, low, c, v: talib.STDDEV(c, 20),
    "bb(20, 2).upper": lambda o, h, low, c, v: talib.BBANDS(c, 20, 2, 2)[0],
    "bb(20, 2).middle": lambda o, h, low, c, v: talib.BBANDS(c, 20, 2, 2)[1],
    "bb(20, 1.5).lower": lambda o, h, low, c, v: talib.BBANDS(c, 20, 1.5, 1.5)[2],
    "highest(20)": lambda o, h, low, c, v: talib.MAX(h, 20),
    "lowest(close, 7)": lambda o, h, low, c, v: talib.MIN(c, 7),
    "roc(12)": lambda o, h, low, c, v: talib.ROC(c, 12),
    "change(5d)": lambda o, h, low, c, v: talib.ROC(c, 5),
    "adx(14)": lambda o, h, low, c, v: talib.ADX(h, low, c, 14),
    "adx(9).plus": lambda o, h, low, c, v: talib.PLUS_DI(h, low, c, 9),
    "adx(9).minus": lambda o, h, low, c, v: talib.MINUS_DI(h, low, c, 9),
    "stoch(14, 3, 4)": lambda o, h, low, c, v: talib.STOCH(h, low, c, 14, 3, slowd_period=4)[0],
    "stoch(14, 3, 4).d": lambda o, h, low, c, v: talib.STOCH(h, low, c, 14, 3, slowd_period=4)[1],
    "rvol(20)": lambda o, h, low, c, v: v / np.r_[np.nan, talib.SMA(v, 20)[:-1]],
}  # fmt: skip


@pytest.mark.parametrize("text", TALIB)
def test_indicators_agree_with_talib(text: str) -> None:
    ours = values(parse_value(text).on(Timeframe.D1), [DAILY])
    for number in range(DAILY.shape[1]):
        columns = (DAILY.open, DAILY.high, DAILY.low, DAILY.close, DAILY.volume)
        theirs = TALIB[text](*(np.ascontiguousarray(each[:, number]) for each in columns))
        begun = ~np.isnan(theirs)
        np.testing.assert_allclose(ours[begun, number], theirs[begun], rtol=1e-9, atol=1e-9)
        assert begun.sum() >= (~np.isnan(ours[:, number])).sum() - 4


def bars_of(panel: Panel, number: int) -> Bars:
    open_, high, low, close, volume = (
        np.ascontiguousarray(getattr(panel, name)[:, number])
        for name in ("open", "high", "low", "close", "volume")
    )
    return Bars(
        symbol=Symbol("X"),
        timeframe=panel.timeframe,
        time=panel.time,
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=volume,
        provider=Provider(name="hand"),
    )


def first_of_day(panel: Panel) -> Ints:
    """Positions of the first bar of each session."""
    days = panel.time // 86_400
    found: Ints = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
    return found


def test_vwap_and_the_day_s_extremes_begin_at_the_open() -> None:
    vwap, hod, lod, gap = (
        values(parse_value(text).on(Timeframe.M5), [MINUTES])
        for text in ("vwap", "hod", "lod", "gap")
    )
    opens = [*first_of_day(MINUTES).tolist(), len(MINUTES.time)]
    for start, stop in pairwise(opens):
        day = MINUTES.rows(start, stop)
        for number in range(4):
            expected = running_vwap(bars_of(day, number))[0]
            np.testing.assert_allclose(vwap[start:stop, number], expected, rtol=1e-12)
        highest = np.maximum.accumulate(day.high, axis=0)
        np.testing.assert_array_equal(hod[start + 1 : stop], highest[:-1])
        lowest = np.minimum.accumulate(day.low, axis=0)
        np.testing.assert_array_equal(lod[start + 1 : stop], lowest[:-1])
        assert np.isnan(hod[start]).all()
        if start:
            before = MINUTES.close[start - 1]
            expected_gap = (day.open[0] / before - 1) * 100
            np.testing.assert_allclose(gap[start:stop], expected_gap[None].repeat(len(day.time), 0))


def test_a_day_seen_from_its_middle_has_no_vwap() -> None:
    formula = parse_value("vwap").on(Timeframe.M5)
    late, whole = values(formula, [MINUTES.rows(10)]), values(formula, [MINUTES])
    next_open = first_of_day(MINUTES)[1]
    assert np.isnan(late[: next_open - 10]).all()
    np.testing.assert_array_equal(late[next_open - 10 :], whole[next_open:])


@pytest.mark.parametrize("level", [51.0, 53.5])
def test_tests_of_a_level_are_counted_as_on_the_map(level: float) -> None:
    day = walk(minutes_of(1, 5), 1, 21, Timeframe.M5)
    atr = 6.0
    counted = count_touches(
        np.array([[level]]),
        day.high[:, 0],
        day.low[:, 0],
        start=np.array([0]),
        atr=atr,
    )[0]
    band = NEAR * atr
    assert AWAY == 5 * NEAR
    for times in range(1, 9):
        text = f"price tested {level} {times} times within ${band}"
        found = fires(parse(text).on(Timeframe.M5), [day])
        assert bool(found[-1, 0]) is bool(counted >= times)


def test_tests_come_within_the_map_s_band_where_none_is_written() -> None:
    day = walk(minutes_of(1, 5), 4, 21, Timeframe.M5)
    formula = parse("price tested 51 2 times").on(Timeframe.M5)
    atr = values(parse_value("atr(14)").on(Timeframe.D1), [DAILY])
    last = int((DAILY.ends <= day.time[0]).sum()) - 1
    found = fires(formula, [day, DAILY])
    for number in range(4):
        one = parse(f"price tested 51 2 times within ${NEAR * atr[last, number]:.12f}")
        alone = fires(one.on(Timeframe.M5), [day])
        np.testing.assert_array_equal(found[:-1, number], alone[:-1, number])


def test_values_of_longer_bars_are_those_of_the_last_finished_one() -> None:
    base, days = MINUTES, DAILY
    found = values(parse_value("close(1d)").on(Timeframe.M5), [base, days])
    for row, end in enumerate(base.ends.tolist()):
        last = int((days.ends <= end).sum()) - 1
        np.testing.assert_array_equal(found[row], days.close[last])
    day = first_of_day(base)
    assert (found[day[1] - 1] != found[day[1] - 2]).any(), "the close of the day is its last bar's"


def test_a_forming_bar_is_not_taken_over() -> None:
    finished = DAILY.rows(0, int((DAILY.ends <= MINUTES.ends[-1]).sum()))
    forming = replace(finished, is_forming=True)
    formula = parse_value("close(1d)").on(Timeframe.M5)
    last = [values(formula, [MINUTES, days])[-1] for days in (finished, forming)]
    np.testing.assert_array_equal(last, finished.close[[-1, -2]])
    with pytest.raises(ValueError, match="finished bars"):
        Live(formula, [MINUTES, forming])


def test_a_round_the_clock_day_is_utc_s() -> None:
    start = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
    hours = walk(start + 3600 * np.arange(72), 1, 4, Timeframe.H1)
    crypto = replace(hours, calendar="24/7")
    hod = values(parse_value("hod").on(Timeframe.H1), [crypto])
    assert np.flatnonzero(np.isnan(hod[:, 0])).tolist() == [0, 24, 48]


def test_bars_back_are_bars_of_the_series_own_timeframe() -> None:
    found = values(parse_value("close(1d)[1]").on(Timeframe.M5), [MINUTES, DAILY])
    before = values(parse_value("close(1d)").on(Timeframe.M5), [MINUTES, DAILY])
    row = 30
    last = int((DAILY.ends <= MINUTES.ends[row]).sum()) - 1
    np.testing.assert_array_equal(found[row], DAILY.close[last - 1])
    np.testing.assert_array_equal(before[row], DAILY.close[last])


def test_a_spell_counts_bars_of_the_timeframe_all_its_values_name() -> None:
    panels = [MINUTES, DAILY]
    daily = fires(parse("close > sma(5) for 2 bars").on(Timeframe.D1), [DAILY])
    last = int((DAILY.ends <= MINUTES.ends[30]).sum()) - 1
    own = fires(parse("close(1d) > sma(5, 1d) for 2 bars").on(Timeframe.M5), panels)
    np.testing.assert_array_equal(own[30], daily[last])
    touched = parse("price hits close(1d) for 2 bars").on(Timeframe.M5)
    once = fires(parse("price hits close(1d)").on(Timeframe.M5), panels)
    np.testing.assert_array_equal(fires(touched, panels)[1:], once[1:] & once[:-1])


def test_a_change_over_days_counts_from_a_close() -> None:
    found = values(parse_value("change(2d)").on(Timeframe.M5), [MINUTES, DAILY])
    row = 30
    last = int((DAILY.ends <= MINUTES.ends[row]).sum()) - 1
    expected = (MINUTES.close[row] / DAILY.close[last - 1] - 1) * 100
    np.testing.assert_allclose(found[row], expected)


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("before 11:00", datetime(2026, 10, 30, 14, 55, tzinfo=UTC), "T"),
        ("before 11:00", datetime(2026, 10, 30, 15, 0, tzinfo=UTC), "F"),
        ("before 11:00", datetime(2026, 11, 2, 15, 55, tzinfo=UTC), "T"),
        ("before 11:00", datetime(2026, 11, 2, 16, 0, tzinfo=UTC), "F"),
        ("after 15:00 UTC", datetime(2026, 11, 2, 15, 0, tzinfo=UTC), "T"),
        ("between 9:30 and 10:00", datetime(2026, 11, 2, 14, 30, tzinfo=UTC), "T"),
        ("between 9:30 and 10:00", datetime(2026, 11, 2, 15, 0, tzinfo=UTC), "F"),
        ("between 15:30 and 10:00", datetime(2026, 11, 2, 20, 30, tzinfo=UTC), "T"),
        ("between 15:30 and 10:00", datetime(2026, 11, 2, 17, 0, tzinfo=UTC), "F"),
        ("on friday", datetime(2026, 10, 30, 14, 55, tzinfo=UTC), "T"),
        ("on friday, monday", datetime(2026, 11, 3, 15, 0, tzinfo=UTC), "F"),
    ],
)
def test_hours_are_new_york_s_across_the_clock_change(
    text: str, at: datetime, expected: str
) -> None:
    row = int(np.flatnonzero(MINUTES.time == int(at.timestamp()))[0])
    assert told(text, MINUTES)[row] == expected


def test_a_tick_is_looked_at_and_forgotten() -> None:
    live = Live(parse("price crosses above 10").on(Timeframe.D1), [closes(9, 9.5)])

    def bar(price: float) -> Row:
        return Row(time=1, open=price, high=price, low=price, close=price, volume=1.0)

    assert [live.peek(bar(price)).truth for price in (9.9, 10.1, 10, 11)] == [
        False, True, False, True,
    ]  # fmt: skip
    assert live.close(bar(10.5)).truth is True
    assert live.peek(bar(11)).truth is False


def test_the_last_bars_alone_say_what_the_whole_history_says() -> None:
    for text in ("sma(20) - close[3]", "bb(20, 2).upper", "highest(55)[1]", "rsi(2)", "stoch"):
        formula = parse_value(text).on(Timeframe.D1)
        whole = values(formula, [DAILY])
        np.testing.assert_allclose(values(formula, [DAILY], last=3), whole[-3:], rtol=1e-9)
    formula = parse("close > vwap and gap > -100 and close > close(1d)").on(Timeframe.M5)
    whole_fires = fires(formula, [MINUTES, DAILY])
    assert whole_fires[-3:].any()
    np.testing.assert_array_equal(fires(formula, [MINUTES, DAILY], last=3), whole_fires[-3:])


def test_a_panel_that_is_not_there_is_missed() -> None:
    with pytest.raises(ValueError, match="no panel of 1d"):
        fires(parse("price > close(1d)").on(Timeframe.M5), [MINUTES])
    with pytest.raises(ValueError, match="Name the bars"):
        fires(parse("price > 3"), [MINUTES])


def test_panels_are_made_of_bars_of_several_symbols() -> None:
    first, second = bars_of(MINUTES, 0), bars_of(MINUTES, 1).slice(3)
    panel = Panel.of([first, second])
    assert panel.shape == (len(MINUTES.time), 2)
    assert np.isnan(panel.close[:3, 1]).all()
    np.testing.assert_array_equal(panel.close[3:, 1], MINUTES.close[3:, 1])
