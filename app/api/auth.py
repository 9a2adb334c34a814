"""Who is asking: the page's cookie or a program's Bearer token, which are the same token.

Decided: the demo member comes in without an account only while the process can be reached from
this machine alone, nobody switched it off, and no proxy stands in between.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from app.api.responses import FAILURES, failures
from app.api.schemas import DemoToken, MemberBody
from app.api.state import Doors, doors, doors_of
from app.core.errors import NotSignedIn
from app.users import service
from app.users.demo import is_demo_offered
from app.users.models import Member
from app.users.tokens import COOKIE_NAME, LIFETIME, issue_token, read_token

PROTOCOL_PREFIX = "bearer."
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip")

bearer = HTTPBearer(auto_error=False, description="A member's token.")
cookie = APIKeyCookie(name=COOKIE_NAME, auto_error=False, description="The same, in a browser.")
router = APIRouter(prefix="/api/v1", tags=["sign-in"])


async def signed_in(
    request: Request,
    at: Annotated[Doors, Depends(doors)],
    _bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    _cookie: Annotated[str | None, Depends(cookie)],
) -> Member:
    """The member who asks; `NotSignedIn` otherwise."""
    member = await member_of(request)
    if member is None:
        raise NotSignedIn("Sign in first: send `Authorization: Bearer` with a member's token.")
    return member


async def member_of(connection: HTTPConnection) -> Member | None:
    """The member a request or a socket belongs to; None if nobody valid is named."""
    at = doors_of(connection)
    token = _token(connection)
    if token is None:
        return None
    try:
        claims = read_token(token, secret=at.secret, now=at.wall.now())
    except NotSignedIn:
        return None
    async with at.database.system() as session:
        return await service.find_member(session, claims.identifier)


async def member_of_socket(socket: WebSocket) -> Member:
    """The same for a WebSocket, which needs one."""
    member = await member_of(socket)
    if member is None:
        raise NotSignedIn("Sign in first.")
    return member


def _token(connection: HTTPConnection) -> str | None:
    scheme, _, offered = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and offered:
        return offered.strip()
    for protocol in connection.scope.get("subprotocols", ()):
        if protocol.startswith(PROTOCOL_PREFIX):
            return str(protocol.removeprefix(PROTOCOL_PREFIX))
    return connection.cookies.get(COOKIE_NAME)


def offers_demo(connection: HTTPConnection) -> bool:
    """Whether this caller may come in as the demo member."""
    at = doors_of(connection)
    direct = not any(name in connection.headers for name in _FORWARDED)
    enabled = at.is_demo_enabled and at.premises.is_private and direct
    return is_demo_offered(at.premises.host, is_enabled=enabled)


async def enter_as_demo(request: Request) -> tuple[Member, str]:
    """The demo member and a fresh token, or 403 where the demo is not offered."""
    at = doors_of(request)
    if not offers_demo(request):
        raise HTTPException(403, "The demo member is switched off, or this is not its machine.")
    at.sign_ins.take(request.client.host if request.client else "-")
    now = at.wall.now()
    async with at.database.system() as session:
        member = await service.ensure_demo_member(session, now=now)
    return member, issue_token(member, secret=at.secret, now=now)


def is_https(request: Request) -> bool:
    """Whether the browser came over HTTPS, directly or by the public address."""
    public = doors_of(request).premises.public_url
    return request.url.scheme == "https" or (public or "").startswith("https:")


def set_cookie(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE_NAME,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request),
        path="/",
    )


def clear_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE_NAME, path="/", httponly=True, samesite="lax")


@router.post(
    "/auth/demo",
    summary="A token of the demo member",
    responses=failures(403, 429, 503),
)
async def demo(request: Request, at: Annotated[Doors, Depends(doors)]) -> DemoToken:
    """Only while the demo member is enabled and the server listens on loopback, else 403."""
    member, token = await enter_as_demo(request)
    return DemoToken(token=token, expires_at=at.wall.now() + LIFETIME, member=member_body(member))


@router.get("/me", summary="Who is signed in", responses=FAILURES)
async def me(member: Annotated[Member, Depends(signed_in)]) -> MemberBody:
    return member_body(member)


def member_body(member: Member) -> MemberBody:
    return MemberBody(
        id=str(member.id),
        identifier=member.identifier,
        name=member.name,
        is_demo=member.is_demo,
    )
