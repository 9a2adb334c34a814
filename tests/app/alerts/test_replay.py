"""The replay against the plain machine, over the same bars."""

import math
import random
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from app.alerts.leaping import Paths, Rules, replay_many
from app.alerts.passages import Passages
from app.alerts.replay import path_arrays, replay, replay_moving
from app.alerts.states import Machine, path_of
from app.alerts.triggers import (
    ALWAYS,
    Already,
    Condition,
    Crosses,
    Distance,
    Firing,
    Moves,
    NthTest,
    Reaches,
    Side,
    Spikes,
    State,
    Tape,
    Trigger,
    Window,
)
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Floats, Provider

SPX = Symbol("SPX")
ALERT = UUID(int=7)
START = int(datetime(2026, 10, 30, 13, 30, tzinfo=UTC).timestamp())
"""The Friday before New York's clocks are changed."""


def bars_of(random_: np.random.Generator, count: int) -> Bars:
    """A random walk in quarters, with gaps over nights and some bars of nonsense."""
    step = random_.choice((60, 60, 60, 60, 120, 3_600, 30_000), count)
    close = 100 + np.cumsum(random_.integers(-2, 3, count)) / 4
    opened = close + random_.integers(-2, 3, count) / 4
    high = np.maximum(opened, close) + random_.integers(0, 3, count) / 4
    low = np.minimum(opened, close) - random_.integers(0, 3, count) / 4
    low[random_.random(count) < 0.01] = np.nan
    high[random_.random(count) < 0.01] = 0.0
    return Bars(
        symbol=SPX,
        timeframe=Timeframe.M1,
        time=START + np.cumsum(step) // 60 * 60,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=random_.integers(0, 100, count).astype(float),
        provider=Provider(name="hand"),
    )


def played(
    trigger: Trigger, bars: Bars, *, level: float | None, average: float | None = None
) -> list[Firing]:
    machine = Machine()
    machine.add(ALERT, SPX, trigger, State(level=level, average=average))
    return machine.catch_up(bars)


def random_trigger(chance: random.Random, condition: Condition) -> Trigger:
    return Trigger(
        condition=condition,
        rearm=chance.choice((0.0, 0.25, 0.3, 1.0)),
        repeats=chance.random() < 0.8,
        already=chance.choice(tuple(Already)),
        zone=chance.choice(("America/New_York", "UTC")),
        active=chance.choice((ALWAYS, ALWAYS, Window(570, 660), Window(1_200, 540))),
        expires_at=chance.choice((None, None, START + 80_000.0)),
    )


def random_level_condition(chance: random.Random) -> Condition:
    width = Distance(chance.choice((0.0, 0.25, 0.5)), is_percent=chance.random() < 0.5)
    side = chance.choice(tuple(Side))
    return chance.choice(
        (
            Crosses(side),
            Crosses(side, includes=True),
            Reaches(),
            Reaches(width),
            NthTest(chance.randint(1, 3), width),
        )
    )


@pytest.mark.parametrize("seed", range(16))
def test_many_alerts_replayed_at_once_fire_as_the_plain_machine_does(seed: int) -> None:
    chance, numbers = random.Random(seed), np.random.default_rng(seed)  # noqa: S311
    paths = []
    for _ in range(5):
        path = path_arrays(bars_of(numbers, chance.randint(1, 400)))
        paths.append((path.times[path.is_good], path.prices[path.is_good]))
    asked = [
        (
            chance.randrange(5),
            random_trigger(chance, random_level_condition(chance)),
            100 + chance.randint(-12, 12) / 4,
        )
        for _ in range(40)
    ]
    laid = Paths.of(paths)
    ours = replay_many(Rules.of(asked), laid).in_order()
    columns = (ours.rules, ours.places, ours.sequences, ours.numbers)
    told = list(zip(*(column.tolist() for column in columns), strict=True))
    expected = []
    for rule, (symbol, trigger, level) in enumerate(asked):
        machine = Machine()
        machine.add(ALERT, SPX, trigger, State(level=level))
        for place, (at, price) in enumerate(zip(*paths[symbol], strict=True)):
            expected += [
                (rule, int(laid.starts[symbol]) + place, each.sequence, each.number)
                for each in machine.tick(SPX, float(at), float(price))
            ]
    assert told == expected
    assert told


