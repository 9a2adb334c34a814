"""What a vendor said, said again as long as its session says it is true.

Decided: bars are kept in blocks, a session's day of intraday bars or a calendar year of days.
Finished blocks are final, running ones fresh for a second while their market trades and until it
opens while it does not. Blocks that are missing side by side are one request. Whoever asks for what
is being asked already waits for that answer, in this process and in all others, so five hundred
members who ask for SPX cost one request.

A split makes every block before it wrong, so a block's key carries the date of the last split: the
day a split takes effect, everything is asked for again; until that day's open every hour, because
vendors adjust their history some time in the night. Where splits are not told, blocks last a day.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import CoachError, NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import (
    current_session,
    market_date,
    previous_session,
    session_table,
    timezone_of,
)
from app.market.chains import OptionChain
from app.market.models import Bars, Instrument, Provider
from app.market.resample import empty_bars, join_bars
from app.market.vendor import Allowance, NotCovered, Snapshot, Split, Vendor
from app.market.vendors.blocks import Block, blocks_of
from app.market.vendors.cache import Cache, Entry
from app.market.vendors.checking import in_order
from app.market.vendors.flights import Flights
from app.market.vendors.packing import (
    chain_from,
    chain_values,
    instrument_from,
    instrument_values,
    packed_bars,
    snapshot_from,
    snapshot_values,
    unpacked_bars,
)
from app.market.vendors.shares import SPLITS_SINCE, share_count

T = TypeVar("T")

SNAPSHOT_SECONDS = 1.0
CHAIN_SECONDS = 60.0
STATUS_SECONDS = 60.0
DAY_SECONDS = 24 * 3600.0
UNKNOWN_SECONDS = 3600.0
NOT_COVERED_SECONDS = 600.0
DAYS_SECONDS = 1800.0
"""How long this year's days are fresh after a close, while the vendor may still be adding the last."""

_SETTLES = timedelta(minutes=20)
"""After a session's end its bars still come in, from a provider with a delay longer."""
_CORRECTED = timedelta(days=4)
"""So long, over a weekend, they are corrected now and then; then they are final."""
_LOOK_AGAIN = timedelta(hours=2)
_FINAL_SECONDS = 7 * DAY_SECONDS
_FOR_EVER = 4e9
_LOOK_SECONDS = 0.02
_CHAINS_KEPT = "chain"


