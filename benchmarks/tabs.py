"""Open tabs without a browser: Chainlit's socket, as far as a page keeps one open."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import socketio

_PATIENCE_SECONDS = 60.0


@dataclass(slots=True)
class Tab:
    """One session; `elements` counts what was drawn in it."""

    client: socketio.AsyncClient
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    elements: int = 0

    async def ask(self, question: str) -> None:
        """Send a message and wait until its turn is over."""
        step = {
            "id": str(uuid4()),
            "threadId": "",
            "name": "Member",
            "type": "user_message",
            "output": question,
            "createdAt": "2026-11-20T16:30:00Z",
            "metadata": {},
        }
        self.ended.clear()
        await self.client.emit("client_message", {"message": step, "fileReferences": []})
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self.ended.wait()

    def _draw(self, _element: object) -> None:
        self.elements += 1

    def listen(self) -> None:
        self.client.on("element", self._draw)
        self.client.on("task_end", lambda _: self.ended.set())


async def open_tab(port: int, token: str) -> Tab:
    """A session of the member of `token`, ready for questions."""
    tab = Tab(socketio.AsyncClient(reconnection=False))
    tab.listen()
    address = f"http://localhost:{port}"
    await tab.client.connect(
        address,
        socketio_path="/ws/socket.io",
        transports=["websocket"],
        headers={"Cookie": f"access_token={token}", "Origin": address},
        auth={
            "sessionId": str(uuid4()),
            "clientType": "webapp",
            "userEnv": "{}",
            "chatProfile": "",
            "threadId": None,
        },
    )
    await tab.client.emit("connection_successful")
    return tab


async def close_tabs(tabs: Sequence[Tab]) -> None:
    for tab in tabs:
        await tab.client.disconnect()
