"""The dialog of pictures in a real browser: progress, several pictures, how long they are kept."""

import re
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.app.screenshots.conftest import screen
from tests.journeys.test_browser import READING_MS, enter

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000
BROKEN = b"\x89PNG\r\n\x1a\n" + bytes(60)

Visit = Callable[..., Page]


def drop(page: Page, files: Sequence[tuple[str, bytes]]) -> Locator:
    """Let files fall on the page together; the dialog that opens."""
    page.evaluate(
        """(files) => {
          const data = new DataTransfer();
          for (const [name, bytes] of files) {
            data.items.add(new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
          }
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
        }""",
        [[name, list(content)] for name, content in files],
    )
    return page.get_by_role("dialog", name=re.compile("Positions in your pictures?"))


def kept(page: Page) -> list[dict[str, object]]:
    """The pictures that the server keeps of this member."""
    found: list[dict[str, object]] = page.evaluate(
        "() => fetch('/api/v1/screenshots').then((answer) => answer.json()).then((b) => b.screenshots)"
    )
    return found


def test_of_several_pictures_each_says_how_far_it_is_and_what_it_came_to(visit: Visit) -> None:
    page = visit()
    enter(page)
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held or route.request.method != "POST":
            route.continue_()
        else:
            held.append(route)

    page.route("**/api/v1/screenshots", hold_first)
    dialog = drop(page, [("one.png", screen()), ("broken.png", BROKEN), ("two.png", screen())])
    lines = dialog.get_by_role("listitem")
    expect(dialog.get_by_text("Reading 1 of 3.")).to_be_visible(timeout=PATIENCE_MS)
    expect(lines.nth(1)).to_contain_text("Queued")
    held[0].continue_()
    expect(lines.nth(0)).to_contain_text("Done: 2 positions", timeout=READING_MS)
    expect(lines.nth(1)).to_contain_text("damaged", timeout=READING_MS)
    expect(lines.nth(2)).to_contain_text("Done: 2 positions", timeout=READING_MS)
    expect(dialog.get_by_role("button", name="Confirm 4 positions")).to_be_visible()
    expect(dialog.get_by_text(re.compile("Not checked against the market")).first).to_be_visible()


def test_a_busy_reader_is_asked_again(visit: Visit) -> None:
    page = visit()
    enter(page)
    refusals = iter([True, False])

    def answer(route: Route) -> None:
        if next(refusals, False):
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"detail": "Busy."})
        else:
            route.continue_()

    page.route("**/api/v1/screenshots", answer)
    dialog = drop(page, [("one.png", screen())])
    expect(dialog.get_by_text("Queued: the reader is busy, next try in 1 s")).to_be_visible()
    expect(dialog.get_by_text("Done: 2 positions")).to_be_visible(timeout=READING_MS)


@pytest.mark.parametrize(("choice", "days"), [("after 30 days", 30), ("after 1 day", 1)])
def test_how_long_a_picture_is_kept_is_chosen_in_the_dialog(
    visit: Visit, choice: str, days: int
) -> None:
    page = visit()
    enter(page)
    before = len(kept(page))
    dialog = drop(page, [("one.png", screen())])
    expect(dialog.get_by_role("button", name="Confirm 2 positions")).to_be_visible(
        timeout=READING_MS
    )
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as changed:
        dialog.get_by_label("Delete picture").select_option(choice)
    assert changed.value.json()["keep_days"] == days
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    assert len(kept(page)) == before + 1


@pytest.mark.parametrize("way", ["Close", "Confirm 1 position"])
def test_a_picture_that_is_to_go_at_once_is_gone_when_the_dialog_is(visit: Visit, way: str) -> None:
    page = visit()
    enter(page)
    before = len(kept(page))
    dialog = drop(page, [("one.png", screen())])
    rows = dialog.locator(".tc-shot-row")
    expect(rows).to_have_count(2, timeout=READING_MS)
    assert len(kept(page)) == before + 1
    dialog.get_by_label("Delete picture").select_option("when confirmed or closed")
    rows.first.get_by_label("Take this row").uncheck()
    method = "DELETE" if way == "Close" else "POST"
    with page.expect_response(lambda answer: answer.request.method == method):
        dialog.get_by_role("button", name=way, exact=True).click()
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    assert len(kept(page)) == before
