"""`/api/v1/signals`: addresses that others post to, and what they post.

Decided: whoever posts is no member and needs no sign-in, only the proof their address asks for. A post
that lacks it gets one and the same answer, whether the address exists or not. What was kept is answered
at once, for senders hang up after three seconds; a worker tells it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Header, Path, Request, Response
from pydantic import Field

from app.api.auth import signed_in
from app.api.problems import POSTED_TO
from app.api.responses import failures
from app.api.schemas import Body, key_of
from app.api.state import Doors, doors
from app.api.strangers import origin_of
from app.core.errors import NotFound, ProviderUnavailable, TooLarge
from app.core.jobs import Job
from app.infra.telemetry import get_logger
from app.notifications.sealing import Vault
from app.scanner import signal_keeping, signal_sources
from app.scanner.signal_keeping import Arrived
from app.scanner.signal_sources import Posted, Source, SourceKind
from app.scanner.signals import LONGEST, read_signal
from app.users.models import Member

router = APIRouter(prefix="/api/v1/signals", tags=["signals"])

AtDoor = Annotated[Doors, Depends(doors)]
Asking = Annotated[Member, Depends(signed_in)]
Address = Annotated[str, Path(max_length=64, description="The address's name.")]

_OWN = failures(401, 404, 409, 422, 429, 503)
_POSTED = failures(404, 413, 422, 429, 503)
_CONTENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
}
_log = get_logger(__name__)

PASTE = {
    SourceKind.TRADINGVIEW: (
        '{"symbol": "{{exchange}}:{{ticker}}", "direction": "long", "entry": "{{close}}", '
        '"reason": "what this alert means", "sent": "{{timenow}}"}'
    ),
    SourceKind.TRENDSPIDER: (
        '{"symbol": "%alert_symbol%", "direction": "long", "entry": "%last_price%", '
        '"reason": "%alert_name%"}'
    ),
    SourceKind.SIGNED: (
        '{"symbol": "AAPL", "direction": "long", "entry": 231.50, "stop": 228, "target": 240, '
        '"reason": "what it rests on"}'
    ),
}
"""What to paste into the sender's message, by kind."""

_HOW = {
    SourceKind.TRADINGVIEW: (
        "In TradingView's alert: paste the address under Notifications, Webhook URL, and the text as "
        "its message. Make one alert for long and one for short."
    ),
    SourceKind.TRENDSPIDER: (
        "In TrendSpider: paste the address under Account & Settings, Webhook, and the text as the "
        "alert's note. Make one alert for long and one for short."
    ),
    SourceKind.SIGNED: (
        "Sign every post after Standard Webhooks with the signing secret: webhook-id, "
        "webhook-timestamp and webhook-signature."
    ),
}
_UNREACHED = " Only this machine reaches this server now: set COACH_WEB__PUBLIC_URL, or nobody outside can post."


class NewSource(Body):
    """`name` is shown with what comes by it."""

    kind: SourceKind
    name: str = Field("", max_length=60, examples=["my 5m breakouts"])


class SourceBody(Body):
    id: str
    kind: SourceKind
    name: str
    created_at: datetime
    heard_at: datetime | None


class MadeBody(Body):
    """`address` and `signing_secret` are shown here and never again. `paste` goes into the sender's
    message, `says` how."""

    source: SourceBody
    address: str
    signing_secret: str | None
    paste: str
    says: str


class SourcesBody(Body):
    sources: list[SourceBody]


class ArrivedBody(Body):
    """`is_new` is false for a delivery that was kept before."""

    opportunity_id: str
    is_new: bool


def _vault(at: AtDoor) -> Vault:
    if at.vault is None:
        raise NotFound("This server takes no signals from outside.")
    return at.vault


ByVault = Annotated[Vault, Depends(_vault)]


@router.get("/sources", summary="Addresses that others post to", responses=_OWN)
async def list_sources(at: AtDoor, member: Asking) -> SourcesBody:
    async with at.database.member(member.id) as session:
        found = await signal_sources.list_sources(session)
    return SourcesBody(sources=[_source(each) for each in found])


@router.post("/sources", summary="Make an address", status_code=201, responses=_OWN)
async def make_source(
    at: AtDoor, member: Asking, vault: ByVault, request: Request, new: NewSource
) -> MadeBody:
    """Whoever has it can put opportunities before you; nothing else."""
    at.messages.take(str(member.id))
    async with at.database.member(member.id) as session:
        made = await signal_sources.make(
            session, member.id, new.kind, new.name, vault=vault, now=at.wall.now()
        )
    root = (at.premises.public_url or str(request.base_url)).rstrip("/")
    return MadeBody(
        source=_source(made.source),
        address=f"{root}{POSTED_TO}{made.path}",
        signing_secret=made.signing_secret,
        paste=PASTE[new.kind],
        says=_HOW[new.kind] + (_UNREACHED if at.premises.is_private else ""),
    )


