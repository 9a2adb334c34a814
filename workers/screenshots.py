"""Housekeeping of screenshots."""

from app.core.jobs import Job
from app.infra.telemetry import get_logger
from app.screenshots.service import delete_expired
from app.users.service import list_member_ids
from workers.runner import JobContext, job

_log = get_logger(__name__)


@job(Job.EXPIRE_SCREENSHOTS)
async def expire(context: JobContext) -> None:
    """Delete the pictures whose time is over."""
    now = context.clock.now()
    async with context.database.system() as session:
        members = await list_member_ids(session)
    deleted = 0
    for member in members:
        async with context.database.member(member) as session:
            deleted += await delete_expired(session, now=now)
    _log.info("screenshots.expired", deleted=deleted)
