"""Pictures over HTTP: from pixels to rows to positions, and no further for anybody else."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from app.api.uploads import BODY_LIMIT
from app.screenshots.pictures import MAX_BYTES
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


async def test_of_several_pictures_each_has_its_own_outcome(web: httpx.AsyncClient) -> None:
    for count in (4, 2):
        spent = await _send(web, *[b"<svg/>"] * count)
        assert (spent.status_code, spent.json()["screenshots"]) == (207, [])
    answer = await _send(web, screen(), b"<svg/>", screen(), screen())
    assert answer.status_code == 201
    body = answer.json()
    assert body["screenshots"][0]["shows"] == "positions"
    assert [each["status"] for each in body["refused"]][:2] == [422, 429]
    assert body["refused"][1]["retry_after"] >= 1


async def test_pictures_that_are_kept_are_listed_newest_first(
    web: httpx.AsyncClient, server: Any, bob_token: str
) -> None:
    assert (await web.get(PATH)).json() == {"screenshots": []}
    sent = [(await _send(web, screen())).json()["screenshots"][0] for _ in range(2)]
    listed = (await web.get(PATH)).json()["screenshots"]
    assert [each["id"] for each in listed] == [each["id"] for each in reversed(sent)]
    assert (listed[0]["rows"], listed[0]["broker"]) == (2, "Interactive Brokers")
    assert len((await web.get(PATH, params={"limit": 1})).json()["screenshots"]) == 1
    theirs = await web.get(PATH, headers={"Authorization": f"Bearer {bob_token}"})
    assert theirs.json() == {"screenshots": []}


async def test_how_long_a_picture_is_kept_is_chosen_before_and_after(
    web: httpx.AsyncClient,
) -> None:
    found = (await _send(web, screen(), keep_days="30")).json()["screenshots"][0]
    assert found["keep_days"] == 30
    changed = await web.patch(f"{PATH}/{found['id']}", json={"keep_days": 1})
    assert (changed.status_code, changed.json()["keep_days"]) == (200, 1)
    assert (await _send(web, screen())).json()["screenshots"][0]["keep_days"] == 1
    for days in ("91", "-1", "many", "9" * 400):
        assert (await _send(web, screen(), keep_days=days)).status_code == 422


async def test_a_picture_that_is_to_go_at_once_is_erased_when_it_is_confirmed(
    web: httpx.AsyncClient,
) -> None:
    found = (await _send(web, screen(), keep_days="7")).json()["screenshots"][0]
    address = f"{PATH}/{found['id']}"
    confirmation = {"rows": [{"underlying": "AAPL", "quantity": 10}], "keep_days": 0}
    for is_repeated in (False, True):
        confirmed = await web.post(f"{address}/confirm", json=confirmation)
        assert (confirmed.status_code, confirmed.json()["is_repeated"]) == (200, is_repeated)
    for each in (address, found["url"], found["rows"][0]["crop"]["url"]):
        assert (await web.get(each)).status_code == 404
    assert (await web.get(PATH)).json() == {"screenshots": []}


async def test_a_number_beyond_all_measure_is_refused(web: httpx.AsyncClient) -> None:
    found = (await _send(web, screen())).json()["screenshots"][0]
    for number in ("1e999999", "-1e999999", "1e-999999"):
        for name in ("quantity", "price", "strike"):
            row = {"underlying": "AAPL", "quantity": 1, "price": 1} | {name: number}
            confirmation = {"rows": [row, row]}
            answer = await web.post(f"{PATH}/{found['id']}/confirm", json=confirmation)
            assert answer.status_code == 422


def _head(server: Any, length: int, token: str | None = None) -> bytes:
    lines = [
        f"POST {PATH} HTTP/1.1",
        f"Host: localhost:{server.port}",
        "Content-Type: multipart/form-data; boundary=limit",
        f"Content-Length: {length}",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@asynccontextmanager
async def _begun(head: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """An upload of which no more than its head is sent."""
    port = int(re.search(rb"localhost:(\d+)", head)[1])  # type: ignore[index]
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(head)
    await writer.drain()
    yield reader
    writer.close()


@pytest.mark.parametrize(
    ("is_signed_in", "length", "status"), [(False, 30_000_000, b"401"), (True, 50_000_000, b"413")]
)
async def test_who_may_not_send_is_told_before_the_pictures_are_taken(
    server: Any, ada_token: str, is_signed_in: bool, length: int, status: bytes
) -> None:
    head = _head(server, length, ada_token if is_signed_in else None)
    async with _begun(head) as answer, asyncio.timeout(20):
        assert status in await answer.readline()


async def test_a_member_with_pictures_waiting_is_sent_away(
    web: httpx.AsyncClient, server: Any, ada_token: str
) -> None:
    head = _head(server, 1_000, ada_token)
    async with AsyncExitStack() as uploads:
        for _ in range(4):
            await uploads.enter_async_context(_begun(head))
        answer = await _send(web, b"<svg/>")
        for _ in range(100):
            if "waiting already" in answer.json()["detail"]:
                break
            answer = await _send(web, b"<svg/>")
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_picture_beyond_ten_megabytes_is_not_taken(web: httpx.AsyncClient) -> None:
    answer = await _send(web, screen() + bytes(MAX_BYTES))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "10 MB" in answer.json()["detail"]


async def test_a_body_beyond_any_pictures_is_not_taken(web: httpx.AsyncClient) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b'--limit\r\nContent-Disposition: form-data; name="pictures"; filename="a"\r\n\r\n'
        for _ in range(BODY_LIMIT // 100_000 + 1):
            yield bytes(100_000)

    undeclared = {"Content-Type": "multipart/form-data; boundary=limit"}
    for content, headers in ((bytes(BODY_LIMIT + 1), {}), (stream(), undeclared)):
        answer = await web.post(PATH, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    elsewhere = await web.post("/api/v1/chat", content=bytes(2_000_000))
    assert elsewhere.status_code == 413
