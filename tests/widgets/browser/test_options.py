"""Cards of options in a real browser: what a pointer reads, and the spread one builds by pressing."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tools import TOOLBOX

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def ask(page: Page, text: str) -> None:
    page.click("#chat-input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def answered(page: Page) -> list[Any]:
    """Clicks that ask the server something, answered as it would."""
    asked: list[Any] = []

    def answer(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}")["action"])
        body = json.dumps({"success": True, "response": {"ok": True}})
        route.fulfill(status=200, content_type="application/json", body=body)

    page.route("**/project/action", answer)
    return asked


def press(card: Locator, *names: str) -> None:
    for name in names:
        card.get_by_role("button", name=re.compile(f"^{name}")).click()


def test_pressing_an_ask_and_a_bid_builds_a_spread_that_is_analyzed(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery()
    asked = answered(page)
    ask(page, "chain")
    card = page.locator(".tc-card")
    press(card, "buy the 600 call", "sell the 605 call")
    tray = card.get_by_role("region", name="Spread being built")
    expect(tray.get_by_role("listitem")).to_have_text(
        [re.compile("buy1 ×600 call9.47"), re.compile("sell1 ×605 call6.78")]
    )
    expect(tray.get_by_role("status")).to_contain_text("debit 2.61 at the middle")
    expect(tray.get_by_role("status")).to_contain_text("debit 2.69 natural")

    with page.expect_response("**/project/action"):
        tray.get_by_role("button", name="Analyze").click()

    legs = [
        {"side": side, "kind": "call", "strike": strike, "quantity": 1}
        for side, strike in (("buy", "600"), ("sell", "605"))
    ]
    arguments = {"symbol": "SPY", "expiry": "2026-12-18", "legs": legs}
    assert [each["name"] for each in asked] == ["ask_tool"]
    assert asked[0]["payload"] == {
        "tool": "analyze_structure", "arguments": arguments, "is_large": False
    }  # fmt: skip
    assert asked_is_valid(asked[0]["payload"])
    assert faults == []


def asked_is_valid(payload: dict[str, Any]) -> bool:
    """Whether the tool itself takes what the page sends."""
    tool = TOOLBOX.get(payload["tool"])
    return bool(tool.args.model_validate(payload["arguments"]))


def test_pressing_again_takes_more_of_a_leg_and_a_draft_is_of_whole_structures(
    open_gallery: Open,
) -> None:
    page = open_gallery()
    asked = answered(page)
    ask(page, "chain")
    card = page.locator(".tc-card")
    press(card, *["buy the 600 call"] * 2, *["sell the 605 call"] * 4)
    status = card.locator(".tc-net")
    expect(status).to_contain_text("for one of 2")
    expect(status).to_contain_text("credit 4.21 at the middle")
    expect(
        card.get_by_role("button", name=re.compile("sell the 605 call"))
    ).to_have_accessible_name("sell the 605 call at 6.78, 4 in the spread")

    with page.expect_response("**/project/action"):
        card.get_by_role("button", name="Draft").click()

    found = asked[0]["payload"]
    legs = [(leg["side"], leg["strike"], leg["quantity"]) for leg in found["arguments"].pop("legs")]
    assert legs == [("buy", "600", 1), ("sell", "605", 2)]
    assert found["tool"] == "draft_position_change"
    assert found["arguments"] == {
        "symbol": "SPY", "expiry": "2026-12-18", "quantity": 2, "root": "SPY", "action": "sell"
    }  # fmt: skip
    assert asked_is_valid(found)


def test_one_leg_is_drafted_as_one_contract(open_gallery: Open) -> None:
    page = open_gallery()
    asked = answered(page)
    ask(page, "chain")
    card = page.locator(".tc-card")
    press(card, *["sell the 590 put"] * 3)

    with page.expect_response("**/project/action"):
        press(card, "Draft")

    arguments = asked[0]["payload"]["arguments"]
    assert (arguments["action"], arguments["right"], arguments["strike"]) == ("sell", "put", "590")
    assert arguments["quantity"] == 3
    assert asked_is_valid(asked[0]["payload"])


def test_the_other_side_turns_a_leg_and_its_button_takes_it_away(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "chain")
    card = page.locator(".tc-card")
    press(card, "buy the 600 put", "sell the 600 put")
    leg = card.locator(".tc-legs li")
    expect(leg).to_have_text(re.compile("^sell1 ×600 put"))
    expect(card.get_by_role("button", name=re.compile("buy the 600 put"))).to_have_attribute(
        "aria-pressed", "false"
    )

    card.get_by_role("button", name="Remove sell 600 put").click()

    expect(card.locator(".tc-built")).to_have_count(0)


def test_a_spread_is_built_and_taken_apart_by_keys_alone(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "chain")
    card = page.locator(".tc-card")
    first = card.locator(".tc-pick").first
    first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card.locator(".tc-legs li")).to_have_text(re.compile("^buy1 ×585 call"))

    card.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Space")

    expect(card.locator(".tc-built")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", ["chain", "structure", "volatility", "positions", "risk"])
def test_a_card_opens_large_and_is_read_there_without_scrolling_sideways(
    open_gallery: Open, faults: list[str], name: str, width: int
) -> None:
    page = open_gallery(width=width)
    ask(page, name)
    inside = page.locator(".message-content .tc-card, .ai-message .tc-card").first
    inside.get_by_role("button", name="Open large").click()

    panel = page.locator("#side-view-content .tc-card")
    expect(panel).to_have_count(1)
    expect(panel.locator(".tc-main")).to_be_visible()
    expect(panel.get_by_role("button", name="Open large")).to_have_count(0)
    wider = page.evaluate(
        "[...document.querySelectorAll('#side-view-content .tc-card, #side-view-content .tc-scroll')]"
        ".filter((box) => box.scrollWidth > box.clientWidth + 1).length"
    )
    assert wider == 0
    assert faults == []


def test_a_spread_built_in_the_panel_is_built_in_the_conversation_too(open_gallery: Open) -> None:
    page = open_gallery(width=1440)
    ask(page, "chain")
    page.get_by_role("button", name="Open large").click()
    panel = page.locator("#side-view-content .tc-card")
    expect(panel).to_have_count(1)
    asked = answered(page)

    press(panel, "buy the 600 call")

    expect(page.locator(".tc-legs li")).to_have_count(2)
    with page.expect_response("**/project/action"):
        press(panel, "Update")
    assert asked[-1]["payload"] == {
        "tool": "get_option_chain",
        "arguments": {"symbol": "SPY", "expiry": "2026-12-18", "strikes": 4},
        "is_large": True,
    }
    assert asked_is_valid(asked[-1]["payload"])


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
