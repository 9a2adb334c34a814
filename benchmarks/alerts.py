"""100,000 alerts on 5,000 symbols: the index and the replay against loops over the symbol's alerts.

Four kinds in equal parts (crosses above, crosses below, comes within, tested three times), levels
within 2 % of the first price, all repeating and armed anew after a tenth of a percent. Prices are
random walks of 0.65 basis points a tick, which is 1 % a day in ticks of a second. *Skewed*: alerts and
ticks both by Zipf's law, about 2,000 alerts on the symbol that ticks. *Uniform*: 20 alerts on every
symbol, every symbol as likely to tick.

The peer keeps an object an alert and asks each of the symbol's at every tick, as one would write it
without the index. The plain machine is the product's own readable truth, over all its kinds of
triggers. Every firing of all must be the same: the alert, the tick and its number of the day.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import UUID

import numpy as np

from app.alerts.index import ThresholdIndex, Tick
from app.alerts.leaping import Paths, Rules, replay_many
from app.alerts.states import Machine
from app.alerts.triggers import (
    Already,
    Condition,
    Crosses,
    Distance,
    Firing,
    NthTest,
    Reaches,
    Side,
    State,
    Trigger,
)
from app.core.symbols import Symbol
from app.market.models import Floats, Ints
from benchmarks.plain_alerts import PLAIN, Plain, rearm_of, width_of

ALERTS, SYMBOLS = 100_000, 5_000
ROUNDS = 9
BATCH = 64
"""Ticks that come together, as the feed gives them."""
RATE = 5_000
"""Ticks a second, of all symbols together."""
MINUTE = 1_793_630_400.0
"""A minute that begins in the middle of the ticks: 2026-11-02 09:40 in New York."""
MACHINE_TICKS = 200
REPLAYED, REPLAY_ROUNDS = 10_000_000, 5
LOOP = "plain loop over the symbol's alerts"
NAMES = tuple(Symbol(f"S{number}") for number in range(SYMBOLS))
Told = tuple[int, float, int]
"""The alert, the time of the tick, which no other has, and the number of the day."""
Result = TypeVar("Result")
Play = Callable[[Sequence[Tick]], list[Told]]


@dataclass(frozen=True, slots=True)
class Load:
    """Alerts and ticks; `start` is each symbol's first price."""

    name: str
    owners: Ints
    """The symbol of each alert."""
    kinds: Ints
    levels: Floats
    start: Floats
    symbols: Ints
    """The symbol of each tick."""
    prices: Floats
    times: Floats


def run() -> None:
    measure_live(make_load("skewed", ticks=90_000))
    measure_live(make_load("uniform", ticks=900_000))
    measure_replay(make_load("skewed", ticks=REPLAYED), part=1_000)
    measure_replay(make_load("uniform", ticks=REPLAYED), part=50)


