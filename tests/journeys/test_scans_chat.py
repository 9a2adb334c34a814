"""Scans kept from the chat: asked for in a sentence, saved by a click, shared by another."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.database

GONE = 404


@pytest.fixture
async def web(server: Any, ada_token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {ada_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
        yield client


async def click(server: Any, token: str, tab: Any, name: str, **payload: Any) -> int:
    async with httpx.AsyncClient(
        base_url=server.url,
        cookies={"access_token": token},
        headers={"Origin": server.url},
        timeout=60,
    ) as page:
        action = {"name": name, "payload": payload}
        answer = await page.post(
            "/project/action", json={"sessionId": tab.session_id, "action": action}
        )
        return answer.status_code


async def listed(web: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    found = (await web.get("/api/v1/scans")).json()["scans"]
    return {each["name"]: each for each in found}


async def test_a_scan_is_saved_run_shared_and_stopped_by_words_and_clicks(
    server: Any, tabs: Any, web: httpx.AsyncClient, ada_token: str, bob_token: str
) -> None:
    tab = await tabs.open(server, ada_token)
    await tab.ask("scan for golden crosses in tech under $500 every hour")
    draft = tab.cards("ScanDraftCard")[-1]
    assert draft["every_minutes"] == 60
    assert await listed(web) == {}

    other = await tabs.open(server, bob_token)
    card = {"card_id": draft["card_id"]}
    assert await click(server, bob_token, other, "confirm_scan", **card) == GONE
    for _ in range(2):
        assert await click(server, ada_token, tab, "confirm_scan", **card) == httpx.codes.OK
    [kept] = (await listed(web)).values()
    assert (kept["name"], kept["setups"], kept["every_minutes"], kept["version"]) == (
        "golden cross in technology",
        ["golden_cross"],
        60,
        1,
    )

    await tab.ask("what scans do I have")
    rows = tab.cards("SavedScansCard")[-1]
    assert [row["name"] for row in rows["rows"]] == [kept["name"]]
    shared = {"card_id": rows["card_id"], "scan_id": kept["id"], "with_list": False}
    assert await click(server, ada_token, tab, "share_scan", **shared) == httpx.codes.OK
    await other.ask("show the shared scans")
    theirs = other.cards("SavedScansCard")[-1]
    wanted = {"card_id": theirs["card_id"], "shared_id": theirs["rows"][0]["id"]}
    assert await click(server, bob_token, other, "use_scan", **wanted) == httpx.codes.OK

    await tab.ask("stop running the golden cross scan")
    stop = tab.cards("ScanDraftCard")[-1]
    assert (stop["change"], stop["scan_id"]) == ("stop", kept["id"])
    done = await click(server, ada_token, tab, "confirm_scan", card_id=stop["card_id"])
    assert done == httpx.codes.OK
    assert (await listed(web))[kept["name"]]["every_minutes"] is None

    messages = (await web.get(f"/api/v1/threads/{tab.thread_id}")).json()["messages"]
    said = [each for each in messages if each["role"] == "coach"]
    assert [each["grounding"]["unbound"] for each in said] == [[]] * len(said)
