"""Alerts over HTTP: drafted, looked at, armed by what was shown, and nobody else's."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.journeys.test_http import is_problem

pytestmark = pytest.mark.database


@pytest.fixture
async def web(server: Any, ada_token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {ada_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client:
        yield client


async def _draft(web: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await web.post("/api/v1/alerts", json=asked)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _arm(web: httpx.AsyncClient, drafted: dict[str, Any]) -> httpx.Response:
    address = f"/api/v1/alerts/{drafted['alert']['id']}/arm"
    return await web.post(address, json={"hash": drafted["hash"]})


async def test_a_draft_says_what_would_fire_and_how_it_stands(web: httpx.AsyncClient) -> None:
    drafted = await _draft(web, symbol="SPX", condition="price > 1")

    assert drafted["alert"]["status"] == "draft"
    assert drafted["alert"]["words"] == "price is above 1"
    assert drafted["now"]["is_true"] is True
    assert drafted["now"]["fires_at_once"] is True
    assert drafted["now"]["price"] > 1
    listed = (await web.get("/api/v1/alerts")).json()
    assert drafted["alert"]["id"] not in [each["id"] for each in listed["alerts"]]


async def test_what_is_true_already_can_wait_for_the_next_time(web: httpx.AsyncClient) -> None:
    drafted = await _draft(web, symbol="SPX", condition="price > 1", next_only=True)

    assert drafted["now"]["is_true"] is True
    assert drafted["now"]["fires_at_once"] is False


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [
        ("price touches pdh", False),
        ("price crosses below vwap", None),
        ("price within 0.3% of pdh", None),
        ("pdh tested 3 times", False),
        ("rsi(14, 5m) crosses below 30 and price above sma(200, 1d)", None),
        ("price crosses above orh(30) and time < 11:00", None),
        ("net_delta > 200", None),
        ('position("SPX condor").pnl <= -$500', None),
    ],
)
async def test_conditions_of_every_kind_are_drafted_and_armed(
    web: httpx.AsyncClient, condition: str, is_true: bool | None
) -> None:
    drafted = await _draft(web, symbol="SPY", condition=condition)
    if is_true is not None:
        assert drafted["now"]["is_true"] is is_true, drafted["now"]
    armed = await _arm(web, drafted)
    assert armed.status_code == 200, armed.text
    assert armed.json()["alert"]["status"] == "armed"


async def test_arming_names_what_was_shown_and_is_done_once(web: httpx.AsyncClient) -> None:
    drafted = await _draft(web, symbol="AAPL", condition="price > 100000")
    other = await _draft(web, symbol="AAPL", condition="price > 200000")

    mixed = {**drafted, "hash": other["hash"]}
    assert is_problem(await _arm(web, mixed), 409, "conflict")
    first, again = await _arm(web, drafted), await _arm(web, drafted)

    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    listed = (await web.get("/api/v1/alerts")).json()["alerts"]
    assert sum(each["id"] == drafted["alert"]["id"] for each in listed) == 1


async def test_an_alert_is_snoozed_dropped_and_then_gone_for_good(web: httpx.AsyncClient) -> None:
    drafted = await _draft(web, symbol="AAPL", condition="price > 100000")
    await _arm(web, drafted)
    address = f"/api/v1/alerts/{drafted['alert']['id']}"

    snoozed = (await web.post(f"{address}/snooze", json={"minutes": 30})).json()
    assert snoozed["snoozed_until"] is not None
    assert (await web.get(f"{address}/firings")).json() == {"firings": []}
    assert (await web.delete(address)).json()["status"] == "dropped"
    assert is_problem(await web.post(f"{address}/rearm"), 409, "conflict")


@pytest.mark.parametrize(
    "asked",
    [
        {"symbol": "SPX", "condition": "price crosses abov 5"},
        {"symbol": "SPX", "condition": "iv_rank > 50"},
        {"symbol": "", "condition": "price > 5"},
        {"symbol": "SPX", "condition": ""},
        {"text": "alert me when spx bounces"},
        {"symbol": "SPX", "condition": "price > 5", "expires_at": "2020-01-01T00:00:00Z"},
    ],
)
async def test_what_cannot_be_watched_is_refused_with_what_to_change(
    web: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    assert (await web.post("/api/v1/alerts", json=asked)).status_code == 422


async def test_another_members_alert_does_not_exist(
    web: httpx.AsyncClient, server: Any, bob_token: str
) -> None:
    drafted = await _draft(web, symbol="SPX", condition="price > 1")
    bearer = {"Authorization": f"Bearer {bob_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=bearer) as bob:
        address = f"/api/v1/alerts/{drafted['alert']['id']}"
        assert is_problem(await bob.get(address), 404, "not_found")
        assert is_problem(await _arm(bob, drafted), 404, "not_found")
        assert is_problem(await bob.get(f"{address}/firings"), 404, "not_found")
        assert is_problem(await bob.delete(address), 404, "not_found")
        assert (await bob.get("/api/v1/alerts")).json()["alerts"] == []
