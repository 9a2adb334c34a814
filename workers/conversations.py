"""Housekeeping of conversations, and of what was drafted in them."""

from datetime import timedelta

from app.alerts.service import delete_old_drafts
from app.conversations.outbox import delete_old_pushes
from app.conversations.service import delete_empty_threads
from app.core.jobs import Job
from app.infra.telemetry import get_logger
from app.users.service import list_member_ids
from workers.runner import JobContext, job

PUSHES_KEPT = timedelta(days=2)
"""Longer than any web process stays away; the messages themselves stay for ever."""

EMPTY_THREADS_KEPT = timedelta(days=1)
DRAFTS_KEPT = timedelta(days=1)
"""Alerts that nobody armed; longer than they can be."""

_log = get_logger(__name__)


@job(Job.TIDY_CONVERSATIONS)
async def tidy(context: JobContext) -> None:
    """Delete pushes that everybody has read, threads in which nobody ever wrote, and drafts of alerts
    that nobody armed."""
    now = context.clock.now()
    async with context.database.system() as session:
        pushes = await delete_old_pushes(session, before=now - PUSHES_KEPT)
        members = await list_member_ids(session)
    threads = drafts = 0
    for member in members:
        async with context.database.member(member) as session:
            threads += await delete_empty_threads(session, before=now - EMPTY_THREADS_KEPT)
            drafts += await delete_old_drafts(session, before=now - DRAFTS_KEPT)
    _log.info("conversations.tidied", pushes=pushes, threads=threads, drafts=drafts)
