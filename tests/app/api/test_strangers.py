"""Who posts without proof is refused before the database is asked, and silences nobody."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from app.api import signals
from app.api.strangers import Strangers, origin_of
from app.infra.throttle import Throttle
from app.notifications.sealing import Vault
from tests.app.api.test_alert_page import client_of, served

__all__ = ["served"]


def came(peer: str, *forwarded: str) -> str:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return origin_of(HTTPConnection({"type": "http", "client": (peer, 9), "headers": headers}))


def test_behind_our_proxy_a_post_comes_from_where_the_proxy_says() -> None:
    assert came("127.0.0.1", "9.9.9.9, 8.8.8.8") == "8.8.8.8"
    assert came("10.0.0.7", "9.9.9.9", "2606:4700::1") == "2606:4700::1"
    assert came("127.0.0.1", "anything at all") == "127.0.0.1"
    assert came("127.0.0.1") == "127.0.0.1"


def test_whoever_comes_from_afar_does_not_choose_where_from() -> None:
    assert came("8.8.4.4", "9.9.9.9") == "8.8.4.4"


@pytest.fixture
async def outside(served: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    served.include_router(signals.router)
    vault = Vault("a secret of these tests, long enough", b"signals")
    still = Strangers(Throttle(30, 2, "posts without proof", clock=lambda: 0.0))
    served.state.doors = replace(served.state.doors, vault=vault, strangers=still)
    way = httpx.ASGITransport(app=served)
    async with httpx.AsyncClient(transport=way, base_url="http://localhost:8000") as client:
        yield client


class Counted:
    """The database, and how often it was asked for a member."""

    def __init__(self, database: Any) -> None:
        self.database, self.asked = database, 0

    def member(self, member_id: Any) -> Any:
        self.asked += 1
        return self.database.member(member_id)


@pytest.mark.database
async def test_strangers_are_refused_before_the_database_and_silence_no_proven_address(
    served: FastAPI, outside: httpx.AsyncClient, database: Any
) -> None:
    ada = await client_of(served, database, "ada")
    heard, unheard = [
        (await ada.post("/signals/sources", json={"kind": "tradingview"})).json()["address"]
        for _ in range(2)
    ]
    assert (await outside.post(heard, content="buy AMD")).status_code == 200

    counted = Counted(database)
    served.state.doors = replace(served.state.doors, database=counted)
    codes = [(await outside.post(f"{unheard}x", content="buy AMD")).status_code for _ in range(60)]
    assert codes == [404] * 30 + [429] * 30
    assert counted.asked == 30

    assert (await outside.post(heard, content="buy NVDA")).status_code == 200
    wrong = [await outside.post(f"{each}x", content="buy AMD") for each in (heard, unheard)]
    assert {each.status_code for each in wrong} == {429}
    elsewhere = {"x-forwarded-for": "8.8.8.8"}
    answer = await outside.post(unheard, content="buy AMD", headers=elsewhere)
    assert answer.status_code == 200
