"""Structures that were traded are drafted, and shares beside an option keep their own price and count."""

from typing import Any

import pytest

from tools.drafting_arguments import DraftArgs

DRAFT, ANALYSE = "draft_position_change", "analyze_structure"
SHARES = {"kind": "stock", "side": "buy", "quantity": 100, "price": 110.0}


def leg(side: str, right: str, strike: str, **more: str) -> dict[str, str]:
    return {"side": side, "quantity": "1", "right": right, "strike": strike, **more}


LOT = {"side": "buy", "quantity": "100", "price": "110.0"}


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        (
            "sold 2 bull put spreads on SPX 2900/2880 18 dec for 5.10",
            {
                "action": "sell",
                "symbol": "SPX",
                "quantity": "2",
                "price": "5.1",
                "legs": [leg("buy", "put", "2880"), leg("sell", "put", "2900")],
            },
        ),
        (
            "bought a SPY 290/300 call spread dec 18 for 3",
            {
                "action": "buy",
                "symbol": "SPY",
                "quantity": "1",
                "price": "3.0",
                "legs": [leg("buy", "call", "290"), leg("sell", "call", "300")],
            },
        ),
        (
            "bought 100 AAPL at 110 and a 105 put 18 dec at 1.5",
            {
                "action": "buy",
                "symbol": "AAPL",
                "quantity": "1",
                "legs": [LOT, leg("buy", "put", "105", price="1.5")],
            },
        ),
        (
            "bought 200 shares of AAPL at 110 and sold 2 dec 18 120 calls at 2",
            {
                "action": "buy",
                "symbol": "AAPL",
                "quantity": "2",
                "legs": [LOT, leg("sell", "call", "120", price="2.0")],
            },
        ),
    ],
)
async def test_a_structure_told_in_the_past_is_drafted_leg_by_leg(
    conversation: Any, said: str, arguments: dict[str, Any]
) -> None:
    calls, _ = await conversation.say(said)

    assert [(each.name, dict(each.arguments)) for each in calls] == [
        (DRAFT, {**arguments, "expiry": "2025-12-18"})
    ]
    DraftArgs.model_validate(dict(calls[0].arguments))


async def test_what_is_asked_about_a_past_trade_is_analysed(conversation: Any) -> None:
    calls, _ = await conversation.say("sold 2 bull put spreads on SPX 2900/2880 dec 19, max loss?")
    assert [each.name for each in calls] == [ANALYSE]


async def test_a_trade_without_its_expiry_says_what_a_draft_needs(conversation: Any) -> None:
    calls, said = await conversation.say("sold a 110/115/120 call fly in amd for 1.20 credit")
    assert [each.name for each in calls] == [ANALYSE]
    assert "To draft it as a position, name" in said


@pytest.mark.parametrize(
    "said",
    [
        "long 100 shares AAPL at 110 and a 105 put at 1.5, what can i lose",
        "long 100 AAPL at 110 and a 105 put at 1.5, max loss?",
    ],
)
async def test_shares_and_an_option_keep_their_own_prices(conversation: Any, said: str) -> None:
    [call], _ = await conversation.say(said)

    put = {"kind": "put", "side": "buy", "strike": 105, "price": 1.5}
    assert (call.name, call.arguments["legs"]) == (ANALYSE, [SHARES, put])


async def test_a_round_strike_at_the_price_of_an_option_is_no_lot_of_shares(
    conversation: Any,
) -> None:
    [call], _ = await conversation.say("bought 100 at 2 and sold the 110 call at 1 aapl, max loss")
    assert [each["strike"] for each in call.arguments["legs"]] == [100, 110]


async def test_an_option_beside_shares_without_a_side_is_asked_about(conversation: Any) -> None:
    calls, said = await conversation.say("100 shares aapl at 110 and a 105 put at 1.5, max loss")
    assert calls == ()
    assert "each bought or sold" in said


@pytest.mark.parametrize(
    ("said", "future"),
    [
        ("bought 2 ES dec at 6000", {"symbol": "ES", "kind": "future", "expiry": "dec"}),
        ("bought 2 MES dec 26 at 6000", {"symbol": "MES", "kind": "future", "expiry": "dec 2026"}),
        ("sold 1 NQ mar at 21000", {"symbol": "NQ", "kind": "future", "expiry": "mar"}),
        ("bought 3 GC at 4000", {"symbol": "GC", "kind": "future"}),
    ],
)
async def test_a_futures_root_with_its_month_is_no_share(
    conversation: Any, said: str, future: dict[str, str]
) -> None:
    [call], _ = await conversation.say(said)

    assert call.name == DRAFT
    named = {name: call.arguments.get(name) for name in ("symbol", "kind", "expiry")}
    assert {name: value for name, value in named.items() if value} == future


async def test_shares_of_a_company_called_like_a_future_stay_shares(conversation: Any) -> None:
    [call], _ = await conversation.say("bought 100 shares of ES at 60")
    assert "kind" not in call.arguments


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("is my short put at risk of assignment", {}),
        ("is my short AMD 105 put at risk of assignment?", {"symbol": "AMD"}),
        ("will i get assigned on my spy put?", {"symbol": "SPY"}),
    ],
)
async def test_assignment_of_what_is_held_is_told_by_the_book(
    conversation: Any, said: str, arguments: dict[str, str]
) -> None:
    [call], _ = await conversation.say(said)
    assert (call.name, dict(call.arguments)) == ("list_positions", arguments)


async def test_a_structure_just_drafted_is_what_is_closed(conversation: Any) -> None:
    await conversation.say("sold 2 bull put spreads on SPX 2900/2880 18 dec for 5.10")
    [call], _ = await conversation.say("close one of them")

    assert call.name == DRAFT
    assert (call.arguments["action"], call.arguments["symbol"]) == ("close", "SPX")


@pytest.mark.parametrize(
    ("said", "is_capped"),
    [
        ("find me a 30 delta aapl call for december under 2 bucks", True),
        ("aapl dec 120 call under $2", True),
        ("spy puts below the 580 strike", False),
    ],
)
async def test_a_limit_on_the_price_that_is_not_followed_is_said(
    conversation: Any, said: str, is_capped: bool
) -> None:
    _, answer = await conversation.say(said)
    assert ("limit on their price" in answer) == is_capped
