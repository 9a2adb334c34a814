"""Legs by delta, width or at the money; what the sentence says of sides, counts and volatilities; and the
last day, which is told in hours and minutes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.core.errors import InvalidInput
from app.grounding.answer import Writer
from app.market.providers.simulated import SimulatedMarket
from tools.options import get_greeks, get_option_chain
from tools.structures import analyze_structure

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
DECEMBER = "2026-12-18"


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture
def said(ask: Any, market: SimulatedMarket) -> Any:
    """Ask, and see that every number of the sentence is a figure."""

    async def call(arguments: dict[str, Any], tool: Any = analyze_structure, at: Any = NOW) -> Any:
        found = await ask(tool, arguments, at=at, market=market)
        writer = Writer(found.ledger, now=at)
        writer.feed(found.result.sentence)
        writer.close()
        assert writer.report.unbound == ()
        return found

    return call


def leg(kind: str, side: str, **how: Any) -> dict[str, Any]:
    return {"kind": kind, "side": side, **how}


async def test_an_iron_condor_by_delta_and_width_stands_on_listed_strikes(said: Any) -> None:
    legs = [
        leg("put", "sell", delta=0.16),
        leg("put", "buy", wide=10),
        leg("call", "sell", delta=0.16),
        leg("call", "buy", wide=10),
    ]
    found = await said({"symbol": "SPY", "expiry": DECEMBER, "legs": legs})

    [card] = found.result.cards
    assert card.title == "iron condor"
    strikes = [Decimal(each.words.split()[0]) for each in card.legs]
    assert strikes[0] - strikes[1] == strikes[3] - strikes[2] == 10
    spot = Decimal(card.spot.value)
    assert strikes[0] < spot < strikes[2]
    short = await said(
        {"symbol": "SPY", "expiry": DECEMBER, "kind": "put", "strike": float(strikes[0])},
        get_greeks,
    )
    assert -0.19 < float(short.figures["delta"].replace("−", "-")) < -0.13


async def test_at_the_money_both_halves_of_a_straddle_have_one_strike(said: Any) -> None:
    legs = [leg("put", "sell", at_the_money=True), leg("call", "sell", at_the_money=True)]
    found = await said({"symbol": "AMD", "expiry": DECEMBER, "legs": legs})

    assert found.result.cards[0].title == "short straddle"


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ({"legs": [leg("put", "sell", delta=0.16)]}, "Name the symbol"),
        ({"symbol": "SPY", "legs": [leg("put", "sell")]}, "Name the strike"),
        ({"symbol": "SPY", "legs": [leg("put", "buy", wide=5)]}, "needs another put before it"),
    ],
)
async def test_a_strike_that_cannot_be_found_is_asked_for(
    said: Any, arguments: dict[str, Any], missing: str
) -> None:
    with pytest.raises(InvalidInput, match=missing):
        await said(arguments)


async def test_the_sentence_says_what_is_bought_and_what_is_sold(said: Any) -> None:
    legs = [leg("put", "sell", strike=450), leg("put", "buy", strike=445)]
    found = await said({"legs": legs, "credit": 1.10})

    assert "It is: sold the 450 put and bought the 445 put." in found.sentence


async def test_five_of_them_make_and_lose_five_times_as_much(said: Any) -> None:
    one = [leg("put", "sell", strike=450), leg("put", "buy", strike=445)]
    five = [each | {"quantity": 5} for each in one]
    single = await said({"legs": one, "credit": 1.10, "spot": 460, "days": 30, "volatility": 20})
    many = await said({"legs": five, "credit": 1.10, "spot": 460, "days": 30, "volatility": 20})

    assert "sold 5 of the 450 put and bought 5 of the 445 put" in many.sentence
    for name in ("cost", "best", "worst"):
        amounts = [Decimal(getattr(each.result.cards[0], name).value) for each in (single, many)]
        assert amounts[1] == 5 * amounts[0]
    thetas = [
        Decimal(
            next(row for row in each.result.cards[0].greeks if row.name == "theta").contract.value
        )
        for each in (single, many)
    ]
    assert thetas[1] == pytest.approx(5 * thetas[0], rel=Decimal("0.001"))


async def test_a_leg_without_a_volatility_of_its_own_is_said_to_borrow_one(said: Any) -> None:
    legs = [leg("call", "buy", strike=60, price=61), leg("call", "sell", strike=120, price=3)]
    found = await said({"symbol": "AMD", "expiry": "2026-11-27", "legs": legs})

    assert "The 60 call has no implied volatility now: the one at the money is taken." in (
        found.sentence
    )


async def test_legs_with_volatilities_of_their_own_borrow_none(said: Any) -> None:
    legs = [leg("call", "buy", strike=115), leg("call", "sell", strike=120)]
    found = await said({"symbol": "AMD", "expiry": DECEMBER, "legs": legs})

    assert "at the money" not in found.sentence


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "5.0 hours"),
        (datetime(2026, 11, 20, 20, 30, tzinfo=UTC), "30 minutes"),
    ],
)
async def test_the_last_day_is_told_in_hours_and_minutes(
    said: Any, at: datetime, left: str
) -> None:
    greeks = await said({"symbol": "SPX", "days": 0, "kind": "call"}, get_greeks, at)
    chain = await said({"symbol": "SPX", "days": 0}, get_option_chain, at)

    assert f"{left} from its settlement" in greeks.sentence
    assert f"{left} away" in chain.sentence


async def test_an_expiry_that_nobody_named_is_said_to_be_taken(said: Any) -> None:
    legs = [leg("call", "buy", strike=115)]
    unnamed = await said({"symbol": "AMD", "legs": legs})
    named = await said({"symbol": "AMD", "legs": legs, "expiry": DECEMBER})

    assert "the nearest to a month out, as no expiry was named" in unnamed.sentence
    assert "no expiry was named" not in named.sentence


async def test_a_supposition_says_its_day(said: Any) -> None:
    asked = {"symbol": "AMD", "legs": [leg("call", "buy", strike=115)], "if_price": 125}
    found = await said({**asked, "expiry": DECEMBER, "if_date": DECEMBER})

    assert "In that case, on Friday 18 December 2026, it stands at" in found.sentence
