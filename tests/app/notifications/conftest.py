"""A member with something to be told, and receivers that take it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.conversations import service as conversations
from app.conversations.models import Role, StoredMessage
from app.core.ids import new_id
from app.infra.db.database import Database
from app.notifications import channels, repository, service
from app.notifications.courier import Courier
from app.notifications.delivering import deliver_channel
from app.notifications.equipping import Equipment, equip
from app.notifications.models import Channel, ChannelKind, Kind, Note
from app.notifications.providers.mail import MailServer
from app.notifications.tables import DeliveryRow
from tests.app.notifications.receivers import MailHost, Receiver, mail_host, receiving

SAID = "**SPX** [5,930.20](#A1) touched PDH ([5,930](#A2)) for the 3rd time today."


@pytest.fixture
async def message(database: Database, ada: UUID, now: datetime) -> StoredMessage:
    """What the coach said in a conversation of Ada's."""
    return await said(database, ada, now)


async def said(database: Database, member: UUID, now: datetime) -> StoredMessage:
    async with database.member(member) as session:
        thread = await conversations.create_thread(session, now=now, title="Alerts")
        stored = StoredMessage(
            id=new_id(), thread_id=thread.id, role=Role.COACH, content=SAID, created_at=now
        )
        await conversations.append_coach_message(session, stored)
    return stored


@pytest.fixture
def note(message: StoredMessage) -> Callable[[str], Note]:
    """A note about that message by its key."""

    def make(key: str = "firing 1") -> Note:
        return Note(
            kind=Kind.ALERT,
            key=key,
            title=f"SPX at PDH, {key}",
            text=message.content,
            thread_id=message.thread_id,
            message_id=message.id,
        )

    return make


@dataclass(slots=True)
class MovingClock:
    """A clock that a test moves on."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def wall(now: datetime) -> MovingClock:
    return MovingClock(now)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def post_office() -> AsyncIterator[MailHost]:
    async with mail_host() as opened:
        yield opened


@pytest.fixture
async def courier(
    wall: MovingClock, receiver: Receiver, post_office: MailHost
) -> AsyncIterator[Courier]:
    """A courier whose vendors are the receiver."""
    opened = equip(equipment(receiver, post_office), wall)
    yield opened
    await opened.close()


def equipment(receiver: Receiver, post_office: MailHost) -> Equipment:
    return Equipment(
        secret="a secret of the house",
        vapid_key="yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
        contact="mailto:house@example.com",
        address="https://coach.example",
        is_open=True,
        telegram_url=receiver.url,
        discord_url=receiver.url,
        slack_url=receiver.url,
        mail=MailServer(
            host="127.0.0.1",
            port=post_office.port,
            security="none",
            sender="Coach <coach@example.com>",
        ),
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What a test of deliveries works with: one member's channels and notes."""

    database: Database
    courier: Courier
    wall: MovingClock
    member: UUID
    note: Callable[[str], Note]

    async def add(self, kind: ChannelKind, **given: str) -> Channel:
        """A confirmed channel."""
        async with self.database.member(self.member) as session:
            wanted = channels.Wanted(kind, given)
            added = await channels.add(session, wanted, self.courier, now=self.wall.now())
            await repository.set_channel(session, added.channel.id, confirmed_at=self.wall.now())
        return added.channel

    async def tell(self, *keys: str) -> None:
        """Store a note for each key."""
        async with self.database.member(self.member) as session:
            for key in keys:
                await service.enqueue(session, self.note(key), now=self.wall.now())

    async def deliver(self, channel: Channel) -> int:
        due = (self.member, channel.id)
        return await deliver_channel(self.database, self.courier, due, self.wall)

    async def rows(self) -> list[DeliveryRow]:
        async with self.database.member(self.member) as session:
            return list(await session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)))

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def channel(self, channel: Channel) -> Channel:
        async with self.database.member(self.member) as session:
            return (await channels.get(session, channel.id))[0]


@pytest.fixture
def desk(
    database: Database,
    courier: Courier,
    wall: MovingClock,
    ada: UUID,
    note: Callable[[str], Note],
) -> Desk:
    return Desk(database, courier, wall, ada, note)
