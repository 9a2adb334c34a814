"""Scans over HTTP: nothing is kept that cannot be run, and what is kept can always be listed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from string import ascii_uppercase
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.api import problems, scans
from app.core.clock import FrozenClock
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.settings import DatabaseSettings, Settings, WebSettings
from app.main import build_doors
from app.scanner import keeping
from app.scanner.models import Search
from app.users.service import ensure_member
from app.users.tokens import issue_token
from app.wiring import build_bus, build_runtime

pytestmark = pytest.mark.database

A_SECRET = "a secret of these tests, at least 32 bytes long"
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)


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
    made, clock = build_doors(settings, runtime, database, build_bus(settings)), FrozenClock(NOW)
    served.state.doors = replace(made, clock=clock, wall=clock)
    problems.install(served)
    served.include_router(scans.router)
    async with database.system() as session:
        member = await ensure_member(session, "ada", name="Ada", now=NOW)
    token = issue_token(member, secret=A_SECRET, now=NOW)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=served, raise_app_exceptions=False),
        base_url="http://localhost:8000/api/v1",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client
    await runtime.market.close()


async def _saved(web: httpx.AsyncClient) -> list[str]:
    answer = await web.get("/scans")
    assert answer.status_code == httpx.codes.OK
    return [each["name"] for each in answer.json()["scans"]]


def _tickers(count: int) -> str:
    return " ".join("".join(each) for each in islice(product(ascii_uppercase, repeat=4), count))


@pytest.mark.parametrize(
    "asked",
    [
        {"where": "rsi(14 <"},
        {"sector": "llamas"},
        {"list": _tickers(6000)},
        {"options": {}, "list": _tickers(40)},
        {"symbols": ["AMD"], "min_price": "5", "max_price": "2"},
        {"symbols": ["AMD"], "name": "a\x00b"},
        {"list": 'Ticker,Name\nAAPL,"' + "a" * 140_000 + '"\n'},
    ],
)
async def test_what_cannot_be_run_is_refused_and_not_kept(
    web: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    answer = await web.post("/scans", json={"name": "broken", "every_minutes": 60, **asked})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert await _saved(web) == []


async def test_what_runs_is_kept_with_what_it_found(web: httpx.AsyncClient) -> None:
    answer = await web.post("/scans", json={"name": "mine", "symbols": ["AMD", "NVDA"]})
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["scan_id"]
    chains = {"name": "chains", "symbols": ["AMD"], "options": {"setups": ["iron_condor"]}}
    assert (await web.post("/scans", json=chains)).status_code == httpx.codes.OK
    assert await _saved(web) == ["chains", "mine"]


async def test_what_is_kept_is_listed_however_large_it_is(
    web: httpx.AsyncClient, database: Database, ada: UUID
) -> None:
    symbols = tuple(map(Symbol, _tickers(6000).split()))
    async with database.member(ada) as session:
        await keeping.save_scan(
            session,
            "large",
            Search(symbols=symbols),
            every=None,
            allowed=(0, timedelta(hours=1)),
            now=NOW,
        )
    assert await _saved(web) == ["large"]


async def test_a_name_is_one_name_however_its_letters_are_lowered(web: httpx.AsyncClient) -> None:
    for name in ("İ", "İ", "ÄPFEL", "Äpfel"):
        answer = await web.post("/scans", json={"name": name, "symbols": ["AMD"]})
        assert answer.status_code == httpx.codes.OK
    assert len(await _saved(web)) == 2


async def test_a_blank_sector_is_none(web: httpx.AsyncClient) -> None:
    blank = await web.post("/scans", json={"symbols": ["AMD", "SPY"], "sector": " "})
    assert blank.json()["scanned"] == 2
