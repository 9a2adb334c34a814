"""What every vendor's adapter holds to, against a stand-in that speaks its language."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from app.core.clock import FrozenClock
from app.core.errors import NotFound, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.directory import find_instrument
from app.market.models import Instrument
from app.market.providers.alpaca import Alpaca
from app.market.providers.exchanges import EXCHANGES, Exchange
from app.market.providers.massive import Massive
from app.market.providers.simulated import SimulatedMarket
from app.market.standins import alpaca as alpacas
from app.market.standins import massive as massives
from app.market.standins.exchanges import exchanges_stand_in
from app.market.vendor import Throttled, Vendor

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
CLOCK = FrozenClock(NOW)
DOLLARS = ("coinbase", "kraken")


@dataclass(frozen=True)
class Held:
    """A vendor, its stand-in's faults, and an instrument it carries."""

    vendor: Vendor
    faults: Any
    instrument: Instrument


def _instrument(symbol: str) -> Instrument:
    found = find_instrument(symbol)
    assert found is not None
    return found


async def _alpaca(stack: AsyncExitStack, market: SimulatedMarket) -> Held:
    stand_in = await stack.enter_async_context(alpacas.alpaca_stand_in(market, CLOCK))
    vendor = Alpaca(
        alpacas.KEY,
        alpacas.SECRET,
        feed="iex",
        base_url=stand_in.base_url,
        requests_per_minute=200,
        clock=CLOCK,
    )
    return Held(vendor, stand_in.faults, _instrument("AAPL"))


async def _massive(stack: AsyncExitStack, market: SimulatedMarket) -> Held:
    stand_in = await stack.enter_async_context(massives.massive_stand_in(market, CLOCK))
    vendor = Massive(massives.KEY, base_url=stand_in.base_url, requests_per_minute=300, clock=CLOCK)
    return Held(vendor, stand_in.faults, _instrument("AAPL"))


def _exchange(name: str) -> Callable[[AsyncExitStack, SimulatedMarket], Any]:
    async def made(stack: AsyncExitStack, market: SimulatedMarket) -> Held:
        stand_in = await stack.enter_async_context(exchanges_stand_in(market, CLOCK))
        vendor = Exchange(name, base_url=stand_in.base_urls[name], clock=CLOCK)
        return Held(vendor, stand_in.faults, _instrument("BTC/USD"))

    return made


MAKERS = {"alpaca": _alpaca, "massive": _massive, **{name: _exchange(name) for name in EXCHANGES}}


@pytest.fixture(params=list(MAKERS))
async def held(request: pytest.FixtureRequest, simulated: SimulatedMarket) -> AsyncIterator[Held]:
    async with AsyncExitStack() as stack:
        made: Held = await MAKERS[request.param](stack, simulated)
        yield made
        await made.vendor.close()


async def test_minutes_are_sorted_each_once_and_inside_of_the_window(
    held: Held, simulated: SimulatedMarket
) -> None:
    start = NOW - timedelta(hours=3)

    found = await held.vendor.bars(held.instrument, Timeframe.M1, start=start, end=NOW)

    real = await simulated.bars(
        held.instrument.symbol, Timeframe.M1, start=start, end=NOW, as_of=NOW, extended=True
    )
    over = int(NOW.timestamp()) // 60 * 60
    finished = found.time < over
    assert found.time[finished].tolist() == real.time[real.time < over].tolist()
    assert np.allclose(found.close[finished], real.close[real.time < over])
    assert (np.diff(found.time) > 0).all()
    assert found.provider.name


async def test_days_start_where_ours_do(held: Held, simulated: SimulatedMarket) -> None:
    start, end = NOW - timedelta(days=30), NOW - timedelta(days=2)

    found = await held.vendor.bars(held.instrument, Timeframe.D1, start=start, end=end)

    real = await simulated.bars(
        held.instrument.symbol, Timeframe.D1, start=start, end=end, as_of=NOW
    )
    assert found.time.tolist() == real.time.tolist()
    assert np.allclose(found.high, real.high)


async def test_it_has_minutes_and_days_at_least(held: Held) -> None:
    assert {Timeframe.M1, Timeframe.D1} <= held.vendor.timeframes(held.instrument)
    assert held.vendor.covers(held.instrument)
    assert held.vendor.allowance.requests > 0


async def test_an_empty_window_is_an_empty_answer(held: Held) -> None:
    found = await held.vendor.bars(held.instrument, Timeframe.M1, start=NOW, end=NOW)

    assert len(found) == 0


async def test_the_last_trade_is_the_markets(held: Held, simulated: SimulatedMarket) -> None:
    snapshot = await held.vendor.snapshot(held.instrument)

    quote = await simulated.quote(held.instrument.symbol, as_of=NOW)
    assert abs(snapshot.last - quote.last) <= Decimal("0.01")
    assert abs(snapshot.at - quote.as_of) < timedelta(seconds=1)
    assert snapshot.at.tzinfo is not None


async def test_a_symbol_nobody_lists_is_not_found(held: Held) -> None:
    unknown = "QQQQX/USD" if "/" in held.instrument.symbol else "QQQQX"

    with pytest.raises(NotFound):
        await held.vendor.describe(Symbol(unknown))


async def test_a_broken_vendor_is_unavailable_and_a_busy_one_throttled(held: Held) -> None:
    await held.vendor.snapshot(held.instrument)  # exchanges load their markets first
    held.faults.status = 503
    with pytest.raises(ProviderUnavailable):
        await held.vendor.snapshot(held.instrument)

    held.faults.status = 429
    with pytest.raises(Throttled):
        await held.vendor.snapshot(held.instrument)

    held.faults.status = None
    assert (await held.vendor.snapshot(held.instrument)).symbol == held.instrument.symbol


async def test_closing_twice_is_no_error(held: Held) -> None:
    await held.vendor.close()
    await held.vendor.close()
