"""American exercise: published tables, an independent tree, and what must always hold."""

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.market.models import Floats
from app.options.american import (
    american_greeks,
    american_prices,
    american_volatility,
    early_exercise,
)
from app.options.engines import CashDividend
from app.options.models import Contracts, NoVolatility
from app.options.pricing import greeks, implied_volatility, prices


def test_the_values_longstaff_and_schwartz_compare_with() -> None:
    """Their table 1 (2001): a finite-difference American put with fifty exercise dates a year, so ours
    is a little higher."""
    contracts = Contracts.of(
        is_call=False, spot=[36, 36, 38, 40, 44], strike=40, years=[1, 2, 1, 1, 1], rate=0.06
    )
    published = np.array([4.478, 4.840, 3.250, 2.314, 1.110])

    found = american_prices(contracts, 0.2)

    assert np.all(found > published - 0.001)
    np.testing.assert_allclose(found, published, atol=0.012)


TRUE_VALUES = (
    (0.0062, 0.2004, 0.4328, 0.0774, 0.6975, 1.2198, 0.2466, 1.3460, 2.1549),
    (0.8522, 1.5798, 1.9904, 1.3099, 2.4825, 3.1696, 1.7681, 3.3874, 4.3526),
    (5.0000, 5.0883, 5.2670, 5.0597, 5.7056, 6.2436, 5.2868, 6.5099, 7.3830),
)
"""Huang, Subrahmanyam and Yu (1996), table 1: puts at 35, 40 and 45 on a stock at 40, volatility 20, 30
and 40 %, one, four and seven months; by a tree of 10,000 steps."""


def test_the_true_values_of_huang_subrahmanyam_and_yu() -> None:
    contracts = Contracts.of(
        is_call=False,
        spot=40.0,
        strike=np.repeat([35.0, 40.0, 45.0], 9),
        years=np.tile(np.array([1, 4, 7]) / 12, 9),
        rate=0.0488,
    )
    found = american_prices(contracts, np.tile(np.repeat([0.2, 0.3, 0.4], 3), 3))

    np.testing.assert_allclose(found, np.ravel(TRUE_VALUES), atol=5e-4)


def test_the_reference_tables_which_are_approximations(shared_data: Path) -> None:
    """Barone-Adesi and Whaley's, Bjerksund and Stensland's, Ju's: near, none of them exact, and
    left out at a volatility of a thousand percent."""
    with (shared_data / "options/quantlib_haug_tables.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["style"] == "american" and float(row["vol"]) < 3.0
        ]
    contracts = Contracts.of(
        is_call=[row["type"] == "call" for row in rows],
        spot=[float(row["spot"]) for row in rows],
        strike=[float(row["strike"]) for row in rows],
        years=[float(row["t"]) for row in rows],
        rate=[float(row["r"]) for row in rows],
        dividend_yield=[float(row["q"]) for row in rows],
    )
    found = american_prices(contracts, [float(row["vol"]) for row in rows])

    np.testing.assert_allclose(
        found, [float(row["expected"]) for row in rows], rtol=0.01, atol=0.03
    )


some = st.builds(
    Contracts.of,
    is_call=st.booleans(),
    spot=st.floats(50.0, 150.0),
    strike=st.just(100.0),
    years=st.floats(0.001, 2.0),
    rate=st.floats(0.0, 0.1),
    dividend_yield=st.floats(0.0, 0.1),
)


@given(contracts=some, sigma=st.floats(0.03, 1.5))
@settings(deadline=None, max_examples=200)
def test_it_is_worth_at_least_what_it_is_at_once_and_at_its_end(
    contracts: Contracts, sigma: float
) -> None:
    [found] = american_prices(contracts, sigma)
    side = 1.0 if contracts.is_call[0] else -1.0

    assert found >= prices(contracts, sigma)[0]
    assert found >= side * (contracts.spot[0] - contracts.strike[0])
    assert found <= max(contracts.spot[0], contracts.strike[0])


@given(contracts=some, sigma=st.floats(0.03, 1.0))
@settings(deadline=None, max_examples=60)
def test_more_volatility_more_time_and_a_better_strike_are_worth_no_less(
    contracts: Contracts, sigma: float
) -> None:
    better = -1.0 if contracts.is_call[0] else 1.0
    [found] = american_prices(contracts, sigma)
    allowed = found - (5e-4 if sigma < 0.3 else 2e-5)

    assert american_prices(contracts, sigma * 1.05)[0] >= allowed
    assert american_prices(replace(contracts, years=contracts.years * 1.05), sigma)[0] >= allowed
    moved = replace(contracts, strike=contracts.strike * (1.0 + 0.01 * better))
    assert american_prices(moved, sigma)[0] >= allowed


