"""Answers that are awaited for so long and no longer."""

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any, TypeVar

from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol

Answer = TypeVar("Answer")


async def answered(found: Awaitable[Answer], seconds: float | None) -> Answer:
    """`ProviderUnavailable` once the time is over; None waits for ever."""
    try:
        async with asyncio.timeout(seconds):
            return await found
    except TimeoutError as error:
        raise ProviderUnavailable("What is asked for could not be read in time.") from error


async def finished(
    asked: Mapping[Symbol, Coroutine[Any, Any, Answer]], seconds: float | None
) -> dict[Symbol, Answer]:
    """What was answered in time; the rest is given up."""
    tasks = {symbol: asyncio.create_task(each) for symbol, each in asked.items()}
    try:
        if tasks:
            await asyncio.wait(tasks.values(), timeout=seconds)
        return {symbol: task.result() for symbol, task in tasks.items() if task.done()}
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
