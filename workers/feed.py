"""The feed process: one of them talks to the providers' streams, the others wait to take over.

python -m workers.feed
"""

import asyncio
from uuid import uuid4

from app.infra.settings import Settings, read_settings
from app.infra.telemetry import configure_logging
from app.market.streaming.leading import lead
from app.market.streaming.lease import Lease
from app.wiring import build_bus, build_database, build_feed, build_market
from workers.serving import serve_until_stopped

PROCESS = "feed"


async def serve(settings: Settings) -> None:
    """Lead, or wait to lead, until told to stop."""
    database = build_database(settings)
    market, clock = build_market(settings, database)
    bus = build_bus(settings)

    async def work(epoch: int) -> None:
        await build_feed(settings, market, bus, clock, epoch=epoch).run()

    try:
        await serve_until_stopped(PROCESS, database, lead(Lease(database, uuid4().hex), work))
    finally:
        await bus.close()
        await market.close()
        await database.close()


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
