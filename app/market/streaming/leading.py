"""Waiting to lead, leading, and stopping at once when somebody else does."""

import asyncio
from collections.abc import Awaitable, Callable

from app.core.errors import ProviderUnavailable
from app.infra.telemetry import get_logger
from app.market.streaming.lease import LOST_SECONDS, RENEW_SECONDS, Lease

LOOK_SECONDS = 0.75
"""How often one that waits looks whether it may lead."""

_log = get_logger(__name__)


async def lead(lease: Lease, work: Callable[[int], Awaitable[None]]) -> None:
    """Do `work` in the epoch of the lease whenever, and only while, it is ours; for ever.

    Work stops when the lease could not be renewed in time: by then another may hold it.
    """
    try:
        while True:
            epoch = await _take(lease)
            if epoch is None:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            _log.info("leading the feed", epoch=epoch)
            working = asyncio.ensure_future(work(epoch))
            try:
                await _hold(lease, epoch, working)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
            _log.warning("no longer leading the feed", epoch=epoch)
    finally:
        try:
            await lease.leave()
        except ProviderUnavailable:
            _log.info("the lease runs out by itself")


async def _hold(lease: Lease, epoch: int, working: "asyncio.Future[None]") -> None:
    """Renew until it is no longer ours, or the work is over, which it never should be."""
    loop = asyncio.get_running_loop()
    renewed = loop.time()
    while loop.time() - renewed < LOST_SECONDS:
        await asyncio.wait({working}, timeout=RENEW_SECONDS)
        if working.done():
            working.result()
            return
        held = await _take(lease)
        if held == epoch:
            renewed = loop.time()
        elif held is not None or await _is_answering(lease):
            return


async def _take(lease: Lease) -> int | None:
    try:
        return await lease.take()
    except ProviderUnavailable as error:
        _log.warning("the lease cannot be asked for", reason=error.message)
        return None


async def _is_answering(lease: Lease) -> bool:
    """Whether the database said no, rather than nothing."""
    try:
        return await lease.take() is None
    except ProviderUnavailable:
        return False
