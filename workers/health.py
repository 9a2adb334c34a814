"""The worker's sign of life."""

from app.core.jobs import Job
from app.infra.heartbeats import record_heartbeat
from workers.runner import JobContext, job

PROCESS = "worker"


@job(Job.BEAT, retries=0)
async def beat(context: JobContext) -> None:
    """Note that beat, queue, worker and database work together; the next one is never far."""
    async with context.database.system() as session:
        await record_heartbeat(session, PROCESS, at=context.clock.now())
