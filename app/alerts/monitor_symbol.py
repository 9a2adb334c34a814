"""One symbol with all that is watched there: the stream goes in, what fires is told.

Decided: memory is only ahead of the database by what can be worked out again. What is told, the states
of the symbol's watches and the mark up to which its prices were looked at are written together; after
any failure the symbol is taken up again from what is written. While minutes are missing, the present is
watched all the same, the mark waits, and a watch that fires carries its own (`Watch.seen`); once they
can be had, the others are played through them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.index import ThresholdIndex
from app.alerts.models import Watch, is_book
from app.alerts.monitor_gaps import LOOK_SECONDS, Hole, ask_minutes
from app.alerts.monitor_judging import BOOK_SECONDS, Books, Judge
from app.alerts.monitor_path import (
    bars_of,
    has_gone_back,
    joined,
    missing_minutes,
    moment,
    play,
)
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
from app.alerts.monitor_watched import Watched
from app.alerts.repository import expire_alert
from app.alerts.surroundings import look_around
from app.alerts.telling import Due, Going, Writer, tell
from app.alerts.triggers import Firing, Tape, Trigger
from app.core.clock import Clock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.telemetry import get_logger
from app.market.protocol import MarketData
from app.market.streaming.messages import Live
from app.market.vendor import Minute

LATE_SECONDS = 30.0
AHEAD_SECONDS = 60.0
"""As far as the clocks of vendors may go before ours."""
AROUND_SECONDS = 0.6
_KEPT = 500
_LEVELLED_MINUTES = 120
_PAUSE_SECONDS = 0.25
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every symbol is watched with. `clock` is the market's, `wall` the real one; `wake` is told
    what there is to deliver."""

    database: Database
    market: MarketData
    clock: Clock
    wall: Clock
    writer: Writer
    books: Books
    wake: Callable[[Sequence[Due]], None] = lambda _: None


