"""Watches inside the index: one alert each, and how it looks at a tick that may concern it.

Decided: a watch on a level that is armed, inside or resting moves on in place, with its edges at hand,
because that is what nearly every tick that is not quiet does. All else (the first look, hours, volume,
rolling moves) takes the plain machine's own step. Both ways are held to the plain machine by one test.
"""

import math
from dataclasses import replace
from uuid import UUID

from typing_extensions import override

from app.alerts.edges import around, crossing, day_of, minute_of
from app.alerts.states import Seen, is_asleep, step
from app.alerts.triggers import (
    ALWAYS,
    Crosses,
    Firing,
    NthTest,
    Passes,
    Phase,
    Reaches,
    Side,
    State,
    Trigger,
)
from app.alerts.waits import Waits, waits_of

_BELOW, _ABOVE, _INSIDE, _RESTING = Phase.BELOW, Phase.ABOVE, Phase.INSIDE, Phase.RESTING
_OVER = Phase.OVER
"""An enumeration looks its members up by name each time; these are at hand."""
_QUICK = (_BELOW, _ABOVE, _INSIDE, _RESTING)


class Watch:
    """Any alert. `order` is when it was added; `version` that of its entries in heaps, which are
    void once it differs."""

    __slots__ = (
        "_state", "alert", "down", "expires_at", "has_changed", "is_quick", "order", "trigger", "up",
        "version",
    )  # fmt: skip

    def __init__(self, alert: UUID, order: int, trigger: Trigger, state: State) -> None:
        self.alert, self.order, self.trigger = alert, order, trigger
        self.version = 0
        self.down = self.up = 0.0
        self.is_quick = self.has_changed = False
        self.expires_at = math.inf if trigger.expires_at is None else trigger.expires_at
        self.put(state)

    @property
    def state(self) -> State:
        return self._state

    def put(self, state: State) -> None:
        self._state = state

    def act(self, seen: Seen) -> Firing | None:
        """Look at a tick."""
        state, firing = step(self.alert, self.trigger, self.state, seen)
        self.put(state)
        return firing

    def waits(self, seen: Seen) -> Waits:
        return waits_of(self.trigger, self.state, seen)

    def bounds(self) -> tuple[float, float]:
        """The prices a quick watch waits for: the next below and the next above."""
        raise NotImplementedError


class LevelWatch(Watch):
    """One whose phase, count and sequence run ahead of its state while it is quick."""

    __slots__ = (
        "count", "day", "has_hours", "is_once", "level", "needed", "phase", "sequence",
        "snoozed_until", "zone",
    )  # fmt: skip

    needed: int
    """Happenings a day until it tells, 0 for every one."""

    def __init__(self, alert: UUID, order: int, trigger: Trigger, state: State) -> None:
        self.zone, self.is_once = trigger.zone, not trigger.repeats
        self.has_hours = trigger.active != ALWAYS
        super().__init__(alert, order, trigger, state)

    @property
    @override
    def state(self) -> State:
        if self.is_quick or self._state.phase is not self.phase:
            self._state = replace(
                self._state,
                phase=self.phase,
                day=self.day,
                count=self.count,
                sequence=self.sequence,
            )
        return self._state

    @override
    def put(self, state: State) -> None:
        self._state = state
        self.phase, self.day, self.count = state.phase, state.day, state.count
        self.sequence, self.level = state.sequence, state.level
        self.snoozed_until = state.snoozed_until
        self.is_quick = state.phase in _QUICK and not is_asleep(self.trigger, state)
        if self.is_quick:
            self.set_edges(state.level or 0.0)

    @override
    def act(self, seen: Seen) -> Firing | None:
        if self.is_quick and seen.at < self.expires_at:
            return self.tell(seen) if self.has_happened(seen.price) else None
        return super().act(seen)

    def tell(self, seen: Seen) -> Firing | None:
        """What the plain machine does with something that has happened."""
        at = seen.at
        day = day_of(self.zone, at)
        if day == self.day:
            self.count += 1
        else:
            self.day, self.count = day, 1
        if (self.needed and self.count != self.needed) or at < self.snoozed_until:
            return None
        if self.has_hours and not self.trigger.active.holds(minute_of(self.zone, at)):
            return None
        self.sequence += 1
        if self.is_once:
            self.phase, self.is_quick = _OVER, False
        return Firing(
            alert=self.alert,
            sequence=self.sequence,
            price=seen.price,
            at=at,
            number=self.count,
            level=self.level,
            counts_since=self._state.counts_since,
        )

    def set_edges(self, level: float) -> None:
        raise NotImplementedError

    def has_happened(self, price: float) -> bool:
        """Move on to the phase that `price` leads to, and whether that is a happening."""
        raise NotImplementedError


