"""Pictures over HTTP: from pixels to rows to positions, and no further for anybody else."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.api.screenshots import BODY_LIMIT
from tests.app.screenshots.conftest import screen

PATH = "/api/v1/screenshots"


@pytest.fixture
async def web(server: Any, ada_token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {ada_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=180) as client:
        yield client


async def _send(web: httpx.AsyncClient, *contents: bytes, **form: str) -> httpx.Response:
    files = [("pictures", ("Screenshot.png", each, "image/png")) for each in contents]
    return await web.post(PATH, files=files, data=form)


async def test_a_picture_becomes_rows_with_crops(web: httpx.AsyncClient) -> None:
    answer = await _send(web, screen(), keep_days="3")
    assert answer.status_code == 201
    (found,) = answer.json()["screenshots"]
    assert (found["shows"], found["broker"]) == ("positions", "Interactive Brokers")
    first, second = found["rows"]
    assert {name: field and field["value"] for name, field in first["fields"].items()} == {
        "underlying": "SPY",
        "kind": "option",
        "quantity": -2,
        "right": "call",
        "strike": 410,
        "expiry": "2023-06-16",
        "mark": 5,
        "entry_price": 4.1,
        "market_value": -1000,
        "cost": None,
        "pnl_open": None,
        "pnl_day": None,
    }
    assert 0.9 < first["fields"]["quantity"]["confidence"] < 1
    crop = await web.get(second["crop"]["url"])
    assert (crop.status_code, crop.headers["content-type"]) == (200, "image/webp")
    assert crop.content.startswith(b"RIFF")
    assert (await web.get(f"{PATH}/{found['id']}")).json() == found


async def test_confirmed_rows_become_positions_once(web: httpx.AsyncClient) -> None:
    found = (await _send(web, screen())).json()["screenshots"][0]
    address = f"{PATH}/{found['id']}/confirm"
    shares = {"underlying": "AAPL", "quantity": 10, "price": 200.5}
    for is_repeated in (False, True):
        confirmed = await web.post(address, json={"rows": [shares]})
        assert confirmed.status_code == 200
        assert confirmed.json()["is_repeated"] is is_repeated
        assert confirmed.json()["positions"][0]["label"] == "AAPL"
    other = {"rows": [shares | {"quantity": 11}]}
    assert (await web.post(address, json=other)).status_code == 409
    assert (await web.get(f"{PATH}/{found['id']}")).json()["confirmed_at"] is not None


async def test_a_picture_is_its_members_alone_until_it_is_deleted(
    web: httpx.AsyncClient, server: Any
) -> None:
    found = (await _send(web, screen())).json()["screenshots"][0]
    address, crop = f"{PATH}/{found['id']}", found["rows"][0]["crop"]["url"]
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        token = (await nobody.post("/api/v1/auth/demo")).json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        for each in (address, found["url"], crop):
            assert (await nobody.get(each, headers=bearer)).status_code == 404
            assert (await nobody.get(each)).status_code == 401
        rows = {"rows": [{"underlying": "AAPL", "quantity": 1}]}
        foreign = await nobody.post(f"{address}/confirm", json=rows, headers=bearer)
        assert foreign.status_code == 404
        assert (await nobody.delete(address, headers=bearer)).status_code == 404
    assert (await web.delete(address)).status_code == 204
    assert (await web.get(found["url"])).status_code == 404


async def test_of_several_pictures_the_broken_one_is_named(web: httpx.AsyncClient) -> None:
    answer = await _send(web, screen(), b"<svg/>")
    assert answer.status_code == 201
    assert len(answer.json()["screenshots"]) == 1
    assert "PNG" in answer.json()["refused"][0]["detail"]


async def test_what_is_no_picture_is_refused_with_a_sentence(web: httpx.AsyncClient) -> None:
    for content, words in ((b"MZ\x90 a program", "no picture"), (screen()[:90], "damaged")):
        answer = await _send(web, content)
        assert answer.status_code == 422
        assert words in answer.json()["detail"]


async def test_a_body_beyond_any_pictures_is_not_taken(web: httpx.AsyncClient) -> None:
    answer = await web.post(PATH, content=bytes(BODY_LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    elsewhere = await web.post("/api/v1/chat", content=bytes(2_000_000))
    assert elsewhere.status_code == 413
