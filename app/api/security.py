"""What stands around the whole web process, our own routes and the mounted chat alike.

Decided: plain ASGI, outermost first: the request's id and log line, the problem shape, the headers
a browser enforces, who may call (host and origin), how much may be sent. The chat protects itself
by a SameSite cookie only; the origin check is what makes forged requests and sockets fail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from time import perf_counter
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import problems
from app.api.problems import shown
from app.infra.telemetry import bound, get_logger, request_id

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_LIMIT = 1024 * 1024
PATIENCE = 8
"""So many limits long a body may be to be heard out before it is refused."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
POLICY = "; ".join(
    (
        "default-src 'self'",
        # Chainlit compiles cards in the browser and configures itself by inline scripts
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

log = get_logger(__name__)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Premises:
    """Under which names the web process may be called.

    Listening on loopback without a public address, only loopback names count: a page whose own
    name was made to resolve to this machine (DNS rebinding) is refused by its Host header.
    """

    host: str
    public_url: str | None = None

    @property
    def is_private(self) -> bool:
        """Only this machine's own browsers come in."""
        return is_loopback(self.host) and self.public_url is None

    @property
    def names(self) -> frozenset[str] | None:
        """Acceptable host names; None when any is, because the network in front decides."""
        if not is_loopback(self.host) and self.public_url is None:
            return None
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return frozenset({*LOOPBACK, self.host, *([public] if public else [])})

    def admits_host(self, host: str) -> bool:
        return self.names is None or (_hostname(host) in self.names)

    def admits_origin(self, origin: str, host: str) -> bool:
        """Whether a page of `origin` may act here: it is our own page, under our own address."""
        page = urlsplit(origin)
        public = urlsplit(self.public_url) if self.public_url else None
        if public is not None and (page.scheme, page.netloc) == (public.scheme, public.netloc):
            return True
        return page.scheme in {"http", "https"} and page.netloc == host


def _hostname(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


class RequestLine:
    """ASGI: gives each request its id, returns it, and writes one line when it is over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        given = request_id(Headers(scope=scope).get("x-request-id"))
        status = 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = given
            await send(message)

        started = perf_counter()
        with bound(request_id=given):
            await self.app(scope, receive, numbered)
            log.info(
                "request",
                kind=scope["type"],
                method=scope.get("method", ""),
                path=shown(scope["path"]),
                status=status,
                ms=round((perf_counter() - started) * 1000, 1),
            )


class SecurityHeaders:
    """ASGI: what a browser is told to enforce; `is_https` adds what only makes sense there."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
        }
        if is_https:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, guarded)


class Gate:
    """ASGI: refuses foreign hosts, and foreign pages that want to act or to open a socket."""

    def __init__(self, app: ASGIApp, *, premises: Premises) -> None:
        self.app = app
        self.premises = premises

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = None if scope["type"] == "lifespan" else self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
            return
        log.warning("refused at the gate", reason=refusal, path=shown(scope["path"]))
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": refusal})
            return
        found = problems.problem(403, refusal, code="forbidden", instance=scope["path"])
        await problems.respond(found)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self.premises.admits_host(host):
            return "This address is not one this server answers to."
        if scope["type"] == "http" and scope["method"] in SAFE:
            return None
        origin = headers.get("origin")
        if origin is not None:
            own = self.premises.admits_origin(origin, host)
            return None if own else "Another site's page may not act here."
        # a browser that sends no Origin still says where the request comes from
        if headers.get("sec-fetch-site", "none") in {"same-origin", "none"}:
            return None
        return "Another site's page may not act here."


class BodyLimit:
    """ASGI: no body above `limit` bytes, whether its length is declared or not; routes of the
    paths that are `streamed` read and count it themselves, once they know who sends it.

    What is too long is read on for a while and dropped, because a caller that is cut off while it
    sends never reads the answer.
    """

    def __init__(
        self, app: ASGIApp, *, limit: int = BODY_LIMIT, streamed: frozenset[str] = frozenset()
    ) -> None:
        self.app = app
        self.limit = limit
        self.streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.streamed:
            await self.app(scope, receive, send)
            return
        body = await _within(self.limit, receive)
        if body is None:
            detail = f"A request's body may have {self.limit:,} bytes at most."
            found = problems.problem(
                413,
                detail,
                code="too_large",
                instance=scope["path"],
            )
            await problems.respond(found, {"Connection": "close"})(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)


async def _within(limit: int, receive: Receive) -> list[Message] | None:
    """The messages of the body; None if it is longer than the limit."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if size <= limit:
            messages.append(message)
        if not message.get("more_body", False):
            return messages if size <= limit else None
        if size > limit * PATIENCE:
            return None


def _replay(messages: Iterable[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replay() -> Message:
        return next(waiting, None) or await receive()

    return replay
