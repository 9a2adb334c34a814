"""What a formula asks to be fetched, what it is as a threshold, and how it sounds."""

import pytest

from app.core.timeframes import Timeframe
from app.formula.formula import parse, parse_value
from app.formula.lent import VOCABULARY
from app.formula.needs import BarsNeed
from app.formula.threshold import ThresholdKind
from app.formula.vocabulary import Kind, Role, Word


def test_bars_are_asked_for_by_timeframe_with_the_history_they_need() -> None:
    needs = parse("rsi(14, 5m) crosses below 30 and price > sma(200, 1d)").on(Timeframe.M1).needs
    assert needs.bars == (
        BarsNeed(None, 1),
        BarsNeed(Timeframe.M5, 14 + 1 + 250 + 1),
        BarsNeed(Timeframe.D1, 200),
    )
    assert needs.indicators == ("rsi(14, 5m)", "sma(200, 1d)")
    assert needs.keys == ()
    assert not needs.asks_volume


def test_lengths_add_up_inside_each_other() -> None:
    needs = parse("highest(sma(close, 10), 5)[3] > 5 for 4 bars").on(Timeframe.D1).needs
    assert needs.bars == (BarsNeed(None, 10 + 4 + 3 + 3),)


@pytest.mark.parametrize(
    "text", ["pdh[2] > 5", "before 11:00 for 3 bars", "price tested 5 2 times for 3 bars"]
)
def test_bars_are_asked_for_where_only_their_number_counts(text: str) -> None:
    assert parse(text).on(Timeframe.M5).needs.bars[0].bars == 3


@pytest.mark.parametrize(
    ("text", "sessions"),
    [("price crosses vwap", 1), ("price > hod", 1), ("gap > 2", 2), ("price tested 5 2 times", 1)],
)
def test_what_is_counted_by_the_day_asks_for_the_day(text: str, sessions: int) -> None:
    assert parse(text).on(Timeframe.M5).needs.bars[0].sessions == sessions


def test_given_values_are_asked_for_by_key() -> None:
    formula = parse(
        'price crosses above orh(30) and delta("AMD 180c jan") < .3 and position("x").pnl > 0'
    )
    (level,) = formula.needs.levels
    assert (level.key, level.name, level.settings) == ("orh(30)", "orh", ("30",))
    assert (level.provider, level.past) == ("levels", 1)
    contract, position = formula.needs.outside
    assert (contract.key, contract.settings) == ('delta("AMD 180c jan")', ("AMD 180c jan",))
    assert (position.key, position.part, position.kind) == ('position("x").pnl', "pnl", Kind.PRICE)


def test_daily_bars_hold_their_own_levels() -> None:
    formula = parse("price crosses above pdh and price > s1")
    assert formula.needs.keys == ("pdh", "s1")
    daily = formula.on(Timeframe.D1)
    assert daily.needs.keys == ()
    assert daily.needs.bars == (BarsNeed(None, 3),)
    assert formula.on(Timeframe.M5).needs.keys == ("pdh", "s1")


def test_the_timeframe_of_the_base_is_not_asked_for_twice() -> None:
    formula = parse("sma(50, 1d) > sma(200)")
    assert formula.on(Timeframe.D1).needs.bars == (BarsNeed(None, 200),)


def test_a_domain_lends_its_own_words() -> None:
    word = Word(
        name="short_interest",
        kind=Kind.PERCENT,
        role=Role.OUTSIDE,
        meaning="shares sold short in percent of the float",
        title="short interest",
        provider="universe",
        spoken=("short float",),
    )
    mine = VOCABULARY.with_words([word])
    formula = parse("short float > 20%", mine)
    assert str(formula) == "short_interest > 20%"
    assert formula.needs.keys == ("short_interest",)
    assert formula.in_words() == "short interest is above 20%"


