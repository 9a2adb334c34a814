"""A spread built by clicks, from its chain to a stored structure; cards that open large and follow."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_browser import PATIENCE_MS, ask, enter, said


async def press(
    server: Any, token: str, tab: Any, name: str, payload: dict[str, Any]
) -> httpx.Response:
    async with httpx.AsyncClient(
        base_url=server.url,
        cookies={"access_token": token},
        headers={"Origin": server.url},
        timeout=60,
    ) as page:
        return await page.post(
            "/project/action",
            json={"sessionId": tab.session_id, "action": {"name": name, "payload": payload}},
        )


async def in_chain(tab: Any) -> tuple[dict[str, Any], list[str]]:
    """An asked-for chain, and two strikes of it that have calls."""
    await tab.ask("show me the spy chain")
    chain: dict[str, Any] = tab.cards("OptionChainCard")[-1]
    strikes = [
        row["strike"]["value"] for row in chain["rows"] if row["call"] and row["call"]["bid"]
    ]
    middle = len(strikes) // 2
    return chain, strikes[middle : middle + 2]


async def held(server: Any, token: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as web:
        found: list[dict[str, Any]] = (await web.get("/api/v1/positions")).json()["positions"]
    return found


async def test_a_spread_of_clicks_is_analyzed_drafted_and_stored_by_one_more(
    server: Any, tabs: Any, ada_token: str
) -> None:
    tab = await tabs.open(server, ada_token)
    chain, (low, high) = await in_chain(tab)
    sides = (("buy", low), ("sell", high))
    common = {"symbol": "SPY", "expiry": chain["expiry"]}
    legs = [{"side": side, "kind": "call", "strike": at, "quantity": 1} for side, at in sides]
    analysis = {"tool": "analyze_structure", "arguments": {**common, "legs": legs}}

    answer = await press(server, ada_token, tab, "ask_tool", analysis)

    assert answer.status_code == httpx.codes.OK, answer.text
    await tab.until(lambda: bool(tab.cards("StructureCard")) and tab.is_quiet)
    assert tab.cards("StructureCard")[0]["title"] == "bull call spread"
    drafted = [{"side": side, "right": "call", "strike": at, "quantity": 1} for side, at in sides]
    terms = {**common, "action": "buy", "root": "SPY", "quantity": 2, "legs": drafted}
    await press(
        server, ada_token, tab, "ask_tool", {"tool": "draft_position_change", "arguments": terms}
    )
    await tab.until(lambda: bool(tab.cards("PositionDraftCard")) and tab.is_quiet)
    [draft] = tab.cards("PositionDraftCard")
    assert await held(server, ada_token) == []

    stored = await press(server, ada_token, tab, "confirm_position", {"card_id": draft["card_id"]})

    assert stored.status_code == httpx.codes.OK, stored.text
    found = {each["strike"]: each["quantity"] for each in await held(server, ada_token)}
    assert found == {float(low): 2.0, float(high): -2.0}


async def test_an_update_asked_in_the_panel_is_shown_in_the_panel(
    server: Any, tabs: Any, ada_token: str
) -> None:
    tab = await tabs.open(server, ada_token)
    chain, _ = await in_chain(tab)
    await press(server, ada_token, tab, "open_card", {"card_id": chain["card_id"]})
    assert [each["props"]["card_id"] for each in tab.panel] == [chain["card_id"]]
    again = {"symbol": "SPY", "expiry": chain["expiry"], "strikes": 3}
    payload = {"tool": "get_option_chain", "arguments": again, "is_large": True}

    await press(server, ada_token, tab, "ask_tool", payload)

    await tab.until(lambda: tab.panel[0]["props"]["card_id"] != chain["card_id"])
    [newer] = tab.panel
    assert (newer["name"], newer["display"]) == ("OptionChainCard", "side")
    assert newer["props"]["expiry"] == chain["expiry"]


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({"tool": "calculate", "arguments": {"expression": "1+1"}}, 422),
        ({"tool": "list_positions", "arguments": {"member_id": "another"}}, 422),
        ({"tool": "analyze_structure", "arguments": {}}, 422),
        ({}, 422),
    ],
)
async def test_a_click_that_no_card_makes_is_refused(
    server: Any, tabs: Any, ada_token: str, payload: dict[str, Any], status: int
) -> None:
    tab = await tabs.open(server, ada_token)
    await tab.ask("Where's PDH for SPX?")
    answer = await press(server, ada_token, tab, "ask_tool", payload)
    assert answer.status_code == status, answer.text
    assert len(tab.answers) == 1


@pytest.mark.browser
class TestInTheBrowser:
    """Beside a chart, whose panel the large card takes and keeps."""

    def test_a_large_chain_stays_while_its_spread_is_analyzed_and_follows_its_update(
        self, visit: Callable[..., Page]
    ) -> None:
        page = visit()
        enter(page)
        ask(page, "put spx up with its levels")
        panel = page.locator("#side-view-content")
        expect(panel.locator("canvas").first).to_be_visible(timeout=PATIENCE_MS)
        ask(page, "show me the spy chain")
        page.get_by_role("button", name="Open large").click()
        chain = panel.locator(".tc-card", has=page.locator(".tc-options"))
        expect(chain).to_have_count(1, timeout=PATIENCE_MS)
        expect(panel.locator("canvas")).to_have_count(0, timeout=PATIENCE_MS)
        chain.locator(".tc-pick").first.click()
        chain.get_by_role("button", name="Analyze").click()

        expect(said(page, "Analyze in SPY")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".tc-plot")).to_have_count(1, timeout=PATIENCE_MS)
        expect(panel.locator(".tc-legs")).to_have_count(1)
        chain.get_by_role("button", name="Update").click()
        expect(panel.locator(".tc-legs")).to_have_count(0, timeout=PATIENCE_MS)
        expect(chain).to_have_count(1, timeout=PATIENCE_MS)
        expect(panel.locator("canvas")).to_have_count(0)
        _none_wider(panel)


def _none_wider(panel: Locator) -> None:
    assert panel.evaluate("node => node.scrollWidth <= node.clientWidth")