@given(contracts=some, sigma=st.floats(0.03, 1.5))
@settings(deadline=None, max_examples=60)
def test_the_volatility_of_a_price_is_the_one_it_was_made_with_or_there_is_none(
    contracts: Contracts, sigma: float
) -> None:
    price = american_prices(contracts, sigma)
    found = american_volatility(contracts, price)

    if np.isnan(found.value[0]):
        assert found.absence[0] != NoVolatility.HAS_ONE
    else:
        assert found.value[0] == pytest.approx(sigma, rel=1e-3)


def test_volatilities_are_there_wherever_time_value_is() -> None:
    """Half a dollar or more of it, in any week of two years."""
    contracts = Contracts.of(
        is_call=np.tile([True, False], 75),
        spot=np.repeat(np.linspace(85.0, 115.0, 15), 10),
        strike=100.0,
        years=np.tile(np.linspace(0.02, 2.0, 10), 15),
        rate=0.04,
        dividend_yield=0.02,
    )
    price = american_prices(contracts, 0.3)
    side = np.where(contracts.is_call, 1.0, -1.0)
    has_time_value = price - np.maximum(side * (contracts.spot - 100.0), 0.0) > 0.5
    found = american_volatility(contracts, price)

    assert has_time_value.sum() > 120
    np.testing.assert_allclose(found.value[has_time_value], 0.3, rtol=1e-7)


def test_an_american_volatility_lies_below_the_european_of_the_same_price() -> None:
    put = Contracts.of(is_call=False, spot=95.0, strike=100.0, years=1.0, rate=0.06)
    price = american_prices(put, 0.25)

    assert implied_volatility(put, price).value[0] > 0.26
    assert american_volatility(put, price).value[0] == pytest.approx(0.25, rel=1e-7)


def test_a_put_worth_more_than_any_european_has_a_volatility() -> None:
    """Above the discounted strike no European price lies; the American one may."""
    put = Contracts.of(is_call=False, spot=20.0, strike=100.0, years=3.0, rate=0.1)
    price = american_prices(put, 1.2)

    assert implied_volatility(put, price).absence[0] == NoVolatility.ABOVE_MAXIMUM
    assert american_volatility(put, price).value[0] == pytest.approx(1.2, rel=1e-6)


@pytest.mark.parametrize(
    ("price", "years", "reason"),
    [
        (40.0, 0.5, NoVolatility.NO_TIME_VALUE),
        (39.0, 0.5, NoVolatility.NO_TIME_VALUE),
        (100.0, 0.5, NoVolatility.ABOVE_MAXIMUM),
        (40.0 + 1e-7, 0.5, NoVolatility.UNRESOLVED),
        (41.0, 0.0, NoVolatility.EXPIRED),
        (float("nan"), 0.5, NoVolatility.NO_PRICE),
    ],
)
def test_why_there_is_no_volatility(price: float, years: float, reason: NoVolatility) -> None:
    deep = Contracts.of(is_call=False, spot=60.0, strike=100.0, years=years, rate=0.05)
    found = american_volatility(deep, price)

    assert np.isnan(found.value[0])
    assert found.absence[0] == reason


CALM = (
    (False, 100.0, 1.0, 0.08, 0.005),
    (False, 100.0, 0.1, 0.05, 0.0),
    (False, 102.0, 0.375, 0.11, 0.04),
    (False, 101.0, 1.4, 0.06, 0.11),
    (True, 98.35, 0.375, 0.01, 0.11),
    (True, 99.6, 0.8, 0.02, 0.085),
)
"""Puts and calls that interest or yield outweighs: whether a call, spot, years, rate, yield."""


@pytest.mark.parametrize("option", CALM)
@pytest.mark.parametrize("sigma", [0.01, 0.03, 0.045, 0.06, 0.08])
def test_where_interest_outweighs_volatility_prices_are_the_trees(
    option: tuple[bool, float, float, float, float], sigma: float
) -> None:
    is_call, spot, years, rate, dividend_yield = option
    contract = Contracts.of(
        is_call=is_call,
        spot=spot,
        strike=100.0,
        years=years,
        rate=rate,
        dividend_yield=dividend_yield,
    )

    assert american_prices(contract, sigma)[0] == pytest.approx(_tree(contract, sigma), abs=7e-4)


