"""The chat's door: Chainlit behind a list of what it may serve.

Decided: Chainlit answers any path with its page and ships doors we never open (its own sign-ins,
uploads, MCP, sharing, a widget for foreign sites). Only the paths named here reach it. Pages need
a signed-in member; cards are the coach's, so a browser may not rewrite or delete them.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.chat.acting import acting
from app.infra.telemetry import bound
from app.users.models import Member

SIGN_IN = "/sign-in"
SOCKET = "/ws/socket.io"

_PAGES = re.compile(r"/(thread/[0-9a-f-]{36})?/?")
_OPEN = re.compile(
    r"/(assets/.+|public/.+|favicon|logo|avatars/[^/]+|health|auth/config|project/translations)"
)
_SERVED = frozenset(
    {
        ("GET", "/user"),
        ("POST", "/logout"),
        ("POST", "/set-session-cookie"),
        ("GET", "/project/settings"),
        ("POST", "/project/threads"),
        ("PUT", "/project/thread"),
        ("DELETE", "/project/thread"),
    }
)
_OWN = frozenset({"/project/action", "/feedback"})
_OF_A_THREAD = re.compile(r"/project/thread/[0-9a-f-]{36}(/element/[0-9a-f-]{36})?")
_FOREIGN = re.compile(
    r"""<link\b[^>]*href=["']https?://[^>]*>\s*|<meta property="og:[^>]*>\s*""", re.IGNORECASE
)

FindMember = Callable[[HTTPConnection], Awaitable[Member | None]]


def own_page(html: str) -> str:
    """Chainlit's page without fonts, styles and pictures of foreign hosts."""
    return _FOREIGN.sub("", html)


@dataclass(frozen=True, slots=True)
class ChatDoor:
    """ASGI: `chat` is Chainlit's application, `own` what we answer in its place.

    `page` is its one page, `find_member` tells who is asking.
    """

    chat: ASGIApp
    own: ASGIApp
    page: str
    find_member: FindMember
    is_https: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return
        member = await self.find_member(HTTPConnection(scope))
        with bound(member_id=member.id if member else "-"), acting(member):
            await self._admit(member, scope, receive, send)

    async def _admit(
        self, member: Member | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        path, method = scope["path"], scope.get("method", "")
        if path.startswith(SOCKET):
            await self.chat(scope, receive, send)
        elif method in {"GET", "HEAD"} and (_PAGES.fullmatch(path) or path.startswith("/login")):
            await self._page(member, path)(scope, receive, send)
        elif path in _OWN:
            await self.own(scope, receive, send)
        elif _is_served(method, path):
            await self._pass_on(scope, receive, send)
        else:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing under this address.")

    def _page(self, member: Member | None, path: str) -> ASGIApp:
        if path.startswith("/login"):
            return RedirectResponse("/" if member else SIGN_IN, HTTPStatus.SEE_OTHER)
        if member is None:
            back = "" if path == "/" else f"?next={quote(path)}"
            return RedirectResponse(SIGN_IN + back, HTTPStatus.SEE_OTHER)
        return HTMLResponse(self.page, headers={"Cache-Control": "no-store"})

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start" and self.is_https:
                _secure_cookies(message)
            await send(message)

        await self.chat(scope, receive, marked)


def _is_served(method: str, path: str) -> bool:
    if method in {"GET", "HEAD"} and (_OPEN.fullmatch(path) or _OF_A_THREAD.fullmatch(path)):
        return True
    return (method, path) in _SERVED


def _secure_cookies(start: Message) -> None:
    headers = MutableHeaders(scope=start)
    cookies = headers.getlist("set-cookie")
    del headers["set-cookie"]
    for cookie in cookies:
        marked = cookie if "; secure" in cookie.lower() else f"{cookie}; Secure"
        headers.append("set-cookie", marked)
