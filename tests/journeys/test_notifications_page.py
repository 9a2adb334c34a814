"""The dialog behind the bell, and what a browser draws of a push, in a real browser."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app.notifications.receivers import Browser

pytestmark = pytest.mark.browser
PATIENCE_MS = 30_000

Visit = Callable[..., Page]

CHOSEN = """async () => (await fetch("/api/v1/notifications/preferences")).json()"""
SUBSCRIBED = """(given) => {
  PushManager.prototype.subscribe = async (options) => {
    window.subscribedWith = options;
    return { toJSON: () => given };
  };
}"""


def open_dialog(page: Page) -> Locator:
    """Sign in as the demo member, and open the dialog by its bell, without channels of before."""
    page.get_by_role("button", name="Enter as demo member").click()
    expect(page.locator("[id^='starter-']")).to_have_count(6, timeout=PATIENCE_MS)
    page.evaluate(
        """async () => {
          const { channels } = await (await fetch("/api/v1/channels")).json();
          for (const { id } of channels) await fetch(`/api/v1/channels/${id}`, { method: "DELETE" });
          const choices = { zone: "UTC", quiet: null, channels: {} };
          const headers = { "Content-Type": "application/json" };
          const body = JSON.stringify(choices);
          await fetch("/api/v1/notifications/preferences", { method: "PUT", headers, body });
        }"""
    )
    page.locator("a[href='#notifications']").click()
    dialog = page.get_by_role("dialog", name="Notifications")
    expect(dialog.get_by_role("button", name="Add", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    return dialog


def add_hook(dialog: Locator, address: str, name: str) -> None:
    dialog.get_by_label("Another place").select_option("webhook")
    dialog.get_by_role("textbox", name="Address").fill(address)
    dialog.get_by_role("textbox", name="Name").fill(name)
    dialog.get_by_role("button", name="Add", exact=True).click()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_place_is_added_tried_and_removed(visit: Visit, width: int) -> None:
    page = visit(width=width)
    dialog = open_dialog(page)
    expect(dialog.get_by_text("Nowhere yet.")).to_be_visible()
    add_hook(dialog, "http://example.com/in", "Desk")
    expect(dialog.get_by_text("must begin with https://")).to_be_visible(timeout=PATIENCE_MS)
    add_hook(dialog, "https://127.0.0.1:9/a-secret-path", "Desk")
    expect(dialog.get_by_text("whsec_")).to_be_visible(timeout=PATIENCE_MS)

    test = dialog.get_by_role("button", name="Test: Desk")
    expect(test).to_be_focused()
    test.click()
    expect(dialog.get_by_text("not one of the public internet")).to_be_visible(timeout=PATIENCE_MS)
    assert "whsec_" not in dialog.inner_text()
    assert "a-secret-path" not in dialog.inner_html()
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")

    dialog.get_by_role("button", name="Remove: Desk").click()
    expect(dialog.get_by_text("Nowhere yet.")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert "#" not in page.url


def test_choices_are_kept_as_they_are_made(visit: Visit) -> None:
    page = visit()
    dialog = open_dialog(page)
    add_hook(dialog, "https://example.com/in", "Desk")
    dialog.get_by_label("Opportunities to Desk").uncheck(timeout=PATIENCE_MS)
    expect(dialog.get_by_text("Saved.")).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_text("Hold messages back at night").click()
    dialog.get_by_label("Until").fill("06:30")
    dialog.get_by_label("Clock of").select_option("America/New_York")
    page.wait_for_function(f"async () => (await ({CHOSEN})()).zone === 'America/New_York'")
    found = page.evaluate(CHOSEN)
    assert found["quiet"] == {"start": "22:00", "end": "06:30"}
    assert (found["channels"]["alert"], found["channels"]["opportunity"]) == (None, [])

    page.reload()
    expect(dialog.get_by_label("Opportunities to Desk")).not_to_be_checked(timeout=PATIENCE_MS)
    expect(dialog.get_by_label("Until")).to_have_value("06:30")


def test_this_browser_subscribes_by_a_click_and_draws_a_push_once(visit: Visit) -> None:
    page = visit()
    page.context.grant_permissions(["notifications"])
    given = {"endpoint": "https://push.example/of-this-browser", "keys": Browser().keys}
    page.add_init_script(f"({SUBSCRIBED})({json.dumps(given)})")
    page.reload()
    dialog = open_dialog(page)
    cdp = page.context.new_cdp_session(page)
    registrations: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(
            each["registrationId"] for each in event["registrations"] if not each["isDeleted"]
        ),
    )
    cdp.send("ServiceWorker.enable")
    dialog.get_by_role("button", name="Tell this browser").click()
    expect(dialog.get_by_role("button", name="Test: Chrome on Linux")).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(dialog.get_by_text("push.example")).to_be_visible()
    key = "new Uint8Array(subscribedWith.applicationServerKey)"
    assert page.evaluate(f"[{key}.length, {key}[0], subscribedWith.userVisibleOnly]") == [
        65,
        4,
        True,
    ]

    message = {
        "id": "one",
        "title": "SPX at PDH",
        "text": "SPX 5,930.20 touched PDH.",
        "link": "http://elsewhere.example/thread/1",
        "at": "2026-11-20T16:30:00+00:00",
    }
    for _ in range(2):
        cdp.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": page.evaluate("location.origin"),
                "registrationId": registrations[-1],
                "data": json.dumps(message),
            },
        )
    drawn = """async () => {
      const worker = await navigator.serviceWorker.getRegistration("/assets/coach/");
      const shown = await worker.getNotifications();
      return shown.map(({ title, body, tag }) => ({ title, body, tag }));
    }"""
    page.wait_for_function(f"async () => (await ({drawn})()).length > 0", timeout=PATIENCE_MS)
    assert page.evaluate(drawn) == [
        {"title": message["title"], "body": message["text"], "tag": "one"}
    ]


def test_a_browser_that_was_told_not_to_says_how_to_change_it(visit: Visit) -> None:
    page = visit()
    page.add_init_script("Notification.requestPermission = async () => 'denied'")
    page.reload()
    dialog = open_dialog(page)
    dialog.get_by_role("button", name="Tell this browser").click()
    expect(dialog.get_by_text("Allow them beside the address")).to_be_visible(timeout=PATIENCE_MS)
