"""News in the conversation, in a real browser, out of one's own file."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.core.clock import WallClock
from app.infra.embedded.postgres import DatabaseUrls
from tests.journeys.conftest import served
from tests.journeys.test_browser import PATIENCE_MS, ask

pytestmark = pytest.mark.browser


def test_a_headline_is_a_quotation_with_its_publisher(
    chromium: Browser, postgres: DatabaseUrls, tmp_path: Path
) -> None:
    folder = tmp_path / "dates"
    folder.mkdir()
    # the simulated market's present may be some days before ours
    days = [WallClock().now().date() - timedelta(days=back) for back in range(1, 22)]
    rows = [f"AMD,{day},00:01,<b>Notes</b> of {day},Mine,https://n.example,neutral" for day in days]
    header = "symbol,date,time,headline,publisher,url,mood"
    (folder / "news.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    settings = {"COACH_MACRO__FOLDER": str(folder)}
    with served(postgres, tmp_path / "home", settings=settings) as server:
        page = chromium.new_page()
        page.goto(server.url)
        page.get_by_role("button", name="Enter as demo member").click()
        expect(page.locator("[id^='starter-']")).to_have_count(6, timeout=PATIENCE_MS)
        ask(page, "any news on amd")
        row = page.get_by_role("listitem").filter(has_text="Mine").first
        expect(row).to_contain_text("“<b>Notes</b> of 20", timeout=PATIENCE_MS)
        expect(row).to_contain_text("neutral")
        link = row.get_by_role("link")
        expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        page.close()
