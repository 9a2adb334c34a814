"""Plans of setups, and what is counted of those that are past."""

from dataclasses import replace

import numpy as np
import pytest

from app.scanner.histories import Histories, Matrix
from app.scanner.luck import luck_of
from app.scanner.outcomes import ENOUGH, HORIZON, Cases, Record, Tilt, followed, past_of, record_of
from app.scanner.plans import plans
from app.scanner.setups import Direction, Setup, prepare, scan

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


def record_of_first(histories: Histories) -> dict[Setup, Record]:
    return dict(past_of(histories).first)


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
    found = record_of_first(broken_out(*after))[Setup.BREAKOUT]
    assert (found.reached, found.stopped, found.undecided) == expected


def test_a_bar_that_reaches_both_ends_was_stopped() -> None:
    histories = broken_out()
    high, low = histories.high.copy(), histories.low.copy()
    high[START + 1], low[START + 1] = 110, 95
    found = record_of_first(replace(histories, high=high, low=low))[Setup.BREAKOUT]
    assert (found.stopped, found.mean_r) == (1, -1)


def test_results_are_told_in_units_of_the_risk() -> None:
    assert record_of_first(broken_out(104.0, 105.0))[Setup.BREAKOUT].mean_r == pytest.approx(
        3.1 / 2.95
    )
    undecided = broken_out(*[103.0] * (HORIZON - 1), 103.59)
    assert record_of_first(undecided)[Setup.BREAKOUT].mean_r == pytest.approx(0.2)


def test_a_case_that_was_not_followed_to_its_end_does_not_count() -> None:
    assert record_of_first(broken_out(105.0).until(START + HORIZON))[Setup.BREAKOUT].cases == 0


def walks(seed: int, *, symbols: int = 150, bars: int = 450, steps: int = 20) -> Histories:
    """Prices that only wander, in steps fine enough to say what was reached first."""
    random = np.random.default_rng(seed)
    moves = random.normal(0, 0.015 / steps**0.5, (bars * steps, symbols)).cumsum(axis=0)
    prices = 100 * np.exp(moves).reshape(bars, steps, symbols)
    close = prices[:, -1]
    opened = np.vstack([np.full((1, symbols), 100.0), close[:-1]])
    return Histories(
        open=opened,
        high=np.maximum(prices.max(axis=1), opened),
        low=np.minimum(prices.min(axis=1), opened),
        close=close,
        volume=random.lognormal(13, 0.6, close.shape),
    )


@pytest.fixture(scope="module")
def walked() -> Histories:
    return walks(11)


def said(cases: Cases, histories: Histories, tilt: Tilt) -> tuple[Matrix, Matrix]:
    """Chances and expectations that are told of each of `cases`."""
    luck = luck_of(histories).outlook(cases.direction, cases.risk, cases.reward)
    outlook = tilt.of(luck, cases.reward_to_risk)
    return outlook.reached, outlook.expectation(cases.reward_to_risk)


def test_on_prices_that_wander_what_is_expected_is_what_was_measured(walked: Histories) -> None:
    past, (cases, _) = past_of(walked), followed(walked)
    judged = set()
    for setup, every in cases.items():
        for chosen, days in ((every.begins, 1), (~every.begins, 2)):
            own, record = every.of(chosen), past.record(setup, days)
            if not record.is_enough:
                continue
            chance, expected = said(own, walked, record.tilt)
            noise = 2.5 * own.result.std() / record.stood**0.5
            assert record.mean_r == pytest.approx(own.result.mean())
            assert abs(expected.mean() - own.result.mean()) < noise, (setup, days)
            assert chance.mean() == pytest.approx(record.reached / record.cases, abs=0.06), setup
            judged.add(setup)
    assert judged == set(Setup)


def test_what_is_expected_holds_for_prices_that_were_not_looked_at(walked: Histories) -> None:
    past, (cases, _) = past_of(walked), followed(walks(12))
    for setup, every in cases.items():
        own, record = every.of(every.begins), past.record(setup, 1)
        chance, expected = said(own, walked, record.tilt)
        both = (1 / len(own.result) + 1 / record.cases) ** 0.5
        assert abs(expected.mean() - own.result.mean()) < 4 * own.result.std() * both, setup
        assert abs(chance.mean() - own.reached.mean()) < 4 * own.reached.std() * both, setup


def test_near_and_far_targets_are_both_reached_as_often_as_is_said(walked: Histories) -> None:
    past, (cases, _) = past_of(walked), followed(walks(13, symbols=300))
    own = cases[Setup.BEARISH_DIVERGENCE].of(cases[Setup.BEARISH_DIVERGENCE].begins)
    chance, _ = said(own, walked, past.first[Setup.BEARISH_DIVERGENCE].tilt)
    for low, high in ((0, 1), (1, 3), (3, 99)):
        chosen = (own.reward_to_risk >= low) & (own.reward_to_risk < high)
        noise = 4 * own.reached[chosen].std() / chosen.sum() ** 0.5
        assert abs(chance[chosen].mean() - own.reached[chosen].mean()) < noise + 0.03, (low, high)


