"""Notifications on their way out, those that were forgotten, and those that are long over."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.core.jobs import Job
from app.infra.telemetry import get_logger
from app.notifications.delivering import AT_ONCE, deliver, find_due
from app.notifications.repository import delete_notes
from app.users.service import list_member_ids
from workers.runner import JobContext, job

KEPT = timedelta(days=30)
"""What was told, and what died, can be looked at this long."""

_log = get_logger(__name__)


@job(Job.DELIVER_NOTIFICATIONS)
async def send(context: JobContext, due: Sequence[Sequence[str]]) -> None:
    """Send what is due on these channels, each a member's id and the channel's."""
    if context.courier is None:
        return
    pairs = [(UUID(member), UUID(channel)) for member, channel in due]
    await deliver(context.database, context.courier, pairs, context.clock)


@job(Job.SWEEP_NOTIFICATIONS)
async def sweep(context: JobContext) -> None:
    """Hand over what is due and was not: it was put off, or whoever stored it died."""
    if context.queue is None:
        return
    async with context.database.system() as session:
        found = await find_due(session, now=context.clock.now())
        due = [[str(member), str(channel)] for member, channel in found]
        for start in range(0, len(due), AT_ONCE):
            await context.queue.enqueue(Job.DELIVER_NOTIFICATIONS, due=due[start : start + AT_ONCE])
    if due:
        _log.info("notifications.swept", channels=len(due))


@job(Job.TIDY_NOTIFICATIONS)
async def tidy(context: JobContext) -> None:
    """Delete what was told long ago."""
    before = context.clock.now() - KEPT
    async with context.database.system() as session:
        members = await list_member_ids(session)
    deleted = 0
    for member in members:
        async with context.database.member(member) as session:
            deleted += await delete_notes(session, before=before)
    _log.info("notifications.tidied", deleted=deleted)
