"""Questions about dates and rates, and those that only sound like them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.agents.coach import Coach
from app.agents.events import TurnDone
from app.agents.offline.model import OfflineCoach
from app.core.clock import FrozenClock
from app.macro.sources.files import FilesSource
from app.market.providers.simulated import SimulatedMarket
from tools import TOOLBOX

FRIDAY = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
FILES = {
    "releases.csv": "name,date,time,importance,period,measure,forecast,previous,actual\n"
    "Nonfarm payrolls,2026-12-04,08:30,3,November,thousands,110,119,\n",
    "yields.csv": "date,3m,2y,5y,10y,30y\n2026-11-19,3.90,3.50,3.62,4.10,4.70\n",
    "expectations.csv": "date,meeting,low,high,probability\n"
    "2026-11-19,2026-12-09,3.50,3.75,62.5\n2026-11-19,2026-12-09,3.75,4.00,37.5\n",
}
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


@pytest.fixture
def macro(tmp_path: Path) -> FilesSource:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return FilesSource(tmp_path)


async def answer(question: str, macro: FilesSource | None = None) -> TurnDone:
    coach = Coach(
        OfflineCoach(TOOLBOX), TOOLBOX, SimulatedMarket(), FrozenClock(FRIDAY), macro=macro
    )
    [done] = [event async for event in coach.answer(question) if isinstance(event, TurnDone)]
    return done


async def test_numbers_published_in_thousands_are_not_marked(macro: FilesSource) -> None:
    done = await answer("when is the jobs report", macro)

    assert "forecast 110,000, previous 119,000" in done.answer
    assert done.grounding.unbound == ()
