"""The plain machine: every watch looks at every tick. The readable truth that all faster ways must match.

Decided, for one tick and one watch:

- A watch acts on where the price is, never on how it got there: a jump over a level is one crossing.
- One tick makes at most one thing happen. A price that jumps over a level and beyond is away at
  once, so the way back counts again.
- What happens while snoozed or outside of the active hours is counted and arms or disarms as ever;
  it is not told, then or later. Only the first look of all waits until it may tell.
- Nothing a watch remembers depends on a tick that does not concern it. That is what an index may skip.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from app.alerts.edges import MINUTE, around, band, crossing, day_of, may_tell
from app.alerts.triggers import (
    BUCKETS,
    MOST_MINUTES,
    Already,
    Bucket,
    Crosses,
    Firing,
    Moves,
    NthTest,
    Passes,
    Phase,
    Reaches,
    Side,
    Spikes,
    State,
    Tape,
    Trigger,
)
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars


class Seen(Protocol):
    """A symbol at its last tick."""

    at: float
    price: float

    def bar(self, minutes: int) -> tuple[float, float]:
        """The start of the bar that is forming, and what it has traded so far."""
        ...


Happening = tuple[State, bool]
"""A state, and whether what was asked for has just happened."""


def step(alert: UUID, trigger: Trigger, state: State, seen: Seen) -> tuple[State, Firing | None]:
    """Where a watch stands after a tick, and what it tells."""
    if state.is_over:
        return state, None
    if trigger.expires_at is not None and seen.at >= trigger.expires_at:
        return replace(state, phase=Phase.OVER), None
    if is_asleep(trigger, state):
        return state, None
    if state.phase is Phase.NEW and not may_tell(trigger, state, seen.at):
        return state, None
    after, has_happened = _look(trigger, state, seen)
    return _told(alert, trigger, after, seen) if has_happened else (after, None)


def is_asleep(trigger: Trigger, state: State) -> bool:
    """Whether a watch has nothing to compare with."""
    return (trigger.needs_level and state.level is None) or (
        trigger.needs_average and state.average is None
    )


def _told(alert: UUID, trigger: Trigger, state: State, seen: Seen) -> tuple[State, Firing | None]:
    """Count what has happened, and tell it if it is to be told."""
    day = day_of(trigger.zone, seen.at)
    count = state.count + 1 if day == state.day else 1
    counted = replace(state, day=day, count=count)
    if isinstance(trigger.condition, NthTest) and count != trigger.condition.times:
        return counted, None
    if not may_tell(trigger, state, seen.at):
        return counted, None
    firing = Firing(
        alert=alert,
        sequence=state.sequence + 1,
        price=seen.price,
        at=seen.at,
        number=count,
        level=state.level,
        counts_since=state.counts_since,
    )
    phase = counted.phase if trigger.repeats else Phase.OVER
    return replace(counted, phase=phase, sequence=firing.sequence), firing


def _look(trigger: Trigger, state: State, seen: Seen) -> Happening:
    match trigger.condition:
        case Crosses() as crosses:
            return _cross(crosses, trigger, state, seen)
        case Passes() | Reaches() | NthTest():
            return _near(trigger, state, seen)
        case Spikes() as spikes:
            return _volume(spikes, trigger, state, seen)
        case Moves() as moves:
            return _move(moves, trigger, state, seen)


def _cross(crosses: Crosses, trigger: Trigger, state: State, seen: Seen) -> Happening:
    edge = crossing(crosses, state.level or 0.0, trigger.rearm)
    price = seen.price * edge.sign
    armed = Phase.BELOW if crosses.side is Side.ABOVE else Phase.ABOVE
    match state.phase:
        case Phase.WAITING | Phase.RESTING:
            back = edge.arms if state.phase is Phase.WAITING else edge.rearms
            return _at(state, armed if price <= back else state.phase), False
        case Phase.NEW if price >= edge.fires and trigger.already is Already.WAITS:
            return _at(state, Phase.WAITING), False
        case _ if price >= edge.fires:
            return _at(state, Phase.RESTING), True
        case _:
            return _at(state, armed), False


def _near(trigger: Trigger, state: State, seen: Seen) -> Happening:
    """Reaching a level, testing it, passing it: all begin where the price comes into the band."""
    assert isinstance(trigger.condition, (Passes, Reaches, NthTest))  # noqa: S101 - for the type checker
    edge = around(trigger.condition, state.level or 0.0, trigger.rearm)
    is_test = isinstance(trigger.condition, NthTest)
    price = seen.price
    outside = Phase.BELOW if price < edge.low else Phase.ABOVE if price > edge.high else None
    away = (
        Phase.BELOW
        if price <= edge.away_below
        else Phase.ABOVE
        if price >= edge.away_above
        else None
    )
    match state.phase:
        case Phase.NEW if outside is None and not is_test and trigger.already is Already.FIRES:
            return _at(state, Phase.RESTING), True
        case Phase.NEW | Phase.WAITING:
            return _at(state, outside or Phase.WAITING), False
        case Phase.RESTING:
            return _at(state, away or Phase.RESTING), False
        case Phase.INSIDE:
            return _at(state, away or Phase.INSIDE), away is not None
        case Phase.BELOW if price < edge.low:
            return state, False
        case Phase.ABOVE if price > edge.high:
            return state, False
        case _ if is_test:
            return _at(state, away or Phase.INSIDE), away is not None
        case _:
            return _at(state, away or Phase.RESTING), True


def _volume(spikes: Spikes, trigger: Trigger, state: State, seen: Seen) -> Happening:
    start, traded = seen.bar(spikes.minutes)
    if state.phase is Phase.RESTING and start == state.bar:
        return state, False
    is_true = traded >= spikes.times * (state.average or 0.0)
    if is_true and spikes.near is not None:
        edge = band(spikes.near, state.level or 0.0, 0.0)
        is_true = edge.low <= seen.price <= edge.high
    if not is_true:
        return _at(state, Phase.ARMED), False
    is_told = state.phase is not Phase.NEW or trigger.already is Already.FIRES
    return replace(state, phase=Phase.RESTING, bar=start), is_told


def _move(moves: Moves, trigger: Trigger, state: State, seen: Seen) -> Happening:
    price, number = seen.price, int(seen.at // moves.bucket)
    kept = _kept(state.buckets, number)
    if _has_moved(moves, kept, price):
        is_told = state.phase is not Phase.NEW or trigger.already is Already.FIRES
        return replace(state, phase=Phase.ARMED, buckets=((number, price, price),)), is_told
    buckets = _with(kept, number, price)
    if buckets == state.buckets:
        return _at(state, Phase.ARMED), False
    return replace(state, phase=Phase.ARMED, buckets=buckets), False


def _has_moved(moves: Moves, buckets: tuple[Bucket, ...], price: float) -> bool:
    if not buckets:
        return False
    rises, falls = reaches_of(moves, buckets)
    return price >= rises or price <= falls


def reaches_of(moves: Moves, buckets: tuple[Bucket, ...]) -> tuple[float, float]:
    """At or above which price, and at or below which, the move is made; infinite if it cannot be."""
    rises = min(low for _, low, _ in buckets) * (1 + moves.percent / 100)
    falls = max(high for _, _, high in buckets) * (1 - moves.percent / 100)
    return (
        math.inf if moves.side is Side.BELOW else rises,
        -math.inf if moves.side is Side.ABOVE else falls,
    )


def _kept(buckets: tuple[Bucket, ...], number: int) -> tuple[Bucket, ...]:
    return tuple(each for each in buckets if each[0] >= number - BUCKETS)


def _with(buckets: tuple[Bucket, ...], number: int, price: float) -> tuple[Bucket, ...]:
    if not buckets or buckets[-1][0] != number:
        return (*buckets, (number, price, price))
    _, low, high = buckets[-1]
    return (*buckets[:-1], (number, min(low, price), max(high, price)))


def _at(state: State, phase: Phase) -> State:
    return state if phase is state.phase else replace(state, phase=phase)


class LiveTape:
    """A symbol's tape while ticks come in."""

    __slots__ = ("at", "high", "low", "minute", "price", "volume", "volumes")

    def __init__(self, tape: Tape) -> None:
        self.at, self.price, self.minute = tape.at, tape.price, tape.minute
        self.low, self.high, self.volume = tape.low, tape.high, tape.volume
        self.volumes = tape.volumes

    def take(self, at: float, price: float, volume: float | None) -> bool:
        """Whether this is a tick to act on; then it is the last one."""
        if not (self.at <= at < math.inf and 0 < price < math.inf):
            return False
        minute = at // MINUTE * MINUTE
        if minute != self.minute:
            self._begin(minute)
        self.at, self.price = at, price
        self.low, self.high = min(self.low, price), max(self.high, price)
        if volume is not None and volume >= 0:
            self.volume = volume
        return True

    def bar(self, minutes: int) -> tuple[float, float]:
        start = self.at // (minutes * MINUTE) * (minutes * MINUTE)
        return start, sum(volume for at, volume in self.volumes if at >= start) + self.volume

    def frozen(self) -> Tape:
        return Tape(**{name: getattr(self, name) for name in LiveTape.__slots__})

    def _begin(self, minute: float) -> None:
        """Minutes without volume are not kept; one that is older than an hour never is."""
        if self.volume:
            since = minute - MOST_MINUTES * MINUTE
            known = (*self.volumes, (self.minute, self.volume))
            self.volumes = tuple(each for each in known if each[0] > since)
        self.minute, self.low, self.high, self.volume = minute, math.inf, 0.0, 0.0


