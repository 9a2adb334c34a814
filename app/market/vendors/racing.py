"""Questions to several vendors at once, of which the first answer counts."""

import asyncio
from typing import TypeVar

from app.core.errors import CoachError, NotFound, ProviderUnavailable

T = TypeVar("T")


async def winner_of(
    racing: "dict[asyncio.Task[T], str]", failures: dict[str, CoachError], seconds: float | None
) -> "asyncio.Task[T] | None":
    """The first to answer within `seconds`; whoever fails meanwhile leaves the race."""
    ends = None if seconds is None else asyncio.get_running_loop().time() + seconds
    while racing:
        left = None if ends is None else max(0.0, ends - asyncio.get_running_loop().time())
        done, _ = await asyncio.wait(racing, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return None
        for task in done:
            error = task.exception()
            if error is None:
                return task
            if not isinstance(error, NotFound | ProviderUnavailable):
                raise error
            failures.setdefault(racing.pop(task), error)
    return None


async def leave(racing: "dict[asyncio.Task[T], str]") -> None:
    """Wait for nobody any more. What a vendor was asked goes on behind its memory."""
    for task in racing:
        task.cancel()
    await asyncio.gather(*racing, return_exceptions=True)
    racing.clear()
