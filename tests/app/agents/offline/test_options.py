"""Questions about options, and those that only sound like them."""

from typing import Any

import pytest

CONDOR = [
    {"kind": "put", "side": "buy", "strike": 560},
    {"kind": "put", "side": "sell", "strike": 570},
    {"kind": "call", "side": "sell", "strike": 690},
    {"kind": "call", "side": "buy", "strike": 700},
]
BULL_PUT = [
    {"kind": "put", "side": "buy", "strike": 4430},
    {"kind": "put", "side": "sell", "strike": 4450},
]
LONG_CALL = {"kind": "call", "side": "buy", "strike": 120}


@pytest.mark.parametrize(
    ("question", "tool", "arguments"),
    [
        ("what are the greeks of a 45 day 0.30 delta put on SPY", "get_greeks", {"symbol": "SPY", "kind": "put", "delta": 0.30, "days": 45}),
        ("iv of the aapl 3 week at-the-money call", "get_greeks", {"symbol": "AAPL", "kind": "call", "days": 21}),
        ("price me a call: stock 62, strike 60, 40 days, vol 33, rates 4", "get_greeks", {"kind": "call", "strike": 60, "spot": 62, "volatility": 33, "rate": 4, "days": 40}),
        ("SPX 6000p 12/19", "get_greeks", {"symbol": "SPX", "kind": "put", "strike": 6000, "expiry": "2025-12-19"}),
        ("delta of the jan 2027 dis 130 call", "get_greeks", {"symbol": "DIS", "kind": "call", "strike": 130, "expiry": "2027-01-15"}),
        ("SPX chain for next wednesday, ten strikes each side", "get_option_chain", {"symbol": "SPX", "strikes": 10, "expiry": "2025-11-26"}),
        ("0dte spx calls", "get_option_chain", {"symbol": "SPX", "kind": "call", "days": 0}),
        ("tsla option chain", "get_option_chain", {"symbol": "TSLA"}),
        ("nvda puts with open interest over 1,000", "get_option_chain", {"symbol": "NVDA", "kind": "put", "min_open_interest": 1000}),
        ("is vol in AMD rich", "get_volatility", {"symbol": "AMD"}),
        ("max pain spy", "get_volatility", {"symbol": "SPY"}),
        ("expected move in tsla by friday", "get_volatility", {"symbol": "TSLA", "expiry": "2025-11-21"}),
        ("bull put 4450/4430 for 5.10: what can I lose, where do I break even, what are the odds", "analyze_structure", {"legs": BULL_PUT, "credit": 5.10}),
        ("spy 560/570/690/700 iron condor dec 19 for 1.40", "analyze_structure", {"legs": CONDOR, "credit": 1.40, "symbol": "SPY", "expiry": "2025-12-19"}),
        ("200 shares of ford at 14 and a 15 call sold for 0.40", "analyze_structure", {"legs": [{"kind": "stock", "side": "buy", "quantity": 200, "price": 14}, {"kind": "call", "side": "sell", "strike": 15, "price": 0.4}], "symbol": "F"}),
        ("50/55 call spread, paid 1.80", "analyze_structure", {"legs": [{"kind": "call", "side": "buy", "strike": 50}, {"kind": "call", "side": "sell", "strike": 55}], "debit": 1.80}),
        ("long 120 call in amd 60 days, what if it falls 5% and vol is up 3 points", "analyze_structure", {"legs": [LONG_CALL], "symbol": "AMD", "days": 60, "if_move": -5, "if_volatility": 3}),
        ("analyze in SPY 2025-12-19: buy 660 call, sell 665 call", "analyze_structure", {"legs": [{"kind": "call", "side": "buy", "strike": 660}, {"kind": "call", "side": "sell", "strike": 665}], "symbol": "SPY", "expiry": "2025-12-19"}),
    ],
)  # fmt: skip
async def test_each_sentence_becomes_the_call_it_means(
    conversation: Any, question: str, tool: str, arguments: dict[str, Any]
) -> None:
    made, _ = await conversation.say(question)

    assert [(call.name, call.arguments) for call in made] == [(tool, arguments)]


async def test_what_happens_to_it_is_the_structure_of_the_last_answer(conversation: Any) -> None:
    await conversation.say("spx bull put 6500/6480 for 5.10, 30 days")

    made, _ = await conversation.say(
        "what happens to it if SPX drops 1% and vol is up 3 points by friday"
    )

    [call] = made
    assert call.name == "analyze_structure"
    assert call.arguments["credit"] == 5.10
    assert call.arguments["days"] == 30
    assert call.arguments["if_move"] == -1
    assert call.arguments["if_volatility"] == 3
    assert call.arguments["if_date"] == "2025-11-21"


async def test_an_underlying_named_later_is_taken_into_the_structure(conversation: Any) -> None:
    await conversation.say("bull put 4450/4430 for 5.10: where do i break even")

    [call], _ = await conversation.say("what happens to it if SPX drops 1%")

    assert (call.arguments["symbol"], call.arguments["if_move"]) == ("SPX", -1)


