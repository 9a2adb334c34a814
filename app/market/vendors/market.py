"""The rules of `MarketData` over one vendor.

Decided: a vendor is asked for the longest bars whose buckets are ours, and what the moment asked for
falls into is built from its minutes, so nothing later than `as_of` can be inside. A vendor's forming
minute is used only when `as_of` is the present: of a past minute nobody knows the part.
"""

from asyncio import gather
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import phase_at, session_table
from app.market.chains import OptionChain
from app.market.directory import INSTRUMENTS, find_instrument, former, near, unknown
from app.market.models import Bars, Instrument, Provider, Quote, Session, decimal_of
from app.market.protocol import ExchangeSign, MarketData
from app.market.resample import (
    empty_bars,
    join_bars,
    resample_daily,
    resample_intraday,
    resample_longer,
)
from app.market.vendor import NotCovered, Snapshot, Split, Vendor
from app.market.vendors.checking import checked
from app.market.vendors.remarks import Remarks
from app.market.windows import covering_days, require_aware

PRESENT_SECONDS = 5.0
"""A moment this near to now is the present: asking took that long at most."""

_MINUTE = 60
_A_MOMENT = timedelta(microseconds=1)
_BEFORE = timedelta(days=12)
"""Reaches back over any row of holidays to the session before."""


