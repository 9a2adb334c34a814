"""Waiting to lead, leading, and stopping at once when somebody else does.

Decided: a database that hangs is left alone rather than waited for, cancelled questions included:
whoever could not renew in time stops, however long an answer takes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from app.core.errors import ProviderUnavailable
from app.infra.running import end
from app.infra.telemetry import get_logger
from app.market.streaming.lease import LOST_SECONDS, RENEW_SECONDS, Lease

LOOK_SECONDS = 0.75
"""How often one that waits looks whether it may lead."""

ASK_SECONDS = 1.0
"""The least that an answer is waited for: who was held up itself may well lead still."""

T = TypeVar("T")
_log = get_logger(__name__)


async def lead(lease: Lease, work: Callable[[int], Awaitable[None]]) -> None:
    """Do `work` in the epoch of the lease whenever, and only while, it is ours; for ever.

    Work stops when the lease could not be renewed in time: by then another may hold it.
    """
    try:
        while True:
            asked = asyncio.get_running_loop().time()
            epoch = await _take(lease)
            if epoch is None:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            _log.info("leading the feed", epoch=epoch)
            working = asyncio.ensure_future(work(epoch))
            try:
                await _hold(lease, epoch, working, since=asked)
            finally:
                await end([working])
            _log.warning("no longer leading the feed", epoch=epoch)
    finally:
        try:
            await _in_time(lease.leave(), LOST_SECONDS)
        except ProviderUnavailable:
            _log.info("the lease runs out by itself")


async def _hold(lease: Lease, epoch: int, working: "asyncio.Future[None]", *, since: float) -> None:
    """Renew until it is no longer ours, or the work is over, which it never should be."""
    loop, renewed = asyncio.get_running_loop(), since
    while (left := renewed + LOST_SECONDS - loop.time()) > 0:
        await asyncio.wait({working}, timeout=min(RENEW_SECONDS, left))
        if working.done():
            working.result()
            return
        asked = loop.time()
        try:
            held = await _in_time(lease.take(), max(renewed + LOST_SECONDS - asked, ASK_SECONDS))
        except ProviderUnavailable as error:
            _log.warning("the lease cannot be renewed", reason=error.message)
            continue
        if held != epoch:
            return
        renewed = asked


async def _take(lease: Lease) -> int | None:
    try:
        return await _in_time(lease.take(), LOST_SECONDS)
    except ProviderUnavailable as error:
        _log.warning("the lease cannot be asked for", reason=error.message)
        return None


async def _in_time(question: Coroutine[Any, Any, T], seconds: float) -> T:
    """The answer, if it comes in time; a question that is given up ends by itself."""
    asking = asyncio.ensure_future(question)
    try:
        await asyncio.wait({asking}, timeout=max(0.0, seconds))
        if asking.done():
            return asking.result()
    finally:
        if not asking.done():
            asking.add_done_callback(_forgotten)
            asking.cancel()
    raise ProviderUnavailable("The database did not answer in time.")


def _forgotten(asking: "asyncio.Future[Any]") -> None:
    """Nobody waits for what became of it; asyncio would complain of an error unseen."""
    if not asking.cancelled():
        asking.exception()
