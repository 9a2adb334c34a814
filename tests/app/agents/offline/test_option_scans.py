"""Questions about setups on options over many underlyings, and those that only sound like them."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("rich vol, earnings behind them", {"setups": ["iv_rank_high"], "earnings_behind": True}),
        ("only iron condors on SPX and NDX", {"setups": ["iron_condor"], "symbols": ["SPX", "NDX"]}),
        ("find setups with rich vol", {"setups": ["iv_rank_high"]}),
        ("find bull put spreads that are 2 weeks out at .25 delta", {"setups": ["bull_put"], "delta": 0.25, "days": 14}),
        ("spreads of high probability on iwm", {"setups": ["iron_condor", "bull_put", "bear_call"], "symbols": ["IWM"]}),
    ],
)  # fmt: skip
async def test_each_sentence_becomes_the_scan_it_means(
    conversation: Any, question: str, arguments: dict[str, Any]
) -> None:
    made, _ = await conversation.say(question)

    assert [(call.name, call.arguments) for call in made] == [("scan_options", arguments)]


@pytest.mark.parametrize(
    "first",
    ["only iron condors on SPX and NDX", "find me setups", "what did the condor scan find"],
)
@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("why this one?", {}),
        ("why did you show me that one?", {}),
        ("why nvda?", {"symbol": "NVDA"}),
        ("ok why is palantir on the list", {"symbol": "PLTR"}),
        ("why the second one?", {"row": 2}),
        ("why #3", {"row": 3}),
        ("what speaks for number 4?", {"row": 4}),
    ],
)
async def test_why_asks_about_what_was_shown_by_its_place_or_its_symbol(
    conversation: Any, first: str, question: str, arguments: dict[str, Any]
) -> None:
    await conversation.say(first)
    made, _ = await conversation.say(question)

    assert [(each.name, each.arguments) for each in made] == [("explain_opportunity", arguments)]


async def test_after_why_the_list_is_still_what_is_meant(conversation: Any) -> None:
    [scan], _ = await conversation.say("find me pullbacks")
    await conversation.say("why this one?")
    again, _ = await conversation.say("why the third one?")
    [kept], _ = await conversation.say("run it every hour")

    assert [(each.name, each.arguments) for each in again] == [("explain_opportunity", {"row": 3})]
    assert kept.arguments == {"every": "hour", "scan": scan.arguments}


@pytest.mark.parametrize("question", ["why is nvda down", "why nvda and not amd", "why this one?"])
async def test_why_is_asked_of_a_list_alone(conversation: Any, question: str) -> None:
    if question != "why this one?":
        await conversation.say("find me setups")
    made, _ = await conversation.say(question)

    assert "explain_opportunity" not in [each.name for each in made]


async def test_run_it_every_hour_drafts_to_keep_the_scan_of_the_last_answer(
    conversation: Any,
) -> None:
    [scan], _ = await conversation.say("only iron condors on SPX and NDX")
    [kept], _ = await conversation.say("run it every hour")

    assert kept.name == "save_scan"
    assert kept.arguments == {"every": "hour", "options": scan.arguments}


@pytest.mark.parametrize(
    ("question", "options"),
    [
        (
            "only iron condors on SPX and NDX, run it every hour",
            {"setups": ["iron_condor"], "symbols": ["SPX", "NDX"]},
        ),
        (
            "scan for rich vol, earnings behind them, every day",
            {"setups": ["iv_rank_high"], "earnings_behind": True},
        ),
    ],
)
async def test_a_scan_of_options_is_asked_for_with_its_schedule_in_one_sentence(
    conversation: Any, question: str, options: dict[str, Any]
) -> None:
    [kept], _ = await conversation.say(question)

    assert (kept.name, kept.arguments["options"]) == ("save_scan", options)
    assert kept.arguments["every"] in ("hour", "day")


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("what did the condor scan find", {"scan": "condor"}),
        ("what has my rich vol scan found?", {"scan": "rich vol"}),
        ("what has the income scan turned up so far", {"scan": "income"}),
        ("what did my scans find", {}),
    ],
)
async def test_what_a_scan_found_is_asked_by_its_name(
    conversation: Any, question: str, arguments: dict[str, Any]
) -> None:
    made, _ = await conversation.say(question)

    assert [(call.name, call.arguments) for call in made] == [("list_opportunities", arguments)]


@pytest.mark.parametrize(
    "question",
    [
        "what is iv crush",
        "what's an iron condor",
        "is vol in nvda rich",
        "why is nvda iv so high",
        "iron condor in spy 270/275/305/310, 45 days",
        "unusual volume today",
        "how are my iron condors",
        "why this one?",
    ],
)
async def test_what_only_sounds_like_a_scan_of_options_is_none(
    conversation: Any, question: str
) -> None:
    made, _ = await conversation.say(question)

    assert "scan_options" not in [call.name for call in made]
