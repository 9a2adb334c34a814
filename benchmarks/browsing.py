"""A member's real page: Chromium with a ladder of levels in the chat and a chart beside it.

What is shown is a pair, which trades at all hours, so that it moves whenever one measures.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from playwright.async_api import Page, async_playwright, expect

from benchmarks.house import House

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE_MS = 60_000
_LADDER = "where's pdh for bitcoin?"
_CHART = "put btc up with its levels and the 50 and 200 day"

COUNTED = {
    "JSHeapUsedSize": "heap",
    "Nodes": "nodes",
    "JSEventListeners": "listeners",
    "Documents": "documents",
}


@asynccontextmanager
async def open_page(house: House) -> AsyncIterator[Page]:
    """The page, its ladder and its chart drawn. RuntimeError where there is no Chromium."""
    found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        raise RuntimeError("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            page = await browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(_PATIENCE_MS)
            expect.set_options(timeout=_PATIENCE_MS)
            await _prepare(page, house)
            yield page
        finally:
            await browser.close()


async def _prepare(page: Page, house: House) -> None:
    await page.goto(f"http://localhost:{house.port}")
    await page.get_by_role("button", name="Enter as demo member").click()
    await expect(page.locator("[id^='starter-']").first).to_be_visible()
    await _ask(page, _CHART)
    await await_chart(page)
    await _ask(page, _LADDER)
    await expect(page.locator(".tc-ladder")).to_be_in_viewport()
    await expect(page).to_have_url(re.compile("/thread/"))


async def await_chart(page: Page) -> None:
    """Until the chart beside the chat has its bars."""
    panel = page.locator("#side-view-content")
    await expect(panel.locator(".tc-values")).to_contain_text("C ")
    await expect(panel.locator(".tc-message")).to_be_hidden()


async def _ask(page: Page, question: str) -> None:
    """Chainlit may empty the box when it draws it anew, so it is written until it can be sent."""
    for _ in range(10):
        await page.locator("#chat-input").fill(question)
        with suppress(AssertionError):
            await expect(page.locator("#chat-submit")).to_be_enabled(timeout=2000)
            break
    await page.locator("#chat-submit").click()
    await expect(page.locator("pre", has_text=question)).to_be_visible()
    await expect(page.locator("#chat-submit")).to_have_count(1)


async def weigh(page: Page) -> Mapping[str, float]:
    """What the page holds after its garbage was collected: heap in bytes, nodes, listeners."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
        await asyncio.sleep(0.5)
    answer = await session.send("Performance.getMetrics")
    await session.detach()
    return {
        COUNTED[each["name"]]: each["value"]
        for each in answer["metrics"]
        if each["name"] in COUNTED
    }
