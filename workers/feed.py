"""The feed process: one of them talks to the providers' streams, the others wait to take over.

python -m workers.feed
"""

import asyncio
import signal
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import WallClock
from app.core.errors import CoachError
from app.infra.db.database import Database
from app.infra.heartbeats import INTERVAL_SECONDS, record_heartbeat
from app.infra.settings import Settings, read_settings
from app.infra.telemetry import configure_logging, get_logger
from app.market.streaming.leading import lead
from app.market.streaming.lease import Lease
from app.wiring import build_bus, build_database, build_feed, build_market

PROCESS = "feed"
_log = get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Lead, or wait to lead, until told to stop."""
    database = build_database(settings)
    market, clock = build_market(settings, database)
    bus = build_bus(settings)

    async def work(epoch: int) -> None:
        await build_feed(settings, market, bus, clock, epoch=epoch).run()

    tasks = [
        asyncio.create_task(lead(Lease(database, uuid4().hex), work)),
        asyncio.create_task(_give_signs(database)),
    ]
    _stop_on_signals(tasks)
    try:
        await asyncio.gather(*tasks)
    except asyncio.CancelledError:
        _log.info("feed stops")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await bus.close()
        await market.close()
        await database.close()


async def _give_signs(database: Database) -> None:
    """The feed goes on where they cannot be written: it is made to outlive its database."""
    clock = WallClock()
    while True:
        try:
            async with database.system() as session:
                await record_heartbeat(session, PROCESS, at=clock.now())
        except (CoachError, SQLAlchemyError) as error:
            _log.warning("no sign of life can be written", reason=type(error).__name__)
        await asyncio.sleep(INTERVAL_SECONDS)


def _stop_on_signals(tasks: "list[asyncio.Task[Any]]") -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: [task.cancel() for task in tasks])


def main() -> None:
    settings = read_settings()
    configure_logging(settings.log_level)
    if settings.queue.url is None:
        raise SystemExit(
            "No queue is configured. Start with `./coach run`, or set COACH_QUEUE__URL."
        )
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
