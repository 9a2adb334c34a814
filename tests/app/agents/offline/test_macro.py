"""Questions about dates and rates, and those that only sound like them."""

from typing import Any

import pytest

NVDA = {"kinds": ["earnings"], "symbol": "NVDA", "days": 120}
CPI = {"kinds": ["release"], "release": "cpi", "days": 60}


@pytest.mark.parametrize(
    ("question", "calls"),
    [
        ("when does nvda report", [("get_calendar", NVDA)]),
        ("nvda earnings", [("get_calendar", NVDA)]),
        ("earnings this week", [("get_calendar", {"kinds": ["earnings"], "days": 7})]),
        ("any earnings tonight", [("get_calendar", {"kinds": ["earnings"], "days": 1})]),
        ("when is cpi", [("get_calendar", CPI)]),
        ("nfp?", [("get_calendar", {**CPI, "release": "payrolls"})]),
        ("what economic numbers come out this week", [("get_calendar", {"kinds": ["release"], "days": 7})]),
        ("economic calendar", [("get_calendar", {})]),
        ("what does the market expect from the fed", [("get_rates", {})]),
        ("what's priced in for the next fed meeting", [("get_rates", {})]),
        ("odds of a cut in december", [("get_rates", {})]),
        ("yield curve", [("get_rates", {})]),
        ("2s10s", [("get_rates", {})]),
        ("when is the next fed meeting", [("get_calendar", {"kinds": ["fed"], "days": 120})]),
        ("why is nvda down after earnings", [("get_quote", {"symbol": "NVDA"})]),
        ("did nvda beat earnings", []),
        ("is spy up", [("get_quote", {"symbol": "SPY"})]),
        (
            "spy levels and when is the next jobs report",
            [
                ("get_key_levels", {"symbol": "SPY"}),
                ("get_calendar", {**CPI, "release": "payrolls"}),
            ],
        ),
        (
            "nvda levels and when does it report",
            [("get_key_levels", {"symbol": "NVDA"}), ("get_calendar", NVDA)],
        ),
    ],
)  # fmt: skip
async def test_dates_and_rates_are_told_from_news_and_prices(
    conversation: Any, question: str, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    made, _ = await conversation.say(question)

    assert [(call.name, call.arguments) for call in made] == calls


async def test_the_same_can_be_asked_of_another_company(conversation: Any) -> None:
    await conversation.say("when does nvda report")

    made, _ = await conversation.say("and amd?")

    assert [(call.name, call.arguments) for call in made] == [
        ("get_calendar", {**NVDA, "symbol": "AMD"})
    ]


async def test_it_is_the_company_that_was_talked_about(conversation: Any) -> None:
    await conversation.say("nvda levels")

    made, _ = await conversation.say("when does it report")

    assert [(call.name, call.arguments) for call in made] == [("get_calendar", NVDA)]
