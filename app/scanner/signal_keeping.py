"""A signal becomes an opportunity: checked against the market, kept once, told once.

Decided: a post that is answered with 2xx is in the database, with the mark that it is yet to be told;
whoever tells takes the mark away in the transaction of the message. So nothing is lost or doubled,
whoever is killed. A sender's retry is known by the id they gave, or, without one, by the same body
within ten minutes, which is also longer than a recording of a signed post is good for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import InvalidInput, NotFound, ProviderUnavailable, RateLimited
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.market.protocol import MarketData
from app.market.vendor import NotCovered
from app.scanner import repository
from app.scanner.kept import KeptOpportunity
from app.scanner.signal_sources import Source
from app.scanner.signal_tables import SignalRow
from app.scanner.signals import Signal

SAME_FOR = timedelta(minutes=10)
"""The same body is the same delivery for so long."""
FARTHEST = 5
"""Times the last price, or that part of it, that a sender's price may be."""
PATIENCE_SECONDS = 1.5
"""For the last price: senders hang up after three seconds."""
A_DAY = 500
"""Signals of one address in a day: a strategy gone wild, or an address that leaked, ends there."""
_STEP = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Arrived:
    """`is_new` is False for a delivery that was kept before."""

    opportunity_id: UUID
    is_new: bool


async def check(signal: Signal, *, market: MarketData, now: datetime) -> Signal:
    """The signal under the market's name of its symbol; `InvalidInput` for a symbol that does not
    exist or is not carried here, or prices that cannot be its. Where the market does not answer in
    time, it stays as it came: none of it is vouched for anyway."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            known = replace(signal, symbol=(await market.instrument(signal.symbol)).symbol)
            last = await _last(known.symbol, market, now)
    except NotFound as error:
        near = f" Did you mean {', '.join(error.suggestions[:3])}?" if error.suggestions else ""
        raise InvalidInput(f"There is no symbol {signal.symbol} here.{near}") from error
    except NotCovered as error:
        raise InvalidInput(f"{signal.symbol} cannot be followed here. {error.message}") from error
    except (ProviderUnavailable, TimeoutError):
        return signal
    for name, price in signal.prices.items():
        if last is not None and not last / FARTHEST <= price <= last * FARTHEST:
            raise InvalidInput(
                f"`{name}` is nowhere near the last price of {known.symbol}. Look whether it is this "
                "symbol's, in its currency."
            )
    return known


async def _last(symbol: Symbol, market: MarketData, now: datetime) -> Decimal | None:
    """None where nothing has been traded yet, or prices are not to be had."""
    try:
        return (await market.quote(symbol, as_of=now)).last
    except (NotFound, NotCovered):
        return None


async def receive(
    session: AsyncSession,
    source: Source,
    signal: Signal,
    body: bytes,
    *,
    at: datetime,
    now: datetime,
) -> Arrived:
    """Keep it for the session's member unless it was delivered before. `at` is the market's present,
    `now` the real one. The source was claimed in this transaction."""
    digest, since = sha256(signal.key.encode() or body).digest(), now - SAME_FOR
    same: list[ColumnElement[bool]] = [SignalRow.source_id == source.id, SignalRow.digest == digest]
    if not signal.key:
        same.append(SignalRow.received_at > since)
    before = await session.scalar(select(SignalRow.opportunity_id).where(*same).limit(1))
    if before is not None:
        return Arrived(before, is_new=False)
    await _leave_room(session, source, now)
    key = await _insert(session, source, signal, at)
    await session.execute(
        insert(SignalRow).values(
            id=new_id(), source_id=source.id, digest=digest, opportunity_id=key, received_at=now
        )
    )
    return Arrived(key, is_new=True)


async def _leave_room(session: AsyncSession, source: Source, now: datetime) -> None:
    since = now - timedelta(days=1)
    today = [SignalRow.source_id == source.id, SignalRow.received_at > since]
    count, first = (
        await session.execute(
            select(func.count(), func.min(SignalRow.received_at))
            .select_from(SignalRow)
            .where(*today)
        )
    ).one()
    if count >= A_DAY:
        wait = max(1, int((first - since).total_seconds()))
        raise RateLimited(
            "This address has sent all that it may in a day.", retry_after_seconds=wait
        )


async def _insert(session: AsyncSession, source: Source, signal: Signal, at: datetime) -> UUID:
    """Two of one symbol and moment are two opportunities, the second a moment later."""
    values: dict[str, Any] = {
        "symbol": str(signal.symbol),
        "setup": signal.setup.value,
        "entry": signal.entry,
        "stop": signal.stop,
        "target": signal.target,
        "body": {
            "chance": None,
            "cases": 0,
            "provider": not_checked(source.sender),
            "is_simulated": False,
            "facts": [],
            "source": source.sender,
            "reason": signal.reason,
        },
        "found_at": at,
        "followed_to": at,
    }
    moment = at
    while (key := await repository.insert_once(session, values | {"bar_at": moment})) is None:
        moment += _STEP
    return key


def not_checked(sender: str) -> str:
    """Whom a figure from outside is from."""
    return f"{sender}, not checked"


async def waiting(session: AsyncSession, *, limit: int) -> tuple[UUID, ...]:
    """Members with signals that were not told; needs a system session."""
    query = select(SignalRow.member_id).where(SignalRow.told_at.is_(None)).distinct().limit(limit)
    return tuple(await session.scalars(query))


async def untold(session: AsyncSession, *, limit: int) -> Mapping[UUID, KeptOpportunity]:
    """What is yet to be told by the id of its delivery, oldest first."""
    query = (
        select(SignalRow.id, SignalRow.opportunity_id)
        .where(SignalRow.told_at.is_(None))
        .order_by(SignalRow.id)
        .limit(limit)
    )
    rows = (await session.execute(query)).all()
    found = await repository.find_opportunities(session, [row.opportunity_id for row in rows])
    kept = {each.id: each for each in found}
    return {row.id: kept[row.opportunity_id] for row in rows}


async def take_untold(
    session: AsyncSession, deliveries: Sequence[UUID], now: datetime
) -> Sequence[KeptOpportunity]:
    """Those of `deliveries` that are yet to be told, told from now on if this transaction commits.
    What another is telling right now is left to it."""
    rows = (
        await session.execute(
            select(SignalRow.id, SignalRow.opportunity_id)
            .where(SignalRow.told_at.is_(None), SignalRow.id.in_(deliveries))
            .order_by(SignalRow.id)
            .with_for_update(skip_locked=True)
        )
    ).all()
    keys = [row.id for row in rows]
    await session.execute(update(SignalRow).where(SignalRow.id.in_(keys)).values(told_at=now))
    return await repository.find_opportunities(session, [row.opportunity_id for row in rows])
