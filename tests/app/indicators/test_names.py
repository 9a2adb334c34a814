"""How traders spell indicators."""

import pytest

from app.core.errors import InvalidInput
from app.indicators.names import parse_average, parse_indicator


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("rsi", "rsi(14)"),
        ("RSI(7)", "rsi(7)"),
        ("rsi 2", "rsi(2)"),
        ("sma50", "sma50"),
        ("50 sma", "sma50"),
        ("50-day", "sma50"),
        ("the 200 day moving average", "sma200"),
        ("200dma", "sma200"),
        ("9day ema", "ema9"),
        ("ema(9)", "ema9"),
        ("EMA_21", "ema21"),
        ("macd", "macd(12,26,9)"),
        ("macd(5, 35, 5)", "macd(5,35,5)"),
        ("bb", "bb(20,2)"),
        ("Bollinger Bands", "bb(20,2)"),
        ("bb(20,2.5)", "bb(20,2.5)"),
        ("stochastics", "stoch(14,3,3)"),
        ("average true range", "atr(14)"),
        ("williams %r", "willr(14)"),
        ("obv", "obv"),
        ("VWAP", "vwap"),
    ],
)
def test_a_spelling_is_understood(spelled: str, name: str) -> None:
    assert parse_indicator(spelled).name == name


@pytest.mark.parametrize("spelled", ["sma50", "rsi(14)", "macd(12,26,9)", "bb(20,2.5)", "obv"])
def test_the_one_spelling_spells_itself(spelled: str) -> None:
    assert parse_indicator(spelled).name == spelled


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"supertrend.*rsi\(14\).*vwap"):
        parse_indicator("supertrend")


@pytest.mark.parametrize(
    "spelled", ["sma0", "sma1", "sma 501", "rsi(1)", "macd(26,12)", "bb(20,0)", "ema(2.5)"]
)
def test_a_length_out_of_reach_is_refused(spelled: str) -> None:
    with pytest.raises(InvalidInput, match="such as"):
        parse_indicator(spelled)


def test_too_many_settings_are_refused() -> None:
    with pytest.raises(InvalidInput, match="takes 1 settings"):
        parse_indicator("rsi(14,3)")


def test_an_average_is_not_any_indicator() -> None:
    assert parse_average("200 day") == "sma200"
    with pytest.raises(InvalidInput, match="not a moving average"):
        parse_average("rsi")
