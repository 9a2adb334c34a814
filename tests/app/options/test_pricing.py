"""Prices, volatilities and Greeks: 50-digit arithmetic, published tables, and what must always hold.

`fifty_digits.csv` was computed with mpmath at 50 digits: the price from the formula, each Greek as a
numerical derivative of it, so that no formula for a Greek is checked by itself.
"""

import csv
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.market.models import Floats
from app.options.models import DAYS_A_YEAR, POINT, Contracts, NoVolatility
from app.options.pricing import (
    greeks,
    implied_greeks,
    implied_volatility,
    may_be_exercised_early,
    prices,
    probability_itm,
    second_greeks,
)

HERE = Path(__file__).parent
GREEKS = ("delta", "gamma", "theta", "vega", "rho")
SECOND = ("vanna", "charm", "vomma")


def table(path: Path) -> dict[str, Any]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    for name, values in columns.items():
        try:
            columns[name] = np.array(values, dtype=float)
        except ValueError:
            columns[name] = np.array(values)
    return columns


def contracts_of(rows: dict[str, Any]) -> Contracts:
    names = ("spot", "strike", "years", "rate", "dividend_yield")
    return Contracts.of(is_call=rows["kind"] == "call", **{name: rows[name] for name in names})


@pytest.fixture(scope="module")
def exact() -> dict[str, Any]:
    return table(HERE / "fifty_digits.csv")


def test_prices_have_all_digits_a_float_can_hold(exact: dict[str, Any]) -> None:
    found = prices(contracts_of(exact), exact["volatility"])
    np.testing.assert_allclose(found, exact["price"], rtol=2e-12)


def test_greeks_are_the_derivatives_of_the_price(exact: dict[str, Any]) -> None:
    contracts = contracts_of(exact)
    first = greeks(contracts, exact["volatility"])
    second = second_greeks(contracts, exact["volatility"])
    for name in GREEKS:
        np.testing.assert_allclose(getattr(first, name), exact[name], rtol=2e-11, err_msg=name)
    for name in SECOND:
        np.testing.assert_allclose(getattr(second, name), exact[name], rtol=2e-10, err_msg=name)


def test_volatility_is_found_again_from_prices_of_fifty_digits(exact: dict[str, Any]) -> None:
    found = implied_volatility(contracts_of(exact), exact["price"])
    assert not found.absence.any()
    np.testing.assert_allclose(found.value, exact["volatility"], rtol=1e-11)


def test_a_chain_in_one_pass_equals_its_parts(exact: dict[str, Any]) -> None:
    contracts = contracts_of(exact)
    found, at_it = implied_greeks(contracts, exact["price"])
    expected = greeks(contracts, found.value)
    for name in GREEKS:
        np.testing.assert_allclose(getattr(at_it, name), getattr(expected, name), rtol=1e-11)


def stress_grid() -> tuple[Contracts, Floats]:
    """Out of the money, 30 minutes to 2.5 years, 3 to 300 %, up to six standard deviations away."""
    hours = (0.5, 2, 6.5, 24, 72, 240, 720, 2_160, 8_760, 21_900)
    volatilities = (0.03, 0.08, 0.15, 0.22, 0.4, 0.8, 1.5, 3.0)
    rows = np.array(
        list(product(hours, volatilities, np.linspace(-6, 6, 97), (-0.01, 0.045), (0.0, 0.03)))
    )
    years, volatility = rows[:, 0] / 8_760, rows[:, 1]
    rate, dividend = rows[:, 3], rows[:, 4]
    forward = 600 * np.exp((rate - dividend) * years)
    strike = forward * np.exp(rows[:, 2] * volatility * np.sqrt(years))
    contracts = Contracts.of(
        is_call=strike >= forward,
        spot=600.0,
        strike=strike,
        years=years,
        rate=rate,
        dividend_yield=dividend,
    )
    return contracts, volatility


def test_every_volatility_of_the_stress_grid_comes_back() -> None:
    contracts, volatility = stress_grid()
    found = implied_volatility(contracts, prices(contracts, volatility))
    assert len(contracts) > 30_000
    assert not found.absence.any()
    assert np.abs(found.value / volatility - 1).max() < 1e-10


