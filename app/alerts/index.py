"""The threshold index: many watches over many symbols, at the price of a few comparisons a quiet tick.

Decided: whatever a watch waits for, it can act at no price between the next one below and the next
one above at which something happens to it. So each symbol keeps those prices sorted (`rows.py`), and a
tick between the nearest of all changes nothing. A tick beyond them is looked at by those it concerns
alone, as the plain machine of `states.py` would. Volumes and times wait in heaps, whose entries carry
the version they were made for and are dropped when their watch has moved on.
"""

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import replace
from heapq import heapify, heappop, heappush
from itertools import count
from uuid import UUID

from app.alerts.edges import MINUTE
from app.alerts.rows import Row
from app.alerts.states import LiveTape, path_of
from app.alerts.triggers import Firing, Spikes, State, Tape, Trigger
from app.alerts.watches import Watch, watch_of
from app.core.symbols import Symbol
from app.market.models import Bars

_SPARE = 64
"""Entries a heap may hold beyond two for each watch before it is swept."""
_SLACK = 1e-9
"""Of a volume: sums of minutes are rounded, and a gate has to be on the early side."""

_Entry = tuple[float, int, Watch]
_DOWN, _UP, _AT, _UNTIL, _SPIKE, _LOW, _HIGH, _PRICE, _VOLUME = range(9)
_CLOSED = array("d", [math.inf] + [0.0] * 8)
"""Gates that no tick passes."""

Tick = tuple[Symbol, float, float, float | None]
"""Symbol, time, price, and what the minute has traded so far."""


class _Book(LiveTape):
    """One symbol: its tape, its watches' entries, and the gates between which a tick is quiet.

    `gates` is what every tick reads and writes, in one place of memory; the tape's own attributes hold
    while a tick is acted on and are out of date between.
    """

    __slots__ = ("ends", "falls", "gates", "rises", "spikes", "times", "watches")

    def __init__(self, tape: Tape) -> None:
        super().__init__(tape)
        self.rises, self.falls = Row(is_above=True), Row(is_above=False)
        self.times: list[_Entry] = []
        self.ends: list[_Entry] = []
        """When watches expire: entries for good."""
        self.spikes: dict[int, list[_Entry]] = {}
        self.watches: dict[UUID, Watch] = {}
        self.gates = array("d", _CLOSED)
        self.set_gates()

    def open(self) -> None:
        """Take from the gates what quiet ticks have left there."""
        gates = self.gates
        self.at, self.price, self.volume = gates[_AT], gates[_PRICE], gates[_VOLUME]
        self.low, self.high = gates[_LOW], gates[_HIGH]

    def set_gates(self) -> None:
        """Below `down`, above `up`, at `spike` volume or at `until` somebody may have to act."""
        gates = self.gates
        falls, rises = self.falls.keys, self.rises.keys
        gates[_DOWN] = falls[-1] if falls else 0.0
        gates[_UP] = -rises[-1] if rises else math.inf
        until = self.minute + MINUTE
        if self.times and self.times[0][0] < until:
            until = self.times[0][0]
        if self.ends and self.ends[0][0] < until:
            until = self.ends[0][0]
        spike = math.inf
        if self.spikes:
            spike = min(map(self._volume_to, self.spikes))
            if spike <= self.volume:
                until = 0.0  # a smaller average is met already, by a tick without volume too
        gates[_UNTIL], gates[_SPIKE] = until, spike
        gates[_AT], gates[_PRICE], gates[_VOLUME] = self.at, self.price, self.volume
        gates[_LOW], gates[_HIGH] = self.low, self.high

    def due(self) -> list[Watch]:
        """Whoever waits for something that this tick brings; none of them waits any more."""
        due: list[Watch] = []
        price, at = self.price, self.at
        self.rises.take(-price, due)
        self.falls.take(price, due)
        if at >= self.gates[_UNTIL]:
            _take(self.times, at, due)
            while self.ends and self.ends[0][0] <= at:
                watch = heappop(self.ends)[2]
                if watch.version and self._watches(watch):
                    watch.version = 0
                    due.append(watch)
        for minutes, heap in self.spikes.items():
            _take(heap, self.bar(minutes)[1], due)
        return due

    def enter(self, watch: Watch) -> None:
        self.watches[watch.alert] = watch
        if watch.expires_at < math.inf:
            heappush(self.ends, (watch.expires_at, watch.order, watch))
            if len(self.ends) > 2 * len(self.watches) + _SPARE:
                self.ends = [each for each in self.ends if self._watches(each[2])]
                heapify(self.ends)

    def wait(self, watch: Watch, version: int) -> None:
        """Let it wait for what comes next."""
        watch.version = version
        if watch.is_quick:
            down, up = watch.bounds()
        else:
            down, up, volume, until = watch.waits(self)
            if until < math.inf:
                self._push(self.times, (until, version, watch))
            if volume < math.inf and isinstance(watch.trigger.condition, Spikes):
                heap = self.spikes.setdefault(watch.trigger.condition.minutes, [])
                self._push(heap, (volume, version, watch))
        watch.down, watch.up = down, -up
        if up < math.inf:
            self.rises.put(-up, watch, len(self.watches))
        if down > 0:
            self.falls.put(down, watch, len(self.watches))

    def _watches(self, watch: Watch) -> bool:
        return self.watches.get(watch.alert) is watch

    def _push(self, heap: list[_Entry], entry: _Entry) -> None:
        heappush(heap, entry)
        if len(heap) > 2 * len(self.watches) + _SPARE:
            _sweep(heap)
            heapify(heap)

    def _volume_to(self, minutes: int) -> float:
        """What the forming minute must trade to concern those who watch bars of `minutes`."""
        heap = self.spikes[minutes]
        if not heap:
            return math.inf
        before = self.bar(minutes)[1] - self.volume
        return (heap[0][0] - before) - _SLACK * (heap[0][0] + before)


