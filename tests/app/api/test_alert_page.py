"""All that the page of alerts shows, in one answer, and only to its member."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.alerts.telling import Going, tell
from app.alerts.triggers import Firing
from app.api import alert_page, alerts, problems
from app.core.clock import FrozenClock
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.settings import DatabaseSettings, Settings, WebSettings
from app.main import build_doors
from app.users.service import ensure_member
from app.users.tokens import issue_token
from app.wiring import build_bus, build_runtime
from workers.alert_messages import MessageWriter

pytestmark = pytest.mark.database

A_SECRET = "a secret of these tests, at least 32 bytes long"
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
"""The Wednesday before Thanksgiving, 10:30 in New York."""


@pytest.fixture
async def served(database: Database, postgres: DatabaseUrls) -> AsyncIterator[FastAPI]:
    """The routes over a real database and the simulated market."""
    settings = Settings(
        database=DatabaseSettings(url=SecretStr(postgres.owner)),
        web=WebSettings(secret=SecretStr(A_SECRET)),
    )
    runtime = build_runtime(settings)
    web = FastAPI()
    made, clock = build_doors(settings, runtime, database, build_bus(settings)), FrozenClock(NOW)
    web.state.doors = replace(made, clock=clock, wall=clock)
    problems.install(web)
    web.include_router(alerts.router)
    web.include_router(alert_page.router)
    yield web
    await runtime.market.close()


async def client_of(served: FastAPI, database: Database, name: str) -> httpx.AsyncClient:
    async with database.system() as session:
        member = await ensure_member(session, name, name=name.title(), now=NOW)
    token = issue_token(member, secret=A_SECRET, now=NOW)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=served),
        base_url="http://localhost:8000/api/v1",
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.fixture
async def web(served: FastAPI, database: Database, ada: UUID) -> AsyncIterator[httpx.AsyncClient]:
    async with await client_of(served, database, "ada") as client:
        yield client


async def armed(web: httpx.AsyncClient, symbol: str, condition: str, **asked: Any) -> str:
    drafted = (
        await web.post("/alerts", json={"symbol": symbol, "condition": condition, **asked})
    ).json()
    alert_id: str = drafted["alert"]["id"]
    answer = await web.post(f"/alerts/{alert_id}/arm", json={"hash": drafted["hash"]})
    assert answer.status_code == 200, answer.text
    return alert_id


async def shown(web: httpx.AsyncClient) -> dict[str, Any]:
    answer = await web.get("/watching")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def go_off(database: Database, member: UUID, alert: str) -> None:
    firing = Firing(
        alert=UUID(alert), sequence=1, price=99000.5, at=NOW.timestamp(), number=1, level=99000.0
    )
    async with database.system() as session:
        going = Going(member_id=member, firing=firing, is_last=True)
        await tell(session, [going], None, MessageWriter(), now=NOW)


async def test_it_says_what_is_watched_and_how_far_it_is(web: httpx.AsyncClient) -> None:
    await armed(web, "SPX", "price hits 99000", title="trim half")
    await armed(web, "SPX", "price crosses above pdh", repeats=True)
    await armed(web, "", "net_delta > 200")

    found = await shown(web)

    assert (found["used"], found["limit"], found["simulated"]) == (3, None, True)
    book, moving, typed = found["alerts"]
    assert (typed["words"], typed["level"], typed["note"]) == (
        "price hits 99,000",
        99000,
        "trim half",
    )
    assert (typed["status"], typed["told"]) == ("armed", "once")
    assert (moving["level_name"], moving["told"]) == ("PDH", "every time")
    assert moving["price"] == typed["price"] > 1
    assert 0 < moving["level"] < 99000
    assert (book["symbol"], book["price"], book["level"]) == ("", None, None)


async def test_a_silence_has_its_end_and_the_page_knows_when_to_ask_again(
    web: httpx.AsyncClient,
) -> None:
    alert = await armed(web, "SPX", "price hits 99000", expires_at="2026-12-04T21:00:00Z")
    first = await shown(web)
    assert first["changes_at"] == "2026-12-04T21:00:00Z"
    [row] = first["alerts"]
    assert row["opens_at"] == "2026-11-27T14:30:00Z"

    answer = await web.post(f"/alerts/{alert}/snooze", json={"until": row["opens_at"]})
    assert answer.status_code == 200, answer.text

    after = await shown(web)
    assert [each["status"] for each in after["alerts"]] == ["snoozed"]
    assert after["alerts"][0]["snoozed_until"] == after["changes_at"] == row["opens_at"]
    assert after["used"] == 1


async def test_the_real_time_is_told_beside_the_markets(
    served: FastAPI, web: httpx.AsyncClient
) -> None:
    behind = FrozenClock(NOW - timedelta(days=2))
    served.state.doors = replace(served.state.doors, clock=behind)
    found = await shown(web)
    assert (found["as_of"], found["now"]) == ("2026-11-23T15:30:00Z", "2026-11-25T15:30:00Z")


async def test_an_alert_says_that_a_channel_it_names_cannot_be_told(
    web: httpx.AsyncClient,
) -> None:
    await armed(web, "SPX", "price hits 99000", channels=["telegram"])
    await armed(web, "SPX", "price hits 98000")

    usual, named = (await shown(web))["alerts"]

    assert usual["unreached"] == []
    assert [each[:22] for each in named["unreached"]] == [
        "Telegram is not set up",
        "Until then it goes out",
    ]


async def test_what_was_told_stays_when_its_alert_is_dropped(
    web: httpx.AsyncClient, database: Database, ada: UUID
) -> None:
    alert = await armed(web, "SPX", "price hits 99000")
    await go_off(database, ada, alert)
    assert [each["status"] for each in (await shown(web))["alerts"]] == ["fired"]
    await web.delete(f"/alerts/{alert}")

    found = await shown(web)

    assert (found["alerts"], found["used"]) == ([], 0)
    [told] = found["firings"]
    assert (told["symbol"], told["words"]) == ("SPX", "price hits 99,000")
    assert (told["price"], told["level"], told["late"]) == (99000.5, 99000, False)
    assert str(UUID(told["thread_id"])) == told["thread_id"]
    assert str(UUID(told["message_id"])) == told["message_id"]


async def test_another_member_and_nobody_see_none_of_it(
    served: FastAPI, web: httpx.AsyncClient, database: Database, ada: UUID
) -> None:
    await go_off(database, ada, await armed(web, "SPX", "price hits 99000"))
    async with await client_of(served, database, "bob") as bob:
        found = await shown(bob)
        bob.headers.pop("Authorization")
        refused = await bob.get("/watching")

    assert (found["alerts"], found["firings"], found["used"]) == ([], [], 0)
    assert refused.status_code == 401
