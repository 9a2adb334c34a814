"""What `/readyz` asks of the queue and of the market, against real servers."""

import asyncio
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

from app.api.readiness import check_market, check_queue
from app.core.clock import FrozenClock
from app.infra.embedded.valkey import EmbeddedValkey
from app.market.providers.alpaca import Alpaca
from app.market.providers.massive import Massive
from app.market.providers.simulated import SimulatedMarket
from app.market.standins import alpaca as alpacas
from app.market.standins import massive as massives
from app.market.vendors.routed import routed


async def test_the_embedded_queue_is_ready_while_it_runs(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    process = valkey.spawn()
    deadline = time.monotonic() + 10
    while not valkey.is_answering():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)

    found = await check_queue(valkey.url)()
    assert found.ok
    assert found.what.startswith("valkey ")

    process.send_signal(signal.SIGTERM)
    process.wait(10)
    gone = await check_queue(valkey.url)()
    assert not gone.ok
    assert gone.detail.startswith("no answer")


async def test_readiness_says_of_each_provider_whether_it_answers() -> None:
    clock = FrozenClock(datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC))
    source = SimulatedMarket(seed=7)
    async with (
        massives.massive_stand_in(source, clock) as massive,
        alpacas.alpaca_stand_in(source, clock) as alpaca,
    ):
        vendors = {
            "massive": Massive(
                massives.KEY, base_url=massive.base_url, requests_per_minute=300, clock=clock
            ),
            "alpaca": Alpaca(
                alpacas.KEY,
                alpacas.SECRET,
                feed="iex",
                base_url=alpaca.base_url,
                requests_per_minute=200,
                clock=clock,
            ),
        }
        alpaca.faults.status = 503
        market = routed(vendors, {}, clock)

        one_answers = await check_market(market, clock)()
        asked = len(massive.log.requests) + len(alpaca.log.requests)
        for _ in range(20):
            await check_market(market, clock)()
        await market.close()

        assert one_answers.ok
        assert one_answers.what.startswith("Massive, Alpaca")
        assert "Massive answers." in one_answers.detail
        assert "Alpaca answered with an error." in one_answers.detail
        assert len(massive.log.requests) + len(alpaca.log.requests) == asked


async def test_a_market_whose_only_provider_is_down_is_not_ready() -> None:
    clock = FrozenClock(datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC))
    async with massives.massive_stand_in(SimulatedMarket(seed=7), clock) as massive:
        massive.faults.status = 503
        vendor = Massive(
            massives.KEY, base_url=massive.base_url, requests_per_minute=300, clock=clock
        )
        market = routed({"massive": vendor}, {}, clock)

        found = await check_market(market, clock)()
        await market.close()

    assert not found.ok
    assert found.detail == "Massive answered with an error."
