"""Making an address for signals behind the bell, in a real browser."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_notifications_page import PATIENCE_MS, open_dialog

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


@pytest.mark.parametrize("width", [1440, 390])
def test_an_address_is_made_copied_used_and_revoked(visit: Visit, width: int) -> None:
    page = visit(width=width)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog = open_dialog(page)
    name = f"desk {width}"
    dialog.get_by_label("Label").fill(name)
    dialog.get_by_role("button", name="Make an address").click()
    address = dialog.get_by_role("textbox", name="Address", exact=True).and_(
        dialog.locator("textarea")
    )
    expect(address).to_be_focused(timeout=PATIENCE_MS)
    message = dialog.get_by_role("textbox", name="Message").input_value()
    assert "{{close}}" in message
    dialog.get_by_role("button", name="Copy: Address").click()
    expect(dialog.get_by_text("Address copied.")).to_be_visible(timeout=PATIENCE_MS)
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == address.input_value()
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")

    sent = httpx.post(copied, content=f"buy AMD, from {name}", timeout=60)
    assert (sent.status_code, sent.json()["is_new"]) == (200, True)
    page.reload()
    row = dialog.get_by_role("listitem").filter(has_text=name)
    expect(row.get_by_text("last signal")).to_be_visible(timeout=PATIENCE_MS)
    assert copied not in dialog.inner_html()
    dialog.get_by_role("button", name=f"Revoke: {name}").click()
    expect(row).to_have_count(0, timeout=PATIENCE_MS)
    expect(dialog.get_by_text(f"{name} can send no more.")).to_be_visible()
    assert httpx.post(copied, content="buy AMD", timeout=60).status_code == 404


def test_an_address_for_signed_posts_comes_with_its_secret(visit: Visit) -> None:
    page = visit()
    dialog = open_dialog(page)
    dialog.get_by_label("Sender").select_option("signed")
    dialog.get_by_role("button", name="Make an address").click()
    secret = dialog.get_by_role("textbox", name="Signing secret")
    expect(secret).to_be_visible(timeout=PATIENCE_MS)
    assert secret.input_value().startswith("whsec_")
