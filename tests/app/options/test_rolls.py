"""Where an option may be rolled to, how it fades, and when its rules are reached, by plain arithmetic."""

from datetime import UTC, datetime

import numpy as np
import pytest

from app.core.symbols import Symbol
from app.market.chains import OptionKind
from app.market.providers.simulated import SimulatedMarket
from app.options.american import american_prices
from app.options.models import Contracts
from app.options.pricing import greeks, prices
from app.options.roll_rules import RuleName, fading, months_ahead, rules
from app.options.roll_targets import Held, Way, targets, usual_later
from app.options.service import contract_row, listed_options, nearest_series

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def option(*, days: float, strike: float = 100.0, is_call: bool = True) -> Contracts:
    return Contracts.of(is_call=is_call, spot=100.0, strike=strike, years=days / 365.0, rate=0.04)


async def held(kind: OptionKind, days: int, *, is_long: bool, share: float = 1.0) -> Held:
    listed = await listed_options(SimulatedMarket(seed=7), Symbol("AMD"), as_of=NOW, rate=0.04)
    series = nearest_series(listed, days=days)
    strikes = listed.measured.contracts.strike[listed.measured.on(series)]
    near = float(strikes[np.argmin(np.abs(strikes - share * listed.measured.spot))])
    row = contract_row(listed, series, kind, strike=near)
    return Held(listed=listed, row=row, is_long=is_long)


def strike_of(own: Held, row: int) -> float:
    return float(own.listed.measured.contracts.strike[row])


async def test_up_is_above_and_down_below_and_all_end_later() -> None:
    own = await held(OptionKind.PUT, 28, is_long=False)
    found = {each.way: each.row for each in targets(own, later=30)}

    assert strike_of(own, found[Way.UP]) > own.strike > strike_of(own, found[Way.DOWN])
    assert strike_of(own, found[Way.SAME_STRIKE]) == own.strike
    chain = own.listed.measured
    for row in found.values():
        assert chain.series[int(chain.place[row])].expiry > own.series.expiry
        assert not chain.contracts.is_call[row]
        assert chain.price[row] > 0.0


async def test_without_a_debit_no_strike_lies_further_away() -> None:
    own = await held(OptionKind.CALL, 28, is_long=False)
    found = {each.way: each.row for each in targets(own, later=30)}

    chain, row = own.listed.measured, found[Way.FOR_A_CREDIT]
    assert chain.price[row] >= chain.price[own.row]
    assert strike_of(own, row) > own.strike
    further = chain.on(chain.series[int(chain.place[row])]) & chain.contracts.is_call
    further &= chain.contracts.strike > strike_of(own, row)
    assert not (chain.price[further] >= chain.price[own.row]).any()


async def test_what_is_bought_has_no_strike_for_a_credit() -> None:
    own = await held(OptionKind.CALL, 28, is_long=True)
    assert Way.FOR_A_CREDIT not in {each.way for each in targets(own, later=30)}


async def test_what_is_asked_for_comes_first_and_no_contract_twice() -> None:
    own = await held(OptionKind.CALL, 28, is_long=True)
    assert targets(own, later=30, way=Way.DOWN)[0].way is Way.DOWN
    wanted = own.strike * 1.1
    first, *others = targets(own, later=30, strike=wanted)
    assert first.way is Way.TO_STRIKE
    assert abs(strike_of(own, first.row) - wanted) <= 2.5
    rows = [first.row, *(each.row for each in others)]
    assert len(rows) == len(set(rows))


async def test_a_leaps_is_rolled_by_a_year_and_a_month_by_a_month() -> None:
    assert usual_later(await held(OptionKind.CALL, 400, is_long=True)) == 365
    assert usual_later(await held(OptionKind.CALL, 28, is_long=True)) == 30


def test_fading_is_the_option_with_less_time() -> None:
    own = option(days=400)
    now, later = fading(own, 0.3, (0.0, 100.0), is_american=False)

    assert now.value == pytest.approx(prices(own, 0.3)[0])
    assert later.value == pytest.approx(prices(option(days=300), 0.3)[0])
    assert later.theta == pytest.approx(greeks(option(days=300), 0.3).theta[0])
    assert now.time_value == now.value


def test_an_american_put_fades_by_american_values() -> None:
    own = option(days=400, strike=130.0, is_call=False)
    [later] = fading(own, 0.3, (100.0,), is_american=True)

    worth = american_prices(option(days=300, strike=130.0, is_call=False), 0.3)[0]
    assert later.value == pytest.approx(worth)
    assert later.value > prices(option(days=300, strike=130.0, is_call=False), 0.3)[0]
    assert later.time_value == pytest.approx(worth - 30.0)


def test_months_come_before_the_end_and_weeks_where_few_are_left() -> None:
    assert months_ahead(option(days=400)) == (0.0, 30.0, 61.0, 91.0, 183.0, 274.0, 365.0)
    assert months_ahead(option(days=25)) == (0.0, 7.0, 14.0, 21.0)
    assert months_ahead(option(days=3)) == (0.0,)


def test_the_day_of_a_rule_is_the_first_on_which_it_holds() -> None:
    own = option(days=400)
    half, decay, stock = rules(own, 0.3, is_long=True)

    assert (half.name, half.reached_in) == (RuleName.HALF_A_YEAR, 220.0)
    assert decay.reached_in is not None
    before, on = (
        abs(greeks(option(days=400 - decay.reached_in + back), 0.3).theta[0]) for back in (1, 0)
    )
    assert before < decay.threshold <= on
    assert stock.reached_in is None


def test_a_leaps_that_was_held_long_keeps_its_rule() -> None:
    own = option(days=100)
    assert rules(own, 0.3, is_long=True)[0].name is RuleName.A_MONTH
    held_long = rules(own, 0.3, is_long=True, lived=300.0)[0]
    assert (held_long.name, held_long.reached_in) == (RuleName.HALF_A_YEAR, 0.0)


def test_a_premium_is_earned_on_the_day_a_fifth_is_left() -> None:
    own = option(days=40, strike=90.0, is_call=False)
    weeks, earned, strike = rules(own, 0.3, is_long=False, received=1.5)

    assert weeks.reached_in == pytest.approx(19.0)
    assert earned.reached_in is not None
    left = [
        prices(option(days=40 - day, strike=90.0, is_call=False), 0.3)[0]
        for day in (earned.reached_in - 1, earned.reached_in)
    ]
    assert left[0] > 0.3 >= left[1]
    assert strike.reached_in is None
    assert len(rules(own, 0.3, is_long=False)) == 2
