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
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.models import Watch, is_book
from app.alerts.monitor_around import Around
from app.alerts.monitor_aside import say_aside
from app.alerts.monitor_gaps import LOOK_SECONDS
from app.alerts.monitor_hearing import Hearing
from app.alerts.monitor_judging import BOOK_SECONDS, PRICE_SECONDS, Books, Found, Judge
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
from app.alerts.telling import Due, Going, Writer, tell
from app.alerts.triggers import Firing, Tape
from app.core.clock import Clock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.telemetry import get_logger
from app.market.protocol import MarketData
from app.market.streaming.gaps import SETTLED_SECONDS
from app.market.streaming.messages import Live

LATE_SECONDS = 30.0
_KEPT = 500
_LONGEST_WAIT_SECONDS = 24 * 3600.0
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
        self._aside: dict[UUID, float] = {}
        self._hearing = Hearing(symbol, desk.market, desk.clock, self._new_judge)
        self._around = Around(symbol, desk.market)
        self._changes: deque[Watch] = deque()
        self._lives: deque[Live] = deque(maxlen=_KEPT)
        self._found: Found | None = None
        self._marked: Tape | None = None
        self._is_whole = False
        self._was_taken_up = False

    @property
    def is_idle(self) -> bool:
        """Nothing is watched here any more, which is known once it was taken up."""
        return self._was_taken_up and not (self._watched.watches or self._changes)

    def is_past(self, at: float) -> bool:
        """Whether all that happened until `at` was looked at: by the tape, or by the clock less the
        vendor's delay where nothing trades. What is missing is waited for, a day at most."""
        now = self._hearing.now
        if self._hearing.hole or self._lives or not self._was_taken_up:
            return now >= at + _LONGEST_WAIT_SECONDS
        is_late = now >= at + self._hearing.delay + SETTLED_SECONDS
        return is_late or self._watched.tape.at >= at

    @property
    def _watched(self) -> Watched:
        return self._hearing.watched

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
        if self._hearing.hole is not None or not self._is_whole:
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
        seconds = LOOK_SECONDS if self._hearing.hole else None
        if self._watched.judge.owes(self._present()):
            seconds = PRICE_SECONDS
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
        return Judge(self._desk.market, self._desk.books, self._news.set, self._aside)

    async def _take_up(self) -> None:
        """Begin with what is written."""
        self._changes.clear()
        async with self._desk.database.system() as session:
            await self.hold.check(session)
            watches = await read_symbol(session, self.symbol)
            self._marked = (await read_marks(session, [self.symbol])).get(self.symbol)
        self._hearing.begin(self._marked, watches)
        if self._hearing.last is not None and not self._lives:
            self._lives.append(self._hearing.last)

    async def _go_on(self) -> None:
        while self._changes:
            self._change(self._changes.popleft())
        if await self._hearing.look_into_hole():
            await self._take_up()
        await self._tell(self._watched.first_looks())
        while self._lives:
            live = self._lives[0]
            await self._tell(await self._hearing.hear(live))
            if self._lives and self._lives[0] is live:
                self._lives.popleft()
        await self._tell(await self._hearing.join())
        await self._heed_judge()

    def _change(self, watch: Watch) -> None:
        alert = watch.alert_id
        known = self._watched.watches.get(alert)
        if known is not None and known.version >= watch.version:
            return
        if watch.is_live and known is not None and known.armed == watch.armed:
            self._watched.snooze(watch)
            return
        self._watched.forget(alert)
        if not watch.is_live:
            return
        if watch.seen is None:
            raise Overtaken("An alert is known to another monitor only.")
        self._watched.add(watch, watch.latest)

    async def _heed_judge(self) -> None:
        """Take what was found out beside the stream, and ask for what is due."""
        found = self._found = self._found or self._watched.judge.take()
        last = self._hearing.last
        if found is not None:
            self._watched.heed(found)
            await self._tell(self._watched.judged(found, last.price if last else 0.0))
            self._found = None
        await self._say_aside(self._watched.judge.take_broken())
        at = self._present()
        if at is not None:
            self._watched.judge.ask(at, self._watched.judged_until)

    def _present(self) -> float | None:
        if is_book(self.symbol):
            return self._hearing.now
        return self._hearing.last.at if self._hearing.last else None

    async def _tell(self, fired: Sequence[Firing]) -> None:
        if not fired:
            return
        at = self._watched.tape.at
        marked = [replace(each, is_late=each.at < at - LATE_SECONDS) for each in fired]
        _log.info("alerts fire", symbol=self.symbol, count=len(marked))
        around = await self._around.at(max(each.at for each in marked))
        now = self._desk.wall.now()
        written = self._watched.written(
            {each.alert for each in marked}, is_whole=self._hearing.hole is None
        )
        going = [self._going(each) for each in marked]
        async with self._desk.database.system() as session:
            await self.hold.check(session)
            due = await tell(session, going, around, self._desk.writer, now=now)
            tape = await self._write(session, written)
        self.settle(tape, written)
        if due:
            self._desk.wake(due)

    async def _say_aside(self, broken: Sequence[UUID]) -> None:
        watches = [self._watched.watches[each] for each in broken if each in self._watched.watches]
        if not watches:
            return
        async with self._desk.database.system() as session:
            await self.hold.check(session)
            now = self._desk.wall.now()
            due = [wake for each in watches for wake in await say_aside(session, each, now=now)]
        if due:
            self._desk.wake(due)

    def _going(self, firing: Firing) -> Going:
        return Going(
            member_id=self._watched.watches[firing.alert].member_id,
            firing=firing,
            is_last=self._watched.index.state(firing.alert).is_over,
        )

    async def _write(self, session: AsyncSession, written: Sequence[Written]) -> Tape | None:
        tape = self._watched.tape if self._hearing.hole is None else None
        await write_states(session, written)
        if tape is not None and tape.at:
            await write_marks(session, {self.symbol: tape}, now=self._desk.wall.now())
        await self.end_expired(session, written)
        return tape
