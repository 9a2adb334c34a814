"""Notes go in here, in the transaction of whatever they tell about.

Decided: `enqueue` writes rows and nothing else, so a note exists if and only if the event does. Who
commits may then wake the workers (`hand_over`); where that is lost, a sweep finds the rows. A session speaks for
one member.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import InvalidInput
from app.core.jobs import Job
from app.infra.queue import JobQueue
from app.notifications import repository
from app.notifications.models import Enqueued, Note
from app.notifications.quiet import quiet_until
from app.notifications.wording import TEXT_LENGTH, one_line, plain

_LONGEST_KEY = 200


async def enqueue(session: AsyncSession, note: Note, *, now: datetime) -> Enqueued:
    """Store `note` with one delivery for each channel that the member chose for its kind, or that
    it names itself if one of those is on.

    Nothing is sent before the transaction commits, and nothing is committed here. In quiet hours
    the deliveries wait for their end. The same `key` again stores and tells nothing.
    """
    if not 1 <= len(note.key) <= _LONGEST_KEY:
        raise InvalidInput("The key of a notification has 1 to 200 characters.")
    preferences = await repository.find_preferences(session)
    short = replace(note, title=one_line(note.title), text=plain(note.text, TEXT_LENGTH))
    key = await repository.insert_note(session, short, now)
    if key is None:
        return Enqueued()
    chosen = note.goes_to(await repository.list_channels(session), preferences)
    until = quiet_until(preferences.quiet, preferences.zone, now)
    deliveries = await repository.insert_deliveries(session, key, chosen, held_until=until, now=now)
    return Enqueued(deliveries, () if until else tuple(each.id for each in chosen))


async def hand_over(queue: JobQueue, member_id: UUID, enqueued: Enqueued) -> None:
    """Wake the workers for what was stored; after the commit. `ProviderUnavailable` if the queue
    does not answer; then, as after a kill in between, the sweep finds the rows."""
    if enqueued.due:
        due = [[str(member_id), str(channel)] for channel in enqueued.due]
        await queue.enqueue(Job.DELIVER_NOTIFICATIONS, due=due)