def test_in_the_money_a_volatility_is_right_or_absent() -> None:
    outside, volatility = stress_grid()
    contracts = Contracts.of(
        is_call=~outside.is_call,
        spot=outside.spot,
        strike=outside.strike,
        years=outside.years,
        rate=outside.rate,
        dividend_yield=outside.dividend_yield,
    )
    found = implied_volatility(contracts, prices(contracts, volatility))
    given_ = ~np.isnan(found.value)
    assert 0.5 < given_.mean() < 0.95
    assert np.abs(found.value[given_] / volatility[given_] - 1).max() < 1e-9
    lost = {NoVolatility.UNRESOLVED, NoVolatility.NO_TIME_VALUE}
    assert {NoVolatility(code) for code in found.absence[~given_]} <= lost


@given(
    spot=st.floats(0.01, 1e5),
    moneyness=st.floats(-3, 3),
    years=st.floats(1e-4, 5),
    volatility=st.floats(0.02, 4),
    rate=st.floats(-0.02, 0.15),
    dividend_yield=st.floats(0, 0.1),
)
def test_put_call_parity_holds(
    spot: float,
    moneyness: float,
    years: float,
    volatility: float,
    rate: float,
    dividend_yield: float,
) -> None:
    strike = spot * np.exp(moneyness * volatility * np.sqrt(years))
    pair = Contracts.of(
        is_call=[True, False],
        spot=spot,
        strike=strike,
        years=years,
        rate=rate,
        dividend_yield=dividend_yield,
    )
    call, put = prices(pair, volatility)
    apart = spot * np.exp(-dividend_yield * years) - strike * np.exp(-rate * years)
    assert call - put == pytest.approx(apart, abs=1e-12 * (spot + strike))
    of_both = greeks(pair, volatility)
    assert of_both.delta[0] - of_both.delta[1] == pytest.approx(np.exp(-dividend_yield * years))
    assert of_both.gamma[0] == of_both.gamma[1]
    assert of_both.vega[0] == of_both.vega[1]
    assert probability_itm(pair, volatility).sum() == pytest.approx(1.0)


@given(
    m=st.floats(-2, 2),
    years=st.floats(0.002, 3),
    volatility=st.floats(0.05, 2),
    rate=st.floats(-0.02, 0.1),
    dividend_yield=st.floats(0, 0.08),
    is_call=st.booleans(),
)
def test_greeks_are_what_small_moves_do(
    m: float,
    years: float,
    volatility: float,
    rate: float,
    dividend_yield: float,
    is_call: bool,
) -> None:
    strike = 100 * np.exp(m * volatility * np.sqrt(years))

    def worth(
        spot: float = 100.0, later: float = 0.0, up: float = 0.0, dearer: float = 0.0
    ) -> float:
        moved = Contracts.of(
            is_call=is_call,
            spot=spot,
            strike=strike,
            years=years - later,
            rate=rate + dearer,
            dividend_yield=dividend_yield,
        )
        return float(prices(moved, volatility + up)[0])

    here = Contracts.of(
        is_call=is_call,
        spot=100.0,
        strike=strike,
        years=years,
        rate=rate,
        dividend_yield=dividend_yield,
    )
    found = greeks(here, volatility)
    tiny = 1e-4 * years
    small = 1e-3 * volatility * np.sqrt(years) * 100
    slope = (worth(100 + small) - worth(100 - small)) / (2 * small)
    assert found.delta[0] == pytest.approx(slope, rel=1e-4, abs=1e-5)
    decay = (worth(later=tiny) - worth(later=-tiny)) / (2 * tiny) / DAYS_A_YEAR
    assert found.theta[0] == pytest.approx(decay, rel=1e-4, abs=1e-6)
    rise = (worth(up=1e-5) - worth(up=-1e-5)) / 2e-5 * POINT
    assert found.vega[0] == pytest.approx(rise, rel=1e-4, abs=1e-6)
    dearer = (worth(dearer=1e-5) - worth(dearer=-1e-5)) / 2e-5 * POINT
    assert found.rho[0] == pytest.approx(dearer, rel=1e-4, abs=1e-6)


