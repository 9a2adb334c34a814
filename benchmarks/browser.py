"""From a tick at the vendor to a pixel, and from bars to a painted chart, in a real browser.

One page of Chromium has a ladder and a chart of a pair open. The other tabs are plain sockets of ten
symbols each: two hundred Chromiums would be a benchmark of the machine's memory. A tick counts as
seen at the beginning of the frame after the one that painted it, so up to one frame (17 ms) is
the measurement's. The server, all tabs, the vendor and Chromium, which paints without a graphics
card, share the machine's cores.

A chart is painted when the frame after the one that took its bars begins; the clock starts when the
last byte of the bars has arrived.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.async_api import Page, Response

from benchmarks.browsing import await_chart, open_page
from benchmarks.house import House
from benchmarks.machine import Row, percentile, print_table
from benchmarks.ticking import PAIR, SYMBOLS, Ticks, following, plain_tabs

TABS = (1, 200)
ROUND_SECONDS = 0.5
SECONDS = 60.0
PAINTS = 30
RELOADS = 8
TIMEFRAMES = ("1h", "1m")
_BARS = "**/api/v1/bars/**"

ON_REQUEST = True

# Notes each new price with the moment its text changed and the moment after it was painted; the
# page's clock is set by the edge of a millisecond of the system's.
_WATCH = """
() => {
  const stamp = () => performance.timeOrigin + performance.now();
  const offsets = Array.from({ length: 9 }, () => {
    const before = Date.now();
    let now = before;
    while (now === before) now = Date.now();
    return now - stamp();
  });
  const offset = offsets.sort((one, other) => one - other)[4];
  const places = {
    ladder: () => document.querySelector(".tc-main .tc-price .tc-num")?.firstChild?.data,
    chart: () => [...document.querySelectorAll("#side-view-content .tc-values b")][3]?.textContent,
  };
  const shown = Object.fromEntries(Object.entries(places).map(([name, read]) => [name, read()]));
  window.seen = [];
  window.watching = new MutationObserver(() => {
    for (const [name, read] of Object.entries(places)) {
      const text = read();
      if (text === shown[name]) continue;
      shown[name] = text;
      const written = stamp() + offset;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const price = Number(text.replaceAll(",", ""));
        window.seen.push({ name, price, written, painted: stamp() + offset });
      }));
    }
  });
  window.watching.observe(document.body, { childList: true, characterData: true, subtree: true });
}
"""
_SEEN = "() => { window.watching.disconnect(); return window.seen; }"

_PAINTED_AFTER = """
window.paintedAfter = (message) => new Promise((tell) => {
  const isThere = () => message.hidden && document.querySelector("#side-view-content canvas");
  const observer = new MutationObserver(() => {
    if (!isThere()) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const asked = performance.getEntriesByType("resource");
      const bars = asked.filter(({ name }) => name.includes("/api/v1/bars/")).at(-1);
      tell(performance.now() - bars.responseEnd);
    }));
  });
  observer.observe(message, { attributes: true, attributeFilter: ["hidden"] });
});
"""
_CHOOSE = """
(label) => {
  performance.clearResourceTimings();
  const panel = document.querySelector("#side-view-content");
  const buttons = [...panel.querySelectorAll(".tc-frame")];
  const painted = window.paintedAfter(panel.querySelector(".tc-message"));
  buttons.find((each) => each.textContent === label).click();
  return painted;
}
"""
_FIRST_CHART = """
window.firstChart = new Promise((tell) => {
  const observer = new MutationObserver(() => {
    const message = document.querySelector("#side-view-content .tc-message");
    if (!message) return;
    observer.disconnect();
    window.paintedAfter(message).then(tell);
  });
  observer.observe(document, { childList: true, subtree: true });
});
"""


def run() -> None:
    asyncio.run(_run())


async def _run() -> None:
    async with following() as (house, ticks), open_page(house) as page:
        rows = [row for tabs in TABS for row in await _pixels(house, ticks, page, tabs)]
        print_table(
            f"Tick at the vendor → pixel, {len(SYMBOLS)} symbols ticking twice a second (ms)",
            ["p50", "p95", "max", "in DOM p50", "in DOM p95", "ticks"],
            rows,
        )
        print()
        print_table(
            "Bars arrived → chart painted (ms); the goal for 2,000 bars is 300",
            ["bars", "p50", "p95", "max"],
            await _paints(page),
            note="A reload is a page's first chart: the library is run and the chart is built.",
        )


async def _pixels(house: House, ticks: Ticks, page: Page, tabs: int) -> list[Row]:
    async with plain_tabs(house, tabs - 1, lambda _: None):
        ticking = asyncio.create_task(ticks.say([*SYMBOLS, PAIR], seconds=ROUND_SECONDS))
        await asyncio.sleep(2)
        await page.evaluate(_WATCH)
        await asyncio.sleep(SECONDS)
        seen = await page.evaluate(_SEEN)
        ticking.cancel()
    label = "1 tab" if tabs == 1 else f"{tabs} tabs"
    return [
        (f"{label}, {place}", _late(ticks, [each for each in seen if each["name"] == place]))
        for place in ("ladder", "chart")
    ]


def _late(ticks: Ticks, seen: Sequence[Mapping[str, Any]]) -> list[float]:
    said = [ticks.said[PAIR, each["price"]] * 1000 for each in seen]
    painted = [each["painted"] - at for each, at in zip(seen, said, strict=True)]
    written = [each["written"] - at for each, at in zip(seen, said, strict=True)]
    return [
        *(percentile(painted, 50), percentile(painted, 95), max(painted)),
        *(percentile(written, 50), percentile(written, 95), len(seen)),
    ]


async def _paints(page: Page) -> list[Row]:
    await page.evaluate(f"() => {{ {_PAINTED_AFTER} }}")
    rows = [await _chosen(page, timeframe) for timeframe in TIMEFRAMES]
    return [*rows, await _reloaded(page, TIMEFRAMES[0])]


async def _chosen(page: Page, timeframe: str) -> Row:
    taken, bars = [], 0
    for _ in range(PAINTS):
        await page.evaluate(_CHOOSE, "1D")
        async with page.expect_response(_BARS) as answer:
            taken.append(await page.evaluate(_CHOOSE, timeframe))
        bars = await _count(await answer.value)
    return _paint_row(f"{timeframe} chosen", bars, taken)


async def _reloaded(page: Page, timeframe: str) -> Row:
    await page.evaluate(_CHOOSE, timeframe)
    await page.add_init_script(_PAINTED_AFTER + _FIRST_CHART)
    taken: list[float] = []
    bars = 0
    for _ in range(RELOADS):
        async with page.expect_response(_BARS) as answer:
            await page.reload()
        taken.append(await page.evaluate("window.firstChart"))
        bars = await _count(await answer.value)
        await await_chart(page)
    return _paint_row(f"{timeframe}, page reloaded", bars, taken)


async def _count(answer: Response) -> int:
    return len((await answer.json())["bars"])


def _paint_row(label: str, bars: int, taken: Sequence[float]) -> Row:
    return label, [bars, percentile(taken, 50), percentile(taken, 95), max(taken)]
