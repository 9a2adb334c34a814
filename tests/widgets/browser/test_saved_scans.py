"""Cards of saved scans in a real browser: they fit, and their buttons do one thing and say so."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
OK = {"success": True, "response": {"ok": True}}


def ask(page: Page, text: str) -> None:
    page.click("#chat-input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def answered(page: Page, status: int, body: dict[str, object]) -> list[dict[str, Any]]:
    """Clicks of the page, answered as the server would."""
    asked: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}")["action"])
        route.fulfill(status=status, content_type="application/json", body=json.dumps(body))

    page.route("**/project/action", answer)
    return asked


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_cards_of_saved_scans_fit(
    open_gallery: Open, faults: list[str], width: int, theme: str
) -> None:
    page = open_gallery(width=width, theme=theme)
    ask(page, "scandraft scanrefused scans sharedscans")

    cards = page.locator(".tc-card")
    expect(cards).to_have_count(4)
    for card in cards.all():
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert card.evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    for control in page.locator(".tc-card button, .tc-card select").all():
        inside = control.bounding_box()
        assert inside is not None
        assert inside["x"] + inside["width"] <= width
    assert faults == []


def test_a_draft_shows_what_it_saves_and_is_confirmed_by_its_button(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, OK)
    ask(page, "scandraft scanrefused")
    expect(page.locator(".tc-card")).to_have_count(2)
    refused = page.locator(".tc-card", has_text="Your plan runs no scan by itself.")
    card = page.locator(".tc-card", has_not_text="Your plan runs no scan by itself.")
    expect(card).to_contain_text("every hour")
    expect(card).to_contain_text("rsi(14) < 30")
    expect(refused).to_contain_text("Your plan runs no scan by itself.")
    expect(refused.get_by_role("button", name="Save")).to_have_count(0)

    card.get_by_role("button", name="Save").click()

    expect(card.locator(".tc-confirm")).to_have_text("saved")
    assert [each["name"] for each in asked] == ["confirm_scan"]
    assert list(asked[0]["payload"]) == ["card_id"]


def test_a_saved_scan_is_rescheduled_run_and_deleted_from_the_list(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, OK)
    ask(page, "scans")
    card = page.locator(".tc-card")
    card.get_by_label("How often it runs: morning pullbacks").select_option("1440")
    expect(card.locator("li").first).to_contain_text("changed")
    card.get_by_role("button", name="Run: bases").click()
    card.get_by_role("button", name="Delete: bases").click()
    expect(card.locator("li").last).to_contain_text("deleted")
    expect(card.get_by_role("button", name="Run: bases")).to_have_count(0)

    told = [
        (each["name"], each["payload"].get("change") or each["payload"]["tool"]) for each in asked
    ]
    assert told == [
        ("change_scan", "schedule"),
        ("ask_tool", "scan_market"),
        ("change_scan", "delete"),
    ]
    assert asked[0]["payload"]["every_minutes"] == 1440


def test_a_refusal_of_the_server_is_shown_and_nothing_is_said_to_be_done(
    open_gallery: Open,
) -> None:
    page = open_gallery()
    answered(page, 403, {"detail": "Your plan runs a scan every day at most."})
    ask(page, "scans scandraft")
    draft = page.locator(".tc-card", has_text="Save this scan?")
    draft.get_by_role("button", name="Save").click()
    expect(draft.get_by_role("alert")).to_be_visible()
    expect(draft.get_by_role("button", name="Save")).to_be_enabled()


def test_a_scan_is_shared_with_its_symbols_only_by_the_button_that_says_so(
    open_gallery: Open,
) -> None:
    page = open_gallery()
    asked = answered(page, 200, OK)
    ask(page, "scans sharedscans")
    expect(page.locator(".tc-card")).to_have_count(2)
    own = page.locator(".tc-card", has=page.get_by_label("How often it runs: bases"))
    shared = page.locator(".tc-card", has=page.get_by_role("button", name="Use: bases"))
    own.get_by_role("button", name="Share what it looks for: morning pullbacks").click()
    expect(own.locator("li").first).to_contain_text("shared")
    own.get_by_role("button", name="Share with its symbols: morning pullbacks").click()
    expect(own.get_by_role("button", name="Share with its symbols: bases")).to_have_count(0)
    shared.get_by_role("button", name="Use: bases").click()
    expect(shared.locator("li").last).to_contain_text("saved")
    expect(shared.get_by_role("button", name="Delete: bases")).to_have_count(0)

    assert [(each["name"], each["payload"].get("with_list")) for each in asked] == [
        ("share_scan", False),
        ("share_scan", True),
        ("use_scan", None),
    ]
