"""From a stored note to a receiver: once, in order, in peace, and given up in the open."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from starlette.responses import Response

from app.conversations import service as conversations
from app.conversations.models import StoredMessage
from app.core.errors import NotFound
from app.infra.db.database import Database
from app.notifications import channels, claims, repository
from app.notifications.claims import LEASE, PAUSES
from app.notifications.delivering import deliver, find_due, list_dead, revive
from app.notifications.models import ChannelKind, Note, Preferences, QuietHours
from app.notifications.protocol import Answer, Outcome
from tests.app.notifications.conftest import Desk, said
from tests.app.notifications.receivers import Receiver

HOOK = ChannelKind.WEBHOOK


async def test_a_note_goes_out_once(desk: Desk, receiver: Receiver) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell("firing 1")

    assert await desk.deliver(channel) == 1
    assert await desk.deliver(channel) == 0
    [heard] = receiver.heard
    [row] = await desk.rows()
    assert heard.headers["webhook-id"] == str(row.id)
    assert heard.json["data"]["title"] == "SPX at PDH, firing 1"
    assert heard.json["data"]["link"].startswith("https://coach.example/thread/")
    assert (row.state, row.attempts, row.settled_at) == ("sent", 1, desk.wall.now())
    assert (await desk.channel(channel)).last_sent_at == desk.wall.now()


async def test_a_receiver_that_fails_is_tried_again_later_under_the_same_id(
    desk: Desk, receiver: Receiver
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    receiver.replies = [Response(status_code=500), Response(status_code=502)]
    await desk.tell("firing 1")

    for wait in PAUSES[:2]:
        assert await desk.deliver(channel) == 0
        desk.wall.at += wait - timedelta(seconds=1)
        assert await desk.deliver(channel) == 0, "too early"
        desk.wall.pass_(seconds=1)
    assert await desk.deliver(channel) == 1
    assert len(receiver.heard) == 3
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1
    assert len({heard.body for heard in receiver.heard}) == 1


async def test_a_channel_rests_as_long_as_its_receiver_asks(desk: Desk, receiver: Receiver) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    receiver.replies = [Response(status_code=429, headers={"Retry-After": "90"})]
    await desk.tell("firing 1")
    await desk.deliver(channel)

    desk.wall.pass_(seconds=60)
    await desk.tell("firing 2")
    assert await desk.deliver(channel) == 0
    assert len(receiver.heard) == 1, "the second note waits too"
    desk.wall.pass_(seconds=30)
    assert await desk.deliver(channel) == 2
    titles = [heard.json["data"]["title"] for heard in receiver.heard]
    assert titles == [f"SPX at PDH, firing {n}" for n in (1, 1, 2)]


@pytest.mark.parametrize(
    "reply",
    [
        Response(status_code=429, headers={"Retry-After": "inf"}),
        Response(status_code=429, headers={"Retry-After": "nan"}),
        Response(status_code=429, headers={"Retry-After": "-5"}),
        Response(status_code=503, headers={"Retry-After": "Fri, 20 Nov 2026 16:31:30 -0000"}),
        Response("[" * 4000, 500),
        Response("{" * 4000, 429),
        Response('{"retry_after": 1e999}', 429),
        Response(b"\xff\xfe" * 2000, 500),
        Response(status_code=500, headers={"Set-Cookie": "who=ada", "Content-Encoding": "gzip"}),
        Response(status_code=199),
        Response(status_code=999),
    ],
)
@pytest.mark.parametrize("kind", [HOOK, ChannelKind.DISCORD])
async def test_a_spiteful_answer_only_puts_the_message_off(
    desk: Desk, receiver: Receiver, reply: Response, kind: ChannelKind
) -> None:
    url = f"{receiver.url}/hook" if kind is HOOK else "https://discord.com/api/webhooks/42/abc"
    channel = await desk.add(kind, url=url)
    receiver.replies = [reply]
    await desk.tell("firing 1")
    assert await desk.deliver(channel) == 0
    if await desk.states() == ["waiting"]:
        desk.wall.at += claims.LONGEST_PAUSE
        assert await desk.deliver(channel) == 1
        assert "cookie" not in receiver.heard[-1].headers


async def test_a_message_nobody_takes_is_given_up_and_can_be_revived(
    desk: Desk, receiver: Receiver, database: Database
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    receiver.replies = [Response(status_code=500) for _ in range(len(PAUSES) + 1)]
    await desk.tell("firing 1")
    for wait in (*PAUSES, timedelta()):
        await desk.deliver(channel)
        desk.wall.at += wait

    assert await desk.states() == ["dead"]
    async with database.system() as session:
        [letter] = await list_dead(session)
    assert letter.answer == "The web-hook answered 500 Internal Server Error."
    assert (letter.attempts, letter.notes) == (len(PAUSES) + 1, 1)
    assert (letter.member_id, letter.channel_kind) == (desk.member, HOOK)

    async with database.system() as session:
        await revive(session, letter.id, now=desk.wall.now())
        assert await list_dead(session) == ()
    assert await desk.deliver(channel) == 1
    async with database.system() as session:
        with pytest.raises(NotFound):
            await revive(session, letter.id, now=desk.wall.now())


async def test_a_receiver_that_is_gone_ends_the_channel_and_says_so(
    desk: Desk, receiver: Receiver
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    receiver.replies = [Response(status_code=410)]
    await desk.tell("firing 1", "firing 2")
    await desk.deliver(channel)
    await desk.tell("firing 3")

    ended = await desk.channel(channel)
    assert not ended.is_on
    assert "410 Gone" in ended.disabled_because
    assert await desk.states() == ["dead", "dropped"]
    assert len(receiver.heard) == 1


async def test_a_few_at_once_go_out_one_by_one_in_order(desk: Desk, receiver: Receiver) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell("firing 1", "firing 2", "firing 3")

    assert await desk.deliver(channel) == 3
    titles = [heard.json["data"]["title"] for heard in receiver.heard]
    assert titles == [f"SPX at PDH, firing {n}" for n in (1, 2, 3)]


async def test_many_at_once_are_one_message(desk: Desk, receiver: Receiver) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell(*(f"firing {n}" for n in range(1, 13)))

    assert await desk.deliver(channel) == 1
    [heard] = receiver.heard
    assert heard.json["type"] == "coach.digest"
    assert heard.json["data"]["title"] == "12 messages from your coach"
    lines = heard.json["data"]["text"].splitlines()
    assert lines[0] == "16:30 UTC SPX at PDH, firing 1"
    assert lines[-1] == "and 2 more in the coach"
    assert len(heard.json["data"]["notes"]) == 12
    assert await desk.states() == ["sent"] * 12


async def test_what_follows_a_crowd_waits_for_the_minute_and_is_one_message(
    desk: Desk, receiver: Receiver
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    for n in range(1, 7):
        await desk.tell(f"firing {n}")
        await desk.deliver(channel)
        desk.wall.pass_(seconds=5)
    assert len(receiver.heard) == 3

    desk.wall.pass_(seconds=60 - 30 - 1)
    assert await desk.deliver(channel) == 0
    desk.wall.pass_(seconds=1)
    assert await desk.deliver(channel) == 1
    assert receiver.heard[-1].json["data"]["title"] == "3 messages from your coach"


async def test_quiet_hours_hold_back_and_end_in_one_message(desk: Desk, receiver: Receiver) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    quiet = Preferences(ZoneInfo("America/New_York"), QuietHours(time(11), time(12)))
    async with desk.database.member(desk.member) as session:
        await repository.save_preferences(session, quiet)
    await desk.tell("firing 1")
    desk.wall.pass_(minutes=10)
    await desk.tell("firing 2")

    desk.wall.pass_(minutes=19)
    assert await desk.deliver(channel) == 0
    desk.wall.pass_(minutes=1)
    assert await desk.deliver(channel) == 1
    [heard] = receiver.heard
    assert heard.json["data"]["text"].splitlines() == [
        "11:30 EST SPX at PDH, firing 1",
        "11:40 EST SPX at PDH, firing 2",
    ]


async def test_quiet_hours_that_are_ended_early_let_go_what_they_held(
    desk: Desk, receiver: Receiver
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    zone = ZoneInfo("America/New_York")
    long, short = QuietHours(time(11), time(14)), QuietHours(time(11), time(13))
    for quiet, sent in ((long, 0), (short, 0), (None, 1)):
        chosen = Preferences(zone, quiet)
        async with desk.database.member(desk.member) as session:
            await channels.save_preferences(session, chosen, now=desk.wall.now())
        await desk.tell(f"until {quiet}")
        assert await desk.deliver(channel) == sent
    [heard] = receiver.heard
    assert heard.json["data"]["title"] == "3 messages from your coach"


async def test_a_message_that_kills_every_sender_is_given_up(
    desk: Desk, receiver: Receiver
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell("firing 1")
    receiver.may_answer.clear()
    for _ in range(len(PAUSES) + 1):
        receiver.arrived.clear()
        dying = asyncio.create_task(desk.deliver(channel))
        await receiver.arrived.wait()
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        desk.wall.at += LEASE
    receiver.may_answer.set()
    await desk.tell("firing 2")

    assert await desk.deliver(channel) == 1
    assert await desk.states() == ["dead", "sent"]
    assert (await desk.rows())[0].answer == "Nobody came back from sending it."


@pytest.mark.parametrize("seed", [5, 11])
async def test_whatever_breaks_each_note_is_told_in_one_message_alone(
    desk: Desk, receiver: Receiver, seed: int
) -> None:
    """Random receivers' failures, kills at random moments, and a clock that goes on."""
    chance = random.Random(seed)  # noqa: S311 - a course of events, not a secret
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    told = 0
    for _ in range(60):
        for _ in range(chance.choice((0, 1, 1, 2, 6))):
            told += 1
            await desk.tell(f"note {told}")
        status = chance.choice((200, 200, 200, 500, 429, 503))
        receiver.replies = [Response(status_code=status, headers={"Retry-After": "3"})]
        sending = asyncio.create_task(desk.deliver(channel))
        if chance.random() < 0.4:
            for _ in range(chance.randrange(120)):
                await asyncio.sleep(0)
            sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        desk.wall.pass_(seconds=chance.choice((1, 10, 45)))
    receiver.replies = []
    while "waiting" in await desk.states():
        desk.wall.pass_(minutes=61)
        await desk.deliver(channel)

    bodies: dict[str, set[bytes]] = {}
    for heard in receiver.heard:
        bodies.setdefault(heard.headers["webhook-id"], set()).add(heard.body)
    assert all(len(each) == 1 for each in bodies.values()), "a message is always the same"
    notes = [note for [body] in bodies.values() for note in json.loads(body)["data"]["notes"]]
    assert len(notes) == len(set(notes)) == told
    assert len(receiver.heard) > len(bodies), "something was tried again"


