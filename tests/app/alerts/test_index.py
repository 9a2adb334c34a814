"""The index against the plain machine: whatever happens, both say the same."""

import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import pytest

from app.alerts.index import ThresholdIndex
from app.alerts.states import Machine
from app.alerts.triggers import (
    ALWAYS,
    Already,
    Condition,
    Crosses,
    Distance,
    Firing,
    Moves,
    NthTest,
    Passes,
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
from app.market.models import Bars, Provider

START = 1_793_620_800.0
"""2026-11-02 12:00 UTC, 07:00 in New York, the day after its clocks were changed."""
SYMBOLS = (Symbol("SPX"), Symbol("NVDA"), Symbol("BTC/USD"))
SEEDS = range(60)


@dataclass
class Pair:
    """Both, fed the same; what differs is said at once."""

    chance: random.Random
    index: ThresholdIndex = field(default_factory=ThresholdIndex)
    machine: Machine = field(default_factory=Machine)
    at: float = START
    price: dict[Symbol, float] = field(default_factory=lambda: dict.fromkeys(SYMBOLS, 100.0))
    volume: float = 0.0
    alerts: dict[UUID, tuple[Symbol, Trigger]] = field(default_factory=dict)
    fired: list[Firing] = field(default_factory=list)

    def both(self, act: Callable[[ThresholdIndex | Machine], None]) -> None:
        act(self.index)
        act(self.machine)

    def add(self) -> None:
        alert = UUID(int=self.chance.getrandbits(128))
        symbol = self.chance.choice(SYMBOLS)
        trigger = random_trigger(self.chance, self.at)
        state = State(level=self.level(symbol), average=self.chance.choice((None, 50.0, 200.0)))
        self.alerts[alert] = symbol, trigger
        self.both(lambda each: each.add(alert, symbol, trigger, state))

    def level(self, symbol: Symbol) -> float | None:
        if self.chance.random() < 0.05:
            return None
        return self.price[symbol] + self.chance.randint(-8, 8) / 4

    def change(self) -> None:
        """Something a member or a moving level does to one alert."""
        if not self.alerts:
            return
        alert = self.chance.choice(list(self.alerts))
        level, is_afresh = self.level(self.alerts[alert][0]), self.chance.random() < 0.4
        until = self.at + self.chance.choice((-1, 60, 1_800))
        average = self.chance.choice((None, 20.0, 100.0))
        what = self.chance.choice(("relevel", "relevel", "average", "snooze", "remove"))
        if what == "relevel":
            self.both(lambda each: each.relevel(alert, level, afresh=is_afresh))
        elif what == "average":
            self.both(lambda each: each.reaverage(alert, average))
        elif what == "snooze":
            self.both(lambda each: each.snooze(alert, until))
        elif self.chance.random() < 0.3:
            self.both(lambda each: each.remove(alert))
            del self.alerts[alert]

    def tick(self) -> None:
        symbol = self.chance.choice(SYMBOLS)
        minute = self.at // 60
        self.at += self.chance.choice((0, 0.25, 1, 5, 20, 20, 90, 900, 3_600 * 6)) * (
            self.chance.random() < 0.7
        )
        jump = self.chance.choice((0, 0.25, -0.25, 0.25, -0.25, 0.5, -0.5, 3, -3))
        self.price[symbol] = max(self.price[symbol] + jump, 0.25)
        self.volume = self.volume * (self.at // 60 == minute) + self.chance.randint(0, 60)
        volume = self.chance.choice((self.volume, self.volume, self.volume, None))
        self.tell(symbol, self.at, self.price[symbol], volume)

    def bad_tick(self) -> None:
        price = self.chance.choice((0.0, -1.0, math.nan, math.inf, 100.0))
        at = self.at + self.chance.choice((-1e9, math.nan)) if price == 100.0 else self.at
        before = self.machine.refused
        self.tell(self.chance.choice(SYMBOLS), at, price, None)
        assert self.machine.refused <= before + 1

    def tell(self, symbol: Symbol, at: float, price: float, volume: float | None) -> None:
        ours = list(self.index.tick(symbol, at, price, volume))
        assert ours == self.machine.tick(symbol, at, price, volume)
        self.fired += ours
        assert self.index.refused == self.machine.refused

    def catch_up(self) -> None:
        symbol = self.chance.choice(SYMBOLS)
        start, count = int(self.at // 60 * 60), self.chance.randint(1, 4)
        bars = random_bars(self.chance, symbol, start, count, self.price[symbol])
        ours = self.index.catch_up(bars)
        assert ours == self.machine.catch_up(bars)
        self.fired += ours
        self.at = start + 60.0 * count
        self.price[symbol] = float(bars.close[-1])

    def restart(self) -> None:
        """Another index takes up what this one stored, as JSON."""
        fresh = ThresholdIndex()
        for symbol in SYMBOLS:
            fresh.resume(symbol, Tape.of(stored(self.index.tape(symbol).json())))
        for alert, (symbol, trigger) in self.alerts.items():
            state = State.of(stored(self.index.state(alert).json()))
            fresh.add(alert, symbol, Trigger.of(stored(trigger.json())), state)
        fresh.refused = self.index.refused
        self.index = fresh

    def check(self) -> None:
        for alert in self.alerts:
            assert self.index.state(alert) == self.machine.state(alert), self.alerts[alert]
        for symbol in SYMBOLS:
            assert self.index.tape(symbol) == self.machine.tape(symbol)


def stored(values: dict[str, object]) -> dict[str, object]:
    back: dict[str, object] = json.loads(json.dumps(values, allow_nan=False))
    return back


def random_trigger(chance: random.Random, at: float) -> Trigger:
    width = Distance(chance.choice((0.0, 0.25, 0.5)), is_percent=chance.random() < 0.5)
    near = chance.choice((None, Distance(0.5)))
    side = chance.choice((Side.ABOVE, Side.BELOW))
    condition: Condition = chance.choice(
        (
            Crosses(side),
            Crosses(side, includes=True),
            Passes(),
            Reaches(),
            Reaches(width),
            NthTest(chance.randint(1, 3), width),
            Spikes(chance.choice((0.5, 2.0)), chance.choice((1, 1, 5, 60)), near),
            Moves(chance.choice((0.5, 2.0)), chance.choice((60, 100, 3_600)), None),
            Moves(1.0, 900, side),
        )
    )
    return Trigger(
        condition=condition,
        rearm=chance.choice((0.0, 0.25, 0.3, 1.0)),
        repeats=chance.random() < 0.8,
        already=chance.choice(tuple(Already)),
        zone=chance.choice(("America/New_York", "UTC")),
        active=chance.choice((ALWAYS, ALWAYS, Window(570, 660), Window(1_200, 540))),
        expires_at=chance.choice((None, None, at + 3_600, at + 86_400)),
    )


def random_bars(
    chance: random.Random, symbol: Symbol, start: int, count: int, price: float
) -> Bars:
    rows = []
    for _ in range(count):
        opened, closed = (price + chance.randint(-4, 4) / 4 for _ in range(2))
        high, low = max(opened, closed), min(opened, closed)
        rows.append((opened, high + chance.randint(0, 4) / 4, low - 0.25, closed))
        price = closed
    columns = np.maximum(np.array(rows).T, 0.25)
    return Bars(
        symbol=symbol,
        timeframe=Timeframe.M1,
        time=start + 60 * np.arange(count, dtype=np.int64),
        open=columns[0],
        high=columns[1],
        low=columns[2],
        close=columns[3],
        volume=np.full(count, float(chance.randint(0, 300))),
        provider=Provider(name="hand"),
    )


def run(seed: int, *, events: int = 1_200) -> Pair:
    pair = Pair(random.Random(seed))  # noqa: S311 - chance, not a secret
    acts = (pair.tick, pair.add, pair.change, pair.bad_tick, pair.catch_up, pair.restart)
    for _ in range(events):
        pair.chance.choices(acts, (100, 4, 6, 1, 0.5, 0.3))[0]()
    pair.check()
    return pair


@pytest.mark.parametrize("seed", SEEDS)
def test_the_index_fires_exactly_as_the_plain_machine(seed: int) -> None:
    assert run(seed).fired


SPX = SYMBOLS[0]
TOUCH = Trigger(condition=Reaches(), rearm=0.5, repeats=True)


def indexed(*levels: float) -> ThresholdIndex:
    index = ThresholdIndex()
    for number, level in enumerate(levels):
        index.add(UUID(int=number), SPX, TOUCH, State(level=level))
    return index


def test_alerts_that_fire_together_are_told_in_the_order_they_were_added() -> None:
    index = indexed(104.0, 101.0, 103.0, 102.0)
    index.tick(SPX, START, 100.0)
    assert [each.alert.int for each in index.tick(SPX, START + 1, 110.0)] == [0, 1, 2, 3]


def test_many_ticks_at_once_fire_as_one_after_the_other() -> None:
    ticks = [(SPX, START + at, 100.0 + at % 7, None) for at in range(50)]
    one, many = indexed(102.0, 105.0), indexed(102.0, 105.0)
    assert many.ticks(ticks) == [each for tick in ticks for each in one.tick(*tick)]


def test_what_is_not_watched_any_more_tells_nothing() -> None:
    index = indexed(101.0, 102.0)
    index.tick(SPX, START, 100.0)
    index.remove(UUID(int=0))
    assert [each.alert.int for each in index.tick(SPX, START + 1, 110.0)] == [1]
    assert (UUID(int=0) in index, UUID(int=1) in index, len(index)) == (False, True, 1)
    with pytest.raises(KeyError):
        index.state(UUID(int=0))


def test_an_alert_that_was_removed_can_be_added_again() -> None:
    index = indexed(101.0)
    index.tick(SPX, START, 100.0)
    state = index.state(UUID(int=0))
    index.remove(UUID(int=0))
    index.add(UUID(int=0), SPX, TOUCH, state)
    assert len(index.tick(SPX, START + 1, 110.0)) == 1


def test_an_alert_is_not_watched_twice() -> None:
    with pytest.raises(ValueError, match="once"):
        indexed(101.0).add(UUID(int=0), SPX, TOUCH, State(level=1.0))


def test_whoever_stores_states_is_told_which_have_changed() -> None:
    index = indexed(101.0, 200.0)
    index.tick(SPX, START, 100.0)
    index.take_changed()
    assert index.take_changed() == {}
    index.tick(SPX, START + 1, 101.0)
    index.snooze(UUID(int=1), START + 60)
    index.tick(SPX, START + 2, 100.9)
    assert index.take_changed() == {UUID(int=n): index.state(UUID(int=n)) for n in (0, 1)}
    index.tick(SPX, START + 3, 100.0)
    index.remove(UUID(int=0))
    assert index.take_changed() == {}


def test_a_level_moved_a_thousand_times_leaves_nothing_behind() -> None:
    index = indexed(101.0)
    index.tick(SPX, START, 100.0)
    for step in range(1_000):
        index.relevel(UUID(int=0), 101.0 + step % 9)
    book = index._books[SPX]
    assert len(book.rises.keys) == len(book.rises.watches) < 200
    assert len(index.tick(SPX, START + 1, 110.0)) == 1


def test_an_alert_added_a_thousand_times_leaves_nothing_behind() -> None:
    index = ThresholdIndex()
    trigger = Trigger(condition=Moves(1.0, 60), expires_at=START + 1e6)
    for step in range(1_000):
        index.add(UUID(int=0), SPX, trigger, State())
        index.tick(SPX, START + step / 100, 100.0)
        index.remove(UUID(int=0))
    book = index._books[SPX]
    assert len(book.times) + len(book.ends) + len(book.rises.keys) < 400


def test_a_smaller_average_is_met_by_what_has_been_traded() -> None:
    index = ThresholdIndex()
    index.add(UUID(int=0), SPX, Trigger(condition=Spikes(2.0)), State(average=100.0))
    assert index.tick(SPX, START, 100.0, 120.0) == []
    index.reaverage(UUID(int=0), 50.0)
    assert len(index.tick(SPX, START + 1, 100.0)) == 1