@pytest.mark.parametrize("seed", range(10))
def test_one_alert_of_any_kind_replayed_fires_as_the_plain_machine_does(seed: int) -> None:
    chance, bars = random.Random(seed), bars_of(np.random.default_rng(seed), 300)  # noqa: S311
    fired = 0
    for condition in (
        random_level_condition(chance),
        random_level_condition(chance),
        Spikes(1.5, chance.choice((1, 5, 60)), chance.choice((None, Distance(1.0)))),
        Moves(1.0, chance.choice((60, 3_600))),
    ):
        trigger = random_trigger(chance, condition)
        ours = replay(ALERT, trigger, bars, level=100.25, average=50.0)
        assert ours == played(trigger, bars, level=100.25, average=50.0)
        fired += len(ours)
    assert fired


@pytest.mark.parametrize("seed", range(10))
def test_a_level_that_moves_is_replayed_as_it_was_at_each_bar(seed: int) -> None:
    chance, numbers = random.Random(seed), np.random.default_rng(seed)  # noqa: S311
    bars = bars_of(numbers, 300)
    levels: Floats = 100 + np.cumsum(numbers.integers(-1, 2, 300)) / 8
    levels[:20] = np.nan
    afresh = numbers.random(300) < 0.05
    trigger = random_trigger(chance, random_level_condition(chance))
    machine = Machine()
    machine.add(ALERT, SPX, trigger, State())
    expected = []
    for at, level in enumerate(levels.tolist()):
        known = None if math.isnan(level) else level
        machine.relevel(ALERT, known, afresh=bool(afresh[at]))
        for tick in path_of(bars.slice(at, at + 1), Tape()):
            expected += machine.tick(SPX, *tick)
    ours = replay_moving(ALERT, trigger, bars, levels, afresh=afresh)
    assert ours == [replace(each, is_late=True) for each in expected]


def test_the_prices_of_bars_are_those_of_a_catch_up() -> None:
    bars = bars_of(np.random.default_rng(3), 200)
    path = path_arrays(bars)
    ours = np.stack((path.times, path.prices, path.volumes), axis=1)
    np.testing.assert_array_equal(ours, np.array(list(path_of(bars, Tape())), dtype=float))


def test_without_a_level_or_without_bars_nothing_would_have_fired() -> None:
    bars, trigger = bars_of(np.random.default_rng(3), 50), Trigger(condition=Crosses(Side.ABOVE))
    assert replay(ALERT, trigger, bars, level=None) == []
    assert replay(ALERT, trigger, bars.slice(0, 0), level=100.0) == []


def test_a_level_never_in_reach_is_not_searched_for() -> None:
    path = np.array([1.0, 2.0]), np.array([100.0, 101.0])
    rules = Rules.of([(0, Trigger(condition=Reaches()), 500.0)])
    assert len(replay_many(rules, Paths.of([path])).rules) == 0


@pytest.mark.parametrize("count", [8, 16, 64, 72, 520, 4_096])
def test_a_first_passage_is_the_first_price_beyond(count: int) -> None:
    numbers = np.random.default_rng(count)
    prices = np.round(100 + np.cumsum(numbers.normal(0, 0.1, count)), 1)
    start = numbers.integers(0, count + 1, 200)
    down = 100 + numbers.normal(0, 2, 200)
    up = down + numbers.uniform(0, 3, 200)
    down[::7], up[::5] = -np.inf, np.inf
    found = Passages(prices).first(start, down, up)
    for each in range(200):
        beyond = (prices <= down[each]) | (prices >= up[each])
        after = np.flatnonzero(beyond[start[each] :])
        assert found[each] == (start[each] + after[0] if len(after) else count)
