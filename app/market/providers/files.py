"""A market out of a folder of bars: `<dir>/<SYMBOL>/<timeframe>/*.csv|parquet`.

Decided: what a file holds is used as it is; what is missing is resampled from shorter bars. Daily bars of a file win over those made from minutes on the days they have. A stored bar
is seen once it is over, so a bar that is forming is made of the shorter ones that are. Faulty rows
are left out and listed in `faults`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.calendar import phase_at, session_table
from app.market.directory import former, near
from app.market.models import Bars, Instrument, Provider, Quote, decimal_of
from app.market.protocol import MarketData
from app.market.providers.files_reading import Fault
from app.market.providers.files_shelf import Shelf, instrument_of
from app.market.resample import (
    empty_bars,
    join_bars,
    resample_daily,
    resample_intraday,
    resample_longer,
    take,
)
from app.market.traits import Traits
from app.market.windows import require_aware

__all__ = ["FilesClock", "FilesMarket"]

_Window = tuple[datetime, datetime, datetime]
"""Start, end and the moment asked for."""

_A_DAY = timedelta(days=1)
_A_MONTH = timedelta(days=40)
_TELLS_PRICES = tuple(each for each in Timeframe if each.is_intraday or each is Timeframe.D1)
_MAKES_DAYS = (Timeframe.M1, Timeframe.M5, Timeframe.M15)
"""Timeframes that divide both the opening half hour and every session."""


class FilesMarket(MarketData):
    """Bars and quotes from files; appended rows and new files are seen at the next question."""

    def __init__(self, directory: Path) -> None:
        self._shelf = Shelf(directory)

    @property
    @override
    def provider(self) -> Provider:
        return self._shelf.provider

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every row that was left out and every file that cannot be read, in the whole folder."""
        return self._shelf.check()

    def faults_of(self, symbol: Symbol) -> tuple[Fault, ...]:
        """The rows of one symbol that were left out."""
        return tuple(
            fault
            for timeframe in self._shelf.timeframes(symbol)
            for fault in self._shelf.stored(symbol, timeframe).faults
        )

    @property
    def end(self) -> datetime | None:
        """When the last bar of all was over; None if there are no bars."""
        ends = [
            int(stored.ends[-1])
            for symbol in self._shelf.folders()
            for timeframe in self._shelf.timeframes(symbol)
            if len((stored := self._shelf.stored(symbol, timeframe)).ends) > 0
        ]
        return datetime.fromtimestamp(max(ends), UTC) if ends else None

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        self._require(symbol)
        return instrument_of(symbol)

    @override
    async def instruments(self) -> Sequence[Instrument]:
        return [instrument_of(symbol) for symbol in self._shelf.folders()]

    @override
    async def traits(self) -> Mapping[Symbol, Traits]:
        """By `universe.csv` in the folder, if there is one."""
        return self._shelf.traits()

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
        self._require(symbol)
        if timeframe.is_intraday:
            extended = extended and instrument_of(symbol).has_extended_hours
            near_by = (start - _A_DAY, end + _A_DAY, as_of)
            found = self._intraday(symbol, timeframe, near_by, extended=extended)
        else:
            found = self._longer(symbol, timeframe, (start - _A_MONTH, end + _A_MONTH, as_of))
        return found.between(start, max(start, end))

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        require_aware(as_of)
        self._require(symbol)
        instrument = instrument_of(symbol)
        table = session_table(instrument.calendar)
        last, at = self._last_trade(symbol, as_of)
        days = self._longer(symbol, Timeframe.D1, (at - _A_MONTH, at, as_of))
        begun = np.searchsorted(table.premarket_opens, at.timestamp(), side="left")
        session = table.session(int(begun) - 1)
        opened = int(session.open.timestamp())
        before = days.slice(0, int(np.searchsorted(days.time, opened, side="left")))
        day = days.slice(len(before), len(before) + 1)
        has_opened = len(day) > 0 and int(day.time[0]) == opened
        has_volume = has_opened and instrument.has_volume
        return Quote(
            symbol=symbol,
            last=decimal_of(last),
            as_of=at,
            session_date=session.date,
            phase=phase_at(as_of, instrument.calendar),
            previous_close=decimal_of(before.close[-1]) if len(before) else None,
            open=decimal_of(day.open[0]) if has_opened else None,
            high=decimal_of(day.high[0]) if has_opened else None,
            low=decimal_of(day.low[0]) if has_opened else None,
            volume=decimal_of(day.volume[0]) if has_volume else None,
            provider=self.provider,
        )

    @override
    def notes(self, symbol: Symbol) -> tuple[str, ...]:
        faults = self.faults_of(symbol)
        if not faults:
            return ()
        first = faults[0]
        return (
            f"Faulty rows in {symbol}'s files were left out; the first is in {first.file.name}, "
            f"line {first.line}: {first.reason}.",
        )

    def _last_trade(self, symbol: Symbol, as_of: datetime) -> tuple[float, datetime]:
        """The close of the bar that was over last, the shortest of them, and when that was."""
        found: list[tuple[int, float]] = []
        for timeframe in self._shelf.timeframes(symbol):
            stored = self._shelf.stored(symbol, timeframe)
            over = int(np.searchsorted(stored.ends, as_of.timestamp(), side="right"))
            if over > 0 and timeframe in _TELLS_PRICES:
                found.append((int(stored.ends[over - 1]), float(stored.bars.close[over - 1])))
        if not found:
            raise NotFound(f"There is no price of {symbol} before {as_of:%Y-%m-%d %H:%M} UTC.")
        end, price = max(found, key=lambda last: last[0])
        return price, datetime.fromtimestamp(end, UTC)

    def _seen(self, symbol: Symbol, timeframe: Timeframe, window: _Window) -> Bars:
        """The stored bars of the window that were over at its last moment."""
        start, end, as_of = window
        stored = self._shelf.stored(symbol, timeframe)
        over = int(np.searchsorted(stored.ends, as_of.timestamp(), side="right"))
        return stored.bars.slice(0, over).between(start, max(start, end))

    def _intraday(
        self, symbol: Symbol, timeframe: Timeframe, window: _Window, *, extended: bool
    ) -> Bars:
        """The stored bars of this length, and what shorter ones make where there are none."""
        calendar, as_of = instrument_of(symbol).calendar, window[-1]
        sources = [
            each
            for each in self._shelf.timeframes(symbol)
            if each.is_intraday and each.minutes <= timeframe.minutes
        ]
        sources.sort(key=lambda each: (each is not timeframe, each.minutes))
        layers = []
        for source in sources:
            seen = self._seen(symbol, source, window)
            fitting = _fitting(seen, timeframe, calendar, extended=extended)
            layers.append(
                resample_intraday(
                    fitting, timeframe, calendar=calendar, as_of=as_of, extended=extended
                )
            )
        found = _layered(layers, empty_bars(symbol, timeframe, self.provider))
        if extended and len(found) == 0:
            return self._intraday(symbol, timeframe, window, extended=False)
        return found

    def _longer(self, symbol: Symbol, timeframe: Timeframe, window: _Window) -> Bars:
        calendar, as_of = instrument_of(symbol).calendar, window[-1]
        stored = self._shelf.timeframes(symbol)
        layers = [self._seen(symbol, Timeframe.D1, window)] if Timeframe.D1 in stored else []
        layers += [
            resample_daily(self._seen(symbol, each, window), calendar=calendar, as_of=as_of)
            for each in _MAKES_DAYS
            if each in stored
        ]
        days = _layered(layers, empty_bars(symbol, Timeframe.D1, self.provider))
        if timeframe is Timeframe.D1:
            return days
        made = resample_longer(days, timeframe, calendar=calendar, as_of=as_of)
        own = [self._seen(symbol, timeframe, window)] if timeframe in stored else []
        return _layered([*own, made], made)

    def _require(self, symbol: Symbol) -> None:
        folders = self._shelf.folders()
        if symbol in folders:
            return
        gone = former(symbol)
        told = "" if gone is None else f" {gone.sentence}"
        likely = [each for each in near(symbol, limit=20) if each in folders]
        raise NotFound(
            f"There are no files for `{symbol[:20]}` in {self._shelf.directory.name}.{told}",
            suggestions=likely or sorted(folders)[:5],
        )


