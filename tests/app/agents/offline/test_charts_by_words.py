"""The open chart changed by a word, and charts asked for in a trader's shorthand."""

from typing import Any

import pytest

from app.agents.offline import replies
from app.agents.offline.plans import Call, Frame
from app.agents.offline.redrawing import redrawn

SPX = {"symbol": "SPX", "timeframe": "5m"}
OPENED = {**SPX, "show": ["pivots"], "averages": ["sma200@1d"]}
COMPARED = {"symbol": "NVDA", "timeframe": "1d", "compare": ["AMD"], "zoom": "month"}


async def last_of(conversation: Any, *messages: str) -> list[tuple[str, dict[str, Any]]]:
    calls: tuple[Any, ...] = ()
    for message in messages:
        calls, _ = await conversation.say(message)
    return [(call.name, dict(call.arguments)) for call in calls]


@pytest.mark.parametrize("between", ["where is pdh", "what's its rsi", "nvda levels", "thanks"])
@pytest.mark.parametrize(
    ("message", "chart"),
    [
        ("hide pivots", {**SPX, "averages": ["sma200@1d"], "hide": ["pivots"]}),
        ("zoom to today", {**OPENED, "zoom": "today"}),
        ("mark 2935", {**OPENED, "marks": ["2935"]}),
        ("put a line on 2,940.5", {**OPENED, "marks": ["2940.5"]}),
        ("hide the levels", {**SPX, "averages": ["sma200@1d"], "levels": False}),
        ("add the 50 day", {**OPENED, "averages": ["sma200@1d", "sma50@1d"]}),
        ("remove the 200 day", {**SPX, "show": ["pivots"]}),
    ],
)
async def test_the_open_chart_is_meant_whatever_was_asked_in_between(
    conversation: Any, between: str, message: str, chart: dict[str, Any]
) -> None:
    opening = "show me SPX on the 5 minute with pivots and the 200 day"
    assert await last_of(conversation, opening, between, message) == [("show_chart", chart)]


async def test_after_another_answer_a_question_is_a_question(conversation: Any) -> None:
    made = await last_of(conversation, "chart spx", "nvda levels", "show me vwap")
    assert made == [("get_key_levels", {"symbol": "NVDA", "names": ["VWAP"]})]


@pytest.mark.parametrize(
    ("message", "zoom"),
    [
        ("zoom to the last 30 minutes", "today"),
        ("zoom to 10 am", "today"),
        ("zoom in on today", "today"),
        ("zoom to last week", "week"),
        ("zoom out to 6 months", "half"),
        ("zoom to the past 3 weeks", "month"),
        ("zoom out", "week"),
        ("zoom in", "today"),
    ],
)
async def test_zoom_is_never_a_company_behind_a_chart(
    conversation: Any, message: str, zoom: str
) -> None:
    [(name, arguments)] = await last_of(conversation, "chart spy", message)
    assert (name, arguments["symbol"], arguments["zoom"]) == ("show_chart", "SPY", zoom)


async def test_what_no_zoom_shows_is_said(conversation: Any) -> None:
    await conversation.say("chart spy")
    _, said = await conversation.say("zoom to the last 30 minutes")
    assert said.startswith(replies.NEAREST_ZOOM)


async def test_the_company_is_still_asked_for_by_its_name(conversation: Any) -> None:
    assert await last_of(conversation, "chart spy", "zoom price") == [
        ("get_quote", {"symbol": "ZM"})
    ]


async def test_without_a_chart_there_is_nothing_to_hide(conversation: Any) -> None:
    calls, said = await conversation.say("hide the pivots")
    assert not calls
    assert said.startswith(replies.NO_CHART)


async def test_a_longer_zoom_takes_bars_that_reach_so_far_and_keeps_the_averages(
    conversation: Any,
) -> None:
    made = await last_of(conversation, "chart spy with the 200 day", "zoom to the last year")
    assert made == [
        ("show_chart", {"symbol": "SPY", "timeframe": "1d", "averages": ["sma200"], "zoom": "year"})
    ]
    made = await last_of(conversation, "zoom to today")
    assert made == [
        ("show_chart", {"symbol": "SPY", "timeframe": "5m", "averages": ["sma200@1d"], "zoom": "today"})
    ]  # fmt: skip


async def test_several_changes_in_one_message_draw_the_chart_once(conversation: Any) -> None:
    made = await last_of(conversation, "chart spy", "zoom to today and hide vwap and mark 600")
    assert made == [
        ("show_chart", {"symbol": "SPY", "zoom": "today", "hide": ["vwap"], "marks": ["600"]})
    ]


async def test_what_goes_on_belongs_to_the_change_before(conversation: Any) -> None:
    made = await last_of(conversation, "chart spy", "mark 600 and 610, hide pivots and vwap")
    assert made == [
        ("show_chart", {"symbol": "SPY", "marks": ["600", "610"], "hide": ["pivots", "vwap"]})
    ]
    made = await last_of(conversation, "chart spy daily", "compare it with qqq and iwm")
    assert made[0][1]["compare"] == ["QQQ", "IWM"]


