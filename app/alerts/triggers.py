"""What can set off an alert, how far a watch has come, and what is told: frozen values.

Decided: a trigger is what the member asked for and never changes; a `State` is all that a watch
remembers, small enough to be stored with every firing and exact enough that a watch taken up from it
goes on as if it had never stopped. Prices are floats here, as in arrays; times are Unix seconds.

The words: a price is *at* a level within a *band* of some width around it (zero for a plain level);
it is *away* once it is outside by at least `rearm`. After a firing the price must get away before
the same trigger may fire again, so a price that hovers is told of once.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self
from uuid import NAMESPACE_OID, UUID, uuid5

from app.core.errors import InvalidInput

NEW_YORK = "America/New_York"
BUCKETS = 60
"""A rolling window is kept in so many parts, each with its low and high."""
MOST_MINUTES = 60
"""The longest bar whose volume is watched."""
_MOST_TESTS = 100


class Side(StrEnum):
    ABOVE = "above"
    BELOW = "below"


class Already(StrEnum):
    """What happens to a condition that is true at the first look: it fires at once, or only the
    next time it becomes true."""

    FIRES = "fires"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Distance:
    """How far from a level: in the price's units, or in percent of the level."""

    amount: float
    is_percent: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.amount < math.inf:
            raise InvalidInput("A distance from a level is zero or more.")

    def of(self, level: float) -> float:
        return level * self.amount / 100 if self.is_percent else self.amount


AT = Distance(0.0)


@dataclass(frozen=True, slots=True)
class Crosses:
    """The price trades beyond the level, having been at it or on its other side; with `includes` at it
    is beyond it already, and only its other side arms."""

    side: Side
    includes: bool = False


@dataclass(frozen=True, slots=True)
class Passes:
    """The price comes from one side of the level to trade on the other, whichever way. At the level
    itself it is still where it came from."""


@dataclass(frozen=True, slots=True)
class Reaches:
    """The price comes to the level from either side, or within `within` of it, or jumps over it."""

    within: Distance = AT


@dataclass(frozen=True, slots=True)
class NthTest:
    """The `times`-th test of a trading day is over.

    A test begins when the price comes within `within` of the level and is over when it is away
    again, on whichever side; a jump over the whole band is one. Tests count from zero every day,
    those outside of the active window too; a test that spans midnight belongs to the day it ends.
    """

    times: int
    within: Distance

    def __post_init__(self) -> None:
        if not 1 <= self.times <= _MOST_TESTS:
            raise InvalidInput("A level is tested once or several times before an alert fires.")


@dataclass(frozen=True, slots=True)
class Spikes:
    """A bar of `minutes` has traded `times` the average or more so far; once a bar.

    `near` asks for a price within that distance of the level at the same tick.
    """

    times: float
    minutes: int = 1
    near: Distance | None = None

    def __post_init__(self) -> None:
        if not 0 < self.times < math.inf:
            raise InvalidInput("A volume spike is some multiple of the average, above zero.")
        if self.minutes < 1 or MOST_MINUTES % self.minutes:
            raise InvalidInput("Volume is watched on bars that divide an hour.")


@dataclass(frozen=True, slots=True)
class Moves:
    """The price is `percent` or more above the lowest, or below the highest, of the last `seconds`.

    The window is kept in sixtieths and reaches back to the start of the one it ends in. After a move
    the window begins anew at that price: the next one must be as large again.
    """

    percent: float
    seconds: int
    side: Side | None = None
    """`ABOVE` rises, `BELOW` falls, None either."""

    def __post_init__(self) -> None:
        if not 0 < self.percent < math.inf:
            raise InvalidInput("A move is some percent, above zero.")
        if self.seconds < BUCKETS:
            raise InvalidInput("A move is watched over a minute or longer.")

    @property
    def bucket(self) -> float:
        """Seconds of one part of the window."""
        return self.seconds / BUCKETS


Condition = Crosses | Passes | Reaches | NthTest | Spikes | Moves
_CONDITIONS: Mapping[str, type[Condition]] = {
    "crosses": Crosses,
    "passes": Passes,
    "reaches": Reaches,
    "tested": NthTest,
    "spikes": Spikes,
    "moves": Moves,
}


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the local day in which an alert may fire: minutes after midnight, the end not
    included. One that ends before it starts spans midnight."""

    start: int = 0
    end: int = 24 * 60

    def __post_init__(self) -> None:
        if not (0 <= self.start < 24 * 60 and 0 < self.end <= 24 * 60) or self.start == self.end:
            raise InvalidInput("Active hours begin and end at different times of a day.")

    def holds(self, minute: float) -> bool:
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


ALWAYS = Window()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What a member asked to be told of, about one symbol.

    `zone` is where its day begins and its hours are read: the exchange's for stocks, UTC for what
    trades round the clock. Outside of `active`, and while snoozed, what happens is counted and not
    told. From `expires_at` on it is over. `rearm` is in the price's units.
    """

    condition: Condition
    rearm: float = 0.0
    repeats: bool = False
    already: Already = Already.FIRES
    zone: str = NEW_YORK
    active: Window = ALWAYS
    expires_at: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.rearm < math.inf:
            raise InvalidInput("The distance to re-arm is zero or more.")

    @property
    def needs_level(self) -> bool:
        match self.condition:
            case Moves() | Spikes(near=None):
                return False
            case _:
                return True

    @property
    def needs_average(self) -> bool:
        return isinstance(self.condition, Spikes)

    def json(self) -> dict[str, Any]:
        values = _plain(self)
        kind = next(name for name, each in _CONDITIONS.items() if isinstance(self.condition, each))
        return values | {"condition": {"kind": kind} | _plain(self.condition)}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """What `json` gave."""
        condition = dict(values["condition"])
        kind = _CONDITIONS[condition.pop("kind")]
        for name in ("within", "near"):
            if condition.get(name) is not None:
                condition[name] = Distance(**condition[name])
        if condition.get("side") is not None:
            condition["side"] = Side(condition["side"])
        return cls(
            **{
                **values,
                "condition": kind(**condition),
                "already": Already(values["already"]),
                "active": Window(**values["active"]),
            }
        )


