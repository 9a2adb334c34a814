"""A saved scan runs by itself, or no more, by a click."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.api import problems, scan_schedule, scans
from app.core.clock import FrozenClock
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.settings import DatabaseSettings, Settings, WebSettings
from app.main import build_doors
from app.users.service import ensure_member
from app.users.tokens import issue_token
from app.wiring import build_bus, build_runtime

pytestmark = pytest.mark.database

A_SECRET = "a secret of these tests, at least 32 bytes long"
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
SCAN = {"name": "Two funds", "symbols": ["SPY", "QQQ"], "where": "close > 1"}


async def token_of(database: Database, name: str) -> str:
    async with database.system() as session:
        member = await ensure_member(session, name, name=name.title(), now=NOW)
    return issue_token(member, secret=A_SECRET, now=NOW)


@pytest.fixture
async def web(
    database: Database, postgres: DatabaseUrls, ada: UUID
) -> AsyncIterator[httpx.AsyncClient]:
    """The routes over a real database and the simulated market, as Ada."""
    settings = Settings(
        database=DatabaseSettings(url=SecretStr(postgres.owner)),
        web=WebSettings(secret=SecretStr(A_SECRET)),
    )
    runtime = build_runtime(settings)
    served = FastAPI()
    made = build_doors(settings, runtime, database, build_bus(settings))
    present = FrozenClock(NOW - timedelta(days=2))
    served.state.doors = replace(made, clock=present, wall=FrozenClock(NOW))
    problems.install(served)
    served.include_router(scans.router)
    served.include_router(scan_schedule.router)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=served),
        base_url="http://localhost:8000/api/v1",
        headers={"Authorization": f"Bearer {await token_of(database, 'ada')}"},
    ) as client:
        yield client
    await runtime.market.close()


async def saved(web: httpx.AsyncClient) -> str:
    answer = await web.post("/scans", json=SCAN)
    assert answer.status_code == 200, answer.text
    scan_id: str = answer.json()["scan_id"]
    return scan_id


async def set_to(web: httpx.AsyncClient, scan: str, minutes: int | None) -> int:
    return (await web.put(f"/scans/{scan}/schedule", json={"every_minutes": minutes})).status_code


async def kept(web: httpx.AsyncClient) -> dict[str, Any]:
    [found] = (await web.get("/scans")).json()["scans"]
    return dict(found)


async def test_it_runs_by_itself_and_then_no_more_and_looks_for_the_same(
    web: httpx.AsyncClient,
) -> None:
    scan = await saved(web)
    before = await kept(web)
    assert (before["every_minutes"], before["due_at"]) == (None, None)

    assert await set_to(web, scan, 60) == 204
    hourly = await kept(web)
    assert await set_to(web, scan, None) == 204

    assert (hourly["every_minutes"], hourly["due_at"]) == (60, "2026-11-25T15:30:00Z")
    assert hourly | {"every_minutes": None, "due_at": None} == before
    assert await kept(web) == before


async def test_another_members_scan_does_not_exist(
    web: httpx.AsyncClient, database: Database, bob: UUID
) -> None:
    scan = await saved(web)
    web.headers["Authorization"] = f"Bearer {await token_of(database, 'bob')}"

    assert await set_to(web, scan, 60) == 404
    assert await set_to(web, str(uuid4()), 60) == 404
    assert await set_to(web, "none", 60) == 404


@pytest.mark.parametrize("minutes", [0, 4, 7 * 24 * 60 + 1])
async def test_what_is_no_interval_is_refused(web: httpx.AsyncClient, minutes: int) -> None:
    scan = await saved(web)

    assert await set_to(web, scan, minutes) == 422
    assert (await kept(web))["every_minutes"] is None
