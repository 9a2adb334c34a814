"""The page of alerts in a real browser: seen, changed with a click, told by itself, and nobody else's."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from app.alerts.telling import Going, tell
from app.alerts.triggers import Firing
from app.core.clock import WallClock
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.users.service import get_member
from tests.journeys.conftest import Server, token_of
from tests.journeys.test_browser import ask
from workers.alert_messages import MessageWriter

pytestmark = pytest.mark.browser
PATIENCE_MS = 30_000
CONDITION = "price hits 59300"

Visit = Callable[..., Page]
Serve = Callable[..., AbstractContextManager[Server]]

ARM = """async (condition) => {
  const post = async (address, body) => (await fetch(address, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  })).json();
  const { alert, hash } = await post("/api/v1/alerts", { symbol: "SPX", condition });
  await post(`/api/v1/alerts/${alert.id}/arm`, { hash });
  return alert.id;
}"""

SAVE = """async () => {
  const scan = { name: "Two funds", symbols: ["SPY", "QQQ"], where: "close > 1" };
  const headers = { "Content-Type": "application/json" };
  await fetch("/api/v1/scans", { method: "POST", headers, body: JSON.stringify(scan) });
}"""


def apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Done in a thread of its own: the browser's loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def someone(postgres: DatabaseUrls) -> str:
    """A token of a member who has asked nothing yet."""
    token: str = apart(token_of(postgres, f"page-{uuid4()}"))
    return token


def enter(page: Page, address: str, token: str) -> None:
    page.context.add_cookies([{"name": "access_token", "value": token, "url": address}])
    page.goto(address)
    expect(page.locator("[id^='starter-']")).to_have_count(6, timeout=PATIENCE_MS)


def open_alerts(page: Page) -> Locator:
    page.locator("a[href='#alerts']").click()
    panel = page.get_by_role("dialog", name="Alerts")
    expect(panel.get_by_text(re.compile(r"^\d+ watched"))).to_be_visible(timeout=PATIENCE_MS)
    return panel


def arm_in_the_conversation(page: Page) -> None:
    ask(page, "alert me when spx hits 59300")
    page.get_by_role("button", name="Arm", exact=True).click(timeout=PATIENCE_MS)
    expect(page.locator(".tc-card").get_by_text("armed", exact=True)).to_be_visible(
        timeout=PATIENCE_MS
    )


def fits(panel: Locator, width: int) -> None:
    box = panel.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert panel.evaluate("node => node.scrollWidth <= node.clientWidth")


async def fire(postgres: DatabaseUrls, token: str, alert: str) -> None:
    """What a monitor does when an alert goes off."""
    claims, now = jwt.decode(token, options={"verify_signature": False}), WallClock().now()
    database = Database(postgres.application)
    async with database.system() as session:
        member = await get_member(session, claims["identifier"])
    firing = Firing(
        alert=UUID(alert), sequence=1, price=59301.5, at=now.timestamp(), number=1, level=59300.0
    )
    going = Going(member_id=member.id, firing=firing, is_last=True)
    async with database.system() as session:
        await tell(session, [going], None, MessageWriter(), now=now)
    await database.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_what_is_armed_in_the_conversation_is_snoozed_and_dropped_on_the_page(
    visit: Visit, server: Server, postgres: DatabaseUrls, width: int
) -> None:
    page = visit(width=width)
    enter(page, server.url, someone(postgres))
    if width > 1000:
        panel = open_alerts(page)
        expect(panel.get_by_text("Nothing is watched for you.")).to_be_visible()
        arm_in_the_conversation(page)
    else:
        arm_in_the_conversation(page)
        panel = open_alerts(page)
    row = panel.get_by_role("listitem").filter(has_text="price hits 59,300")
    expect(row).to_contain_text("to 59,300.00", timeout=PATIENCE_MS)
    expect(row).to_contain_text(re.compile(r"\+[\d,]+\.\d\d \(\+[\d,.]+%\)"))
    expect(panel.get_by_text("1 watched, no limit")).to_be_visible()
    fits(panel, width)

    row.get_by_role("button", name="Snooze").click()
    expect(row.get_by_role("button", name="Snooze 30 min")).to_be_focused()
    row.get_by_role("button", name="Snooze 1 h").click()
    expect(panel.get_by_role("heading", name="Snoozed 1")).to_be_visible(timeout=PATIENCE_MS)
    expect(row).to_contain_text("silent until")
    expect(row.get_by_role("button", name="Snooze")).to_be_focused()
    row.get_by_role("button", name="Re-arm").click()
    expect(panel.get_by_role("heading", name="Watching 1")).to_be_visible(timeout=PATIENCE_MS)

    row.get_by_role("button", name="Snooze").click()
    row.get_by_role("button", name=re.compile("Snooze Until .*(UTC|ET)")).click()
    expect(panel.get_by_role("heading", name="Snoozed 1")).to_be_visible(timeout=PATIENCE_MS)
    row.get_by_role("button", name="Drop").click()
    expect(panel.get_by_text("Nothing is watched for you.")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    assert "#" not in page.url


def test_what_fires_is_there_by_itself_with_the_way_to_its_message(
    visit: Visit, server: Server, postgres: DatabaseUrls
) -> None:
    page, token = visit(), someone(postgres)
    enter(page, server.url, token)
    alert = page.evaluate(ARM, CONDITION)
    panel = open_alerts(page)
    expect(panel.get_by_role("heading", name="Watching 1")).to_be_visible(timeout=PATIENCE_MS)

    apart(fire(postgres, token, alert))

    expect(panel.get_by_role("status")).to_have_text(
        "Fired: SPX price hits 59,300.", timeout=PATIENCE_MS
    )
    expect(panel.get_by_role("heading", name="Fired, resting until armed again 1")).to_be_visible()
    tabs = panel.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(panel.get_by_role("tab", name="History 1")).to_be_focused()
    row = panel.get_by_role("listitem")
    expect(row).to_contain_text("59,301.50")
    expect(row).to_contain_text("level 59,300.00")
    row.get_by_role("link", name="Show in the conversation").click()
    expect(page.locator("[id^='step-']").get_by_text("59,301.50")).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert re.search(r"/thread/[0-9a-f-]{36}$", page.url)
    expect(row).to_contain_text("59,301.50", timeout=PATIENCE_MS)

    page.reload()
    expect(row).to_contain_text("59,301.50", timeout=PATIENCE_MS)
    page.locator("a[href='#alerts']").click()
    expect(panel).to_have_count(0)


def test_another_member_sees_none_of_it(
    visit: Visit, server: Server, postgres: DatabaseUrls
) -> None:
    adas, bobs = visit(), visit()
    ada, bob = someone(postgres), someone(postgres)
    enter(adas, server.url, ada)
    alert = adas.evaluate(ARM, CONDITION)
    apart(fire(postgres, ada, alert))
    enter(bobs, server.url, bob)

    panel = open_alerts(bobs)

    expect(panel.get_by_text("Nothing is watched for you.")).to_be_visible()
    expect(panel.get_by_text("0 watched, no limit")).to_be_visible()
    panel.get_by_role("tab", name="History").click()
    expect(panel.get_by_text("No alert of yours has fired yet.")).to_be_visible()
    expect(open_alerts(adas).get_by_role("tab", name="History 1")).to_be_visible()


def test_it_is_beside_a_wide_conversation_over_a_narrow_one_and_left_by_escape(
    visit: Visit, server: Server, postgres: DatabaseUrls
) -> None:
    page = visit()
    enter(page, server.url, someone(postgres))
    panel = open_alerts(page)
    holds_focus = "node => node.matches(':modal')"
    assert not panel.evaluate(holds_focus)
    expect(panel.get_by_role("heading", name="Alerts")).to_be_focused()

    page.set_viewport_size({"width": 700, "height": 800})
    page.wait_for_function("document.querySelector('.tc-watch').matches(':modal')")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_function("!document.querySelector('.tc-watch').matches(':modal')")
    panel.get_by_role("link", name="Notifications").click()
    settings = page.get_by_role("dialog", name="Notifications")
    expect(settings.get_by_text("Quiet hours")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(settings).to_have_count(0)
    expect(panel).to_be_visible()

    page.locator("#chat-input").click()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.locator("a[href='#alerts']").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_text("Nothing is watched for you.")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.locator("a[href='#alerts']")).to_be_focused()


def test_a_saved_scan_is_set_to_run_and_deleted_on_its_own_tab(
    visit: Visit, server: Server, postgres: DatabaseUrls
) -> None:
    page = visit()
    enter(page, server.url, someone(postgres))
    panel = open_alerts(page)
    panel.get_by_role("tab", name="Scans").click()
    expect(panel.get_by_text("No scan is saved.")).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate(SAVE)
    page.reload()

    often = panel.get_by_label("How often it runs: Two funds")
    expect(often).to_have_value("null", timeout=PATIENCE_MS)
    expect(panel.get_by_text("SPY, QQQ · close > 1")).to_be_visible()
    often.select_option("every hour")
    expect(panel.get_by_role("status")).to_have_text(
        "Runs every hour: Two funds.", timeout=PATIENCE_MS
    )
    expect(panel.get_by_text(re.compile("due since|ran .* next"))).to_be_visible()
    expect(often).to_have_value("60")
    panel.get_by_role("button", name="Delete: Two funds").click()
    expect(panel.get_by_text("No scan is saved.")).to_be_visible(timeout=PATIENCE_MS)


def test_a_scan_is_due_by_the_real_time_and_not_by_the_markets(
    visit: Visit, server: Server, postgres: DatabaseUrls
) -> None:
    page, now = visit(), WallClock().now()

    def days_ago(days: int) -> str:
        return (now - timedelta(days=days)).isoformat()

    def behind(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "as_of": days_ago(2)})

    def due(route: Route) -> None:
        answer = route.fetch()
        [scan] = answer.json()["scans"]
        late = {**scan, "every_minutes": 60, "due_at": days_ago(1)}
        route.fulfill(response=answer, json={"scans": [late]})

    enter(page, server.url, someone(postgres))
    page.evaluate(SAVE)
    page.route("**/api/v1/watching", behind)
    page.route("**/api/v1/scans", due)
    panel = open_alerts(page)
    panel.get_by_role("tab", name="Scans").click()

    expect(panel.get_by_text("due since")).to_be_visible(timeout=PATIENCE_MS)


def test_what_a_click_has_done_is_said_even_if_the_look_after_it_fails_and_another_look_follows(
    visit: Visit, server: Server, postgres: DatabaseUrls
) -> None:
    page = visit()
    page.clock.install()
    enter(page, server.url, someone(postgres))
    page.evaluate(ARM, CONDITION)
    panel = open_alerts(page)
    page.route("**/api/v1/watching", lambda route: route.abort())
    panel.get_by_role("button", name="Drop").click()
    expect(panel.get_by_role("status")).to_have_text(
        "Dropped: SPX price hits 59,300.", timeout=PATIENCE_MS
    )
    expect(panel.get_by_role("alert")).to_contain_text("Shown as of")

    page.unroute("**/api/v1/watching")
    page.clock.fast_forward(60_000)
    expect(panel.get_by_text("Nothing is watched for you.")).to_be_visible(timeout=PATIENCE_MS)
    expect(panel.get_by_role("alert")).to_have_count(0)


def test_a_refusal_is_said_and_changes_nothing(
    visit: Visit, server: Server, postgres: DatabaseUrls
) -> None:
    page = visit()
    enter(page, server.url, someone(postgres))
    alert = page.evaluate(ARM, CONDITION)
    panel = open_alerts(page)
    expect(panel.get_by_role("button", name="Snooze")).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate("(id) => fetch(`/api/v1/alerts/${id}`, { method: 'DELETE' })", alert)
    panel.get_by_role("button", name="Snooze").click()
    panel.get_by_role("button", name="Snooze 1 h").click()
    expect(panel.get_by_role("status")).to_contain_text(
        "Not changed. This alert was dropped", timeout=PATIENCE_MS
    )


def test_a_dead_server_is_said_and_what_was_shown_stays(
    chromium: Browser, serve: Serve, postgres: DatabaseUrls, tmp_path: Path
) -> None:
    page = chromium.new_page()
    with serve(postgres, tmp_path) as server:
        enter(page, server.url, someone(postgres))
        page.evaluate(ARM, CONDITION)
        panel = open_alerts(page)
        expect(panel.get_by_text("to 59,300.00")).to_be_visible(timeout=PATIENCE_MS)
    said = panel.get_by_role("alert")
    expect(said).to_contain_text("The server does not answer.", timeout=PATIENCE_MS)
    expect(said).to_contain_text("Shown as of")
    expect(panel.get_by_text("to 59,300.00")).to_be_visible()
    panel.get_by_role("button", name="Drop").click()
    expect(panel.get_by_role("status")).to_contain_text("Not changed.", timeout=PATIENCE_MS)
    with serve(postgres, tmp_path, server.port):
        panel.get_by_role("button", name="Try again").click(timeout=PATIENCE_MS)
        expect(said).to_have_count(0, timeout=PATIENCE_MS)
        expect(panel.get_by_role("heading", name="Watching 1")).to_be_visible()
    page.close()