class FilesClock(Clock):
    """The present of a files market: the end of its data, over all symbols."""

    def __init__(self, market: FilesMarket) -> None:
        self._market = market

    @override
    def now(self) -> datetime:
        end = self._market.end
        if end is None:
            raise NotFound("There are no bars in the folder, so it has no present.")
        return end


def _layered(layers: list[Bars], nothing: Bars) -> Bars:
    """One series out of several: each bar from the first layer that has it; else `nothing`."""
    if not layers:
        return nothing
    joined = join_bars(layers)
    times, chosen = np.unique(joined.time, return_index=True)
    bars = take(joined, chosen.astype(np.int64))
    last_rows = np.cumsum([len(layer) for layer in layers]) - 1
    forming = [row for row, layer in zip(last_rows, layers, strict=True) if layer.is_forming]
    return replace(bars, is_forming=len(times) > 0 and int(chosen[-1]) in forming)


def _fitting(bars: Bars, timeframe: Timeframe, calendar: str, *, extended: bool) -> Bars:
    """The stored bars that lie in one bucket of `timeframe` as a whole.

    An hourly bar from 9:00 to 10:00 fits the hours from 04:00, but straddles those from 9:30.
    """
    if bars.timeframe is Timeframe.M1:
        return bars
    table = session_table(calendar)
    anchors = table.premarket_opens if extended else table.opens
    owner = np.searchsorted(anchors, bars.time, side="right") - 1
    offset = (bars.time - anchors[owner]) % (timeframe.minutes * 60)
    fits = offset + bars.timeframe.minutes * 60 <= timeframe.minutes * 60
    return take(bars, np.flatnonzero(fits))
