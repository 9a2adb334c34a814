"""The filter of a scan in a real browser: fields make a formula, the server counts, Run asks once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
COUNTED = {
    "passing": 37,
    "considered": 512,
    "named": ["AMD", "F"],
    "formula": "x",
    "words": "x",
    "without": {"market_cap": 12},
}


def asked_of(page: Page, address: str, status: int, body: dict[str, Any]) -> list[dict[str, Any]]:
    """What the page asked there, answered as the server would."""
    asked: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(status=status, content_type="application/json", body=json.dumps(body))

    page.route(address, answer)
    return asked


def filter_of(page: Page, card: str = "setups") -> Locator:
    page.click("#chat-input")
    page.keyboard.type(card)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Edit filter").click()
    return page.locator(".tc-filter-form")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_filter_fits(open_gallery: Open, faults: list[str], width: int, theme: str) -> None:
    page = open_gallery(width=width, theme=theme)
    asked_of(page, "**/api/v1/scans/count", 200, COUNTED)
    form = filter_of(page)
    expect(form.get_by_role("status")).to_contain_text("37 of 512")
    card = page.locator(".tc-card")
    assert card.evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    for control in form.locator("button, select, input, textarea").all():
        inside = control.bounding_box()
        assert inside is not None
        assert inside["x"] >= 0
        assert inside["x"] + inside["width"] <= width
    assert faults == []


def test_fields_make_the_formula_and_the_server_counts_what_was_typed_last(
    open_gallery: Open,
) -> None:
    page = open_gallery()
    counts = asked_of(page, "**/api/v1/scans/count", 200, COUNTED)
    form = filter_of(page)
    expect(form.get_by_role("status")).to_contain_text("37 of 512")

    form.get_by_label("Price to").fill("50")
    form.get_by_label("Above or below the average").select_option("above")
    form.get_by_label("RSI above or below").select_option("below")
    form.get_by_label("Market cap").select_option(label="large, from 10B")
    form.get_by_label("Volume, times usual").fill("1.5")
    with page.expect_request("**/api/v1/scans/count"):
        form.get_by_label("Sector").select_option("technology")

    expect(form.locator("textarea")).to_have_value(
        "close <= 50 and market_cap >= $10B and close > sma(200) and rsi(14) < 30"
        " and volume > 1.5 * sma(volume, 20)"
    )
    expect(form.get_by_role("status")).to_have_attribute("data-state", "counted")
    assert counts[-1] == {
        "symbols": [],
        "sector": "technology",
        "where": "close <= 50 and market_cap >= $10B and close > sma(200) and rsi(14) < 30"
        " and volume > 1.5 * sma(volume, 20)",
    }
    assert len(counts) < 9
    expect(form.get_by_role("status")).to_contain_text("AMD, F and others")
    expect(form.get_by_role("status")).to_contain_text("12 have no market cap")


def test_a_formula_written_by_hand_stays_until_the_fields_are_wanted_again(
    open_gallery: Open,
) -> None:
    page = open_gallery()
    asked_of(page, "**/api/v1/scans/count", 200, COUNTED)
    form = filter_of(page)
    form.get_by_label("Price to").fill("50")
    form.locator("textarea").fill("gap > 4%")
    expect(form.get_by_label("Price to")).to_be_disabled()
    expect(form).to_contain_text("written by hand")
    form.get_by_role("button", name="Use the fields again").click()
    expect(form.locator("textarea")).to_have_value("close <= 50")


def test_run_asks_for_the_scan_with_this_filter(open_gallery: Open) -> None:
    page = open_gallery()
    asked_of(page, "**/api/v1/scans/count", 200, COUNTED)
    clicks = asked_of(page, "**/project/action", 200, {"success": True, "response": {"ok": True}})
    form = filter_of(page)
    form.get_by_label("Price to").fill("50")
    with page.expect_response("**/project/action"):
        form.get_by_role("button", name="Run").click()
    assert [each["action"]["name"] for each in clicks] == ["ask_tool"]
    assert clicks[0]["action"]["payload"] == {
        "tool": "scan_market",
        "arguments": {"where": "close <= 50"},
    }


def test_what_the_server_refuses_is_said_and_cannot_be_run(open_gallery: Open) -> None:
    page = open_gallery()
    asked_of(page, "**/api/v1/scans/count", 422, {"detail": "`rsi(14` lacks a parenthesis."})
    form = filter_of(page)
    form.locator("textarea").fill("rsi(14 < 30")
    expect(form.get_by_role("status")).to_contain_text("lacks a parenthesis")
    expect(form.get_by_role("button", name="Run")).to_be_disabled()
