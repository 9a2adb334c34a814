"""What a number on a holding measures: a result, a value, a Greek or a mark, and never another one."""

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
    ("question", "condition"),
    [
        ("alert me when my spy condor is under 50% profit", 'position("SPY condor").pnl_pct <= 50%'),
        ("ping me when my qqq fly hits 40% profit", 'position("QQQ fly").pnl_pct >= 40%'),
        ("alert me when my pnl drops below $200", "open_pnl <= $200"),
        ("alert me when my p&l hits -1,500", "open_pnl <= -$1500"),
        ("alert me when my open p&l crosses 0", "open_pnl crosses $0"),
        ("alert me when my loss hits $500", "open_pnl <= -$500"),
        ("notify me when my portfolio falls below -1000", "open_pnl <= -$1000"),
        ("alert me when my nvda position goes below -500", 'position("NVDA").pnl <= -$500'),
        ("alert me when my book is down 5k", "open_pnl <= -$5000"),
        ("alert me when i'm down $500 on nvda", 'position("NVDA").pnl <= -$500'),
        ("alert me when my gold position is down $500", 'position("GLD").pnl <= -$500'),
        ("tell me if my tsla position loses 5%, let me know", 'position("TSLA").pnl_pct <= -5%'),
    ],
)  # fmt: skip
def test_a_result_keeps_its_sign(
    ask: Callable[[str], Asked], question: str, condition: str
) -> None:
    assert [call.arguments for call in ask(question).calls] == [{"condition": condition}]


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("if my delta on the 180c drops to .3", 'delta("180c") crosses below 0.3'),
        ("alert me when net delta falls to 100", "net_delta crosses below 100"),
        ("alert me when net theta drops to 50", "net_theta crosses below 50"),
        ("alert me when net theta rises to 50", "net_theta crosses above 50"),
        ("alert me when net vega slips to -40", "net_vega crosses below -40"),
        ("alert me when my delta hits 200", "net_delta crosses 200"),
        ("alert me when the delta on my 180 call gets to .3", 'delta("180 call") crosses 0.3'),
        ("alert me when net vega is over -100", "net_vega > -100"),
        ("alert me when my gamma goes under 5", "net_gamma crosses below 5"),
        ("alert me when theta on my book goes over 100", "net_theta crosses above 100"),
        ("alert me when my spx delta goes over 50", 'position("SPX").delta crosses above 50'),
        (
            "alert me when delta on my spx condor falls below -20",
            'position("SPX condor").delta crosses below -20',
        ),
    ],
)
def test_a_greek_is_crossed_the_way_it_moves(
    ask: Callable[[str], Asked], question: str, condition: str
) -> None:
    assert [call.arguments for call in ask(question).calls] == [{"condition": condition}]


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("alert me when my aapl 180c goes above $5", 'mark("AAPL 180c") crosses above $5'),
        ("alert me when my spy 600 puts go under 0.50", 'mark("SPY 600 puts") crosses below 0.5'),
        (
            "alert me when my nvda position is worth more than $50,000",
            'position("NVDA").value >= $50000',
        ),
    ],
)
def test_a_price_of_a_contract_is_its_mark_and_worth_a_value(
    ask: Callable[[str], Asked], question: str, condition: str
) -> None:
    assert [call.arguments for call in ask(question).calls] == [{"condition": condition}]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("alert me when my account drops below $25,000", replies.ALERT_OF_ACCOUNT),
        ("alert me when my account is above $100,000", replies.ALERT_OF_ACCOUNT),
        ("alert me when my portfolio is up 2%", replies.ALERT_OF_ACCOUNT),
        ("alert me when my spx condor drops below $1.20", replies.ALERT_OF_VALUE),
        ("alert me when my nvda position is below $500", replies.ALERT_OF_VALUE),
        ("alert me when my nvda position is over $50,000", replies.ALERT_OF_VALUE),
        ("alert me when my nvda calls drop below $2", replies.ALERT_OF_VALUE),
        ("alert me when my tsla shares drop below $300", replies.ALERT_OF_VALUE),
        ("alert me when my day is down $500", replies.ALERT_OF_SPAN),
        ("ping me when my p&l for the day hits -500", replies.ALERT_OF_SPAN),
        ("alert me when my account loses $500 today", replies.ALERT_OF_SPAN),
        ("alert me when my nvda position is down $500 this week", replies.ALERT_OF_SPAN),
        ("alert me when i am down 500 on the day", replies.ALERT_OF_SPAN),
        ("alert me when gamma of my spx condor goes over 5", replies.ALERT_OF_GREEK),
        ("alert me when delta on my spx 6000 call goes over 50", replies.ALERT_OF_DELTA),
        ("alert me when my spx condor is at 50% of max profit", replies.ASK_HOLDING),
        ("alert me when my loss is under $500", replies.ASK_HOLDING),
        ("alert me when my watchlist is up 2%", replies.ASK_HOLDING),
        ("alert me when my trade is down 15%", replies.ASK_HOLDING),
        ("alert me when my spx delta is down 50", replies.ASK_HOLDING),
        ("alert me when my delta drops 50", replies.ASK_HOLDING),
        ("alert me when my nvda position is down $500 and spy breaks 600", replies.ASK_HOLDING),
        ("alert me when spy breaks 600 and my book is down $500", replies.ASK_ALERT),
    ],
)
def test_a_figure_that_is_not_known_or_not_meant_is_never_watched_as_another(
    ask: Callable[[str], Asked], question: str, said: str
) -> None:
    found = ask(question)
    assert (found.calls, found.said) == ([], [said])


def test_what_limits_an_alert_limits_one_on_a_holding(ask: Callable[[str], Asked]) -> None:
    [call] = ask("alert me when my nvda position loses more than 10%, only before 11am, once").calls
    wanted = {
        "condition": 'position("NVDA").pnl_pct <= -10%',
        "active": "before 11:00",
        "repeats": False,
    }
    assert call.arguments == wanted
