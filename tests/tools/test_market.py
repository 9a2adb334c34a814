from datetime import UTC, datetime
from typing import Any

import pytest
from typing_extensions import override

from app.market.protocol import ExchangeSign
from app.market.providers.simulated import SimulatedMarket
from tools.market import get_market_status


def new_york(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in New York's winter time."""
    return datetime(2026, 11, day, hour + 5, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (new_york(20, 10), "The market is open. It closes at 16:00 ET, in 6.0 hours."),
        (new_york(20, 15, 20), "The market is open. It closes at 16:00 ET, in 40 minutes."),
        (new_york(20, 8), "The market is in premarket; the regular session has not begun."),
        (
            new_york(20, 17),
            "The market is in after hours; the regular session is over. It opens at 09:30 ET on"
            " Monday 23 November 2026, in 64.5 hours.",
        ),
        (new_york(21, 12), "The market is closed. It opens at 09:30 ET on Monday 23 November 2026"),
        (new_york(26, 12), "The market is closed for Thanksgiving."),
        (new_york(27, 11), "The market is open. It is a half day. It closes at 13:00 ET"),
    ],
)
async def test_the_present_is_told_with_the_next_bell(ask: Any, at: datetime, told: str) -> None:
    said = await ask(get_market_status, {}, at=at)
    assert said.sentence.startswith(told)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2027-03-26", "No, the market is closed on Friday 26 March 2027 for Good Friday."),
        ("2026-11-27", "Yes, but Friday 27 November 2026 is a half day"),
        ("2026-11-23", "Yes, the market is open on Monday 23 November 2026, 09:30 ET to 16:00 ET."),
        ("2026-11-22", "No, the market is closed on Sunday 22 November 2026 for the weekend."),
        ("2026-11-19", "Yes, the market was open on Thursday 19 November 2026"),
    ],
)
async def test_a_date_is_told_by_the_calendar(ask: Any, day: str, told: str) -> None:
    said = await ask(get_market_status, {"date": day}, at=new_york(20, 10))
    assert said.sentence.startswith(told)


async def test_crypto_never_closes(ask: Any) -> None:
    said = await ask(
        get_market_status, {"symbol": "BTC/USD"}, at=new_york(21, 12), market=SimulatedMarket()
    )
    assert "round the clock" in said.sentence
    [card] = said.result.cards
    assert card.days_ahead == ()


async def test_a_simulated_market_does_not_pass_for_the_real_one(ask: Any) -> None:
    said = await ask(get_market_status, {}, at=new_york(20, 10), market=SimulatedMarket())
    assert said.sentence.startswith("The simulated market (session of Friday 20 November 2026)")


async def test_the_card_counts_down_and_shows_the_days_ahead(ask: Any) -> None:
    said = await ask(get_market_status, {}, at=new_york(20, 10))
    [card] = said.result.cards
    assert card.until_next.text == "6.0 hours"
    assert [day.label for day in card.days_ahead][:2] == [
        "Thanksgiving, closed",
        "day after Thanksgiving, half day",
    ]
    assert [milestone.label for milestone in card.milestones] == [
        "closes",
        "after hours end",
        "opens",
    ]


class Signed(SimulatedMarket):
    """A market whose provider says what the exchanges do."""

    sign: ExchangeSign | None = None

    @override
    async def exchange_sign(self) -> ExchangeSign | None:
        return self.sign


@pytest.mark.parametrize(
    ("at", "is_open", "told"),
    [
        (new_york(20, 11), False, "Massive says that US exchanges are not open now"),
        (new_york(26, 11), True, "Massive says that US exchanges are open now"),
        (new_york(20, 11), True, "The simulated market"),
        (new_york(20, 16, 1), True, "The simulated market"),
    ],
    ids=["unscheduled closure", "opened on a holiday", "as foreseen", "at the bell"],
)
async def test_what_the_calendar_did_not_foresee_is_said_first(
    ask: Any, at: datetime, is_open: bool, told: str
) -> None:
    market = Signed(seed=7)
    market.sign = ExchangeSign(is_open=is_open, provider="Massive")

    said = await ask(get_market_status, {}, at=at, market=market)

    assert said.sentence.startswith(told)


async def test_of_a_past_moment_nobody_is_asked(ask: Any) -> None:
    market = Signed(seed=7)
    market.sign = ExchangeSign(is_open=False, provider="Massive")

    said = await ask(
        get_market_status, {"as_of": "2026-11-19T11:00"}, at=new_york(20, 11), market=market
    )

    assert "Massive" not in said.sentence