class Phase(StrEnum):
    """Where a watch stands.

    `NEW` has not looked yet; `WAITING` looks for a place to arm itself and cannot fire; `BELOW` and
    `ABOVE` are armed, and the price is on that side; `ARMED` is so wherever the price is; `INSIDE` is
    in the middle of a test; `RESTING` has fired and waits until the price is away, or the bar over;
    `OVER` has fired for the last time or expired.
    """

    NEW = "new"
    WAITING = "waiting"
    BELOW = "below"
    ABOVE = "above"
    ARMED = "armed"
    INSIDE = "inside"
    RESTING = "resting"
    OVER = "over"


Bucket = tuple[int, float, float]
"""One part of a rolling window: its number since 1970, its low, its high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that a watch remembers. A new one has just a level, and an average where it is needed.

    Without its level or average (a VWAP before the open) a watch sleeps. `sequence` counts what was
    told; `count` what happened on `day` (an ordinal date of the trigger's zone), told or not, and not
    before `counts_since`. `bar` is the last bar whose volume spiked; `buckets` is the window of a move, oldest first.
    """

    phase: Phase = Phase.NEW
    level: float | None = None
    average: float | None = None
    sequence: int = 0
    day: int = 0
    count: int = 0
    snoozed_until: float = 0.0
    bar: float = 0.0
    buckets: tuple[Bucket, ...] = ()
    counts_since: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.phase is Phase.OVER

    def json(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """What `json` gave, unchanged to the last bit."""
        buckets = tuple((int(number), low, high) for number, low, high in values["buckets"])
        return cls(**{**values, "phase": Phase(values["phase"]), "buckets": buckets})

    def at_level(self, level: float | None, *, afresh: bool = False) -> Self:
        """With another level.

        A level that moves (VWAP) and passes the price is a crossing, told at the next tick. With
        `afresh` it is another level of the same name (today's PDH): the watch looks anew where the
        price is, and what is already true does not fire.
        """
        phase = self.phase
        if afresh and phase not in (Phase.NEW, Phase.OVER):
            phase = Phase.WAITING
        return replace(self, level=level, phase=phase)

    def snoozed(self, until: float) -> Self:
        """Nothing is told before `until`; 0 wakes it."""
        return replace(self, snoozed_until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert has gone off, at the tick of `at`.

    `sequence` numbers the firings of an alert from 1, so the same one, worked out again after a
    crash, has the same `id`. `number` says the how-manieth of that day it is, those not told
    included. `level` is where the level was. `is_late` marks what was learnt from bars afterwards;
    `counts_since` is the state's.
    """

    alert: UUID
    sequence: int
    price: float
    at: float
    number: int
    level: float | None = None
    is_late: bool = False
    counts_since: float = 0.0

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_OID, f"{self.alert}/{self.sequence}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """What the monitor remembers of a symbol: its last tick, and the minute that is forming.

    `volume` is what that minute has traded so far, `volumes` the minutes before it by their start,
    oldest first, as far back as an hour.
    """

    at: float = 0.0
    price: float = 0.0
    minute: float = 0.0
    low: float = math.inf
    high: float = 0.0
    volume: float = 0.0
    volumes: tuple[tuple[float, float], ...] = ()

    def json(self) -> dict[str, Any]:
        return _plain(self) | {"low": self.low if self.high else None}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """What `json` gave."""
        volumes = tuple((float(start), float(volume)) for start, volume in values["volumes"])
        low = math.inf if values["low"] is None else values["low"]
        return cls(**{**values, "low": low, "volumes": volumes})


def usual_rearm(price: float, atr: float | None = None) -> float:
    """How far a price must get away before an alert may fire again, where nobody said: a tenth of
    its daily ATR, or a thousandth of the price."""
    return atr * 0.1 if atr else price * 0.001


def usual_width(price: float, atr: float | None = None) -> float:
    """How near to a level counts as a test, where nobody said: a fiftieth of the daily ATR, as in
    the count of tests that a ladder of levels shows."""
    return atr * 0.02 if atr else price * 0.0002


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a value, and of values in it, as JSON has them."""
    plain: dict[str, Any] = {}
    for each in fields(value):
        got = getattr(value, each.name)
        if isinstance(got, StrEnum):
            got = got.value
        elif isinstance(got, (Distance, Window)):
            got = _plain(got)
        elif isinstance(got, tuple):
            got = [list(part) for part in got]
        plain[each.name] = got
    return plain
