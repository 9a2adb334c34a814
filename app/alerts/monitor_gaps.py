"""Minutes that were missed, asked of the market, and whether all of them can be had yet.

Decided: vendors have a minute some seconds after its end, or not at all while they are away. So minutes
that were asked for too early, or in vain, leave a hole: it is asked for again until an answer comes that
is old enough to be whole.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.alerts.monitor_path import moment
from app.core.clock import Clock
from app.core.errors import CoachError
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.telemetry import get_logger
from app.market.protocol import MarketData
from app.market.streaming.bars import MINUTE, minutes_of
from app.market.streaming.gaps import SETTLED_SECONDS
from app.market.vendor import Minute

PATIENCE_SECONDS = 2.0
"""So long the present waits for what came before it."""
AGAIN_SECONDS = 5.0
LOOK_SECONDS = 1.0
"""How often it is looked whether a hole is due."""
_log = get_logger(__name__)


async def ask_minutes(
    symbol: Symbol, minutes: range, market: MarketData, clock: Clock
) -> list[Minute] | None:
    """Those that traded; None where the market does not say it in time."""
    now = clock.now()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await market.bars(
                symbol,
                Timeframe.M1,
                start=moment(minutes.start),
                end=min(now, moment(minutes.stop)),
                as_of=now,
                extended=True,
            )
    except (CoachError, TimeoutError) as error:
        _log.warning("missed minutes cannot be had", symbol=symbol, reason=str(error))
        return None
    return [each for each in minutes_of(found) if each.time + MINUTE <= now.timestamp()]


@dataclass(slots=True)
class Hole:
    """`minutes` of which not all may have been told. `known` were; `due_at` is when to ask again, by
    the market's time. One that `lacks_levels` is played again whatever minutes are told."""

    minutes: range
    known: frozenset[int]
    due_at: float
    lacks_levels: bool = False

    @classmethod
    def left_by(
        cls, minutes: range, asked: Sequence[Minute] | None, present: float
    ) -> "Hole | None":
        """None where the answer is whole: old enough, or every minute is in it."""
        if asked is None:
            return cls(minutes, frozenset(), present + AGAIN_SECONDS)
        known = _times(asked)
        if minutes.stop + SETTLED_SECONDS <= present or known >= set(minutes):
            return None
        return cls(minutes, known, present + SETTLED_SECONDS)

    @classmethod
    def unlevelled(cls, minute: int, present: float) -> "Hole":
        """Left where the levels of that minute could not be had."""
        minutes = range(minute, minute + MINUTE, MINUTE)
        return cls(minutes, frozenset(), present + AGAIN_SECONDS, lacks_levels=True)

    def and_also(self, other: "Hole") -> "Hole":
        """Both as one; what is known of either in between is asked for again."""
        first = min(self.minutes.start, other.minutes.start)
        last = max(self.minutes.stop, other.minutes.stop)
        due_at = max(self.due_at, other.due_at)
        lacks_levels = self.lacks_levels or other.lacks_levels
        return Hole(range(first, last, MINUTE), self.known | other.known, due_at, lacks_levels)

    def is_due(self, present: float) -> bool:
        return present >= self.due_at

    def rest(self, present: float) -> None:
        self.due_at = present + AGAIN_SECONDS

    def is_filled_by(self, asked: Sequence[Minute]) -> bool:
        """Whether `asked` says nothing that was not known."""
        return not self.lacks_levels and _times(asked) <= self.known


def _times(minutes: Sequence[Minute]) -> frozenset[int]:
    return frozenset(each.time for each in minutes)
