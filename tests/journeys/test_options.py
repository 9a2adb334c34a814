"""Options over HTTP: a listed chain with Greeks, prices by numbers, structures; and what is refused."""

import math
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from statistics import NormalDist
from typing import Any

import httpx
import pytest

NORMAL = NormalDist()
CALL = {"type": "call", "spot": 62, "strike": 60, "years": 40 / 365, "rate": 0.04}
BULL_PUT = [
    {"type": "put", "side": "sell", "quantity": 1, "strike": 4450, "price": 41.2},
    {"type": "put", "side": "buy", "quantity": 1, "strike": 4430, "price": 36.1},
]
RESULT = {
    "price",
    "implied_volatility",
    "delta",
    "gamma",
    "theta",
    "vega",
    "rho",
    "probability_itm",
}


@pytest.fixture
async def web(server: Any, ada_token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {ada_token}"}
    base = f"{server.url}/api/v1"
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client:
        yield client


async def greeks(web: httpx.AsyncClient, *contracts: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await web.post("/greeks", json={"contracts": contracts})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_a_call_by_its_numbers(web: httpx.AsyncClient) -> None:
    """Against Black and Scholes written out with the standard library's normal distribution."""
    [found] = await greeks(web, CALL | {"volatility": 0.33})

    years, total = 40 / 365, 0.33 * math.sqrt(40 / 365)
    d1 = (math.log(62 / 60) + 0.04 * years) / total + total / 2
    paid = 60 * math.exp(-0.04 * years) * NORMAL.cdf(d1 - total)
    decay = -62 * NORMAL.pdf(d1) * 0.33 / (2 * math.sqrt(years)) - 0.04 * paid
    assert set(found) == RESULT
    assert found == pytest.approx(
        {
            "price": 62 * NORMAL.cdf(d1) - paid,
            "implied_volatility": 0.33,
            "delta": NORMAL.cdf(d1),
            "gamma": NORMAL.pdf(d1) / (62 * total),
            "theta": decay / 365,
            "vega": 62 * NORMAL.pdf(d1) * math.sqrt(years) / 100,
            "rho": years * paid / 100,
            "probability_itm": NORMAL.cdf(d1 - total),
        }
    )


async def test_a_price_gives_the_volatility_it_was_made_with_in_the_order_given(
    web: httpx.AsyncClient,
) -> None:
    volatilities = [0.2, 0.9, 0.45]
    priced = await greeks(web, *(CALL | {"volatility": each} for each in volatilities))
    back = await greeks(web, *(CALL | {"price": each["price"]} for each in priced))

    assert [each["implied_volatility"] for each in back] == pytest.approx(volatilities)
    assert [each["delta"] for each in back] == pytest.approx([each["delta"] for each in priced])


async def test_an_american_put_is_dearer_than_a_european_one(web: httpx.AsyncClient) -> None:
    put = CALL | {"type": "put", "strike": 80, "volatility": 0.2, "years": 1.0}
    european, american = await greeks(web, put, put | {"style": "american"})

    assert american["price"] >= 18.0 > european["price"]
    assert american["delta"] < european["delta"]


async def test_a_price_below_the_intrinsic_value_has_no_volatility_and_no_greeks(
    web: httpx.AsyncClient,
) -> None:
    [found] = await greeks(web, CALL | {"price": 1.5})

    assert found["price"] == 1.5
    assert {found[name] for name in RESULT - {"price"}} == {None}


async def test_time_may_be_given_as_a_moment(web: httpx.AsyncClient) -> None:
    now = datetime.fromisoformat((await web.get("/market/status")).json()["as_of"])
    end = (now + timedelta(days=40)).isoformat()
    timed = {key: value for key, value in CALL.items() if key != "years"}
    by_years, by_moment = await greeks(
        web, CALL | {"volatility": 0.33}, timed | {"volatility": 0.33, "expires_at": end}
    )

    assert by_moment["price"] == pytest.approx(by_years["price"], rel=1e-3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "either `volatility` or `price`"),
        ({"volatility": 0.3, "price": 3}, "either `volatility` or `price`"),
        ({"volatility": 0.3, "expires_at": "2027-01-15T21:00:00Z"}, "either `years`"),
        ({"volatility": 33}, "less than or equal to 10"),
        ({"volatility": 0.3, "rate": 4}, "less than or equal to 1"),
        ({"volatility": 0.3, "strike": 0}, "greater than 0"),
        ({"volatility": 0.3, "spot": "NaN"}, "finite"),
        ({"volatility": 0.3, "type": "straddle"}, "'call' or 'put'"),
        ({"volatility": 0.3, "greek": "delta"}, "not permitted"),
    ],
)
async def test_a_contract_that_makes_no_sense_is_told_what_to_change(
    web: httpx.AsyncClient, change: dict[str, Any], says: str
) -> None:
    answer = await web.post("/greeks", json={"contracts": [CALL | change]})

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    ("contracts", "says"),
    [
        ([CALL | {"volatility": 0.3}] * 5_001, "at most 5000"),
        ([CALL | {"volatility": 0.3, "style": "american"}] * 201, "at most 200 American"),
        ([], "at least 1"),
    ],
    ids=["too many", "too many American", "none"],
)
async def test_a_list_that_is_too_long_or_empty_is_refused(
    web: httpx.AsyncClient, contracts: list[dict[str, Any]], says: str
) -> None:
    answer = await web.post("/greeks", json={"contracts": contracts})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert says in answer.json()["detail"]


