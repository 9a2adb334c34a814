"""The HTTP interface as a program meets it: real requests to a real process."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.health import VERSION
from app.infra.embedded.postgres import DatabaseUrls

ROOT = Path(__file__).resolve().parents[2]
LEVEL_NAMES = {"PDH", "PDL", "PDC", "VWAP", "PP", "R1", "S1", "SMA20", "EMA9", "52WH", "52WL"}


@pytest.fixture
async def web(server: Any, ada_token: str) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's program."""
    headers = {"Authorization": f"Bearer {ada_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client:
        yield client


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    found = answer.json()
    return (
        (answer.status_code, found["status"], found["code"]) == (status, status, code)
        and answer.headers["content-type"] == "application/problem+json"
        and found["request_id"] == answer.headers["x-request-id"]
    )


async def test_the_process_says_that_it_runs_and_which_version(web: httpx.AsyncClient) -> None:
    assert (await web.get("/healthz")).json() == {"status": "ok", "version": VERSION}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{VERSION}"' in project


async def test_readiness_names_each_part_and_what_is_missing(web: httpx.AsyncClient) -> None:
    answer = await web.get("/readyz")
    for _ in range(10):  # a part that is busy for three seconds is told as not answering
        if answer.json()["components"]["database"]["ok"]:
            break
        answer = await web.get("/readyz")
    parts = answer.json()["components"]
    assert set(parts) == {"database", "queue", "worker", "market", "model"}
    assert parts["database"]["what"].startswith("PostgreSQL 18")
    assert "simulated" in parts["market"]["what"]
    assert parts["model"]["ok"] is True
    # no queue and no worker stand beside this server
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert parts["queue"] == {"ok": False, "what": "none", "detail": "COACH_QUEUE__URL is not set"}
    assert parts["worker"]["ok"] is False


async def test_one_request_makes_a_demo_token_that_opens_the_rest(server: Any) -> None:
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        given = (await nobody.post("/api/v1/auth/demo")).json()
        assert given["member"] | {"id": ""} == {
            "id": "",
            "identifier": "demo",
            "name": "Demo member",
            "is_demo": True,
        }
        bearer = {"Authorization": f"Bearer {given['token']}"}
        assert (await nobody.get("/api/v1/me", headers=bearer)).json() == given["member"]
        cookie = {"Cookie": f"access_token={given['token']}"}
        assert (await nobody.get("/api/v1/me", headers=cookie)).json() == given["member"]
        assert is_problem(await nobody.get("/api/v1/me"), 401, "not_signed_in")


async def test_a_request_that_came_through_a_proxy_is_not_offered_the_demo(server: Any) -> None:
    headers = {"X-Forwarded-For": "203.0.113.7"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as nobody:
        assert is_problem(await nobody.post("/api/v1/auth/demo"), 403, "forbidden")
        assert "Enter as demo member" not in (await nobody.get("/sign-in")).text


async def test_one_click_signs_in_and_signing_out_ends_it(server: Any) -> None:
    async with httpx.AsyncClient(base_url=server.url, follow_redirects=False) as browser:
        first = await browser.get("/thread/01a1fba6-f460-7d50-bba7-e7f802ab42c3")
        assert (
            first.headers["location"]
            == "/sign-in?next=/thread/01a1fba6-f460-7d50-bba7-e7f802ab42c3"
        )
        page = await browser.get(first.headers["location"])
        assert "Enter as demo member" in page.text
        entered = await browser.post(
            "/sign-in/demo", data={"next": "/"}, headers={"Origin": server.url}
        )
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert (await browser.get("/")).status_code == 200
        out = await browser.post("/logout", headers={"Origin": server.url})
        assert out.status_code == 200
        assert (await browser.get("/")).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_signing_in_never_leads_to_another_site(server: Any, target: str) -> None:
    async with httpx.AsyncClient(base_url=server.url, follow_redirects=False) as browser:
        entered = await browser.post("/sign-in/demo", data={"next": target})
    assert entered.headers["location"] == "/"


async def test_a_foreign_page_cannot_sign_anybody_in(server: Any) -> None:
    async with httpx.AsyncClient(base_url=server.url) as browser:
        entered = await browser.post("/sign-in/demo", headers={"Origin": "https://evil.example"})
    assert is_problem(entered, 403, "forbidden")
    assert "set-cookie" not in entered.headers


async def test_the_market_tells_its_hours(web: httpx.AsyncClient) -> None:
    status = (await web.get("/api/v1/market/status")).json()
    assert status["calendar"] == "XNYS"
    assert status["simulated"] is True
    assert status["session"] is not None
    crypto = (await web.get("/api/v1/market/status?symbol=BTC-USD")).json()
    assert (crypto["calendar"], crypto["phase"], crypto["days_ahead"]) == ("24/7", "regular", [])


async def test_the_market_tells_the_hours_of_a_given_day(web: httpx.AsyncClient) -> None:
    friday = (await web.get("/api/v1/market/status?date=2026-11-27")).json()
    assert friday["session"] == {
        "date": "2026-11-27",
        "open": "2026-11-27T14:30:00Z",
        "close": "2026-11-27T18:00:00Z",
        "half_day": True,
    }
    thanksgiving = (await web.get("/api/v1/market/status?date=2026-11-26")).json()
    assert (thanksgiving["session"], thanksgiving["holiday"]) == (None, "Thanksgiving")


@pytest.mark.parametrize(
    ("spelled", "symbol"),
    [
        ("SPX", "SPX"),
        ("spx", "SPX"),
        ("BRK.B", "BRK.B"),
        ("brk-b", "BRK.B"),
        ("BTC/USD", "BTC/USD"),
        ("BTC%2FUSD", "BTC/USD"),
        ("btc-usd", "BTC/USD"),
    ],
)
async def test_a_symbol_is_understood_as_traders_write_it(
    web: httpx.AsyncClient, spelled: str, symbol: str
) -> None:
    for address in (f"quotes/{spelled}", f"bars/{spelled}?limit=1", f"levels/{spelled}"):
        answer = await web.get(f"/api/v1/{address}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["symbol"] == symbol


async def test_prices_are_json_numbers(web: httpx.AsyncClient) -> None:
    quote = (await web.get("/api/v1/quotes/AAPL")).json()
    for name in ("last", "change", "change_pct", "previous_close", "volume"):
        assert isinstance(quote[name], (int, float)), name
    assert (await web.get("/api/v1/quotes/SPX")).json()["volume"] is None


async def test_as_of_is_repeatable_and_sees_nothing_later(web: httpx.AsyncClient) -> None:
    at = "2026-11-18T16:00:00Z"
    first = await web.get(f"/api/v1/quotes/AAPL?as_of={at}")
    assert first.json() == (await web.get(f"/api/v1/quotes/AAPL?as_of={at}")).json()
    bars = (await web.get(f"/api/v1/bars/AAPL?timeframe=1m&limit=5&as_of={at}")).json()
    assert len(bars["bars"]) == 5
    assert max(bar["time"] for bar in bars["bars"]) < 1_795_017_600
    for same in ("2026-11-18T17:00:00+01:00", "2026-11-18T11:00", "2026-11-18 11:00"):
        spelled = await web.get(f"/api/v1/quotes/AAPL?as_of={same}")
        assert spelled.json()["as_of"] == first.json()["as_of"]


@pytest.mark.parametrize(
    "address",
    [
        "quotes/SPX?as_of=2999-01-01T00:00:00Z",
        "quotes/SPX?as_of=yesterday",
        "quotes/!!",
        "levels/SPX?period=decade",
        "levels/SPX?pivot=lucky",
        "bars/SPX?timeframe=13h",
        "bars/SPX?limit=0",
        "bars/SPX?start=2026-11-18T16:00:00Z&end=2026-11-17T16:00:00Z",
    ],
)
async def test_a_request_that_makes_no_sense_says_what_to_change(
    web: httpx.AsyncClient, address: str
) -> None:
    answer = await web.get(f"/api/v1/{address}")
    assert is_problem(answer, 422, "invalid_input")
    assert len(answer.json()["detail"]) > 10


async def test_an_unknown_symbol_suggests_near_ones(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/levels/APPL")
    assert is_problem(answer, 404, "not_found")
    assert "AAPL" in answer.json()["suggestions"]


async def test_bars_come_sorted_within_their_range_with_the_hours_to_shade(
    web: httpx.AsyncClient,
) -> None:
    address = "/api/v1/bars/AAPL?timeframe=15m&extended=true"
    found = (await web.get(f"{address}&start=2026-11-16T00:00:00Z&end=2026-11-19T00:00:00Z")).json()
    times = [bar["time"] for bar in found["bars"]]
    assert times == sorted(set(times))
    assert found["truncated"] is False
    assert len(found["sessions"]) == 3
    assert any(time < found["sessions"][0]["open"] for time in times)
    daily = (await web.get("/api/v1/bars/AAPL?limit=30")).json()
    assert (len(daily["bars"]), daily["sessions"]) == (30, [])


async def test_a_pair_has_its_days_as_sessions_so_that_vwap_begins_with_each(
    web: httpx.AsyncClient,
) -> None:
    days = "start=2026-11-16T00:00:00Z&end=2026-11-18T12:00:00Z"
    found = (await web.get(f"/api/v1/bars/BTC-USD?timeframe=15m&{days}")).json()
    assert [each["open"] % 86400 for each in found["sessions"]] == [0, 0, 0]
    first = found["sessions"][0]
    assert first["open"] <= found["bars"][0]["time"] < first["close"]


@pytest.mark.parametrize("timeframe", ["1w", "1mo"])
async def test_a_chart_of_all_there_is_begins_with_the_first_bar(
    web: httpx.AsyncClient, timeframe: str
) -> None:
    whole = f"/api/v1/bars/SPY?timeframe={timeframe}&start=1926-01-01T00:00:00Z"
    answer = await web.get(whole)
    assert answer.status_code == 200
    assert len(answer.json()["bars"]) > 100


async def test_more_bars_than_one_answer_holds_are_cut_and_it_says_so(
    web: httpx.AsyncClient,
) -> None:
    found = (await web.get("/api/v1/bars/SPY?timeframe=1m&start=2026-01-05T00:00:00Z")).json()
    assert found["truncated"] is True
    assert len(found["bars"]) == 5_000


async def test_levels_come_nearest_first_with_the_fields_and_names_promised(
    web: httpx.AsyncClient,
) -> None:
    at = "2026-11-18T18:00:00Z"
    found = (await web.get(f"/api/v1/levels/SPY?as_of={at}")).json()
    assert set(found) == {
        "symbol",
        "as_of",
        "session",
        "previous_session",
        "last",
        "atr",
        "provider",
        "simulated",
        "missing_bars",
        "levels",
    }
    distances = [abs(level["distance"]) for level in found["levels"]]
    assert distances == sorted(distances)
    names = {level["name"] for level in found["levels"]}
    assert names >= LEVEL_NAMES
    demark = (await web.get(f"/api/v1/levels/SPY?as_of={at}&pivot=demark")).json()
    assert demark["levels"] != found["levels"]
    week = (await web.get(f"/api/v1/levels/SPY?as_of={at}&period=week")).json()
    assert week["previous_session"] == "2026-11-13"
    month = (await web.get(f"/api/v1/levels/SPY?as_of={at}&profile=month")).json()
    of_month = (await web.get(f"/api/v1/profile/SPY?as_of={at}&window=month")).json()
    poc = next(level["price"] for level in month["levels"] if level["name"] == "POC")
    assert poc == of_month["poc"]


async def test_volume_by_price_comes_in_rows_of_a_window_or_of_the_bars_on_a_chart(
    web: httpx.AsyncClient,
) -> None:
    at = "2026-11-18T18:00:00Z"
    day = (await web.get(f"/api/v1/profile/SPY?as_of={at}")).json()
    assert (day["window"], day["reason"]) == ("day", "")
    assert 2 <= len(day["volumes"]) <= 200
    top = day["bottom"] + day["row"] * len(day["volumes"])
    assert day["bottom"] <= day["val"] <= day["poc"] <= day["vah"] <= top + 1e-9
    assert 70 <= day["share_pct"] <= 100
    most = day["volumes"].index(max(day["volumes"]))
    assert day["bottom"] + day["row"] * (most + 0.5) == pytest.approx(day["poc"])

    seen = f"timeframe=1m&start=2026-11-18T14:30:00Z&end=2026-11-18T16:00:00Z&as_of={at}"
    shown = (await web.get(f"/api/v1/profile/SPY?{seen}")).json()
    bars = (await web.get(f"/api/v1/bars/SPY?{seen}")).json()["bars"]
    assert shown["window"] is None
    assert sum(shown["volumes"]) == pytest.approx(sum(bar["volume"] for bar in bars))

    index = (await web.get(f"/api/v1/profile/SPX?as_of={at}")).json()
    assert (index["volumes"], index["poc"]) == ([], None)
    assert index["reason"] == "SPX has no volume, so it has no volume profile."
    both = await web.get(f"/api/v1/profile/SPY?window=week&{seen}")
    assert is_problem(both, 422, "invalid_input")


async def test_a_question_gets_an_answer_with_cards_calls_and_its_account(
    web: httpx.AsyncClient,
) -> None:
    answer = await web.post("/api/v1/chat", json={"message": "Where's PDH for SPX?"})
    found = answer.json()
    assert set(found) == {
        "thread_id",
        "answer",
        "cards",
        "tool_calls",
        "grounding",
        "usage",
        "model",
    }
    [call] = found["tool_calls"]
    assert (call["name"], call["ok"]) == ("get_key_levels", True)
    assert call["arguments"]["symbol"] == "SPX"
    assert [card["element"] for card in found["cards"]] == ["LevelsCard"]
    grounding = found["grounding"]
    assert grounding["numbers"] == grounding["bound"] > 0
    assert grounding["unbound"] == []
    assert re.search(r"\d,\d{3}\.\d{2}", found["answer"])
    assert "](#" not in found["answer"]


async def test_a_conversation_goes_on_and_can_be_read_again(web: httpx.AsyncClient) -> None:
    first = (await web.post("/api/v1/chat", json={"message": "put up a chart of spx"})).json()
    thread_id = first["thread_id"]
    more = {"message": "make it 15 minutes", "thread_id": thread_id}
    second = (await web.post("/api/v1/chat", json=more)).json()
    assert second["thread_id"] == thread_id
    assert second["cards"][0]["props"]["timeframe"] == "15m"
    kept = (await web.get(f"/api/v1/threads/{thread_id}")).json()
    assert [message["role"] for message in kept["messages"]] == ["member", "coach"] * 2
    assert kept["messages"][3]["cards"] == second["cards"]
    assert kept["messages"][3]["content"] == second["answer"]
    assert kept["messages"][3]["grounding"] == second["grounding"]
    listed = (await web.get("/api/v1/threads?limit=1")).json()
    assert listed["threads"][0]["id"] == thread_id
    assert (await web.delete(f"/api/v1/threads/{thread_id}")).status_code == 204
    assert is_problem(await web.get(f"/api/v1/threads/{thread_id}"), 404, "not_found")


async def test_a_question_as_of_a_past_moment_is_answered_for_it(web: httpx.AsyncClient) -> None:
    asked = {"message": "Where's PDH for SPX?", "as_of": "2026-11-18T18:00:00Z"}
    found = (await web.post("/api/v1/chat", json=asked)).json()
    levels = (await web.get("/api/v1/levels/SPX?as_of=2026-11-18T18:00:00Z")).json()
    high = next(level["price"] for level in levels["levels"] if level["name"] == "PDH")
    assert f"{high:,.2f}" in found["answer"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"message": ""}, 422),
        ({"message": "   "}, 422),
        ({"message": "x" * 4_001}, 422),
        ({"message": "spy?", "member_id": "another"}, 422),
        ({"message": "spy?", "thread_id": "no such thread"}, 404),
        ({"message": "spy?", "as_of": "2999-01-01T00:00:00Z"}, 422),
    ],
)
async def test_a_question_that_cannot_be_asked_is_a_problem(
    web: httpx.AsyncClient, asked: dict[str, Any], status: int
) -> None:
    for accept in ("application/json", "text/event-stream"):
        answer = await web.post("/api/v1/chat", json=asked, headers={"Accept": accept})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_same_turn_comes_as_events(web: httpx.AsyncClient) -> None:
    events: list[tuple[str, dict[str, Any]]] = []
    async with web.stream(
        "POST",
        "/api/v1/chat",
        json={"message": "Where's PDH for SPX?"},
        headers={"Accept": "text/event-stream"},
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    names = [name for name, _ in events]
    assert (names[0], names[-1]) == ("turn_started", "turn_done")
    assert {"tool_started", "tool_finished", "text_part", "number_part", "card_shown"} <= set(names)
    done = events[-1][1]
    assert done["thread_id"] == events[0][1]["thread_id"]
    spoken = "".join(body["text"] for name, body in events if name in {"text_part", "number_part"})
    assert spoken == done["answer"]


async def test_too_many_questions_at_once_are_told_when_to_come_back(
    server: Any, postgres: DatabaseUrls, flood_token: str
) -> None:
    headers = {"Authorization": f"Bearer {flood_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as flood:
        asked = (flood.post("/api/v1/chat", json={"message": "?" * 3}) for _ in range(40))
        answers = await asyncio.gather(*asked)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert is_problem(refused[0], 429, "rate_limited")
    assert int(refused[0].headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("POST", "/api/v1/quotes/SPX", 405, "method_not_allowed"),
        ("GET", "/api/v1/chat", 405, "method_not_allowed"),
        ("GET", "/assets/coach/nothing.js", 404, "not_found"),
        ("GET", "/public/elements/Nothing.jsx", 404, "not_found"),
        ("GET", "/project/thread/01a1fba6-f460-7d50-bba7-e7f802ab42c3", 404, "not_found"),
    ],
)
async def test_every_refusal_has_the_shape_of_a_problem(
    web: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    assert is_problem(await web.request(method, path), status, code)


async def test_a_body_above_a_megabyte_is_refused_everywhere(web: httpx.AsyncClient) -> None:
    for path in ("/api/v1/chat", "/project/threads", "/feedback"):
        answer = await web.post(path, content=b"x" * 1_100_000)
        assert is_problem(answer, 413, "too_large")


NO_SIGN_IN = ("/api/v1/auth/demo", "/api/v1/signals/in/")


async def test_the_interface_describes_itself_completely(web: httpx.AsyncClient) -> None:
    document = (await web.get("/openapi.json")).json()
    assert set(document["paths"]) == {
        "/healthz",
        "/readyz",
        "/api/v1/auth/demo",
        "/api/v1/me",
        "/api/v1/alerts",
        "/api/v1/alerts/{alert_id}",
        "/api/v1/alerts/{alert_id}/arm",
        "/api/v1/alerts/{alert_id}/firings",
        "/api/v1/alerts/{alert_id}/rearm",
        "/api/v1/alerts/{alert_id}/snooze",
        "/api/v1/watching",
        "/api/v1/market/status",
        "/api/v1/opportunities",
        "/api/v1/opportunities/{opportunity_id}/liked",
        "/api/v1/scans",
        "/api/v1/scans/count",
        "/api/v1/scans/{scan_id}/shared",
        "/api/v1/shared-scans",
        "/api/v1/shared-scans/{shared_id}/use",
        "/api/v1/shared-scans/{shared_id}/versions",
        "/api/v1/scans/{scan_id}",
        "/api/v1/scans/{scan_id}/schedule",
        "/api/v1/signals/in/{address}",
        "/api/v1/signals/in/{address}/{secret}",
        "/api/v1/signals/sources",
        "/api/v1/signals/sources/{source_id}",
        "/api/v1/options/{symbol}/chain",
        "/api/v1/greeks",
        "/api/v1/structures/analyze",
        "/api/v1/quotes/{symbol}",
        "/api/v1/averages/{symbol}",
        "/api/v1/bars/{symbol}",
        "/api/v1/levels/{symbol}",
        "/api/v1/profile/{symbol}",
        "/api/v1/chat",
        "/api/v1/positions",
        "/api/v1/positions/greeks",
        "/api/v1/positions/{position_id}",
        "/api/v1/positions/{position_id}/close",
        "/api/v1/positions/{position_id}/corrections",
        "/api/v1/positions/drafts/{card_id}/confirm",
        "/api/v1/positions/drafts/{card_id}/discard",
        "/api/v1/channels",
        "/api/v1/channels/{channel_id}",
        "/api/v1/channels/{channel_id}/confirm",
        "/api/v1/channels/{channel_id}/test",
        "/api/v1/notifications/preferences",
        "/api/v1/screenshots",
        "/api/v1/screenshots/{screenshot_id}",
        "/api/v1/screenshots/{screenshot_id}/picture",
        "/api/v1/screenshots/{screenshot_id}/crops/{row}",
        "/api/v1/screenshots/{screenshot_id}/confirm",
        "/api/v1/threads",
        "/api/v1/threads/{thread_id}",
    }
    for path, routes in document["paths"].items():
        for route in routes.values():
            assert route["summary"], path
            if path.startswith("/api/v1") and not path.startswith(NO_SIGN_IN):
                assert "401" in route["responses"], path
                assert route["security"], path
            for status, response in route["responses"].items():
                if status[0] in "45" and path != "/readyz":
                    assert list(response["content"]) == ["application/problem+json"], (path, status)


async def test_the_pages_load_nothing_from_elsewhere(
    web: httpx.AsyncClient, server: Any, ada_token: str
) -> None:
    cookies = {"access_token": ada_token}
    async with httpx.AsyncClient(base_url=server.url, cookies=cookies) as browser:
        pages = [(await browser.get(path)).text for path in ("/", "/docs")]
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        pages.append((await nobody.get("/sign-in")).text)
    for page in pages:
        assert "<html" in page
        assert re.findall(r"""(?:src|href|content)=["']?(?:https?:)?//[^"' >]+""", page) == []


async def test_the_chart_library_and_the_pages_modules_are_served_with_a_tag(
    web: httpx.AsyncClient,
) -> None:
    library = await web.get("/assets/lightweight-charts.js")
    assert "TradingView Lightweight Charts" in library.text[:400]
    assert "max-age" in library.headers["cache-control"]
    module = await web.get("/assets/coach/coach.js")
    assert module.headers["cache-control"] == "no-cache"
    for answer in (library, module):
        again = await web.get(
            str(answer.request.url.path), headers={"If-None-Match": answer.headers["etag"]}
        )
        assert again.status_code in {200, 304}
    again = await web.get(
        "/assets/coach/coach.js", headers={"If-None-Match": module.headers["etag"]}
    )
    assert again.status_code == 304
