"""A web process as members meet it: its own process, a real database, the simulated market.

One server for all journeys of a test process; a journey that restarts it starts its own.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import socketio
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.core.clock import WallClock
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.users.service import ensure_member
from app.users.tokens import issue_token

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of the journeys, at least 32 bytes long"
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running web process and where its log is."""

    url: str
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def lines(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(
    urls: DatabaseUrls,
    home: Path,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A web process that answers, with further `settings`; it is gone when the block ends."""
    chosen = port or free_port()
    environment = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - the child gets ours, without settings
        if not name.startswith("COACH_")
    }
    environment |= {
        "COACH_HOME": str(home),
        "COACH_MARKET": "simulated",
        "COACH_DATABASE__URL": urls.owner,
        "COACH_DATABASE__APP_URL": urls.application,
        "COACH_WEB__PORT": str(chosen),
        "COACH_WEB__SECRET": SECRET,
        "PYTHONPATH": str(ROOT),
        **(settings or {}),
    }
    home.mkdir(parents=True, exist_ok=True)
    log = home / "web.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.main"],
            env=environment,
            cwd=home,
            stdout=output,
            stderr=output,
        )
    server = Server(f"http://localhost:{chosen}", chosen, log, process)
    try:
        await_answer(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_answer(server: Server) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            if httpx.get(f"{server.url}/healthz", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the web process did not come up:\n{server.lines[-1500:]}")


@pytest.fixture(scope="session")
def server(postgres: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running


@dataclass(slots=True)
class Tab:
    """An open page without a browser: Chainlit's socket, and what its page would show.

    The page's own rules: a message of a known id is laid over the old one, a token is appended, an
    element of a known id replaces the old one.
    """

    client: socketio.AsyncClient
    session_id: str
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    panel: list[dict[str, Any]] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    thread_id: str | None = None
    is_resumed: bool = False

    def listen(self) -> None:
        for event in ("new_message", "stream_start", "update_message"):
            self.client.on(event, self._lay_over)
        self.client.on("stream_token", self._append)
        self.client.on("element", self._show)
        self.client.on("resume_thread", self._resume)
        self.client.on("resume_thread_error", self.trouble.append)
        self.client.on("first_interaction", self._name)
        self.client.on("set_sidebar_elements", self._open_panel)
        self.client.on("toast", lambda toast: self.toasts.append(toast["message"]))

    def _lay_over(self, step: dict[str, Any]) -> None:
        self.steps[step["id"]] = self.steps.get(step["id"], {}) | step

    def _append(self, token: dict[str, Any]) -> None:
        if token["id"] in self.steps:
            self.steps[token["id"]]["output"] += token["token"]

    def _show(self, element: dict[str, Any]) -> None:
        self.elements[element["id"]] = element

    def _resume(self, thread: dict[str, Any]) -> None:
        self.is_resumed = True
        self.thread_id = thread["id"]
        self.steps = {step["id"]: step for step in thread["steps"]}
        self.elements = {element["id"]: element for element in thread["elements"]}

    def _name(self, interaction: dict[str, Any]) -> None:
        self.thread_id = interaction["thread_id"]

    def _open_panel(self, content: dict[str, Any]) -> None:
        self.panel = content["elements"]

    async def ask(self, question: str) -> str:
        """Ask, wait until the turn is over, and give the answer as the page shows it."""
        before = len(self.answers)
        await self.send(question)
        await self.until(lambda: len(self.answers) > before and self.is_quiet)
        return self.answers[-1]

    async def send(self, question: str) -> None:
        """Type and send; the page shows the member's own message by itself."""
        step = {
            "id": str(uuid4()),
            "threadId": "",
            "name": "Member",
            "type": "user_message",
            "output": question,
            "createdAt": WallClock().now().isoformat(),
            "metadata": {},
        }
        self.steps[str(step["id"])] = step
        await self.client.emit("client_message", {"message": step, "fileReferences": []})

    @property
    def answers(self) -> list[str]:
        return [
            step["output"]
            for step in self.steps.values()
            if step["type"] == "assistant_message" and not step.get("streaming")
        ]

    @property
    def questions(self) -> list[str]:
        return [step["output"] for step in self.steps.values() if step["type"] == "user_message"]

    @property
    def is_quiet(self) -> bool:
        """No turn of this thread is running."""
        return all(step["end"] for step in self.steps.values() if step["type"] == "run")

    def cards(self, name: str) -> list[dict[str, Any]]:
        return [each["props"] for each in self.elements.values() if each["name"] == name]

    async def until(self, holds: Callable[[], bool], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - what is awaited is the sum of many events
                await asyncio.sleep(0.02)

    def shown(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """What a member sees, without ids and times that differ between a turn and its record."""
        drawn = [
            (
                step["type"],
                step["name"],
                step["output"],
                step.get("input", ""),
                bool(step.get("isError")),
            )
            for step in self.steps.values()
            if step["type"] != "user_message"
        ]
        cards = [
            (each["name"], each["display"], each["id"], each["props"])
            for each in self.elements.values()
        ]
        return sorted(drawn), sorted(cards, key=lambda card: str(card[2]))


class Tabs:
    """Opens tabs on one server and closes them all at the end."""

    def __init__(self) -> None:
        self.opened: list[Tab] = []

    async def open(
        self,
        server: Server,
        token: str,
        thread_id: str | None = None,
        session_id: str | None = None,
        *,
        says_so: bool = True,
    ) -> Tab:
        """A connected tab; unless it `says_so`, it has not yet told the server that it is."""
        client = socketio.AsyncClient(reconnection=False)
        tab = Tab(client, session_id or str(uuid4()))
        tab.listen()
        self.opened.append(tab)
        await client.connect(
            server.url,
            socketio_path="/ws/socket.io",
            transports=["websocket"],
            headers={"Cookie": f"access_token={token}", "Origin": server.url},
            auth={
                "sessionId": tab.session_id,
                "clientType": "webapp",
                "userEnv": "{}",
                "chatProfile": "",
                "threadId": thread_id,
            },
        )
        if not says_so:
            return tab
        await client.emit("connection_successful")
        if thread_id:
            await tab.until(lambda: tab.is_resumed or bool(tab.trouble))
        else:
            await asyncio.sleep(0.1)
        return tab

    async def close(self) -> None:
        for tab in self.opened:
            await tab.client.disconnect()


@pytest.fixture
async def tabs() -> AsyncIterator[Tabs]:
    opened = Tabs()
    yield opened
    await opened.close()


async def token_of(urls: DatabaseUrls, identifier: str) -> str:
    """A token of a member, who is made on first use."""
    database = Database(urls.application)
    now = WallClock().now()
    async with database.system() as session:
        member = await ensure_member(session, identifier, name=identifier.title(), now=now)
    await database.close()
    return issue_token(member, secret=SECRET, now=now)


@pytest.fixture
async def ada_token(postgres: DatabaseUrls) -> str:
    """Each test has an Ada of its own, who has asked nothing yet."""
    return await token_of(postgres, f"ada-{uuid4()}")


@pytest.fixture
async def bob_token(postgres: DatabaseUrls) -> str:
    return await token_of(postgres, f"bob-{uuid4()}")


@pytest.fixture
def serve() -> Callable[..., AbstractContextManager[Server]]:
    """Starts servers of a test's own."""
    return served


@pytest.fixture
async def flood_token(postgres: DatabaseUrls) -> str:
    """A member whose questions are used up."""
    return await token_of(postgres, f"flood-{uuid4()}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; browser journeys are skipped where there is none.

    Of one module only: while it runs, its event loop keeps asynchronous tests from starting.
    """
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def visit(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Opens the server in a browser of its own; what its scripts throw fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(*, width: int = 1440, height: int = 900) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: _note_foreign(request.url, server.url, faults))
        page.goto(server.url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


def _note_foreign(address: str, own: str, faults: list[str]) -> None:
    """No page of ours may ask another host for anything."""
    schemes = (own, own.replace("http:", "ws:"), "data:", "blob:")
    if not address.startswith(schemes):
        faults.append(f"asked elsewhere: {address}")
