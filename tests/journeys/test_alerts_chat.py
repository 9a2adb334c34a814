"""Alerts from the chat: asked for in a sentence, armed by a click, and told apart from everyone else's."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
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


async def click(server: Any, token: str, tab: Any, name: str, **payload: Any) -> httpx.Response:
    async with httpx.AsyncClient(
        base_url=server.url,
        cookies={"access_token": token},
        headers={"Origin": server.url},
        timeout=60,
    ) as page:
        action = {"name": name, "payload": payload}
        return await page.post(
            "/project/action", json={"sessionId": tab.session_id, "action": action}
        )


async def listed(web: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await web.get("/api/v1/alerts")).json()["alerts"]
    return found


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def drafted(tab: Any, question: str = "alert me when spx hits 59300") -> dict[str, str]:
    await tab.ask(question)
    card = tab.cards("AlertDraftCard")[-1]
    return {"card_id": card["card_id"], "hash": card["hash"]}


async def test_asking_watches_nothing_and_a_click_watches_once(
    server: Any, tabs: Any, web: httpx.AsyncClient, ada_token: str, bob_token: str
) -> None:
    before = len(await listed(web))
    tab = await tabs.open(server, ada_token)
    shown = await drafted(tab)
    assert len(await listed(web)) == before

    other = await tabs.open(server, bob_token)
    assert (await click(server, bob_token, other, "arm_alert", **shown)).status_code == GONE
    answers = await asyncio.gather(
        *(click(server, ada_token, tab, "arm_alert", **shown) for _ in range(3))
    )

    assert [each.status_code for each in answers] == [200, 200, 200], [a.text for a in answers]
    armed = await listed(web)
    assert len(armed) == before + 1
    assert (armed[0]["condition"], armed[0]["thread_id"]) == ("price hits 59300", tab.thread_id)
    later = await tabs.open(server, ada_token, tab.thread_id)
    assert [each["outcome"] for each in later.cards("AlertDraftCard")] == ["armed"]


async def test_an_alert_is_listed_snoozed_and_dropped_in_the_conversation(
    server: Any, tabs: Any, web: httpx.AsyncClient, ada_token: str
) -> None:
    tab = await tabs.open(server, ada_token)
    shown = await drafted(tab, "ping me when amd loses vwap")
    await click(server, ada_token, tab, "arm_alert", **shown)

    await tab.ask("what are you watching for me")
    card = tab.cards("AlertsCard")[-1]
    row = next(each for each in card["rows"] if each["symbol"] == "AMD")
    snoozed = await click(
        server,
        ada_token,
        tab,
        "change_alert",
        card_id=card["card_id"],
        alert_id=row["id"],
        change="snooze",
        minutes=30,
    )
    assert snoozed.status_code == httpx.codes.OK, snoozed.text
    kept = next(each for each in await listed(web) if each["id"] == row["id"])
    assert kept["snoozed_until"] is not None

    await tab.ask("snooze the amd alert until the open")
    proposed = tab.cards("AlertChangeCard")[-1]
    await click(server, ada_token, tab, "confirm_alert_change", card_id=proposed["card_id"])
    kept = next(each for each in await listed(web) if each["id"] == row["id"])
    assert [_at(each) for each in proposed["ends"]] == [_at(kept["snoozed_until"])]

    await tab.ask("drop my amd alert")
    proposed = tab.cards("AlertChangeCard")[-1]
    assert [each["symbol"] for each in proposed["rows"]] == ["AMD"]
    assert row["id"] in [each["id"] for each in await listed(web)]
    done = await click(server, ada_token, tab, "confirm_alert_change", card_id=proposed["card_id"])
    assert done.status_code == httpx.codes.OK, done.text
    assert row["id"] not in [each["id"] for each in await listed(web)]


async def test_every_number_said_of_alerts_is_bound(
    server: Any, tabs: Any, web: httpx.AsyncClient, ada_token: str
) -> None:
    tab = await tabs.open(server, ada_token)
    shown = await drafted(tab, "alert me when rsi(14) on MU 5m crosses below 30")
    await click(server, ada_token, tab, "arm_alert", **shown)
    for question in (
        "tell me if btc moves 3% in an hour",
        "alert me when my SPX condor is down $500",
        "list my alerts",
        "how often would spy losing vwap have fired this week",
        "snooze the mu alert for 45 minutes",
        "snooze the mu alert until monday at 10am",
        "email me when spy hits 6000 and text no one else",
    ):
        await tab.ask(question)

    messages = (await web.get(f"/api/v1/threads/{tab.thread_id}")).json()["messages"]
    said = [each for each in messages if each["role"] == "coach"]
    assert [each["grounding"]["unbound"] for each in said] == [[]] * len(said)
    assert sum(each["grounding"]["numbers"] for each in said) > 10
