"""Waiting for PostgreSQL to say that something happened.

A notification is only a wake-up: it is lost while the connection is down, so whoever listens reads
from its tables what is new, after each wake-up and after each connect. Hence nothing is carried
here, and nothing can be missed.
"""

import asyncio
from collections.abc import AsyncIterator

import psycopg
from psycopg import sql
from sqlalchemy import URL

from app.infra.telemetry import get_logger

IDLE_SECONDS = 30.0
"""After this long without a word the connection is tried, and the listener wakes up anyway."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 10.0
_CONNECT_SECONDS = 5
_log = get_logger(__name__)


async def wake_ups(
    url: URL, channel: str, *, idle_seconds: float = IDLE_SECONDS
) -> AsyncIterator[None]:
    """Yield once after each connect, after notifications on `channel`, and when all is quiet.

    Notifications that arrived together wake up once. The connection is this generator's own; when
    it breaks, another is made after a growing pause, for ever.
    """
    failures = 0
    while True:
        try:
            async with await _connect(url) as connection:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                failures = 0
                while True:
                    yield
                    await _await_notification(connection, idle_seconds)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            failures += 1
            pause = _pause(failures)
            _log.warning("listener.disconnected", channel=channel, error=str(error), retry_in=pause)
            await asyncio.sleep(pause)


async def _connect(url: URL) -> "psycopg.AsyncConnection[tuple[object, ...]]":
    _, parameters = url.get_dialect()().create_connect_args(url)
    parameters.setdefault("connect_timeout", _CONNECT_SECONDS)
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)


async def _await_notification(
    connection: "psycopg.AsyncConnection[tuple[object, ...]]", idle_seconds: float
) -> None:
    heard = [notice async for notice in connection.notifies(timeout=idle_seconds, stop_after=1)]
    if not heard:
        await connection.execute("SELECT 1")


def _pause(failures: int) -> float:
    doublings = min(failures - 1, 10)
    return min(_FIRST_PAUSE_SECONDS * (1 << doublings), _LONGEST_PAUSE_SECONDS)