def make_load(name: str, *, ticks: int) -> Load:
    random = np.random.default_rng(7)
    weights = 1 / np.arange(1, SYMBOLS + 1) if name == "skewed" else np.ones(SYMBOLS)
    share = weights / weights.sum()
    owners = np.sort(random.choice(SYMBOLS, ALERTS, p=share))
    start = np.round(random.uniform(20, 500, SYMBOLS), 2)
    levels = np.round(start[owners] * (1 + random.uniform(-0.02, 0.02, ALERTS)), 2)
    symbols = random.choice(SYMBOLS, ticks, p=share)
    return Load(
        name=name,
        owners=owners,
        kinds=random.integers(0, 4, ALERTS),
        levels=levels,
        start=start,
        symbols=symbols,
        prices=walk(symbols, start, random.normal(0, 0.000065, ticks)),
        times=MINUTE + (np.arange(ticks) - ticks // 2) / RATE,
    )


def walk(symbols: Ints, start: Floats, steps: Floats) -> Floats:
    """Each symbol's own walk, in cents, at the positions where it ticks."""
    order = np.argsort(symbols, kind="stable")
    sums = np.cumsum(steps[order])
    first = np.searchsorted(symbols[order], np.arange(SYMBOLS))
    before = np.concatenate(([0.0], sums))[first]
    prices = np.empty(len(steps))
    mine = symbols[order]
    prices[order] = np.round(start[mine] * np.exp(sums - before[mine]), 2)
    return prices


def condition_of(kind: int, level: float) -> Condition:
    match kind:
        case 0:
            return Crosses(Side.ABOVE)
        case 1:
            return Crosses(Side.BELOW)
        case 2:
            return Reaches(Distance(width_of(level)))
        case _:
            return NthTest(3, Distance(width_of(level)))


def plain_alerts(load: Load) -> dict[Symbol, list[tuple[int, Plain]]]:
    """By symbol, in the order they were added."""
    owned: dict[Symbol, list[tuple[int, Plain]]] = {name: [] for name in NAMES}
    rows = zip(load.owners.tolist(), load.kinds.tolist(), load.levels.tolist(), strict=True)
    for alert, (owner, kind, level) in enumerate(rows):
        owned[NAMES[owner]].append((alert, PLAIN[kind](level, float(load.start[owner]))))
    return owned


def trigger_of(kind: int, level: float) -> Trigger:
    return Trigger(
        condition=condition_of(kind, level),
        rearm=rearm_of(level),
        repeats=True,
        already=Already.WAITS,
    )


def fill(machine: ThresholdIndex | Machine, load: Load) -> None:
    """All alerts in it, each symbol's first price seen."""
    rows = zip(load.owners.tolist(), load.kinds.tolist(), load.levels.tolist(), strict=True)
    for alert, (owner, kind, level) in enumerate(rows):
        trigger = trigger_of(kind, level)
        machine.add(UUID(int=alert), NAMES[owner], trigger, State(level=level))
    for name, price in zip(NAMES, load.start.tolist(), strict=True):
        machine.tick(name, float(load.times[0]), price)


def ticks_of(load: Load) -> list[Tick]:
    columns = (load.symbols, load.times, load.prices)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [(NAMES[symbol], at, price, None) for symbol, at, price in rows]


def by_index(load: Load) -> Play:
    index = ThresholdIndex()
    fill(index, load)

    def play(ticks: Sequence[Tick]) -> list[Told]:
        fired: list[Firing] = []
        for first in range(0, len(ticks), BATCH):
            fired += index.ticks(ticks[first : first + BATCH])
        return [(each.alert.int, each.at, each.number) for each in fired]

    return play


def by_loop(load: Load) -> Play:
    owned = plain_alerts(load)

    def play(ticks: Sequence[Tick]) -> list[Told]:
        told: list[Told] = []
        for symbol, at, price, _ in ticks:
            for alert, watch in owned[symbol]:
                if watch.check(price):
                    told.append((alert, at, watch.number))
        return told

    return play


def by_machine(load: Load) -> Play:
    machine = Machine()
    fill(machine, load)

    def play(ticks: Sequence[Tick]) -> list[Told]:
        return [
            (firing.alert.int, firing.at, firing.number)
            for tick in ticks
            for firing in machine.tick(*tick)
        ]

    return play


def measure_live(load: Load) -> None:
    """In turns of a ninth of the ticks; the machine, being slower still, plays the first few."""
    ticks = ticks_of(load)
    loop = by_loop(load)  # first, while memory is in order: it walks through all of it
    index, machine = by_index(load), by_machine(load)
    gc.collect()
    gc.disable()
    chunk = len(ticks) // ROUNDS
    taken: list[tuple[float, float]] = []
    fired = 0
    for start in range(0, chunk * ROUNDS, chunk):
        part = ticks[start : start + chunk]
        ours, our_time = timed(partial(index, part))
        theirs, loop_time = timed(partial(loop, part))
        same(ours, theirs)
        fired += len(ours)
        taken.append((our_time / chunk, loop_time / chunk))
    gc.enable()
    print_rows(
        f"{load.name}, live: {fired / chunk / ROUNDS:.3f} firings a tick", taken, "threshold index"
    )
    few = ticks[:MACHINE_TICKS]
    truth, machine_time = timed(partial(machine, few))
    same(by_index(load)(few), truth)
    print(f"  {'plain machine, every kind of trigger':36} {machine_time / len(few) * 1e6:11.4f} us")


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    before = time.process_time()
    result = call()
    return result, time.process_time() - before


def measure_replay(load: Load, *, part: int) -> None:
    """The ticks lie by symbol, as they are stored; the loop plays the first `part`-th of each."""
    ticked = ticks_by_symbol(load)
    paths, rules = Paths.of(ticked), rules_of(load)
    few = [len(prices) // part for _, prices in ticked]
    taken: list[tuple[float, float]] = []
    for _ in range(REPLAY_ROUNDS):
        ours, our_time = timed(partial(replay_many, rules, paths))
        owned = plain_alerts(load)
        theirs, loop_time = timed(partial(looped, owned, ticked, few))
        taken.append((our_time / len(load.prices), loop_time / sum(few)))
    owner = rules.symbols[ours.rules]
    is_early = ours.places - paths.starts[owner] <= np.array(few)[owner]
    columns = (ours.rules, paths.times[ours.places], ours.numbers)
    same(sorted(zip(*(each[is_early].tolist() for each in columns), strict=True)), sorted(theirs))
    print_rows(
        f"{load.name}, replay of {len(load.prices):,} ticks: {len(ours.rules):,} firings, "
        f"{len(theirs):,} compared",
        taken,
        "replay, all alerts in leaps",
    )


def ticks_by_symbol(load: Load) -> list[tuple[Floats, Floats]]:
    """Times and prices of each symbol, its first price before them."""
    order = np.argsort(load.symbols, kind="stable")
    edges = np.searchsorted(load.symbols[order], np.arange(1, SYMBOLS))
    times, prices = (np.split(column[order], edges) for column in (load.times, load.prices))
    opened = load.times[0] - 1
    return [
        (np.concatenate(([opened], at)), np.concatenate(([first], price)))
        for first, at, price in zip(load.start, times, prices, strict=True)
    ]


def rules_of(load: Load) -> Rules:
    rows = zip(load.owners.tolist(), load.kinds.tolist(), load.levels.tolist(), strict=True)
    return Rules.of([(owner, trigger_of(kind, level), level) for owner, kind, level in rows])


def looped(
    owned: Mapping[Symbol, Sequence[tuple[int, Plain]]],
    ticked: Sequence[tuple[Floats, Floats]],
    few: Sequence[int],
) -> list[Told]:
    """Symbol by symbol, the ticks after the first price."""
    told: list[Told] = []
    for name, (times, prices), count in zip(NAMES, ticked, few, strict=True):
        ticks = zip(times[1 : count + 1].tolist(), prices[1 : count + 1].tolist(), strict=True)
        for at, price in ticks:
            for alert, watch in owned[name]:
                if watch.check(price):
                    told.append((alert, at, watch.number))
    return told


def print_rows(title: str, taken: Sequence[tuple[float, float]], name: str) -> None:
    """Medians of ours and the loop's CPU time per tick, and of the rounds' ratios."""
    ours, theirs = (statistics.median(column) * 1e6 for column in zip(*taken, strict=True))
    ratio = statistics.median(loop / own for own, loop in taken)
    print(f"{title}; CPU time per tick")
    print(f"  {name:36} {ours:11.4f} us")
    print(f"  {LOOP:36} {theirs:11.4f} us {ratio:8.1f}×")


def same(ours: Sequence[Told], theirs: Sequence[Told]) -> None:
    if list(ours) != list(theirs):
        raise RuntimeError("the index, the replay and the loops do not fire alike")
