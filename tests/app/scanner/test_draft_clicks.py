"""Clicks on cards of saved scans do what the stored card shows, once, for its member alone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.conversations import service as conversations
from app.conversations.models import Role, StoredCard, StoredMessage
from app.core.errors import Conflict, NotEntitled, NotFound
from app.core.ids import new_id
from app.infra.db.database import Database
from app.scanner import keeping
from app.scanner.draft_clicks import (
    VALID_FOR,
    RowChange,
    change_listed,
    confirm_shown,
    share_listed,
    use_listed,
)
from app.scanner.kept import search_body
from app.scanner.models import Search
from app.scanner.setups import Setup
from app.scanner.sharing import list_shared

ALLOWED = (5, timedelta(minutes=5))
HOUR = timedelta(hours=1)
SEARCH = Search(setups=(Setup.PULLBACK,))


async def draw(database: Database, member: UUID, now: datetime, element: str, **props: Any) -> UUID:
    """A card `card` in a conversation of its own."""
    async with database.member(member) as session:
        thread = await conversations.create_thread(session, now=now)
        drawn = StoredCard(id=new_id(), element=element, props={"card_id": "card", **props})
        message = StoredMessage(
            id=new_id(),
            thread_id=thread.id,
            role=Role.COACH,
            content="Here.",
            created_at=now,
            cards=(drawn,),
        )
        await conversations.append_coach_message(session, message)
    return thread.id


async def draft(database: Database, member: UUID, now: datetime, **changes: Any) -> UUID:
    shown = {
        "change": "save",
        "name": "morning",
        "scan_id": None,
        "version": None,
        "every_minutes": 60,
        "search": search_body(SEARCH),
        "refused": "",
        "outcome": "",
    }
    return await draw(database, member, now, "ScanDraftCard", **{**shown, **changes})


async def confirm(database: Database, member: UUID, now: datetime, **changes: Any) -> None:
    asked: dict[str, Any] = {"allowed": ALLOWED, "thread_id": None, **changes}
    async with database.member(member) as session:
        await confirm_shown(session, "card", now=now, **asked)


async def saved(database: Database, member: UUID) -> list[tuple[str, int, timedelta | None]]:
    async with database.member(member) as session:
        return [(each.name, each.version, each.every) for each in await keeping.list_scans(session)]


async def test_a_draft_is_saved_once_and_tells_where_it_was_confirmed(
    database: Database, ada: UUID, now: datetime
) -> None:
    thread = await draft(database, ada, now)
    assert await saved(database, ada) == []
    for _ in range(2):
        await confirm(database, ada, now, thread_id=thread)

    assert await saved(database, ada) == [("morning", 1, HOUR)]
    async with database.member(ada) as session:
        [kept] = await keeping.list_scans(session)
        card, _ = await conversations.find_drawn_card(session, "ScanDraftCard", "card")
    assert (kept.thread_id, kept.search) == (thread, SEARCH)
    assert card.props["outcome"] == "done"


async def test_a_draft_of_another_member_does_not_exist(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    await draft(database, ada, now)
    with pytest.raises(NotFound):
        await confirm(database, bob, now)


async def test_what_is_too_old_refused_or_beyond_the_plan_is_not_done(
    database: Database, ada: UUID, now: datetime
) -> None:
    await draft(database, ada, now)
    with pytest.raises(Conflict, match="too old"):
        await confirm(database, ada, now + VALID_FOR + timedelta(seconds=1))
    with pytest.raises(NotEntitled, match="every day at most"):
        await confirm(database, ada, now, allowed=(5, timedelta(days=1)))
    assert await saved(database, ada) == []


async def test_what_was_refused_when_it_was_drawn_stays_refused(
    database: Database, ada: UUID, now: datetime
) -> None:
    await draft(database, ada, now, refused="Your plan runs no scan by itself.")
    with pytest.raises(NotEntitled, match="no scan by itself"):
        await confirm(database, ada, now)


@pytest.mark.parametrize(
    ("change", "minutes", "left"),
    [
        ("schedule", 60, [("mine", 1, HOUR)]),
        ("stop", None, [("mine", 1, None)]),
        ("delete", None, []),
    ],
)
async def test_a_saved_scan_is_scheduled_stopped_and_deleted_by_its_draft(
    database: Database,
    ada: UUID,
    now: datetime,
    change: str,
    minutes: int | None,
    left: list[tuple[str, int, timedelta | None]],
) -> None:
    async with database.member(ada) as session:
        kept = await keeping.save_scan(
            session, "mine", SEARCH, every=timedelta(days=1), allowed=ALLOWED, now=now
        )
    await draft(
        database,
        ada,
        now,
        change=change,
        name="mine",
        scan_id=str(kept.id),
        version=1,
        every_minutes=minutes,
    )
    await confirm(database, ada, now)
    assert await saved(database, ada) == left


async def test_a_draft_of_a_scan_that_is_gone_makes_no_other(
    database: Database, ada: UUID, now: datetime
) -> None:
    await draft(database, ada, now, change="schedule", scan_id=str(new_id()))
    with pytest.raises(NotFound):
        await confirm(database, ada, now)
    assert await saved(database, ada) == []


async def changed(database: Database, member: UUID, now: datetime) -> UUID:
    """A scan that looks for something else than it did."""
    async with database.member(member) as session:
        for search in (SEARCH, Search(setups=(Setup.BREAKOUT,))):
            await keeping.save_scan(session, "mine", search, every=None, allowed=ALLOWED, now=now)
        [kept] = await keeping.list_scans(session)
    return kept.id


@pytest.mark.parametrize("change", ["save", "schedule", "stop", "delete"])
async def test_a_scan_that_is_another_than_was_shown_is_not_changed(
    database: Database, ada: UUID, now: datetime, change: str
) -> None:
    key = await changed(database, ada, now)
    await draft(database, ada, now, change=change, name="mine", scan_id=str(key), version=1)
    with pytest.raises(Conflict, match="changed since"):
        await confirm(database, ada, now)
    assert await saved(database, ada) == [("mine", 2, None)]


@pytest.mark.parametrize("version", [None, 1])
async def test_a_new_scan_replaces_none_of_its_name_but_the_one_that_was_shown(
    database: Database, ada: UUID, now: datetime, version: int | None
) -> None:
    await changed(database, ada, now)
    await draft(database, ada, now, name="Mine", version=version)
    with pytest.raises(Conflict, match="changed since"):
        await confirm(database, ada, now)
    assert await saved(database, ada) == [("mine", 2, None)]


async def test_a_row_of_a_scan_that_is_another_by_now_changes_and_shares_nothing(
    database: Database, ada: UUID, now: datetime
) -> None:
    key = await changed(database, ada, now)
    await draw(database, ada, now, "SavedScansCard", rows=[{"id": str(key), "version": 1}])
    async with database.member(ada) as session:
        with pytest.raises(Conflict, match="changed since"):
            await change_listed(
                session, "card", RowChange(scan_id=key, wanted="delete"), allowed=ALLOWED, now=now
            )
        with pytest.raises(Conflict, match="changed since"):
            await share_listed(session, "card", key, with_list=True, now=now)
        assert await list_shared(session) == ()
    assert await saved(database, ada) == [("mine", 2, None)]


async def test_a_row_of_a_list_is_changed_and_says_so(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        kept = await keeping.save_scan(
            session, "mine", SEARCH, every=None, allowed=ALLOWED, now=now
        )
    row = {"id": str(kept.id), "version": 1, "name": "mine", "every_minutes": None, "outcome": ""}
    await draw(database, ada, now, "SavedScansCard", rows=[row])

    change = RowChange(scan_id=kept.id, wanted="schedule", every=HOUR)
    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await change_listed(session, "card", change, allowed=ALLOWED, now=now)
    async with database.member(ada) as session:
        await change_listed(session, "card", change, allowed=ALLOWED, now=now)
        card, _ = await conversations.find_drawn_card(session, "SavedScansCard", "card")
        assert card.props["rows"][0] | {"id": ""} == {
            **row,
            "id": "",
            "every_minutes": 60,
            "outcome": "changed",
        }
        other = RowChange(scan_id=new_id(), wanted="delete")
        with pytest.raises(NotFound, match="on this card"):
            await change_listed(session, "card", other, allowed=ALLOWED, now=now)
    assert await saved(database, ada) == [("mine", 1, HOUR)]


async def test_a_scan_is_shared_and_used_from_a_list_once_its_row_is_there(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    async with database.member(ada) as session:
        kept = await keeping.save_scan(
            session, "mine", SEARCH, every=None, allowed=ALLOWED, now=now
        )
    await draw(
        database,
        ada,
        now,
        "SavedScansCard",
        rows=[{"id": str(kept.id), "version": 1, "outcome": ""}],
    )
    async with database.member(ada) as session:
        await share_listed(session, "card", kept.id, with_list=False, now=now)
        card, _ = await conversations.find_drawn_card(session, "SavedScansCard", "card")
    assert card.props["rows"][0]["outcome"] == "shared"

    async with database.member(bob) as session:
        [shared] = await list_shared(session)
    await draw(database, bob, now, "SavedScansCard", rows=[{"id": str(shared.id), "outcome": ""}])
    async with database.member(bob) as session:
        await use_listed(session, "card", shared.id, now=now)
        with pytest.raises(NotFound, match="on this card"):
            await use_listed(session, "card", new_id(), now=now)
    assert await saved(database, bob) == [("mine", 1, None)]
