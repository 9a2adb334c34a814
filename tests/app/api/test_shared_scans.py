"""Scans shared over HTTP: nobody's before a member says so, and everybody's own once used."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.api import problems, scans, shared_scans
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
GONE = 404


async def signed_in(web: httpx.AsyncClient, database: Database, name: str) -> None:
    async with database.system() as session:
        member = await ensure_member(session, name, name=name.title(), now=NOW)
    web.headers["Authorization"] = f"Bearer {issue_token(member, secret=A_SECRET, now=NOW)}"


@pytest.fixture
async def web(
    database: Database, postgres: DatabaseUrls, ada: UUID, bob: UUID
) -> AsyncIterator[httpx.AsyncClient]:
    """The routes over a real database and the simulated market, as Ada."""
    settings = Settings(
        database=DatabaseSettings(url=SecretStr(postgres.owner)),
        web=WebSettings(secret=SecretStr(A_SECRET)),
    )
    runtime = build_runtime(settings)
    served = FastAPI()
    made, clock = build_doors(settings, runtime, database, build_bus(settings)), FrozenClock(NOW)
    served.state.doors = replace(made, clock=clock, wall=clock)
    problems.install(served)
    served.include_router(scans.router)
    served.include_router(shared_scans.router)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=served), base_url="http://localhost:8000/api/v1"
    ) as client:
        await signed_in(client, database, "ada")
        yield client
    await runtime.market.close()


async def listed(web: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await web.get("/shared-scans")).json()["scans"]
    return found


async def test_a_scan_is_shared_used_and_taken_back(
    web: httpx.AsyncClient, database: Database
) -> None:
    scan = (await web.post("/scans", json=SCAN)).json()["scan_id"]
    await signed_in(web, database, "bob")
    assert await listed(web) == []
    assert (await web.put(f"/scans/{scan}/shared", json={})).status_code == GONE

    await signed_in(web, database, "ada")
    shared = (await web.put(f"/scans/{scan}/shared", json={"with_list": True})).json()
    assert (shared["is_mine"], shared["has_list"]) == (True, True)
    await signed_in(web, database, "bob")
    [seen] = await listed(web)
    assert (seen["is_mine"], seen["search"]["symbols"]) == (False, ["SPY", "QQQ"])
    versions = (await web.get(f"/shared-scans/{seen['id']}/versions")).json()["scans"]
    assert [each["version"] for each in versions] == [1]
    used = (await web.post(f"/shared-scans/{seen['id']}/use", json={})).json()
    [own] = (await web.get("/scans")).json()["scans"]
    assert (own["id"], own["name"], own["every_minutes"]) == (used["scan_id"], "Two funds", None)
    assert (await web.delete(f"/scans/{scan}/shared")).status_code == GONE

    await signed_in(web, database, "ada")
    assert (await web.delete(f"/scans/{scan}/shared")).status_code == httpx.codes.NO_CONTENT
    assert await listed(web) == []
    assert (await web.post(f"/shared-scans/{seen['id']}/use", json={})).status_code == GONE
    assert (await web.get("/shared-scans/none/versions")).status_code == GONE