class Cached(Vendor):
    """`inner` with a memory. With `accept_stale` what is kept is the answer, however old, and says
    since when it is stale: it is for whom has just asked for a fresh one in vain. Two views of one
    vendor share their `flights`, so the second waits for what the first has asked."""

    def __init__(
        self,
        inner: Vendor,
        cache: Cache,
        clock: Clock,
        *,
        accept_stale: bool = False,
        flights: Flights | None = None,
    ) -> None:
        self._inner = inner
        self._cache = cache
        self._clock = clock
        self._accept_stale = accept_stale
        self._flights = flights or Flights()
        self._name = inner.provider.name

    @property
    @override
    def provider(self) -> Provider:
        return self._inner.provider

    @property
    @override
    def allowance(self) -> Allowance:
        return self._inner.allowance

    @override
    def covers(self, instrument: Instrument) -> bool:
        return self._inner.covers(instrument)

    @override
    def timeframes(self, instrument: Instrument) -> frozenset[Timeframe]:
        return self._inner.timeframes(instrument)

    @override
    def reaches(self, timeframe: Timeframe, start: datetime) -> bool:
        return self._inner.reaches(timeframe, start)

    @override
    async def describe(self, symbol: Symbol) -> Instrument:
        entry = await self._kept(
            f"describe:{symbol}",
            lambda: self._inner.describe(symbol),
            instrument_values,
            DAY_SECONDS,
        )
        return instrument_from(entry.head)

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        asked = self._now
        entry = await self._kept(
            f"snapshot:{instrument.symbol}",
            lambda: self._inner.snapshot(instrument),
            snapshot_values,
            self._running_seconds(instrument),
        )
        found = snapshot_from(entry.head)
        return replace(found, provider=_aged(found.provider, entry, asked))

    @override
    async def splits(self, instrument: Instrument, *, since: date) -> Sequence[Split]:
        now = self._clock.now()
        today = market_date(now, instrument.calendar)
        entry = await self._kept(
            f"splits:{instrument.symbol}",
            lambda: self._inner.splits(instrument, since=min(since, SPLITS_SINCE)),
            lambda found: {"splits": [[each.on.isoformat(), str(each.ratio)] for each in found]},
            (_midnight_after(today, instrument) - now).total_seconds(),
        )
        found = [
            Split(date.fromisoformat(on), Decimal(ratio)) for on, ratio in entry.head["splits"]
        ]
        return [each for each in found if each.on >= since]

    @override
    async def chain(self, instrument: Instrument, *, expiry: date | None = None) -> OptionChain:
        asked = self._now
        entry = await self._kept(
            f"{_CHAINS_KEPT}:{instrument.symbol}:{expiry or 'all'}",
            lambda: self._inner.chain(instrument, expiry=expiry),
            chain_values,
            CHAIN_SECONDS,
        )
        found = chain_from(entry.head)
        return replace(found, provider=_aged(found.provider, entry, asked))

    @override
    async def is_open(self) -> bool | None:
        entry = await self._kept(
            "status", self._inner.is_open, lambda said: {"open": said}, STATUS_SECONDS
        )
        said: bool | None = entry.head["open"]
        return said

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        blocks = blocks_of(instrument, timeframe, start, end)
        if not blocks:
            return empty_bars(instrument.symbol, timeframe, self.provider)
        asked = self._now
        shares = await share_count(self, instrument, self._clock.now())
        place = f"bars:{self._name}:{instrument.symbol}:{timeframe}:{shares.name}"
        keys = [f"{place}:{block.name}" for block in blocks]
        entries = await self._usable(keys)
        missing = [at for at, entry in enumerate(entries) if entry is None]
        if missing:
            first, stop = missing[0], missing[-1] + 1
            run = blocks[first:stop]
            await self._flights.bring(
                keys[first:stop], lambda: self._fetch(instrument, timeframe, place, run)
            )
            entries = await self._cache.find(keys, now=self._now)
        return self._joined(instrument, timeframe, entries, asked).between(start, end)

    @override
    async def close(self) -> None:
        await self._flights.close()
        await self._inner.close()

    @property
    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _running_seconds(self, instrument: Instrument) -> float:
        """How long a present price is fresh: a second while it may move, else until it may."""
        now = self._clock.now()
        session = current_session(now, instrument.calendar)
        is_settling = now < previous_session(session).after_hours_close + _SETTLES
        if session.premarket_open <= now or is_settling:
            return SNAPSHOT_SECONDS
        return max(SNAPSHOT_SECONDS, (session.premarket_open - now).total_seconds())

    async def _kept(
        self,
        name: str,
        ask: Callable[[], Awaitable[T]],
        values: Callable[[T], Mapping[str, Any]],
        seconds: float,
    ) -> Entry:
        """The fresh entry of a question, asked for if there is none."""
        key = f"{self._name}:{name}"
        [entry] = await self._usable([key])
        if entry is None or (self._accept_stale and "refused" in entry.head):
            entry = await self._flights.join(key, lambda: self._ask(key, ask, values, seconds))
        _raise_if_refused(entry)
        return entry

    async def _usable(self, keys: Sequence[str]) -> list[Entry | None]:
        if self._accept_stale:
            return await self._cache.find(keys, now=self._now)
        return await self._fresh(keys)

    async def _fresh(self, keys: Sequence[str]) -> list[Entry | None]:
        now = self._now
        found = await self._cache.find(keys, now=now)
        return [entry if entry and entry.fresh_until > now else None for entry in found]

    async def _ask(
        self,
        key: str,
        ask: Callable[[], Awaitable[T]],
        values: Callable[[T], Mapping[str, Any]],
        seconds: float,
    ) -> Entry:
        entry = await self._alone(key, [key], lambda: self._asked(ask, values, seconds))
        if entry is not None:
            return entry
        [kept] = await self._cache.find([key], now=self._now)
        if kept is None:
            raise ProviderUnavailable(f"{self._name} did not answer.")
        return kept

    async def _asked(
        self,
        ask: Callable[[], Awaitable[T]],
        values: Callable[[T], Mapping[str, Any]],
        seconds: float,
    ) -> Entry:
        """The answer as an entry; a clear no is kept too, for a while."""
        try:
            head = values(await ask())
        except (NotFound, NotCovered) as error:
            seconds = UNKNOWN_SECONDS if isinstance(error, NotFound) else NOT_COVERED_SECONDS
            head = {"refused": error.code, "message": error.message}
        now = self._now
        return Entry(now, now if _is_stale(head) else now + seconds, head)

    async def _alone(
        self, key: str, entries: Sequence[str], ask: Callable[[], Awaitable[Entry]]
    ) -> Entry | None:
        """Ask and keep if no other process is doing so; else wait for its entry."""
        if not await self._cache.lock(key):
            waited = await self._await_other(entries)
            if waited:
                return None
        try:
            entry = await ask()
            await self._cache.keep({key: entry}, seconds=DAY_SECONDS * 2)
            return entry
        finally:
            await self._cache.unlock(key)

    async def _await_other(self, keys: Sequence[str]) -> bool:
        """Whether another process brought all of `keys` in time."""
        for _ in range(int(8 / _LOOK_SECONDS)):
            await asyncio.sleep(_LOOK_SECONDS)
            if all(await self._fresh(keys)):
                return True
        return False

    async def _fetch(
        self,
        instrument: Instrument,
        timeframe: Timeframe,
        place: str,
        run: Sequence[Block],
    ) -> None:
        """Ask for a run of blocks and keep each."""
        keys = [f"{place}:{block.name}" for block in run]
        flight = f"{keys[0]}-{keys[-1]}"
        if not await self._cache.lock(flight) and await self._await_other(keys):
            return
        try:
            start, end = (datetime.fromtimestamp(at, UTC) for at in (run[0].start, run[-1].end))
            until = min(end, self._clock.now() + timedelta(minutes=1))
            said = await self._inner.bars(instrument, timeframe, start=start, end=until)
            found, now = in_order(said), self._now
            is_stale = said.provider.stale_since is not None
            entries = {
                key: _entry(
                    found,
                    block,
                    now,
                    now if is_stale else self._fresh_until(instrument, timeframe, block, now),
                )
                for key, block in zip(keys, run, strict=True)
            }
            await self._cache.keep(entries, seconds=_FINAL_SECONDS)
        finally:
            await self._cache.unlock(flight)

    def _fresh_until(
        self, instrument: Instrument, timeframe: Timeframe, block: Block, now: float
    ) -> float:
        age = now - block.end
        if age > _CORRECTED.total_seconds():
            return _FOR_EVER
        if age > _SETTLES.total_seconds():
            return now + _LOOK_AGAIN.total_seconds()
        if timeframe.is_intraday:
            return now + self._running_seconds(instrument)
        table = session_table(instrument.calendar)
        place = int(np.searchsorted(table.closes, now, side="right"))
        return min(float(table.closes[min(place, len(table) - 1)]), now + DAYS_SECONDS)

    def _joined(
        self,
        instrument: Instrument,
        timeframe: Timeframe,
        entries: Sequence[Entry | None],
        asked: float,
    ) -> Bars:
        parts = [
            (unpacked_bars(instrument.symbol, timeframe, entry.head, entry.body), entry)
            for entry in entries
            if entry is not None
        ]
        filled = [(bars, entry) for bars, entry in parts if len(bars)]
        if not filled:
            return empty_bars(instrument.symbol, timeframe, self.provider)
        joined = join_bars([bars for bars, _ in filled])
        oldest = min((entry for _, entry in parts), key=lambda entry: entry.fresh_until)
        return replace(joined, provider=_aged(joined.provider, oldest, asked))


def _midnight_after(day: date, instrument: Instrument) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), timezone_of(instrument.calendar))


def _entry(found: Bars, block: Block, now: float, fresh_until: float) -> Entry:
    first, stop = np.searchsorted(found.time, [block.start, block.end])
    head, body = packed_bars(found.slice(int(first), int(stop)))
    return Entry(now, fresh_until, head, body)


def _aged(provider: Provider, entry: Entry, asked: float) -> Provider:
    """The provider of an entry; stale if it was no longer fresh when the question was asked."""
    if entry.fresh_until > asked or provider.stale_since is not None:
        return provider
    return replace(provider, stale_since=datetime.fromtimestamp(entry.fetched, UTC))


def _is_stale(head: Mapping[str, Any]) -> bool:
    """Whether who was asked gave what it had kept itself: not to be taken for fresh here."""
    return bool(head.get("provider", {}).get("stale_since"))


def _raise_if_refused(entry: Entry) -> None:
    refused = entry.head.get("refused")
    if refused is None:
        return
    message = str(entry.head.get("message", ""))
    error: CoachError = NotFound(message) if refused == NotFound.code else NotCovered(message)
    raise error
