"""Minutes that a stream did not tell whole, and when they may be asked of its vendor.

Decided: a gap stays open until its minutes were asked for after they had settled, however often that
fails. It reaches from the minute in which the stream was lost, or the symbol was not followed yet, to
the one in which it was heard again: both were told in part only. A minute that the vendor itself ends
is whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.protocol import MarketData
from app.market.streaming.bars import MINUTE, minutes_of
from app.market.vendor import Minute

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


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask: the history of the stream's own provider, `market` where it has none."""

    market: MarketData
    histories: Mapping[str, MarketData]

    async def minutes(self, symbol: Symbol, gap: Gap, name: str, now: datetime) -> list[Minute]:
        """The whole minutes of a gap as the provider `name` has them, and nobody else."""
        until = now.timestamp() if gap.until is None else min(gap.until, now.timestamp())
        found = await self.histories.get(name, self.market).bars(
            symbol,
            Timeframe.M1,
            start=datetime.fromtimestamp(gap.since, UTC),
            end=datetime.fromtimestamp(until, UTC),
            as_of=now,
            extended=True,
        )
        teller = found.provider
        if teller.stale_since is not None:
            raise ProviderUnavailable(f"{teller.name} tells only what it told before.")
        if name not in self.histories and teller.name != name:
            raise ProviderUnavailable(f"{teller.name} answered instead of {name}.")
        latest = now.timestamp() - teller.delay_minutes * MINUTE
        whole = [each for each in minutes_of(found) if each.time + MINUTE <= latest]
        return [replace(each, is_final=True) for each in whole]
