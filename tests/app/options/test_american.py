"""American exercise: published tables, and what must always hold."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.options.american import american_greeks, american_prices, american_volatility
from app.options.models import Contracts, NoVolatility
from app.options.pricing import greeks, prices


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

    np.testing.assert_allclose(found, np.ravel(TRUE_VALUES), atol=1e-3)


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
    years=st.floats(0.02, 2.0),
    rate=st.floats(0.0, 0.1),
    dividend_yield=st.floats(0.0, 0.1),
)


@given(contracts=some, sigma=st.floats(0.08, 1.5))
@settings(deadline=None, max_examples=60)
def test_it_is_worth_at_least_what_it_is_at_once_and_at_its_end(
    contracts: Contracts, sigma: float
) -> None:
    [found] = american_prices(contracts, sigma)
    side = 1.0 if contracts.is_call[0] else -1.0

    assert found >= prices(contracts, sigma)[0]
    assert found >= side * (contracts.spot[0] - contracts.strike[0])
    assert found <= max(contracts.spot[0], contracts.strike[0])


@given(contracts=some, sigma=st.floats(0.08, 1.5))
@settings(deadline=None, max_examples=30)
def test_the_volatility_of_a_price_gives_that_price_back_or_there_is_none(
    contracts: Contracts, sigma: float
) -> None:
    price = american_prices(contracts, sigma)
    found = american_volatility(contracts, price)

    if np.isnan(found.value[0]):
        assert found.absence[0] != NoVolatility.HAS_ONE
    else:
        np.testing.assert_allclose(
            american_prices(contracts, found.value), price, rtol=1e-6, atol=1e-7
        )


def test_a_put_at_what_exercise_brings_has_no_volatility() -> None:
    deep = Contracts.of(is_call=False, spot=60.0, strike=100.0, years=0.5, rate=0.05)
    found = american_volatility(deep, 40.0)

    assert np.isnan(found.value[0])
    assert found.absence[0] == NoVolatility.NO_TIME_VALUE


def test_a_call_without_dividends_is_the_european_one() -> None:
    call = Contracts.of(is_call=True, spot=100.0, strike=95.0, years=0.5, rate=0.05)

    assert american_prices(call, 0.3)[0] == prices(call, 0.3)[0]
    assert american_greeks(call, 0.3).delta[0] == greeks(call, 0.3).delta[0]


def test_greeks_near_the_closed_formula_where_exercise_is_far_off() -> None:
    """A short put far out of the money is hardly ever exercised early."""
    put = Contracts.of(is_call=False, spot=100.0, strike=90.0, years=0.1, rate=0.02)
    own, closed = american_greeks(put, 0.3), greeks(put, 0.3)

    for name in ("delta", "gamma", "theta", "vega", "rho"):
        assert getattr(own, name)[0] == pytest.approx(getattr(closed, name)[0], rel=0.08), name


def test_a_put_to_be_exercised_at_once_moves_with_the_stock_and_no_longer_decays() -> None:
    deep = Contracts.of(is_call=False, spot=50.0, strike=100.0, years=0.5, rate=0.06)
    found = american_greeks(deep, 0.2)

    assert found.delta[0] == pytest.approx(-1.0)
    assert found.theta[0] == pytest.approx(0.0, abs=1e-9)
    assert found.vega[0] == pytest.approx(0.0, abs=1e-9)
