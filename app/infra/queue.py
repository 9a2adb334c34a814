"""Handing work to the workers, by name.

Decided: whoever enqueues knows a name out of `core.jobs` and nothing of the workers. Delivery is at
least once: a worker that dies gives its job back, so every job can be done twice without harm.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from celery import Celery
from kombu.exceptions import OperationalError
from typing_extensions import override

from app.core.errors import ProviderUnavailable
from app.core.jobs import Job
from app.infra.telemetry import get_logger

LONGEST_JOB_SECONDS = 600
"""No job runs longer; the queue waits a little more before it gives a dead worker's job away."""

BROKER_OPTIONS = {
    "visibility_timeout": LONGEST_JOB_SECONDS + 60,
    # By default lost jobs are looked for only every hundredth second.
    "unacked_restore_throttle": 1,
}


def client_url(url: str) -> str:
    """The same server for Redis' own client, which spells a Unix socket otherwise than Celery."""
    return url.replace("redis+socket://", "unix://", 1)


_RETRIES = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2}
_log = get_logger(__name__)


class JobQueue(Protocol):
    """Takes jobs for later. The payload is JSON: ids, not objects."""

    async def enqueue(self, job: Job, **payload: Any) -> None:
        """Hand the job over; `ProviderUnavailable` if the queue does not answer."""
        ...

    async def close(self) -> None: ...


class CeleryQueue(JobQueue):
    """Jobs for the worker processes, through Valkey or Redis."""

    def __init__(self, url: str) -> None:
        self._celery = Celery(
            "coach.queue", broker=url, set_as_current=False, task_ignore_result=True
        )
        self._celery.conf.broker_transport_options = {**BROKER_OPTIONS, "socket_timeout": 5}

    @override
    async def enqueue(self, job: Job, **payload: Any) -> None:
        await asyncio.to_thread(self._send, job, payload)

    @override
    async def close(self) -> None:
        await asyncio.to_thread(self._celery.close)

    def _send(self, job: Job, payload: Mapping[str, Any]) -> None:
        try:
            self._celery.send_task(job.value, kwargs=payload, retry=True, retry_policy=_RETRIES)
        except OperationalError as error:
            raise ProviderUnavailable("The job queue does not answer; try again.") from error


class InProcessQueue(JobQueue):
    """The same without workers: jobs run at once beside whoever enqueues them."""

    def __init__(self, handlers: Mapping[Job, Callable[..., Awaitable[None]]]) -> None:
        self._handlers = handlers
        self._running: set[asyncio.Task[None]] = set()

    @override
    async def enqueue(self, job: Job, **payload: Any) -> None:
        # Through JSON like the real queue, so that a payload that cannot travel fails here too.
        arguments = json.loads(json.dumps(payload))
        running = asyncio.create_task(self._run(job, arguments), name=job.value)
        self._running.add(running)
        running.add_done_callback(self._finish)

    @override
    async def close(self) -> None:
        """Wait for what is running."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, job: Job, arguments: Mapping[str, Any]) -> None:
        await self._handlers[job](**arguments)

    def _finish(self, done: "asyncio.Task[None]") -> None:
        self._running.discard(done)
        if not done.cancelled() and (failure := done.exception()) is not None:
            _log.error("job.failed", job=done.get_name(), exc_info=failure)