async def test_the_symbol_of_the_thread_is_meant_where_none_is_named(conversation: Any) -> None:
    await conversation.say("nvda option chain")

    made, _ = await conversation.say("greeks of the 30 delta put in 45 days")

    assert [(call.name, call.arguments) for call in made] == [
        ("get_greeks", {"symbol": "NVDA", "kind": "put", "delta": 0.3, "days": 45})
    ]


@pytest.mark.parametrize(
    "question",
    ["spx pdh", "where is the vix", "volume in nvda", "put the chart on 5m", "what is 450/30"],
)
async def test_other_questions_stay_what_they_are(conversation: Any, question: str) -> None:
    made, _ = await conversation.say(question)

    options = {"get_option_chain", "get_greeks", "get_volatility", "analyze_structure"}
    assert not options & {call.name for call in made}


async def test_without_an_underlying_it_asks_for_one(conversation: Any) -> None:
    made, said = await conversation.say("show me the option chain")

    assert not made
    assert "Name the underlying" in said


@pytest.mark.parametrize(
    "question", ["what is theta", "what's a jade lizard?", "explain iv rank", "what does vega mean"]
)
async def test_a_term_that_is_asked_about_is_explained(conversation: Any, question: str) -> None:
    made, said = await conversation.say(question)

    assert not made
    assert "**" in said


async def test_the_iv_of_nothing_is_asked_back(conversation: Any) -> None:
    made, said = await conversation.say("whats the iv")

    assert not made
    assert "Name the underlying" in said


@pytest.mark.parametrize(
    ("answer", "sides", "price"),
    [("sold", {"sell", "buy"}, "credit"), ("bought it", {"buy", "sell"}, "debit")],
)
async def test_the_side_that_was_asked_for_completes_the_structure(
    conversation: Any, answer: str, sides: set[str], price: str
) -> None:
    made, said = await conversation.say("spy 290/280 put spread dec 18 for 3")
    assert not made
    assert "bought or sold" in said

    [call], _ = await conversation.say(answer)

    upper = next(leg for leg in call.arguments["legs"] if leg["strike"] == 290)
    assert upper["side"] == ("sell" if price == "credit" else "buy")
    assert call.arguments[price] == 3
    assert {leg["side"] for leg in call.arguments["legs"]} == sides
    assert call.arguments["symbol"] == "SPY"


async def test_more_of_the_last_structure(conversation: Any) -> None:
    await conversation.say("5 bull put spreads 450/445 for 1.10")

    [call], _ = await conversation.say("make it 2 contracts")

    assert [leg["quantity"] for leg in call.arguments["legs"]] == [2, 2]


@pytest.mark.parametrize(
    ("question", "kind", "paths"),
    [
        ("skew in spx", "skew", "quarter-delta"),
        ("max pain aapl", "max_pain", "Max pain"),
        ("put/call ratio amd", "put_call", "put/call ratio"),
        ("call walls spy", "walls", "walls"),
        ("term structure qqq", "term", "term structure"),
    ],
)
async def test_what_was_asked_of_volatility_is_said_even_where_it_is_absent(
    conversation: Any, question: str, kind: str, paths: str
) -> None:
    made, said = await conversation.say(question)

    assert [call.name for call in made] == ["get_volatility"]
    sentence = said.split("get_volatility said")[0].lower()
    assert any(word in sentence for word in (kind.replace("_", " "), paths.lower()))


async def test_an_order_of_one_option_is_not_taken(conversation: Any) -> None:
    made, said = await conversation.say("buy me 5 spy 290 calls")

    assert not made
    assert "orders" in said


async def test_an_order_of_a_spread_is_only_analysed(conversation: Any) -> None:
    made, said = await conversation.say("sell a 280 put and buy a 270 put for 2.10 credit on SPY")

    assert [call.name for call in made] == ["analyze_structure"]
    assert "I place no orders" in said


async def test_one_option_whose_side_nobody_said_is_not_taken_as_bought(conversation: Any) -> None:
    made, said = await conversation.say("max loss on the amd 120 call at 3.10")

    assert not made
    assert "bought or sold" in said


async def test_the_greeks_of_a_sold_option_are_those_of_its_seller(conversation: Any) -> None:
    [call], _ = await conversation.say("theta of a short 270 put spy 30 days")

    assert call.name == "analyze_structure"
    assert call.arguments["legs"] == [{"kind": "put", "side": "sell", "strike": 270}]


@pytest.mark.parametrize(
    "question",
    ["closed my spy 290/280 put spread for 1.10", "bought back the amd 120 straddle at 4"],
)
async def test_what_is_closed_is_no_structure_to_analyse(conversation: Any, question: str) -> None:
    made, said = await conversation.say(question)

    assert "analyze_structure" not in {call.name for call in made}
    assert "bought or sold" not in said
