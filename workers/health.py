"""The worker's sign of life, and its end when it could give none."""

from typing import Any

from celery.worker import state

from app.core.jobs import Job
from app.infra.heartbeats import INTERVAL_SECONDS, record_heartbeat
from workers.runner import JobContext, job

PROCESS = "worker"

_EXIT_FAILURE = 1


@job(Job.BEAT, retries=0)
async def beat(context: JobContext) -> None:
    """Note that beat, queue, worker and database work together; the next one is never far."""
    async with context.database.system() as session:
        await record_heartbeat(session, PROCESS, at=context.clock.now())


def watch_beat(consumer: Any) -> None:
    """From now on, stop the worker if the beat inside it dies: Celery itself would not notice.

    Jobs in hand are finished; whoever supervises the worker starts both anew.
    """
    clock = consumer.controller.beat
    if clock is not None:
        consumer.timer.call_repeatedly(INTERVAL_SECONDS, _stop_without, [clock])


def _stop_without(clock: Any) -> None:
    if not clock.is_alive():
        state.should_stop = _EXIT_FAILURE
