"""Listed options of the simulated market, measured; and a vendor's own Greeks beside ours."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from app.core.errors import NotFound
from app.core.symbols import Symbol
from app.market.chains import OptionChain, OptionKind
from app.market.providers.simulated import SimulatedMarket
from app.options.past import volatility_history
from app.options.records import NoRecords
from app.options.service import (
    Listed,
    contract_row,
    expected_move,
    listed_options,
    nearest_series,
    reading,
    rows_of,
    strikes_around,
    volatility_now,
)

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
AMD = Symbol("AMD")


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7)


@pytest.fixture
async def listed(market: SimulatedMarket) -> Listed:
    return await listed_options(market, AMD, as_of=NOW, rate=0.04)


async def _turns_while(work: Coroutine[Any, Any, Any]) -> int:
    """How often another task had its turn."""
    turns, task = 0, asyncio.ensure_future(work)
    await asyncio.sleep(0)
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    await task
    return turns


class _Kept(SimulatedMarket):
    """Has its chain at hand."""

    chain: OptionChain

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        return self.chain


async def test_others_have_their_turn_while_a_chain_is_made_and_measured() -> None:
    market = _Kept(seed=7)
    made = SimulatedMarket(seed=7)
    market.chain = await made.option_chain(AMD, as_of=NOW)

    assert await _turns_while(made.option_chain(AMD, as_of=NOW - timedelta(hours=1))) > 0
    assert await _turns_while(listed_options(market, AMD, as_of=NOW, rate=0.04)) > 0


def test_a_contract_is_found_by_days_and_delta(listed: Listed) -> None:
    series = nearest_series(listed, days=45)
    found = reading(listed, contract_row(listed, series, OptionKind.PUT, delta=0.30))

    assert series.expiry == date(2027, 1, 8)  # 49 days; the week before ends 41 days out
    assert found.delta == pytest.approx(-0.30, abs=0.03)
    assert found.quote.contract.kind is OptionKind.PUT
    assert (found.is_vendors, found.absence) == (False, "")
    assert found.price == pytest.approx(float(found.quote.mark or 0))


def test_at_the_money_is_the_strike_nearest_to_the_forward(listed: Listed) -> None:
    series = nearest_series(listed, days=20)
    call = reading(listed, contract_row(listed, series, OptionKind.CALL))

    assert abs(float(call.quote.contract.strike) - listed.measured.spot) < 2.5


def test_a_strike_that_is_not_listed_names_its_neighbours(listed: Listed) -> None:
    series = nearest_series(listed, days=20)

    with pytest.raises(NotFound, match="that strike") as refused:
        contract_row(listed, series, OptionKind.CALL, strike=121.3)
    assert {"120 call", "122.5 call"} <= set(refused.value.suggestions)


async def test_a_day_without_an_expiry_names_those_around_it(market: SimulatedMarket) -> None:
    with pytest.raises(NotFound, match="2026-12-05") as refused:
        await listed_options(market, AMD, as_of=NOW, rate=0.04, expiry=date(2026, 12, 5))
    assert refused.value.suggestions == ("2026-11-27", "2026-12-04", "2026-12-11")


def test_strikes_around_the_price_are_as_many_below_as_above(listed: Listed) -> None:
    series = nearest_series(listed, days=20)
    strikes = strikes_around(listed, series, 3)

    assert len(strikes) == 6
    assert strikes[2] <= listed.measured.spot < strikes[3]
    rows = rows_of(listed, series, strikes)
    assert len(rows) == 12
    assert {listed.measured.quotes[row].contract.expiry for row in rows} == {series.expiry}


def test_the_straddle_and_the_volatility_expect_about_the_same_move(listed: Listed) -> None:
    move = expected_move(listed, nearest_series(listed, days=30))

    assert move.by_volatility is not None
    assert move.by_straddle == pytest.approx(move.by_volatility, rel=0.45)


def test_american_puts_say_that_early_exercise_may_be_worth_more(listed: Listed) -> None:
    series = nearest_series(listed, days=200)

    assert reading(listed, contract_row(listed, series, OptionKind.PUT)).may_be_exercised_early


async def test_index_options_cannot_be_exercised_early(market: SimulatedMarket) -> None:
    listed = await listed_options(market, Symbol("SPX"), as_of=NOW, rate=0.04)
    row = contract_row(listed, nearest_series(listed, days=200), OptionKind.PUT)

    assert not reading(listed, row).may_be_exercised_early


class _Vendor(SimulatedMarket):
    """Gives Greeks with every quote."""

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        chain = await super().option_chain(symbol, expiry=expiry, as_of=as_of)
        told = [
            replace(each, implied_volatility=Decimal("0.5"), delta=Decimal("0.42"))
            for each in chain.quotes
        ]
        return replace(chain, quotes=told)


async def test_a_vendors_own_greeks_stand_and_say_so() -> None:
    listed = await listed_options(_Vendor(), AMD, as_of=NOW, rate=0.04)
    found = reading(listed, 40)

    assert (found.volatility, found.delta, found.is_vendors) == (0.5, 0.42, True)
    assert found.gamma is None


async def test_what_options_say_stands_beside_their_past(market: SimulatedMarket) -> None:
    listed = await listed_options(market, AMD, as_of=NOW, rate=0.04)
    history = await volatility_history(
        market, AMD, records=NoRecords(), as_of=NOW, rate=0.04, chain=listed.chain
    )
    found = volatility_now(listed, nearest_series(listed, days=30), history)

    assert found.history.rank is not None
    assert found.skew is not None
    assert found.skew > 0
    assert found.at_the_money == pytest.approx(found.history.today.at_the_money, rel=0.1)
    assert len(found.term) > 5
    assert found.interest.max_pain is not None
