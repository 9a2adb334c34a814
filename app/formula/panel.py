"""Bars of many symbols on one clock: matrices with a row per moment and a column per symbol.

Decided: time runs down the rows, so that one row of all symbols lies together in memory and whatever
steps through time works on thousands of symbols at once. A row is one moment of all symbols, because
formulas compare bars of several timeframes and know the time of day. A symbol without a bar at a moment has NaN
there; evaluation skips it, as if the moment had not been.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.core.timeframes import Timeframe
from app.market.calendar import US, session_table
from app.market.models import Bars, Floats, Ints
from app.market.resample import period_numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Bars of one timeframe. `time` (rows) holds starts in Unix seconds, oldest first; the fields are
    rows × columns. `calendar` tells sessions, of all columns alike. `is_forming` says that the last
    row is not finished: others do not take it over.
    """

    symbols: tuple[str, ...]
    timeframe: Timeframe
    time: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    calendar: str = US
    is_forming: bool = False

    @classmethod
    def of(cls, bars: Sequence[Bars], *, calendar: str = US) -> "Panel":
        """Bars of several symbols, of one timeframe, put on one clock."""
        if not bars or len({each.timeframe for each in bars}) > 1:
            raise ValueError("A panel is made of bars of one timeframe.")
        time = bars[0].time
        if any(not np.array_equal(each.time, time) for each in bars[1:]):
            time = np.unique(np.concatenate([each.time for each in bars]))
        fields = {
            name: _laid_out([(each.time, getattr(each, name)) for each in bars], time)
            for name in ("open", "high", "low", "close", "volume")
        }
        return cls(
            symbols=tuple(str(each.symbol) for each in bars),
            timeframe=bars[0].timeframe,
            time=time,
            calendar=calendar,
            is_forming=any(each.is_forming for each in bars),
            **fields,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.time), len(self.symbols)

    def rows(self, start: int, stop: int | None = None) -> "Panel":
        """Rows `start:stop`, Python's rules."""
        part = slice(start, stop)
        keeps_last = range(len(self.time))[part][-1:] == range(len(self.time))[-1:]
        return Panel(
            symbols=self.symbols,
            timeframe=self.timeframe,
            time=self.time[part],
            open=self.open[part],
            high=self.high[part],
            low=self.low[part],
            close=self.close[part],
            volume=self.volume[part],
            calendar=self.calendar,
            is_forming=self.is_forming and keeps_last,
        )

    @cached_property
    def ends(self) -> Ints:
        """When each row's bar is finished: its values may be known from then on, by other bars."""
        table, day = session_table(self.calendar), session_days(self.time, self.calendar)
        if self.timeframe.is_intraday:
            is_regular = regular_hours(self.time, day, self.calendar)
            close = np.where(is_regular, table.closes[day], table.after_hours_closes[day])
            end = self.time + self.timeframe.minutes * 60
            early: Ints = np.minimum(end, np.maximum(close, self.time + 60))
            return early
        if self.timeframe is Timeframe.D1:
            closes: Ints = table.closes[day]
            return closes
        periods = period_numbers(table.ordinals, self.timeframe)
        last = np.searchsorted(periods, periods[day], side="right") - 1
        ends: Ints = table.closes[last]
        return ends


def session_days(time: Ints, calendar: str) -> Ints:
    """Position in the calendar's table of the session each moment belongs to: the last begun."""
    table = session_table(calendar)
    begun: Ints = np.searchsorted(table.premarket_opens, time, side="right") - 1
    return begun


def regular_hours(time: Ints, day: Ints, calendar: str) -> NDArray[np.bool_]:
    """Whether each moment lies in the regular hours of its session."""
    table = session_table(calendar)
    regular: NDArray[np.bool_] = (time >= table.opens[day]) & (time < table.closes[day])
    return regular


def local_times(time: Ints, zone: str) -> tuple[Ints, Ints]:
    """Seconds after midnight and day of the week (Monday is 0) of each moment, in `zone`."""
    shifted = time + _offsets(time, zone)
    days = shifted // 86_400
    weekday: Ints = (days + 3) % 7
    return shifted - days * 86_400, weekday


def _laid_out(columns: Sequence[tuple[Ints, Floats]], time: Ints) -> Floats:
    matrix = np.full((len(time), len(columns)), np.nan)
    for number, (starts, values) in enumerate(columns):
        matrix[np.searchsorted(time, starts), number] = values
    return matrix


def _offsets(time: Ints, zone: str) -> Ints:
    """Seconds from UTC to local time; asked once for each hour that occurs."""
    local = ZoneInfo(zone)
    hours, back = np.unique(time // 3600, return_inverse=True)
    found = []
    for hour in hours.tolist():
        offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(local).utcoffset()
        found.append(int(offset.total_seconds()) if offset else 0)
    offsets: Ints = np.array(found, dtype=np.int64)[back].reshape(time.shape)
    return offsets
