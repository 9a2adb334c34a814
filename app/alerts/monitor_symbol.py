"""One symbol with all that is watched there: the stream goes in, what fires is told.

Decided: memory is only ahead of the database by what can be worked out again. What is told, the states
of the symbol's watches and the mark up to which its prices were looked at are written together; after
any failure the symbol is taken up again from what is written. While minutes are missing, the present is
watched all the same, the mark waits, and a watch that fires carries its own (`Watch.seen`); once they
can be had, the others are played through them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.index import ThresholdIndex
from app.alerts.models import Watch
from app.alerts.monitor_gaps import Hole, ask_minutes
from app.alerts.monitor_path import has_gone_back, joined, missing_minutes, moment, play
from app.alerts.monitor_shares import Hold, LostShard
from app.alerts.monitor_store import (
    Overtaken,
    Written,
    read_marks,
    read_symbol,
    speak_for,
    write_marks,
    write_states,
)
from app.alerts.repository import expire_alert
from app.alerts.surroundings import look_around
from app.alerts.telling import Due, Going, Writer, tell
from app.alerts.triggers import Firing, Phase, State, Tape, Trigger
from app.core.clock import Clock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.telemetry import get_logger
from app.market.protocol import MarketData
from app.market.streaming.messages import Live
from app.market.vendor import Minute

LATE_SECONDS = 30.0
AROUND_SECONDS = 0.6
_KEPT = 500
_PAUSE_SECONDS = 0.25
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every symbol is watched with. `clock` is the market's, `wall` the real one; `wake` is told
    which channels have something to deliver."""

    database: Database
    market: MarketData
    clock: Clock
    wall: Clock
    writer: Writer
    wake: Callable[[Sequence[Due]], None] = lambda _: None


