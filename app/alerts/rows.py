"""Prices that watches wait for, sorted, the nearest at the end.

Decided: not heaps. What is nearest is where the work is, and at the end of a row it stays in the
processor's cache; bare floats side by side are searched without touching the watches they belong to.

An entry is never taken out when its watch moves on: it counts only while the watch waits for that very
price, and is dropped when it comes up or when there are twice as many as are needed.
"""

from array import array
from bisect import bisect

from app.alerts.watches import Watch

_SPARE = 64
"""Entries beyond two for each watch before a row is swept."""


class Row:
    """One direction: prices as they are for those below, negated for those above."""

    __slots__ = ("is_above", "keys", "watches")

    def __init__(self, *, is_above: bool) -> None:
        self.is_above = is_above
        self.keys = array("d")
        self.watches: list[Watch] = []

    def put(self, key: float, watch: Watch, most: int) -> None:
        """`most` is how many watches there are."""
        at = bisect(self.keys, key)
        self.keys.insert(at, key)
        self.watches.insert(at, watch)
        if len(self.watches) > 2 * most + _SPARE:
            self._sweep()

    def take(self, reached: float, due: list[Watch]) -> None:
        """Move to `due` who waits for a price at or beyond the one that was reached."""
        keys, watches = self.keys, self.watches
        while keys and keys[-1] >= reached:
            key, watch = keys.pop(), watches.pop()
            if watch.version and (watch.up if self.is_above else watch.down) == key:
                watch.version = 0
                due.append(watch)

    def _sweep(self) -> None:
        kept = {
            watch: key
            for key, watch in zip(self.keys, self.watches, strict=True)
            if watch.version and (watch.up if self.is_above else watch.down) == key
        }
        self.keys, self.watches = array("d", kept.values()), list(kept)
