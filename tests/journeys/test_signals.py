"""Signals from outside over HTTP: who may post, what lands, and what nobody learns."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.scanner.signal_sources import signature

SOURCES = "/api/v1/signals/sources"
SIGNAL = {"symbol": "AMD", "direction": "long", "reason": "base broken, says my script"}


@pytest.fixture
async def web(server: Any, ada_token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {ada_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
async def stranger(server: Any, bob_token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {bob_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
async def outside() -> AsyncIterator[httpx.AsyncClient]:
    """Whoever posts: no cookie, no token."""
    async with httpx.AsyncClient(timeout=60) as client:
        yield client


async def made(web: httpx.AsyncClient, kind: str = "tradingview", name: str = "") -> dict[str, Any]:
    answer = await web.post(SOURCES, json={"kind": kind, "name": name})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def post(
    outside: httpx.AsyncClient, address: str, body: object, **headers: str
) -> httpx.Response:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return await outside.post(address, content=content, headers=headers)


async def signed(
    outside: httpx.AsyncClient, source: dict[str, Any], body: bytes, **changed: Any
) -> httpx.Response:
    """A post signed as it should be, but for what is `changed`."""
    key, stamp = changed.get("key", "m1"), str(int(time.time()) + changed.get("late", 0))
    secret = changed.get("secret", source["signing_secret"])
    headers = {
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,bm90IGl0 {signature(secret, key, stamp, body)}",
    }
    return await outside.post(source["address"], content=changed.get("sent", body), headers=headers)


async def test_what_tradingview_posts_is_an_opportunity_of_the_member(
    web: httpx.AsyncClient, stranger: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source = await made(web, name="my breakouts")
    assert "{{close}}" in source["paste"]
    assert "COACH_WEB__PUBLIC_URL" in source["says"]
    filled = {"{{exchange}}": "NASDAQ", "{{ticker}}": "AMD", "{{timenow}}": "2026-11-20T16:30:00Z"}
    quote = (await web.get("/api/v1/quotes/AMD")).json()["last"]
    body = source["paste"].replace("{{close}}", str(quote))
    for placeholder, value in filled.items():
        body = body.replace(placeholder, value)

    first = await post(outside, source["address"], body, **{"content-type": "text/plain"})
    again = await post(outside, source["address"], body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json()["is_new"], again.json()["is_new"]) == (True, False)
    assert first.json()["opportunity_id"] == again.json()["opportunity_id"]
    kept = (await web.get("/api/v1/opportunities")).json()["opportunities"]
    (found,) = [each for each in kept if each["id"] == first.json()["opportunity_id"]]
    assert (
        found
        | {
            "symbol": "AMD",
            "setup": "signal_long",
            "entry": pytest.approx(quote),
            "stop": None,
            "chance": None,
            "source": "TradingView (my breakouts)",
            "provider": "TradingView (my breakouts), not checked",
            "reason": "what this alert means",
        }
        == found
    )
    assert first.json()["opportunity_id"] not in (await stranger.get("/api/v1/opportunities")).text

    (listed,) = [
        each
        for each in (await web.get(SOURCES)).json()["sources"]
        if each["id"] == source["source"]["id"]
    ]
    assert listed["heard_at"]


async def test_a_line_of_text_lands_too(web: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
    source = await made(web)
    answer = await post(outside, source["address"], "short SPY, weak breadth")
    assert answer.status_code == 200


async def test_without_proof_nobody_learns_whether_an_address_exists(
    web: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source, signing = await made(web), await made(web, "signed")
    root, _, secret = source["address"].rpartition("/")
    nobody = root[:-4] + ("AAAA" if root[-4:] != "AAAA" else "BBBB")
    answers = [
        await post(outside, address, SIGNAL)
        for address in (
            f"{root}/{secret[::-1]}",
            root,
            f"{nobody}/{secret}",
            nobody,
            f"{signing['address']}/{secret}",
            signing["address"],
            root.rpartition("/")[0] + "/short",
            root.rpartition("/")[0] + "/" + "é" * 20,
        )
    ]
    assert {each.status_code for each in answers} == {404}
    assert len({each.json()["detail"] for each in answers}) == 1
    assert len({tuple(sorted(set(each.headers) - {"x-request-id"})) for each in answers}) == 1


async def test_a_signature_holds_for_its_body_its_time_and_once(
    web: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source, other = await made(web, "signed"), await made(web, "signed")
    body = json.dumps(SIGNAL).encode()
    assert source["signing_secret"].startswith("whsec_")
    for wrong in (
        {"secret": other["signing_secret"]},
        {"late": -400},
        {"late": 400},
        {"sent": body.replace(b"long", b"short")},
        {"key": ""},
    ):
        assert (await signed(outside, source, body, **wrong)).status_code == 404, wrong

    first, again = await signed(outside, source, body), await signed(outside, source, body)
    assert (first.json()["is_new"], again.json()["is_new"]) == (True, False)
    assert (await signed(outside, source, body, key="m2")).json()["is_new"]


async def test_what_makes_no_sense_is_told_to_the_sender(
    web: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    address = (await made(web))["address"]
    refused = await post(outside, address, {**SIGNAL, "symbol": "AMDD"})
    assert refused.status_code == 422
    assert "There is no symbol AMDD" in refused.json()["detail"]
    assert (await post(outside, address, "{nothing")).status_code == 422
    assert (await post(outside, address, {**SIGNAL, "stop": 9e8})).status_code == 422
    assert (await post(outside, address, b"x" * 17_000)).status_code == 413


async def test_no_refusal_repeats_the_secret_of_an_address(
    web: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    address = (await made(web))["address"]
    root, _, secret = address.rpartition("/")
    answers = [
        await post(outside, address, "nonsense"),
        await post(outside, address, SIGNAL, origin="https://elsewhere.example"),
        await post(outside, address, b"x" * 2_000_000),
        await post(outside, f"{address}/more", SIGNAL),
        await post(outside, f"{root[:-4]}AAAA/{secret}", SIGNAL),
        await post(outside, f"{address}{'x' * 64}", SIGNAL),
        await outside.get(address),
    ]
    assert [each.status_code for each in answers] == [422, 403, 413, 404, 404, 422, 405]
    for each in answers:
        assert each.json()["instance"] == "/api/v1/signals/in/"
        assert secret not in each.text + str(each.headers)


async def test_a_revoked_address_is_gone(
    web: httpx.AsyncClient, stranger: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source = await made(web)
    path = f"{SOURCES}/{source['source']['id']}"
    assert source["source"]["id"] not in (await stranger.get(SOURCES)).text
    assert (await stranger.delete(path)).status_code == 404
    assert (await web.delete(path)).status_code == 204
    assert (await web.delete(path)).status_code == 404
    assert (await web.delete(f"{SOURCES}/nonsense")).status_code == 404
    assert (await post(outside, source["address"], SIGNAL)).status_code == 404


async def test_a_source_sends_so_much_and_no_more(
    web: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source, other = await made(web), await made(web)
    answers = [await post(outside, source["address"], "{") for _ in range(60)]
    assert {each.status_code for each in answers} == {422, 429}
    assert "Retry-After" in answers[-1].headers
    assert (await post(outside, other["address"], SIGNAL)).status_code == 200


async def test_secrets_are_shown_once_and_in_no_log(
    server: Any, web: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    source, signing = await made(web), await made(web, "signed")
    secret = source["address"].rpartition("/")[2]
    await post(outside, source["address"], SIGNAL)
    await post(outside, source["address"], SIGNAL, origin="https://elsewhere.example")
    listed = (await web.get(SOURCES)).text
    assert secret not in listed
    assert signing["signing_secret"] not in listed
    assert "/api/v1/signals/in/" in server.lines
    assert secret not in server.lines
