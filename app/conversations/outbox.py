"""From a worker's transaction to every web process: each push once, none missed.

Decided: PostgreSQL's NOTIFY only wakes; the outbox says what is new. Ids are given before they are
committed, so "everything after id 41" can miss 40. A feed therefore counts by transactions: every
transaction older than a snapshot's `xmin` is finished, so whatever commits after that snapshot has
a number at or above it. It reads from there and skips what it has seen.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Push, StoredMessage
from app.conversations.tables import OutboxRow
from app.core.errors import ProviderUnavailable
from app.infra.db.database import Database
from app.infra.listen import wake_ups
from app.infra.telemetry import get_logger

CHANNEL = "chat_push"

_XMIN = text("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")
_RETRY_SECONDS = 1.0
_log = get_logger(__name__)


async def announce(session: AsyncSession, message: StoredMessage) -> None:
    """Put `message` into the outbox; PostgreSQL notifies when, and only if, this commits."""
    row = insert(OutboxRow).values(
        thread_id=message.thread_id, message_id=message.id, created_at=message.created_at
    )
    key = (await session.execute(row.returning(OutboxRow.id))).scalar_one()
    await session.execute(select(func.pg_notify(CHANNEL, str(key))))


async def delete_old_pushes(session: AsyncSession, *, before: datetime) -> int:
    """Delete pushes written before that; the messages stay. Needs a system session."""
    query = delete(OutboxRow).where(OutboxRow.created_at < before)
    return cast("CursorResult[Any]", await session.execute(query)).rowcount


@dataclass(slots=True)
class Cursor:
    """How far a feed has read: all of what was written by transactions before `transaction`.

    `seen` are the ids read at or above it.
    """

    transaction: int
    seen: frozenset[int] = field(default_factory=frozenset)


async def current_cursor(session: AsyncSession) -> Cursor:
    """A cursor behind everything that is committed now."""
    return (await read_pushes(session, Cursor(0)))[1]


async def read_pushes(session: AsyncSession, since: Cursor) -> tuple[tuple[Push, ...], Cursor]:
    """What was committed since, oldest first, and where to go on. Needs a system session."""
    # Asked first: what commits between the two statements is above it, and may be read now.
    horizon = (await session.execute(_XMIN)).scalar_one()
    query = select(OutboxRow).where(OutboxRow.transaction >= since.transaction)
    rows = (await session.scalars(query.order_by(OutboxRow.id))).all()
    pushes = tuple(
        Push(row.id, row.member_id, row.thread_id, row.message_id)
        for row in rows
        if row.id not in since.seen
    )
    seen = frozenset(row.id for row in rows if row.transaction >= horizon)
    return pushes, Cursor(horizon, seen)


class OutboxFeed:
    """Every push that is committed from `open` on, exactly once, for one web process.

        feed = await OutboxFeed.open(database)
        async for push in feed: …

    It never ends and outlives restarts of the database; cancel the task that iterates.
    """

    def __init__(self, database: Database, cursor: Cursor) -> None:
        self._database = database
        self._cursor = cursor

    @classmethod
    async def open(cls, database: Database) -> "OutboxFeed":
        async with database.system() as session:
            return cls(database, await current_cursor(session))

    async def __aiter__(self) -> AsyncIterator[Push]:
        async for _ in wake_ups(self._database.url, CHANNEL):
            for push in await self._read():
                yield push

    async def _read(self) -> tuple[Push, ...]:
        while True:
            try:
                async with self._database.system() as session:
                    pushes, self._cursor = await read_pushes(session, self._cursor)
            except ProviderUnavailable as error:
                _log.warning("outbox.unreadable", error=str(error), retry_in=_RETRY_SECONDS)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return pushes
