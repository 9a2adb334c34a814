"""Numbers in questions about setups: what they bound, and what is refused instead of misread."""

from typing import Any

import pytest

from app.agents.offline.scan_asking import DAILY_ONLY
from app.core.errors import InvalidInput
from app.scanner.filtering import parse_filter


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("find setups with a market cap over 10 billion", {"where": "market_cap > $10000000000"}),
        ("breakouts with market cap above 2 billion", {"setups": ["breakout"], "where": "market_cap > $2000000000"}),
        ("setups with volume over 5 million", {"where": "volume > 5000000"}),
        ("setups over 5 million shares", {"where": "volume > 5000000"}),
        ("scan for rsi under 30", {"where": "rsi(14) < 30"}),
        ("stocks with rsi below 30 and volume over 2m", {"where": "rsi(14) < 30 and volume > 2000000"}),
        ("breakouts on volume over 1.5x", {"setups": ["breakout"], "where": "rvol(20) > 1.5x"}),
        ("stocks up more than 3% setting up", {"where": "change > 3%"}),
        ("stocks down more than 3% setting up", {"where": "change < -3%"}),
        ("stocks under 1,000 breaking out", {"setups": ["breakout"], "max_price": "1000"}),
        ("anything to buy under 30", {"direction": "long", "max_price": "30"}),
        ("stocks near support under $20 with rsi under 40", {"max_price": "20", "where": "rsi(14) < 40"}),
        ("find setups between $10 and $1,500", {"min_price": "10", "max_price": "1500"}),
        ("setups on amd and nvda over 100", {"symbols": ["AMD", "NVDA"], "min_price": "100"}),
        ("setups with at least 2 to 1 over $20", {"min_reward_to_risk": 2.0, "min_price": "20"}),
        ("scan semis under 50 for squeezes", {"setups": ["squeeze_up", "squeeze_down"], "sector": "semiconductors", "max_price": "50"}),
    ],
)  # fmt: skip
async def test_a_number_bounds_what_it_is_said_of(
    conversation: Any, question: str, arguments: dict[str, Any]
) -> None:
    made, _ = await conversation.say(question)

    assert [(each.name, each.arguments) for each in made] == [("scan_market", arguments)]


async def test_what_is_not_known_is_refused_by_name_and_never_a_price(conversation: Any) -> None:
    [made], _ = await conversation.say("setups with beta over 2")

    assert set(made.arguments) == {"where"}
    with pytest.raises(InvalidInput, match="beta"):
        parse_filter(made.arguments["where"])


@pytest.mark.parametrize(
    "question",
    [
        "setups on the 5 minute chart",
        "scan for breakouts on hourly bars",
        "setups in the last hour",
    ],
)
async def test_bars_that_no_setup_is_judged_on_are_refused(
    conversation: Any, question: str
) -> None:
    made, said = await conversation.say(question)

    assert made == ()
    assert DAILY_ONLY in said


async def test_daily_bars_may_be_named(conversation: Any) -> None:
    made, _ = await conversation.say("scan for breakouts on the daily chart")

    assert [(each.name, each.arguments) for each in made] == [
        ("scan_market", {"setups": ["breakout"]})
    ]
