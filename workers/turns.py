"""One turn of a scan that runs by itself, and what becomes of it where it cannot run.

Decided: whatever goes wrong in one scan ends that turn and nothing else. Who switched a scan off is the
scan itself, by failing turn after turn; its member is told that once, with the reason.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.errors import CoachError, ProviderUnavailable
from app.infra.telemetry import get_logger
from app.notifications.models import Enqueued, Kind, Note
from app.notifications.service import enqueue, hand_over
from app.scanner import turns
from workers.runner import JobContext
from workers.scan_messages import post_stopped
from workers.unasked import without_escapes

SECONDS = 240.0
"""For one scan: of whole markets, on a slow vendor."""
PAUSE = timedelta(minutes=15)
"""Until a provider that does not answer is asked again."""

_OVERDUE = "it took too long each time. Narrow it down to fewer symbols."
_OURS = "something in it goes wrong here each time, which is no fault of yours."

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that was begun. `began` is the real time, which also marks it as the caller's."""

    member_id: UUID
    scan_id: UUID
    began: datetime


async def begin(context: JobContext, member_id: UUID, scan_id: UUID) -> Turn | None:
    """None where it is not due any more, or was given up just now."""
    turn = Turn(member_id, scan_id, context.clock.now())
    async with context.database.member(member_id) as session:
        failed = await turns.begin(session, scan_id, turn.began)
    if failed is None:
        return None
    if failed < turns.MOST_FAILED:
        return turn
    await _fail(context, turn, _OVERDUE)
    return None


async def take(context: JobContext, turn: Turn, run: Awaitable[Enqueued]) -> None:
    """Run it in its time, and end it where it fails. What it tells goes out once it is stored."""
    try:
        async with asyncio.timeout(SECONDS):
            enqueued = await run
    except ProviderUnavailable as error:
        await _put_off(context, turn, error.message)
    except CoachError as error:
        await _fail(context, turn, error.message)
    except TimeoutError:
        await _fail(context, turn, _OVERDUE)
    except Exception:  # noqa: BLE001 - one scan must not end everybody's
        _log.exception("scan.broken", scan_id=str(turn.scan_id))
        await _fail(context, turn, _OURS)
    else:
        await _hand_over(context, turn.member_id, enqueued)


async def _put_off(context: JobContext, turn: Turn, reason: str) -> None:
    _log.warning("scan.put_off", scan_id=str(turn.scan_id), reason=reason)
    async with context.database.member(turn.member_id) as session:
        await turns.put_off(session, turn.scan_id, turn.began, PAUSE)


async def _fail(context: JobContext, turn: Turn, reason: str) -> None:
    _log.warning("scan.not_run", scan_id=str(turn.scan_id), reason=reason)
    now = context.clock.now()
    async with context.database.member(turn.member_id) as session:
        if not await turns.fail(session, turn.scan_id, turn.began, now):
            return
        name, thread_id = await turns.place_of(session, turn.scan_id)
        message = await post_stopped(
            session, turn.member_id, name, thread_id, reason=reason, now=now
        )
        note = Note(
            kind=Kind.OPPORTUNITY,
            key=f"scan {turn.scan_id} stopped {now.isoformat()}",
            title=f"{name}: runs no more",
            text=without_escapes(message.content),
            thread_id=message.thread_id,
            message_id=message.id,
        )
        enqueued = await enqueue(session, note, now=now)
    await _hand_over(context, turn.member_id, enqueued)


async def _hand_over(context: JobContext, member_id: UUID, enqueued: Enqueued) -> None:
    """Where the queue does not answer, the sweep finds what was stored."""
    if context.queue is None:
        return
    try:
        await hand_over(context.queue, member_id, enqueued)
    except ProviderUnavailable as error:
        _log.warning("scan.left_to_the_sweep", reason=error.message)