async def test_a_thousand_contracts_come_back_in_one_answer(web: httpx.AsyncClient) -> None:
    contracts = [CALL | {"strike": 40 + place / 25, "volatility": 0.33} for place in range(1000)]
    prices = [each["price"] for each in await greeks(web, *contracts)]

    assert prices == sorted(prices, reverse=True)


async def test_a_bull_put_spread_in_dollars(web: httpx.AsyncClient) -> None:
    asked = {"spot": 4460, "volatility": 0.16, "rate": 0.04, "days": 20, "legs": BULL_PUT}
    found = (await web.post("/structures/analyze", json=asked)).json()

    assert set(found) == {
        "breakevens",
        "max_profit",
        "max_loss",
        "cost",
        "probability_of_profit",
        "greeks",
    }
    assert found["breakevens"] == [pytest.approx(4444.9)]
    assert found["max_profit"] == pytest.approx(510)
    assert found["max_loss"] == pytest.approx(1490)
    assert found["cost"] == pytest.approx(-510)
    assert 0.5 < found["probability_of_profit"] < 0.6
    assert found["greeks"]["delta"] > 0
    assert set(found["greeks"]) == {"delta", "gamma", "theta", "vega", "rho"}


async def test_what_has_no_bound_is_null(web: httpx.AsyncClient) -> None:
    naked = {"type": "call", "side": "sell", "quantity": 2, "strike": 110, "price": 1.5}
    held = {"type": "stock", "side": "buy", "quantity": 100, "price": 100}

    async def analyzed(*legs: dict[str, Any]) -> dict[str, Any]:
        answer = await web.post("/structures/analyze", json={"spot": 100, "legs": legs})
        found: dict[str, Any] = answer.json()
        return found

    short = await analyzed(naked)
    assert (short["max_loss"], short["max_profit"]) == (None, 300)
    assert (short["probability_of_profit"], short["greeks"]) == (None, None)
    long = await analyzed(held)
    assert (long["max_profit"], long["max_loss"]) == (None, 10_000)
    gift = await analyzed({"type": "call", "side": "buy", "strike": 110, "price": 0})
    assert math.copysign(1, gift["max_loss"]) == 1


async def test_options_nobody_lists_are_not_found(web: httpx.AsyncClient) -> None:
    answer = await web.get("/options/BTC-USD/chain")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_covered")


@pytest.mark.parametrize(
    ("legs", "says"),
    [
        ([{"type": "put", "side": "buy", "price": 1}], "needs a strike"),
        ([{"type": "stock", "side": "buy", "price": 1, "strike": 3}], "no strike"),
        ([{"type": "put", "side": "hold", "price": 1, "strike": 3}], "'buy' or 'sell'"),
        ([{"type": "put", "side": "buy", "strike": 3}], "price"),
        (BULL_PUT * 5, "at most 8"),
    ],
)
async def test_legs_that_make_no_sense_are_told_what_to_change(
    web: httpx.AsyncClient, legs: list[dict[str, Any]], says: str
) -> None:
    answer = await web.post("/structures/analyze", json={"spot": 100, "legs": legs})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert says in answer.json()["detail"]


async def test_a_listed_chain_has_greeks_that_say_they_are_computed(
    web: httpx.AsyncClient,
) -> None:
    found = (await web.get("/options/SPY/chain", params={"strikes": 3})).json()
    later = [day for day in found["expiries"] if date.fromisoformat(day) > date.today()]  # noqa: DTZ011
    found = (await web.get("/options/SPY/chain", params={"strikes": 3, "expiry": later[8]})).json()

    assert len(found["options"]) == 12
    calls = [each for each in found["options"] if each["kind"] == "call"]
    deltas = [each["delta"] for each in calls]
    assert deltas == sorted(deltas, reverse=True)
    assert 0.3 < deltas[3] < 0.7
    assert all(each["computed"] for each in found["options"])
    assert all(each["theta"] < 0 < each["vega"] for each in found["options"])
    assert all(each["rho"] is not None for each in found["options"])


async def test_a_day_on_which_nothing_expires_names_near_ones(web: httpx.AsyncClient) -> None:
    answer = await web.get("/options/AMD/chain", params={"expiry": "2027-01-16"})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert len(answer.json()["suggestions"]) == 3


async def test_greeks_are_for_members_only(web: httpx.AsyncClient) -> None:
    for path in ("/greeks", "/structures/analyze"):
        answer = await web.post(path, json={}, headers={"Authorization": ""})
        assert answer.status_code == 401
