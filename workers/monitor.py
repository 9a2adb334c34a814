"""The monitor process: watches what members asked to be told of. Several share the symbols.

python -m workers.monitor
"""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from app.alerts.monitor import Monitor
from app.alerts.monitor_book import MemberBooks
from app.alerts.monitor_shares import Shares
from app.alerts.monitor_symbol import Desk
from app.alerts.surroundings import look_around
from app.alerts.telling import Due
from app.core.clock import Clock, WallClock
from app.core.errors import CoachError, ProviderUnavailable
from app.core.jobs import Job
from app.core.symbols import Symbol
from app.infra.queue import CeleryQueue, JobQueue
from app.infra.settings import Settings, read_settings
from app.infra.telemetry import configure_logging, get_logger
from app.market.calendar import session_table
from app.market.protocol import MarketData
from app.market.streaming.live import LiveFeed
from app.wiring import build_bus, build_database, build_macro, build_market
from workers.alert_messages import MessageWriter
from workers.serving import serve_until_stopped

PROCESS = "monitor"
REHEARSED = Symbol("SPY")
_WARM_SECONDS = 30.0
_log = get_logger(__name__)


async def serve(settings: Settings, queue_url: str) -> None:
    """Watch until told to stop."""
    database = build_database(settings)
    market, clock = build_market(settings, database)
    queue = CeleryQueue(queue_url)
    waker = Waker(queue)
    macro = build_macro(settings, clock)
    books = MemberBooks(database, market, macro)
    desk = Desk(
        database=database,
        market=market,
        clock=clock,
        wall=WallClock(),
        writer=MessageWriter(books),
        books=books,
        wake=waker.wake,
    )
    monitor = Monitor(desk, LiveFeed(build_bus(settings)), Shares(database, uuid4().hex))
    warming = asyncio.create_task(asyncio.to_thread(_warm, market, clock, settings))
    try:
        await serve_until_stopped(PROCESS, database, monitor.run())
    finally:
        await asyncio.gather(warming, return_exceptions=True)
        await _leave(monitor)
        await waker.close()
        await queue.close()
        await macro.close()
        await market.close()
        await database.close()


def _warm(market: MarketData, clock: Clock, settings: Settings) -> None:
    """Load calendars, and what a map of levels needs, before the first alert waits for them. Of real
    providers only the calendar: their connections belong to the loop that serves."""
    session_table()
    if not settings.is_live:
        around = look_around(REHEARSED, market=market, at=clock.now(), seconds=_WARM_SECONDS)
        asyncio.run(around)


class Waker:
    """Tells the workers that there is something to deliver. Where that fails, their sweep finds it."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._waking: set[asyncio.Task[None]] = set()

    def wake(self, due: Sequence[Due]) -> None:
        waking = asyncio.create_task(self._wake(due))
        self._waking.add(waking)
        waking.add_done_callback(self._waking.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._waking)

    async def _wake(self, due: Sequence[Due]) -> None:
        pairs = [[str(member), str(channel)] for member, channel in due]
        try:
            await self._queue.enqueue(Job.DELIVER_NOTIFICATIONS, due=pairs)
        except ProviderUnavailable as error:
            _log.warning("nobody is woken to deliver", reason=error.message)


async def _leave(monitor: Monitor) -> None:
    try:
        async with asyncio.timeout(3):
            await monitor.depart()
    except (CoachError, SQLAlchemyError, TimeoutError):
        _log.info("the shards run out by themselves")


def main() -> None:
    settings = read_settings()
    configure_logging(settings.log_level)
    if settings.queue.url is None:
        raise SystemExit(
            "No queue is configured. Start with `./coach run`, or set COACH_QUEUE__URL."
        )
    asyncio.run(serve(settings, settings.queue.url.get_secret_value()))


if __name__ == "__main__":
    main()
