from datetime import UTC, datetime
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
    assert "with its levels but no volume profile. " in said.sentence


async def test_an_index_says_why_it_has_no_profile(ask: Any) -> None:
    said = await ask(show_chart, {"symbol": "SPX", "profile": "visible"}, market=SimulatedMarket())
    assert said.sentence.endswith("SPX has no volume, so it has no volume profile.")
    assert said.sentence.startswith("SPX on the 5-minute chart with its levels. ")


@pytest.mark.parametrize(
    ("timeframe", "period", "own", "others"),
    [("1d", "day", "PDH", "PWH"), ("1w", "week", "PWH", "PDH"), ("1mo", "month", "PMoH", "PDH")],
)
async def test_long_bars_carry_the_levels_of_their_own_period_and_none_from_inside_a_bar(
    ask: Any, timeframe: str, period: str, own: str, others: str
) -> None:
    said = await ask(
        show_chart, {"symbol": "NVDA", "timeframe": timeframe}, market=SimulatedMarket()
    )
    [chart] = said.result.cards
    names = {line.name for line in chart.lines}
    assert chart.period == period
    assert own in names
    assert others not in names
    assert {line.kind for line in chart.lines} == {"previous", "pivot", "average", "range"}


async def test_families_asked_for_are_said_and_handed_to_the_chart(ask: Any) -> None:
    said = await ask(
        show_chart,
        {"symbol": "NVDA", "show": ["pivots"], "hide": ["vwap"]},
        market=SimulatedMarket(),
    )
    [chart] = said.result.cards
    assert chart.show == ("pivots",)
    assert "with its levels and all pivots but no VWAP. " in said.sentence


async def test_pivots_alone_are_drawn_without_the_other_levels(ask: Any) -> None:
    said = await ask(
        show_chart,
        {"symbol": "NVDA", "levels": False, "show": ["pivots"]},
        market=SimulatedMarket(),
    )
    [chart] = said.result.cards
    assert {line.kind for line in chart.lines} == {"pivot"}
    assert "chart with all pivots. " in said.sentence


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"symbol": "SPX"}, "SPX has no volume, so it has no VWAP."),
        (
            {"symbol": "NVDA", "timeframe": "1d"},
            "A day's VWAP is drawn on bars shorter than a day.",
        ),
    ],
)
async def test_a_family_that_cannot_be_shown_says_why(
    ask: Any, arguments: Any, reason: str
) -> None:
    said = await ask(show_chart, {**arguments, "show": ["vwap"]}, market=SimulatedMarket())
    assert said.sentence.endswith(reason)


async def test_a_mark_is_called_by_the_name_it_was_given(ask: Any) -> None:
    arguments = {"marks": ["101", "99", "107"], "mark_names": ["entry", "stop"], "levels": False}
    said = await ask(show_chart, {"symbol": "ACME", **arguments})
    marks = [mark.text for mark in said.result.cards[0].marks]
    assert marks == ["entry 101.00", "stop 99.00", "107.00"]
    assert "Entry 101.00 is marked" in said.sentence
    assert "107.00 is marked" in said.sentence
    with pytest.raises(InvalidInput):
        await ask(show_chart, {"symbol": "ACME", "marks": ["101"], "mark_names": ["sold at 9"]})


async def test_a_mark_is_placed_against_the_price_and_said_when_it_is_out_of_view(ask: Any) -> None:
    said = await ask(show_chart, {"symbol": "ACME", "marks": ["101", "500"], "levels": False})
    assert (
        "101.00 is marked, 3.00 (2.88%) below it. 500.00 is marked, 396.00 (380.77%) above it and "
        "out of view: an arrow at the edge points to it."
    ) in said.sentence


@pytest.mark.parametrize(
    ("timeframe", "zoom", "words"),
    [
        ("5m", "month", ", the last month. "),
        ("1m", "month", ", the last month as far as one view of 1-minute bars reaches. "),
        ("1d", "all", ", all there is. "),
    ],
)
async def test_a_zoom_promises_no_more_than_one_view_holds(
    ask: Any, timeframe: str, zoom: str, words: str
) -> None:
    said = await ask(
        show_chart,
        {"symbol": "NVDA", "timeframe": timeframe, "zoom": zoom},
        market=SimulatedMarket(),
    )
    assert words in said.sentence


async def test_averages_of_weekly_bars_are_called_weekly(ask: Any) -> None:
    said = await ask(
        show_chart,
        {"symbol": "NVDA", "timeframe": "1w", "averages": ["sma50"]},
        market=SimulatedMarket(),
    )
    assert "SMA50 of weeks" in said.sentence


async def test_a_price_of_hours_that_the_bars_leave_out_is_called_so(ask: Any) -> None:
    evening = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    regular = await ask(show_chart, {"symbol": "NVDA"}, at=evening, market=SimulatedMarket())
    whole = await ask(
        show_chart, {"symbol": "NVDA", "extended": True}, at=evening, market=SimulatedMarket()
    )
    assert "ET; the bars are of regular hours." in regular.sentence
    assert "regular hours" not in whole.sentence
    assert "its levels, premarket and after hours. " in whole.sentence