def test_a_future_is_priced_by_black_76() -> None:
    """Haug (2007), page 5: futures 19, strike 19, nine months, 10 %, 28 %: both are worth 1.7011."""
    pair = Contracts.on_forward(is_call=[True, False], forward=19, strike=19, years=0.75, rate=0.1)
    np.testing.assert_allclose(prices(pair, 0.28), 1.7011, atol=5e-5)
    dearer = Contracts.on_forward(
        is_call=[True, False], forward=19, strike=19, years=0.75, rate=0.1 + 1e-6
    )
    slope = (prices(dearer, 0.28) - prices(pair, 0.28)) / 1e-6 * POINT
    np.testing.assert_allclose(greeks(pair, 0.28).rho, slope, rtol=1e-5)


@pytest.mark.parametrize(
    ("price", "years", "reason"),
    [
        (np.nan, 0.5, NoVolatility.NO_PRICE),
        (5.0, 0.0, NoVolatility.EXPIRED),
        (5.0, -0.1, NoVolatility.EXPIRED),
        (20.0, 0.5, NoVolatility.NO_TIME_VALUE),
        (19.5, 0.5, NoVolatility.NO_TIME_VALUE),
        (0.0, 0.5, NoVolatility.NO_TIME_VALUE),
        (100.0, 0.5, NoVolatility.ABOVE_MAXIMUM),
        (120.0, 0.5, NoVolatility.ABOVE_MAXIMUM),
        (20.0 + 1e-13, 0.5, NoVolatility.UNRESOLVED),
        (22.0, 0.5, NoVolatility.HAS_ONE),
    ],
)
def test_an_absent_volatility_has_its_reason(
    price: float, years: float, reason: NoVolatility
) -> None:
    call = Contracts.of(is_call=True, spot=100, strike=80, years=years)
    found = implied_volatility(call, price)
    assert found.absence[0] == reason
    assert np.isnan(found.value[0]) == (reason != NoVolatility.HAS_ONE)
    assert bool(reason.words) == (reason != NoVolatility.HAS_ONE)


def test_neighbours_of_an_impossible_price_keep_their_volatility() -> None:
    calls = Contracts.of(is_call=True, spot=100, strike=[80, 100, 120], years=0.5)
    paid = prices(calls, 0.3)
    paid[1] = np.nan
    found = implied_volatility(calls, paid)
    np.testing.assert_allclose(found.value[[0, 2]], 0.3)
    assert np.isnan(found.value[1])


def test_at_expiry_an_option_is_its_intrinsic_value() -> None:
    ended = Contracts.of(
        is_call=[True, True, False, False, True],
        spot=100,
        strike=[90, 110, 90, 110, 100],
        years=[0, -1, 0, 0, 0],
        rate=0.05,
    )
    np.testing.assert_array_equal(prices(ended, 0.2), [10, 0, 0, 10, 0])
    found = greeks(ended, 0.2)
    np.testing.assert_array_equal(found.delta, [1, 0, 0, -1, 0.5])
    for name in ("gamma", "theta", "vega", "rho"):
        np.testing.assert_array_equal(getattr(found, name), 0.0)
    for name in SECOND:
        np.testing.assert_array_equal(getattr(second_greeks(ended, 0.2), name), 0.0)


def test_without_volatility_only_interest_is_earned() -> None:
    call = Contracts.of(is_call=True, spot=100, strike=90, years=1, rate=0.05)
    assert prices(call, 0.0)[0] == pytest.approx(100 - 90 * np.exp(-0.05))
    found = greeks(call, 0.0)
    assert (found.delta[0], found.gamma[0], found.vega[0]) == (1.0, 0.0, 0.0)
    assert found.theta[0] == pytest.approx(-0.05 * 90 * np.exp(-0.05) / DAYS_A_YEAR)


def test_a_chain_longer_than_a_block_is_solved_to_its_end() -> None:
    strikes = np.linspace(60, 150, 20_001)
    puts = Contracts.of(is_call=False, spot=100, strike=strikes, years=0.3, rate=0.02)
    found, at_it = implied_greeks(puts, prices(puts, 0.35))
    np.testing.assert_allclose(found.value, 0.35, rtol=1e-9)
    assert np.all(np.diff(at_it.delta) < 0)