async def test_a_retry_does_not_wake_a_member_either(desk: Desk, receiver: Receiver) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    receiver.replies = [Response(status_code=500)]
    await desk.tell("firing 1")
    await desk.deliver(channel)
    quiet = Preferences(ZoneInfo("America/New_York"), QuietHours(time(11), time(12)))
    async with desk.database.member(desk.member) as session:
        await repository.save_preferences(session, quiet)

    desk.wall.pass_(minutes=10)
    assert await desk.deliver(channel) == 0
    assert len(receiver.heard) == 1
    desk.wall.pass_(minutes=20)
    assert await desk.deliver(channel) == 1


async def test_two_workers_do_not_send_the_same_message(desk: Desk, receiver: Receiver) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell("firing 1")
    receiver.may_answer.clear()
    first = asyncio.create_task(desk.deliver(channel))
    await receiver.arrived.wait()

    assert await desk.deliver(channel) == 0
    receiver.may_answer.set()
    assert await first == 1
    assert len(receiver.heard) == 1


async def test_many_workers_at_once_send_each_note_once_and_in_order(
    desk: Desk, receiver: Receiver
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    for n in range(1, 7):
        await desk.tell(f"firing {n}")
        await asyncio.gather(*(desk.deliver(channel) for _ in range(8)))
        desk.wall.pass_(seconds=30)
    titles = [heard.json["data"]["title"] for heard in receiver.heard]
    assert titles == [f"SPX at PDH, firing {n}" for n in range(1, 7)]


async def test_a_slow_receiver_keeps_only_its_own_waiting(desk: Desk, receiver: Receiver) -> None:
    slow = await desk.add(HOOK, url=f"{receiver.url}/slow")
    await desk.tell("firing 1")
    receiver.may_answer.clear()
    due = [(desk.member, slow.id)]
    first = asyncio.create_task(deliver(desk.database, desk.courier, due, desk.wall))
    await receiver.arrived.wait()
    quick = await desk.add(ChannelKind.EMAIL, address="ada@example.com")
    await desk.tell("firing 2")

    assert await desk.deliver(quick) == 1
    assert not first.done()
    receiver.may_answer.set()
    assert await first == 2, "what came meanwhile follows"


async def test_a_sender_that_died_is_followed_by_another_with_the_same_id(
    desk: Desk, receiver: Receiver
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell("firing 1")
    receiver.may_answer.clear()
    dying = asyncio.create_task(desk.deliver(channel))
    await receiver.arrived.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    receiver.may_answer.set()
    await desk.tell("firing 2")

    assert await desk.deliver(channel) == 0, "nobody knows yet that it died"
    desk.wall.at += LEASE
    assert await desk.deliver(channel) == 2
    first, again, second = (heard.headers["webhook-id"] for heard in receiver.heard)
    assert first == again != second


async def test_what_was_never_queued_is_found_once(
    desk: Desk, receiver: Receiver, database: Database
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell("firing 1", "firing 2")

    async def sweep() -> tuple[tuple[UUID, UUID], ...]:
        async with database.system() as session:
            return await find_due(session, now=desk.wall.now())

    assert await sweep() == ((desk.member, channel.id),)
    desk.wall.pass_(seconds=5)
    assert await sweep() == (), "it was handed over just now"
    desk.wall.pass_(seconds=61)
    assert await sweep() == ((desk.member, channel.id),), "it was lost after that"
    await desk.deliver(channel)
    desk.wall.pass_(seconds=61)
    assert await sweep() == ()


async def test_what_waits_for_another_try_is_found_when_it_is_due(
    desk: Desk, receiver: Receiver, database: Database
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    receiver.replies = [Response(status_code=500)]
    await desk.tell("firing 1")
    async with database.system() as session:
        await find_due(session, now=desk.wall.now())
    await desk.deliver(channel)

    async with database.system() as session:
        assert await find_due(session, now=desk.wall.now()) == ()
        due = await find_due(session, now=desk.wall.now() + PAUSES[0])
    assert due == ((desk.member, channel.id),)


async def test_a_deleted_conversation_is_not_told_about(
    desk: Desk, receiver: Receiver, message: StoredMessage
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell("firing 1")
    async with desk.database.member(desk.member) as session:
        await conversations.delete_thread(session, message.thread_id)

    assert await desk.deliver(channel) == 0
    assert receiver.heard == []


async def test_another_members_channel_is_not_served(
    desk: Desk, receiver: Receiver, bob: UUID
) -> None:
    channel = await desk.add(HOOK, url=f"{receiver.url}/hook")
    await desk.tell("firing 1")

    due = [(bob, channel.id)]
    assert await deliver(desk.database, desk.courier, due, desk.wall) == 0
    assert receiver.heard == []


async def test_members_are_served_side_by_side(
    desk: Desk, receiver: Receiver, bob: UUID, now: datetime, note: Callable[[str], Note]
) -> None:
    message = await said(desk.database, bob, now)
    theirs = replace(note(""), thread_id=message.thread_id, message_id=message.id)
    other = replace(desk, member=bob, note=lambda key: replace(theirs, key=key))
    due = []
    for each in (desk, other):
        channel = await each.add(HOOK, url=f"{receiver.url}/hook")
        await each.tell("firing 1")
        due.append((each.member, channel.id))

    assert await deliver(desk.database, desk.courier, due, desk.wall) == 2


@pytest.mark.parametrize("attempt", range(1, len(PAUSES) + 1))
def test_a_pause_is_never_shorter_than_planned_nor_longer_than_allowed(attempt: int) -> None:
    for asked in (None, 0, 5, 1e9):
        answer = Answer(Outcome.LATER, "", asked)
        found = claims.pause(attempt, answer)
        assert PAUSES[attempt - 1] <= found <= claims.LONGEST_PAUSE
