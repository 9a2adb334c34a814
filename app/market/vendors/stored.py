"""A vendor whose finished bars are read from the database once they are there.

Decided: only what is final is kept: bars of sessions that ended a while ago, believable, as the
vendor gives them, so nothing kept is ever stale. When a split changes what bars mean, they are asked
for again. Nobody depends on history: where its database does not answer, the vendor is asked as if
nothing were kept; where the vendor does not, `accept_stale` gives what is kept and says since when.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.telemetry import get_logger
from app.market.calendar import current_session, previous_session, session_table
from app.market.chains import OptionChain
from app.market.history.partitions import Window
from app.market.history.store import History, Kept, Series
from app.market.history.tables import BARS, SNAPSHOTS
from app.market.models import Bars, Instrument, Provider
from app.market.resample import join_bars
from app.market.vendor import Allowance, NotCovered, Snapshot, Split, Vendor
from app.market.vendors.checking import checked
from app.market.vendors.shares import share_count

SETTLES = timedelta(minutes=20)
"""How long after a session its bars may still be corrected."""

MENDED_FROM = 0.9
"""An answer with fewer than these of the bars that are kept is taken for a broken one."""

SNAPSHOT_EVERY = timedelta(minutes=1)
_log = get_logger(__name__)


class Stored(Vendor):
    """`inner` with `history`. `splits` is the same vendor with a memory: it is asked for splits with
    every question."""

    def __init__(
        self,
        inner: Vendor,
        history: History,
        clock: Clock,
        *,
        splits: Vendor,
        accept_stale: bool = False,
    ) -> None:
        self._inner = inner
        self._history = history
        self._clock = clock
        self._splits = splits
        self._accept_stale = accept_stale
        self._noted: dict[Symbol, datetime] = {}

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
        return await self._inner.describe(symbol)

    @override
    async def splits(self, instrument: Instrument, *, since: date) -> Sequence[Split]:
        return await self._inner.splits(instrument, since=since)

    @override
    async def chain(self, instrument: Instrument, *, expiry: date | None = None) -> OptionChain:
        return await self._inner.chain(instrument, expiry=expiry)

    @override
    async def is_open(self) -> bool | None:
        return await self._inner.is_open()

    @override
    async def close(self) -> None:
        await self._inner.close()

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        try:
            found = await self._inner.snapshot(instrument)
        except ProviderUnavailable as error:
            if self._accept_stale and not isinstance(error, NotCovered):
                kept = await self._last_snapshot(instrument.symbol)
                if kept is not None:
                    return kept
            raise
        await self._note(found)
        return found

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        wanted = Window(start, end)
        window = self._final_part(instrument, timeframe, wanted)
        series = None if window is None else await self._series(instrument, timeframe)
        if window is None or series is None:
            return await self._inner.bars(instrument, timeframe, start=start, end=end)
        kept = await self._kept(series, window)
        missing = _missing(wanted, window, kept)
        if missing is None:
            return kept.bars
        try:
            said = await self._inner.bars(
                instrument, timeframe, start=missing.start, end=missing.end
            )
        except ProviderUnavailable:
            if self._accept_stale and len(kept.bars):
                return _stale(kept.bars, missing)
            raise
        final = Window(max(missing.start, window.start), min(missing.end, window.end))
        await self._keep(instrument, series, said, final)
        parts = [
            kept.bars.between(start, missing.start),
            said,
            kept.bars.between(missing.end, end),
        ]
        return join_bars([part for part in parts if len(part)] or [said])

    async def missing(
        self, instrument: Instrument, timeframe: Timeframe, wanted: Window
    ) -> Sequence[Window]:
        """What of a window could be kept and is not yet.

        Raises what keeps the vendor from telling splits, or that one is settling just now.
        """
        window = self._final_part(instrument, timeframe, wanted)
        if window is None:
            return ()
        series = await self._settled_series(instrument, timeframe)
        return (await self._history.find(series, window, self.provider)).missing

    async def verify(self, instrument: Instrument, timeframe: Timeframe, wanted: Window) -> int:
        """Ask the vendor for what is kept of a window, mend it, and tell how many bars were not as
        the vendor has them now. What is not kept yet is left alone. Raises as `missing` does."""
        window = self._final_part(instrument, timeframe, wanted)
        if window is None:
            return 0
        series = await self._settled_series(instrument, timeframe)
        kept = await self._history.find(series, window, self.provider)
        if not len(kept.bars):
            return 0
        first, last = (datetime.fromtimestamp(int(kept.bars.time[at]), UTC) for at in (0, -1))
        held = Window(first, last + timedelta(seconds=1))
        said = await self._inner.bars(instrument, timeframe, start=held.start, end=held.end)
        believed, _ = checked(said, held.start, held.end)
        if len(believed) < MENDED_FROM * len(kept.bars):
            raise ProviderUnavailable(
                f"{self.provider.name} now gives much less of {instrument.symbol} than is kept: "
                "nothing was changed."
            )
        different = _different(kept.bars, believed)
        if different:
            await self._history.keep(series, believed, held)
        await self._history.note_verified(series, self._clock.now())
        return different

    def _final_part(
        self, instrument: Instrument, timeframe: Timeframe, wanted: Window
    ) -> Window | None:
        """The part of a window that is final and young enough to be kept."""
        table = BARS.get(timeframe)
        if table is None:
            return None
        now = self._clock.now()
        ends = session_table(instrument.calendar).after_hours_closes
        finished = int(np.searchsorted(ends, (now - SETTLES).timestamp(), side="right"))
        if finished == 0:
            return None
        settled = datetime.fromtimestamp(int(ends[finished - 1]), UTC)
        start = max(wanted.start, self._history.retention.since(table, now))
        end = min(wanted.end, settled)
        return Window(start, end) if start < end else None

    async def _series(self, instrument: Instrument, timeframe: Timeframe) -> Series | None:
        """Whose bars are meant; None while a split is settling."""
        name = self.provider.name
        shares = await share_count(self._splits, instrument, self._clock.now())
        if not shares.is_settling:
            return Series(name, instrument.symbol, timeframe, shares.name)
        if not self._accept_stale:
            return None
        try:
            return await self._history.known(name, instrument.symbol, timeframe)
        except ProviderUnavailable as error:
            _log.warning("history does not answer", reason=error.message)
            return None

    async def _settled_series(self, instrument: Instrument, timeframe: Timeframe) -> Series:
        shares = await share_count(self._splits, instrument, self._clock.now())
        if shares.failure is not None:
            raise shares.failure
        if shares.is_settling:
            raise ProviderUnavailable(
                f"{instrument.symbol} splits today. Its history is kept again after the open."
            )
        return Series(self.provider.name, instrument.symbol, timeframe, shares.name)

    async def _kept(self, series: Series, window: Window) -> Kept:
        try:
            return await self._history.find(series, window, self.provider)
        except ProviderUnavailable as error:
            _log.warning("history does not answer", reason=error.message)
            return Kept.nothing(series, window, self.provider)

    async def _keep(self, instrument: Instrument, series: Series, said: Bars, part: Window) -> None:
        """Keep what was said of a window's final part, from the session of its first bar on."""
        start, end, provider = part.start, part.end, said.provider
        if start >= end or provider.is_estimated or provider.stale_since is not None:
            return
        believed, _ = checked(said, start, end)
        if not len(believed):
            return
        known = max(start, _told_from(believed, instrument))
        try:
            await self._history.keep(series, believed, Window(known, end))
        except ProviderUnavailable as error:
            _log.warning("history does not answer", reason=error.message)

    async def _note(self, found: Snapshot) -> None:
        """Keep a price now and then, for the day on which nobody answers."""
        noted = self._noted.get(found.symbol)
        oldest = self._history.retention.since(SNAPSHOTS, self._clock.now())
        if found.at < oldest or (noted is not None and found.at - noted < SNAPSHOT_EVERY):
            return
        self._noted[found.symbol] = found.at
        try:
            await self._history.keep_snapshot(replace(found, provider=self.provider))
        except ProviderUnavailable as error:
            _log.warning("history does not answer", reason=error.message)

    async def _last_snapshot(self, symbol: Symbol) -> Snapshot | None:
        try:
            kept = await self._history.last_snapshot(symbol, self.provider)
        except ProviderUnavailable as error:
            _log.warning("history does not answer", reason=error.message)
            return None
        return kept and replace(kept, provider=replace(kept.provider, stale_since=kept.at))


