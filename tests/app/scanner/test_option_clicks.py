"""Clicks on a card of setups on options: thumbs keep what it showed, its search is saved."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.conversations import service as conversations
from app.conversations.models import Role, StoredCard, StoredMessage
from app.core.errors import NotFound
from app.core.ids import new_id
from app.infra.db.database import Database
from app.scanner import option_keeping
from app.scanner.clicks import Saving, save_shown
from app.scanner.kept import search_body
from app.scanner.models import Search
from app.scanner.option_clicks import rate_shown_option
from app.scanner.option_kept import shown_body
from app.scanner.option_setups import OptionSetup
from tests.app.scanner.test_option_keeping import CONDOR, SEARCH, kept

ROW = ("ACME", "iron_condor", "2026-12-18 0.2 5 wide")


@pytest.fixture
async def card(database: Database, ada: UUID, now: datetime) -> dict[str, Any]:
    """A card in a conversation of Ada's."""
    shown = {"symbol": ROW[0], "kind": ROW[1], "variant": ROW[2]}
    props = {
        "card_id": "card",
        "search": search_body(Search(options=SEARCH)),
        "rows": [
            {**shown, "find": shown_body(kept())},
            {**shown, "kind": "bull_put", "find": None},
        ],
    }
    async with database.member(ada) as session:
        thread = await conversations.create_thread(session, now=now)
        message = StoredMessage(
            id=new_id(),
            thread_id=thread.id,
            role=Role.COACH,
            content="Found.",
            created_at=now,
            cards=(StoredCard(id=new_id(), element="OptionScanCard", props=props),),
        )
        await conversations.append_coach_message(session, message)
    return props


async def test_a_thumb_keeps_the_find_and_the_card_remembers_it(
    database: Database, ada: UUID, card: dict[str, Any]
) -> None:
    for liked in (False, True):
        async with database.member(ada) as session:
            await rate_shown_option(session, "card", ROW, liked=liked)
    async with database.member(ada) as session:
        (found,) = await option_keeping.list_options(session)
        shown, _ = await conversations.find_drawn_card(session, "OptionScanCard", "card")
    assert (found.setup, found.fact, found.liked) == (OptionSetup.CONDOR, CONDOR, 1)
    assert shown.props["rows"][0]["liked"] is True


async def test_a_row_of_the_past_another_row_and_another_members_card_are_not_there(
    database: Database, ada: UUID, bob: UUID, card: dict[str, Any]
) -> None:
    async with database.member(ada) as session:
        for row in ((ROW[0], "bull_put", ROW[2]), (ROW[0], ROW[1], "another")):
            with pytest.raises(NotFound):
                await rate_shown_option(session, "card", row, liked=True)
    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await rate_shown_option(session, "card", ROW, liked=True)


async def test_what_a_card_looked_for_is_saved_under_a_name(
    database: Database, ada: UUID, now: datetime, card: dict[str, Any]
) -> None:
    hour = timedelta(hours=1)
    async with database.member(ada) as session:
        saved = await save_shown(
            session, "card", Saving(name="condors", every=hour), allowed=(1, hour), now=now
        )
        shown, _ = await conversations.find_drawn_card(session, "OptionScanCard", "card")
    assert saved.search.options == SEARCH
    assert shown.props["saved_as"] == "condors"