def test_where_interest_outweighs_volatility_greeks_are_the_trees() -> None:
    put = Contracts.of(
        is_call=False, spot=100.0, strike=100.0, years=1.0, rate=0.08, dividend_yield=0.005
    )
    found = american_greeks(put, 0.03)
    up, down = (_tree(replace(put, spot=put.spot + step), 0.03) for step in (0.1, -0.1))

    assert found.delta[0] == pytest.approx((up - down) / 0.2, abs=5e-3)
    assert found.vega[0] == pytest.approx(_tree(put, 0.035) - _tree(put, 0.025), rel=0.01)
    assert american_volatility(put, _tree(put, 0.03)).value[0] == pytest.approx(0.03, rel=5e-3)


def test_without_volatility_it_is_exercised_on_the_best_day() -> None:
    """At once for a put under interest; for one whose stock is to fall by more than interest earns,
    the day on which waiting begins to cost."""
    puts = Contracts.of(
        is_call=False, spot=100.0, strike=[105.0, 105.0], years=20.0, rate=0.04,
        dividend_yield=[0.0, 0.08],
    )  # fmt: skip
    day = np.linspace(0.0, 20.0, 200_001)
    best = np.max(105.0 * np.exp(-0.04 * day) - 100.0 * np.exp(-0.08 * day))

    for sigma in (0.0, 1e-12):
        np.testing.assert_allclose(american_prices(puts, sigma), [5.0, best], rtol=1e-6)


def test_a_volatility_too_low_to_tell_has_no_greeks() -> None:
    put = Contracts.of(is_call=False, spot=100.0, strike=100.0, years=1.0, rate=0.08)

    assert np.isnan(american_greeks(put, 0.005).vega[0])
    assert american_volatility(put, 0.001).absence[0] == NoVolatility.UNRESOLVED


def test_what_is_lost_in_the_european_price_stays_lost_where_exercise_adds_nothing() -> None:
    call = Contracts.of(
        is_call=True, spot=100.0, strike=50.0, years=0.05, rate=0.08, dividend_yield=0.03
    )

    found = american_volatility(call, american_prices(call, 0.3))
    assert found.absence[0] == NoVolatility.UNRESOLVED


@given(spot=st.floats(50.0, 150.0), years=st.floats(0.001, 2.0), sigma=st.floats(0.03, 1.5))
@settings(deadline=None, max_examples=100)
def test_a_call_without_dividends_is_the_european_one(
    spot: float, years: float, sigma: float
) -> None:
    call = Contracts.of(is_call=True, spot=spot, strike=95.0, years=years, rate=0.05)

    assert american_prices(call, sigma)[0] == pytest.approx(prices(call, sigma)[0], abs=1e-8)
    assert early_exercise(call, sigma).premium[0] == 0.0
    assert not early_exercise(call, sigma).is_best_now[0]
    assert american_greeks(call, sigma).delta[0] == greeks(call, sigma).delta[0]


def test_when_exercise_is_best_now() -> None:
    """A put deep in the money under interest, a call deep in the money under a high yield; neither
    at the money, and neither without interest or yield."""
    six = Contracts.of(
        is_call=[False, True, False, True, False, True],
        spot=[60.0, 180.0, 100.0, 100.0, 60.0, 180.0],
        strike=100.0,
        years=0.5,
        rate=[0.05, 0.02, 0.05, 0.02, 0.0, 0.02],
        dividend_yield=[0.0, 0.1, 0.0, 0.1, 0.0, 0.0],
    )
    found = early_exercise(six, 0.25)

    assert found.is_best_now.tolist() == [True, True, False, False, False, False]
    assert np.all(found.premium[:2] > 0.9)
    assert np.all(found.premium[2:4] > 0.01)
    np.testing.assert_array_equal(found.premium[4:], 0.0)


def test_exercise_is_best_below_one_price_and_never_above_it() -> None:
    """The boundary that Kim's equation has for this put lies near 81."""
    spot = np.linspace(60.0, 100.0, 81)
    puts = Contracts.of(is_call=False, spot=spot, strike=100.0, years=1.0, rate=0.05)
    best = early_exercise(puts, 0.2).is_best_now

    assert np.all(np.diff(best.astype(int)) <= 0)
    assert 79.0 < spot[best].max() < 83.0


def _tree(contract: Contracts, sigma: float) -> float:
    """Leisen and Reimer's binomial tree (1996) of one option: nothing in common with the engine. What
    it misses falls with its steps, so two of them tell what a tree without end would give."""
    return 2.0 * _tree_of(contract, sigma, 2001) - _tree_of(contract, sigma, 1001)


