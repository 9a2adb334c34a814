"""A worker says something unasked: it is in the thread, and in every tab that shows it."""

from typing import Any
from uuid import UUID, uuid4

import jwt

from app.conversations import service
from app.conversations.models import Role, StoredMessage
from app.core.clock import WallClock
from app.infra.db.database import Database
from app.infra.embedded.postgres import DatabaseUrls
from app.users.service import get_member


async def say(urls: DatabaseUrls, token: str, thread_id: str, text: str) -> None:
    """What a worker does, in a process of its own as far as the server can tell."""
    claims = jwt.decode(token, options={"verify_signature": False})
    database = Database(urls.application)
    async with database.system() as session:
        member = await get_member(session, claims["identifier"])
    message = StoredMessage(
        id=uuid4(),
        thread_id=UUID(thread_id),
        role=Role.COACH,
        content=text,
        created_at=WallClock().now(),
        parts=({"text": text},),
    )
    async with database.member(member.id) as session:
        assert await service.post_from_worker(session, message)
    await database.close()


async def test_it_appears_in_both_tabs_once_and_in_the_thread(
    postgres: DatabaseUrls, server: Any, tabs: Any, ada_token: str
) -> None:
    first = await tabs.open(server, ada_token)
    await first.ask("Where's PDH for SPX?")
    second = await tabs.open(server, ada_token, first.thread_id)
    await say(postgres, ada_token, first.thread_id, "SPX crossed its PDH.")
    for tab in (first, second):
        await tab.until(lambda tab=tab: tab.answers[-1] == "SPX crossed its PDH.")
        assert len(tab.answers) == 2
        assert tab.toasts == []
    again = await tabs.open(server, ada_token, first.thread_id)
    assert again.answers == first.answers


async def test_a_tab_elsewhere_is_told_where_and_another_member_nothing(
    postgres: DatabaseUrls, server: Any, tabs: Any, ada_token: str, bob_token: str
) -> None:
    first = await tabs.open(server, ada_token)
    await first.ask("Where's PDH for SPX?")
    elsewhere = await tabs.open(server, ada_token)
    stranger = await tabs.open(server, bob_token)
    await say(postgres, ada_token, first.thread_id, "SPX crossed its PDH.")
    await elsewhere.until(lambda: elsewhere.toasts != [])
    assert "PDH for SPX" in elsewhere.toasts[0]
    assert elsewhere.answers == []
    assert (stranger.toasts, stranger.answers) == ([], [])


async def test_what_was_said_while_a_tab_was_away_is_there_when_it_returns(
    postgres: DatabaseUrls, server: Any, tabs: Any, ada_token: str
) -> None:
    tab = await tabs.open(server, ada_token)
    await tab.ask("Where's PDH for SPX?")
    await tab.client.disconnect()
    await say(postgres, ada_token, tab.thread_id, "SPX crossed its PDH.")
    back = await tabs.open(server, ada_token, session_id=tab.session_id)
    await back.until(lambda: "SPX crossed its PDH." in back.answers)
    assert len(back.answers) == 2
