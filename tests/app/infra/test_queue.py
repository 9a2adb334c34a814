"""Enqueuing by name, with and without workers behind it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from app.core.errors import ProviderUnavailable
from app.core.jobs import Job
from app.infra.queue import CeleryQueue, InProcessQueue


async def test_the_in_process_twin_does_the_job_beside_its_caller() -> None:
    done: list[dict[str, Any]] = []
    may_go_on = asyncio.Event()

    async def tidy(**payload: Any) -> None:
        await may_go_on.wait()
        done.append(payload)

    queue = InProcessQueue({Job.TIDY_CONVERSATIONS: tidy})
    await queue.enqueue(Job.TIDY_CONVERSATIONS, symbols=("SPX", "DIA"))
    assert done == []
    may_go_on.set()
    await queue.close()

    assert done == [{"symbols": ["SPX", "DIA"]}]


async def test_a_payload_that_cannot_travel_fails_where_it_is_sent() -> None:
    async def tidy(**_: Any) -> None:
        raise AssertionError("it must not get this far")

    queue = InProcessQueue({Job.TIDY_CONVERSATIONS: tidy})
    with pytest.raises(TypeError):
        await queue.enqueue(Job.TIDY_CONVERSATIONS, member=uuid4())


async def test_a_job_that_fails_in_process_is_logged_and_hurts_nobody() -> None:
    async def tidy() -> None:
        raise ZeroDivisionError

    queue = InProcessQueue({Job.TIDY_CONVERSATIONS: tidy})
    with capture_logs() as logs:
        await queue.enqueue(Job.TIDY_CONVERSATIONS)
        await queue.close()

    assert [(line["event"], line["job"]) for line in logs] == [("job.failed", "conversations.tidy")]


async def test_a_queue_that_does_not_answer_is_a_failure_and_says_so() -> None:
    queue = CeleryQueue("redis://127.0.0.1:9/0")
    with pytest.raises(ProviderUnavailable, match="does not answer"):
        await queue.enqueue(Job.BEAT)
    await queue.close()
