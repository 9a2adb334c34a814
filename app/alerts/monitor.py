"""The monitor: which symbols are ours, who watches each, and what members changed.

Decided: a task a symbol, so that one whose vendor hangs holds nobody up. PostgreSQL says what changed,
and wakes; whatever was missed is read again by the number of the transaction. Marks are written every
few seconds in batches, so a restart has seconds to make up for, not hours.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from app.alerts.models import Watch, is_book, shard_of
from app.alerts.monitor_shares import RENEW_SECONDS, Hold, LostShard, Shares
from app.alerts.monitor_store import (
    Overtaken,
    horizon,
    read_changes,
    read_expired,
    read_shards,
    speak_for,
    write_marks,
    write_states,
)
from app.alerts.monitor_symbol import Desk, SymbolWatch
from app.alerts.repository import CHANGED, end_watch, expire_alert
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.listen import wake_ups
from app.infra.running import end, side_by_side
from app.infra.telemetry import get_logger
from app.market.streaming.live import LiveFeed

MARK_SECONDS = 5.0
EXPIRE_SECONDS = 30.0
_BATCH = 50
_log = get_logger(__name__)


@dataclass(slots=True)
class _Task:
    watch: SymbolWatch
    running: "asyncio.Task[None]"
    leave: Callable[[], None]


class Monitor:
    """One of possibly several. `run` it until it is cancelled."""

    def __init__(self, desk: Desk, feed: LiveFeed, shares: Shares) -> None:
        self._desk = desk
        self._feed = feed
        self._shares = shares
        self._held: dict[int, Hold] = {}
        self._tasks: dict[Symbol, _Task] = {}
        self._since = 0

    @property
    def shards(self) -> frozenset[int]:
        return frozenset(self._held)

    @property
    def symbols(self) -> frozenset[Symbol]:
        return frozenset(self._tasks)

    async def run(self) -> None:
        self._feed.start()
        try:
            await side_by_side(
                self._keep_share(), self._heed_changes(), self._mark(), self._expire()
            )
        finally:
            await self._feed.close()
            await end(task.running for task in self._tasks.values())

    async def depart(self) -> None:
        """Write what is ahead and let the shards go, so that the next one need not wait."""
        await self.write_marks()
        await self._stop(list(self._tasks))
        await self._shares.depart()

    async def _keep_share(self) -> None:
        while True:
            try:
                await self._share()
            except (ProviderUnavailable, SQLAlchemyError) as error:
                _log.warning("the share cannot be renewed", reason=str(error))
            await asyncio.sleep(RENEW_SECONDS)

    async def _share(self) -> None:
        held = dict(await self._shares.renew())
        surplus = sorted(held)[await self._shares.share() :]
        kept = {shard: hold for shard, hold in held.items() if shard not in surplus}
        self._held = {shard: hold for shard, hold in self._held.items() if kept.get(shard) == hold}
        await self._give_up()
        if surplus:
            await self._shares.leave(surplus)
        await self._take({each: kept[each] for each in kept if each not in self._held})

    async def _give_up(self) -> None:
        """Stop what is held no longer, or in another epoch."""
        gone = [
            symbol
            for symbol, task in self._tasks.items()
            if self._held.get(shard_of(symbol)) != task.watch.hold
        ]
        if gone:
            _log.info("no longer watching", symbols=len(gone))
            await self.write_marks(gone)
            await self._stop(gone)

    async def _take(self, new: Mapping[int, Hold]) -> None:
        """Watch what is to be watched in `new`. Changes are heeded before it is read, so that none is
        missed; where it cannot be read, nothing of it counts as held, and it is tried again."""
        if not new:
            return
        before, self._held = self._held, {**self._held, **new}
        try:
            async with self._desk.database.system() as session:
                watches = await read_shards(session, sorted(new))
        except (ProviderUnavailable, SQLAlchemyError):
            self._held = before
            raise
        _log.info("watching", shards=sorted(self._held))
        for symbol in {watch.symbol for watch in watches} - self._tasks.keys():
            self._begin(symbol)

    def _begin(self, symbol: Symbol) -> _Task:
        watch = SymbolWatch(symbol, self._held[shard_of(symbol)], self._desk)
        leave = self._listen(symbol, watch)
        running = asyncio.create_task(self._attend(symbol, watch))
        task = self._tasks[symbol] = _Task(watch, running, leave)
        return task

    def _listen(self, symbol: Symbol, watch: SymbolWatch) -> Callable[[], None]:
        """A member's book is in no stream."""
        if is_book(symbol):
            return lambda: None
        return self._feed.subscribe(symbol, lambda live, _: watch.heard(live))

    async def _attend(self, symbol: Symbol, watch: SymbolWatch) -> None:
        said = None if is_book(symbol) else await self._feed.last(symbol)
        if said is not None:
            watch.heard(said)
        await watch.run()

    async def _stop(self, symbols: Iterable[Symbol]) -> None:
        stopped = [task for symbol in symbols if (task := self._tasks.pop(symbol, None))]
        for task in stopped:
            task.leave()
        await end(task.running for task in stopped)

    async def _heed_changes(self) -> None:
        async for _ in wake_ups(self._desk.database.url, CHANGED, idle_seconds=MARK_SECONDS):
            try:
                await self._read_changes()
            except (ProviderUnavailable, SQLAlchemyError) as error:
                _log.warning("changes cannot be read", reason=str(error))

    async def _read_changes(self) -> None:
        if not self._held:
            return
        async with self._desk.database.system() as session:
            until = await horizon(session)
            changed = await read_changes(session, list(self._held), self._since)
        self._since = until
        for watch in changed:
            self._change(watch)

    def _change(self, watch: Watch) -> None:
        task = self._tasks.get(watch.symbol)
        if task is not None:
            task.watch.changed(watch)
        elif watch.is_live and shard_of(watch.symbol) in self._held:
            self._begin(watch.symbol)

    async def _mark(self) -> None:
        while True:
            await asyncio.sleep(MARK_SECONDS)
            await self.write_marks()
            await self.tidy()

    async def tidy(self) -> None:
        """Begin anew what broke, and stop what nobody wants watched."""
        self._revive()
        await self._stop([symbol for symbol, task in self._tasks.items() if task.watch.is_idle])

    def _revive(self) -> None:
        """A watch that broke begins anew: one broken symbol must not stay unwatched."""
        for symbol, task in list(self._tasks.items()):
            if task.running.done() and shard_of(symbol) in self._held:
                fault = None if task.running.cancelled() else task.running.exception()
                _log.error("a watch broke", symbol=symbol, exc_info=fault)
                task.leave()
                self._begin(symbol)

    async def write_marks(self, symbols: Iterable[Symbol] | None = None) -> None:
        """Write how far all symbols were looked at, or these."""
        chosen = self._tasks.keys() if symbols is None else symbols
        by_shard: dict[int, list[SymbolWatch]] = {}
        for symbol in chosen:
            if symbol in self._tasks:
                by_shard.setdefault(shard_of(symbol), []).append(self._tasks[symbol].watch)
        for watches in by_shard.values():
            for at in range(0, len(watches), _BATCH):
                await self._write(watches[at : at + _BATCH])

    async def _write(self, watches: Sequence[SymbolWatch]) -> None:
        free = [each for each in watches if not each.lock.locked()]
        for each in free:
            await each.lock.acquire()
        try:
            await self._write_locked(free)
        except (ProviderUnavailable, SQLAlchemyError, Overtaken, LostShard) as error:
            _log.warning("marks cannot be written", reason=str(error))
        finally:
            for each in free:
                each.lock.release()

    async def _write_locked(self, watches: Sequence[SymbolWatch]) -> None:
        found = {each: each.unwritten() for each in watches}
        tapes = {each.symbol: tape for each, (tape, _) in found.items() if tape is not None}
        states = [state for _, written in found.values() for state in written]
        if not tapes and not states:
            return
        async with self._desk.database.system() as session:
            await watches[0].hold.check(session)
            await write_states(session, states)
            await write_marks(session, tapes, now=self._desk.wall.now())
            for each, (_, written) in found.items():
                await each.end_expired(session, written)
        for each, (tape, written) in found.items():
            each.settle(tape, written)

    async def _expire(self) -> None:
        """End what has run out where no price said so."""
        while True:
            await asyncio.sleep(EXPIRE_SECONDS)
            try:
                await self.expire()
            except (ProviderUnavailable, SQLAlchemyError) as error:
                _log.warning("nothing can be ended", reason=str(error))

    async def expire(self) -> None:
        now, wall = self._desk.clock.now(), self._desk.wall.now()
        async with self._desk.database.system() as session:
            over = await read_expired(session, list(self._held), now)
            for watch in over:
                if not self._is_past(watch):
                    continue
                await speak_for(session, watch.member_id)
                await expire_alert(session, watch.alert_id, now=wall)
                await end_watch(session, watch.alert_id)

    def _is_past(self, watch: Watch) -> bool:
        """Whether all until its end was looked at; what is not watched yet was not."""
        task = self._tasks.get(watch.symbol)
        ends = watch.expires_at
        return task is not None and ends is not None and task.watch.is_past(ends.timestamp())
