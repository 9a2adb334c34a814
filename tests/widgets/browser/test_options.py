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


def test_the_grid_is_shifted_by_points_of_volatility_and_stays_shifted(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery()
    ask(page, "structure")
    grid = page.locator(".tc-heat")
    cell = grid.locator("tbody tr").first.locator("td").nth(3)
    before = cell.inner_text()
    shift = page.get_by_role("group", name="Volatility, points")
    expect(shift.get_by_role("button", name="0", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )

    shift.get_by_role("button", name="+5").click()

    expect(cell).not_to_have_text(before)
    expect(shift.get_by_role("button", name="+5")).to_have_attribute("aria-pressed", "true")
    assert faults == []


def test_a_loss_and_a_profit_of_the_grid_have_signs_and_colours(open_gallery: Open) -> None:
    page = open_gallery(theme="dark")
    ask(page, "structure")
    cells = page.locator(".tc-heat tbody tr").last.locator("td")

    expect(cells.first).to_have_text(re.compile("^\u2212"))
    expect(cells.last).to_have_text(re.compile(r"^\+"))
    colours = [
        each.evaluate("(cell) => getComputedStyle(cell).backgroundColor")
        for each in (cells.first, cells.last)
    ]
    assert colours[0] != colours[1]


def test_ways_to_roll_name_their_numbers_where_there_is_no_room_for_a_table(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery(width=390)
    ask(page, "roll")

    rows = page.locator(".tc-stack tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("AMD 120 call of 19 January 2029")
    expect(rows.first).to_contain_text("same strike, later")
    named = rows.first.locator("td").first.evaluate(
        "(cell) => getComputedStyle(cell, '::before').content"
    )
    assert named == '"Net a share"'
    assert faults == []


@pytest.mark.parametrize("name", ["chain", "greeks", "structure", "volatility", "roll"])
def test_nothing_needs_sideways_scrolling_on_a_phone(open_gallery: Open, name: str) -> None:
    page = open_gallery(width=390)
    ask(page, name)
    expect(page.locator(".tc-card")).to_have_count(1)

    wider = page.evaluate(
        "[...document.querySelectorAll('.tc-card, .tc-card .tc-scroll')]"
        ".filter((box) => box.scrollWidth > box.clientWidth + 1).length"
    )
    assert wider == 0
