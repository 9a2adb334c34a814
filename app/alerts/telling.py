"""What has fired is told: the firing, the message in the conversation and the notes for the other
channels, in one transaction.

Decided: whoever watches makes the transaction and this adds to it, so that a firing is stored if and
only if it is told, and the watch knows that it has fired. What fires together for one conversation and
the same channels is one message. A firing that was stored before is not told again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import repository
from app.alerts.channels import channels_of, unreached
from app.alerts.models import Alert, Status
from app.alerts.monitor_path import moment
from app.alerts.monitor_store import Overtaken, speak_for
from app.alerts.surroundings import Surroundings
from app.alerts.tables import FiringRow
from app.alerts.triggers import Firing
from app.conversations import service as conversations
from app.conversations.models import StoredMessage
from app.conversations.unasked import Place, take_place
from app.grounding.ledger import Speaker
from app.notifications.models import Kind, Note
from app.notifications.repository import list_channels
from app.notifications.service import enqueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """An alert of `member_id` that has gone off; `is_last` if it rests from now on."""

    member_id: UUID
    firing: Firing
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """An alert as it is after its firing, ready to be put into words; `unreached` says which of the
    channels it names cannot be told."""

    alert: Alert
    firing: Firing
    unreached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message as it is stored, its `title` for a notification, and the `figures` of each firing."""

    message: StoredMessage
    title: str
    bodies: Sequence[dict[str, Any]]


Due = tuple[UUID, UUID]
"""A member and a channel of theirs that has something to deliver."""


class Writer(Protocol):
    """Puts what fired together into a message with its cards."""

    def write(
        self, fired: Sequence[Fired], around: Surroundings | None, place: Place, now: datetime
    ) -> Written: ...


async def tell(
    session: AsyncSession,
    going: Iterable[Going],
    around: Surroundings | None,
    writer: Writer,
    *,
    now: datetime,
) -> tuple[Due, ...]:
    """Tell all of it. What a worker may be woken for once it is committed.

    `Overtaken` where a member has dropped or snoozed one of them meanwhile.
    """
    due: list[Due] = []
    by_member = sorted(going, key=lambda each: (each.member_id, each.firing.alert))
    for member_id, theirs in groupby(by_member, key=lambda each: each.member_id):
        await speak_for(session, member_id)
        channels = await _tell_member(session, list(theirs), around, writer, now)
        due += [(member_id, channel) for channel in channels]
    return tuple(dict.fromkeys(due))


async def _tell_member(
    session: AsyncSession,
    going: Sequence[Going],
    around: Surroundings | None,
    writer: Writer,
    now: datetime,
) -> list[UUID]:
    fired: list[Fired] = []
    for each in going:
        alert = await repository.find_alert(session, each.firing.alert, lock=True)
        if alert is None or alert.status is not Status.ARMED:
            raise Overtaken("An alert was changed meanwhile.")
        if alert.fired < each.firing.sequence:
            counted = await _count(session, alert, each, now)
            fired.append(Fired(alert=counted, firing=each.firing))
    due: list[UUID] = []
    for _, together in groupby(sorted(fired, key=_address), key=_address):
        due += await _post(session, list(together), around, writer, now)
    return due


def _address(fired: Fired) -> tuple[str, str]:
    """The conversation and the channels that are told."""
    return str(fired.alert.thread_id), str(channels_of(fired.alert.terms))


async def _count(session: AsyncSession, alert: Alert, going: Going, now: datetime) -> Alert:
    counted = replace(
        alert,
        status=Status.FIRED if going.is_last else Status.ARMED,
        fired=going.firing.sequence,
        fired_at=moment(going.firing.at),
    )
    await repository.set_alert(
        session,
        alert.id,
        now=now,
        status=counted.status.value,
        fired=counted.fired,
        fired_at=counted.fired_at,
    )
    return counted


async def _post(
    session: AsyncSession,
    fired: Sequence[Fired],
    around: Surroundings | None,
    writer: Writer,
    now: datetime,
) -> tuple[UUID, ...]:
    alert = fired[0].alert
    place = await take_place(
        session, Speaker.ALERTS, member_id=alert.member_id, thread_id=alert.thread_id, now=now
    )
    off = unreached(alert.terms, await list_channels(session))
    told = [replace(each, unreached=off) for each in fired]
    written = writer.write(told, around, place, now)
    for each, body in zip(fired, written.bodies, strict=True):
        await _store(session, each.firing, body, place, now)
    await conversations.post_from_worker(session, written.message)
    note = Note(
        kind=Kind.ALERT,
        key=f"firing {fired[0].firing.id}",
        title=written.title,
        text=written.message.content,
        thread_id=place.thread_id,
        message_id=place.message_id,
        only=channels_of(alert.terms),
    )
    return (await enqueue(session, note, now=now)).due


async def _store(
    session: AsyncSession, firing: Firing, body: dict[str, Any], place: Place, now: datetime
) -> None:
    await session.execute(
        insert(FiringRow).values(
            id=firing.id,
            alert_id=firing.alert,
            sequence=firing.sequence,
            at=moment(firing.at),
            told_at=now,
            is_late=firing.is_late,
            body=body,
            thread_id=place.thread_id,
            message_id=place.message_id,
        )
    )
