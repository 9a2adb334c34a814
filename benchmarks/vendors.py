"""What members cost a vendor, and what its memory costs them.

Five hundred members ask for the levels and the quote of one of fifty symbols, all at once, through
everything that stands around a vendor, which is a stand-in behind real HTTP; its requests are
counted. Then one member asks for levels again and again with everything remembered.
"""

import asyncio
import random
import time
from datetime import UTC, datetime

from app.core.clock import FrozenClock
from app.core.symbols import AssetClass, Symbol
from app.levels.service import map_levels
from app.market.directory import INSTRUMENTS
from app.market.protocol import MarketData
from app.market.providers.alpaca import Alpaca
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.alpaca import KEY, SECRET, alpaca_stand_in
from app.market.vendors.routed import routed
from benchmarks.machine import percentile, print_table

NOW = datetime(2026, 11, 19, 16, 30, 20, tzinfo=UTC)
MEMBERS = 500
AGAIN = 300
SYMBOLS = [
    each.symbol for each in INSTRUMENTS if each.asset_class in (AssetClass.STOCK, AssetClass.ETF)
][:50]


def run() -> None:
    asyncio.run(_run())


async def _run() -> None:
    clock = FrozenClock(NOW)
    async with alpaca_stand_in(SimulatedMarket(seed=7), clock) as stand_in:
        vendor = Alpaca(
            KEY,
            SECRET,
            feed="sip",
            base_url=stand_in.base_url,
            requests_per_minute=100_000,
            clock=clock,
        )
        market = routed({"alpaca": vendor}, {}, clock)
        cold, first = await _all_at_once(market), len(stand_in.log.requests)
        warm, second = await _all_at_once(market), len(stand_in.log.requests) - first
        alone = await _one_after_another(market)
        await market.close()
    print_table(
        f"{MEMBERS} members, levels and quote of {len(SYMBOLS)} symbols, all at once",
        ["requests", "a member", "seconds"],
        [
            ("nothing remembered", [first, first / MEMBERS, cold]),
            ("at once again", [second, second / MEMBERS, warm]),
        ],
        note="Without a memory they would be 4 a member: days, minutes, splits, the last price.",
    )
    print()
    print_table(
        "Levels of one symbol with everything remembered (ms)",
        ["p50", "p95"],
        [("map_levels", [percentile(alone, 50), percentile(alone, 95)])],
    )


async def _all_at_once(market: MarketData) -> float:
    chance = random.Random(7)  # noqa: S311 - who asks for what
    began = time.perf_counter()

    async def member(symbol: Symbol) -> None:
        await map_levels(symbol, market=market, as_of=NOW)
        await market.quote(symbol, as_of=NOW)

    await asyncio.gather(*(member(chance.choice(SYMBOLS)) for _ in range(MEMBERS)))
    return time.perf_counter() - began


async def _one_after_another(market: MarketData) -> list[float]:
    taken = []
    for number in range(AGAIN):
        began = time.perf_counter()
        await map_levels(SYMBOLS[number % len(SYMBOLS)], market=market, as_of=NOW)
        taken.append((time.perf_counter() - began) * 1000)
    return taken
