"""Odds: against simulated paths, against each other, and at their ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.market.models import Floats
from app.options.history import realised_volatility, volatility_percentile, volatility_rank
from app.options.models import Contracts
from app.options.odds import (
    Outlook,
    price_range,
    probability_below,
    probability_of_touch,
    standard_move,
)
from app.options.pricing import probability_itm

MONTH = Outlook(spot=100, years=1 / 12, volatility=0.3, rate=0.05, dividend_yield=0.01)


STEPS, PATHS = 1_000, 20_000


@pytest.fixture(scope="module")
def extremes() -> tuple[Floats, Floats]:
    """Lowest and highest logarithms that simulated paths of MONTH reach."""
    random = np.random.default_rng(11)
    step = MONTH.years / STEPS
    drift = (0.05 - 0.01 - 0.5 * 0.3**2) * step
    at, low, high = np.zeros(PATHS), np.zeros(PATHS), np.zeros(PATHS)
    for _ in range(STEPS):
        at += drift + 0.3 * np.sqrt(step) * random.standard_normal(PATHS)
        np.minimum(low, at, out=low)
        np.maximum(high, at, out=high)
    return low, high


@pytest.mark.parametrize("level", [92.0, 97.0, 104.0, 110.0])
def test_odds_of_touch_are_those_of_simulated_paths(
    level: float, extremes: tuple[Floats, Floats]
) -> None:
    """Steps miss touches between them: the level is moved by 0.5826 of a step's deviation, as
    Broadie, Glasserman and Kou (1997) found."""
    low, high = extremes
    missed = 0.5826 * 0.3 * np.sqrt(MONTH.years / STEPS)
    x = np.log(level / 100)
    touched = high >= x - missed if level > 100 else low <= x + missed
    expected = probability_of_touch(MONTH, np.array([level]))[0]
    assert touched.mean() == pytest.approx(expected, abs=4 * np.sqrt(0.25 / PATHS))


@given(
    level=st.floats(20, 500),
    years=st.floats(0.001, 3),
    volatility=st.floats(0.02, 2),
    rate=st.floats(-0.02, 0.1),
)
def test_a_level_is_touched_at_least_as_often_as_it_is_passed(
    level: float, years: float, volatility: float, rate: float
) -> None:
    outlook = Outlook(spot=100, years=years, volatility=volatility, rate=rate)
    below = probability_below(outlook, np.array([level]))[0]
    touch = probability_of_touch(outlook, np.array([level]))[0]
    beyond = below if level < 100 else 1 - below
    assert 0 <= beyond <= touch + 1e-12 <= 1 + 1e-12


def test_odds_of_ending_in_the_money_are_those_below_the_strike() -> None:
    strikes = np.array([60.0, 95, 100, 105, 180])
    puts = Contracts.of(
        is_call=False, spot=100, strike=strikes, years=1 / 12, rate=0.05, dividend_yield=0.01
    )
    np.testing.assert_allclose(probability_below(MONTH, strikes), probability_itm(puts, 0.3))


def test_the_ends_of_the_scale_are_certain() -> None:
    edges = np.array([-1.0, 0.0, np.inf])
    np.testing.assert_array_equal(probability_below(MONTH, edges), [0, 0, 1])
    over = Outlook(spot=100, years=0, volatility=0.3)
    levels = np.array([90.0, 100, 110])
    np.testing.assert_array_equal(probability_below(over, levels), [0, 0.5, 1])
    np.testing.assert_array_equal(probability_of_touch(over, levels), [0, 1, 0])
    assert probability_of_touch(MONTH, np.array([100.0]))[0] == pytest.approx(1)


def test_one_deviation_holds_two_of_three() -> None:
    low, high = price_range(MONTH)
    inside = np.diff(probability_below(MONTH, np.array([low, high])))[0]
    assert inside == pytest.approx(0.6826894921)
    assert standard_move(MONTH) == pytest.approx(100 * 0.3 * np.sqrt(1 / 12))


def test_rank_and_percentile_tell_rich_from_cheap() -> None:
    past = np.array([0.2, 0.25, np.nan, 0.3, 0.6, 0.22])
    assert volatility_rank(past, 0.3) == pytest.approx(0.25)
    assert volatility_percentile(past, 0.3) == pytest.approx(0.6)
    assert volatility_rank(past, 0.7) == pytest.approx(1.25)
    assert volatility_rank(np.array([0.2, 0.2]), 0.2) is None
    assert volatility_percentile(np.array([np.nan]), 0.2) is None


def test_realised_volatility_is_that_of_the_path() -> None:
    assert realised_volatility(100 * np.exp(0.01 * (np.arange(22) % 2))) == pytest.approx(
        0.01 * np.sqrt(252)
    )
    assert realised_volatility(np.array([100.0, 101.0])) is None
