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
        ("earnings this week", [("get_calendar", {"kinds": ["earnings"], "days": 4})]),
        ("any earnings tonight", [("get_calendar", {"kinds": ["earnings"], "days": 1})]),
        ("when is cpi", [("get_calendar", CPI)]),
        ("nfp?", [("get_calendar", {**CPI, "release": "payrolls"})]),
        ("what economic numbers come out this week", [("get_calendar", {"kinds": ["release"], "days": 4})]),
        ("economic calendar", [("get_calendar", {})]),
        ("what does the market expect from the fed", [("get_rates", {"about": "fed"})]),
        ("what's priced in for the next fed meeting", [("get_rates", {"about": "fed"})]),
        ("odds of a cut in december", [("get_rates", {"about": "fed"})]),
        ("yield curve", [("get_rates", {"about": "curve"})]),
        ("2s10s", [("get_rates", {"about": "curve"})]),
        ("when is the next fed meeting", [("get_calendar", {"kinds": ["fed"], "days": 120})]),
        ("when is the fed", [("get_calendar", {"kinds": ["fed"], "days": 120})]),
        ("how many cuts are priced in", [("get_rates", {"about": "fed"})]),
        ("is the curve inverted", [("get_rates", {"about": "curve"})]),
        ("what's the real yield", [("get_rates", {"about": "real"})]),
        ("where is the 2 year", [("get_rates", {"tenor": "2y"})]),
        ("what's the 10 year yield", [("get_rates", {"tenor": "10y"})]),
        ("what are treasury yields", [("get_rates", {})]),
        ("what's on the economic calendar this week", [("get_calendar", {"days": 4})]),
        ("what's happening tomorrow", [("get_calendar", {"days": 1})]),
        ("who reports next week", [("get_calendar", {"kinds": ["earnings"], "days": 11})]),
        ("when is the next half day", [("get_calendar", {"kinds": ["holiday"], "days": 120})]),
        ("is friday a half day", [("get_market_status", {"date": "2025-11-21"})]),
        ("which sectors lag over 3 months", [("get_sector_rotation", {"window": "3m"})]),
        ("sectors over six months", [("get_sector_rotation", {"window": "6m"})]),
        ("sector performance today", [("get_sector_rotation", {"window": "1d"})]),
        (
            "how is energy doing vs the market",
            [("get_sector_rotation", {"sector": "energy"})],
        ),
        ("is money moving out of tech", [("get_sector_rotation", {"sector": "tech"})]),
        (
            "has health care outperformed this quarter",
            [("get_sector_rotation", {"window": "3m", "sector": "health care"})],
        ),
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


async def test_a_week_ends_on_its_sunday(conversation: Any) -> None:
    conversation.now = FRIDAY
    made, _ = await conversation.say("who reports this week")
    assert made[0].arguments == {"kinds": ["earnings"], "days": 2}

    conversation.now = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
    made, _ = await conversation.say("who reports this week")
    assert made[0].arguments == {"kinds": ["earnings"], "days": 8}


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


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("what's the 10 year yield", "The ten-year Treasury yields 4.10% at the end of Thursday"),
        ("is the curve inverted", "No, the curve is not inverted. Treasuries yield at the end of"),
        ("odds of a cut", "Likeliest after the next Fed meeting: a target of 3.50% to 3.75%"),
        ("what's the real yield", "Real yields, those of inflation-protected Treasuries, are not"),
        ("yield curve", "is upward, +0.60 percentage points."),
    ],
)
async def test_what_was_asked_of_rates_is_said_first(
    macro: FilesSource, question: str, said: str
) -> None:
    done = await answer(question, macro)

    assert said in done.answer
    assert done.grounding.unbound == ()
    assert question == "yield curve" or done.answer.startswith(said[:30])


async def test_without_a_source_the_odds_name_the_file_that_would_give_them() -> None:
    done = await answer("odds of a cut")

    assert done.answer.startswith("Probabilities of a Fed decision are made from futures")
    assert "expectations.csv" in done.answer


async def test_an_economic_calendar_says_that_releases_have_no_source() -> None:
    done = await answer("what's on the economic calendar this week")

    assert "Economic releases need a source" in done.answer


async def test_a_sector_that_is_asked_about_is_told_first() -> None:
    done = await answer("how is energy doing vs the market")

    assert done.answer.startswith("Energy (XLE) is ")
    assert done.grounding.unbound == ()
