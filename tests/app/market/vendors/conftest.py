"""A real Valkey, and a vendor that does what it is told."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typing_extensions import override

from app.core.clock import Clock, FrozenClock
from app.core.timeframes import Timeframe
from app.infra.embedded.valkey import EmbeddedValkey
from app.market.models import Bars, Instrument, Provider
from app.market.providers.simulated import SimulatedMarket
from app.market.providers.simulated_vendor import SimulatedVendor
from app.market.vendor import Allowance, Snapshot, Split

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
MARKET = SimulatedMarket(seed=7)


class ToldVendor(SimulatedVendor):
    """Counts what it is asked; fails, waits and splits as told."""

    def __init__(self, clock: Clock, name: str = "Told") -> None:
        super().__init__(MARKET, clock)
        self.named = Provider(name=name)
        self.allowed = Allowance(requests=10_000, per_seconds=1, burst=10_000)
        self.failures: list[Exception] = []
        self.always: Exception | None = None
        self.seconds = 0.0
        self.asked: list[str] = []
        self.split_on: date | None = None

    @property
    @override
    def provider(self) -> Provider:
        return self.named

    @property
    @override
    def allowance(self) -> Allowance:
        return self.allowed

    @override
    async def bars(
        self, instrument: Instrument, timeframe: Timeframe, *, start: datetime, end: datetime
    ) -> Bars:
        await self._obey(f"bars {timeframe}")
        return await super().bars(instrument, timeframe, start=start, end=end)

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        await self._obey("snapshot")
        return await super().snapshot(instrument)

    @override
    async def splits(self, instrument: Instrument, *, since: date) -> list[Split]:
        await self._obey("splits")
        if self.split_on is None or self.split_on < since:
            return []
        return [Split(self.split_on, Decimal(2))]

    async def _obey(self, what: str) -> None:
        self.asked.append(what)
        await asyncio.sleep(self.seconds)
        if self.failures:
            raise self.failures.pop(0)
        if self.always is not None:
            raise self.always


@pytest.fixture
def clock() -> Clock:
    return FrozenClock(NOW)


@pytest.fixture
def told(clock: Clock) -> ToldVendor:
    return ToldVendor(clock)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A server of this test's own; `kill` of its process is allowed."""
    server = EmbeddedValkey(tmp_path)
    process = server.spawn()
    deadline = time.monotonic() + 10
    while not server.is_answering() and time.monotonic() < deadline:
        time.sleep(0.01)
    server.process = process  # type: ignore[attr-defined]
    yield server
    process.kill()
    process.wait()
