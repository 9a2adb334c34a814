"""A stream made by asking: for markets that have none, such as the simulated one."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from datetime import UTC, datetime

from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Instrument, Provider
from app.market.protocol import MarketData
from app.market.streaming.bars import MINUTE, minutes_of
from app.market.vendor import NotCovered, Refused, StreamEvent, StreamLost, Trade, VendorStream


class PolledStream(VendorStream):
    """`market`, asked every `beat` seconds for the running minute of each symbol."""

    def __init__(
        self,
        market: MarketData,
        clock: Clock,
        *,
        beat: float = 1.0,
        covers: Callable[[Instrument], bool] = lambda _: True,
    ) -> None:
        self._market = market
        self._clock = clock
        self._beat = beat
        self._covers = covers
        self._followed: dict[Symbol, int] = {}

    @property
    @override
    def provider(self) -> Provider:
        return self._market.provider

    @override
    def covers(self, instrument: Instrument) -> bool:
        return self._covers(instrument)

    @override
    async def follow(self, instruments: Collection[Instrument]) -> None:
        self._followed = {each.symbol: self._followed.get(each.symbol, 0) for each in instruments}

    @override
    async def events(self) -> AsyncGenerator[StreamEvent | Refused, None]:
        while True:
            for symbol in list(self._followed):
                try:
                    for event in await self._ask(symbol):
                        yield event
                except (NotCovered, NotFound) as error:
                    yield Refused(symbol, error.message)
            await asyncio.sleep(self._beat)

    @override
    async def close(self) -> None:
        """There is nothing to let go of."""

    async def _ask(self, symbol: Symbol) -> list[StreamEvent]:
        """The running minute and its price now, and the minutes that ended since the last question."""
        now = self._clock.now()
        known = self._followed.get(symbol, 0)
        if known > now.timestamp():
            known = 0  # a replay began anew
        start = now.timestamp() // MINUTE * MINUTE - MINUTE
        try:
            found = await self._market.bars(
                symbol,
                Timeframe.M1,
                start=datetime.fromtimestamp(min(start, known) if known else start, UTC),
                end=now,
                as_of=now,
                extended=True,
            )
        except NotCovered:
            raise
        except ProviderUnavailable as error:
            raise StreamLost(error.message) from error
        minutes = [each for each in minutes_of(found) if each.time >= known]
        if not minutes:
            return []
        last = minutes[-1]
        if symbol in self._followed:
            self._followed[symbol] = last.time
        if last.is_final:
            return [*minutes]
        return [*minutes, Trade(symbol, now.timestamp(), last.close, 0.0)]
