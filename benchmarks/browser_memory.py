"""What a page holds after it was told 500 prices a minute for 10 minutes, in a real browser.

Each price moves the ladder and the chart. Garbage is collected before each weighing, so what grows
is kept by somebody. The heap is JavaScript's; nodes and listeners are the whole page's. Before the
first weighing the page is told prices for two minutes, until Chromium has compiled what it will.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page

from benchmarks.browsing import open_page, weigh
from benchmarks.machine import Row, print_table
from benchmarks.ticking import PAIR, Ticks, following

PER_MINUTE = 500
MINUTES = 10
WARM_MINUTES = 2
EVERY_MINUTES = 2

ON_REQUEST = True

_COUNT = """
() => {
  const legend = document.querySelector("#side-view-content .tc-values");
  window.counted = 0;
  new MutationObserver(() => { window.counted += 1; }).observe(legend, { childList: true });
}
"""


def run() -> None:
    asyncio.run(_run())


async def _run() -> None:
    async with following() as (house, ticks), open_page(house) as page:
        await page.evaluate(_COUNT)
        async with _ticking(ticks):
            await asyncio.sleep(WARM_MINUTES * 60)
        await page.evaluate("window.counted = 0")
        rows = [await _weighed(page, 0)]
        for minute in range(EVERY_MINUTES, MINUTES + 1, EVERY_MINUTES):
            async with _ticking(ticks):
                await asyncio.sleep(EVERY_MINUTES * 60)
            rows.append(await _weighed(page, minute))
    print_table(
        f"A page with a ladder and a chart, {PER_MINUTE} prices a minute",
        ["heap MB", "nodes", "listeners", "drawn"],
        rows,
    )


@asynccontextmanager
async def _ticking(ticks: Ticks) -> AsyncIterator[None]:
    ticking = asyncio.create_task(ticks.say([PAIR], seconds=60 / PER_MINUTE))
    try:
        yield
    finally:
        ticking.cancel()
        await asyncio.sleep(1)


async def _weighed(page: Page, minute: int) -> Row:
    held = await weigh(page)
    drawn = await page.evaluate("window.counted")
    return f"minute {minute}", [held["heap"] / 1e6, held["nodes"], held["listeners"], drawn]