@pytest.mark.parametrize(
    ("message", "change"),
    [
        ("add intel", {"compare": ["AMD", "INTC"]}),
        ("overlay smh", {"compare": ["AMD", "SMH"]}),
        ("make it this quarter", {"zoom": "quarter"}),
        ("drop amd", {"compare": None}),
        ("add spy over the last year", {"compare": ["AMD", "SPY"], "zoom": "year"}),
    ],
)
async def test_a_comparison_is_changed_by_a_word(
    conversation: Any, message: str, change: dict[str, Any]
) -> None:
    wanted = {name: value for name, value in (COMPARED | change).items() if value}
    made = await last_of(conversation, "compare nvda and amd this month", message)
    assert made == [("show_chart", wanted)]


async def test_another_symbol_is_laid_beside_the_open_chart(conversation: Any) -> None:
    made = await last_of(conversation, "chart spx daily", "compare it with qqq")
    assert made == [("show_chart", {"symbol": "SPX", "timeframe": "1d", "compare": ["QQQ"]})]


async def test_one_of_several_marks_or_averages_is_taken_away(conversation: Any) -> None:
    await conversation.say("chart nvda daily with the 50 and 200 and mark 250 and 260")
    made = await last_of(conversation, "remove 250")
    assert made[0][1]["marks"] == ["260"]
    made = await last_of(conversation, "hide the 50")
    assert made[0][1]["averages"] == ["sma200"]
    calls, said = await conversation.say("remove the 20 day")
    assert not calls
    assert said == replies.NO_SUCH_LINE


@pytest.mark.parametrize(
    ("question", "chart"),
    [
        ("nvda vs amd ytd", {**COMPARED, "zoom": "ytd"}),
        ("which did better this month, nvda or amd", COMPARED),
        ("nvda or amd, who is ahead this quarter", {**COMPARED, "zoom": "quarter"}),
        ("how has nvda done against amd over six months", {**COMPARED, "zoom": "half"}),
        ("compare nvidia to amd over the last year", {**COMPARED, "zoom": "year"}),
        ("overlay nvda and amd, last 3 months", {**COMPARED, "zoom": "quarter"}),
        (
            "chart nvda against amd and intc over the last quarter",
            {**COMPARED, "compare": ["AMD", "INTC"], "zoom": "quarter"},
        ),
        ("chart nvda and mark 250 and 260", {"symbol": "NVDA", "marks": ["250", "260"]}),
        ("chart nvda with a line at 250", {"symbol": "NVDA", "marks": ["250"]}),
        ("mark 250 on nvda", {"symbol": "NVDA", "marks": ["250"]}),
        ("spx 5m chart, pivots, 200 dma", OPENED),
        ("pull spx up on the 5 with pivots and 200 sma daily", OPENED),
        ("spx on the 5 minute with pivots and the 200 day", OPENED),
        (
            "pull up spy with vwap and pivots only",
            {"symbol": "SPY", "levels": False, "show": ["vwap", "pivots"]},
        ),
        (
            "chart spy weekly with 50w and 200w moving averages",
            {"symbol": "SPY", "timeframe": "1w", "averages": ["sma50", "sma200"]},
        ),
        (
            "weekly QQQ with 50/200 EMA",
            {"symbol": "QQQ", "timeframe": "1w", "averages": ["ema50", "ema200"]},
        ),
        ("15 min tesla chart, no vwap", {"symbol": "TSLA", "timeframe": "15m", "hide": ["vwap"]}),
        (
            "iwm on the 15 minute with the 50 day",
            {"symbol": "IWM", "timeframe": "15m", "averages": ["sma50@1d"]},
        ),
        (
            "previous day volume profile on nvda 5m chart",
            {"symbol": "NVDA", "timeframe": "5m", "profile": "previous"},
        ),
        ("6 month chart of spy", {"symbol": "SPY", "timeframe": "1d", "zoom": "half"}),
    ],
)
async def test_charts_are_asked_for_in_shorthand(
    conversation: Any, question: str, chart: dict[str, Any]
) -> None:
    assert await last_of(conversation, question) == [("show_chart", chart)]


async def test_what_the_directory_does_not_have_is_not_replaced_by_the_thread(
    conversation: Any,
) -> None:
    made = await last_of(conversation, "spy levels", "es 5 minute with pivots")
    assert made == [("show_chart", {"symbol": "ES", "timeframe": "5m", "show": ["pivots"]})]


@pytest.mark.parametrize(
    ("question", "tools"),
    [
        ("chart spy -> hide pivots and where is pdh", ["get_key_levels"]),
        ("compare nvda and amd", ["get_quote", "get_quote"]),
        ("nvda and amd levels this week", ["get_key_levels", "get_key_levels"]),
        ("chart spy and what's its rsi", ["show_chart", "get_indicators"]),
        ("spy chart, and when does the market close", ["show_chart", "get_market_status"]),
    ],
)
async def test_what_only_sounds_like_a_comparison_or_a_part_of_a_chart_is_not_one(
    conversation: Any, question: str, tools: list[str]
) -> None:
    assert [name for name, _ in await last_of(conversation, *question.split(" -> "))] == tools


@pytest.mark.parametrize(
    ("question", "left"), [("remove the 101 line", ["99"]), ("drop the marks", None)]
)
def test_names_of_marks_go_with_the_marks_they_named(
    reading: Any, question: str, left: list[str] | None
) -> None:
    opened = {"symbol": "AMD", "marks": ["101", "99"], "mark_names": ["entry", "stop"]}
    chart = Call("show_chart", opened)
    found = redrawn(reading(question).whole, Frame(calls=(chart,), chart=chart))

    assert found is not None
    assert found.call is not None
    assert found.call.arguments == {"symbol": "AMD", **({"marks": left} if left else {})}
