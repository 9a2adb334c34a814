"""The gate around the web process, asked over the real ASGI interface."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from app.api.problems import ProblemShape, install
from app.api.security import BodyLimit, Gate, Premises, RequestLine, SecurityHeaders
from app.core.errors import InvalidInput, NotFound, NotSignedIn, RateLimited


def surrounded(premises: Premises, *, is_https: bool = False) -> ASGIApp:
    """A small application behind everything that stands around the real one."""
    web = FastAPI()
    install(web)

    @web.post("/echo")
    async def echo(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    @web.get("/fail/{kind}")
    async def fail(kind: str) -> None:
        raise {
            "found": NotFound("There is no symbol APPL.", suggestions=["AAPL"]),
            "input": InvalidInput("Write a ticker."),
            "busy": RateLimited("Too many.", retry_after_seconds=7),
            "nobody": NotSignedIn("Sign in first."),
            "bug": ZeroDivisionError("secret detail"),
        }[kind]

    @web.get("/plain")
    async def plain() -> PlainTextResponse:
        return PlainTextResponse("no such file", 404)

    @web.get("/typed")
    async def typed(count: int) -> int:
        return count

    gated = Gate(BodyLimit(web, limit=1_000), premises=premises)
    return RequestLine(SecurityHeaders(ProblemShape(gated), is_https=is_https))


def client(premises: Premises, base: str = "http://localhost:8000") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=surrounded(premises), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base)


LOOPBACK = Premises("127.0.0.1")
PUBLIC = Premises("0.0.0.0", "https://coach.example")  # noqa: S104


async def test_our_own_page_may_act() -> None:
    async with client(LOOPBACK) as web:
        answer = await web.post("/echo", headers={"Origin": "http://localhost:8000"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:8001",
        "https://localhost.evil.example:8000",
        "null",
        "file://",
        "http://localhost:8000.evil.example",
    ],
)
async def test_a_foreign_page_may_not_act(origin: str) -> None:
    async with client(LOOPBACK) as web:
        answer = await web.post("/echo", headers={"Origin": origin})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "forbidden"


async def test_a_browser_that_hides_its_origin_is_judged_by_where_it_says_it_comes_from() -> None:
    async with client(LOOPBACK) as web:
        foreign = await web.post("/echo", headers={"Sec-Fetch-Site": "cross-site"})
        sibling = await web.post("/echo", headers={"Sec-Fetch-Site": "same-site"})
        own = await web.post("/echo", headers={"Sec-Fetch-Site": "same-origin"})
        program = await web.post("/echo")
    assert [each.status_code for each in (foreign, sibling, own, program)] == [403, 403, 200, 200]


async def test_a_name_that_was_made_to_resolve_to_this_machine_is_refused() -> None:
    async with client(LOOPBACK, "http://rebound.example:8000") as web:
        read = await web.get("/plain")
        write = await web.post("/echo", headers={"Origin": "http://rebound.example:8000"})
    assert (read.status_code, write.status_code) == (403, 403)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
async def test_this_machines_own_names_are_answered(host: str) -> None:
    async with client(LOOPBACK, f"http://{host}") as web:
        assert (await web.post("/echo")).status_code == 200


async def test_behind_a_public_address_its_page_may_act_whatever_the_proxy_calls_us() -> None:
    async with client(PUBLIC, "http://coach.example") as web:
        own = await web.post("/echo", headers={"Origin": "https://coach.example"})
        foreign = await web.post("/echo", headers={"Origin": "https://evil.example"})
    assert (own.status_code, foreign.status_code) == (200, 403)


async def test_a_declared_body_above_the_limit_is_refused() -> None:
    async with client(LOOPBACK) as web:
        answer = await web.post("/echo", content=b"x" * 1_001)
        fits = await web.post("/echo", content=b"x" * 1_000)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert fits.text == "1000"


async def test_a_body_that_does_not_declare_its_length_is_counted() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 1_000

    async with client(LOOPBACK) as web:
        answer = await web.post("/echo", content=endless())
    assert answer.status_code == 413


async def test_every_answer_carries_the_callers_request_id_and_the_policy() -> None:
    async with client(LOOPBACK) as web:
        answers = [
            await web.post("/echo", headers={"X-Request-Id": "mine-1"}),
            await web.get("/fail/found", headers={"X-Request-Id": "mine-1"}),
            await web.post("/echo", headers={"X-Request-Id": "mine-1", "Origin": "http://e.vil"}),
        ]
    for answer in answers:
        assert answer.headers["x-request-id"] == "mine-1"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in answer.headers
    assert answers[1].json()["request_id"] == "mine-1"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("found", 404, "not_found"),
        ("input", 422, "invalid_input"),
        ("busy", 429, "rate_limited"),
        ("nobody", 401, "not_signed_in"),
        ("bug", 500, "internal_error"),
    ],
)
async def test_each_failure_is_a_problem(kind: str, status: int, code: str) -> None:
    async with client(LOOPBACK) as web:
        answer = await web.get(f"/fail/{kind}")
    found = answer.json()
    assert answer.status_code == found["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["code"] == code
    assert found["instance"] == f"/fail/{kind}"
    assert {"type", "title", "detail", "request_id"} <= found.keys()


async def test_a_bug_tells_its_id_and_nothing_else() -> None:
    async with client(LOOPBACK) as web:
        answer = await web.get("/fail/bug")
    assert "secret detail" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_near_names_and_the_time_to_wait_are_told() -> None:
    async with client(LOOPBACK) as web:
        assert (await web.get("/fail/found")).json()["suggestions"] == ["AAPL"]
        assert (await web.get("/fail/busy")).headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/echo", 405), ("GET", "/plain", 404)],
)
async def test_what_frameworks_refuse_has_the_same_shape(
    method: str, path: str, status: int
) -> None:
    async with client(LOOPBACK) as web:
        answer = await web.request(method, path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_argument_is_named() -> None:
    async with client(LOOPBACK) as web:
        found = (await web.get("/typed?count=many")).json()
    assert found["status"] == 422
    assert found["errors"][0]["where"] == "query.count"
