"""How many symbols pass a filter, over HTTP, for who is signed in and not too often."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.api import problems, scan_counts
from app.core.clock import FrozenClock
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.settings import DatabaseSettings, Settings, WebSettings
from app.infra.throttle import Throttle
from app.main import build_doors
from app.users.service import ensure_member
from app.users.tokens import issue_token
from app.wiring import build_bus, build_runtime

pytestmark = pytest.mark.database

A_SECRET = "a secret of these tests, at least 32 bytes long"
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
FEW = ["SPY", "QQQ", "AMD", "F"]


@pytest.fixture
async def web(
    database: Database, postgres: DatabaseUrls, ada: UUID
) -> AsyncIterator[httpx.AsyncClient]:
    """The route over a real database and the simulated market, as Ada."""
    settings = Settings(
        database=DatabaseSettings(url=SecretStr(postgres.owner)),
        web=WebSettings(secret=SecretStr(A_SECRET)),
    )
    runtime = build_runtime(settings)
    served = FastAPI()
    made, clock = build_doors(settings, runtime, database, build_bus(settings)), FrozenClock(NOW)
    counts = Throttle(6, 3600, "counts of a filter")
    served.state.doors = replace(made, clock=clock, wall=clock, counts=counts)
    problems.install(served)
    served.include_router(scan_counts.router)
    async with database.system() as session:
        member = await ensure_member(session, "ada", name="Ada", now=NOW)
    token = issue_token(member, secret=A_SECRET, now=NOW)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=served),
        base_url="http://localhost:8000/api/v1",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client
    await runtime.market.close()


async def test_a_filter_is_counted_and_put_in_words(web: httpx.AsyncClient) -> None:
    every = await web.post("/scans/count", json={"symbols": FEW})
    some = await web.post("/scans/count", json={"symbols": FEW, "where": "market_cap > 1B"})
    none = await web.post("/scans/count", json={"symbols": FEW, "where": "close > 1 and close < 0"})

    assert every.json() == {
        "passing": 4,
        "considered": 4,
        "named": FEW,
        "formula": "",
        "words": "",
        "without": {},
    }
    assert (some.json()["named"], some.json()["without"]) == (["AMD", "F"], {"market_cap": 2})
    assert none.json()["passing"] == 0
    assert none.json()["words"] == "the close is above 1 and the close is below 0"


async def test_what_cannot_be_counted_is_a_problem_in_words(web: httpx.AsyncClient) -> None:
    wrong = await web.post("/scans/count", json={"symbols": FEW, "where": "rsi(14 < 30"})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "parenthesis" in wrong.json()["detail"]
    nothing = await web.post("/scans/count", json={"symbols": FEW, "sector": "llamas"})
    assert nothing.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_nobody_counts_without_end_or_without_signing_in(web: httpx.AsyncClient) -> None:
    for _ in range(6):
        assert (await web.post("/scans/count", json={"symbols": ["SPY"]})).is_success
    again = await web.post("/scans/count", json={"symbols": ["SPY"]})
    assert again.status_code == httpx.codes.TOO_MANY_REQUESTS
    stranger = await web.post(
        "/scans/count", json={"symbols": ["SPY"]}, headers={"Authorization": ""}
    )
    assert stranger.status_code == httpx.codes.UNAUTHORIZED