class SymbolWatch:
    """Run it as a task; it ends when the shard is lost."""

    def __init__(self, symbol: Symbol, hold: Hold, desk: Desk) -> None:
        self.symbol = symbol
        self.hold = hold
        self.lock = asyncio.Lock()
        self._desk = desk
        self._index = ThresholdIndex()
        self._watches: dict[UUID, Watch] = {}
        self._dirty: dict[UUID, State] = {}
        self._joining: dict[UUID, Watch] = {}
        self._changes: deque[Watch] = deque()
        self._lives: deque[Live] = deque(maxlen=_KEPT)
        self._last: Live | None = None
        self._hole: Hole | None = None
        self._marked: Tape | None = None
        self._news = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Nothing is watched here any more."""
        return not (self._watches or self._joining or self._changes)

    def heard(self, live: Live) -> None:
        """The feed's listener."""
        self._lives.append(live)
        self._news.set()

    def changed(self, watch: Watch) -> None:
        """A member has changed an alert of this symbol."""
        self._changes.append(watch)
        self._news.set()

    async def run(self) -> None:
        while True:
            try:
                async with self.lock:
                    await self._take_up()
                while True:
                    async with self.lock:
                        await self._go_on()
                    await self._wait()
            except LostShard:
                return
            except Overtaken:
                _log.info("an alert is read again", symbol=self.symbol)
            except (ProviderUnavailable, SQLAlchemyError) as error:
                _log.warning("a symbol is taken up again", symbol=self.symbol, reason=str(error))
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _wait(self) -> None:
        """Until there is news, or a hole is to be asked for again."""
        seconds = self._hole.rest_seconds if self._hole else None
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        finally:
            self._news.clear()

    async def _take_up(self) -> None:
        """Begin with what is written."""
        self._changes.clear()
        async with self._desk.database.system() as session:
            await self.hold.check(session)
            watches = await read_symbol(session, self.symbol)
            marks = await read_marks(session, [self.symbol])
        self._index, self._hole = ThresholdIndex(), None
        self._watches, self._joining, self._dirty = {}, {}, {}
        self._marked = marks.get(self.symbol)
        if self._marked is not None:
            self._index.resume(self.symbol, self._marked)
        for watch in watches:
            if watch.seen is None:
                self._add(watch, watch.latest)
            else:
                self._joining[watch.alert_id] = watch
        if self._last is not None and not self._lives:
            self._lives.append(self._last)

    async def _go_on(self) -> None:
        while self._changes:
            self._change(self._changes.popleft())
        if self._hole is not None and self._hole.is_due:
            await self._look_into(self._hole)
        while self._lives:
            await self._hear(self._lives.popleft())
        if self._joining and self._last is not None:
            await self._tell(await self._join(self._last))

    def _change(self, watch: Watch) -> None:
        known = self._watches.get(watch.alert_id) or self._joining.get(watch.alert_id)
        if known is not None and known.version >= watch.version:
            return
        if known is not None and watch.is_live and watch.seen is None:
            self._watches[watch.alert_id] = watch
            until = watch.snoozed_until
            self._index.snooze(watch.alert_id, until.timestamp() if until else 0.0)
            return
        self._forget(watch.alert_id)
        if watch.is_live and watch.seen is None:
            raise Overtaken("An alert is known to another monitor only.")
        if watch.is_live:
            self._joining[watch.alert_id] = watch

    async def _hear(self, live: Live) -> None:
        tape = self._index.tape(self.symbol)
        if tape.at and has_gone_back(tape, live):
            self._begin_anew()
            tape = Tape()
        if tape.at and live.at < tape.at:
            return
        minutes = joined(await self._missed(tape, live), live, tape)
        fired = play(self._index, self.symbol, live, minutes)
        self._last = live
        await self._tell(fired)

    async def _missed(self, tape: Tape, live: Live) -> Sequence[Minute]:
        missing = missing_minutes(tape, live)
        if not missing:
            return ()
        asked = await ask_minutes(self.symbol, missing, self._desk.market, self._desk.clock)
        hole = Hole.left_by(missing, asked, live.at)
        if hole is not None and self._hole is None:
            self._hole = hole
        return asked or ()

    async def _look_into(self, hole: Hole) -> None:
        """Ask once more for what was missing; what is new is played through from the mark."""
        asked = await ask_minutes(self.symbol, hole.minutes, self._desk.market, self._desk.clock)
        if asked is None:
            hole.rest()
        elif hole.is_filled_by(asked):
            self._hole = None
        else:
            await self._take_up()

    async def _join(self, live: Live) -> list[Firing]:
        """Bring what was armed elsewhere to the present of the symbol."""
        fired: list[Firing] = []
        for watch in list(self._joining.values()):
            assert watch.seen is not None  # noqa: S101 - that is what makes it join
            alone = ThresholdIndex()
            tape = Tape() if has_gone_back(watch.seen, live) else watch.seen
            alone.resume(self.symbol, tape)
            alone.add(watch.alert_id, self.symbol, Trigger.of(watch.terms["trigger"]), watch.latest)
            if live.at >= tape.at:
                minutes = joined(await self._missed(tape, live), live, tape)
                fired += play(alone, self.symbol, live, minutes)
            del self._joining[watch.alert_id]
            self._add(watch, alone.state(watch.alert_id))
            self._dirty[watch.alert_id] = alone.state(watch.alert_id)
        return fired

    async def _tell(self, fired: Sequence[Firing]) -> None:
        if not fired:
            return
        at = self._index.tape(self.symbol).at
        marked = [replace(each, is_late=each.at < at - LATE_SECONDS) for each in fired]
        _log.info("alerts fire", symbol=self.symbol, count=len(marked))
        around = await look_around(
            self.symbol,
            market=self._desk.market,
            at=moment(max(each.at for each in marked)) + timedelta(milliseconds=1),
            seconds=AROUND_SECONDS,
        )
        now = self._desk.wall.now()
        written = self._written({each.alert for each in marked})
        going = [
            Going(
                member_id=self._watches[each.alert].member_id,
                firing=each,
                is_last=self._index.state(each.alert).is_over,
            )
            for each in marked
        ]
        async with self._desk.database.system() as session:
            await self.hold.check(session)
            due = await tell(session, going, around, self._desk.writer, now=now)
            tape = await self._write(session, written)
        self.settle(tape, written)
        if due:
            self._desk.wake(due)

    def unwritten(self) -> tuple[Tape | None, list[Written]]:
        """What is ahead of the database, to be written by whoever has the lock; nothing while minutes
        are missing."""
        if self._hole is not None:
            return None, []
        self._notice()
        tape = self._index.tape(self.symbol)
        return (tape if tape.at and tape != self._marked else None), self._written(frozenset())

    def settle(self, tape: Tape | None, written: Iterable[Written]) -> None:
        """That is written now."""
        if tape is not None:
            self._marked = tape
        for each in written:
            self._dirty.pop(each.alert_id, None)
            watch = self._watches[each.alert_id]
            if not each.is_live:
                self._forget(each.alert_id)
            elif each.is_counted:
                self._watches[each.alert_id] = replace(watch, version=watch.version + 1)

    async def end_expired(self, session: AsyncSession, written: Iterable[Written]) -> None:
        """Of what is over, what did not end by firing has run out."""
        now = self._desk.wall.now()
        for each in written:
            if not each.is_live and not each.is_counted:
                await speak_for(session, self._watches[each.alert_id].member_id)
                await expire_alert(session, each.alert_id, now=now)

    async def _write(self, session: AsyncSession, written: Sequence[Written]) -> Tape | None:
        tape = self._index.tape(self.symbol) if self._hole is None else None
        await write_states(session, written)
        if tape is not None:
            await write_marks(session, {self.symbol: tape}, now=self._desk.wall.now())
        await self.end_expired(session, written)
        return tape

    def _written(self, fired: Collection[UUID]) -> list[Written]:
        """The states to write with a firing of `fired`: all that changed where the mark moves with
        them, else those of `fired` with a mark of their own."""
        self._notice()
        is_whole = self._hole is None
        return [
            Written(
                alert_id=alert,
                version=self._watches[alert].version,
                state=state,
                seen=None if is_whole else self._index.tape(self.symbol),
                is_counted=alert in fired,
                is_live=not state.is_over,
            )
            for alert, state in self._dirty.items()
            if is_whole or alert in fired
        ]

    def _notice(self) -> None:
        changed = self._index.take_changed()
        self._dirty |= {alert: changed[alert] for alert in changed if alert in self._watches}

    def _add(self, watch: Watch, state: State) -> None:
        self._watches[watch.alert_id] = watch
        trigger = Trigger.of(watch.terms["trigger"])
        self._index.add(watch.alert_id, self.symbol, trigger, state)

    def _forget(self, alert: UUID) -> None:
        self._watches.pop(alert, None)
        self._joining.pop(alert, None)
        self._dirty.pop(alert, None)
        if alert in self._index:
            self._index.remove(alert)

    def _begin_anew(self) -> None:
        """The replayed session began again: every watch looks anew where the price is."""
        _log.info("time went back", symbol=self.symbol)
        states = {alert: self._index.state(alert) for alert in self._watches}
        self._index, self._hole = ThresholdIndex(), None
        for alert, state in states.items():
            again = replace(state, phase=Phase.WAITING, day=0, count=0, bar=0.0, buckets=())
            self._add(self._watches[alert], again)
            self._dirty[alert] = again
