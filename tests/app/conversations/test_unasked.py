"""A message that nobody asked for has its place: a conversation, and letters of its own there."""

import asyncio
from datetime import datetime
from uuid import UUID

import pytest

from app.conversations import service
from app.conversations.models import Role, StoredCall, StoredMessage, Thread
from app.conversations.unasked import SHARED, Place, take_place
from app.core.ids import new_id
from app.grounding.ledger import Speaker
from app.infra.db.database import Database


class Street:
    """Tells a member things unasked."""

    def __init__(self, database: Database, member: UUID, now: datetime) -> None:
        self.database, self.member, self.now = database, member, now

    async def tell(
        self, speaker: Speaker, thread_id: UUID | None = None, *, figures: int = 1
    ) -> Place:
        async with self.database.member(self.member) as session:
            place = await take_place(
                session, speaker, member_id=self.member, thread_id=thread_id, now=self.now
            )
            await service.post_from_worker(session, self.message(place, figures))
        return place

    def message(self, place: Place, figures: int = 1) -> StoredMessage:
        ids = [f"{place.letter}{at + 1}" for at in range(figures)]
        call = StoredCall(
            id=new_id(),
            name="list_alerts",
            arguments={},
            ok=True,
            result={"sentence": "It fired.", "figures": [{"id": each} for each in ids]},
            started_at=self.now,
            finished_at=self.now,
        )
        return StoredMessage(
            id=place.message_id,
            thread_id=place.thread_id,
            role=Role.COACH,
            content="It fired.",
            created_at=self.now,
            calls=(call,),
        )

    async def thread(self, thread_id: UUID | None = None) -> Thread:
        async with self.database.member(self.member) as session:
            if thread_id is not None:
                return await service.get_thread(session, thread_id)
            return await service.create_thread(session, now=self.now)


@pytest.fixture
def street(database: Database, ada: UUID, now: datetime) -> Street:
    return Street(database, ada, now)


async def test_it_goes_to_the_conversation_it_belongs_to(street: Street) -> None:
    own = await street.thread()
    assert (await street.tell(Speaker.ALERTS, own.id)).thread_id == own.id


@pytest.mark.parametrize("speaker", Speaker)
async def test_without_one_it_goes_to_the_one_its_speaker_shares(
    street: Street, speaker: Speaker
) -> None:
    first, gone = await street.tell(speaker), await street.tell(speaker, new_id())
    assert first.thread_id == gone.thread_id
    assert (await street.thread(first.thread_id)).title == SHARED[speaker].title


async def test_a_shared_conversation_that_was_deleted_is_made_again(street: Street) -> None:
    first = await street.tell(Speaker.SCANS)
    async with street.database.member(street.member) as session:
        await service.delete_thread(session, first.thread_id)
    again = await street.tell(Speaker.SCANS)
    assert (again.thread_id, again.letter) == (first.thread_id, "yaa")


async def test_members_share_nothing(street: Street, bob: UUID) -> None:
    others = Street(street.database, bob, street.now)
    ours, theirs = await street.tell(Speaker.ALERTS), await others.tell(Speaker.ALERTS)
    assert ours.thread_id != theirs.thread_id


async def test_each_message_takes_the_next_letter_of_its_speaker(street: Street) -> None:
    own = (await street.thread()).id
    told = [
        (await street.tell(speaker, own)).letter
        for speaker in (Speaker.ALERTS, Speaker.ALERTS, Speaker.SCANS, Speaker.ALERTS)
    ]
    assert told == ["zaa", "zab", "yaa", "zac"]


async def test_a_message_without_figures_uses_no_letter(street: Street) -> None:
    own = (await street.thread()).id
    await street.tell(Speaker.ALERTS, own)
    bare = await street.tell(Speaker.ALERTS, own, figures=0)
    assert (await street.tell(Speaker.ALERTS, own)).letter == bare.letter == "zab"


async def test_letters_go_on_from_the_last_stored_one_whatever_was_deleted(
    street: Street,
) -> None:
    own = (await street.thread()).id
    stored = Place(thread_id=own, message_id=new_id(), letter="yaz")
    first = await street.tell(Speaker.SCANS, own)
    async with street.database.member(street.member) as session:
        await service.post_from_worker(session, street.message(stored, 12))
        await service.delete_message(session, first.message_id)
    assert (await street.tell(Speaker.SCANS, own)).letter == "yba"


async def test_letters_of_turns_do_not_count(street: Street) -> None:
    own = (await street.thread()).id
    for letter in ("z", "zz", "y", "b"):
        async with street.database.member(street.member) as session:
            place = Place(thread_id=own, message_id=new_id(), letter=letter)
            await service.append_coach_message(session, street.message(place), letters=30)
    assert (await street.tell(Speaker.ALERTS, own)).letter == "zaa"


async def test_messages_told_at_once_take_different_letters(street: Street) -> None:
    own = (await street.thread()).id
    told = await asyncio.gather(*(street.tell(Speaker.ALERTS, own) for _ in range(5)))
    assert len({each.letter for each in told}) == 5


def test_every_speaker_has_a_conversation_of_its_own_to_share() -> None:
    assert set(SHARED) == set(Speaker)
    assert len({each.root for each in SHARED.values()}) == len(Speaker)
