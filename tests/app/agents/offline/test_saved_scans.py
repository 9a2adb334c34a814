"""Sentences about keeping scans, and those that only sound like them."""

from typing import Any

import pytest

PULLBACKS = {"setups": ["trend_pullback"], "max_price": "50"}


@pytest.mark.parametrize(
    ("question", "call"),
    [
        ("what scans do I have", ("list_scans", {})),
        ("which scans are running?", ("list_scans", {})),
        ("list my saved scans", ("list_scans", {})),
        ("show me the scans i have", ("list_scans", {})),
        ("list the scans that others shared", ("list_scans", {"shared": True})),
        ("stop running the pullback scan", ("save_scan", {"change": "stop", "saved": "pullback"})),
        ("stop all my scans", ("save_scan", {"change": "stop"})),
        ("delete my golden cross scan", ("save_scan", {"change": "delete", "saved": "golden cross"})),
        ("run my pullback scan every 5 minutes", ("save_scan", {"change": "schedule", "saved": "pullback", "every": "5 minutes"})),
        ("run it every hour", ("save_scan", {"change": "schedule", "every": "hour"})),
        ("save this scan as morning pullbacks and run it every hour", ("save_scan", {"name": "morning pullbacks", "every": "hour"})),
        ("scan for breakouts in tech every morning", ("save_scan", {"every": "day", "scan": {"setups": ["breakout"], "sector": "technology"}})),
        ("find me pullbacks under $50 hourly", ("save_scan", {"every": "hour", "scan": PULLBACKS})),
        ("create a scan for golden crosses called Crosses", ("save_scan", {"name": "Crosses", "scan": {"setups": ["golden_cross"]}})),
    ],
)  # fmt: skip
async def test_each_sentence_becomes_the_draft_or_the_list_it_means(
    conversation: Any, question: str, call: tuple[str, dict[str, Any]]
) -> None:
    made, _ = await conversation.say(question)

    assert [(each.name, each.arguments) for each in made] == [call]


async def test_this_scan_is_the_one_of_the_last_answer_and_a_draft_goes_on(
    conversation: Any,
) -> None:
    [scan], _ = await conversation.say("find me pullbacks under $50")
    assert (scan.name, scan.arguments) == ("scan_market", PULLBACKS)

    [draft], _ = await conversation.say("save it as Morning Pullbacks")
    assert (draft.name, draft.arguments) == (
        "save_scan",
        {"name": "Morning Pullbacks", "scan": PULLBACKS},
    )
    [hourly], _ = await conversation.say("run it every hour")
    assert hourly.arguments == {**draft.arguments, "every": "hour"}


async def test_a_scan_of_options_is_saved_with_its_own_terms(conversation: Any) -> None:
    [scan], _ = await conversation.say("only iron condors on SPX and NDX")
    [draft], _ = await conversation.say("run it daily")

    assert draft.arguments == {"every": "day", "options": scan.arguments}


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("what did my scans find", "list_opportunities"),
        ("scan for breakouts", "scan_market"),
        ("alert me if amd moves 3% in an hour", "draft_alert"),
        ("drop the gold alert", "change_alert"),
        ("daily macd for tesla", "get_indicators"),
        ("delete all my alerts", "change_alert"),
    ],
)
async def test_what_only_sounds_like_it_is_something_else(
    conversation: Any, question: str, tool: str
) -> None:
    made, _ = await conversation.say(question)

    assert [each.name for each in made] == [tool]


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("under $50 large caps in technology", {"sector": "technology", "max_price": "50", "where": "market_cap >= $10B"}),
        ("find small caps breaking out", {"setups": ["breakout"], "where": "market_cap >= $300M and market_cap < $2B"}),
        ("scan for large caps with liquid options", {"where": "market_cap >= $10B and usual_option_volume >= 5000"}),
        ("find stocks with market_cap > $200B and close > sma(200)", {"where": "market_cap > $200000000000 and close > sma(200)"}),
    ],
)  # fmt: skip
async def test_the_size_of_companies_and_of_their_options_is_a_filter(
    conversation: Any, question: str, arguments: dict[str, Any]
) -> None:
    made, _ = await conversation.say(question)

    assert [(each.name, each.arguments) for each in made] == [("scan_market", arguments)]