class SymbolWatch:
    """Run it as a task; it ends when the shard is lost."""

    def __init__(self, symbol: Symbol, hold: Hold, desk: Desk) -> None:
        self.symbol = symbol
        self.hold = hold
        self.lock = asyncio.Lock()
        self._desk = desk
        self._news = asyncio.Event()
        self._watched = Watched(symbol, None, self._new_judge())
        self._joining: dict[UUID, Watch] = {}
        self._changes: deque[Watch] = deque()
        self._lives: deque[Live] = deque(maxlen=_KEPT)
        self._last: Live | None = None
        self._hole: Hole | None = None
        self._marked: Tape | None = None
        self._is_whole = False
        self._was_taken_up = False

    @property
    def is_idle(self) -> bool:
        """Nothing is watched here any more, which is known once it was taken up."""
        is_watched = self._watched.watches or self._joining or self._changes
        return self._was_taken_up and not is_watched

    def heard(self, live: Live) -> None:
        """The feed's listener."""
        self._lives.append(live)
        self._news.set()

    def changed(self, watch: Watch) -> None:
        """A member has changed an alert of this symbol."""
        self._changes.append(watch)
        self._news.set()

    async def run(self) -> None:
        try:
            while True:
                await self._run_until_failure()
        except LostShard:
            return
        finally:
            self._watched.judge.close()

    def unwritten(self) -> tuple[Tape | None, list[Written]]:
        """What is ahead of the database, to be written by whoever has the lock; nothing while minutes
        are missing, nor after a failure, when something may have fired that was not told."""
        if self._hole is not None or not self._is_whole:
            return None, []
        tape = self._watched.tape
        is_ahead = tape.at > 0 and tape != self._marked
        return (tape if is_ahead else None), self._watched.written((), is_whole=True)

    def settle(self, tape: Tape | None, written: Iterable[Written]) -> None:
        """That is written now."""
        if tape is not None:
            self._marked = tape
        self._watched.settle(written)

    async def end_expired(self, session: AsyncSession, written: Iterable[Written]) -> None:
        """Of what is over, what did not end by firing has run out."""
        now = self._desk.wall.now()
        for each in written:
            if not each.is_live and not each.is_counted:
                await speak_for(session, self._watched.watches[each.alert_id].member_id)
                await expire_alert(session, each.alert_id, now=now)

    async def _run_until_failure(self) -> None:
        try:
            async with self.lock:
                await self._take_up()
                self._was_taken_up = True
            while True:
                async with self.lock:
                    self._is_whole = False
                    await self._go_on()
                    self._is_whole = True
                await self._wait()
        except LostShard:
            raise
        except Overtaken:
            _log.info("an alert is read again", symbol=self.symbol)
        except (ProviderUnavailable, SQLAlchemyError) as error:
            _log.warning("a symbol is taken up again", symbol=self.symbol, reason=str(error))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _wait(self) -> None:
        """Until there is news, or something is to be looked at again."""
        seconds = LOOK_SECONDS if self._hole else None
        if is_book(self.symbol):
            seconds = BOOK_SECONDS
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        finally:
            self._news.clear()

    def _new_judge(self) -> Judge:
        return Judge(self._desk.market, self._desk.books, self._news.set)

    async def _take_up(self) -> None:
        """Begin with what is written."""
        self._changes.clear()
        async with self._desk.database.system() as session:
            await self.hold.check(session)
            watches = await read_symbol(session, self.symbol)
            self._marked = (await read_marks(session, [self.symbol])).get(self.symbol)
        self._watched.judge.close()
        self._watched = Watched(self.symbol, self._marked, self._new_judge())
        self._hole, self._joining = None, {}
        for watch in watches:
            if watch.is_threshold and watch.seen is not None:
                self._joining[watch.alert_id] = watch
            else:
                self._watched.add(watch, watch.latest)
        if self._last is not None and not self._lives:
            self._lives.append(self._last)

    async def _go_on(self) -> None:
        while self._changes:
            self._change(self._changes.popleft())
        if self._hole is not None and self._hole.is_due(self._now()):
            await self._look_into(self._hole)
        while self._lives:
            await self._hear(self._lives.popleft())
        if self._joining and self._last is not None:
            await self._tell(await self._join(self._last))
        await self._heed_judge()

    def _change(self, watch: Watch) -> None:
        alert = watch.alert_id
        known = self._watched.watches.get(alert) or self._joining.get(alert)
        if known is not None and known.version >= watch.version:
            return
        if (
            alert in self._watched.watches
            and watch.is_live
            and known
            and known.armed == watch.armed
        ):
            self._watched.snooze(watch)
            return
        self._watched.forget(alert)
        self._joining.pop(alert, None)
        if not watch.is_live:
            return
        if watch.seen is None:
            raise Overtaken("An alert is known to another monitor only.")
        if watch.is_threshold:
            self._joining[alert] = watch
        else:
            self._watched.add(watch, watch.latest)

    async def _hear(self, live: Live) -> None:
        if live.at > self._now() + AHEAD_SECONDS:
            _log.warning("a price of the future is not looked at", symbol=self.symbol)
            return
        tape = self._watched.tape
        if tape.at and has_gone_back(tape, live):
            _log.info("time went back", symbol=self.symbol)
            self._watched.judge.close()
            self._watched, self._hole = self._watched.anew(self._new_judge()), None
            tape = Tape()
        if tape.at and live.at < tape.at:
            return
        minutes = joined(await self._missed(tape, live), live, tape)
        fired = await self._play_missed(minutes)
        fired += play(self._watched.index, self.symbol, live, minutes)
        self._last = live
        await self._tell(fired)

    async def _play_missed(self, minutes: Sequence[Minute]) -> list[Firing]:
        """Through missed minutes, each against the levels of its own time where those move."""
        fired: list[Firing] = []
        if not self._watched.judge.has_levels:
            return fired
        for minute in minutes[-_LEVELLED_MINUTES:-1]:
            self._watched.heed(await self._watched.judge.levels_at(minute.time))
            fired += self._watched.index.catch_up(bars_of(self.symbol, [minute]))
        return fired

    async def _missed(self, tape: Tape, live: Live) -> Sequence[Minute]:
        missing = missing_minutes(tape, live)
        if not missing:
            return ()
        asked = await ask_minutes(self.symbol, missing, self._desk.market, self._desk.clock)
        hole = Hole.left_by(missing, asked, self._now())
        if hole is not None:
            self._hole = hole if self._hole is None else self._hole.and_also(hole)
        return asked or ()

    async def _look_into(self, hole: Hole) -> None:
        """Ask once more for what was missing; what is new is played through from the mark."""
        asked = await ask_minutes(self.symbol, hole.minutes, self._desk.market, self._desk.clock)
        if asked is None:
            hole.rest(self._now())
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
            if tape.price:
                fired += alone.tick(self.symbol, tape.at, tape.price)
            if live.at >= tape.at:
                minutes = joined(await self._missed(tape, live), live, tape)
                fired += play(alone, self.symbol, live, minutes)
            del self._joining[watch.alert_id]
            self._watched.add(watch, alone.state(watch.alert_id), is_new=True)
        return fired

    async def _heed_judge(self) -> None:
        """Take what was found out beside the stream, and ask for what is due."""
        found = self._watched.judge.take()
        if found is not None:
            self._watched.heed(found)
            price = self._last.price if self._last else 0.0
            await self._tell(self._watched.judged(found, price))
        at = self._present()
        if at is not None:
            self._watched.judge.ask(at, self._watched.judged_until)

    def _present(self) -> float | None:
        if is_book(self.symbol):
            return self._now()
        return self._last.at if self._last else None

    def _now(self) -> float:
        return self._desk.clock.now().timestamp()

    async def _tell(self, fired: Sequence[Firing]) -> None:
        if not fired:
            return
        at = self._watched.tape.at
        marked = [replace(each, is_late=each.at < at - LATE_SECONDS) for each in fired]
        _log.info("alerts fire", symbol=self.symbol, count=len(marked))
        around = await look_around(
            self.symbol,
            market=self._desk.market,
            at=moment(max(each.at for each in marked)) + timedelta(milliseconds=1),
            seconds=AROUND_SECONDS,
        )
        now = self._desk.wall.now()
        written = self._watched.written(
            {each.alert for each in marked}, is_whole=self._hole is None
        )
        going = [self._going(each) for each in marked]
        async with self._desk.database.system() as session:
            await self.hold.check(session)
            due = await tell(session, going, around, self._desk.writer, now=now)
            tape = await self._write(session, written)
        self.settle(tape, written)
        if due:
            self._desk.wake(due)

    def _going(self, firing: Firing) -> Going:
        return Going(
            member_id=self._watched.watches[firing.alert].member_id,
            firing=firing,
            is_last=self._watched.index.state(firing.alert).is_over,
        )

    async def _write(self, session: AsyncSession, written: Sequence[Written]) -> Tape | None:
        tape = self._watched.tape if self._hole is None else None
        await write_states(session, written)
        if tape is not None and tape.at:
            await write_marks(session, {self.symbol: tape}, now=self._desk.wall.now())
        await self.end_expired(session, written)
        return tape
