"""The main job in a real browser: one click in, ask, see the card and the chart, come back."""

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app.screenshots.conftest import screen

pytestmark = pytest.mark.browser
READING_MS = 120_000
PATIENCE_MS = 20_000

Visit = Callable[..., Page]


def enter(page: Page) -> None:
    page.get_by_role("button", name="Enter as demo member").click()
    expect(page.locator("[id^='starter-']")).to_have_count(6, timeout=PATIENCE_MS)


def ask(page: Page, question: str) -> None:
    """Write and send as soon as the page lets one: it does once its socket is connected.

    Chainlit empties the box when it draws it anew at the end of a turn, so it may have to be written
    again.
    """
    for _ in range(10):
        page.locator("#chat-input").fill(question)
        with suppress(AssertionError):
            expect(page.locator("#chat-submit")).to_be_enabled(timeout=PATIENCE_MS // 10)
            break
    page.locator("#chat-submit").click(timeout=PATIENCE_MS)
    expect(said(page, question)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#chat-submit")).to_have_count(1, timeout=PATIENCE_MS)


def said(page: Page, question: str) -> Locator:
    """The member's message; the list of conversations may show the same words."""
    return page.locator("pre", has_text=question)


def test_one_click_one_question_a_card_and_its_sources(visit: Visit) -> None:
    page = visit()
    enter(page)
    expect(page.get_by_text("simulated")).to_be_visible(timeout=PATIENCE_MS)
    ask(page, "Where's PDH for SPX?")
    card = page.locator(".tc-card")
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    expect(card.get_by_text("simulated", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile(r"\d+ numbers? checked")).click()
    expect(page.get_by_role("region", name=re.compile("Sources"))).to_be_visible()


def test_the_chart_opens_beside_the_chat_changes_its_timeframe_and_survives_a_reload(
    visit: Visit,
) -> None:
    page = visit()
    enter(page)
    ask(page, "put spx up with its levels")
    panel = page.locator("#side-view-content")
    expect(panel.locator("canvas").first).to_be_visible(timeout=PATIENCE_MS)
    hourly = panel.get_by_role("button", name="1h", exact=True)
    hourly.click()
    expect(hourly).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"/thread/[0-9a-f-]{36}$"))
    page.reload()
    expect(panel.locator("canvas").first).to_be_visible(timeout=PATIENCE_MS)
    expect(said(page, "put spx up with its levels")).to_be_visible()
    expect(page.get_by_role("button", name="Open the SPX 5m chart")).to_be_visible()


def test_a_follow_up_in_words_changes_the_chart(visit: Visit) -> None:
    page = visit()
    enter(page)
    ask(page, "put spx up with its levels")
    ask(page, "make it 15 minutes")
    pressed = page.locator("#side-view-content").get_by_role("button", name="15m", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)


def test_the_chart_button_of_a_card_opens_the_panel(visit: Visit) -> None:
    page = visit()
    enter(page)
    ask(page, "how's microsoft doing")
    page.locator(".tc-card").get_by_role("button", name="Chart").click()
    expect(page.locator("#side-view-content canvas").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Open the MSFT 5m chart")).to_be_visible()


def drop(page: Page, picture: bytes, name: str) -> None:
    """Let a file fall on the page, as from the desktop."""
    page.evaluate(
        """([bytes, name]) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
        }""",
        [list(picture), name],
    )


def test_a_saved_chart_that_is_dropped_into_another_chat_is_a_live_chart_again(
    visit: Visit,
) -> None:
    page = visit()
    enter(page)
    ask(page, "put spx up with the 50 day")
    panel = page.locator("#side-view-content")
    expect(panel.locator(".tc-values")).to_contain_text("C ", timeout=PATIENCE_MS)
    panel.get_by_role("button", name="1h", exact=True).click()
    expect(panel.locator(".tc-message")).to_be_hidden(timeout=PATIENCE_MS)
    with page.expect_download() as saved:
        panel.get_by_role("button", name="Save as PNG").click()
    picture = saved.value.path().read_bytes()

    page.goto(page.url.split("/thread/")[0])
    expect(page.locator("[id^='starter-']")).to_have_count(6, timeout=PATIENCE_MS)
    expect(page.locator("#chat-input")).to_be_visible()
    drop(page, picture, "SPX-1h.png")

    hourly = panel.get_by_role("button", name="1h", exact=True)
    expect(hourly).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    expect(panel.get_by_role("button", name="Remove SMA 50")).to_be_visible()
    expect(page.get_by_text(re.compile("Chart of SPX, 1h, from my picture of"))).to_be_visible()


def test_of_a_file_that_cannot_be_opened_the_page_says_so(visit: Visit) -> None:
    page = visit()
    enter(page)
    drop(page, b"\x89PNG\r\n\x1a\n" + bytes(60), "holiday.png")
    expect(page.get_by_text("The picture is damaged")).to_be_visible(timeout=READING_MS)


@pytest.mark.parametrize("width", [1280, 390])
def test_positions_of_a_screenshot_are_corrected_confirmed_and_shown(
    visit: Visit, width: int
) -> None:
    page = visit(width=width)
    enter(page)
    drop(page, screen(), "portfolio.png")
    shown = page.get_by_role("dialog", name="Positions in your picture")
    expect(shown).to_be_visible(timeout=READING_MS)
    rows = shown.locator(".tc-shot-row")
    expect(rows).to_have_count(2, timeout=READING_MS)
    expect(rows.first.get_by_label("Strike")).to_have_value("410")
    assert rows.nth(1).locator("img").evaluate("image => image.decode().then(() => true)")
    assert shown.evaluate("node => node.scrollWidth <= node.clientWidth")

    rows.first.get_by_label("Quantity").fill("")
    shown.get_by_role("button", name="Confirm 2 positions").click()
    expect(shown.get_by_text("A marked field is missing")).to_be_visible()
    rows.first.get_by_label("Quantity").fill("-2")
    rows.first.get_by_label("Expiry").fill("2027-06-18")
    rows.nth(1).get_by_label("Take this row").uncheck()
    shown.get_by_role("button", name="Confirm 1 position", exact=True).click()
    expect(shown).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.get_by_text("Positions confirmed from my screenshot")).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(page.locator(".tc-card").last).to_contain_text("410", timeout=PATIENCE_MS)


def test_a_second_tab_follows_the_first(visit: Visit) -> None:
    first = visit()
    enter(first)
    ask(first, "Where's PDH for SPX?")
    expect(first).to_have_url(re.compile("/thread/"))
    second = first.context.new_page()
    second.goto(first.url)
    expect(second.locator(".tc-card")).to_have_count(1, timeout=PATIENCE_MS)
    ask(first, "and msft?")
    expect(second.locator(".tc-card")).to_have_count(2, timeout=PATIENCE_MS)
    expect(said(second, "and msft?")).to_be_visible()


def test_a_starter_asks_its_question(visit: Visit) -> None:
    page = visit()
    enter(page)
    starters = page.locator("[id^='starter-']")
    expect(starters).to_have_count(6, timeout=PATIENCE_MS)
    starters.first.click()
    expect(page.locator(".tc-card").first).to_be_visible(timeout=PATIENCE_MS)


def test_on_a_phone_nothing_is_wider_than_the_page_and_a_reload_keeps_the_conversation(
    visit: Visit,
) -> None:
    page = visit(width=390, height=844)
    enter(page)
    ask(page, "levels side by side: dia xlf spx")
    expect(page.locator(".tc-card").first).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page).to_have_url(re.compile("/thread/"), timeout=PATIENCE_MS)
    page.reload()
    expect(said(page, "levels side by side: dia xlf spx")).to_be_visible(timeout=PATIENCE_MS)


def test_signing_out_leads_back_to_the_sign_in_page(visit: Visit) -> None:
    page = visit()
    enter(page)
    page.locator("#user-nav-button").click()
    page.get_by_role("menuitem", name="Logout").click()
    expect(page.get_by_role("button", name="Enter as demo member")).to_be_visible(
        timeout=PATIENCE_MS
    )


def test_a_volume_profile_is_drawn_on_the_chart_and_hidden_by_a_word(visit: Visit) -> None:
    page = visit()
    enter(page)
    with page.expect_response(re.compile(r"/api/v1/profile/NVDA\?.*window=week")) as answered:
        ask(page, "chart nvda on the 15 minute with the volume profile of the week")
    assert 2 <= len(answered.value.json()["volumes"]) <= 200
    panel = page.locator("#side-view-content")
    drawn = panel.get_by_role("button", name="Remove Volume profile: the week")
    expect(drawn).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Most traded at POC")).to_be_visible(timeout=PATIENCE_MS)
    ask(page, "hide the profile")
    expect(drawn).to_have_count(0, timeout=PATIENCE_MS)
