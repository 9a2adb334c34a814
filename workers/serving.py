"""A process of ours that goes on until it is told to stop, and gives signs of life meanwhile."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import WallClock
from app.core.errors import CoachError
from app.infra.db.database import Database
from app.infra.heartbeats import INTERVAL_SECONDS, record_heartbeat
from app.infra.running import end, side_by_side
from app.infra.telemetry import get_logger

_log = get_logger(__name__)


async def serve_until_stopped(
    process: str, database: Database, work: Coroutine[Any, Any, None]
) -> None:
    """Do `work` until SIGTERM or SIGINT, or until it fails, which is raised."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    serving = asyncio.create_task(side_by_side(work, give_signs(process, database)))
    waiting = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        _log.info("stops", process=process)
    finally:
        await end([serving, waiting])


async def give_signs(process: str, database: Database) -> None:
    """The process goes on where they cannot be written: it is made to outlive its database."""
    clock = WallClock()
    while True:
        try:
            async with database.system() as session:
                await record_heartbeat(session, process, at=clock.now())
        except (CoachError, SQLAlchemyError) as error:
            _log.warning("no sign of life can be written", reason=type(error).__name__)
        await asyncio.sleep(INTERVAL_SECONDS)
