"""What a watch waits for: the nearest prices, volume and time at which a tick may concern it.

Decided: waiting for too little is harmless, since a step that was not needed changes nothing the plain
machine would not have changed; waiting for too much loses a firing. So every bound here is exact or on
the early side. A watch that needs two things at once waits for one that is not so now.
"""

import math
from typing import NamedTuple

from app.alerts.edges import MINUTE, Band, around, band, crossing, next_look
from app.alerts.states import Seen, is_asleep, reaches_of
from app.alerts.triggers import (
    Crosses,
    Moves,
    NthTest,
    Passes,
    Phase,
    Reaches,
    Side,
    Spikes,
    State,
    Trigger,
)

_EARLY = 1e-6
"""Seconds by which the end of a part of a window is awaited early: its length may be no round number."""


class Waits(NamedTuple):
    """Nothing happens between `down` and `up`, below `volume` (of the trigger's bar), before `until`."""

    down: float = -math.inf
    up: float = math.inf
    volume: float = math.inf
    until: float = math.inf


NOTHING = Waits()
NEXT_TICK = Waits(until=0.0)


def waits_of(trigger: Trigger, state: State, seen: Seen) -> Waits:
    """What a watch waits for that has looked at the tick of `seen`, besides the end of its time."""
    if state.is_over or is_asleep(trigger, state):
        return NOTHING
    return _waits(trigger, state, seen)


def _waits(trigger: Trigger, state: State, seen: Seen) -> Waits:
    if state.phase is Phase.NEW:
        return Waits(until=next_look(trigger, state, seen.at))
    level = state.level or 0.0
    match trigger.condition:
        case Crosses() as crosses:
            return _to_cross(crosses, trigger.rearm, level, state.phase)
        case Passes() | Reaches() | NthTest() as near:
            return _to_reach(around(near, level, trigger.rearm), state.phase)
        case Spikes() as spikes:
            return _to_spike(spikes, state, seen)
        case Moves() as moves:
            return _to_move(moves, state)


def _to_cross(crosses: Crosses, rearm: float, level: float, phase: Phase) -> Waits:
    edge, side = crossing(crosses, level, rearm), crosses.side
    if phase in (Phase.WAITING, Phase.RESTING):
        back = edge.arms if phase is Phase.WAITING else edge.rearms
        return Waits(down=back) if side is Side.ABOVE else Waits(up=-back)
    return Waits(up=edge.fires) if side is Side.ABOVE else Waits(down=-edge.fires)


def _to_reach(edge: Band, phase: Phase) -> Waits:
    match phase:
        case Phase.BELOW:
            return Waits(up=edge.low)
        case Phase.ABOVE:
            return Waits(down=edge.high)
        case Phase.WAITING:
            return Waits(down=edge.below, up=edge.above)
        case _:
            return Waits(down=edge.away_below, up=edge.away_above)


def _to_spike(spikes: Spikes, state: State, seen: Seen) -> Waits:
    start, traded = seen.bar(spikes.minutes)
    if state.phase is Phase.RESTING and start == state.bar:
        return Waits(until=start + spikes.minutes * MINUTE)
    enough = spikes.times * (state.average or 0.0)
    if state.phase is not Phase.ARMED or spikes.near is None:
        return Waits(volume=enough) if state.phase is Phase.ARMED else NEXT_TICK
    if traded < enough:
        return Waits(volume=enough)
    edge = band(spikes.near, state.level or 0.0, 0.0)
    if edge.low <= seen.price <= edge.high:
        return NEXT_TICK
    return Waits(up=edge.low) if seen.price < edge.low else Waits(down=edge.high)


def _to_move(moves: Moves, state: State) -> Waits:
    if not state.buckets or state.phase is not Phase.ARMED:
        return NEXT_TICK
    rises, falls = reaches_of(moves, state.buckets)
    number, low, high = state.buckets[-1]
    return Waits(
        down=max(falls, math.nextafter(low, -math.inf)),
        up=min(rises, math.nextafter(high, math.inf)),
        until=(number + 1) * moves.bucket - _EARLY,
    )
