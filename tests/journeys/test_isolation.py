"""What one member must never see or change of another, tried at every door."""

from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.conversations import service
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.users.service import get_member


def web(server: Any, token: str | None) -> httpx.AsyncClient:
    cookies = {"access_token": token} if token else {}
    return httpx.AsyncClient(
        base_url=server.url, cookies=cookies, headers={"Origin": server.url}, follow_redirects=False
    )


@pytest.fixture
async def adas(server: Any, tabs: Any, ada_token: str) -> Any:
    """A tab of Ada's with a chart in it."""
    tab = await tabs.open(server, ada_token)
    await tab.ask("put up a 5 minute chart of msft")
    return tab


async def test_bob_cannot_open_adas_thread(
    server: Any, tabs: Any, adas: Any, bob_token: str
) -> None:
    stranger = await tabs.open(server, bob_token, adas.thread_id)
    await stranger.until(lambda: bool(stranger.trouble))
    assert stranger.steps == {}
    assert stranger.elements == {}


async def test_bob_cannot_take_over_adas_tab(
    server: Any, tabs: Any, adas: Any, bob_token: str
) -> None:
    with pytest.raises(Exception, match=r"authorization failed|refused|namespaces"):
        await tabs.open(server, bob_token, session_id=adas.session_id)


async def test_adas_thread_does_not_exist_for_bob_at_any_address(
    server: Any, adas: Any, bob_token: str
) -> None:
    element = next(iter(adas.elements))
    async with web(server, bob_token) as bob:
        answers = [
            await bob.get(f"/project/thread/{adas.thread_id}"),
            await bob.get(f"/project/thread/{adas.thread_id}/element/{element}"),
            await bob.put("/project/thread", json={"threadId": adas.thread_id, "name": "mine"}),
            await bob.request("DELETE", "/project/thread", json={"threadId": adas.thread_id}),
            await bob.get(f"/api/v1/threads/{adas.thread_id}"),
            await bob.delete(f"/api/v1/threads/{adas.thread_id}"),
            await bob.post("/api/v1/chat", json={"message": "spy?", "thread_id": adas.thread_id}),
        ]
        listed = (await bob.get("/api/v1/threads")).json()["threads"]
        beside = await bob.post(
            "/project/threads", json={"pagination": {"first": 50}, "filter": {}}
        )
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert adas.thread_id not in [thread["id"] for thread in listed]
    assert adas.thread_id not in beside.text


async def test_nobody_rewrites_a_card_not_even_its_own_member(
    server: Any, adas: Any, ada_token: str, bob_token: str
) -> None:
    element = next(iter(adas.elements.values())) | {"props": {"forged": True}}
    body = {"sessionId": adas.session_id, "element": element}
    for token in (ada_token, bob_token):
        async with web(server, token) as member:
            for method in ("PUT", "DELETE"):
                answer = await member.request(method, "/project/element", json=body)
                assert answer.status_code == 404
    async with web(server, ada_token) as ada:
        stored = (await ada.get(f"/project/thread/{adas.thread_id}")).json()
    assert "forged" not in str(stored["elements"])


async def test_bobs_thumb_on_adas_answer_is_refused_and_hers_is_kept(
    server: Any, adas: Any, ada_token: str, bob_token: str
) -> None:
    [run] = [step for step in adas.steps.values() if step["type"] == "run"]
    thumb = {"feedback": {"forId": run["id"], "value": 0, "comment": "no"}, "sessionId": "x"}
    async with web(server, bob_token) as bob:
        foreign = await bob.put("/feedback", json=thumb)
    async with web(server, ada_token) as ada:
        thumb["feedback"] |= {"value": 1, "comment": "yes"}  # type: ignore[operator]
        own = await ada.put("/feedback", json=thumb)
        thread = (await ada.get(f"/project/thread/{adas.thread_id}")).json()
        withdrawn = await ada.request("DELETE", "/feedback", json=own.json())
    assert foreign.status_code == 404
    assert own.status_code == withdrawn.status_code == 200
    [stored] = [step for step in thread["steps"] if step["type"] == "run"]
    assert (stored["feedback"]["value"], stored["feedback"]["comment"]) == (1, "yes")