def _tree_of(contract: Contracts, sigma: float, steps: int) -> float:
    def odds(z: float) -> float:
        inner = (z / (steps + 1 / 3 + 0.1 / (steps + 1))) ** 2 * (steps + 1 / 6)
        return float(0.5 + np.copysign(np.sqrt(0.25 - 0.25 * np.exp(-inner)), z))

    side = 1.0 if contract.is_call[0] else -1.0
    spot, strike, years = contract.spot[0], contract.strike[0], contract.years[0]
    rate, carry = contract.rate[0], contract.rate[0] - contract.dividend_yield[0]
    total, step = sigma * np.sqrt(years), years / steps
    d1 = (np.log(spot / strike) + carry * years) / total + 0.5 * total
    upward, growth = odds(d1 - total), np.exp(carry * step)
    up = growth * odds(d1) / upward
    down = (growth - upward * up) / (1.0 - upward)
    count = np.arange(steps + 1)
    price: Floats = spot * np.exp(count * np.log(up) + (steps - count) * np.log(down))
    worth: Floats = np.maximum(side * (price - strike), 0.0)
    for _ in range(steps):
        price = price[1:] / up
        held = np.exp(-rate * step) * (upward * worth[1:] + (1.0 - upward) * worth[:-1])
        worth = np.maximum(held, side * (price - strike))
    return float(worth[0])


