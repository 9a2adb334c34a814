"""Asking whether one can trade, and telling that one does."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("question", "symbol"),
    [
        ("can i trade bitcoin on sunday", "BTC/USD"),
        ("can I trade apple on saturday", "AAPL"),
        ("could we trade nvda on monday", "NVDA"),
    ],
)
async def test_whether_something_can_be_traded_is_asked_of_the_markets_hours(
    conversation: Any, question: str, symbol: str
) -> None:
    [call], _ = await conversation.say(question)

    assert call.name == "get_market_status"
    assert call.arguments["symbol"] == symbol


async def test_a_habit_that_is_told_asks_for_nothing(conversation: Any) -> None:
    made, _ = await conversation.say("i trade nvda most fridays, levels please")

    assert [call.name for call in made] == ["get_key_levels"]
