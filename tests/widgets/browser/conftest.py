"""A real browser, and the gallery of cards to look at in it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60
expect.set_options(timeout=20_000)  # two busy cores are slower than a reader
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; tests are skipped where there is none.

    Of one module only: while it runs, its event loop keeps asynchronous tests from starting.
    """
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running gallery of cards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "gallery" / "server.py"), str(port)],
        env={
            **os.environ,  # noqa: TID251 - handed on as it is
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(tmp_path_factory.mktemp("gallery")),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/v1/market/status", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            httpx.get(address, timeout=2).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the gallery did not start")


@pytest.fixture
def faults() -> list[str]:
    """What went wrong inside the page: exceptions of its scripts."""
    return []


@pytest.fixture
def open_gallery(
    browser: Browser, gallery: str, faults: list[str]
) -> Iterator[Callable[..., Page]]:
    """Opens the gallery at a width in a theme, on a page of its own."""
    contexts = []

    def open_(*, width: int = 1280, theme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        context.add_init_script(f"localStorage.setItem('vite-ui-theme', '{theme}')")
        context.route(lambda url: not url.startswith(gallery), lambda route: route.abort())
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(gallery)
        page.wait_for_selector("#starters button:enabled")
        return page

    yield open_
    for context in contexts:
        context.close()