def _told_from(bars: Bars, instrument: Instrument) -> datetime:
    """The end of what came before the first bar's session: of what lies further back the vendor may
    have had nothing, or have told nothing."""
    first = datetime.fromtimestamp(int(bars.time[0]), UTC)
    before = previous_session(current_session(first, instrument.calendar))
    if bars.timeframe.is_intraday:
        return before.after_hours_close
    return before.open + timedelta(seconds=1)


def _missing(wanted: Window, window: Window, kept: Kept) -> Window | None:
    """One stretch with everything in it that is not kept."""
    parts = [
        Window(wanted.start, window.start),
        *kept.missing,
        Window(window.end, wanted.end),
    ]
    real = [part for part in parts if part.start < part.end]
    return Window(real[0].start, real[-1].end) if real else None


def _stale(bars: Bars, missing: Window) -> Bars:
    """What is kept of a window that could not be completed."""
    known_until = datetime.fromtimestamp(int(bars.time[-1]), UTC)
    since = max(known_until, missing.start)
    return replace(bars, provider=replace(bars.provider, stale_since=since))


def _different(kept: Bars, said: Bars) -> int:
    """How many bars of either are not in the other as they are."""
    columns = ("time", "open", "high", "low", "close", "volume")

    def rows(bars: Bars) -> set[tuple[float, ...]]:
        return set(zip(*(getattr(bars, name).tolist() for name in columns), strict=True))

    ours, theirs = rows(kept), rows(said)
    return len({row[0] for row in ours ^ theirs})
