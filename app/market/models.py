"""Values of the market: instruments, sessions, bars and quotes.

Decided: one bar is a `Bar` of Decimals, for borders; many bars are `Bars`, parallel float64 arrays
with integer times, for arithmetic. Going from one to the other is explicit.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Phase(StrEnum):
    """Where in its day a market is."""

    PREMARKET = "premarket"
    REGULAR = "regular"
    AFTER_HOURS = "after hours"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """Something that trades, or an index that is only computed.

    `calendar` is an exchange-calendars name (`XNYS`) or `24/7`. `decimals` is how its prices are
    shown. An index has neither volume nor extended hours.
    """

    symbol: Symbol
    name: str
    asset_class: AssetClass
    calendar: str
    decimals: int = 2
    currency: str = "USD"

    @property
    def has_extended_hours(self) -> bool:
        return self.asset_class in (AssetClass.STOCK, AssetClass.ETF)

    @property
    def has_volume(self) -> bool:
        return self.asset_class is not AssetClass.INDEX

    @property
    def is_round_the_clock(self) -> bool:
        return self.calendar == "24/7"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who a price comes from, and what must be said about it.

    `delay_minutes` is how late the provider gives its prices by contract. `stale_since` is set when
    it does not answer now and this is what it said then. `instead_of` names those asked before it,
    that did not answer. `is_estimated` marks a price that nobody traded or published.
    """

    name: str
    is_simulated: bool = False
    delay_minutes: int = 0
    is_estimated: bool = False
    stale_since: datetime | None = None
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One trading day of one calendar. All times are aware, in UTC; ends are exclusive.

    `premarket_open` and `after_hours_close` are 04:00 and 20:00 New York for US exchanges
    (after hours of a half day end at 17:00), and equal `open` and `close` for a round-the-clock day.
    """

    date: date
    open: datetime
    close: datetime
    premarket_open: datetime
    after_hours_close: datetime
    is_half_day: bool = False
    calendar: str = "XNYS"

    def phase(self, at: datetime) -> Phase:
        """The phase of this day at `at`; `CLOSED` outside of it."""
        if self.open <= at < self.close:
            return Phase.REGULAR
        if self.premarket_open <= at < self.open:
            return Phase.PREMARKET
        if self.close <= at < self.after_hours_close:
            return Phase.AFTER_HOURS
        return Phase.CLOSED


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `time` is its start, aware, in UTC."""

    time: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars of one symbol, oldest first, as parallel arrays of one length.

    `time` is the start in Unix seconds. A daily or longer bar starts at the open of its (first)
    session. `is_forming` says that the last bar is not finished at the moment asked for. `volume` is
    zero throughout for what has none, such as an index. `provider` gave them, or gave the shorter
    bars they are made of.
    """

    symbol: Symbol
    timeframe: Timeframe
    time: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    provider: Provider
    is_forming: bool = False

    def __len__(self) -> int:
        return len(self.time)

    @override
    def __repr__(self) -> str:
        """Short, because arrays in full would flood logs and tracebacks."""
        span = ""
        if len(self) > 0:
            first, last = (datetime.fromtimestamp(int(self.time[i]), UTC) for i in (0, -1))
            span = f" from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
        forming = ", forming" if self.is_forming else ""
        return f"<{len(self)} bars of {self.symbol} {self.timeframe}{span}{forming}>"

    def slice(self, start: int, stop: int | None = None) -> "Bars":
        """Bars `start:stop` by position, Python's rules; `is_forming` only if the last one stays."""
        part = slice(start, stop)
        keeps_last = len(self) > 0 and range(len(self))[part][-1:] == range(len(self))[-1:]
        return Bars(
            symbol=self.symbol,
            timeframe=self.timeframe,
            time=self.time[part],
            open=self.open[part],
            high=self.high[part],
            low=self.low[part],
            close=self.close[part],
            volume=self.volume[part],
            provider=self.provider,
            is_forming=self.is_forming and keeps_last,
        )

    def between(self, start: datetime, end: datetime) -> "Bars":
        """Bars that start in `[start, end)`."""
        bounds = [math.ceil(start.timestamp()), math.ceil(end.timestamp())]
        first, last = np.searchsorted(self.time, bounds)
        return self.slice(int(first), int(last))

    def bar(self, index: int) -> Bar:
        """The bar at `index` in Decimals, through the shortest decimal form of each float."""
        return Bar(
            time=datetime.fromtimestamp(int(self.time[index]), UTC),
            open=decimal_of(self.open[index]),
            high=decimal_of(self.high[index]),
            low=decimal_of(self.low[index]),
            close=decimal_of(self.close[index]),
            volume=decimal_of(self.volume[index]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The state of a symbol at `as_of`, which is the time of its last trade.

    `session_date` is the session that trade belongs to; its regular `open`, `high`, `low` and
    `volume` are None before it opened. `previous_close` is the regular close before that session;
    `change` is `last - previous_close`. `phase` is the exchange's at the moment asked for. Volume
    is None for an index.
    """

    symbol: Symbol
    last: Decimal
    as_of: datetime
    session_date: date
    phase: Phase
    previous_close: Decimal | None
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    volume: Decimal | None
    provider: Provider

    @property
    def change(self) -> Decimal | None:
        return None if self.previous_close is None else self.last - self.previous_close

    @property
    def change_pct(self) -> Decimal | None:
        """Percent of the previous close."""
        if self.previous_close is None or self.previous_close == 0:
            return None
        return (self.last - self.previous_close) / self.previous_close * 100


def decimal_of(value: float) -> Decimal:
    """The shortest decimal that names this float: 601.77, not 601.76999999999998; 100, not 100.0."""
    number = float(value)
    return Decimal(int(number)) if number.is_integer() else Decimal(repr(number))
