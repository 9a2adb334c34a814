"""One symbol's way from where it was looked at last to its present, and what fires on it.

Decided: whatever is compared with a price is of the price's own time. What was armed goes on from its own
tape until the symbol's present has come to it, so nothing that happened before can set it off. A level
of another day is waited for before the first price of the new one is looked at; where it cannot be had,
it sleeps, and the mark waits as it does for missing minutes. Only a clock that goes back, as that of a
replay does, takes the watches back with it: prices older than what was seen are ignored.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from uuid import UUID

from app.alerts.models import Watch
from app.alerts.monitor_gaps import Hole, ask_minutes
from app.alerts.monitor_judging import Judge
from app.alerts.monitor_path import (
    WENT_BACK_SECONDS,
    bars_of,
    has_gone_back,
    joined,
    missing_minutes,
    play,
)
from app.alerts.monitor_watched import Watched
from app.alerts.triggers import Firing, Tape
from app.core.clock import Clock
from app.core.errors import CoachError
from app.core.symbols import Symbol
from app.infra.telemetry import get_logger
from app.market.calendar import timezone_of
from app.market.protocol import MarketData
from app.market.streaming.bars import MINUTE
from app.market.streaming.messages import Live
from app.market.vendor import Minute

AHEAD_SECONDS = 60.0
"""As far as the clocks of vendors may go before ours."""
_LEVELLED_MINUTES = 120
"""Of a gap, the last minutes are compared with levels of their own minute, those before of their hour."""
_LEVELS_GIVEN_UP_SECONDS = 3600.0
"""So long the mark waits for levels that cannot be had."""
_log = get_logger(__name__)


class Hearing:
    """Of `symbol`; `hole` is what is missing on the way, `last` the present."""

    def __init__(
        self, symbol: Symbol, market: MarketData, clock: Clock, new_judge: Callable[[], Judge]
    ) -> None:
        self.symbol = symbol
        self.hole: Hole | None = None
        self.last: Live | None = None
        self._market = market
        self._clock = clock
        self._new_judge = new_judge
        self.watched = Watched(symbol, None, new_judge())
        self._unlevelled_since: float | None = None

    @property
    def now(self) -> float:
        return self._clock.now().timestamp()

    @property
    def delay(self) -> float:
        """Seconds that what is told is behind the clock."""
        return self.last.delay_minutes * MINUTE if self.last else 0.0

    def begin(self, mark: Tape | None, watches: Iterable[Watch]) -> None:
        """Anew, from what is written."""
        self.watched.judge.close()
        zone = self.watched.zone
        self.watched = Watched(self.symbol, mark, self._new_judge())
        self.watched.zone = zone
        self.watched.be_behind(self.delay, self.last.at if self.last else 0.0)
        self.hole = None
        for watch in watches:
            self.watched.add(watch, watch.latest)

    async def hear(self, live: Live) -> list[Firing]:
        """What fires on the way to `live`."""
        if live.at > self.now + AHEAD_SECONDS:
            _log.warning("a price of the future is not looked at", symbol=self.symbol)
            return []
        if has_gone_back(self.watched.tape, self.now):
            _log.info("time went back", symbol=self.symbol)
            self.watched.judge.close()
            self.watched = self.watched.anew(self._new_judge(), live.at)
            self.hole = None
        tape = self.watched.tape
        if tape.at and live.at < tape.at:
            return []
        minutes = joined(await self._missed(tape, live), live, tape)
        fired = await self._catch_up(minutes, live)
        fired += play(self.watched.index, self.symbol, live, minutes)
        self.last = live
        self.watched.be_behind(self.delay, live.at)
        return fired + await self.join()

    async def join(self) -> list[Firing]:
        """Bring what was armed to the present of the symbol, where that has come to it. Where the
        present is behind by the vendor's delay alone, it begins there, and nothing is played."""
        live = self.last
        if live is None:
            return []
        here, behind = self._arrived(live)
        fired: list[Firing] = []
        if here:
            oldest = min((seen for _, seen in here), key=lambda each: each.at)
            asked = await self._missed(oldest, live)
            for alert, seen in here:
                fired += self.watched.play_alone(alert, live, joined(asked, live, seen))
        for alert in (*(alert for alert, _ in here), *behind):
            self.watched.grow_up(alert)
        return fired

    def _arrived(self, live: Live) -> tuple[list[tuple[UUID, Tape]], list[UUID]]:
        """Which young ones the present has come to, and which are where it is but for a delay."""
        young = self.watched.young()
        anew = {alert for alert, seen in young if has_gone_back(seen, self.now)}
        here = [each for each in young if each[0] not in anew and live.at >= each[1].at]
        reached = live.at + self.delay + WENT_BACK_SECONDS
        behind = [alert for alert, seen in young if alert in anew or live.at < seen.at <= reached]
        return here, behind

    async def look_into_hole(self) -> bool:
        """Ask once more for what was missing, if it is due. True where there is more now, and all is
        to be played again from the mark."""
        hole = self.hole
        if hole is None or not hole.is_due(self.now):
            return False
        asked = await ask_minutes(self.symbol, hole.minutes, self._market, self._clock)
        if asked is None:
            hole.rest(self.now)
            return False
        if hole.is_filled_by(asked):
            self.hole = None
            return False
        return True

    async def _missed(self, tape: Tape, live: Live) -> Sequence[Minute]:
        missing = missing_minutes(tape, live)
        if not missing:
            return ()
        asked = await ask_minutes(self.symbol, missing, self._market, self._clock)
        delay = live.delay_minutes * MINUTE
        hole = Hole.left_by(missing, asked, self.now - delay)
        self._leave(hole and replace(hole, due_at=hole.due_at + delay))
        return asked or ()

    def _leave(self, hole: Hole | None) -> None:
        if hole is not None:
            self.hole = hole if self.hole is None else self.hole.and_also(hole)

    async def _catch_up(self, minutes: Sequence[Minute], live: Live) -> list[Firing]:
        """Through missed minutes, each against the levels of its own time where those move; the
        levels are those of the day of `live` then."""
        fired: list[Firing] = []
        if not self.watched.judge.levelled:
            return fired
        await self._learn_zone()
        can_ask = True
        for part in _parts(minutes[:-1]):
            can_ask = await self._heed_levels(part[0].time, can_ask=can_ask)
            fired += self.watched.index.catch_up(bars_of(self.symbol, part))
        for last in minutes[-1:]:
            if self.watched.is_of_another_day(last.time):
                can_ask = await self._heed_levels(last.time, can_ask=can_ask)
            fired += self.watched.index.catch_up(bars_of(self.symbol, [last]))
        if self.watched.is_of_another_day(live.at):
            await self._heed_levels(live.at, can_ask=can_ask)
        return fired

    async def _learn_zone(self) -> None:
        if self.watched.zone:
            return
        try:
            instrument = await self._market.instrument(self.symbol)
        except CoachError as error:
            _log.warning("nothing is known of a symbol", symbol=self.symbol, reason=error.message)
        else:
            self.watched.zone = str(timezone_of(instrument.calendar))

    async def _heed_levels(self, at: float, *, can_ask: bool) -> bool:
        """Take the levels of that moment; whether they could be had."""
        if can_ask:
            found = await self.watched.judge.levels_at(at)
            self.watched.heed(found)
            can_ask = bool(found.levels)
        if not self.watched.sleep_if_of_another_day(at):
            if can_ask:
                self._unlevelled_since = None
            return can_ask
        if self._unlevelled_since is None:
            self._unlevelled_since = self.now
        if self.now - self._unlevelled_since < _LEVELS_GIVEN_UP_SECONDS:
            self._leave(Hole.unlevelled(int(at) // MINUTE * MINUTE, self.now))
        return False


def _parts(minutes: Sequence[Minute]) -> Iterator[list[Minute]]:
    """Minutes that are compared with the same levels."""
    for _, hour in groupby(minutes[:-_LEVELLED_MINUTES], key=lambda each: each.time // 3600):
        yield list(hour)
    for each in minutes[-_LEVELLED_MINUTES:]:
        yield [each]
