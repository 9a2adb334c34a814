"""What is watched fires once, whoever dies in between, and is told in the conversation."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError
from typing_extensions import override

from app.alerts import service
from app.alerts.models import Alert, Status
from app.alerts.monitor_shares import Shares
from app.alerts.surroundings import Surroundings
from app.alerts.telling import Fired, Written
from app.alerts.triggers import Already
from app.conversations import service as conversations
from app.conversations.models import Role
from app.conversations.unasked import Place
from app.core.clock import WallClock
from app.infra.db.database import Database
from app.market.standins.zigzag import crossings
from app.users.plans import ELITE
from tests.app.alerts.conftest import COIN, SPEED, Street, rises, standing_now, until
from workers.alert_messages import MessageWriter

pytestmark = pytest.mark.database

MINUTES = 61.0
"""Of the market's seconds: what is made up for from bars has the time of its minute."""


async def _has_fired(street: Street, member: UUID, alert: Alert, times: int = 1) -> bool:
    return len(await street.firings(member, alert)) >= times


async def test_a_crossing_is_told_in_the_conversation_at_once(
    street: Street, database: Database, ada: UUID
) -> None:
    async with street.feed(), street.monitor():
        alert = await street.armed(ada, rises(), 104.0)
        due = crossings(COIN, 104.0, street.clock.now().timestamp(), 4e9)[0]
        await until(lambda: _has_fired(street, ada, alert))

    (told,) = await street.firings(ada, alert)
    assert abs(told.at.timestamp() - due) < MINUTES
    happened = street.clock.since + (told.at - street.clock.start) / SPEED
    assert told.told_at - happened < timedelta(seconds=5), "a busy machine included"
    async with database.member(ada) as session:
        message = await conversations.get_message(session, told.message_id)
        thread = await conversations.get_thread(session, told.thread_id)
        stored = await service.get_alert(session, alert.id)
    assert message.role is Role.COACH
    assert thread.title == "Alerts"
    assert "is above 104.00" in message.content
    assert message.grounding is not None
    assert message.grounding["bound"] == message.grounding["numbers"] == 2
    assert stored.status is Status.FIRED
    assert message.cards[0].element == "AlertsCard"
    (row,) = message.cards[0].props["rows"]
    assert (row["id"], row["status"], row["fired"]["text"]) == (str(alert.id), "fired", "1")


async def test_it_is_told_where_it_was_asked_for(
    street: Street, database: Database, ada: UUID
) -> None:
    async with database.member(ada) as session:
        thread = await conversations.create_thread(session, now=WallClock().now(), title="BTC")
    async with street.feed(), street.monitor():
        alert = await street.armed(ada, rises(), 0.5, thread_id=thread.id)
        await until(lambda: _has_fired(street, ada, alert))

    (told,) = await street.firings(ada, alert)
    assert told.thread_id == thread.id


async def test_what_is_true_already_fires_at_once_unless_only_the_next_time_is_wanted(
    street: Street, ada: UUID
) -> None:
    async with street.feed(), street.monitor():
        at_once = await street.armed(ada, rises(), 0.5)
        waiting = await street.armed(ada, rises(already=Already.WAITS), 0.5)
        await until(lambda: _has_fired(street, ada, at_once))

    assert await street.firings(ada, waiting) == []


async def test_a_monitor_that_dies_is_replaced_in_under_ten_seconds(
    street: Street, ada: UUID
) -> None:
    async with street.feed(), street.monitor() as first:
        await until(lambda: len(first.shards) == 16)
        async with street.monitor() as second:
            await until(lambda: len(first.shards) == len(second.shards) == 8)
            alert = await street.armed(ada, rises(repeats=True), 104.0)
            mine, other = (first, second) if COIN in first.symbols else (second, first)
            await until(lambda: COIN in mine.symbols or COIN in other.symbols)
            if COIN in other.symbols:
                mine, other = other, mine
            died = WallClock().now()
            street.kill(mine)
            await until(lambda: len(other.shards) == 16)
            assert WallClock().now() - died < timedelta(seconds=10)
            await until(lambda: _has_fired(street, ada, alert))


class _FailsOnce(MessageWriter):
    """The database goes away while the first firing is told."""

    def __init__(self) -> None:
        super().__init__()
        self.has_failed = False

    @override
    def write(
        self, fired: Sequence[Fired], around: Surroundings | None, place: Place, now: datetime
    ) -> Written:
        if not self.has_failed:
            self.has_failed = True
            raise OperationalError("INSERT", {}, ConnectionError("gone"))
        return super().write(fired, around, place, now)


async def test_what_fired_while_the_database_went_away_is_told_when_it_is_back(
    street: Street, ada: UUID
) -> None:
    writer = _FailsOnce()
    async with street.feed(), street.monitor(writer=writer) as monitor:
        alert = await street.armed(ada, rises(), 0.5)
        async with asyncio.timeout(60):
            while not await street.firings(ada, alert):
                await monitor.write_marks()  # as it does by itself, at the worst of moments
                await asyncio.sleep(0.01)

    assert writer.has_failed
    assert len(await street.firings(ada, alert)) == 1


async def test_one_that_was_replaced_and_does_not_know_writes_nothing(database: Database) -> None:
    old = Shares(database, "old", lost_seconds=0.0)
    new = Shares(database, "new", lost_seconds=30.0)
    held = await old.renew()
    taken = await new.renew()

    assert len(taken) == len(held) == 16
    with pytest.raises(Exception, match="Another monitor"):
        async with database.system() as session:
            await held[3].check(session)
    async with database.system() as session:
        await taken[3].check(session)