def test_luck_ends_in_time_and_knows_that_far_targets_are_reached_less_often(
    walked: Histories,
) -> None:
    luck = luck_of(walked)
    for side in Direction:
        near, far = (luck.outlook(side, np.ones(1), np.array([away])).of(0) for away in (1.0, 6.0))
        assert near.reached == pytest.approx(0.5, abs=0.08)
        assert far.reached < 1 / 7
        assert far.undecided > near.undecided
        assert far.reached + far.stopped + far.undecided == pytest.approx(1)
        assert far.expectation(6.0) == pytest.approx(0, abs=0.25)


def drawn(random: np.random.Generator, odds: tuple[float, float], *, count: int) -> Cases:
    """Cases that reached a target twice as far as the stop, or were stopped, with these odds."""
    at = random.random(count)
    reached, stopped = at < odds[0], at > 1 - odds[1]
    return Cases(
        direction=Direction.LONG,
        risk=np.full(count, 1.5),
        reward=np.full(count, 3.0),
        reached=reached,
        stopped=stopped,
        result=np.select([reached, stopped], [2.0, -1.0], 0.4),
        begins=np.ones(count, dtype=bool),
        second=np.zeros(count, dtype=bool),
    )


def test_a_setup_that_did_better_than_luck_is_expected_to(walked: Histories) -> None:
    luck = luck_of(walked)
    many = drawn(np.random.default_rng(1), (0.5, 0.3), count=4000)
    outlook = record_of(many, luck).tilt.of(
        luck.outlook(Direction.LONG, many.risk[:1], many.reward[:1]), np.array([2.0])
    )
    odds = outlook.of(0)
    assert odds.reached == pytest.approx(0.5, abs=0.03)
    assert odds.stopped == pytest.approx(0.3, abs=0.03)
    assert odds.expectation(2.0) == pytest.approx(0.5 * 2 - 0.3 + 0.2 * 0.4, abs=0.06)


def test_few_cases_move_luck_little(walked: Histories) -> None:
    luck = luck_of(walked)
    few = drawn(np.random.default_rng(1), (1.0, 0.0), count=3)
    by_luck = luck.outlook(Direction.LONG, few.risk, few.reward)
    tilted = record_of(few, luck).tilt.of(by_luck, np.full(3, 2.0))
    assert by_luck.reached[0] < tilted.reached[0] < by_luck.reached[0] + 0.15


def test_a_chance_is_told_once_a_setup_stood_often_enough() -> None:
    assert not Record(reached=20, stopped=40, stood=ENOUGH - 1).is_enough
    assert Record(reached=20, stopped=10, stood=ENOUGH).is_enough


def standing_for(days: int) -> Histories:
    """A base, then closes above it on ever more volume: a breakout that stands day after day."""
    histories = broken_out()
    close, volume = (
        np.pad(each, ((0, days), (0, 0)), mode="edge")
        for each in (histories.close, histories.volume)
    )
    for day in range(days):
        close[START + day], volume[START + day] = 103 + 0.05 * day, 2000.0 * 1.6**day
    high = np.where(close >= 103, close + 0.01, close + 1.5)
    return Histories(open=close, high=high, low=close - 1.5, close=close, volume=volume)


def test_first_days_and_later_ones_are_counted_apart() -> None:
    past = past_of(standing_for(3))
    assert (past.first[Setup.BREAKOUT].cases, past.later[Setup.BREAKOUT].cases) == (1, 2)
    assert past.later[Setup.BREAKOUT].stood == 1, "two days of one time are one time"
    assert past.record(Setup.BREAKOUT, 1) is past.first[Setup.BREAKOUT]
    assert past.record(Setup.BREAKOUT, 5) is past.later[Setup.BREAKOUT]


def test_it_is_known_for_how_long_a_setup_has_stood() -> None:
    for days in (1, 2, 3):
        past = past_of(standing_for(days).until(START + days))
        assert past.standing[Setup.BREAKOUT][0] == days
    assert past_of(standing_for(2)).standing[Setup.BREAKOUT][0] == 0


def test_a_price_that_wanders_gains_nothing_on_any_setup(walked: Histories) -> None:
    for setup, record in past_of(walked).first.items():
        assert abs(record.mean_r or 0) < 4 * 1.5 / record.cases**0.5 + 0.05, setup


def test_a_stop_or_a_target_nowhere_a_price_can_be_is_no_plan() -> None:
    histories = broken_out().until(START + 1)
    past, bar = prepare(histories.until(START)), histories.row(-1)
    found = plans(Setup.DEATH_CROSS, past, replace(bar, high=bar.high + 900))
    assert found.target[0] < 0 < found.risk[0]
    assert not found.is_sound[0]


def test_a_stop_within_a_breath_of_the_entry_is_no_plan() -> None:
    histories = broken_out().until(START + 1)
    past, bar = prepare(histories.until(START)), histories.row(-1)
    near = np.array([(101.6 + 98.5) / 2 + 0.3])
    found = plans(Setup.BREAKOUT, past, replace(bar, close=near))
    assert 0 < found.risk[0] < found.average_range[0] / 4
    assert not found.is_sound[0]
