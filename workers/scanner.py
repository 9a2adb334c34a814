"""Scans that run by themselves, and opportunities followed to their end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import CoachError, ProviderUnavailable
from app.core.jobs import Job
from app.infra.telemetry import get_logger
from app.notifications.models import Kind, Note
from app.notifications.service import enqueue
from app.scanner import keeping, repository
from app.scanner.kept import SavedScan
from app.scanner.models import Opportunity, ScanResult
from app.scanner.service import run_scan
from app.users.service import list_member_ids
from workers import option_scans
from workers.runner import JobContext, job
from workers.scan_messages import post

AT_ONCE = 50
"""Scans of one run of the job; the rest is due at the next."""
TOLD = 10
"""Opportunities of one message; the others are on the list."""

_log = get_logger(__name__)


@job(Job.RUN_SCANS, retries=0)
async def run_due(context: JobContext) -> None:
    """Run what is due. What one scan cannot have keeps no other from running."""
    async with context.database.system() as session:
        due = await repository.due_scans(session, context.clock.now(), limit=AT_ONCE)
    of_options = 0
    for member_id, scan_id in due:
        try:
            async with context.database.member(member_id) as session:
                scan = await repository.find_scan(session, scan_id)
            if scan is not None and scan.search.options is None:
                await _run(context, member_id, scan)
            elif scan is not None and scan.search.options and of_options < option_scans.AT_ONCE:
                of_options += 1
                await option_scans.run(context, member_id, scan, scan.search.options)
        except CoachError as error:
            _log.warning("scan.not_run", scan_id=str(scan_id), reason=error.message)


async def _run(context: JobContext, member_id: UUID, scan: SavedScan) -> None:
    """Its turn, what it found and what is told of it are one transaction: a scan that is killed is
    due again, and tells nothing twice."""
    async with context.database.member(member_id) as session:
        taste = await keeping.taste(session)
    now = context.clock.now()
    result = await run_scan(scan.search, market=context.market, as_of=now, taste=taste)
    async with context.database.member(member_id) as session:
        if not await repository.claim(session, scan.id, now):
            return
        new = await keeping.keep(session, result.found, scan=scan, now=now)
        due = await _tell(context, session, member_id, scan, result, new) if new else ()
    _log.info("scan.run", scan_id=str(scan.id), found=len(result.found), new=len(new))
    if due and context.queue is not None:
        pairs = [[str(member_id), str(channel)] for channel in due]
        await context.queue.enqueue(Job.DELIVER_NOTIFICATIONS, due=pairs)


async def _tell(
    context: JobContext,
    session: AsyncSession,
    member_id: UUID,
    scan: SavedScan,
    result: ScanResult,
    new: Sequence[Opportunity],
) -> tuple[UUID, ...]:
    now = context.clock.now()
    message = await post(session, member_id, scan, result, new[:TOLD], context.market)
    note = Note(
        kind=Kind.OPPORTUNITY,
        key=f"scan {scan.id} {now.isoformat()}",
        title=f"{scan.name}: new setups",
        text=message.content,
        thread_id=message.thread_id,
        message_id=message.id,
    )
    return (await enqueue(session, note, now=now)).due


@job(Job.FOLLOW_OPPORTUNITIES, retries=0)
async def follow(context: JobContext) -> None:
    """End what has reached its target, its stop or its time."""
    async with context.database.system() as session:
        members = await list_member_ids(session)
    for member_id in members:
        await _follow(context, member_id, context.clock.now())


async def _follow(context: JobContext, member_id: UUID, now: datetime) -> None:
    try:
        async with context.database.member(member_id) as session:
            ended = await keeping.follow(session, market=context.market, now=now)
        await option_scans.follow(context, member_id)
    except ProviderUnavailable as error:
        _log.warning("opportunities.not_followed", reason=error.message)
        return
    if ended:
        _log.info("opportunities.ended", count=len(ended))