async def test_bob_cannot_click_in_adas_tab(server: Any, adas: Any, bob_token: str) -> None:
    body = {
        "sessionId": adas.session_id,
        "action": {"name": "show_chart", "payload": {"symbol": "SPX"}},
    }
    async with web(server, bob_token) as bob:
        answer = await bob.post("/project/action", json=body)
    assert answer.status_code == 409
    assert len(adas.answers) == 1


async def test_a_click_in_a_tab_that_lost_its_session_says_to_try_again(
    server: Any, ada_token: str
) -> None:
    body = {"sessionId": str(uuid4()), "action": {"name": "show_chart", "payload": {}}}
    async with web(server, ada_token) as ada:
        answer = await ada.post("/project/action", json=body)
    assert answer.status_code == 409
    assert "Try again" in answer.json()["detail"]


@pytest.mark.parametrize("token", [None, "", "forged", "a.b.c"])
async def test_without_a_valid_token_every_door_is_shut(server: Any, token: str | None) -> None:
    asked = {"pagination": {"first": 5}, "filter": {}}
    async with web(server, token) as nobody:
        assert (await nobody.get("/")).headers["location"] == "/sign-in"
        assert (await nobody.get("/login")).headers["location"] == "/sign-in"
        closed = [
            await nobody.get("/api/v1/threads"),
            await nobody.get("/api/v1/quotes/SPX"),
            await nobody.get("/api/v1/market/status"),
            await nobody.post("/api/v1/chat", json={"message": "spy?"}),
            await nobody.get("/user"),
            await nobody.get("/project/settings"),
            await nobody.post("/project/threads", json=asked),
            await nobody.post("/project/action", json={"sessionId": "x", "action": {"name": "y"}}),
        ]
    assert [answer.status_code for answer in closed] == [401] * len(closed)
    assert {answer.headers["content-type"] for answer in closed} == {"application/problem+json"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/login"),
        ("POST", "/auth/jwt"),
        ("POST", "/auth/header"),
        ("GET", "/auth/oauth/github"),
        ("POST", "/mcp"),
        ("POST", "/project/file"),
        ("PUT", "/project/thread/share"),
        ("GET", "/project/share/01a1fba6-f460-7d50-bba7-e7f802ab42c3"),
        ("GET", "/copilot/index.js"),
        ("GET", "/anything/else"),
        ("GET", "/redoc"),
    ],
)
async def test_doors_of_the_chat_that_are_not_ours_do_not_exist(
    server: Any, ada_token: str, method: str, path: str
) -> None:
    async with web(server, ada_token) as ada:
        answer = await ada.request(method, path, json={} if method != "GET" else None)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/public/elements/..%2F..%2Fapp%2Fmain.py",
        "/public/elements/../../pyproject.toml",
        "/assets/coach/..%2f..%2fbase.py",
        "/assets/..%2f..%2f..%2fserver.py",
        "/public/..%2f.chainlit%2fconfig.toml",
        "/avatars/..%2f..%2fsecret",
    ],
)
async def test_no_path_leads_out_of_the_folders_that_are_served(
    server: Any, ada_token: str, path: str
) -> None:
    async with web(server, ada_token) as ada:
        answer = await ada.get(path)
    assert answer.status_code in {400, 404}


async def test_a_socket_from_a_foreign_page_is_refused(server: Any, ada_token: str) -> None:
    address = server.url.replace("http", "ws")
    cookie = {"Cookie": f"access_token={ada_token}", "Origin": "https://evil.example"}
    for path in ("/ws/socket.io/?EIO=4&transport=websocket", "/api/v1/live"):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with connect(address + path, additional_headers=cookie) as socket:
                await socket.recv()


async def test_the_database_agrees(
    postgres: DatabaseUrls, adas: Any, ada_token: str, bob_token: str
) -> None:
    """Bob's own transaction finds no trace of what Ada's tab shows."""
    database = Database(postgres.application)
    async with database.system() as session:
        claims = jwt.decode(bob_token, options={"verify_signature": False})
        bob = await get_member(session, claims["identifier"])
    async with database.member(bob.id) as session:
        page = await service.list_threads(session)
    await database.close()
    assert adas.thread_id not in [str(thread.id) for thread in page.threads]