@given(
    total=st.floats(1e-9, 8),
    moneyness=st.floats(-7, 7),
    years=st.floats(1e-8, 10),
    is_call=st.booleans(),
)
def test_no_price_however_odd_gives_a_wrong_volatility(
    total: float, moneyness: float, years: float, is_call: bool
) -> None:
    strike = 100 * np.exp(np.clip(moneyness * total, -20, 20))
    odd = Contracts.of(is_call=is_call, spot=100, strike=strike, years=years)
    volatility = total / np.sqrt(years)
    found = implied_volatility(odd, prices(odd, volatility))
    if found.absence[0] == NoVolatility.HAS_ONE:
        assert found.value[0] == pytest.approx(volatility, rel=2e-9)
    else:
        assert np.isnan(found.value[0])


def test_an_empty_chain_is_no_failure() -> None:
    nothing = Contracts.of(is_call=[], spot=[], strike=[], years=[])
    found, at_it = implied_greeks(nothing, [])
    assert len(found.value) == len(at_it.delta) == 0


def test_early_exercise_is_named_where_it_may_pay() -> None:
    four = Contracts.of(
        is_call=[True, True, False, False],
        spot=100,
        strike=100,
        years=1,
        rate=[0.05, 0.05, 0.05, 0.0],
        dividend_yield=[0.0, 0.02, 0.0, 0.0],
    )
    assert may_be_exercised_early(four).tolist() == [False, True, True, False]


@pytest.mark.shared_data
def test_published_prices_of_haug_are_met(shared_data: Path) -> None:
    rows = table(shared_data / "options/quantlib_haug_tables.csv")
    chosen = (rows["style"] == "european") & (rows["quantity"] == "price")
    rows = {name: values[chosen] for name, values in rows.items()}
    assert chosen.sum() >= 40
    contracts = Contracts.of(
        is_call=rows["type"] == "call",
        spot=rows["spot"],
        strike=rows["strike"],
        years=rows["t"],
        rate=rows["r"],
        dividend_yield=rows["q"],
    )
    assert np.all(np.abs(prices(contracts, rows["vol"]) - rows["expected"]) <= rows["tol"])


@pytest.mark.shared_data
def test_published_greeks_of_haug_are_met(shared_data: Path) -> None:
    rows = table(shared_data / "options/quantlib_haug_tables.csv")
    scales = {
        "delta": ("delta", 1.0),
        "gamma": ("gamma", 1.0),
        "theta_per_day": ("theta", 1.0),
        "theta_per_year": ("theta", DAYS_A_YEAR),
        "vega_per_1.00_vol": ("vega", 100.0),
        "rho_per_1.00": ("rho", 100.0),
    }
    met = 0
    for index, quantity in enumerate(rows["quantity"]):
        if rows["style"][index] != "european" or quantity not in scales:
            continue
        contract = Contracts.of(
            is_call=rows["type"][index] == "call",
            spot=rows["spot"][index],
            strike=rows["strike"][index],
            years=rows["t"][index],
            rate=rows["r"][index],
            dividend_yield=rows["q"][index],
        )
        name, scale = scales[quantity]
        found = getattr(greeks(contract, rows["vol"][index]), name)[0] * scale
        assert found == pytest.approx(rows["expected"][index], abs=rows["tol"][index]), index
        met += 1
    assert met >= 9


@pytest.mark.shared_data
def test_vollibs_reference_rows_are_met(shared_data: Path) -> None:
    rows = table(shared_data / "options/py_vollib_test_data.csv")
    for is_call, price, letter in ((True, "bs_call", "C"), (False, "bs_put", "P")):
        contracts = Contracts.of(
            is_call=is_call, spot=rows["S"], strike=rows["K"], years=rows["t"], rate=rows["R"]
        )
        found = greeks(contracts, rows["v"])
        np.testing.assert_allclose(prices(contracts, rows["v"]), rows[price], rtol=1e-8, atol=1e-9)
        for column, values in (
            ("D", found.delta),
            ("G", found.gamma),
            ("T", found.theta * DAYS_A_YEAR),
            ("V", found.vega / POINT),
            ("R", found.rho / POINT),
        ):
            np.testing.assert_allclose(
                values, rows[letter + column], rtol=1e-7, atol=1e-8, err_msg=letter + column
            )
