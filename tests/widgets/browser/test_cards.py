"""Cards and chart in a real browser, inside Chainlit's real page."""

import json
import re
import time
import zlib
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from app.chat.pictures import SavedChart

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
CARDS = 41
"""Cards that "all" shows."""


def ask(page: Page, text: str) -> None:
    page.click("#chat-input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_every_card_is_drawn_without_a_fault_and_fits(
    open_gallery: Open, faults: list[str], width: int, theme: str
) -> None:
    page = open_gallery(width=width, theme=theme)

    ask(page, "all")

    cards = page.locator(".tc-card")
    expect(cards).to_have_count(CARDS - 1)
    expect(page.locator(".tc-sources")).to_have_count(1)
    for card in cards.all():
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert faults == []


def test_the_price_and_the_distances_move_while_the_frozen_card_stands_still(
    open_gallery: Open,
) -> None:
    page = open_gallery()
    ask(page, "levels frozen")
    live, frozen = (
        page.locator(".tc-card", has=page.locator(".tc-moving")),
        page.locator(".tc-card", has_text="as of a past moment"),
    )
    distance = live.locator("tr", has_text="PDC").locator("[data-figure]").nth(1)

    expect(live).to_have_count(1)
    expect(live.locator(".tc-large")).not_to_have_text("602.31", timeout=10_000)
    expect(distance).not_to_have_text("−2.51")
    expect(frozen.locator(".tc-large")).to_have_text("602.31")


def test_an_opened_ladder_stays_open_while_the_conversation_goes_on(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "frozen")
    page.get_by_role("button", name="All 17 levels").click()
    rungs = page.locator(".tc-card").first.locator(".tc-rung")
    expect(rungs).to_have_count(16)

    ask(page, "quote")

    expect(page.locator(".tc-card")).to_have_count(2)
    expect(rungs).to_have_count(16)


def test_a_number_in_prose_shows_its_place_in_the_card_and_never_navigates(
    open_gallery: Open,
) -> None:
    page = open_gallery()
    ask(page, "levels")
    address = page.url
    last = page.locator(".tc-large [data-figure=a1]")

    page.locator('a[href="#a1"]').hover()
    expect(last).to_have_class(re.compile(r"\btc-lit\b"))

    for link in ("#a1", "#unsourced"):
        page.locator(f'a[href="{link}"]').click()
    assert page.url.split("#")[0] == address.split("#")[0]
    assert len(page.context.pages) == 1


def test_a_number_whose_place_is_folded_away_unfolds_it(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "market")
    expect(page.locator(".tc-sources")).to_be_visible()
    expect(page.locator(".tc-sources table")).to_have_count(0)

    page.locator('a[href="#a1"]').click()

    expect(page.locator('.tc-sources [data-figure="a1"]')).to_be_visible()


