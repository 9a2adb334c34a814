"""Scans of options that run by themselves, and their finds followed and counted.

Decided: chains are large and vendors count requests. One run of the job runs `AT_ONCE` such scans, each
reads `CHAINS` chains in `SECONDS`, and what is left over has its turn the next time, which is said.
While options do not trade nothing is asked more often than daily. A scan whose provider does not answer
waits a while, so that it keeps no other from its turn.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import InvalidInput, NotFound, ProviderUnavailable
from app.core.jobs import Job
from app.infra.telemetry import get_logger
from app.macro.short_rate import ShortRate, short_rate
from app.market.calendar import market_date, session_on
from app.notifications.models import Kind, Note
from app.notifications.service import enqueue
from app.options.records import StoredRecords
from app.scanner import option_following as following
from app.scanner import option_keeping, option_repository, repository
from app.scanner.kept import SavedScan
from app.scanner.option_scan import Bounds, OptionFind, OptionScan, OptionSearch, Ports, scan_chains
from workers.option_scan_messages import Round, post
from workers.runner import JobContext

AT_ONCE = 4
CHAINS = 12
SECONDS = 100.0
PAUSE = timedelta(minutes=15)
TOLD = 10
_DAY = timedelta(days=1)
_AFTER_THE_CLOSE = timedelta(minutes=15)
"""Options on indices trade on for so long."""

_log = get_logger(__name__)


async def run(context: JobContext, member_id: UUID, scan: SavedScan, search: OptionSearch) -> None:
    """Its turn, what it found and what is told of it are one transaction, as of other scans."""
    now = context.clock.now()
    if _rests(scan, now):
        await _pass(context, member_id, scan, now)
        return
    rate = await short_rate(context.macro, as_of=now)
    result = await _asked(context, member_id, scan, search, rate)
    if result is None:
        return
    told = Round(scan=scan, search=search, result=result, rate=rate)
    async with context.database.member(member_id) as session:
        if not await repository.claim(session, scan.id, now):
            return
        new = await option_keeping.keep_options(session, result.found, search, scan=scan, now=now)
        due = await _tell(context, session, member_id, told, new) if new else ()
    _log.info("option_scan.run", scan_id=str(scan.id), read=len(result.scanned), new=len(new))
    if due and context.queue is not None:
        pairs = [[str(member_id), str(channel)] for channel in due]
        await context.queue.enqueue(Job.DELIVER_NOTIFICATIONS, due=pairs)


def _rests(scan: SavedScan, now: datetime) -> bool:
    """Whether nothing can have changed since its last turn."""
    if scan.every is None or scan.every >= _DAY:
        return False
    session = session_on(market_date(now))
    return session is None or not session.open <= now <= session.close + _AFTER_THE_CLOSE


async def _pass(context: JobContext, member_id: UUID, scan: SavedScan, now: datetime) -> None:
    async with context.database.member(member_id) as session:
        await repository.claim(session, scan.id, now)


async def _asked(
    context: JobContext, member_id: UUID, scan: SavedScan, search: OptionSearch, rate: ShortRate
) -> OptionScan | None:
    """None where nobody answered, or nothing that was named is there any more."""
    now = context.clock.now()
    ports = Ports(context.market, context.macro, StoredRecords(context.database), now, rate.value)
    try:
        result = await scan_chains(search, ports, _bounds(scan, now))
    except (NotFound, InvalidInput) as error:
        _log.warning("option_scan.not_run", scan_id=str(scan.id), reason=error.message)
        await _pass(context, member_id, scan, now)
        return None
    except ProviderUnavailable as error:
        _log.warning("option_scan.not_run", scan_id=str(scan.id), reason=error.message)
        await _put_off(context, member_id, scan, now)
        return None
    if not result.is_unanswered:
        return result
    _log.warning("option_scan.not_run", scan_id=str(scan.id), reason="no provider answered")
    await _put_off(context, member_id, scan, now)
    return None


def _bounds(scan: SavedScan, now: datetime) -> Bounds:
    every = (scan.every or _DAY).total_seconds()
    return Bounds(most=CHAINS, seconds=SECONDS, turn=int(now.timestamp() // every))


async def _put_off(context: JobContext, member_id: UUID, scan: SavedScan, now: datetime) -> None:
    until = now + min(PAUSE, scan.every or PAUSE)
    async with context.database.member(member_id) as session:
        await option_repository.put_off(session, scan.id, until, now)


async def _tell(
    context: JobContext,
    session: AsyncSession,
    member_id: UUID,
    told: Round,
    new: Sequence[OptionFind],
) -> tuple[UUID, ...]:
    now = told.result.as_of
    message = await post(session, member_id, told, new[:TOLD], context.market)
    note = Note(
        kind=Kind.OPPORTUNITY,
        key=f"scan {told.scan.id} {now.isoformat()}",
        title=f"{told.scan.name}: new setups",
        text=message.content,
        thread_id=message.thread_id,
        message_id=message.id,
    )
    return (await enqueue(session, note, now=now)).due


async def follow(context: JobContext, member_id: UUID) -> None:
    """End what stands no more, and count what has expired."""
    now = context.clock.now()
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
