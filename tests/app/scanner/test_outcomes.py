"""Plans of setups, and what is counted of those that are past."""

from dataclasses import replace

import numpy as np
import pytest

from app.scanner.histories import Histories, Matrix
from app.scanner.outcomes import HORIZON, Record, edge_of, records
from app.scanner.plans import plans
from app.scanner.setups import Setup, prepare, scan

START = 230
"""Where the breakout of `broken_out` lies."""


def broken_out(*after: float) -> Histories:
    """A base from 98.5 to 101.6, a close at 103 on volume, then these closes; a target of 106.1
    and a stop of 100.05."""
    close: Matrix = 100 + 0.1 * (np.arange(START + 1 + HORIZON) % 2).astype(np.float64)
    close[START] = 103
    close[START + 1 :] = 103
    close[START + 1 : START + 1 + len(after)] = after
    column = close[:, np.newaxis]
    volume = np.full_like(column, 1000.0)
    volume[START] = 2000
    return Histories(open=column, high=column + 1.5, low=column - 1.5, close=column, volume=volume)


def test_a_plan_comes_from_the_chart() -> None:
    histories = broken_out().until(START + 1)
    found = plans(Setup.BREAKOUT, prepare(histories.until(START)), histories.row(-1))

    assert found.entry[0] == 103
    assert found.stop[0] == pytest.approx((101.6 + 98.5) / 2)
    assert found.target[0] == pytest.approx(103 + 3.1)
    assert found.reward_to_risk[0] == pytest.approx(3.1 / 2.95)
    assert found.is_sound[0]


def test_every_setup_has_its_stop_and_target_on_the_right_sides_where_it_stands() -> None:
    random = np.random.default_rng(5)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.015, (260, 4000)), axis=0))
    spare = np.exp(random.exponential(0.006, close.shape))
    opened = close * np.exp(random.normal(0, 0.006, close.shape))
    histories = Histories(
        open=opened, high=np.maximum(opened, close) * spare,
        low=np.minimum(opened, close) / spare, close=close,
        volume=random.lognormal(13, 0.6, close.shape),
    )  # fmt: skip
    past, bar = prepare(histories.until(259)), histories.row(-1)
    for setup, mask in scan(histories).items():
        plan = plans(setup, past, bar)
        sound = plan.is_sound & mask
        assert sound.any(), setup
        long = plan.target > plan.stop
        assert (long[sound] == (setup.direction == "long")).all(), setup


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ((104.0, 105.0), (1, 0, 0)),
        ((102.0, 101.0), (0, 1, 0)),
        ((103.5,), (0, 0, 1)),
        ((101.0, 106.0), (0, 1, 0)),
        ((104.0, 105.0, 90.0), (1, 0, 0)),
    ],
)
def test_what_comes_first_decides(after: tuple[float, ...], expected: tuple[int, int, int]) -> None:
    found = records(broken_out(*after))[Setup.BREAKOUT]
    assert (found.reached, found.stopped, found.undecided) == expected


def test_a_bar_that_reaches_both_ends_was_stopped() -> None:
    histories = broken_out()
    high, low = histories.high.copy(), histories.low.copy()
    high[START + 1], low[START + 1] = 110, 95
    found = records(replace(histories, high=high, low=low))[Setup.BREAKOUT]
    assert (found.stopped, found.mean_r) == (1, -1)


def test_results_are_told_in_units_of_the_risk() -> None:
    assert records(broken_out(104.0, 105.0))[Setup.BREAKOUT].mean_r == pytest.approx(3.1 / 2.95)
    undecided = broken_out(*[103.0] * (HORIZON - 1), 103.59)
    assert records(undecided)[Setup.BREAKOUT].mean_r == pytest.approx(0.2)


def test_a_case_that_was_not_followed_to_its_end_does_not_count() -> None:
    assert records(broken_out(105.0).until(START + HORIZON))[Setup.BREAKOUT].cases == 0


def test_without_cases_the_chance_is_that_of_a_wandering_price() -> None:
    assert Record().chance(3.0) == pytest.approx(0.25)
    assert Record().score(3.0) == pytest.approx(1 - Record().chance(3.0))
    assert Record().expectation(3.0) == pytest.approx(0)
    assert Record(edge=0.8).expectation(3.0) < 0 < Record(edge=1.2).expectation(3.0)


def test_an_edge_is_the_factor_on_the_odds_that_explains_what_happened() -> None:
    ratios = np.concatenate([np.full(4000, 1.0), np.full(4000, 3.0)])
    reached = round(4000 * 2 / (2 + 1) + 4000 * 2 / (2 + 3))
    assert edge_of(ratios, reached) == pytest.approx(2, rel=0.01)


def test_few_cases_say_little() -> None:
    assert 1 < edge_of(np.ones(3), 3) < 1.5
    assert edge_of(np.ones(0), 0) == pytest.approx(1)
    assert edge_of(np.ones(2000), 2000) > 50
    assert 0 < edge_of(np.ones(2000), 0) < 0.02


def test_a_far_target_does_not_borrow_the_chance_of_near_ones() -> None:
    record = Record(reached=300, stopped=700, edge=1.2)
    assert record.chance(8) < record.chance(2) / 2
    assert record.score(8) < 1.2


def test_a_price_that_wanders_gains_nothing_on_any_setup() -> None:
    random = np.random.default_rng(11)
    steps = random.normal(0, 0.01, (20 * 400, 300)).cumsum(axis=0).reshape(400, 20, 300)
    prices = 100 + 10 * steps
    histories = Histories(
        open=prices[:, 0], high=prices.max(axis=1), low=prices.min(axis=1), close=prices[:, -1],
        volume=random.lognormal(13, 0.6, (400, 300)),
    )  # fmt: skip
    for setup, record in records(histories).items():
        if record.cases >= 300:
            assert abs(record.mean_r or 0) < 4 * 1.5 / record.cases**0.5 + 0.05, setup
