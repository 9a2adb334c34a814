"""How many pictures of each member wait to be read: one member's do not fill everybody's queue."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.core.errors import RateLimited

EACH = 4
_WAIT_SECONDS = 15


@dataclass(slots=True)
class WaitingRoom:
    """Seats for pictures that are sent or waiting to be read, `each` per member."""

    each: int = EACH
    _taken: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def entered(self, member: str) -> Iterator["Seats"]:
        """One seat, else `RateLimited`; all that were taken are free again when the block ends."""
        seats = Seats(self, member)
        seats.take()
        try:
            yield seats
        finally:
            self._taken[member] -= seats.count
            if not self._taken[member]:
                del self._taken[member]

    def take(self, member: str) -> None:
        if self._taken[member] >= self.each:
            raise RateLimited(
                f"{self.each} of your pictures are waiting already. Send more when they are read.",
                retry_after_seconds=_WAIT_SECONDS,
            )
        self._taken[member] += 1


@dataclass(slots=True)
class Seats:
    """Those of one upload."""

    room: WaitingRoom
    member: str
    count: int = 0

    def take(self) -> None:
        """One more, else `RateLimited`."""
        self.room.take(self.member)
        self.count += 1
