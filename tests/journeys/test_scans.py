"""Scans over HTTP: what is found, kept, followed and rated, and by whom."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

ALL: dict[str, Any] = {"limit": 500}
"""Everything listed: of a few symbols there are days without a setup."""


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
    first = (await web.post("/api/v1/scans", json=ALL)).json()
    again = (await web.post("/api/v1/scans", json=ALL)).json()

    assert first["scanned"] > 100
    assert first["found"] == len(first["opportunities"]) > 0
    assert all(each["is_new"] for each in first["opportunities"])
    for each in first["opportunities"]:
        assert each["reached"] + each["stopped"] + each["undecided"] == each["cases"]
        assert each["days"] >= 1
        assert (each["chance"] is None) == (each["expectation"] is None)
    assert any(
        each["chance"] and each["mean_result"] is not None for each in first["opportunities"]
    )
    told = {(each["symbol"], each["setup"], each["bar_at"]) for each in first["opportunities"]}
    assert not any(
        each["is_new"]
        for each in again["opportunities"]
        if (each["symbol"], each["setup"], each["bar_at"]) in told
    ), "what the moving market adds meanwhile is new"
    kept = (await web.get("/api/v1/opportunities?limit=200")).json()["opportunities"]
    entries = {(each["symbol"], each["setup"], each["entry"]) for each in kept}
    assert entries >= {
        (each["symbol"], each["setup"], each["entry"]) for each in first["opportunities"]
    }
    assert (await stranger.get("/api/v1/opportunities")).json()["opportunities"] == []


async def test_thumbs_are_ones_own(web: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    await web.post("/api/v1/scans", json=ALL)
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
    (refused,) = answer["refused"]
    assert (refused["line"], refused["text"]) == (3, "???")
    assert "is not a symbol" in refused["reason"]
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


CONDORS = {
    "symbols": ["AMD", "SPY"],
    "options": {"setups": ["iron_condor"], "min_probability": 0, "days": 30},
}


async def test_setups_on_options_are_found_kept_rated_and_ones_own(
    web: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    first = (await web.post("/api/v1/scans", json=CONDORS)).json()
    again = (await web.post("/api/v1/scans", json=CONDORS)).json()

    assert (first["scanned"], first["found"], first["opportunities"]) == (2, 2, [])
    assert [each["is_new"] for each in first["option_opportunities"]] == [True, True]
    assert [each["is_new"] for each in again["option_opportunities"]] == [False, False]
    kept = (await web.get("/api/v1/opportunities")).json()
    each, *_ = kept["option_opportunities"]
    assert [leg["quantity"] for leg in each["legs"]] == [-1, 1, -1, 1]
    assert each["target"] < each["entry"] < each["stop"]
    assert 0 < each["probability"] < 1
    assert (each["status"], each["result"], kept["option_records"]) == ("live", None, [])

    path = f"/api/v1/opportunities/{each['id']}/liked"
    assert (await stranger.put(path, json={"liked": True})).status_code == 404
    assert (await web.put(path, json={"liked": True})).status_code == 204
    liked = (await web.get("/api/v1/opportunities")).json()["option_opportunities"]
    assert [one["liked"] for one in liked if one["id"] == each["id"]] == [True]
    assert (await stranger.get("/api/v1/opportunities")).json()["option_opportunities"] == []


async def test_a_scan_of_options_is_saved_with_all_it_looked_for(web: httpx.AsyncClient) -> None:
    asked = {**CONDORS, "name": "condors", "every_minutes": 60}
    made = (await web.post("/api/v1/scans", json=asked)).json()
    (saved,) = (await web.get("/api/v1/scans")).json()["scans"]

    assert (saved["id"], saved["every_minutes"]) == (made["scan_id"], 60)
    assert saved["symbols"] == ["AMD", "SPY"]
    assert saved["options"]["setups"] == ["iron_condor"]
    assert (saved["options"]["days"], saved["options"]["min_probability"]) == (30, 0)


@pytest.mark.parametrize(
    "asked",
    [
        {"options": {"setups": ["moon_shot"]}},
        {"options": {"delta": 0.9}},
        {"options": {}, "min_price": 5},
        {"options": {}, "sector": "energy"},
        {"options": {}, "where": "close > 5"},
        {"options": {}, "symbols": [f"A{place}" for place in range(31)]},
        {"options": {"surprise": 1}},
    ],
)
async def test_what_chains_cannot_be_asked_is_a_clear_refusal(
    web: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    answer = await web.post("/api/v1/scans", json=asked)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
