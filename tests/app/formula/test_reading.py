"""What is understood, how it is written back, and what the failures say."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.timeframes import Timeframe
from app.formula.errors import FormulaError
from app.formula.formula import parse, parse_value, parse_value_or_condition

SPOKEN = {
    "price crosses above 5930": "price crosses above 5930",
    "price hits $5,930": "price hits $5930",
    "price goes over 5,930": "price crosses above 5930",
    "price loses vwap": "price crosses below vwap",
    "when the price gets within 0.3% of yesterday's high": "price within 0.3% of pdh",
    "3rd test of 5900 within $2": "price tested 5900 3 times within $2",
    "pdh tested 3 times": "price tested pdh 3 times",
    "tested 2 times pdl within 0.1%": "price tested pdl 2 times within 0.1%",
    "relative volume over 2x and price within 0.1% of pdh": (
        "rvol(20) > 2x and price within 0.1% of pdh"
    ),
    "price moves 3% in 1 hour": "price moves by 3% in 1h",
    "rsi on 5m crosses below 30 and price is above the sma(200, 1d)": (
        "rsi(14, 5m) crosses below 30 and price > sma(200, 1d)"
    ),
    'position("SPX condor").pnl <= -$500': 'position("SPX condor").pnl <= -$500',
    "net delta goes over 200": "net_delta crosses above 200",
    'delta("AMD 180c jan") drops under .3': 'delta("AMD 180c jan") crosses below 0.3',
    "before 11am": "before 11:00 ET",
    "between 9:30 and 10:00 UTC": "between 9:30 UTC and 10:00 UTC",
    "time < 3pm CT and on fridays": "before 15:00 CT and on friday",
    "30 < rsi14 < 70": "rsi(14) > 30 and rsi(14) < 70",
    "volume > 1.5M volume": "volume > 1500000 shares",
    "volume > 2x sma(volume, 20)": "volume > 2x * sma(volume, 20)",
    "sma50 crosses sma200": "sma(50) crosses sma(200)",
    "price > pdh + 0.5%": "price > pdh + 0.5%",
    "(price - close[1]) / close[1] > 2%": "(price - close[1]) / close[1] > 0.02",
    "price above 20 for 15 minutes": "price > 20 for 15m",
    "not (close > open or low < 2) for 3 bars": "not (close > open or low < 2) for 3 bars",
    "close[1][2] > bb.upper": "close[3] > bb(20, 2).upper",
    "close - (open - low) > 1 - 2": "close - (open - low) > 1 - 2",
    "2 * (close + open) / 4 >= -(low - high)": "2 * (close + open) / 4 >= -(low - high)",
    "price at least 5 & open > 1": None,
    "price is between s1 and r1": "price between s1 and r1",
    "price is above the 200 day": "price > sma(200, 1d)",
    "price crosses below the 200-day": "price crosses below sma(200, 1d)",
    "close > the 50 day moving average": "close > sma(50, 1d)",
    "9 ema crosses above 21 ema": "ema(9) crosses above ema(21)",
    "price loses the 10 week ema": "price crosses below ema(10, 1w)",
    "price within 0.5 atr of pdh": "price within 0.5 * atr(14) of pdh",
    "price crosses above the 52w high": "price crosses above high52w",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "canonical"), SPOKEN.items())
def test_what_traders_say_has_one_spelling(typed: str, canonical: str | None) -> None:
    if canonical is None:
        with pytest.raises(FormulaError):
            parse(typed)
        return
    formula = parse(typed)
    assert str(formula) == canonical
    assert parse(canonical) == formula
    assert str(parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("typed", "says", "marked", "suggested"),
    [
        ("price > pdhh", "not a word", "pdhh", "pdh"),
        ("rsii(14) > 3", "not a word", "rsii", "rsi"),
        ("price crosses abve 5", "not a word", "abve", "above"),
        ("(price > 3", "never closed", "(", "(price > 3)"),
        ("price > 3)", "never opened", ")", None),
        ("price > 5%", "A price (`price`) cannot be compared with a percentage", "price > 5%", None),
        ("rsi > 70%", "without %", "rsi > 70%", None),
        ("volume > sma(close, 20)", "A volume", "volume > sma(close, 20)", None),
        ("volume > 2 * price", "A volume", "volume > 2 * price", None),
        ("price + volume > 3", "cannot be added", "price + volume", None),
        ("price and rsi > 3", "a value, not a condition", "price", "price > …"),
        ("price", "a value, not a condition", "price", "price > …"),
        ("price > 3 and", "ends too early", "", None),
        ("price > (rsi > 3)", "condition stands where a value", "(rsi > 3)", None),
        ("5 > 3", "never changes", "5 > 3", None),
        ("sma(1000) > 2", "from 2 to 500", "1000", None),
        ("rsi(14, 3m) > 3", "no such bars", "3m", None),
        ("bb(20) > 3", "needs a part", "bb(20)", "bb(20, 2).upper"),
        ("bb(20).uper > 3", "no part", "bb(20).uper", ".upper"),
        ("macd(26, 12, 9) > 0", "shorter", "macd(26, 12, 9)", None),
        ("pdh(3) > 3", "takes nothing", "3", None),
        ("position > 3", "needs its name", "position", 'position("SPX condor").pnl <= -$500'),
        ("price > \"x\"", "A text cannot stand here", '"x"', None),
        ("days_to_earnings < 7d", "A duration cannot stand here", "7d", None),
        ("before 25:00", "no such time", "25:00", None),
        ("between 9:30 and rsi", "Both ends are times of day", "between 9:30 and rsi", None),
        ("sma(close(5m), 20, 1d) > 2", "names the timeframe", "close(5m)", None),
        ("14 rsi > 3", "not understood", "14 rsi", "rsi(14)"),
        ("price = = 3", "Write `==`", "=", None),
    ],
)  # fmt: skip
def test_a_failure_points_at_the_place_and_says_what_to_write(
    typed: str, says: str, marked: str, suggested: str | None
) -> None:
    with pytest.raises(FormulaError) as failure:
        parse(typed)
    error = failure.value
    assert says in error.message
    assert suggested is None or suggested in error.suggestions
    line, carets = error.caret.split("\n")
    assert line == typed
    assert line[error.column - 1 :][: carets.count("^")] == marked or not marked


def test_the_line_of_a_long_formula_is_named() -> None:
    with pytest.raises(FormulaError) as failure:
        parse("price > 3\n  and rsy > 30\n  and low > 2")
    assert (failure.value.line, failure.value.column) == (2, 7)
    assert failure.value.caret == "  and rsy > 30\n      ^^^"


@pytest.mark.parametrize("typed", ["(" * 300 + "price", "-" * 500 + "1 > price", "not " * 200, ""])
def test_what_is_too_deep_or_empty_is_refused(typed: str) -> None:
    with pytest.raises(FormulaError):
        parse(typed)


TOKENS = [
    "price",
    "close",
    "rsi",
    "sma",
    "bb",
    "macd",
    "pdh",
    "vwap",
    "change",
    "delta",
    "position",
    "days_to_earnings",
    "gap",
    "time",
    "foo",
    "the",
    "when",
    "and",
    "or",
    "not",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "+",
    "-",
    "*",
    "/",
    ">",
    "<",
    ">=",
    "==",
    "!=",
    "crosses",
    "above",
    "below",
    "within",
    "of",
    "between",
    "tested",
    "times",
    "for",
    "in",
    "hits",
    "rises",
    "moves",
    "by",
    "before",
    "after",
    "on",
    "friday",
    "monday",
    "bars",
    "5m",
    "1h",
    "1d",
    "3",
    "14",
    ".5",
    "2x",
    "$5",
    "0.3%",
    "11:00",
    "9:30am",
    "ET",
    '"x"',
    ".upper",
    ".pnl",
    "1.5M",
    "5,930",
    "52w",
    "high",
    "3rd",
    "test",
    "=",
    "~",
    "\n",
]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(TOKENS), max_size=9).map(" ".join))
def test_any_text_is_understood_or_refused_with_its_place(text: str) -> None:
    formula = refusal = None
    try:
        formula = parse_value_or_condition(text)
    except FormulaError as error:
        refusal = error
    if refusal is not None:
        assert refusal.message.endswith((".", "?"))
        assert min(refusal.line, refusal.column) >= 1
    if formula is not None:
        assert parse_value_or_condition(str(formula)) == formula
        assert formula.in_words()
        assert formula.needs.bars
        formula.as_threshold()
        for base in (Timeframe.M5, Timeframe.D1):
            with suppress(FormulaError):
                assert formula.on(base).needs.bars


def test_a_value_is_read_where_a_value_is_wanted() -> None:
    assert str(parse_value("max(pdh, 600)")) == "max(pdh, 600)"
    with pytest.raises(FormulaError, match="a value is expected"):
        parse_value("price > 3")


def test_bars_that_cannot_tell_an_hour_are_refused_when_they_are_named() -> None:
    formula = parse("change(1h) > 3%")
    assert formula.on(Timeframe.M5).needs.bars[0].bars == 13
    with pytest.raises(FormulaError, match="cannot tell 1h"):
        formula.on(Timeframe.D1)
