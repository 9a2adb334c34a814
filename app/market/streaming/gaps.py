"""Minutes that a stream did not tell whole, and when they may be asked of its vendor.

Decided: a gap stays open until its minutes were asked for after they had settled, however often that
fails. It reaches from the minute in which the stream was lost, or the symbol was not followed yet, to
the one in which it was heard again: both were told in part only. A minute that the vendor itself ends
is whole.
"""

from dataclasses import dataclass

from app.market.streaming.bars import MINUTE

SETTLED_SECONDS = 20
"""So long after its end a minute may still be missing where vendors are asked, and vendors' own
ends of minutes may still come."""

LONGEST_SECONDS = 4 * 3600
"""Whoever shows bars asks for them anew after a longer one."""

_SUBSCRIBING_SECONDS = 2


def minute_of(at: float) -> int:
    return int(at) // MINUTE * MINUTE


@dataclass(slots=True)
class Gap:
    """The minutes from `since` to before `until`, which is None as long as nothing is heard."""

    since: int
    until: int | None = None
    was_asked: bool = False
    failures: int = 0
    rests_until: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.since >= self.until

    def reopen(self, since: int) -> None:
        self.since, self.until, self.was_asked = min(self.since, since), None, False

    def end(self, present: float) -> None:
        """The stream is heard again; what it tells is whole from the next minute on."""
        self.until = minute_of(present + _SUBSCRIBING_SECONDS) + MINUTE

    def is_due(self, present: float, now: float) -> bool:
        """Whether some of it can be asked for at the market's `present`; `now` is the loop's time."""
        if self.until is None or now < self.rests_until:
            return False
        latest = present - SETTLED_SECONDS if self.was_asked else present
        return min(self.until, minute_of(latest)) > self.since

    def failed(self, rests_until: float) -> None:
        self.failures += 1
        self.rests_until = rests_until

    def asked(self, present: float) -> None:
        """It was asked for at `present`, and answered."""
        self.since = max(self.since, minute_of(present - SETTLED_SECONDS))
        self.was_asked, self.failures = True, 0

    def told(self, minute: int) -> None:
        """The vendor said what `minute` was when it ended."""
        if self.until is not None and minute == self.until - MINUTE:
            self.until = minute
        if minute == self.since:
            self.since += MINUTE