class CrossWatch(LevelWatch):
    __slots__ = ("armed", "fires", "rearms", "sign")

    def __init__(self, alert: UUID, order: int, trigger: Trigger, state: State) -> None:
        self.needed = 0
        super().__init__(alert, order, trigger, state)

    @override
    def set_edges(self, level: float) -> None:
        assert isinstance(self.trigger.condition, Crosses)  # noqa: S101 - for the type checker
        crosses = self.trigger.condition
        edge = crossing(crosses, level, self.trigger.rearm)
        self.sign, self.fires, self.rearms = edge.sign, edge.fires, edge.rearms
        self.armed = _BELOW if crosses.side is Side.ABOVE else _ABOVE

    @override
    def has_happened(self, price: float) -> bool:
        price *= self.sign
        if self.phase is _RESTING:
            if price <= self.rearms:
                self.phase = self.armed
            return False
        if price < self.fires:
            self.phase = self.armed
            return False
        self.phase = _RESTING
        return True

    @override
    def bounds(self) -> tuple[float, float]:
        if self.phase is _RESTING:
            return (self.rearms, math.inf) if self.sign > 0 else (0.0, -self.rearms)
        return (0.0, self.fires) if self.sign > 0 else (-self.fires, math.inf)


class NearWatch(LevelWatch):
    __slots__ = ("away_above", "away_below", "between", "high", "low")

    def __init__(self, alert: UUID, order: int, trigger: Trigger, state: State) -> None:
        is_test = isinstance(trigger.condition, NthTest)
        self.needed = trigger.condition.times if isinstance(trigger.condition, NthTest) else 0
        self.between = _INSIDE if is_test else _RESTING
        super().__init__(alert, order, trigger, state)

    @override
    def set_edges(self, level: float) -> None:
        assert isinstance(self.trigger.condition, (Passes, Reaches, NthTest))  # noqa: S101 - for the type checker
        edge = around(self.trigger.condition, level, self.trigger.rearm)
        self.low, self.high = edge.low, edge.high
        self.away_below, self.away_above = edge.away_below, edge.away_above

    @override
    def has_happened(self, price: float) -> bool:
        before = self.phase
        if (before is _BELOW and price < self.low) or (before is _ABOVE and price > self.high):
            return False
        if price <= self.away_below:
            self.phase = _BELOW
        elif price >= self.away_above:
            self.phase = _ABOVE
        elif before is not _RESTING:
            self.phase = self.between
        if before is _INSIDE:
            return self.phase is not _INSIDE
        return before is not _RESTING and self.phase is not _INSIDE

    @override
    def bounds(self) -> tuple[float, float]:
        if self.phase is _BELOW:
            return 0.0, self.low
        if self.phase is _ABOVE:
            return self.high, math.inf
        return self.away_below, self.away_above


def watch_of(alert: UUID, order: int, trigger: Trigger, state: State) -> Watch:
    match trigger.condition:
        case Crosses():
            return CrossWatch(alert, order, trigger, state)
        case Passes() | Reaches() | NthTest():
            return NearWatch(alert, order, trigger, state)
        case _:
            return Watch(alert, order, trigger, state)
