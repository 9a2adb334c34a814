"""A row of setups in a real browser: past cases beside the chance, its lines on a chart, its alert."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from app.formula.formula import parse
from tools import TOOLBOX

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def ask(page: Page, text: str) -> None:
    page.click("#chat-input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.fixture
def asked(open_gallery: Open) -> tuple[Page, list[Any]]:
    """The gallery, and what its cards' buttons asked."""
    page, clicks = open_gallery(), []

    def answer(route: Route) -> None:
        clicks.append(json.loads(route.request.post_data or "{}")["action"])
        body = json.dumps({"success": True, "response": {"ok": True}})
        route.fulfill(status=200, content_type="application/json", body=body)

    page.route("**/project/action", answer)
    ask(page, "setups")
    expect(page.locator(".tc-card")).to_contain_text("No longer valid")
    return page, clicks


def test_what_past_cases_came_to_stands_beside_the_chance(asked: Any, faults: list[str]) -> None:
    card = asked[0].locator(".tc-card")
    first, second = card.locator("li").nth(0), card.locator("li").nth(1)
    expect(first).to_contain_text("512 of 1,660 reached the target, 871 stopped, mean result 0.09")
    expect(first).to_contain_text("first day")
    expect(second).to_contain_text("stands for 3 bars")
    expect(second).to_contain_text("Not enough past cases for a chance: 3 of 12 reached the target")
    assert second.locator(".tc-pair", has_text="Chance").count() == 0
    assert faults == []


def test_the_chart_of_a_row_is_drawn_with_its_entry_stop_and_target(
    asked: Any, faults: list[str]
) -> None:
    page, clicks = asked
    with page.expect_response("**/project/action"):
        page.get_by_role("button", name="Chart: AMD").click()

    payload = clicks[0]["payload"]
    args = TOOLBOX.get("show_chart").args.model_validate(payload)
    assert clicks[0]["name"] == "show_chart"
    assert [(name, str(price)) for name, price in args.named_marks] == [
        ("entry", "118.40"), ("stop", "115.02"), ("target", "127.75"),
    ]  # fmt: skip
    assert faults == []


def test_a_row_drafts_an_alert_at_its_stop_and_target(asked: Any, faults: list[str]) -> None:
    page, clicks = asked
    with page.expect_response("**/project/action"):
        page.get_by_role("button", name="Alert at stop or target: AMD").click()
    with page.expect_response("**/project/action"):
        page.get_by_role("button", name="Alert at stop or target: BRK.B").click()

    conditions = [each["payload"]["arguments"]["condition"] for each in clicks]
    assert {each["payload"]["tool"] for each in clicks} == {"draft_alert"}
    assert conditions == [
        "price crosses below 115.02 or price crosses above 127.75",
        "price crosses above 503.10 or price crosses below 480.55",
    ]
    assert all(parse(each) for each in conditions)
    assert faults == []
