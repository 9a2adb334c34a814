"""Cards of alerts in a real browser: they fit, and their buttons do one thing and say so."""

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
def test_cards_of_alerts_fit(open_gallery: Open, faults: list[str], width: int, theme: str) -> None:
    page = open_gallery(width=width, theme=theme)
    ask(page, "alert alertnow alerts alertchange alertpast")

    cards = page.locator(".tc-card")
    expect(cards).to_have_count(5)
    for card in cards.all():
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert card.evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    for button in page.locator(".tc-card button").all():
        inside = button.bounding_box()
        assert inside is not None
        assert inside["x"] + inside["width"] <= width
    assert faults == []


def test_a_draft_says_whether_it_is_true_and_is_armed_by_its_button(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, OK)
    ask(page, "alert alertnow")
    waits = page.locator(".tc-card", has_text="RSI(14)")
    fires = page.locator(".tc-card", has_text="price is above 600")
    expect(waits).to_contain_text("not true now")
    expect(fires).to_contain_text("true now: fires at once")
    expect(fires).to_contain_text("here and by Telegram only")

    fires.get_by_role("button", name="Arm").click()

    expect(fires.locator(".tc-confirm")).to_have_text("armed")
    expect(waits.get_by_role("button", name="Arm")).to_be_visible()
    assert [each["name"] for each in asked] == ["arm_alert"]
    assert asked[0]["payload"]["hash"] == "0" * 64


def test_a_silence_says_until_when(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, OK)
    ask(page, "alertsilence alertsilences")
    one = page.locator(".tc-card", has_not_text="BTC/USD")
    both = page.locator(".tc-card", has_text="BTC/USD")
    expect(one).to_contain_text("Snooze until Mon 30 Nov, 09:30 ET?")
    expect(both).to_contain_text("Snooze?")
    expect(both).to_contain_text("until Mon 30 Nov, 09:30 ET")
    expect(both).to_contain_text("until Sat 28 Nov, 00:00 UTC")

    one.get_by_role("button", name="Snooze").click()

    expect(one).to_contain_text("Snoozed until Mon 30 Nov, 09:30 ET")
    assert [each["name"] for each in asked] == ["confirm_alert_change"]


def test_a_draft_is_ended_by_its_other_button(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, OK)
    ask(page, "alert")

    page.get_by_role("button", name="Discard").click()

    expect(page.locator(".tc-confirm")).to_have_text("discarded, nothing is watched")
    assert [each["name"] for each in asked] == ["discard_alert"]


def test_what_cannot_be_armed_says_why_and_keeps_its_button(open_gallery: Open) -> None:
    page = open_gallery()
    answered(page, 402, {"detail": "The lite plan watches one alert at once."})
    ask(page, "alert")

    page.get_by_role("button", name="Arm").click()

    expect(page.get_by_role("alert").first).to_contain_text("watches one alert")
    expect(page.get_by_role("button", name="Arm")).to_be_visible()


def test_rows_of_a_list_have_their_own_buttons(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, OK)
    ask(page, "alerts")
    first, fired = page.locator(".tc-alerts li").nth(0), page.locator(".tc-alerts li").nth(2)

    first.get_by_role("button", name="Snooze 30 min").click()
    expect(first.get_by_role("status")).to_have_text("snoozed")
    fired.get_by_role("button", name="Re-arm").click()
    expect(fired.get_by_role("status")).to_have_text("armed again")
    first.get_by_role("button", name="Drop").click()
    expect(first.get_by_role("status")).to_have_text("dropped")

    expect(first.get_by_role("button")).to_have_count(0)
    sent = [(each["payload"]["change"], each["payload"]["alert_id"][-1]) for each in asked]
    assert sent == [("snooze", "1"), ("rearm", "3"), ("drop", "1")]


def test_a_change_is_made_by_its_button_alone(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page, 200, OK)
    ask(page, "alertchange")

    page.get_by_role("button", name="Snooze").click()

    expect(page.locator(".tc-confirm")).to_have_text("done")
    assert [each["name"] for each in asked] == ["confirm_alert_change"]
