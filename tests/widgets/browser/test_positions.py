"""Cards of positions in a real browser: they move, they fit, and a draft is confirmed once."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def ask(page: Page, text: str) -> None:
    page.click("#chat-input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_cards_of_positions_fit(
    open_gallery: Open, faults: list[str], width: int, theme: str
) -> None:
    page = open_gallery(width=width, theme=theme)
    ask(page, "positions risk draft stored")

    cards = page.locator(".tc-card")
    expect(cards).to_have_count(4)
    for card in cards.all():
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert faults == []


def test_the_book_moves_with_its_stock_and_its_options_stand_still(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "positions")
    stock = page.locator("tbody tr").first
    option = page.locator("tbody tr", has_text="605 call")

    expect(stock.locator(".tc-price")).not_to_have_text("602.31", timeout=20_000)
    expect(stock.locator("td").nth(2)).not_to_have_text("60,231.00")
    expect(page.locator(".tc-large")).not_to_have_text("82,604.13")
    expect(option.locator(".tc-price")).to_have_text("6.42")


def test_each_line_says_how_old_its_price_is(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "positions")
    prices = page.locator("tbody tr td.tc-headed")

    expect(prices.nth(0)).to_contain_text("live")
    expect(prices.nth(2)).to_have_text("6.423 min ago")
    expect(prices.nth(3)).to_have_text("4.85stale, 3 min ago")
    expect(prices.nth(4)).to_have_text("–")
    expect(page.locator(".tc-main")).to_contain_text("1 of 5 lines live")


def test_newer_prices_are_a_click_away(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, {"success": True, "response": {"ok": True}})
    ask(page, "positions")

    with page.expect_response("**/project/action"):
        page.get_by_role("button", name="Update").click()

    payload = {"tool": "list_positions", "arguments": {}, "is_large": False}
    assert asked == [{"name": "ask_tool", "payload": payload}]


def answered(page: Page, status: int, body: dict[str, object]) -> list[object]:
    """Clicks of the page, answered as the server would."""
    asked: list[object] = []

    def answer(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}")["action"])
        route.fulfill(status=status, content_type="application/json", body=json.dumps(body))

    page.route("**/project/action", answer)
    return asked


def test_a_draft_is_stored_by_its_button_and_the_button_goes(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, {"success": True, "response": {"ok": True}})
    ask(page, "draft")

    page.get_by_role("button", name="Confirm").click()

    expect(page.locator(".tc-confirm")).to_have_text("stored")
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    assert [each["name"] for each in asked if isinstance(each, dict)] == ["confirm_position"]


def test_a_draft_is_ended_by_its_other_button(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, {"success": True, "response": {"ok": True}})
    ask(page, "draft")

    page.get_by_role("button", name="Discard").click()

    expect(page.locator(".tc-confirm")).to_have_text("discarded, nothing was stored")
    expect(page.locator(".tc-card").get_by_role("button", name="Confirm")).to_have_count(0)
    assert [each["name"] for each in asked if isinstance(each, dict)] == ["discard_position"]


def test_a_draft_that_cannot_be_stored_says_why_and_keeps_its_button(open_gallery: Open) -> None:
    page = open_gallery()
    answered(page, 409, {"detail": "DIS 130 call has changed in the meantime: closed now."})
    ask(page, "draft")

    page.get_by_role("button", name="Confirm").click()

    expect(page.get_by_role("alert").first).to_contain_text("has changed in the meantime")
    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