THRESHOLDS = {
    "price crosses above 5930": (ThresholdKind.CROSSES_ABOVE, "5930", None),
    "vwap crosses above price": (ThresholdKind.CROSSES_BELOW, "vwap", None),
    "price crosses pdh": (ThresholdKind.CROSSES, "pdh", None),
    "price hits $5,930": (ThresholdKind.TOUCHES, "$5930", None),
    "price > sma(200, 1d)": (ThresholdKind.ABOVE, "sma(200, 1d)", None),
    "5930 > price": (ThresholdKind.BELOW, "5930", None),
    "price within 0.3% of pdh": (ThresholdKind.WITHIN, "pdh", None),
    "price tested 5900 3 times": (ThresholdKind.TESTED, "5900", None),
    "price > pdh + 0.5% and before 11:00": (ThresholdKind.ABOVE, "pdh + 0.5%", "before 11:00 ET"),
    "rvol > 2 and price crosses below pdl and price < vwap": (
        ThresholdKind.CROSSES_BELOW,
        "pdl",
        "rvol(20) > 2 and price < vwap",
    ),
    "price > highest(20)[1]": (ThresholdKind.ABOVE, "highest(20)[1]", None),
}


@pytest.mark.parametrize(
    ("text", "includes"),
    [
        ("price > 600", False),
        ("price >= 600", True),
        ("600 >= price", True),
        ("600 < price", False),
    ],
)
def test_a_threshold_knows_whether_its_level_is_enough(text: str, *, includes: bool) -> None:
    threshold = parse(text).as_threshold()
    assert threshold is not None
    assert threshold.includes is includes


@pytest.mark.parametrize(("text", "expected"), THRESHOLDS.items())
def test_a_price_against_a_slow_level_is_a_threshold(
    text: str, expected: tuple[ThresholdKind, str, str | None]
) -> None:
    formula = parse(text)
    threshold = formula.as_threshold()
    assert threshold is not None
    guards = threshold.guards and str(formula.of(threshold.guards))
    assert (threshold.kind, str(formula.of(threshold.level)), guards) == expected
    assert formula.watches_price


@pytest.mark.parametrize(
    "text",
    [
        "close > 5930",
        "price > ema(9)",
        "price crosses above hod or price < 3",
        "not price > 3",
        "price > 3 for 2 bars",
        "price == 3",
        "price moves 3% in 1h",
        "net_delta > 200",
        "rsi(14, 5m) crosses below 30 and price > 3",
    ],
)
def test_everything_else_has_to_be_evaluated(text: str) -> None:
    assert parse(text).as_threshold() is None


def test_a_threshold_s_band_and_count_are_told() -> None:
    within = parse("price tested pdh 3 times within 0.1%").as_threshold()
    assert within is not None
    assert within.times == 3
    assert within.band is not None
    assert within.band.kind is Kind.PERCENT


WORDS = {
    "rsi(14, 5m) crosses below 30 and price above sma(200, 1d)": (
        "RSI(14) on 5-minute bars crosses below 30 and price is above the 200-day average"
    ),
    "price hits $5,930": "price hits $5,930",
    "pdh tested 3 times": "price tests yesterday's high for the third time",
    'position("SPX condor").pnl <= -$500': "profit and loss of SPX condor is at most −$500",
    "price rises by 3% in 1h or price crosses 52w high": (
        "price rises by 3% in 1 hour or price crosses the 52-week high"
    ),
    "close > bb(20, 2, 1h).upper for 3 bars": (
        "the close is above the upper band of Bollinger(20,2) on hourly bars for 3 bars"
    ),
    "before 11:00 and on friday": "it is before 11:00 New York and it is Friday",
    "volume > 2x sma(volume, 20)": "volume is above 2x the 20-bar average of volume",
    "close > sma(50, 1w)[1]": "the close is above the 50-week average 1 week earlier",
    "not (gap > 2% and rvol > 3)": (
        "it is not so that the gap at the open is above 2% and relative volume is above 3"
    ),
}


@pytest.mark.parametrize(("text", "words"), WORDS.items())
def test_a_card_says_it_in_words(text: str, words: str) -> None:
    assert parse(text).in_words() == words


@pytest.mark.parametrize("word", list(VOCABULARY), ids=lambda word: word.name)
def test_every_word_can_be_used_as_its_example_shows(word: Word) -> None:
    text = word.example or word.name
    is_condition = any(sign in text for sign in "<>") or "crosses" in text
    formula = (parse if is_condition else parse_value)(text)
    assert word.name in str(formula) or word.name == "time"
    assert formula.in_words()
    for spoken in word.spoken:
        assert VOCABULARY.find(spoken) == word
