"""An alert that cannot be worked out is said to whom it belongs, once for each arming.

Decided: it stays armed and is tried again, because what breaks may be mended while it rests; whoever
counts on it must know all the same that nobody looks at it meanwhile.
"""

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import repository
from app.alerts.channels import channels_of
from app.alerts.models import Status, Watch, is_book
from app.alerts.monitor_store import speak_for
from app.alerts.telling import Due
from app.conversations import service as conversations
from app.conversations.models import Role, StoredMessage
from app.conversations.unasked import take_place
from app.grounding.ledger import Speaker
from app.notifications.models import Kind, Note
from app.notifications.service import enqueue

_TITLE = "An alert cannot be worked out"


async def say_aside(session: AsyncSession, watch: Watch, *, now: datetime) -> tuple[Due, ...]:
    """Post it in the conversation of the alert. What a worker may be woken for once it is committed;
    nothing where it was said before, or is armed no longer."""
    await speak_for(session, watch.member_id)
    alert = await repository.find_alert(session, watch.alert_id)
    if alert is None or alert.status is not Status.ARMED:
        return ()
    place = await take_place(
        session, Speaker.ALERTS, member_id=watch.member_id, thread_id=alert.thread_id, now=now
    )
    about = "on what you hold" if is_book(watch.symbol) else f"on {watch.symbol}"
    message = StoredMessage(
        id=uuid5(NAMESPACE_OID, f"{watch.alert_id}/{watch.armed}/aside"),
        thread_id=place.thread_id,
        role=Role.COACH,
        content=f"One of your alerts {about} cannot be worked out at the moment: something in it fails "
        "here. It stays armed and is tried again every quarter of an hour, but is not watched in "
        "between. Your other alerts are watched as ever.",
        created_at=now,
    )
    if not await conversations.post_from_worker(session, message):
        return ()
    note = Note(
        kind=Kind.ALERT,
        key=f"aside {message.id}",
        title=_TITLE,
        text=message.content,
        thread_id=place.thread_id,
        message_id=message.id,
        only=channels_of(alert.terms),
    )
    due = (await enqueue(session, note, now=now)).due
    return tuple((watch.member_id, channel) for channel in due)
