"""Addresses that others post signals to: made, listed, revoked, and proven by who posts.

Decided: TradingView and TrendSpider cannot sign, so a secret is part of their address, kept as its
digest only; whoever can sign signs after Standard Webhooks (HMAC-SHA256 over `id.timestamp.body`), and
that secret is kept sealed. Where a post comes from on the network proves nothing and is not looked at.
Whatever is wrong with a post's proof, its answer is the same; secrets are compared in constant time.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.ids import new_id
from app.core.visible import one_line
from app.notifications.sealing import Unreadable, Vault
from app.scanner.signal_tables import SignalSourceRow

SOURCES = 20
"""Addresses of a member."""
NAME_LENGTH = 60
WINDOW = timedelta(minutes=5)
"""A signed post's clock may be so far off ours; what is older is somebody's recording."""
LONGEST_KEY = 200
REFUSED = (
    "There is no such address, or its secret or signature is not right. Copy the address anew; a "
    "signed post needs webhook-id, webhook-timestamp (now, in seconds) and webhook-signature."
)
_PREFIX = "whsec_"
_ALONE = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('signals ' || current_setting('app.member_id'), 0))"
)


class SourceKind(StrEnum):
    TRADINGVIEW = "tradingview"
    TRENDSPIDER = "trendspider"
    SIGNED = "signed"


SENDERS: Mapping[SourceKind, str] = {
    SourceKind.TRADINGVIEW: "TradingView",
    SourceKind.TRENDSPIDER: "TrendSpider",
    SourceKind.SIGNED: "a signed web-hook",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An address; `heard_at` is when a signal last came by it."""

    id: UUID
    kind: SourceKind
    name: str
    created_at: datetime
    heard_at: datetime | None = None

    @property
    def sender(self) -> str:
        """Whom figures that come by it are from."""
        return f"{SENDERS[self.kind]} ({self.name})" if self.name else SENDERS[self.kind]


@dataclass(frozen=True, slots=True)
class Made:
    """A new address: `path` is what the sender's address ends in. Shown once."""

    source: Source
    path: str
    signing_secret: str | None


@dataclass(frozen=True, slots=True)
class Posted:
    """What proves a post: the secret of its address, or the headers of its signature."""

    body: bytes
    secret: str = ""
    key: str = ""
    timestamp: str = ""
    signature: str = ""


async def make(
    session: AsyncSession,
    member_id: UUID,
    kind: SourceKind,
    name: str,
    *,
    vault: Vault,
    now: datetime,
) -> Made:
    """A new address of the member; `Conflict` if there are enough."""
    wanted = one_line(name)
    if len(wanted) > NAME_LENGTH:
        raise InvalidInput("The name of an address has 60 characters at most.")
    await session.execute(_ALONE)
    count = (await session.execute(select(func.count(SignalSourceRow.id)))).scalar_one()
    if count >= SOURCES:
        raise Conflict(f"There are {SOURCES} addresses already. Revoke one first.")
    source = Source(id=new_id(), kind=kind, name=wanted, created_at=now)
    address, secret = _address(member_id, source.id), secrets.token_bytes(32)
    if kind is SourceKind.SIGNED:
        signing = _PREFIX + base64.b64encode(secret).decode()
        made, proof = Made(source, address, signing), vault.seal({"signing_secret": signing})
    else:
        spelled = base64.urlsafe_b64encode(secret).decode().rstrip("=")
        made, proof = Made(source, f"{address}/{spelled}", None), _digest(spelled)
    await session.execute(
        insert(SignalSourceRow).values(
            id=source.id, kind=kind.value, name=wanted, proof=proof, created_at=now
        )
    )
    return made


async def list_sources(session: AsyncSession) -> Sequence[Source]:
    """The oldest first."""
    rows = await session.scalars(
        select(SignalSourceRow).order_by(SignalSourceRow.id),
        execution_options={"populate_existing": True},
    )
    return tuple(_source(row) for row in rows)


async def revoke(session: AsyncSession, source_id: UUID) -> None:
    """Whatever is posted there from now on is refused; what came stays."""
    query = delete(SignalSourceRow).where(SignalSourceRow.id == source_id)
    if not cast("CursorResult[Any]", await session.execute(query)).rowcount:
        raise NotFound("There is no such address.")


async def claim(session: AsyncSession, source_id: UUID, now: datetime) -> Source:
    """The source, heard now; no other post to it is kept until this transaction is over."""
    row = await session.scalar(
        select(SignalSourceRow).where(SignalSourceRow.id == source_id).with_for_update()
    )
    if row is None:
        raise NotFound(REFUSED)
    row.heard_at = now
    await session.flush()
    return _source(row)


def owner_of(address: str) -> tuple[UUID, UUID]:
    """The member and the source an address names, real or not; `NotFound` if it names none."""
    try:
        both = base64.urlsafe_b64decode(address + "==")
    except (binascii.Error, ValueError) as error:
        raise NotFound(REFUSED) from error
    if len(both) != 32 or len(address) != 43:
        raise NotFound(REFUSED)
    return UUID(bytes=both[:16]), UUID(bytes=both[16:])


async def prove(
    session: AsyncSession, source_id: UUID, posted: Posted, *, vault: Vault, now: datetime
) -> Source:
    """The source that a post belongs to; `NotFound`, always in the same words, if it is not proven."""
    row = await session.get(SignalSourceRow, source_id, populate_existing=True)
    if row is not None and row.kind == SourceKind.SIGNED:
        right = _is_signed(posted, _opened(row.proof, vault), now)
    else:
        proof = row.proof if row is not None else bytes(32)
        right = hmac.compare_digest(_digest(posted.secret), proof) and row is not None
    if row is None or not right:
        raise NotFound(REFUSED)
    return _source(row)


def signature(signing_secret: str, key: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature`."""
    secret = base64.b64decode(signing_secret.removeprefix(_PREFIX))
    digest = hmac.digest(secret, f"{key}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def _is_signed(posted: Posted, signing_secret: str, now: datetime) -> bool:
    if posted.secret or not 1 <= len(posted.key) <= LONGEST_KEY:
        return False
    wanted = signature(signing_secret, posted.key, posted.timestamp, posted.body).encode()
    offered = posted.signature.split()[:5]
    matches = [hmac.compare_digest(each.encode(), wanted) for each in offered]
    return any(matches) and _is_fresh(posted.timestamp, now)


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()


def _opened(proof: bytes, vault: Vault) -> str:
    try:
        return vault.open(proof)["signing_secret"]
    except Unreadable:
        # sealed under another key of the house: nothing can prove itself by it any more
        return base64.b64encode(secrets.token_bytes(32)).decode()


def _address(member_id: UUID, source_id: UUID) -> str:
    return base64.urlsafe_b64encode(member_id.bytes + source_id.bytes).decode().rstrip("=")


def _digest(secret: str) -> bytes:
    """Of 256 random bits: there is nothing to guess, so nothing to slow down."""
    return sha256(secret.encode()).digest()


def _source(row: SignalSourceRow) -> Source:
    return Source(
        id=row.id,
        kind=SourceKind(row.kind),
        name=row.name,
        created_at=row.created_at,
        heard_at=row.heard_at,
    )
