"""Scans over HTTP: what is found, kept, followed and rated, and by whom."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

FEW = ["AMD", "NVDA", "TSLA", "SPY", "XOM", "META", "SCHW", "IWM", "DIS", "QQQ", "AAPL", "MSFT"]


def program(server: Any, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60)


@pytest.fixture
async def web(server: Any, ada_token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with program(server, ada_token) as client:
        yield client


@pytest.fixture
async def stranger(server: Any, bob_token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with program(server, bob_token) as client:
        yield client


async def test_a_scan_finds_keeps_and_tells_what_is_new(
    web: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    first = (await web.post("/api/v1/scans", json={"symbols": FEW})).json()
    again = (await web.post("/api/v1/scans", json={"symbols": FEW})).json()

    assert first["scanned"] == len(FEW)
    assert first["found"] == len(first["opportunities"]) > 0
    assert all(each["is_new"] for each in first["opportunities"])
    assert not any(each["is_new"] for each in again["opportunities"])
    kept = (await web.get("/api/v1/opportunities")).json()["opportunities"]
    assert {(each["symbol"], each["setup"], each["entry"]) for each in kept} == {
        (each["symbol"], each["setup"], each["entry"]) for each in first["opportunities"]
    }
    assert (await stranger.get("/api/v1/opportunities")).json() == {"opportunities": []}


async def test_thumbs_are_ones_own(web: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    await web.post("/api/v1/scans", json={"symbols": FEW})
    each = (await web.get("/api/v1/opportunities")).json()["opportunities"][0]
    path = f"/api/v1/opportunities/{each['id']}/liked"

    assert (await stranger.put(path, json={"liked": False})).status_code == 404
    assert (await web.put(path, json={"liked": True})).status_code == 204
    found = (await web.get("/api/v1/opportunities")).json()["opportunities"]
    assert next(row for row in found if row["id"] == each["id"])["liked"] is True
    assert (
        await web.put("/api/v1/opportunities/nonsense/liked", json={"liked": True})
    ).status_code == 404


async def test_a_scan_is_saved_changed_and_forgotten(
    web: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    asked = {"symbols": ["SPY"], "name": "just spy", "every_minutes": 60, "setups": ["breakout"]}
    made = (await web.post("/api/v1/scans", json=asked)).json()
    await web.post("/api/v1/scans", json={**asked, "setups": ["breakdown"]})

    (saved,) = (await web.get("/api/v1/scans")).json()["scans"]
    assert (saved["id"], saved["version"], saved["every_minutes"]) == (made["scan_id"], 2, 60)
    assert saved["setups"] == ["breakdown"]
    assert (await stranger.delete(f"/api/v1/scans/{saved['id']}")).status_code == 404
    assert (await web.delete(f"/api/v1/scans/{saved['id']}")).status_code == 204
    assert (await web.get("/api/v1/scans")).json() == {"scans": []}


async def test_a_pasted_list_is_scanned_and_what_it_cannot_mean_is_told(
    web: httpx.AsyncClient,
) -> None:
    pasted = "Ticker,Name\nAMD,Advanced\n???,Nothing\nZZZZZ,Nobody\n"
    answer = (await web.post("/api/v1/scans", json={"symbols": ["SPY"], "list": pasted})).json()

    assert answer["scanned"] == 2
    assert answer["refused"] == [{"line": 3, "text": "???"}]
    assert list(answer["left_out"]) == ["ZZZZZ"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"symbols": ["not a symbol"]}, 422),
        ({"symbols": ["ZZZZZ"]}, 404),
        ({"setups": ["moon_shot"]}, 422),
        ({"sector": "llamas"}, 422),
        ({"min_price": -1}, 422),
        ({"min_price": 9, "max_price": 8}, 422),
        ({"every_minutes": 1, "name": "fast", "symbols": ["SPY"]}, 422),
        ({"surprise": True}, 422),
        ({"list": "1 2 3"}, 422),
    ],
)
async def test_what_cannot_be_scanned_is_a_clear_refusal(
    web: httpx.AsyncClient, asked: dict[str, Any], status: int
) -> None:
    answer = await web.post("/api/v1/scans", json=asked)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
