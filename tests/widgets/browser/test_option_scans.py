"""The card of setups on options in a real browser: it fits, and a click asks what the row names."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tools import TOOLBOX

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def ask(page: Page, text: str) -> None:
    page.click("#chat-input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_a_spread_is_drawn_with_its_figures_and_analyzed_by_a_click(
    open_gallery: Open, faults: list[str], width: int, theme: str
) -> None:
    page = open_gallery(width=width, theme=theme)
    asked: list[Any] = []

    def answer(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}")["action"])
        body = json.dumps({"success": True, "response": {"ok": True}})
        route.fulfill(status=200, content_type="application/json", body=body)

    page.route("**/project/action", answer)
    ask(page, "spreads")
    card = page.locator(".tc-card")
    expect(card.locator(".tc-pair", has_text="Chance of profit")).to_contain_text("71.2")
    expect(card).to_contain_text("sell 570 put, buy 560 put")
    box = card.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width

    with page.expect_response("**/project/action"):
        card.get_by_role("button", name="Analyze: SPY, iron condor").click()

    payload = asked[0]["payload"]
    assert (asked[0]["name"], payload["tool"]) == ("ask_tool", "analyze_structure")
    assert TOOLBOX.get(payload["tool"]).args.model_validate(payload["arguments"])
    assert faults == []


@pytest.mark.parametrize(
    ("cards", "heard", "row"),
    [
        (
            "spreads",
            "SPY, iron condor",
            {"symbol": "SPY", "kind": "iron_condor", "variant": "2026-12-31 0.16"},
        ),
        ("setups", "AMD", {"symbol": "AMD", "kind": "support_bounce"}),
    ],
)
def test_a_thumb_and_a_saved_scan_name_what_the_card_shows(
    open_gallery: Open, faults: list[str], cards: str, heard: str, row: dict[str, str]
) -> None:
    page = open_gallery()
    asked: list[Any] = []

    def answer(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}")["action"])
        body = json.dumps({"success": True, "response": {"ok": True}})
        route.fulfill(status=200, content_type="application/json", body=body)

    page.route("**/project/action", answer)
    ask(page, cards)
    card = page.locator(".tc-card")
    expect(card).to_contain_text("No longer valid")
    good = card.get_by_role("button", name=f"Good setup: {heard}")
    with page.expect_response("**/project/action"):
        good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    _thumb_down_in_another_tab(page, asked[0]["payload"])
    expect(good).to_have_attribute("aria-pressed", "false")
    bad = card.get_by_role("button", name=f"Bad setup: {heard}")
    expect(bad).to_have_attribute("aria-pressed", "true")
    card.get_by_label("Name of the scan").fill("condors")
    card.get_by_label("How often it runs").select_option("60")
    with page.expect_response("**/project/action"):
        card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("status")).to_have_text("saved as condors")

    thumb, saved = (each["payload"] for each in asked)
    assert [each["name"] for each in asked] == ["rate_opportunity", "save_scan"]
    assert thumb.pop("at", "").endswith("Z") == (cards == "setups")
    assert {**thumb, "card_id": ""} == {"card_id": "", "liked": True, **row}
    assert (saved["name"], saved["every_minutes"]) == ("condors", 60)
    assert faults == []


def _thumb_down_in_another_tab(page: Page, payload: dict[str, Any]) -> None:
    """What that tab says to others; the row's names are in the order they were sent."""
    row = [payload[name] for name in payload if name not in ("card_id", "liked")]
    other = page.context.new_page()
    other.goto(page.url)
    other.evaluate(
        """([cardId, row]) => new BroadcastChannel("coach thumbs").postMessage(
            { cardId, name: `thumb ${row.join(" ")}`, thumb: false })""",
        [payload["card_id"], row],
    )
    expect(page.get_by_role("button", name="Bad setup").first).to_have_attribute(
        "aria-pressed", "true"
    )
    other.close()


def test_what_saving_would_change_is_said_and_the_next_click_replaces_it(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery()
    asked: list[Any] = []
    taken = "You have a scan of this name. Replacing it stops its schedule."

    def answer(route: Route) -> None:
        payload = json.loads(route.request.post_data or "{}")["action"]["payload"]
        asked.append(payload)
        refused = json.dumps({"detail": taken})
        if not payload.get("is_replacing"):
            route.fulfill(status=409, content_type="application/json", body=refused)
            return
        body = json.dumps({"success": True, "response": {"ok": True}})
        route.fulfill(status=200, content_type="application/json", body=body)

    page.route("**/project/action", answer)
    ask(page, "setups")
    card = page.locator(".tc-card")
    card.get_by_label("Name of the scan").fill("mine")
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("alert")).to_have_text(taken)
    card.get_by_label("Name of the scan").fill("other")
    expect(card.get_by_role("button", name="Save")).to_be_visible()
    card.get_by_role("button", name="Save").click()
    card.get_by_role("button", name="Replace it").click()
    expect(card.get_by_role("status")).to_have_text("saved as other")
    assert [each.get("is_replacing") for each in asked] == [None, None, True]
    assert [each for each in faults if "409" not in each] == []


def test_a_scan_that_found_nothing_says_what_to_ask_instead(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery()
    ask(page, "nospreads")

    expect(page.locator(".tc-card")).to_contain_text("Nothing of this kind stands.")
    assert faults == []
