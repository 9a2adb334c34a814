"""The simulated market as one vendor among others, for whoever names `simulated` in a list of them.

It is labelled like the simulated market itself, and is never asked unless it is named.
"""

from collections.abc import Sequence
from datetime import date, datetime

from typing_extensions import override

from app.core.clock import Clock
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.chains import OptionChain
from app.market.models import Bars, Instrument, Provider
from app.market.protocol import MarketData
from app.market.vendor import Allowance, Snapshot, Split, Vendor

_OF_STOCKS = frozenset({Timeframe.M1, Timeframe.M5, Timeframe.M15, Timeframe.D1})
_OF_CRYPTO = _OF_STOCKS | {Timeframe.H1, Timeframe.H4}


class SimulatedVendor(Vendor):
    """`market` at the clock's present."""

    def __init__(self, market: MarketData, clock: Clock) -> None:
        self._market = market
        self._clock = clock

    @property
    @override
    def provider(self) -> Provider:
        return self._market.provider

    @property
    @override
    def allowance(self) -> Allowance:
        return Allowance(requests=1_000_000, per_seconds=1, burst=1_000_000)

    @property
    @override
    def is_remote(self) -> bool:
        return False

    @override
    def covers(self, instrument: Instrument) -> bool:
        return True

    @override
    def timeframes(self, instrument: Instrument) -> frozenset[Timeframe]:
        return _OF_CRYPTO if instrument.is_round_the_clock else _OF_STOCKS

    @override
    async def describe(self, symbol: Symbol) -> Instrument:
        return await self._market.instrument(symbol)

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        return await self._market.bars(
            instrument.symbol,
            timeframe,
            start=start,
            end=end,
            as_of=self._clock.now(),
            extended=timeframe.is_intraday,
        )

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        quote = await self._market.quote(instrument.symbol, as_of=self._clock.now())
        return Snapshot(
            symbol=quote.symbol,
            last=quote.last,
            at=quote.as_of,
            provider=quote.provider,
            open=quote.open,
            high=quote.high,
            low=quote.low,
            volume=quote.volume,
            previous_close=quote.previous_close,
        )

    @override
    async def splits(self, instrument: Instrument, *, since: date) -> Sequence[Split]:
        return ()

    @override
    async def chain(self, instrument: Instrument, *, expiry: date | None = None) -> OptionChain:
        now = self._clock.now()
        return await self._market.option_chain(instrument.symbol, expiry=expiry, as_of=now)

    @override
    async def close(self) -> None:
        """There is nothing to let go of."""
