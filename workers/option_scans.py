"""Scans of options that run by themselves, and their finds followed and counted.

Decided: chains are large and vendors count requests. One run of the job runs `AT_ONCE` such scans, each
reads `CHAINS` chains in `SECONDS`, and what is left over has its turn the next time, which is said.
While options do not trade nothing is asked more often than daily. A scan whose provider does not answer
waits a while, so that it keeps no other from its turn.
"""

from datetime import datetime, timedelta
from uuid import UUID

from app.core.errors import ProviderUnavailable
from app.infra.telemetry import get_logger
from app.macro.short_rate import short_rate
from app.market.calendar import market_date, session_on
from app.notifications.models import Enqueued, Kind, Note
from app.notifications.service import enqueue
from app.options.records import StoredRecords
from app.scanner import option_following as following
from app.scanner import option_keeping, option_repository, turns
from app.scanner.kept import SavedScan
from app.scanner.option_scan import Bounds, OptionSearch, Ports, scan_chains
from workers.option_scan_messages import Round, post
from workers.runner import JobContext
from workers.turns import Turn
from workers.unasked import without_escapes

AT_ONCE = 4
CHAINS = 12
SECONDS = 100.0
_DAY = timedelta(days=1)
_AFTER_THE_CLOSE = timedelta(minutes=15)
"""Options on indices trade on for so long."""

_log = get_logger(__name__)


async def run(context: JobContext, turn: Turn, scan: SavedScan, search: OptionSearch) -> Enqueued:
    """The end of its turn, what it found and what is told of it are one transaction, as of other
    scans."""
    now = context.present
    if _rests(scan, now):
        async with context.database.member(turn.member_id) as session:
            await turns.end(session, scan.id, turn.began, context.clock.now())
        return Enqueued()
    rate = await short_rate(context.macro, as_of=now)
    ports = Ports(context.market, context.macro, StoredRecords(context.database), now, rate.value)
    result = await scan_chains(search, ports, _bounds(scan, turn.began))
    if result.is_unanswered:
        raise ProviderUnavailable("No provider answered for any of its chains.")
    return await _tell(context, turn, Round(scan=scan, search=search, result=result, rate=rate))


def _rests(scan: SavedScan, now: datetime) -> bool:
    """Whether nothing can have changed since its last turn."""
    if scan.every is None or scan.every >= _DAY:
        return False
    session = session_on(market_date(now))
    return session is None or not session.open <= now <= session.close + _AFTER_THE_CLOSE


def _bounds(scan: SavedScan, now: datetime) -> Bounds:
    every = (scan.every or _DAY).total_seconds()
    return Bounds(most=CHAINS, seconds=SECONDS, turn=int(now.timestamp() // every))


async def _tell(context: JobContext, turn: Turn, told: Round) -> Enqueued:
    now, result, scan = context.clock.now(), told.result, told.scan
    async with context.database.member(turn.member_id) as session:
        if not await turns.end(session, scan.id, turn.began, now):
            return Enqueued()
        new = await option_keeping.keep_options(
            session, result.found, told.search, scan=scan, now=result.as_of
        )
        _log.info("option_scan.run", scan_id=str(scan.id), read=len(result.scanned), new=len(new))
        if not new:
            return Enqueued()
        message = await post(session, turn.member_id, told, new, context.market)
        note = Note(
            kind=Kind.OPPORTUNITY,
            key=f"scan {scan.id} {now.isoformat()}",
            title=f"{scan.name}: new setups",
            text=without_escapes(message.content),
            thread_id=message.thread_id,
            message_id=message.id,
        )
        return await enqueue(session, note, now=now)


async def follow(context: JobContext, member_id: UUID) -> None:
    """End what stands no more, and count what has expired."""
    now = context.present
    async with context.database.member(member_id) as session:
        waiting = await option_repository.to_follow(
            session, before=now - following.EVERY, now=now, limit=following.FOLLOWED
        )
        settled = await option_repository.to_settle(
            session, now, limit=following.SETTLED, wait=following.WAIT
        )
    if not waiting and not settled:
        return
    rate = await short_rate(context.macro, as_of=now)
    sources = following.Sources(
        market=context.market, records=StoredRecords(context.database), rate=rate.value
    )
    seen = await following.look(waiting, sources, now)
    counted = await following.count(settled, context.market, now)
    async with context.database.member(member_id) as session:
        for each, why in seen:
            await option_repository.set_followed(session, each, why, now)
        for each, result in counted:
            await option_repository.set_result(session, each, result, now)
    ended = sum(why is not None for _, why in seen)
    _log.info("option_finds.followed", seen=len(seen), ended=ended, counted=len(counted))
