"""Signals from outside, told once they are stored."""

from uuid import UUID

from app.core.errors import ProviderUnavailable
from app.core.jobs import Job
from app.infra.telemetry import get_logger
from app.notifications.models import Enqueued, Kind, Note
from app.notifications.service import enqueue, hand_over
from app.scanner import signal_keeping
from workers.runner import JobContext, job
from workers.signal_messages import post

TOLD = 10
"""Signals of one message."""
AT_ONCE = 200
"""Members of one run of the job; the rest is due at the next."""

_log = get_logger(__name__)


@job(Job.TELL_SIGNALS, retries=0)
async def tell_signals(context: JobContext) -> None:
    """Tell what came and was not told. Whoever stored it asks for this; the beat asks again for what
    was stored by somebody who was killed before asking."""
    async with context.database.system() as session:
        members = await signal_keeping.waiting(session, limit=AT_ONCE)
    for member_id in members:
        while await _tell(context, member_id):
            pass


async def _tell(context: JobContext, member_id: UUID) -> bool:
    """One message of what is waiting; whether there was any. The marks, the message and the note are
    one transaction."""
    now = context.clock.now()
    async with context.database.member(member_id) as session:
        sent = await signal_keeping.take_untold(session, now, limit=TOLD)
        if not sent:
            return False
        message = await post(session, member_id, sent, market=context.market, now=now)
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


async def _hand_over(context: JobContext, member_id: UUID, enqueued: Enqueued) -> None:
    if context.queue is None:
        return
    try:
        await hand_over(context.queue, member_id, enqueued)
    except ProviderUnavailable as error:
        _log.warning("signals.left_to_the_sweep", reason=error.message)
