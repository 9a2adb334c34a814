"""The prices at which a watch acts, and the local day of a moment.

Decided: every comparison with a level is turned once into "at or above" or "at or below" a price of
its own, to the last bit. The plain machine, the index and the replay compare with these, so none of
them can round differently from another.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.alerts.triggers import (
    Crosses,
    Distance,
    NthTest,
    Passes,
    Reaches,
    Side,
    State,
    Trigger,
)

DAY = 86_400
MINUTE = 60
_EPOCH = date(1970, 1, 1).toordinal()
QUARTER = 900
"""Seconds; clocks are changed at multiples of it."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Of a level that is crossed: fires at or beyond `fires`, is armed at or behind `arms`, and
    after a firing at or behind `rearms`. `sign` is 1 for above; below, all of it is mirrored."""

    sign: float
    fires: float
    arms: float
    rearms: float


@dataclass(frozen=True, slots=True)
class Band:
    """Of a level that is reached: inside from `low` to `high`, outside at or beyond `below` and
    `above`, away at or beyond `away_below` and `away_above`."""

    low: float
    high: float
    below: float
    above: float
    away_below: float
    away_above: float


def crossing(crosses: Crosses, level: float, rearm: float) -> Crossing:
    """For above as it stands, for below with all prices negated."""
    sign = 1.0 if crosses.side is Side.ABOVE else -1.0
    mirrored = level * sign
    if crosses.includes:
        behind = math.nextafter(mirrored, -math.inf)
        return Crossing(sign, mirrored, behind, min(mirrored - rearm, behind))
    return Crossing(sign, math.nextafter(mirrored, math.inf), mirrored, mirrored - rearm)


def around(condition: Passes | Reaches | NthTest, level: float, rearm: float) -> Band:
    """What is near the level, or for one that is passed, at or beyond it as seen from either side."""
    if not isinstance(condition, Passes):
        return band(condition.within, level, rearm)
    low, high = math.nextafter(level, math.inf), math.nextafter(level, -math.inf)
    return Band(low, high, level, level, level - rearm, level + rearm)


def band(within: Distance, level: float, rearm: float) -> Band:
    width = within.of(level)
    low, high = level - width, level + width
    below, above = math.nextafter(low, -math.inf), math.nextafter(high, math.inf)
    return Band(low, high, below, above, min(low - rearm, below), max(high + rearm, above))


def day_of(zone: str, at: float) -> int:
    """The ordinal of the local date."""
    return int((at + offset(zone, at)) // DAY) + _EPOCH


def minute_of(zone: str, at: float) -> float:
    """Minutes after local midnight."""
    return (at + offset(zone, at)) % DAY / MINUTE


def offset(zone: str, at: float) -> int:
    """Seconds that the local clock is ahead of UTC."""
    return _offset(zone, int(at // QUARTER))


def may_tell(trigger: Trigger, state: State, at: float) -> bool:
    """Whether the alert is neither snoozed nor outside of its hours."""
    return at >= state.snoozed_until and trigger.active.holds(minute_of(trigger.zone, at))


def next_look(trigger: Trigger, state: State, at: float) -> float:
    """From when on it may tell again, at the earliest; `at` if it may now."""
    start = max(at, state.snoozed_until)
    minute = minute_of(trigger.zone, start)
    if trigger.active.holds(minute):
        return start
    opens = start + (trigger.active.start - minute) % (24 * 60) * MINUTE
    ahead = offset(trigger.zone, opens) - offset(trigger.zone, start)
    return opens - max(ahead, 0) - 1.0


@lru_cache(maxsize=4096)
def _offset(zone: str, quarter: int) -> int:
    moment = datetime.fromtimestamp(quarter * QUARTER, UTC).astimezone(ZoneInfo(zone))
    ahead = moment.utcoffset()
    return 0 if ahead is None else int(ahead.total_seconds())
