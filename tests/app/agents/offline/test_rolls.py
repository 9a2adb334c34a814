"""Questions about rolling an option, and those that only say the word."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("when should I roll my 2027 leaps", {"year": 2027, "is_leaps": True}),
        ("roll my AMD 120 call out a month", {"symbol": "AMD", "kind": "call", "strike": 120, "days_later": 30}),
        ("roll the short put down and out", {"kind": "put", "side": "sell", "direction": "down"}),
        ("roll my dis april 130 calls two weeks later", {"symbol": "DIS", "kind": "call", "strike": 130, "expiry": "2026-04-17", "days_later": 14}),
        ("is it time to roll my spy puts", {"symbol": "SPY", "kind": "put"}),
        ("roll my qqq 600 put to the 590 strike", {"symbol": "QQQ", "kind": "put", "strike": 600, "to_strike": 590}),
        ("roll my tsla 16 jan 2026 400 put out 3 months same strike", {"symbol": "TSLA", "kind": "put", "strike": 400, "expiry": "2026-01-16", "days_later": 90, "direction": "same"}),
        ("what would rolling my covered call in ford up and out bring", {"symbol": "F", "kind": "call", "side": "sell", "direction": "up"}),
    ],
)  # fmt: skip
async def test_each_sentence_becomes_the_roll_it_means(
    conversation: Any, question: str, arguments: dict[str, Any]
) -> None:
    made, _ = await conversation.say(question)

    assert [(call.name, call.arguments) for call in made] == [("compare_rolls", arguments)]


async def test_rolling_it_is_the_option_of_the_last_answer(conversation: Any) -> None:
    await conversation.say("greeks of the amd 240 call in 30 days")

    [call], _ = await conversation.say("roll it up and out another month")

    assert call.name == "compare_rolls"
    assert call.arguments == {
        "symbol": "AMD",
        "kind": "call",
        "strike": 240,
        "days_later": 30,
        "direction": "up",
    }


@pytest.mark.parametrize(
    "question",
    ["show me the 20 day rolling average of spy", "let's roll", "spy is rolling over, levels?"],
)
async def test_what_only_says_the_word_rolls_nothing(conversation: Any, question: str) -> None:
    made, _ = await conversation.say(question)

    assert "compare_rolls" not in [call.name for call in made]
