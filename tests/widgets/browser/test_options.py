"""Cards of options in a real browser: what a pointer reads, and the spread one builds by pressing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def ask(page: Page, text: str) -> None:
    page.click("#chat-input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_pressing_an_ask_and_a_bid_builds_a_spread_that_is_asked_about(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery()
    ask(page, "chain")
    card = page.locator(".tc-card")

    card.get_by_role("button", name=re.compile("buy the 600 call")).click()
    card.get_by_role("button", name=re.compile("sell the 605 call")).click()
    expect(card.locator(".tc-built")).to_have_text(re.compile("buy 600 call, sell 605 call"))
    expect(card.locator(".tc-built")).to_contain_text("debit 2.69")

    card.get_by_role("button", name="Analyze").click()
    asked = page.get_by_text("analyze in SPY 2026-12-18: buy 600 call, sell 605 call")
    expect(asked).to_be_visible()
    assert faults == []


def test_pressing_again_takes_a_leg_away_and_the_other_side_turns_it(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "chain")
    card = page.locator(".tc-card")
    buy = card.get_by_role("button", name=re.compile("buy the 600 put"))
    buy.click()
    card.get_by_role("button", name=re.compile("sell the 600 put")).click()
    expect(card.locator(".tc-built")).to_have_text(re.compile("^sell 600 put"))

    card.get_by_role("button", name=re.compile("sell the 600 put")).click()

    expect(card.locator(".tc-built")).to_have_count(0)
    expect(buy).to_have_attribute("aria-pressed", "false")


def test_the_payoff_is_read_under_the_pointer(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "structure")
    field = page.locator(".tc-plot-field")
    expect(page.locator(".tc-plot")).to_contain_text("+210 at best here")

    box = field.bounding_box()
    assert box is not None
    field.hover(position={"x": box["width"] * 0.98, "y": 40})

    expect(page.locator(".tc-plot")).to_contain_text(re.compile(r"at 64\d\.\d\d: \+210 at expiry"))


def test_a_loss_without_bound_says_so(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "unbounded")

    expect(page.locator(".tc-pair", has_text="Most it loses")).to_contain_text("no limit")
    expect(page.locator(".tc-key")).to_have_text("at expiry")


@pytest.mark.parametrize("name", ["chain", "greeks", "structure", "volatility"])
def test_nothing_needs_sideways_scrolling_on_a_phone(open_gallery: Open, name: str) -> None:
    page = open_gallery(width=390)
    ask(page, name)
    expect(page.locator(".tc-card")).to_have_count(1)

    wider = page.evaluate(
        "[...document.querySelectorAll('.tc-card, .tc-card .tc-scroll')]"
        ".filter((box) => box.scrollWidth > box.clientWidth + 1).length"
    )
    assert wider == 0
