"""Option chains as a program asks for them, over a vendor's stand-in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.api import options, problems
from app.api.options import _around, _results
from app.core.clock import WallClock
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.settings import DatabaseSettings, MassiveSettings, Settings, WebSettings
from app.main import build_doors
from app.market.chains import (
    ExerciseStyle,
    OptionChain,
    OptionContract,
    OptionKind,
    OptionQuote,
)
from app.market.models import Provider
from app.market.providers.simulated import SimulatedMarket
from app.market.standins import massive as massives
from app.options.models import Greeks, ImpliedVolatility
from app.options.pricer import Priced
from app.users.service import ensure_member
from app.users.tokens import issue_token
from app.wiring import build_bus, build_runtime

A_SECRET = "a secret of these tests, at least 32 bytes long"
TODAY = WallClock().now().date()
NEAR, FAR = TODAY + timedelta(days=7), TODAY + timedelta(days=28)


def quote(strike: int, expiry: date, kind: OptionKind) -> OptionQuote:
    return OptionQuote(
        contract=OptionContract(
            ticker=f"SPY{expiry:%y%m%d}{kind.value[0].upper()}{strike * 1000:08d}",
            underlying=Symbol("SPY"),
            expiry=expiry,
            strike=Decimal(strike),
            kind=kind,
            style=ExerciseStyle.AMERICAN,
        )
    )


CHAIN = OptionChain(
    underlying=Symbol("SPY"),
    quotes=[
        quote(strike, expiry, kind)
        for expiry in (NEAR, FAR)
        for strike in range(590, 611)
        for kind in OptionKind
    ],
    provider=Provider(name="hand"),
    as_of=datetime(2026, 11, 20, tzinfo=UTC),
)


def test_without_an_expiry_the_nearest_is_shown_around_the_spot() -> None:
    found = _around(CHAIN, None, Decimal("600.4"), 2)

    assert {each.contract.expiry for each in found} == {NEAR}
    assert sorted({int(each.contract.strike) for each in found}) == [599, 600, 601, 602]
    assert len(found) == 8


def test_at_the_edge_there_are_as_many_strikes_as_are_listed() -> None:
    found = _around(CHAIN, FAR, Decimal(9999), 3)

    assert sorted({int(each.contract.strike) for each in found}) == [608, 609, 610]


def _row(strike: int, expiry: date, kind: str) -> dict[str, Any]:
    """A contract as Massive tells it."""
    return {
        "details": {
            "ticker": f"O:SPY{expiry:%y%m%d}{kind[0].upper()}{strike * 1000:08d}",
            "contract_type": kind,
            "exercise_style": "american",
            "expiration_date": expiry.isoformat(),
            "strike_price": strike,
            "shares_per_contract": 100,
        },
        "last_quote": {"bid": 1.2, "ask": 1.3, "timeframe": "DELAYED"},
        "greeks": {"delta": 0.5, "gamma": 0.02, "theta": -0.1, "vega": 0.3},
        "implied_volatility": 0.18,
        "open_interest": 1200,
        "underlying_asset": {"price": 600.4},
    }


@dataclass
class Served:
    """The endpoint, and the vendor behind it."""

    web: httpx.AsyncClient
    massive: massives.MassiveStandIn


@pytest.fixture
async def served(database: Database, postgres: DatabaseUrls) -> AsyncIterator[Served]:
    """The route as the web process has it: real settings, a real database, Massive over HTTP."""
    async with massives.massive_stand_in(SimulatedMarket(seed=7), WallClock()) as massive:
        massive.recorded["/v3/snapshot/options/SPY"] = {
            "status": "OK",
            "results": [
                _row(strike, expiry, kind)
                for expiry in (NEAR, FAR)
                for strike in range(590, 611)
                for kind in ("call", "put")
            ],
        }
        settings = Settings(
            massive=MassiveSettings(api_key=SecretStr(massives.KEY), base_url=massive.base_url),
            database=DatabaseSettings(url=SecretStr(postgres.owner)),
            web=WebSettings(secret=SecretStr(A_SECRET)),
        )
        runtime = build_runtime(settings)
        web = FastAPI()
        web.state.doors = build_doors(settings, runtime, database, build_bus(settings))
        problems.install(web)
        web.include_router(options.router)
        now = WallClock().now()
        async with database.system() as session:
            ada = await ensure_member(session, "ada", name="Ada", now=now)
        token = issue_token(ada, secret=A_SECRET, now=now)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=web),
            base_url="http://localhost:8000/api/v1",
            headers={"Authorization": f"Bearer {token}"},
        ) as client:
            yield Served(client, massive)
        await runtime.market.close()


async def test_a_chain_is_told_around_the_spot_with_who_said_it_and_how_late(
    served: Served,
) -> None:
    answer = await served.web.get("/options/spy/chain", params={"strikes": 2})

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["symbol"], body["provider"], body["delay_minutes"]) == ("SPY", "Massive", 15)
    assert body["expiries"] == [NEAR.isoformat(), FAR.isoformat()]
    assert {each["expiry"] for each in body["options"]} == {NEAR.isoformat()}
    assert sorted({float(each["strike"]) for each in body["options"]}) == [599, 600, 601, 602]
    first = body["options"][0]
    assert (first["kind"], first["style"]) == ("call", "american")
    assert [float(first[name]) for name in ("bid", "ask", "delta", "open_interest")] == [
        1.2,
        1.3,
        0.5,
        1200,
    ]
    assert first["last"] is None
    assert datetime.fromisoformat(body["as_of"]).tzinfo is not None


async def test_one_expiry_is_what_the_vendor_is_asked_for(served: Served) -> None:
    await served.web.get("/options/SPY/chain", params={"expiry": FAR.isoformat()})

    [asked] = [each for each in served.massive.log.requests if "/options/" in each]
    assert f"expiration_date={FAR}" in asked


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/options/APPL/chain", 404, "not_found"),
        ("/options/AAPL/chain", 404, "not_found"),
        ("/options/SPY/chain?strikes=0", 422, "invalid_input"),
        ("/options/SPY/chain?expiry=soon", 422, "invalid_input"),
    ],
    ids=["no such symbol", "no options", "no strikes", "no date"],
)
async def test_a_question_without_an_answer_says_why(
    served: Served, path: str, status: int, code: str
) -> None:
    answer = await served.web.get(path)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_dead_vendor_is_a_problem_that_names_it(served: Served) -> None:
    served.massive.faults.status = 503

    answer = await served.web.get("/options/SPY/chain")

    assert answer.status_code == 503
    assert "Massive" in answer.json()["detail"]


async def test_a_chain_is_for_members_only(served: Served) -> None:
    answer = await served.web.get("/options/SPY/chain", headers={"Authorization": ""})

    assert answer.status_code == 401


A_PUT = {"type": "put", "spot": 100, "strike": 100, "rate": 0.08}


@pytest.mark.parametrize("style", ["american", "european"])
async def test_a_contract_at_the_edge_of_what_is_allowed_is_answered(
    served: Served, style: str
) -> None:
    """Of a hair of volatility or of time, or of numbers that leave no price."""
    edges = [
        A_PUT | {"style": style, "years": years, "spot": spot, "volatility": volatility}
        for years in (0.0, 1e-9, 100.0)
        for spot in (1e-9, 100.0, 1e9)
        for volatility in (1e-4, 10.0)
    ]
    answer = await served.web.post("/greeks", json={"contracts": edges})

    assert answer.status_code == 200, answer.text
    assert len(answer.json()["results"]) == len(edges)


@pytest.mark.parametrize(
    "change",
    [
        {"years": 1.0, "volatility": 1e-12, "style": "american"},
        {"years": 101.0, "volatility": 0.2},
        {"expires_at": "9000-01-01T00:00:00Z", "volatility": 0.2, "style": "american"},
    ],
)
async def test_a_contract_beyond_what_an_engine_can_tell_is_refused(
    served: Served, change: dict[str, Any]
) -> None:
    answer = await served.web.post("/greeks", json={"contracts": [A_PUT | change]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_a_structure_of_nearly_nothing_is_refused(served: Served) -> None:
    leg = {"type": "put", "side": "sell", "strike": 90, "price": 1, "quantity": 1e-300}
    answer = await served.web.post("/structures/analyze", json={"spot": 100, "legs": [leg]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_price_that_no_engine_can_tell_is_null() -> None:
    nothing = np.array([float("nan")])
    found = Priced(
        price=nothing,
        volatility=ImpliedVolatility(value=np.array([np.inf]), absence=np.zeros(1, np.int8)),
        greeks=Greeks(delta=nothing, gamma=nothing, theta=nothing, vega=nothing, rho=nothing),
        odds=nothing,
    )

    assert set(_results(found)[0].model_dump().values()) == {None}