OPTIONS: dict[str, dict[str, Any]] = {
    "put a year": {"is_call": False, "spot": 100.0, "years": 1.0, "rate": 0.05},
    "put with a yield": {"is_call": False, "spot": 95.0, "years": 0.5, "dividend_yield": 0.02},
    "put near exercise": {"is_call": False, "spot": 84.0, "years": 1.0, "rate": 0.06},
    "call with a yield": {"is_call": True, "spot": 105.0, "years": 1.0, "dividend_yield": 0.06},
    "call of a week": {"is_call": True, "spot": 101.0, "years": 0.02, "dividend_yield": 0.1},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_prices_and_greeks_are_those_of_an_independent_fine_tree(name: str) -> None:
    option = Contracts.of(strike=100.0, **{"rate": 0.04, **OPTIONS[name]})
    sigma = 0.25
    found = american_greeks(option, sigma)

    def moved(**columns: float) -> float:
        volatility = columns.pop("sigma", sigma)
        new: dict[str, Any] = {each: np.array([value]) for each, value in columns.items()}
        return _tree(replace(option, **new), volatility)

    spot, years, rate = option.spot[0], option.years[0], option.rate[0]
    here, step, hour = moved(), 0.01 * spot * np.sqrt(years), 0.02 * years
    up, down = moved(spot=spot + step), moved(spot=spot - step)
    theta = (moved(years=years - hour) - moved(years=years + hour)) / (2.0 * hour * 365.0)
    vega = moved(sigma=sigma + 0.005) - moved(sigma=sigma - 0.005)
    rho = (moved(rate=rate + 0.0005) - moved(rate=rate - 0.0005)) * 10.0

    assert american_prices(option, sigma)[0] == pytest.approx(here, abs=4e-4)
    assert found.delta[0] == pytest.approx((up - down) / (2.0 * step), abs=5e-4)
    assert found.gamma[0] == pytest.approx((up - 2.0 * here + down) / step**2, rel=0.01)
    assert found.theta[0] == pytest.approx(theta, rel=0.005)
    assert found.vega[0] == pytest.approx(vega, rel=0.005)
    assert found.rho[0] == pytest.approx(rho, rel=0.01, abs=1e-5)


@given(contracts=some, sigma=st.floats(0.1, 1.0))
@settings(deadline=None, max_examples=40)
def test_greeks_add_up_to_the_equation_all_prices_obey(contracts: Contracts, sigma: float) -> None:
    """Black and Scholes' own, wherever exercise is not best now; a part in a thousand of its terms.

    Except where the stock is within the moves of the Greeks of where exercise becomes best.
    """
    [price] = american_prices(contracts, sigma)
    spot = contracts.spot
    nearby = np.concatenate([spot * 0.96, spot, spot * 1.04])
    stretched = Contracts.of(
        is_call=contracts.is_call[0],
        spot=nearby,
        strike=100.0,
        years=contracts.years[0],
        rate=contracts.rate[0],
        dividend_yield=contracts.dividend_yield[0],
    )
    if early_exercise(stretched, sigma).is_best_now.any():
        return
    found = american_greeks(contracts, sigma)
    rate, paid = contracts.rate[0], contracts.dividend_yield[0]
    terms = np.array(
        [
            365.0 * found.theta[0],
            (rate - paid) * spot[0] * found.delta[0],
            0.5 * sigma**2 * spot[0] ** 2 * found.gamma[0],
            -rate * price,
        ]
    )

    assert abs(terms.sum()) < 2e-3 * np.abs(terms).max() + 1e-4


def test_a_put_to_be_exercised_at_once_moves_with_the_stock_and_no_longer_decays() -> None:
    deep = Contracts.of(is_call=False, spot=50.0, strike=100.0, years=0.5, rate=0.06)
    found = american_greeks(deep, 0.2)

    assert found.delta[0] == -1.0
    for name in ("gamma", "theta", "vega", "rho"):
        assert getattr(found, name)[0] == 0.0


def test_on_a_future_the_rate_only_discounts() -> None:
    put = Contracts.on_forward(is_call=False, forward=95.0, strike=100.0, years=1.0, rate=0.05)
    by_price = [
        american_prices(
            Contracts.on_forward(is_call=False, forward=95.0, strike=100.0, years=1.0, rate=rate),
            0.3,
        )[0]
        for rate in (0.049, 0.051)
    ]

    assert early_exercise(put, 0.3).premium[0] > 0.01
    assert american_greeks(put, 0.3).rho[0] == pytest.approx(
        (by_price[1] - by_price[0]) * 5.0, rel=1e-3
    )
    assert american_greeks(put, 0.3).rho[0] < 0.0


@pytest.mark.parametrize("is_call", [True, False])
def test_rates_below_zero_with_two_boundaries_are_the_trees_too(*, is_call: bool) -> None:
    rate, paid = (-0.03, -0.01) if is_call else (-0.01, -0.03)
    option = Contracts.of(
        is_call=is_call, spot=100.0, strike=100.0, years=2.0, rate=rate, dividend_yield=paid
    )

    assert american_prices(option, 0.2)[0] == pytest.approx(_tree(option, 0.2), abs=3e-3)
    assert early_exercise(option, 0.2).premium[0] > 0.005


def test_minutes_count() -> None:
    """An hour and two hours before the end, at the money: about the root of two."""
    hours = np.array([1.0, 2.0]) / (24.0 * 365.0)
    puts = Contracts.of(is_call=False, spot=100.0, strike=100.0, years=hours, rate=0.05)
    [one, two] = american_prices(puts, 0.2)

    assert two / one == pytest.approx(np.sqrt(2.0), rel=1e-2)


def test_a_call_before_a_cash_dividend_is_rolls_gesks_and_whaleys() -> None:
    """Haug (2007), 9.4: 4.3860, where the dividend stands apart from a lognormal rest; a stock that
    is lognormal whole and falls by 4 is a little wilder, so its call is worth a little more."""
    call = Contracts.of(is_call=True, spot=80.0, strike=82.0, years=1 / 3, rate=0.06)
    [found] = american_prices(call, 0.3, [CashDividend(years=0.25, amount=4.0)])
    [until] = prices(replace(call, years=np.array([0.25])), 0.3)

    assert found == pytest.approx(4.6119, abs=1e-3)
    assert found > 4.386
    assert until < found < prices(call, 0.3)[0]


def test_dividends_of_before_and_after_do_not_count() -> None:
    call = Contracts.of(is_call=True, spot=100.0, strike=95.0, years=0.5, rate=0.05)
    [found] = american_prices(call, 0.3, [CashDividend(years=0.6, amount=4.0)])

    assert found == pytest.approx(prices(call, 0.3)[0], abs=1e-3)


def test_a_volatility_beside_cash_dividends() -> None:
    call = Contracts.of(is_call=True, spot=100.0, strike=95.0, years=0.5, rate=0.05)
    paid = [CashDividend(years=0.2, amount=2.0)]
    price = american_prices(call, 0.3, paid)

    assert american_volatility(call, price, paid).value[0] == pytest.approx(0.3, rel=1e-4)


def test_nothing_is_loaded_before_the_first_price() -> None:
    program = (
        "import sys, app.options.american; assert 'QuantLib' not in sys.modules;"
        "from app.options.models import Contracts;"
        "call = Contracts.of(is_call=True, spot=100, strike=100, years=1, rate=0.05);"
        "app.options.american.american_prices(call, 0.2); assert 'QuantLib' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)

    assert done.returncode == 0, done.stderr.decode()
