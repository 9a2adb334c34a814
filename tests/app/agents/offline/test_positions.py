"""The offline coach hears what-ifs of what is held, and structures that are closed by name."""

from typing import Any

import pytest

RISK, DRAFT = "get_portfolio_greeks", "draft_position_change"
SHOCK = {"spot_percent": "-1", "volatility_points": "3", "by_beta": True}


@pytest.mark.parametrize(
    ("said", "call", "arguments"),
    [
        (
            "what happens to my book if SPX drops 1% and vol is up 3 points by thursday",
            RISK,
            {**SHOCK, "on": "2025-11-20"},
        ),
        (
            "what happens to my AMD position if SPX drops 1% and vol is up 3 points by thursday",
            RISK,
            {**SHOCK, "symbol": "AMD", "on": "2025-11-20"},
        ),
        (
            "what would my amd iron condor lose if spy falls 2%",
            RISK,
            {"symbol": "AMD", "spot_percent": "-2", "by_beta": True},
        ),
        (
            "what happens to my spy options if the market drops 2% in a week",
            RISK,
            {"symbol": "SPY", "spot_percent": "-2", "by_beta": True, "days": "7"},
        ),
        (
            "what happens to my amd position if amd drops 5%",
            RISK,
            {"symbol": "AMD", "spot_percent": "-5"},
        ),
        (
            "close my AMD iron condor",
            DRAFT,
            {"action": "close", "symbol": "AMD", "structure": "iron condor"},
        ),
        (
            "closed my spx bull put spread at 1.20",
            DRAFT,
            {"action": "close", "symbol": "SPX", "structure": "bull put spread", "price": "1.20"},
        ),
        (
            "bought 3 nvda at -5",
            DRAFT,
            {"action": "buy", "quantity": "3", "symbol": "NVDA", "price": "-5"},
        ),
    ],
)
async def test_a_sentence_about_what_is_held_becomes_its_call(
    conversation: Any, said: str, call: str, arguments: dict[str, Any]
) -> None:
    calls, _ = await conversation.say(said)

    assert [(each.name, dict(each.arguments)) for each in calls] == [(call, arguments)]
