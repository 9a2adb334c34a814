"""Work that goes on until it is told to stop, and then stops.

Decided: it is told again until it has stopped. In Python 3.11 a cancellation that meets the end of a
wait inside of a library can be lost with it (`asyncio.wait_for`), and `asyncio.TaskGroup` tells its
tasks once only: a single lost word would keep a process for ever.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from app.infra.telemetry import get_logger

AGAIN_SECONDS = 1.0
"""Long enough for a task to close what it holds; a further word interrupts that too."""

_log = get_logger(__name__)


async def side_by_side(*work: Coroutine[Any, Any, None]) -> None:
    """Do all of it until it is done, or one part fails, which is raised, or this is cancelled; no part
    outlives it."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await end(tasks)
    for task in done:
        task.result()


async def end(tasks: "Iterable[asyncio.Future[Any]]") -> None:
    """Cancel `tasks` and wait until they have ended; what they end with is dropped. Cancelled itself,
    it finishes first: whoever tells it twice must not leave half of them running."""
    told, interrupted = list(tasks), None
    while running := {task for task in told if not task.done()}:
        for task in running:
            task.cancel()
        try:
            _, deaf = await asyncio.wait(running, timeout=AGAIN_SECONDS)
        except asyncio.CancelledError as error:
            interrupted, deaf = error, set()
        for task in deaf:
            _log.warning("told to stop once more", task=repr(task))
    for task in told:
        if not task.cancelled():
            task.exception()
    if interrupted is not None:
        raise interrupted
