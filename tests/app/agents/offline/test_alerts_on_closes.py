"""Closes are of finished bars, zones have two ends, and averages that cross are two."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.agents.offline import replies
from app.agents.offline.alert_asking import asked_of_alerts
from app.agents.offline.plans import Asked, Frame
from app.agents.offline.reading import Reading

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)


@pytest.fixture
def ask(reading: Callable[[str], Reading]) -> Callable[[str], Asked]:
    return lambda question: asked_of_alerts(reading(question), Frame(), NOW)


@pytest.mark.parametrize(
    ("question", "condition", "base"),
    [
        ("alert me when nvda closes above 180", "close(1d) crosses above 180", None),
        ("alert me when nvda closes below vwap on the 5 minute", "close(5m) crosses below vwap", "1m"),
        ("alert me when the 5 minute candle on nvda closes over 180", "close(5m) crosses above 180", "1m"),
        ("alert me when nvda closes below the 9 ema on the 15m", "close(15m) crosses below ema(9, 15m)", None),
        ("alert me when nvda closes back above pdh on the hourly", "close(1h) crosses above pdh", None),
        ("alert me if nvda closes under its 50 day average", "close(1d) crosses below sma(50, 1d)", None),
        ("alert me when nvda closes above pdh on the daily", "close(1d) crosses above high(1d)[1]", None),
        ("alert me when nvda closes above 180 on the 1 minute", "close[1] crosses above 180", "1m"),
    ],
)  # fmt: skip
def test_a_close_is_that_of_a_finished_bar_and_of_the_named_one(
    ask: Callable[[str], Asked], question: str, condition: str, base: str | None
) -> None:
    [call] = ask(question).calls
    wanted: dict[str, Any] = {"symbol": "NVDA", "condition": condition, "next_cross_only": True}
    assert call.arguments == wanted | ({"timeframe": base} if base else {})


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("alert me when nvda closes below vwap", replies.ALERT_WHICH_BARS),
        ("alert me when nvda closes above the 9 ema", replies.ALERT_WHICH_BARS),
        ("alert me when nvda closes above 180 and rsi is below 30", replies.ASK_ALERT),
        ("alert me when nvda closes above vwap on the daily", replies.ASK_ALERT),
        ("alert me when nvda breaks 170-175", replies.ASK_ALERT),
        ("alert me when nvda hits the 50 and 200 day", replies.ASK_ALERT),
    ],
)
def test_a_close_of_unknown_bars_and_two_levels_in_one_are_asked_back(
    ask: Callable[[str], Asked], question: str, said: str
) -> None:
    found = ask(question)
    assert (found.calls, found.said) == ([], [said])


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("alert me when nvda hits 170-175", "price between 170 and 175"),
        ("alert me when nvda gets into the $170 to $175 zone", "price between $170 and $175"),
        ("alert me when nvda drops into the 175-170 area", "price between 170 and 175"),
        ("alert me when nvda is between 175 and 170", "price between 170 and 175"),
        ("alert me at golden cross on nvda", "sma(50, 1d) crosses above sma(200, 1d)"),
        ("alert me when nvda makes a death cross", "sma(50, 1d) crosses below sma(200, 1d)"),
        ("alert me on a golden cross on nvda hourly", "sma(50, 1h) crosses above sma(200, 1h)"),
        ("alert me when the 50 crosses below the 200 on nvda", "sma(50, 1d) crosses below sma(200, 1d)"),
    ],
)  # fmt: skip
def test_a_zone_and_a_cross_of_averages_are_read_whole(
    ask: Callable[[str], Asked], question: str, condition: str
) -> None:
    [call] = ask(question).calls
    assert call.arguments == {"symbol": "NVDA", "condition": condition}


def test_the_past_of_a_close_is_that_of_finished_bars(ask: Callable[[str], Asked]) -> None:
    [call] = ask("how often would nvda closing above 180 have fired this week").calls
    wanted = {"symbol": "NVDA", "condition": "close(1d) crosses above 180", "days": 7}
    assert (call.name, call.arguments) == ("replay_alert", wanted)
