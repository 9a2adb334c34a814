"""What a failure of a job means to the queue."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime

import pytest
from celery import Celery, Task

from app.core.clock import FrozenClock
from app.core.errors import CoachError, InvalidInput, ProviderUnavailable
from app.infra.db.database import Database
from app.market.providers.simulated import SimulatedMarket
from workers.runner import RUNNER, JobContext, ProcessRunner, attempt

Do = Callable[..., Awaitable[None]]


@pytest.fixture
def runner(now: datetime) -> Iterator[ProcessRunner]:
    def open_context() -> JobContext:
        return JobContext(
            Database("postgresql://nowhere/none"), FrozenClock(now), SimulatedMarket(seed=7)
        )

    RUNNER.prepare(open_context)
    yield RUNNER
    RUNNER.close()


def _do(work: Do) -> str:
    """The state Celery gives a job that does `work`, after its retries."""
    application = Celery(set_as_current=False)

    def run(task: Task) -> None:
        attempt(task, work, {})

    task = application.task(bind=True, max_retries=2, shared=False)(run)
    return str(task.apply().state)


def test_a_job_finds_its_clock_and_payload(runner: ProcessRunner, now: datetime) -> None:
    seen: list[object] = []

    async def work(context: JobContext, symbol: str) -> None:
        seen.extend((context.clock.now(), symbol))

    runner.run(work, {"symbol": "SPX"})
    assert seen == [now, "SPX"]


def test_jobs_of_a_process_share_one_loop_and_one_context(runner: ProcessRunner) -> None:
    seen: set[int] = set()

    async def work(context: JobContext) -> None:
        seen.add(id(asyncio.get_running_loop()) ^ id(context.database))

    runner.run(work, {})
    runner.run(work, {})
    assert len(seen) == 1


def test_a_provider_that_does_not_answer_is_tried_again(runner: ProcessRunner) -> None:
    runs: list[int] = []

    async def work(_: JobContext) -> None:
        runs.append(1)
        if len(runs) < 3:
            raise ProviderUnavailable("no answer")

    assert _do(work) == "SUCCESS"
    assert len(runs) == 3


def test_a_provider_that_never_answers_is_a_failure(runner: ProcessRunner) -> None:
    async def work(_: JobContext) -> None:
        raise ProviderUnavailable("no answer")

    assert _do(work) == "FAILURE"


@pytest.mark.parametrize("error", [InvalidInput("no"), CoachError("no")])
def test_a_job_that_makes_no_sense_is_dropped_after_one_try(
    runner: ProcessRunner, error: CoachError
) -> None:
    runs: list[int] = []

    async def work(_: JobContext) -> None:
        runs.append(1)
        raise error

    assert _do(work) == "SUCCESS"
    assert len(runs) == 1


def test_a_bug_is_a_failure(runner: ProcessRunner) -> None:
    async def work(_: JobContext) -> None:
        raise ZeroDivisionError

    assert _do(work) == "FAILURE"
