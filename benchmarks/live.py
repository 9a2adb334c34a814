"""From a tick at the vendor to a page: how late prices are, with few pages and with many.

Every symbol ticks twice a second; pages watch ten of them each over the real socket. Pages are told
ten times a second at most, so a tick waits 50 ms for its batch on average, and 25 ms before that in
the feed.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.house import House
from benchmarks.machine import percentile, print_table
from benchmarks.ticking import SYMBOLS, Spent, Ticks, feed_of, following, plain_tabs

TABS = (1, 200)
ROUND_SECONDS = 0.5
SECONDS = 12.0

ON_REQUEST = True


def run() -> None:
    asyncio.run(_run())


async def _run() -> None:
    async with following() as (house, ticks):
        rows = [await _measure(house, ticks, tabs) for tabs in TABS]
    print_table(
        f"Tick at the vendor → page, {len(SYMBOLS)} symbols ticking twice a second (ms)",
        ["p50", "p95", "max", "ticks", "web CPU %", "feed CPU %"],
        rows,
    )


async def _measure(house: House, ticks: Ticks, tabs: int) -> tuple[str, Sequence[float]]:
    late: list[float] = []

    def heard(message: Mapping[str, Any]) -> None:
        at = ticks.said.get((message["symbol"], message["price"]))
        if at is not None:
            late.append((time.time() - at) * 1000)

    async with plain_tabs(house, tabs, heard):
        ticks.said.clear()
        late.clear()
        spent = Spent([house.web, feed_of(house)])
        ticking = asyncio.create_task(ticks.say(SYMBOLS, seconds=ROUND_SECONDS))
        await asyncio.sleep(SECONDS)
        ticking.cancel()
        used = spent.percent()
    label = "1 page" if tabs == 1 else f"{tabs} pages"
    return label, [percentile(late, 50), percentile(late, 95), max(late), len(late), *used]
