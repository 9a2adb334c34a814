"""How a Celery task runs our async code.

Decided: one event loop and one small pool of connections per worker process, made after the fork
and kept, so that a task costs no connect. What a failure means is decided here, once: a provider
that does not answer is tried again later, a request that makes no sense is dropped with a word in
the log, and everything else is a bug that Celery reports.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec

from celery import Task, shared_task
from celery.signals import worker_process_shutdown

from app.core.clock import Clock
from app.core.errors import CoachError, ProviderUnavailable
from app.core.jobs import Job
from app.infra.db.database import Database
from app.infra.queue import LONGEST_JOB_SECONDS, JobQueue
from app.infra.telemetry import get_logger
from app.macro.source import MacroSource, NoSource
from app.market.protocol import MarketData
from app.notifications.courier import Courier

_FIRST_PAUSE_SECONDS = 2
_LONGEST_PAUSE_SECONDS = 300
_log = get_logger(__name__)

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job works with. `clock` is the real one, by which things are due; `market_clock` tells the
    market's present where that is another, as on a simulated market; `watched` are the symbols that are kept ready for everybody; `macro` knows rates; `courier`
    carries notifications out, `queue` takes further jobs."""

    database: Database
    clock: Clock
    market: MarketData
    watched: tuple[str, ...] = ()
    macro: MacroSource = field(default_factory=NoSource)
    courier: Courier | None = None
    queue: JobQueue | None = None
    market_clock: Clock | None = None

    @property
    def present(self) -> datetime:
        """The market's: what is looked at is looked at as of then."""
        return (self.market_clock or self.clock).now()


Work = Callable[Concatenate[JobContext, P], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    loop: asyncio.Runner
    context: JobContext


class ProcessRunner:
    """The loop and the connections of this process, made when the first job needs them."""

    def __init__(self) -> None:
        self._open: Callable[[], JobContext] | None = None
        self._process: _Process | None = None

    def prepare(self, open_context: Callable[[], JobContext]) -> None:
        """How to make a context; nothing is opened before the first job."""
        self._open = open_context

    def run(self, work: Callable[..., Awaitable[None]], payload: Mapping[str, Any]) -> None:
        """Do one job to its end, for at most ten minutes."""
        process = self._here()

        async def in_time() -> None:
            async with asyncio.timeout(LONGEST_JOB_SECONDS):
                await work(process.context, **payload)

        process.loop.run(in_time())

    def close(self) -> None:
        """Give the connections back and end the loop, if this process has them."""
        process, self._process = self._process, None
        if process is not None and process.pid == os.getpid():
            process.loop.run(process.context.market.close())
            process.loop.run(process.context.database.close())
            process.loop.run(_close_rest(process.context))
            process.loop.close()

    def _here(self) -> _Process:
        # What a parent opened before the fork is not this process's to use.
        if self._process is None or self._process.pid != os.getpid():
            if self._open is None:
                raise RuntimeError("the worker was not prepared: import workers.main")
            self._process = _Process(os.getpid(), asyncio.Runner(), self._open())
        return self._process


async def _close_rest(context: JobContext) -> None:
    for each in (context.courier, context.queue):
        if each is not None:
            await each.close()


RUNNER = ProcessRunner()


def job(name: Job, *, retries: int = 5) -> Callable[[Work[P]], Work[P]]:
    """Register an async function as the task of `name`; it stays callable as itself.

    `retries` is how often it is tried again when a provider does not answer.
    """

    def register(work: Work[P]) -> Work[P]:
        def run(task: Task, **payload: Any) -> None:
            attempt(task, work, payload)

        run.__doc__ = work.__doc__
        shared_task(name=name.value, bind=True, max_retries=retries)(run)
        return work

    return register


def attempt(task: Task, work: Callable[..., Awaitable[None]], payload: Mapping[str, Any]) -> None:
    """Run `work` and turn its failure into what the queue does next."""
    try:
        RUNNER.run(work, payload)
    except ProviderUnavailable as error:
        raise task.retry(exc=error, countdown=_pause(task.request.retries)) from error
    except CoachError as error:
        _log.warning("job.dropped", job=task.name, code=error.code, reason=error.message)


def _pause(retries: int) -> int:
    return min(_FIRST_PAUSE_SECONDS << retries, _LONGEST_PAUSE_SECONDS)


def _close(**_: object) -> None:
    RUNNER.close()


worker_process_shutdown.connect(_close)
