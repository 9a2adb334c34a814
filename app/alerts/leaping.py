"""Many alerts played at once over prices that are all there already.

Decided: an alert on a level that stands still leaps from one thing that happens to it to the next, and
thousands leap side by side; how it is found where is the business of `passages.py`. The edges are those
of the plain machine, and so are the firings.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.alerts.edges import DAY, MINUTE, QUARTER, band, crossing, offset
from app.alerts.passages import WIDTH, Passages
from app.alerts.triggers import ALWAYS, Already, Crosses, NthTest, Reaches, Side, Trigger
from app.market.models import Floats, Ints

Flags = NDArray[np.bool_]
_BELOW, _ABOVE, _BETWEEN = 0, 1, 2
"""Armed below, armed above, or neither: in a test, or at rest after a firing."""
_EPOCH = 719_163
"""The ordinal of 1 January 1970."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Prices of several symbols, one symbol after the other, each oldest first.

    A symbol has its places from `starts` up to `stops`; what follows up to the next start only fills
    the room that searching needs.
    """

    times: Floats
    prices: Floats
    starts: Ints
    stops: Ints

    @classmethod
    def of(cls, parts: Sequence[tuple[Floats, Floats]]) -> Self:
        """From the times and prices of each symbol; one without any is a mistake."""
        counts = np.array([len(times) for times, _ in parts], dtype=np.int64)
        if not counts.all():
            raise ValueError("nothing can be replayed over no prices")
        rooms = -(-counts // WIDTH) * WIDTH
        starts = np.concatenate(([0], np.cumsum(rooms)[:-1]))
        times, prices = np.empty(int(rooms.sum())), np.empty(int(rooms.sum()))
        for start, room, (at, price) in zip(starts, rooms, parts, strict=True):
            for row, values in ((times, at), (prices, price)):
                row[start : start + len(values)] = values
                row[start + len(values) : start + room] = values[-1]
        return cls(times, prices, starts, starts + counts)


@dataclass(frozen=True, slots=True)
class Rules:
    """Alerts on levels that stand still, as columns; see `Rules.of`.

    Inside is from `low` to `high`: for a crossing that is all beyond its level. Away is at or beyond
    `away_below` and `away_above`. `needed` is which happening of a day is told, 0 for each.
    """

    symbols: Ints
    low: Floats
    high: Floats
    away_below: Floats
    away_above: Floats
    needed: Ints
    is_once: Flags
    waits: Flags
    expires_at: Floats
    zones: tuple[str, ...]
    zone: Ints
    hours: Ints
    """Row by row the start and end of the active window, in minutes."""

    @classmethod
    def of(cls, asked: Sequence[tuple[int, Trigger, float]]) -> Self:
        """From symbol (by its place in `Paths`), trigger and level; only what `can_leap`."""
        edges = np.array([_edges(trigger, level) for _, trigger, level in asked]).reshape(-1, 4)
        low, high, below, above = (np.ascontiguousarray(column) for column in edges.T)
        triggers = [trigger for _, trigger, _ in asked]
        zones = tuple(dict.fromkeys(trigger.zone for trigger in triggers))
        return cls(
            symbols=np.array([symbol for symbol, _, _ in asked], dtype=np.int64),
            low=low,
            high=high,
            away_below=below,
            away_above=above,
            needed=np.array([_needed(each) for each in triggers], dtype=np.int64),
            is_once=np.array([not each.repeats for each in triggers], dtype=bool),
            waits=np.array([each.already is Already.WAITS for each in triggers], dtype=bool),
            expires_at=np.array(
                [math.inf if each.expires_at is None else each.expires_at for each in triggers]
            ),
            zones=zones,
            zone=np.array([zones.index(each.zone) for each in triggers], dtype=np.int64),
            hours=np.array([(each.active.start, each.active.end) for each in triggers]),
        )


@dataclass(frozen=True, slots=True)
class Fired:
    """What was told, as columns: the rule, the place in the path, sequence and number of the day."""

    rules: Ints
    places: Ints
    sequences: Ints
    numbers: Ints

    def in_order(self) -> "Fired":
        """Rule by rule, oldest first."""
        order = np.lexsort((self.places, self.rules))
        return Fired(*(column[order] for column in self._columns()))

    def _columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        return self.rules, self.places, self.sequences, self.numbers


def can_leap(trigger: Trigger) -> bool:
    """Whether the trigger can be replayed among many: on a level, and nothing else."""
    return isinstance(trigger.condition, (Crosses, Reaches, NthTest))


def replay_many(rules: Rules, paths: Paths) -> Fired:
    """What all of them would have told, from the first price of each symbol on."""
    return _Leaping(rules, paths).run()


class _Leaping:
    """Where each rule stands while all of them leap."""

    def __init__(self, rules: Rules, paths: Paths) -> None:
        self._rules, self._paths = rules, paths
        self._passages = Passages(paths.prices)
        self._stops = _stops(rules, paths)
        count = len(rules.symbols)
        self._phase = np.full(count, _BETWEEN)
        self._day, self._count, self._sequence = (np.zeros(count, np.int64) for _ in range(3))
        ends = paths.times[paths.starts].min(), paths.times[paths.stops - 1].max()
        self._offsets = _Offsets(rules.zones, *ends)
        self._told: list[tuple[Ints, Ints, Ints, Ints]] = []

    def run(self) -> Fired:
        who, at = self._looks()
        while len(who):
            who, at = self._leap(who, at)
        columns = zip(*self._told, strict=True)
        joined = [np.concatenate(column) for column in columns]
        return Fired(*joined) if joined else Fired(*(np.zeros(0, np.int64) for _ in range(4)))

    def _looks(self) -> tuple[Ints, Ints]:
        """Those whose level is in reach, after the first look, and from where on they go."""
        rules, paths = self._rules, self._paths
        lows, highs = self._passages.ranges(paths.starts)
        lowest, highest = lows[rules.symbols], highs[rules.symbols]
        who = np.flatnonzero((rules.low <= highest) & (rules.high >= lowest))
        at = self._first_looks(who)
        who, at = _only(at < self._stops[who], who, at)
        price = paths.prices[at]
        below, above = price < rules.low[who], price > rules.high[who]
        self._phase[who] = np.where(below, _BELOW, np.where(above, _ABOVE, _BETWEEN))
        inside = ~(below | above)
        is_told = inside & ~rules.waits[who] & (rules.needed[who] == 0)
        goes_on = ~inside
        goes_on[is_told] = self._tell(who[is_told], at[is_told])
        can_leave = (lowest < rules.low) | (highest > rules.high)
        waits = inside & ~is_told & can_leave[who]
        later = self._leave(who[waits], at[waits])
        return _joined((_only(goes_on, who, at + 1), later))

    def _first_looks(self, who: Ints) -> Ints:
        """Where each looks first: at the first price within its hours."""
        rules, paths = self._rules, self._paths
        at = paths.starts[rules.symbols[who]].copy()
        always = (ALWAYS.start, ALWAYS.end)
        for row in np.flatnonzero((rules.hours[who] != always).any(axis=1)):
            rule = int(who[row])
            symbol = int(rules.symbols[rule])
            part = slice(int(paths.starts[symbol]), int(paths.stops[symbol]))
            zone = np.full(part.stop - part.start, rules.zone[rule])
            holds = _holds(rules.hours[[rule]], self._offsets.local(zone, paths.times[part]))
            at[row] = part.start + int(holds.argmax()) if holds.any() else part.stop
        return at

    def _leave(self, who: Ints, at: Ints) -> tuple[Ints, Ints]:
        """Those that look for a place to arm themselves: where the price is outside."""
        down = np.nextafter(self._rules.low[who], -np.inf)
        up = np.nextafter(self._rules.high[who], np.inf)
        at = self._passages.first(at, down, up)
        who, at = _only(at < self._stops[who], who, at)
        is_below = self._paths.prices[at] < self._rules.low[who]
        self._phase[who] = np.where(is_below, _BELOW, _ABOVE)
        return who, at + 1

    def _leap(self, who: Ints, at: Ints) -> tuple[Ints, Ints]:
        """To the next price at which something changes, and what happens there."""
        rules, phase = self._rules, self._phase[who]
        away_below, away_above = rules.away_below[who], rules.away_above[who]
        down = np.where(phase == _ABOVE, rules.high[who], away_below)
        up = np.where(phase == _BELOW, rules.low[who], away_above)
        down[phase == _BELOW], up[phase == _ABOVE] = -np.inf, np.inf
        at = self._passages.first(at, down, up)
        here = at < self._stops[who]
        who, at, phase = who[here], at[here], phase[here]
        price = self._paths.prices[at]
        after = np.where(
            price <= away_below[here],
            _BELOW,
            np.where(price >= away_above[here], _ABOVE, _BETWEEN),
        )
        self._phase[who] = after
        is_test = rules.needed[who] > 0
        was_between = phase == _BETWEEN
        happened = np.where(was_between, is_test, ~is_test | (after != _BETWEEN))
        goes_on = np.ones(len(who), dtype=bool)
        goes_on[happened] = self._tell(who[happened], at[happened])
        return _only(goes_on, who, at + 1)

    def _tell(self, who: Ints, at: Ints) -> Flags:
        """Count what happened, tell what is to be told; whether each goes on."""
        rules = self._rules
        local = self._offsets.local(rules.zone[who], self._paths.times[at])
        day = (local // DAY).astype(np.int64) + _EPOCH
        number = np.where(day == self._day[who], self._count[who] + 1, 1)
        self._day[who], self._count[who] = day, number
        needed = rules.needed[who]
        is_told = ((needed == 0) | (number == needed)) & _holds(rules.hours[who], local)
        told = who[is_told]
        self._sequence[told] += 1
        self._told.append((told, at[is_told], self._sequence[told], number[is_told]))
        goes_on: Flags = ~(is_told & rules.is_once[who])
        return goes_on


class _Offsets:
    """How far local clocks are ahead of UTC, as a table by zone and quarter of an hour."""

    def __init__(self, zones: Sequence[str], start: float, stop: float) -> None:
        first, last = int(start // DAY), int(stop // DAY)
        self._start = first * DAY
        days = range(first * DAY, (last + 1) * DAY, DAY)
        self._ahead = np.array([[_day_offsets(zone, day) for day in days] for zone in zones])
        self._ahead = self._ahead.reshape(len(zones), -1)

    def local(self, zone: Ints, times: Floats) -> Floats:
        """Local times, in seconds."""
        quarter = ((times - self._start) // QUARTER).astype(np.int64)
        local: Floats = times + self._ahead[zone, quarter]
        return local


def _day_offsets(zone: str, day: int) -> list[int]:
    """The offset in each quarter of an hour of a day of UTC."""
    last = day + DAY - QUARTER
    if offset(zone, day) == offset(zone, last):
        return [offset(zone, day)] * (DAY // QUARTER)
    return [offset(zone, at) for at in range(day, day + DAY, QUARTER)]


def _edges(trigger: Trigger, level: float) -> tuple[float, float, float, float]:
    """Inside from, inside to, away at or below, away at or above."""
    match trigger.condition:
        case Crosses() as crosses:
            edge = crossing(crosses, level, trigger.rearm)
            if crosses.side is Side.ABOVE:
                return edge.fires, math.inf, edge.rearms, math.inf
            return -math.inf, -edge.fires, -math.inf, -edge.rearms
        case Reaches(within) | NthTest(_, within):
            near = band(within, level, trigger.rearm)
            return near.low, near.high, near.away_below, near.away_above
        case _:
            raise ValueError("only what is on a level leaps")


def _needed(trigger: Trigger) -> int:
    return trigger.condition.times if isinstance(trigger.condition, NthTest) else 0


def _stops(rules: Rules, paths: Paths) -> Ints:
    """Where each rule's time is over: at the end of its path, or when it expires."""
    stops = paths.stops[rules.symbols].copy()
    for rule in np.flatnonzero(rules.expires_at < np.inf):
        symbol = rules.symbols[rule]
        start, stop = paths.starts[symbol], paths.stops[symbol]
        stops[rule] = start + np.searchsorted(paths.times[start:stop], rules.expires_at[rule])
    return stops


def _holds(hours: Ints, local: Floats) -> Flags:
    """Whether each local time is within its hours."""
    minute = local % DAY / MINUTE
    after, before = minute >= hours[:, 0], minute < hours[:, 1]
    holds: Flags = np.where(hours[:, 0] < hours[:, 1], after & before, after | before)
    return holds


def _only(flags: Flags, who: Ints, at: Ints) -> tuple[Ints, Ints]:
    return who[flags], at[flags]


def _joined(parts: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    who, at = (np.concatenate(column) for column in zip(*parts, strict=True))
    return who, at
