"""Scans that run by themselves, and opportunities followed to their end."""

from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from app.core.errors import ProviderUnavailable
from app.core.jobs import Job
from app.infra.telemetry import get_logger
from app.notifications.models import Enqueued, Kind, Note
from app.notifications.service import enqueue
from app.scanner import following, keeping, turns
from app.scanner.kept import SavedScan
from app.scanner.models import ScanResult
from app.scanner.service import run_scan
from app.users.service import list_member_ids
from workers import option_scans
from workers.runner import JobContext, job
from workers.scan_messages import post
from workers.turns import Turn, begin, take
from workers.unasked import without_escapes

AT_ONCE = 50
"""Scans of one run of the job; the rest is due at the next."""
_TURN_SECONDS = 600
"""Between two runs of those that follow."""
SECONDS = 300.0
"""No further scan is begun after so long, so that the last one has its time within the job's."""

_log = get_logger(__name__)


@dataclass(slots=True)
class _Room:
    """What one run of the job may still begin."""

    ends: float
    charts: int = AT_ONCE
    options: int = field(default_factory=lambda: option_scans.AT_ONCE)

    @property
    def is_over(self) -> bool:
        return monotonic() > self.ends or self.charts <= 0 >= self.options

    def take(self, *, of_options: bool) -> bool:
        left = self.options if of_options else self.charts
        if of_options:
            self.options -= 1
        else:
            self.charts -= 1
        return left > 0


@job(Job.RUN_SCANS, retries=0)
async def run_due(context: JobContext) -> None:
    """Run what is due. Whatever happens to one scan keeps no other from running."""
    room = _Room(ends=monotonic() + SECONDS)
    async with context.database.system() as session:
        due = await turns.due_scans(session, context.clock.now())
    for member_id, scan_id in due:
        if room.is_over:
            return
        async with context.database.member(member_id) as session:
            of_options = await turns.is_of_options(session, scan_id)
        if not room.take(of_options=of_options):
            continue
        turn = await begin(context, member_id, scan_id)
        if turn is not None:
            await take(context, turn, _run(context, turn))


async def _run(context: JobContext, turn: Turn) -> Enqueued:
    async with context.database.member(turn.member_id) as session:
        scan = await keeping.get_scan(session, turn.scan_id)
        taste = await keeping.taste(session)
    if scan.search.options is not None:
        return await option_scans.run(context, turn, scan, scan.search.options)
    result = await run_scan(scan.search, market=context.market, as_of=context.present, taste=taste)
    return await _tell(context, turn, scan, result)


async def _tell(context: JobContext, turn: Turn, scan: SavedScan, result: ScanResult) -> Enqueued:
    """The end of its turn, what it found and what is told of it are one transaction: a scan that is
    killed is due again, and tells nothing twice."""
    now = context.clock.now()
    async with context.database.member(turn.member_id) as session:
        if not await turns.end(session, scan.id, turn.began, now):
            return Enqueued()
        new = await keeping.keep(session, result.found, scan=scan, now=result.as_of)
        _log.info("scan.run", scan_id=str(scan.id), found=len(result.found), new=len(new))
        if not new:
            return Enqueued()
        message = await post(session, turn.member_id, scan, result, new, context.market)
        note = Note(
            kind=Kind.OPPORTUNITY,
            key=f"scan {scan.id} {now.isoformat()}",
            title=f"{scan.name}: new setups",
            text=without_escapes(message.content),
            thread_id=message.thread_id,
            message_id=message.id,
        )
        return await enqueue(session, note, now=now)


@job(Job.FOLLOW_OPPORTUNITIES, retries=0)
async def follow(context: JobContext) -> None:
    """End what has reached its target, its stop or its time. Whom one run does not come to is among
    the first of a later one."""
    async with context.database.system() as session:
        members = list(await list_member_ids(session))
    first = int(context.clock.now().timestamp()) // _TURN_SECONDS % max(1, len(members))
    for member_id in (*members[first:], *members[:first]):
        await _follow(context, member_id)


async def _follow(context: JobContext, member_id: UUID) -> None:
    try:
        ended = await following.follow(
            context.database, member_id, market=context.market, now=context.present
        )
        await option_scans.follow(context, member_id)
    except ProviderUnavailable as error:
        _log.warning("opportunities.not_followed", reason=error.message)
    except Exception:  # noqa: BLE001 - one member's must not end everybody's
        _log.exception("opportunities.broken", member_id=str(member_id))
    else:
        if ended:
            _log.info("opportunities.ended", count=len(ended))
