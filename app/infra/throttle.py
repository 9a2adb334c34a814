"""A token bucket per key: so many at once, then a steady rate.

In the process's memory: one web process serves a member (affinity), so no shared store is needed.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from time import monotonic

from app.core.errors import RateLimited

_KEYS = 10_000
"""How many keys are remembered; the one unused for longest is forgotten first, which refills it."""


@dataclass(slots=True)
class Throttle:
    """`burst` at once, then one every `seconds`; `what` names it in the refusal."""

    burst: int
    seconds: float
    what: str
    clock: Callable[[], float] = monotonic
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, key: str) -> None:
        """Take one for `key`, else raise `RateLimited` with the seconds until the next is free."""
        now = self.clock()
        tokens = self._left(key, now)
        self._buckets.pop(key, None)
        self._buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._buckets) > _KEYS:
            self._buckets.popitem(last=False)
        self._require(tokens)

    def check(self, key: str) -> None:
        """Raise as `take` would, and take nothing."""
        self._require(self._left(key, self.clock()))

    def _left(self, key: str, now: float) -> float:
        tokens, since = self._buckets.get(key, (float(self.burst), now))
        return min(float(self.burst), tokens + (now - since) / self.seconds)

    def _require(self, tokens: float) -> None:
        if tokens < 1:
            wait = max(1, ceil((1 - tokens) * self.seconds))
            raise RateLimited(
                f"Too many {self.what} at once. Try again in {wait} s.", retry_after_seconds=wait
            )
