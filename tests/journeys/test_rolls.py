"""Rolling what is held, from the chat: the member's own options, every number bound."""

from datetime import date
from typing import Any

import httpx


async def listed_leaps(web: httpx.AsyncClient) -> dict[str, Any]:
    """A call at the money that has a year or so to go, and is not the last that is listed."""
    asked = "/api/v1/options/AMD/chain"
    near = (await web.get(asked)).json()
    today = date.fromisoformat(near["as_of"][:10])
    ends = [date.fromisoformat(each) for each in near["expiries"]]
    end = next(each for each in ends[:-1] if (each - today).days > 300)
    chain = (await web.get(asked, params={"expiry": end.isoformat(), "strikes": 5})).json()
    calls = [each for each in chain["options"] if each["kind"] == "call"]
    found: dict[str, Any] = min(calls, key=lambda each: abs(each["strike"] - chain["spot"]))
    return found


async def test_a_leaps_that_is_held_is_asked_about_and_rolled(
    server: Any, tabs: Any, ada_token: str
) -> None:
    headers = {"Authorization": f"Bearer {ada_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as web:
        call = await listed_leaps(web)
        trade = {
            "kind": "option",
            "symbol": "AMD",
            "right": "call",
            "strike": call["strike"],
            "expiry": call["expiry"],
            "quantity": 2,
            "price": 20,
        }
        stored = await web.post("/api/v1/positions", json={"key": "leaps", "trades": [trade]})
        assert stored.status_code == httpx.codes.CREATED, stored.text
        tab = await tabs.open(server, ada_token)

        await tab.ask(f"when should i roll my {call['expiry'][:4]} leaps")
        await tab.ask("roll it up and out")

        messages = (await web.get(f"/api/v1/threads/{tab.thread_id}")).json()["messages"]
    said = [each for each in messages if each["role"] == "coach"]
    assert [each["grounding"]["unbound"] for each in said] == [[], []]
    assert all("You are long 2 of the AMD" in each["content"] for each in said)
    first, second = tab.cards("RollCard")
    assert first["rolls"][0]["way"] == "same strike, later"
    assert second["rolls"][0]["way"] == "up and out"
    assert first["rules"][0]["words"] == "half a year left"
