"""Serving a stand-in on a free port of loopback, and what it can be told to get wrong."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from typing_extensions import override


@dataclass(slots=True)
class Faults:
    """What the next answers get wrong; all of it can be changed while the server runs.

    `status` is answered instead of anything else, with `headers`; `delay_seconds` pass before each
    answer; `body` replaces what is said, such as HTML from a proxy.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    delay_seconds: float = 0

    async def answer(self) -> Response | None:
        """The faulty answer, None where there is nothing wrong."""
        await asyncio.sleep(self.delay_seconds)
        if self.status is None and self.body is None:
            return None
        text = "{}" if self.body is None else self.body
        return Response(text, self.status or 200, self.headers, media_type="application/json")


@dataclass(slots=True)
class Log:
    """The requests a stand-in was asked, as path and query."""

    requests: list[str] = field(default_factory=list)

    def note(self, request: Request) -> None:
        self.requests.append(f"{request.url.path}?{request.url.query}")


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncGenerator[str, None]:
    """Serve `app`; yields its `host:port`. Connections still open at the end are cut."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # or asyncio leaves Nagle on
        listener.bind(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        running = asyncio.create_task(server.serve([listener]))
        try:
            await server.is_up.wait()
            host, port = listener.getsockname()
            yield f"{host}:{port}"
        finally:
            server.should_exit = server.force_exit = True
            await running


class _Server(uvicorn.Server):
    """Says when it is up, and leaves the process' signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