@router.delete("/sources/{source_id}", summary="Revoke an address", status_code=204, responses=_OWN)
async def revoke_source(
    at: AtDoor,
    member: Asking,
    source_id: Annotated[str, Path(description="As `/api/v1/signals/sources` gives it.")],
) -> Response:
    """What came by it stays."""
    key = key_of(source_id, "address")
    async with at.database.member(member.id) as session:
        await signal_sources.revoke(session, key)
    return Response(status_code=204)


@router.post(
    "/in/{address}/{secret}",
    summary="A signal, by an address that holds its secret",
    responses=_POSTED,
    openapi_extra=_CONTENT,
)
async def take_by_address(
    at: AtDoor,
    vault: ByVault,
    request: Request,
    later: BackgroundTasks,
    address: Address,
    secret: Annotated[str, Path(max_length=64, description="The address's secret.")],
) -> ArrivedBody:
    """JSON with `symbol`, `direction` and, if given, `entry`, `stop`, `target`, `reason`, `id`; or a
    line such as `buy AAPL at 231.50 stop 228 target 240`."""
    posted = Posted(await _body(request), secret=secret)
    return await _take(at, vault, request, later, address, posted)


@router.post("/in/{address}", summary="A signal, signed", responses=_POSTED, openapi_extra=_CONTENT)
async def take_signed(  # noqa: PLR0913 - a header each
    at: AtDoor,
    vault: ByVault,
    request: Request,
    later: BackgroundTasks,
    address: Address,
    webhook_id: Annotated[str, Header(description="The same in every attempt.")] = "",
    webhook_timestamp: Annotated[str, Header(description="Now, in seconds of Unix time.")] = "",
    webhook_signature: Annotated[str, Header(description="After Standard Webhooks.")] = "",
) -> ArrivedBody:
    """The same, proven by HMAC-SHA256 over `webhook-id.webhook-timestamp.body`, within five minutes."""
    posted = Posted(
        await _body(request),
        key=webhook_id,
        timestamp=webhook_timestamp,
        signature=webhook_signature,
    )
    return await _take(at, vault, request, later, address, posted)


async def _body(request: Request) -> bytes:
    body = await request.body()
    if len(body) > LONGEST:
        raise TooLarge(f"A signal has {LONGEST:,} bytes at most. Shorten its text.")
    return body


async def _take(
    at: Doors,
    vault: Vault,
    request: Request,
    later: BackgroundTasks,
    address: str,
    posted: Posted,
) -> ArrivedBody:
    origin = origin_of(request)
    at.strangers.admit(origin, address)
    try:
        member_id, source = await _proven(at, vault, address, posted)
    except NotFound:
        at.strangers.refuse(origin, address)
        raise
    at.strangers.trust(address)
    at.signals.take(str(source.id))
    arrived = await _keep(at, member_id, source, posted)
    if arrived.is_new:
        later.add_task(_wake, at)
    return ArrivedBody(opportunity_id=str(arrived.opportunity_id), is_new=arrived.is_new)


async def _proven(at: Doors, vault: Vault, address: str, posted: Posted) -> tuple[UUID, Source]:
    member_id, source_id = signal_sources.owner_of(address)
    async with at.database.member(member_id) as session:
        return member_id, await signal_sources.prove(
            session, source_id, posted, vault=vault, now=at.wall.now()
        )


async def _keep(at: Doors, member_id: UUID, source: Source, posted: Posted) -> Arrived:
    signal, present = read_signal(posted.body), at.clock.now()
    signal = await signal_keeping.check(signal, market=at.market, now=present)
    if posted.key:
        signal = replace(signal, key=posted.key)
    async with at.database.member(member_id) as session:
        now = at.wall.now()
        claimed = await signal_sources.claim(session, source.id, now)
        return await signal_keeping.receive(
            session, claimed, signal, posted.body, at=present, now=now
        )


async def _wake(at: Doors) -> None:
    """Have it told now; where that is lost, the beat asks for it."""
    if at.queue is None:
        return
    try:
        await at.queue.enqueue(Job.TELL_SIGNALS)
    except ProviderUnavailable as error:
        _log.warning("signals.left_to_the_beat", reason=error.message)


def _source(each: Source) -> SourceBody:
    return SourceBody(
        id=str(each.id),
        kind=each.kind,
        name=each.name,
        created_at=each.created_at,
        heard_at=each.heard_at,
    )
