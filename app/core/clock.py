"""Time as an argument.

Everything that needs the present takes a `Clock`; only `WallClock` asks the system. A clock that
can be set is what makes replay, tests and "as of last Tuesday" honest.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from typing_extensions import override


class Clock(Protocol):
    """Tells the present moment, aware and in UTC."""

    def now(self) -> datetime: ...


class WallClock(Clock):
    """The system's time."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that may ask


@dataclass(frozen=True, slots=True)
class FrozenClock(Clock):
    """Always the same moment."""

    at: datetime

    @override
    def now(self) -> datetime:
        return self.at


def latest(*clocks: Clock) -> datetime:
    """The moment of the clock that is furthest."""
    return max(clock.now() for clock in clocks)
