"""One alert watches one symbol: what names two is two drafts, or asked back, and never mixed up."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.agents.offline import replies
from app.agents.offline.alert_asking import asked_of_alerts
from app.agents.offline.plans import Asked, Frame
from app.agents.offline.reading import Reading

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)


@pytest.fixture
def ask(reading: Callable[[str], Reading]) -> Callable[[str], Asked]:
    return lambda question: asked_of_alerts(reading(question), Frame(), NOW)


@pytest.mark.parametrize(
    ("question", "drafts"),
    [
        (
            "alert me when spy hits 600 and qqq hits 500",
            {"SPY": "price hits 600", "QQQ": "price hits 500"},
        ),
        (
            "alert me when spy loses vwap and also nvda breaks yesterday's low",
            {"SPY": "price crosses below vwap", "NVDA": "price crosses below pdl"},
        ),
        ("alert me when spy 600 or vix 25", {"SPY": "price hits 600", "VIX": "price hits 25"}),
        (
            "alert me when spy is above 600 or vix is under 15",
            {"SPY": "price > 600", "VIX": "price < 15"},
        ),
        (
            "alert me if nvda hits 180 and tell me if amd hits 150",
            {"NVDA": "price hits 180", "AMD": "price hits 150"},
        ),
        (
            "ping me when es hits 5900, nq hits 21000",
            {"ES": "price hits 5900", "NQ": "price hits 21000"},
        ),
        ("alert me at 600 on spy and 500 on qqq", {"SPY": "price hits 600", "QQQ": "price hits 500"}),
        ("alert me when nvda or amd hits 180", {"NVDA": "price hits 180", "AMD": "price hits 180"}),
    ],
)  # fmt: skip
def test_each_symbol_has_its_own_condition_and_that_is_said(
    ask: Callable[[str], Asked], question: str, drafts: dict[str, str]
) -> None:
    found = ask(question)
    assert {call.symbol: call.arguments["condition"] for call in found.calls} == drafts
    assert len(found.calls) == len(drafts)
    assert found.said == [replies.ALERTS_EACH]


@pytest.mark.parametrize(
    "question",
    [
        "alert me when spy breaks 600 and vix is under 15",
        "alert me when spy is up 1% and qqq is down 1%",
        "alert me when rsi on spy is below 30 and vix is above 25",
        "alert me when spy and qqq both lose vwap",
        "alert me when aapl crosses msft",
        "alert me when nvda beats amd",
        "alert me when nvda hits 180 and amd does something",
        "how often would spy hitting 600 and qqq hitting 500 have fired",
    ],
)
def test_what_joins_or_compares_two_symbols_is_asked_back(
    ask: Callable[[str], Asked], question: str
) -> None:
    found = ask(question)
    assert (found.calls, found.said) == ([], [replies.ALERT_OF_TWO])


def test_a_symbol_in_a_note_is_not_watched(ask: Callable[[str], Asked]) -> None:
    [call] = ask("alert me when spy hits 600, note: watch QQQ too").calls
    wanted = {"symbol": "SPY", "condition": "price hits 600", "note": "watch QQQ too"}
    assert call.arguments == wanted


def test_one_symbol_may_have_two_conditions(ask: Callable[[str], Asked]) -> None:
    [call] = ask("alert me when spy hits 600 or spy loses vwap").calls
    assert call.arguments["condition"] == "price hits 600 or price crosses below vwap"


@pytest.mark.parametrize(
    ("question", "name", "fund"),
    [
        ("alert me when gold hits 4000", "gold", "GLD"),
        ("alert me when oil drops below 70", "oil", "USO"),
        ("tell me if silver gets within $1 of 30", "silver", "SLV"),
        ("alert me when natural gas closes above 3", "natural gas", "UNG"),
    ],
)
def test_a_price_of_gold_is_not_watched_on_a_fund(
    ask: Callable[[str], Asked], question: str, name: str, fund: str
) -> None:
    found = ask(question)
    wanted = replies.ALERT_OF_FUND_PRICE.format(name=name, fund=fund)
    assert (found.calls, found.said) == ([], [wanted])


def test_where_no_price_is_typed_the_fund_is_named(ask: Callable[[str], Asked]) -> None:
    found = ask("alert me when gold drops 2% in an hour")
    [call] = found.calls
    assert call.arguments == {"symbol": "GLD", "condition": "price falls by 2% in 1h"}
    assert found.said == ["Gold is watched through the fund GLD."]
    assert ask("alert me when gld hits 370").said == []
