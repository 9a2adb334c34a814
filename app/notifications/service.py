"""Notes go in here, in the transaction of whatever they tell about.

Decided: `enqueue` writes rows and nothing else, so a note exists if and only if the event does. Who
commits may then wake the workers; where that is lost, a sweep finds the rows. A session speaks for
one member.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import InvalidInput
from app.notifications import repository
from app.notifications.models import Enqueued, Note
from app.notifications.quiet import quiet_until
from app.notifications.wording import TEXT_LENGTH, one_line, plain

_LONGEST_KEY = 200


async def enqueue(session: AsyncSession, note: Note, *, now: datetime) -> Enqueued:
    """Store `note` with one delivery for each channel that the member chose for its kind.

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
    chosen = [
        channel
        for channel in await repository.list_channels(session)
        if channel.is_on and preferences.wants(note.kind, channel.id)
    ]
    until = quiet_until(preferences.quiet, preferences.zone, now)
    deliveries = await repository.insert_deliveries(session, key, chosen, held_until=until, now=now)
    return Enqueued(deliveries, () if until else tuple(each.id for each in chosen))
