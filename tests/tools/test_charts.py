from typing import Any

import pytest

from app.core.errors import InvalidInput
from app.market.providers.simulated import SimulatedMarket
from tools.charts import show_chart


async def test_a_chart_opens_beside_the_conversation_with_todays_levels(ask: Any) -> None:
    said = await ask(show_chart, {"symbol": "SPX"}, market=SimulatedMarket())
    [chart] = said.result.cards
    assert (chart.symbol, chart.timeframe, chart.display) == ("SPX", "5m", "side")
    assert "PDH" in {line.name for line in chart.lines}
    assert said.sentence.startswith("SPX on the 5-minute chart with its levels. It is at ")


async def test_a_timeframe_and_averages_are_taken_as_people_say_them(ask: Any) -> None:
    said = await ask(
        show_chart,
        {"symbol": "apple", "timeframe": "daily", "averages": ["50 day", "ema9"], "levels": False},
        market=SimulatedMarket(),
    )
    [chart] = said.result.cards
    assert chart.symbol == "AAPL"
    assert chart.timeframe == "1d"
    assert chart.averages == ("sma50", "ema9")
    assert chart.lines == ()


async def test_an_index_has_no_extended_hours_to_show(ask: Any) -> None:
    said = await ask(show_chart, {"symbol": "NDX", "extended": True}, market=SimulatedMarket())
    [chart] = said.result.cards
    assert not chart.extended


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"timeframe": "7m"}, "`timeframe`.*There are 1m, 5m"),
        ({"averages": ["rsi"]}, "`rsi` is not a moving average"),
    ],
)
async def test_what_cannot_be_drawn_is_refused_by_name(ask: Any, arguments: Any, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        await ask(show_chart, {"symbol": "SPY", **arguments}, market=SimulatedMarket())


async def test_a_chart_carries_the_volume_profile_of_a_window_and_says_it(ask: Any) -> None:
    said = await ask(
        show_chart,
        {"symbol": "NVDA", "profile": "this month", "levels": False},
        market=SimulatedMarket(),
    )
    [chart] = said.result.cards
    assert chart.profile == "month"
    assert [line.kind for line in chart.lines] == ["profile"] * 3
    assert "with the volume profile of the month so far. It is at " in said.sentence
    assert (
        f"Most traded at POC {said.figures['POC']}; the value area is {said.figures['VAL']} to "
        f"{said.figures['VAH']}."
    ) in said.sentence


async def test_the_profile_of_what_is_seen_leaves_its_lines_to_the_browser(ask: Any) -> None:
    said = await ask(show_chart, {"symbol": "MSFT", "profile": "visible"}, market=SimulatedMarket())
    [chart] = said.result.cards
    assert chart.profile == "visible"
    assert chart.lines
    assert "profile" not in {line.kind for line in chart.lines}
    assert "with its levels, the volume profile of the bars in view." in said.sentence


async def test_a_profile_is_hidden_with_its_lines(ask: Any) -> None:
    said = await ask(
        show_chart,
        {"symbol": "MSFT", "profile": "week", "hide": ["profile"]},
        market=SimulatedMarket(),
    )
    [chart] = said.result.cards
    assert chart.profile == ""
    assert "profile" not in {line.kind for line in chart.lines}
    assert "profile" not in said.sentence


async def test_an_index_says_why_it_has_no_profile(ask: Any) -> None:
    said = await ask(show_chart, {"symbol": "SPX", "profile": "visible"}, market=SimulatedMarket())
    assert said.sentence.endswith("SPX has no volume, so it has no volume profile.")
    assert said.sentence.startswith("SPX on the 5-minute chart with its levels. ")
