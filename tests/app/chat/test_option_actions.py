"""Clicks of cards that ask a tool: what they stand for, and what they cannot ask."""

import pytest

from app.chat.option_actions import asked, card_of
from app.chat.render import large
from app.core.errors import InvalidInput
from tools import TOOLBOX

SPREAD = {
    "symbol": "SPY",
    "expiry": "2026-12-18",
    "legs": [
        {"side": "buy", "kind": "call", "strike": "600", "quantity": 2},
        {"side": "sell", "kind": "call", "strike": "605", "quantity": 2},
    ],
}


def test_a_spread_is_the_very_call_and_its_words() -> None:
    found = asked({"tool": "analyze_structure", "arguments": SPREAD}, TOOLBOX)

    assert found.question == ("Analyze in SPY, 18 December 2026: buy 2 600 call, sell 2 605 call")
    assert found.arguments["legs"][1] == {
        "side": "sell", "kind": "call", "strike": "605", "quantity": "2",
    }  # fmt: skip
    assert set(found.arguments) == {"symbol", "expiry", "legs"}
    assert not found.is_large


def test_a_draft_says_how_many_and_what() -> None:
    legs = [
        {"side": "buy", "right": "call", "strike": 600, "quantity": 1},
        {"side": "sell", "right": "call", "strike": 605, "quantity": 1},
    ]
    arguments = {"action": "buy", "symbol": "SPY", "expiry": "2026-12-18", "quantity": 2}
    together = asked(
        {"tool": "draft_position_change", "arguments": {**arguments, "legs": legs}}, TOOLBOX
    )
    alone = {**arguments, "right": "put", "strike": 590, "quantity": 3}
    single = asked({"tool": "draft_position_change", "arguments": alone}, TOOLBOX)

    assert together.question == (
        "Draft in SPY, 18 December 2026: 2 times buy 1 600 call, sell 1 605 call"
    )
    assert single.question == "Draft in SPY, 18 December 2026: buy 3 590 put"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"tool": "calculate", "arguments": {}}, "No card asks that"),
        ({"tool": "no_such_tool"}, "No card asks that"),
        ({"tool": "analyze_structure", "arguments": {"legs": []}}, "legs"),
        ({"tool": "analyze_structure", "arguments": SPREAD | {"member": "x"}}, "member"),
        ({"tool": "list_positions", "arguments": {"symbol": 7}}, "symbol"),
        ({"tool": "list_positions", "card_id": "x"}, "card_id"),
        ({}, "tool"),
    ],
)
def test_what_no_card_asks_is_refused(payload: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        asked(payload, TOOLBOX)


def test_a_card_opens_large_beside_itself_and_always_the_same() -> None:
    inline = {"id": "0b6f9c9e-8f5c-4d7a-9b1e-2f5f3c1d7a11", "name": "X", "display": "inline"}
    chart = {**inline, "display": "side"}

    assert large(inline)["display"] == "side"
    assert large(inline)["id"] == large(inline)["id"] != inline["id"]
    assert large(chart) is chart


def test_the_last_card_of_an_answer_is_no_list_of_sources() -> None:
    names = ("PositionsCard", "PanelLink", "Sources")
    elements = [{"name": name, "display": "inline"} for name in names]

    found = card_of(elements)

    assert found is not None
    assert found["name"] == "PositionsCard"
    assert card_of(elements[1:]) is None


def test_an_alert_is_drafted_from_a_card() -> None:
    condition = "price crosses below 115.02 or price crosses above 127.75"
    clicked = {"tool": "draft_alert", "arguments": {"symbol": "AMD", "condition": condition}}
    found = asked(clicked, TOOLBOX)

    assert found.question == f"Draft an alert on AMD: {condition}"
    assert found.arguments == clicked["arguments"]