Tick = tuple[float, float, float | None]
"""Time, price, volume of its minute so far."""


def path_of(bars: Bars, tape: Tape) -> Iterator[Tick]:
    """Four prices for each minute that was missed, a quarter of a minute apart.

    A bar that closed at or above its open went to its low first, any other to its high. Nobody knows
    when its volume traded, so all of it counts from the open on. Of the minute in which the last tick
    lies only what was not seen is played, at the time of that tick or later.
    """
    if bars.timeframe is not Timeframe.M1:
        raise ValueError("minutes are made up for by minutes")
    columns = (bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    for time, opened, high, low, close, volume in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        if time + MINUTE <= tape.at:
            continue
        extremes = (low, high) if close >= opened else (high, low)
        prices = enumerate((opened, *extremes, close))
        is_seen = time == tape.minute
        for quarter, price in prices:
            if is_seen and quarter < 3 and tape.low <= price <= tape.high:
                continue
            yield max(time + quarter * MINUTE / 4, tape.at), price, volume


class Machine:
    """What `ThresholdIndex` does, by asking every watch of the symbol at every tick."""

    def __init__(self) -> None:
        self.refused = 0
        self._tapes: dict[Symbol, LiveTape] = {}
        self._watches: dict[Symbol, dict[UUID, tuple[Trigger, State]]] = {}
        self._symbols: dict[UUID, Symbol] = {}

    def add(self, alert: UUID, symbol: Symbol, trigger: Trigger, state: State) -> None:
        self._symbols[alert] = symbol
        self._watches.setdefault(symbol, {})[alert] = (trigger, state)

    def remove(self, alert: UUID) -> None:
        del self._watches[self._symbols.pop(alert)][alert]

    def relevel(self, alert: UUID, level: float | None, *, afresh: bool = False) -> None:
        self._put(alert, self.state(alert).at_level(level, afresh=afresh))

    def reaverage(self, alert: UUID, average: float | None) -> None:
        self._put(alert, replace(self.state(alert), average=average))

    def snooze(self, alert: UUID, until: float) -> None:
        self._put(alert, self.state(alert).snoozed(until))

    def tick(
        self, symbol: Symbol, at: float, price: float, volume: float | None = None
    ) -> list[Firing]:
        tape = self._tapes.setdefault(symbol, LiveTape(Tape()))
        if not tape.take(at, price, volume):
            self.refused += 1
            return []
        watches = self._watches.get(symbol, {})
        fired = []
        for alert, (trigger, state) in watches.items():
            after, firing = step(alert, trigger, state, tape)
            watches[alert] = (trigger, after)
            if firing is not None:
                fired.append(firing)
        return fired

    def catch_up(self, bars: Bars) -> list[Firing]:
        path = path_of(bars, self.tape(bars.symbol))
        fired = [each for tick in path for each in self.tick(bars.symbol, *tick)]
        return [replace(each, is_late=True) for each in fired]

    def state(self, alert: UUID) -> State:
        return self._watches[self._symbols[alert]][alert][1]

    def states(self) -> Mapping[UUID, State]:
        return {alert: self.state(alert) for alert in self._symbols}

    def tape(self, symbol: Symbol) -> Tape:
        return self._tapes[symbol].frozen() if symbol in self._tapes else Tape()

    def resume(self, symbol: Symbol, tape: Tape) -> None:
        self._tapes[symbol] = LiveTape(tape)

    def _put(self, alert: UUID, state: State) -> None:
        watches = self._watches[self._symbols[alert]]
        watches[alert] = (watches[alert][0], state)
