"""An alert that names its channels is told there, in its own transaction, and nowhere else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.alerts import channels, service
from app.alerts.beginning import standing
from app.alerts.drafts import Wish, draft_alert
from app.alerts.models import Alert
from app.alerts.telling import Going, tell
from app.alerts.triggers import Firing
from app.alerts.values import NoBook
from app.conversations import service as conversations
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.providers.simulated import SimulatedMarket
from app.notifications import repository
from app.notifications.models import Channel, ChannelKind, Kind, Preferences
from app.notifications.tables import DeliveryRow, NotificationRow
from app.users.plans import ELITE
from workers.alert_messages import MessageWriter

pytestmark = pytest.mark.database

MARKET = SimulatedMarket()
TELEGRAM, EMAIL, SLACK = ChannelKind.TELEGRAM, ChannelKind.EMAIL, ChannelKind.SLACK
Kinds = tuple[ChannelKind, ...] | None


def channel(kind: ChannelKind, now: datetime, **changes: Any) -> Channel:
    values = {"confirmed_at": now, **changes}
    return Channel(id=new_id(), kind=kind, name="mine", hint="…", created_at=now, **values)


class Street:
    """A member with channels, and alerts that go off at once."""

    def __init__(self, database: Database, member: UUID, now: datetime) -> None:
        self.database, self.member, self.now = database, member, now

    async def has(self, *kinds: ChannelKind) -> dict[ChannelKind, UUID]:
        own = {kind: channel(kind, self.now) for kind in kinds}
        async with self.database.member(self.member) as session:
            for each in own.values():
                await repository.insert_channel(session, each, b"sealed")
        return {kind: each.id for kind, each in own.items()}

    async def armed(self, named: Kinds, level: int = 100) -> Alert:
        wish = Wish(symbol=Symbol("AMD"), condition=f"price hits {level}", channels=named)
        terms = (await draft_alert(wish, market=MARKET, book=NoBook(), at=self.now)).terms
        begins = await standing(terms, market=MARKET, book=NoBook(), at=self.now)
        async with self.database.member(self.member) as session:
            draft = await service.store_draft(
                session, self.member, terms, key=str(new_id()), thread_id=None, now=self.now
            )
            done = await service.arm(
                session, draft.id, draft.fingerprint, begins, plan=ELITE, now=self.now
            )
        return done.alert

    async def fire(self, *alerts: Alert) -> set[UUID]:
        """The channels that are due."""
        at = self.now.timestamp()
        going = [
            Going(
                member_id=self.member,
                firing=Firing(alert=each.id, sequence=1, price=100.0, at=at, number=1),
                is_last=True,
            )
            for each in alerts
        ]
        async with self.database.system() as session:
            due = await tell(session, going, None, MessageWriter(), now=self.now)
        return {each for _, each in due}

    async def told(self) -> dict[str, set[ChannelKind]]:
        """The title of each note, and where it goes."""
        async with self.database.member(self.member) as session:
            notes = {each.id: each.title for each in await session.scalars(select(NotificationRow))}
            rows = (await session.scalars(select(DeliveryRow))).all()
        return {
            title: {ChannelKind(row.channel_kind) for row in rows if row.notification_id == note}
            for note, title in notes.items()
        }

    async def messages(self) -> Sequence[str]:
        async with self.database.member(self.member) as session:
            threads = (await conversations.list_threads(session)).threads
            found = [await conversations.list_messages(session, each.id) for each in threads]
        return [message.content for thread in found for message in thread]


@pytest.fixture
def street(database: Database, ada: UUID, now: datetime) -> Street:
    return Street(database, ada, now)


async def test_an_alert_goes_to_the_channels_it_names_and_to_no_others(street: Street) -> None:
    own = await street.has(TELEGRAM, EMAIL, SLACK)
    assert await street.fire(await street.armed((TELEGRAM,))) == {own[TELEGRAM]}
    assert list((await street.told()).values()) == [{TELEGRAM}]


async def test_what_it_names_goes_before_what_the_member_chose_for_alerts(
    street: Street, database: Database
) -> None:
    own = await street.has(TELEGRAM, EMAIL)
    chosen = Preferences(channels={Kind.ALERT: frozenset({own[EMAIL]})})
    async with database.member(street.member) as session:
        await repository.save_preferences(session, chosen)

    assert await street.fire(await street.armed(None)) == {own[EMAIL]}
    assert await street.fire(await street.armed((TELEGRAM,))) == {own[TELEGRAM]}


async def test_one_that_names_none_is_told_in_the_conversation_alone(street: Street) -> None:
    await street.has(TELEGRAM, EMAIL)
    assert await street.fire(await street.armed(())) == set()
    assert list((await street.told()).values()) == [set()]
    assert len(await street.messages()) == 1


async def test_what_fires_together_reaches_no_channel_that_was_not_named_for_it(
    street: Street,
) -> None:
    await street.has(TELEGRAM, EMAIL)
    usual = [await street.armed(None, level) for level in (100, 101)]
    private = [await street.armed((TELEGRAM,), level) for level in (102, 103)]

    await street.fire(*usual, *private)

    told = await street.told()
    assert sorted(map(sorted, told.values())) == [[EMAIL, TELEGRAM], [TELEGRAM]]
    messages = await street.messages()
    assert sorted(each.count("**AMD**") for each in messages) == [2, 2]
    async with street.database.member(street.member) as session:
        firings = [(await service.list_firings(session, each.id))[0] for each in usual + private]
    assert [each.message_id for each in firings[::2]] == [each.message_id for each in firings[1::2]]
    assert firings[0].message_id != firings[2].message_id


async def test_a_channel_that_is_off_when_it_fires_is_passed_over(
    street: Street, database: Database
) -> None:
    own = await street.has(TELEGRAM, EMAIL)
    alert = await street.armed((TELEGRAM, EMAIL))
    async with database.member(street.member) as session:
        await repository.set_channel(session, own[TELEGRAM], disabled_because="The bot is gone.")
    assert await street.fire(alert) == {own[EMAIL]}
    [message] = await street.messages()
    assert "Telegram is switched off, so nothing goes out there" in message
    assert channels.INSTEAD not in message


async def test_one_whose_channels_are_all_gone_is_told_as_the_member_chose_and_says_so(
    street: Street, database: Database
) -> None:
    own = await street.has(TELEGRAM, EMAIL, SLACK)
    chosen = Preferences(channels={Kind.ALERT: frozenset({own[EMAIL]})})
    alert = await street.armed((TELEGRAM,))
    async with database.member(street.member) as session:
        await repository.save_preferences(session, chosen)
        await repository.delete_channel(session, own[TELEGRAM])

    assert await street.fire(alert) == {own[EMAIL]}
    [message] = await street.messages()
    assert message.endswith(
        "Telegram is not set up, so nothing goes out there: add it under notifications. Until then it "
        "goes out as your notifications are set for alerts."
    )


async def test_the_channels_are_part_of_what_is_armed(street: Street) -> None:
    spelled = await street.armed((EMAIL, TELEGRAM, EMAIL))
    usual = await street.armed(None)
    assert spelled.terms["channels"] == ["email", "telegram"]
    assert spelled.fingerprint != usual.fingerprint


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (None, "here and as your notifications are set"),
        ([], "here only"),
        (["telegram"], "here and by Telegram only"),
        (["web_push", "email", "slack"], "here and by push in the browser, e-mail and Slack only"),
    ],
)
def test_where_it_is_told_is_said_in_words(named: list[str] | None, words: str) -> None:
    assert channels.where_told({"channels": named}) == words


def test_what_was_armed_before_channels_could_be_named_goes_by_the_settings() -> None:
    assert channels.channels_of({}) is None


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ([], ["Telegram is not set up, so nothing goes out there: add it under notifications."]),
        ([{}], []),
        ([{"confirmed_at": None}], ["Telegram waits for the code that was sent, so nothing goes out there yet."]),
        ([{"disabled_because": "Gone."}], ["Telegram is switched off, so nothing goes out there: notifications say why."]),
        ([{"disabled_because": "Gone."}, {}], []),
    ],
)  # fmt: skip
def test_a_channel_that_cannot_be_told_is_said_and_not_promised(
    own: list[dict[str, Any]], wanted: list[str], now: datetime
) -> None:
    known = [channel(TELEGRAM, now, **each) for each in own]
    instead = [channels.INSTEAD] if wanted else []
    assert list(channels.unreached({"channels": ["telegram"]}, known)) == wanted + instead
    beside = channel(EMAIL, now)
    assert list(channels.unreached({"channels": ["telegram", "email"]}, [*known, beside])) == wanted
    assert channels.unreached({"channels": []}, known) == ()
    assert channels.unreached({"channels": None}, known) == ()