class VendorMarket(MarketData):
    """One vendor as a market. `clock` is the real present. With `accept_stale` an answer may lack
    what the vendor does not tell now, its latest part, and then says since when it is stale."""

    def __init__(self, vendor: Vendor, clock: Clock, *, accept_stale: bool = False) -> None:
        self._vendor = vendor
        self._clock = clock
        self._accept_stale = accept_stale
        self._delay = timedelta()
        self._remarks = Remarks(vendor.provider.name)

    @property
    @override
    def provider(self) -> Provider:
        return self._vendor.provider

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        listed = find_instrument(symbol)
        if listed is not None:
            return self._covered(listed)
        try:
            return self._covered(await self._vendor.describe(symbol))
        except NotFound as error:
            if near(symbol) or former(symbol):
                raise unknown(symbol) from error
            raise

    @override
    async def instruments(self) -> Sequence[Instrument]:
        return [each for each in INSTRUMENTS if self._vendor.covers(each)]

    @override
    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars:
        require_aware(start, end, as_of)
        instrument = await self.instrument(symbol)
        until = min(end, as_of)
        if until <= start:
            return empty_bars(symbol, timeframe, self.provider)
        extended = extended and instrument.has_extended_hours

        async def ask() -> Bars:
            if timeframe.is_intraday:
                window = (start, until, as_of)
                return await self._intraday(instrument, timeframe, window, extended=extended)
            return await self._longer(instrument, timeframe, (start, until, as_of))

        found = await ask()
        delay = timedelta(minutes=found.provider.delay_minutes)
        if delay != self._delay:
            # Only its answers tell how late a vendor is, and what is finished depends on it.
            self._delay = delay
            found = await ask()
        return found.between(start, until)

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        require_aware(as_of)
        instrument = await self.instrument(symbol)
        if self._is_present(as_of):
            snapshot = await self._vendor.snapshot(instrument)
        else:
            snapshot = await self._last_trade(instrument, as_of)
        return await self._quote(instrument, snapshot, as_of)

    @override
    async def option_chain(
        self, symbol: Symbol, *, expiry: date | None = None, as_of: datetime
    ) -> OptionChain:
        require_aware(as_of)
        if not self._is_present(as_of):
            raise NotCovered(f"{self.provider.name} has no option chains of past moments.")
        return await self._vendor.chain(await self.instrument(symbol), expiry=expiry)

    @override
    async def splits(self, symbol: Symbol, *, since: date) -> Sequence[Split]:
        return await self._vendor.splits(await self.instrument(symbol), since=since)

    @override
    async def exchange_sign(self) -> ExchangeSign | None:
        said = await self._vendor.is_open()
        return None if said is None else ExchangeSign(said, self.provider.name)

    @override
    def notes(self, symbol: Symbol) -> tuple[str, ...]:
        return self._remarks.of(symbol)

    @override
    async def close(self) -> None:
        await self._vendor.close()

    def covers(self, instrument: Instrument) -> bool:
        """Whether the vendor carries this kind of instrument at all."""
        return self._vendor.covers(instrument)

    def reaches(self, instrument: Instrument, timeframe: Timeframe, start: datetime) -> bool:
        """Whether the vendor still has what bars from `start` on are made of."""
        source = self._source(instrument, timeframe) if timeframe.is_intraday else Timeframe.D1
        return self._vendor.reaches(source, start)

    def _covered(self, instrument: Instrument) -> Instrument:
        if not self._vendor.covers(instrument):
            raise NotCovered(f"{self.provider.name} does not carry {instrument.symbol}.")
        return instrument

    def _known_until(self, as_of: datetime) -> datetime:
        """What the vendor has told by now of what happened before `as_of`."""
        return min(as_of, self._clock.now() - self._delay)

    def _is_present(self, as_of: datetime) -> bool:
        return (self._clock.now() - as_of).total_seconds() < PRESENT_SECONDS

    async def _ask(
        self, instrument: Instrument, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Bars:
        if end <= start:
            return empty_bars(instrument.symbol, timeframe, self.provider)
        said = await self._vendor.bars(instrument, timeframe, start=start, end=end)
        found, faulty = checked(said, start, end)
        self._remarks.note_faults(instrument.symbol, timeframe, (start, end), faulty)
        if timeframe is Timeframe.M1:
            is_short = len(found) > 0 and not self._vendor.reaches(timeframe, start)
            self._remarks.note_beginning(instrument.symbol, found if is_short else None)
        return found

    async def _minutes(
        self, instrument: Instrument, start: datetime, end: datetime, as_of: datetime
    ) -> Bars:
        """Minutes that start in `[start, end)`; the one that `as_of` falls into only if it is now."""
        over = _floor(as_of, _MINUTE)
        last = end if self._is_present(as_of) else min(end, over)
        return await self._ask(instrument, Timeframe.M1, start, min(last, as_of))

    async def _intraday(
        self,
        instrument: Instrument,
        timeframe: Timeframe,
        window: tuple[datetime, datetime, datetime],
        *,
        extended: bool,
    ) -> Bars:
        start, until, as_of = window
        source = self._source(instrument, timeframe)
        # The last bar that starts before `until` may reach beyond it.
        reach = min(until + timedelta(minutes=timeframe.minutes), as_of)
        if source is Timeframe.M1:
            found = await self._minutes(instrument, start, reach, as_of)
        else:
            edge = max(start, _floor(as_of, source.minutes * _MINUTE))
            parts = await gather(
                self._ask(instrument, source, start, min(reach, edge)),
                self._unless_silent(self._minutes(instrument, edge, reach, as_of)),
            )
            found = self._completed(*parts, edge)
        return resample_intraday(
            found,
            timeframe,
            calendar=instrument.calendar,
            as_of=self._known_until(as_of),
            extended=extended,
        )

    def _source(self, instrument: Instrument, timeframe: Timeframe) -> Timeframe:
        """The longest bars the vendor has that `timeframe` can be made of."""
        return max(
            (
                each
                for each in self._vendor.timeframes(instrument)
                if each.is_intraday and timeframe.minutes % each.minutes == 0
            ),
            key=lambda each: each.minutes,
        )

    async def _longer(
        self,
        instrument: Instrument,
        timeframe: Timeframe,
        window: tuple[datetime, datetime, datetime],
    ) -> Bars:
        start, until, as_of = window
        table = session_table(instrument.calendar)
        covered = covering_days(timeframe, start, until, as_of, instrument.calendar)
        if len(covered) == 0:
            return empty_bars(instrument.symbol, timeframe, self.provider)
        known = self._known_until(as_of)
        finished = int(np.searchsorted(table.closes, known.timestamp(), side="right"))
        first, stop = covered.start, min(covered.stop, finished)
        running = range(max(first, finished), covered.stop)
        parts = await gather(
            self._days(instrument, range(first, stop)),
            self._unless_silent(self._running_day(instrument, running, as_of)),
        )
        days = self._completed(*parts, table.session(running.start).open if running else as_of)
        if timeframe is Timeframe.D1:
            return days
        return resample_longer(days, timeframe, calendar=instrument.calendar, as_of=known)

    async def _unless_silent(self, asked: Awaitable[Bars]) -> Bars | None:
        """The latest part of an answer; None if it may be missing and the vendor is silent."""
        try:
            return await asked
        except ProviderUnavailable as error:
            if not self._accept_stale or isinstance(error, NotCovered):
                raise
            return None

    def _completed(self, earlier: Bars, latest: Bars | None, edge: datetime) -> Bars:
        """Both parts as one; without the latest the answer is stale since `edge`."""
        if latest is not None:
            return join_bars([part for part in (earlier, latest) if len(part)] or [earlier])
        if len(earlier) == 0:
            raise ProviderUnavailable(f"{self.provider.name} did not answer.")
        since = min(edge, earlier.provider.stale_since or edge)
        return replace(earlier, provider=replace(earlier.provider, stale_since=since))

    async def _days(self, instrument: Instrument, places: range) -> Bars:
        """Finished days. The last one is made of minutes while the vendor does not have it yet."""
        if len(places) == 0:
            return empty_bars(instrument.symbol, Timeframe.D1, self.provider)
        table = session_table(instrument.calendar)
        first, last = table.session(places.start), table.session(places.stop - 1)
        found = await self._ask(instrument, Timeframe.D1, first.open, last.close)
        closed_lately = (self._clock.now() - last.close) < timedelta(days=1)
        if closed_lately and (len(found) == 0 or int(found.time[-1]) < int(last.open.timestamp())):
            minutes = await self._ask(instrument, Timeframe.M1, last.open, last.close)
            made = resample_daily(minutes, calendar=instrument.calendar, as_of=last.close)
            found = join_bars([found, made]) if len(made) else found
        return found

    async def _running_day(self, instrument: Instrument, places: range, as_of: datetime) -> Bars:
        if len(places) == 0:
            return empty_bars(instrument.symbol, Timeframe.D1, self.provider)
        session = session_table(instrument.calendar).session(places.start)
        minutes = await self._minutes(instrument, session.open, as_of, as_of)
        return resample_daily(minutes, calendar=instrument.calendar, as_of=self._known_until(as_of))

    async def _last_trade(self, instrument: Instrument, as_of: datetime) -> Snapshot:
        """The end of the last minute before a past moment, or of the last day where minutes do not
        reach back that far."""
        begun = _session_of(instrument, as_of)
        minutes = await self.bars(
            instrument.symbol,
            Timeframe.M1,
            start=begun.premarket_open - _BEFORE / 3,
            end=as_of,
            as_of=as_of,
            extended=True,
        )
        found, length = minutes, timedelta(seconds=_MINUTE)
        if len(found) == 0:
            found = await self.bars(
                instrument.symbol, Timeframe.D1, start=as_of - _BEFORE, end=as_of, as_of=as_of
            )
            length = begun.close - begun.open
        if len(found) == 0:
            raise NotFound(
                f"{self.provider.name} has no price of {instrument.symbol} before "
                f"{as_of:%Y-%m-%d %H:%M} UTC."
            )
        ended = datetime.fromtimestamp(int(found.time[-1]), UTC) + length
        return Snapshot(
            symbol=instrument.symbol,
            last=decimal_of(found.close[-1]),
            at=min(ended, as_of),
            provider=found.provider,
        )

    async def _quote(self, instrument: Instrument, snapshot: Snapshot, as_of: datetime) -> Quote:
        at = min(snapshot.at, as_of)
        session = _session_of(instrument, at)
        has_opened = at > session.open
        day: dict[str, Decimal | None] = {
            name: getattr(snapshot, name) for name in ("open", "high", "low", "volume")
        }
        previous = snapshot.previous_close
        if previous is None or (has_opened and day["open"] is None):
            days = await self.bars(
                instrument.symbol,
                Timeframe.D1,
                start=session.open - _BEFORE,
                end=max(at, session.open + _A_MOMENT),
                as_of=as_of,
            )
            split = int(np.searchsorted(days.time, int(session.open.timestamp())))
            before, today = days.slice(0, split), days.slice(split)
            previous = previous or (decimal_of(before.close[-1]) if len(before) else None)
            if day["open"] is None and len(today):
                day = {name: decimal_of(getattr(today, name)[0]) for name in day}
        if not has_opened:
            day = dict.fromkeys(day)
        return Quote(
            symbol=instrument.symbol,
            last=snapshot.last,
            as_of=at,
            session_date=session.date,
            phase=phase_at(as_of, instrument.calendar),
            previous_close=previous,
            open=day["open"],
            high=day["high"],
            low=day["low"],
            volume=day["volume"] if instrument.has_volume else None,
            provider=snapshot.provider,
        )


def _session_of(instrument: Instrument, at: datetime) -> Session:
    """The last session whose premarket had begun before `at`."""
    table = session_table(instrument.calendar)
    return table.session(
        int(np.searchsorted(table.premarket_opens, at.timestamp(), side="left")) - 1
    )


def _floor(at: datetime, seconds: int) -> datetime:
    stamp = int(at.timestamp())
    return datetime.fromtimestamp(stamp - stamp % seconds, UTC)