def test_a_chart_lives_on_when_its_element_is_evaluated_again(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "chart")
    expect(page.locator(".tc-values")).to_contain_text("C ")
    page.evaluate("document.querySelector('.tc-canvas').dataset.seen = 'yes'")
    page.get_by_role("button", name="1h", exact=True).click()
    expect(page.get_by_role("button", name="1h", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )

    ask(page, "quote")

    expect(page.locator(".tc-card")).to_have_count(2)
    expect(page.locator(".tc-canvas")).to_have_attribute("data-seen", "yes")
    expect(page.get_by_role("button", name="1h", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_arrows_change_the_timeframe_of_the_chart_in_focus(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "chart")
    chart = page.locator(".tc-chart")
    expect(page.locator(".tc-values")).to_contain_text("C ")

    chart.focus()
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("button", name="15m")).to_have_attribute("aria-pressed", "true")


def test_the_chart_is_saved_as_a_picture(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "chart")
    expect(page.locator(".tc-values")).to_contain_text("C ")

    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PNG").click()

    assert saved.value.suggested_filename == "SPY-5m.png"
    picture = saved.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    chart = SavedChart.model_validate_json(text_in(picture))
    assert (chart.chart.symbol, chart.chart.timeframe) == ("SPY", "5m")
    assert chart.chart.averages == ("ema9",)
    assert ("PDH", "601.77") in {(line.name, str(line.price)) for line in chart.lines}


def test_what_the_coach_drew_is_named_and_a_click_removes_it(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery()
    ask(page, "drawn")
    drawn = page.get_by_role("group", name="Drawn by the coach").get_by_role("button")
    expect(page.locator(".tc-values")).to_contain_text("C ")
    names = ["SMA 50", "EMA 9", "SMA 200", "SMA 200 of days", "VWAP ±1σ", "600.50"]
    expect(drawn).to_have_text(names)

    for name in ("SMA 50", "VWAP ±1σ", "600.50"):
        page.get_by_role("button", name=f"Remove {name}", exact=True).click()

    expect(drawn).to_have_text(["EMA 9", "SMA 200", "SMA 200 of days"])
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PNG").click()
    chart = SavedChart.model_validate_json(text_in(saved.value.path().read_bytes())).chart
    assert chart.averages == ("ema9", "sma200", "sma200@1d")
    assert (chart.marks, chart.hide) == ((), ("vwap",))
    assert faults == []


def test_the_volume_profile_follows_what_is_in_view_and_a_click_removes_it(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery()
    with page.expect_request("**/api/v1/profile/SPY?**") as first:
        ask(page, "profile")
    asked = parse_qs(urlsplit(first.value.url).query)
    assert (asked["timeframe"], "end" in asked) == (["5m"], False)
    drawn = page.get_by_role("group", name="Drawn by the coach").get_by_role("button")
    expect(drawn.filter(has_text="Volume profile: bars in view")).to_be_visible()
    levels = page.get_by_role("button", name="levels", exact=False).filter(has_text=" of ")
    counted = int(levels.inner_text().split()[2])

    page.locator(".tc-canvas").hover()
    with page.expect_request(
        lambda request: (
            "/profile/" in request.url
            and parse_qs(urlsplit(request.url).query)["start"] != asked["start"]
        )
    ):
        page.mouse.wheel(0, -600)

    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PNG").click()
    text = SavedChart.model_validate_json(text_in(saved.value.path().read_bytes()))
    assert text.chart.profile == "visible"
    assert {"POC", "VAH", "VAL"} <= {line.name for line in text.lines}

    page.get_by_role("button", name="Remove Volume profile: bars in view").click()

    expect(drawn).to_have_text(["VWAP ±1σ"])
    expect(levels).to_contain_text(f"of {counted - 3} levels")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PNG").click()
    chart = SavedChart.model_validate_json(text_in(saved.value.path().read_bytes())).chart
    assert (chart.profile, chart.hide) == (None, ("profile",))
    assert faults == []


def test_a_compared_symbol_is_removed_by_a_click(open_gallery: Open, faults: list[str]) -> None:
    page = open_gallery()
    ask(page, "beside")
    drawn = page.get_by_role("group", name="Drawn by the coach").get_by_role("button")
    expect(drawn).to_have_text(["AMD", "QQQ", "DIA", "IWM"])

    page.get_by_role("button", name="Remove QQQ").click()

    expect(drawn).to_have_text(["AMD", "DIA", "IWM"])
    assert faults == []


def text_in(picture: bytes) -> str:
    """The chart's description in a PNG, whose every chunk is checked."""
    at, found = 8, []
    while at < len(picture):
        length = int.from_bytes(picture[at : at + 4])
        body = picture[at + 4 : at + 8 + length]
        assert zlib.crc32(body) == int.from_bytes(picture[at + 8 + length : at + 12 + length])
        found += [body[4:].decode("latin-1")] if body.startswith(b"tEXt") else []
        at += 12 + length
    [text] = found
    keyword, _, description = text.partition("\0")
    assert keyword == "Trading Coach chart"
    assert json.loads(description)["version"] == 1
    return description


def test_the_last_bar_follows_the_price(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "chart")
    values = page.locator(".tc-values")
    expect(values).to_contain_text("C ")
    before = values.inner_text()

    expect(values).not_to_have_text(before, timeout=10_000)
    expect(page.locator(".tc-countdown")).to_contain_text("closes in")


def test_a_chart_without_bars_says_so_and_offers_to_try_again(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "broken")
    message = page.locator(".tc-message")
    expect(message).to_contain_text("The market does not answer now.")

    with page.expect_request("**/api/v1/bars/**"):
        message.get_by_role("button", name="Try again").click()


def test_the_panel_opens_beside_the_chat_and_escape_closes_it(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "panel")
    panel = page.locator("#side-view-content .tc-chart")
    expect(panel).to_be_visible()

    page.keyboard.press("Escape")

    expect(panel).to_have_count(0)


def test_a_slash_goes_to_the_question(open_gallery: Open) -> None:
    page = open_gallery()
    page.locator("body").click(position={"x": 5, "y": 400})
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("/")

    assert page.evaluate("document.activeElement.id") == "chat-input"


def test_a_chart_button_asks_the_coach_for_a_chart(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "quote")

    page.get_by_role("button", name="Chart").click()

    expect(page.get_by_text("Asked for a chart: {'symbol': 'MSFT'")).to_be_visible()


def test_the_empty_page_says_what_it_is_and_what_is_simulated(open_gallery: Open) -> None:
    page = open_gallery()

    expect(page.locator(".tc-welcome")).to_contain_text("Every number comes with its source.")
    expect(page.locator(".tc-market")).to_contain_text("All prices are simulated.")
    assert page.title() == "Trading Coach"
    assert "chainlit" not in page.locator("body").inner_text().lower()


def test_a_lost_connection_is_said_and_the_last_price_stays(open_gallery: Open) -> None:
    page = open_gallery()
    lines: list[WebSocketRoute] = []

    def answer(line: WebSocketRoute) -> None:
        lines.append(line)
        if len(lines) == 1:
            line.connect_to_server()
        else:
            line.close(code=1011)

    page.route_web_socket("**/api/v1/live", answer)
    ask(page, "levels")
    card = page.locator(".tc-card").first
    expect(card.locator(".tc-moving")).to_be_visible()

    lines[0].close(code=1011)

    expect(card.locator(".tc-stale")).to_contain_text("frozen since")
    expect(card.locator(".tc-large")).to_contain_text(".")


@pytest.fixture
def say(open_gallery: Open) -> Callable[[], tuple[Page, Callable[..., None]]]:
    """A page, and what tells it the prices of SPY in the place of the server."""

    def opened() -> tuple[Page, Callable[..., None]]:
        page, lines = open_gallery(), list[WebSocketRoute]()

        def answer(line: WebSocketRoute) -> None:
            lines.append(line)

        page.route_web_socket("**/api/v1/live", answer)

        def tell(price: float, at: float, **more: object) -> None:
            minute = {"time": at // 60 * 60, "volume": 10}
            bar = minute | dict.fromkeys(("open", "high", "low", "close"), price)
            tick = {"symbol": "SPY", "price": price, "time": at, "phase": "regular", "bar": bar}
            lines[-1].send(json.dumps({"now": time.time()}))
            lines[-1].send(json.dumps(tick | more))

        return page, tell

    return opened


def test_a_bar_whose_minute_was_corrected_is_asked_for_again(
    say: Callable[[], tuple[Page, Callable[..., None]]],
) -> None:
    page, tell = say()
    with page.expect_request("**/api/v1/bars/**") as first:
        ask(page, "chart")
    values = page.locator(".tc-values")
    expect(values).to_contain_text("C ")
    loaded = first.value.response()
    assert loaded is not None
    start = loaded.json()["bars"][-1]["time"]
    page.mouse.move(1, 1)  # what it points at would be shown instead of the last bar
    tell(700.0, start + 5)
    expect(values).to_contain_text("700.00")

    ended = {"time": start, "open": 602, "high": 603, "low": 601, "close": 602, "volume": 10}
    with page.expect_request("**/api/v1/bars/**") as again:
        tell(602.0, start + 65, finished=[ended])

    asked = parse_qs(urlsplit(again.value.url).query)
    assert datetime.fromisoformat(asked["start"][0]).timestamp() == start
    assert asked["timeframe"] == ["5m"]
    expect(values).not_to_contain_text("700.00")


def test_a_card_says_why_its_price_comes_without_a_stream(
    say: Callable[[], tuple[Page, Callable[..., None]]],
) -> None:
    page, tell = say()
    ask(page, "levels")
    age = page.locator(".tc-card .tc-age").first
    expect(age).to_be_visible()

    tell(602.0, time.time(), slow_because="Another program uses the stream.")
    expect(age).to_contain_text("no stream")
    expect(age).to_have_attribute("title", re.compile("Another program uses the stream"))

    tell(602.5, time.time(), slow_because="")
    expect(age).not_to_contain_text("no stream")


def test_a_chart_takes_the_colours_of_the_theme_it_is_switched_to(open_gallery: Open) -> None:
    page = open_gallery(theme="light")
    ask(page, "chart")
    expect(page.locator(".tc-values")).to_contain_text("C ")
    pixel = """() => {
      const canvas = document.querySelector('.tc-canvas canvas');
      return [...canvas.getContext('2d').getImageData(2, 2, 1, 1).data].slice(0, 3);
    }"""
    light = page.evaluate(pixel)

    page.locator("#theme-toggle").click()
    page.get_by_role("menuitem", name="Dark").click()

    expect(page.locator("html")).to_have_class("dark")
    page.wait_for_function(f"({pixel})().every(part => part < 60)")
    assert all(part > 200 for part in light)
