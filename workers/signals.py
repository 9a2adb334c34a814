"""Signals from outside, told once they are stored.

Decided: the market is asked before the transaction that tells, and what it does not answer in time is
told without: no symbol and no member may keep the others' signals from being told.
"""

import asyncio
from collections.abc import Iterable, Mapping
from uuid import UUID

from app.core.errors import ProviderUnavailable
from app.core.jobs import Job
from app.core.symbols import Symbol
from app.infra.telemetry import get_logger
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.notifications.models import Enqueued, Kind, Note
from app.notifications.service import enqueue, hand_over
from app.scanner import signal_keeping
from app.scanner.kept import KeptOpportunity
from tools.opportunities import instrument_of
from workers.runner import JobContext, job
from workers.signal_messages import post

TOLD = 10
"""Signals of one message."""
AT_ONCE = 200
"""Members of one run of the job; the rest is due at the next."""
PATIENCE_SECONDS = 10.0
"""For the names of all symbols of a message."""

_log = get_logger(__name__)


@job(Job.TELL_SIGNALS, retries=0)
async def tell_signals(context: JobContext) -> None:
    """Tell what came and was not told. Whoever stored it asks for this; the beat asks again for what
    was stored by somebody who was killed before asking."""
    async with context.database.system() as session:
        members = await signal_keeping.waiting(session, limit=AT_ONCE)
    for member_id in members:
        await _tell_all(context, member_id)


async def _tell_all(context: JobContext, member_id: UUID) -> None:
    try:
        while await _tell(context, member_id):
            pass
    except ProviderUnavailable as error:
        _log.warning("signals.not_told", reason=error.message)
    except Exception:  # noqa: BLE001 - one member's must not end everybody's
        _log.exception("signals.broken", member_id=str(member_id))


async def _tell(context: JobContext, member_id: UUID) -> bool:
    """One message of what is waiting; whether there was any. The marks, the message and the note are
    one transaction."""
    async with context.database.member(member_id) as session:
        waiting = await signal_keeping.untold(session, limit=TOLD)
    known = await _instruments(waiting.values(), context.market)
    now = context.clock.now()
    async with context.database.member(member_id) as session:
        sent = await signal_keeping.take_untold(session, list(waiting), now)
        if not sent:
            return False
        message = await post(session, member_id, sent, known=known, now=now)
        note = Note(
            kind=Kind.OPPORTUNITY,
            key=f"signals {sent[0].id}",
            title="New signal" if len(sent) == 1 else "New signals",
            text=message.content,
            thread_id=message.thread_id,
            message_id=message.id,
        )
        enqueued = await enqueue(session, note, now=now)
    _log.info("signals.told", count=len(sent))
    await _hand_over(context, member_id, enqueued)
    return True


async def _instruments(
    sent: Iterable[KeptOpportunity], market: MarketData
) -> Mapping[Symbol, Instrument]:
    """Those of these symbols that are known in time."""
    known: dict[Symbol, Instrument] = {}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for each in {each.symbol: each for each in sent}.values():
                found = await instrument_of(each, market)
                if found is not None:
                    known[each.symbol] = found
    except TimeoutError:
        _log.warning("signals.told_without_names", known=len(known))
    return known


async def _hand_over(context: JobContext, member_id: UUID, enqueued: Enqueued) -> None:
    if context.queue is None:
        return
    try:
        await hand_over(context.queue, member_id, enqueued)
    except ProviderUnavailable as error:
        _log.warning("signals.left_to_the_sweep", reason=error.message)