def _sweep(entries: list[_Entry]) -> None:
    """Leave only what somebody still waits for."""
    entries[:] = [each for each in entries if each[2].version == each[1]]


def _take(heap: list[_Entry], reached: float, due: list[Watch]) -> None:
    """Move to `due` whose entry is at or before `reached`; what is no longer true is dropped."""
    while heap and heap[0][0] <= reached:
        _, version, watch = heappop(heap)
        if watch.version == version:
            watch.version = 0
            due.append(watch)


def _by_order(fired: tuple[int, Firing]) -> int:
    return fired[0]


class ThresholdIndex:
    """The alerts of one monitor. Not thread-safe; nothing in it waits."""

    def __init__(self) -> None:
        self.refused = 0
        """Ticks that were out of order, or no price, and changed nothing."""
        self._at: dict[UUID, _Book] = {}
        self._books: dict[Symbol, _Book] = {}
        self._gates: dict[Symbol, array[float]] = {}
        self._changed: list[Watch] = []
        self._numbers = count(1)

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, alert: UUID) -> bool:
        return alert in self._at

    def add(self, alert: UUID, symbol: Symbol, trigger: Trigger, state: State) -> None:
        """Watch from now on, going on from `state`. ValueError if it is watched already."""
        if alert in self._at:
            raise ValueError("an alert is watched once")
        book = self._book(symbol)
        watch = watch_of(alert, next(self._numbers), trigger, state)
        self._at[alert] = book
        book.enter(watch)
        self._wait(book, watch)

    def remove(self, alert: UUID) -> None:
        """Watch no more; KeyError if it was not."""
        self._at.pop(alert).watches.pop(alert).version = 0

    def relevel(self, alert: UUID, level: float | None, *, afresh: bool = False) -> None:
        """Move the level; see `State.at_level`. None lets the watch sleep until there is one."""
        self._put(alert, self.state(alert).at_level(level, afresh=afresh))

    def reaverage(self, alert: UUID, average: float | None) -> None:
        """Another average volume of a bar, for volume spikes."""
        self._put(alert, replace(self.state(alert), average=average))

    def snooze(self, alert: UUID, until: float) -> None:
        """Tell nothing before `until`, Unix seconds; 0 wakes it."""
        self._put(alert, self.state(alert).snoozed(until))

    def tick(
        self, symbol: Symbol, at: float, price: float, volume: float | None = None
    ) -> list[Firing]:
        """What fires at this tick, in the order the alerts were added.

        `volume` is what the minute of `at` has traded so far; None if nobody knows. A tick before
        the last one of its symbol, or without a price above zero, is refused: counted, and nothing
        else.
        """
        return self.ticks(((symbol, at, price, volume),))

    def ticks(self, ticks: Iterable[Tick]) -> list[Firing]:
        """What fires at each of these ticks, one after the other; see `tick`."""
        fired: list[Firing] = []
        find = self._gates.get
        for symbol, at, price, volume in ticks:
            gates = find(symbol, _CLOSED)
            if (
                gates[_DOWN] < price < gates[_UP]
                and gates[_AT] <= at < gates[_UNTIL]
                and (volume is None or volume < gates[_SPIKE])
            ):
                gates[_AT], gates[_PRICE] = at, price
                if price > gates[_HIGH]:
                    gates[_HIGH] = price
                elif price < gates[_LOW]:
                    gates[_LOW] = price
                if volume is not None and volume >= 0:
                    gates[_VOLUME] = volume
            else:
                fired += self._act(self._book(symbol), at, price, volume)
        return fired

    def catch_up(self, bars: Bars) -> list[Firing]:
        """What fired in minutes that were missed, marked late; see `states.path_of`.

        Of the minute in which the last tick lies only what was not seen is played: a low below or a
        high above what was seen, and the close.
        """
        path = path_of(bars, self.tape(bars.symbol))
        fired = [each for tick in path for each in self.tick(bars.symbol, *tick)]
        return [replace(each, is_late=True) for each in fired]

    def state(self, alert: UUID) -> State:
        """How far a watch has come, to be stored; KeyError if it is not watched."""
        return self._at[alert].watches[alert].state

    def tape(self, symbol: Symbol) -> Tape:
        """What is remembered of a symbol, to be stored beside the states."""
        if symbol not in self._books:
            return Tape()
        book = self._books[symbol]
        book.open()
        return book.frozen()

    def resume(self, symbol: Symbol, tape: Tape) -> None:
        """Go on with a stored tape, before the first tick of the symbol."""
        old = self._books.get(symbol)
        book = self._open(symbol, tape)
        for alert, watch in old.watches.items() if old is not None else ():
            self._at[alert] = book
            book.enter(watch)
            self._wait(book, watch)

    def take_changed(self) -> Mapping[UUID, State]:
        """The states that changed since this was asked last: fired, re-armed, relevelled, over."""
        changed = {}
        for watch in self._changed:
            watch.has_changed = False
            if watch.alert in self._at:
                changed[watch.alert] = self.state(watch.alert)
        self._changed.clear()
        return changed

    def _act(self, book: _Book, at: float, price: float, volume: float | None) -> Iterable[Firing]:
        book.open()
        if not book.take(at, price, volume):
            self.refused += 1
            return ()
        fired: list[tuple[int, Firing]] = []
        for watch in book.due():
            firing = watch.act(book)
            if firing is not None:
                fired.append((watch.order, firing))
            if not watch.has_changed:
                watch.has_changed = True
                self._changed.append(watch)
            book.wait(watch, next(self._numbers))
        book.set_gates()
        if not fired:
            return ()
        if len(fired) > 1:
            fired.sort(key=_by_order)
        return [firing for _, firing in fired]

    def _put(self, alert: UUID, state: State) -> None:
        book = self._at[alert]
        watch = book.watches[alert]
        watch.put(state)
        if not watch.has_changed:
            watch.has_changed = True
            self._changed.append(watch)
        self._wait(book, watch)

    def _wait(self, book: _Book, watch: Watch) -> None:
        book.open()
        book.wait(watch, next(self._numbers))
        book.set_gates()

    def _book(self, symbol: Symbol) -> _Book:
        return self._books.get(symbol) or self._open(symbol, Tape())

    def _open(self, symbol: Symbol, tape: Tape) -> _Book:
        book = self._books[symbol] = _Book(tape)
        self._gates[symbol] = book.gates
        return book