async def test_killed_again_and_again_each_crossing_is_told_once(street: Street, ada: UUID) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    levels = (101.5, 103.5, 105.5, 107.5)
    async with street.feed():
        since = street.clock.now().timestamp()
        each_time = rises(repeats=True, already=Already.WAITS)
        alerts = [await street.armed(ada, each_time, level) for level in levels]
        for _ in range(12):
            async with street.monitor(lost_seconds=0.3):
                await street.let_pass(chance.uniform(0.3, 2.0))
        ended = street.clock.now().timestamp()
        async with street.monitor(lost_seconds=0.3):
            await until(lambda: street.has_seen(ended + 2 * MINUTES))

    for alert, level in zip(alerts, levels, strict=True):
        due = crossings(COIN, level, since, ended)
        told = [each.at.timestamp() for each in await street.firings(ada, alert)]
        assert len(due) > 1
        assert len(told) >= len(due)
        assert all(abs(a - b) < MINUTES for a, b in zip(told, due, strict=False)), (told, due)
        assert all(at > ended - MINUTES for at in told[len(due) :])


async def test_what_happened_while_nobody_watched_is_told_late(
    street: Street, database: Database, ada: UUID
) -> None:
    alert = await street.armed(ada, rises(), 104.0)
    due = crossings(COIN, 104.0, street.clock.now().timestamp(), 4e9)[0]
    async with street.feed():
        await until(lambda: street.clock.now().timestamp() > due + 240)
        async with street.monitor():
            await until(lambda: _has_fired(street, ada, alert))

    (told,) = await street.firings(ada, alert)
    assert told.is_late
    async with database.member(ada) as session:
        message = await conversations.get_message(session, told.message_id)
    assert "Told late" in message.content


async def test_while_the_vendor_is_away_the_rest_is_made_up_for_later(
    street: Street, ada: UUID
) -> None:
    alert = await street.armed(ada, rises(), 104.0)
    due = crossings(COIN, 104.0, street.clock.now().timestamp(), 4e9)[0]
    async with street.feed():
        await until(lambda: street.clock.now().timestamp() > due + 700)
        street.market.is_away = True
        async with street.monitor() as monitor:
            await until(lambda: COIN in monitor.symbols)
            await street.let_pass(1.0)
            assert await street.firings(ada, alert) == [], "it came and went unseen"
            street.market.is_away = False
            await until(lambda: _has_fired(street, ada, alert))

    (told,) = await street.firings(ada, alert)
    assert told.is_late
    assert abs(told.at.timestamp() - due) < MINUTES


async def test_what_is_snoozed_is_not_told_and_what_is_dropped_neither(
    street: Street, database: Database, ada: UUID
) -> None:
    async with street.feed(), street.monitor():
        told, snoozed, dropped = [
            await street.armed(ada, rises(repeats=True), 104.0) for _ in range(3)
        ]
        async with database.member(ada) as session:
            await service.snooze(
                session,
                snoozed.id,
                street.clock.now() + timedelta(hours=12),
                standing_now(street, 104.0),
                plan=ELITE,
                now=WallClock().now(),
            )
            await service.drop(session, dropped.id, now=WallClock().now())
        await until(lambda: _has_fired(street, ada, told))

    assert await street.firings(ada, snoozed) == []
    assert await street.firings(ada, dropped) == []


async def test_one_that_has_fired_is_armed_again_for_the_next_time(
    street: Street, database: Database, ada: UUID
) -> None:
    async with street.feed(), street.monitor():
        alert = await street.armed(ada, rises(), 104.0)
        await until(lambda: _has_fired(street, ada, alert))
        async with database.member(ada) as session:
            await service.rearm(
                session,
                alert.id,
                standing_now(street, 104.0),
                plan=ELITE,
                now=WallClock().now(),
            )
        await until(lambda: _has_fired(street, ada, alert, 2))

    first, second = await street.firings(ada, alert)
    assert (first.sequence, second.sequence) == (1, 2)
    assert second.at - first.at > timedelta(minutes=15)


async def test_one_whose_time_is_over_ends_without_a_word(
    street: Street, database: Database, ada: UUID
) -> None:
    async with street.feed(), street.monitor() as monitor:
        ends = street.clock.now() + timedelta(minutes=2)
        alert = await street.armed(
            ada,
            rises(expires_at=ends.timestamp()),
            109.9,
            expires_at=ends.isoformat(),
        )
        await until(lambda: street.clock.now() > ends + timedelta(minutes=2))
        await monitor.write_marks()
        await monitor.expire()
        async with database.member(ada) as session:
            assert (await service.get_alert(session, alert.id)).status is Status.EXPIRED

    assert await street.firings(ada, alert) == []


async def test_what_fires_together_for_one_member_is_one_message(
    street: Street, database: Database, ada: UUID, bob: UUID
) -> None:
    async with street.feed(), street.monitor():
        mine = [await street.armed(ada, rises(), 104.0) for _ in range(4)]
        theirs = await street.armed(bob, rises(), 104.0)
        await until(lambda: _has_fired(street, ada, mine[-1]))
        await until(lambda: _has_fired(street, bob, theirs))

    told = [(await street.firings(ada, each))[0] for each in mine]
    assert len({each.message_id for each in told}) == 1
    assert (await street.firings(bob, theirs))[0].message_id not in {
        each.message_id for each in told
    }
    async with database.member(bob) as session:
        assert (await conversations.list_threads(session)).threads[0].title == "Alerts"
        with pytest.raises(Exception, match="no such message"):
            await conversations.get_message(session, told[0].message_id)
