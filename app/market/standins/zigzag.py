"""A market whose prices go up and down evenly, so that the moment of every crossing is known.

For whoever watches prices: a line between `LOW` and `HIGH` and back in `PERIOD` seconds, round the
clock; each symbol begins elsewhere on it. It has minutes only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

import numpy as np
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import AssetClass, Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Instrument, Phase, Provider, Quote
from app.market.protocol import MarketData
from app.market.vendor import NotCovered

LOW, HIGH = 100.0, 110.0
PERIOD = 1200.0
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class FastClock(Clock):
    """Time that passes `speed` times as fast from `start` on, which was at `since` by `wall`."""

    wall: Clock
    start: datetime
    since: datetime
    speed: float

    @override
    def now(self) -> datetime:
        return self.start + (self.wall.now() - self.since) * self.speed


class Zigzag(MarketData):
    """Pairs of coins, as many as are asked for. It says nothing while `is_away`."""

    def __init__(self) -> None:
        self.is_away = False

    @property
    @override
    def provider(self) -> Provider:
        return Provider(name="zigzag", is_simulated=True)

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        self._answer()
        if not symbol.endswith("/USD"):
            raise NotFound(f"{symbol} goes no zigzag: there are pairs to USD.")
        return Instrument(
            symbol=symbol, name=symbol, asset_class=AssetClass.CRYPTO, calendar="24/7"
        )

    @override
    async def instruments(self) -> Sequence[Instrument]:
        return ()

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
        self._answer()
        if timeframe is not Timeframe.M1:
            raise NotCovered("There are minutes only.")
        until, present = min(end, as_of).timestamp(), as_of.timestamp()
        first = -(-int(start.timestamp()) // _MINUTE) * _MINUTE
        times = list(range(first, -(-int(until) // _MINUTE) * _MINUTE, _MINUTE))
        times = [each for each in times if each < until]
        rows = [_minute(symbol, each, min(each + _MINUTE, present)) for each in times]
        columns = np.array(rows, dtype=np.float64).reshape(-1, 4).T
        return Bars(
            symbol=symbol,
            timeframe=timeframe,
            time=np.array(times, dtype=np.int64),
            open=columns[0],
            high=columns[1],
            low=columns[2],
            close=columns[3],
            volume=np.full(len(times), 60.0),
            provider=self.provider,
            is_forming=bool(times) and times[-1] + _MINUTE > present,
        )

    @override
    async def quote(self, symbol: Symbol, *, as_of: datetime) -> Quote:
        self._answer()
        return Quote(
            symbol=symbol,
            last=Decimal(str(round(price_at(symbol, as_of.timestamp()), 6))),
            as_of=as_of,
            session_date=as_of.date(),
            phase=Phase.REGULAR,
            previous_close=None,
            open=None,
            high=None,
            low=None,
            volume=None,
            provider=self.provider,
        )

    def _answer(self) -> None:
        if self.is_away:
            raise ProviderUnavailable("The zigzag does not answer.")


def price_at(symbol: str, at: float) -> float:
    """Where `symbol` is at that moment, Unix seconds."""
    return _height((at + _offset(symbol)) % PERIOD)


def crossings(symbol: str, level: float, start: float, end: float) -> list[float]:
    """When `symbol` rises through `level` in between."""
    rise = (level - LOW) / (HIGH - LOW) * PERIOD / 2 - _offset(symbol)
    first = int((start - rise) // PERIOD)
    moments = (
        rise + each * PERIOD for each in range(first, first + 2 + int((end - start) / PERIOD) + 1)
    )
    return [each for each in moments if start < each <= end]


def _offset(symbol: str) -> float:
    return int.from_bytes(sha256(symbol.encode()).digest()[:4], "big") % int(PERIOD)


def _height(at: float) -> float:
    half = PERIOD / 2
    return LOW + (HIGH - LOW) * (at / half if at <= half else 2 - at / half)


def _minute(symbol: str, start: float, end: float) -> tuple[float, float, float, float]:
    """Open, high, low, close of the line from `start` to `end`, its turns included."""
    opened, closed = price_at(symbol, start), price_at(symbol, end)
    first, last = (start + _offset(symbol)) / (PERIOD / 2), (end + _offset(symbol)) / (PERIOD / 2)
    turns = [HIGH if each % 2 else LOW for each in range(int(first) + 1, int(last) + 1)]
    reached = (opened, closed, *turns)
    return opened, max(reached), min(reached), closed
