"""Clicks on a card of opportunities store what the card showed, for its member alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.conversations import service as conversations
from app.conversations.models import Role, StoredCard, StoredMessage
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.infra.db.database import Database
from app.scanner import keeping
from app.scanner.clicks import Saving, rate_shown, save_shown
from app.scanner.evidence import Fact, Measure
from app.scanner.kept import search_body
from app.scanner.models import Search
from app.scanner.setups import Setup

ALLOWED = (5, timedelta(minutes=5))
ROW = ("AMD", "support_bounce", "2026-11-20T14:30:00Z")


def number(value: str, unit: str = "USD") -> dict[str, str]:
    return {"value": value, "unit": unit, "text": value, "figure": "a1"}


@pytest.fixture
async def card(database: Database, ada: UUID, now: datetime) -> dict[str, Any]:
    """A card in a conversation of Ada's."""
    props = {
        "card_id": "card",
        "search": search_body(Search(setups=(Setup.BOUNCE,))),
        "freshness": {"provider": "files", "is_simulated": False, "as_of": now.isoformat()},
        "rows": [
            {
                "symbol": "AMD",
                "kind": "support_bounce",
                "at": "2026-11-20T14:30:00Z",
                "entry": number("118.40"),
                "stop": number("115.02"),
                "target": number("127.75"),
                "chance": number("29.4", "%"),
                "counted": number("1660", "index"),
                "facts": [
                    {"label": "support", "number": number("116.20")},
                    {"label": "RSI 14", "number": number("36.28", "index")},
                ],
            }
        ],
    }
    async with database.member(ada) as session:
        thread = await conversations.create_thread(session, now=now)
        drawn = StoredCard(id=new_id(), element="OpportunitiesCard", props=props)
        message = StoredMessage(
            id=new_id(),
            thread_id=thread.id,
            role=Role.COACH,
            content="Found.",
            created_at=now,
            cards=(drawn,),
        )
        await conversations.append_coach_message(session, message)
    return props


async def test_a_row_with_too_few_cases_for_a_chance_is_kept_without_one(
    database: Database, ada: UUID, now: datetime, card: dict[str, Any]
) -> None:
    async with database.member(ada) as session:
        shown, _ = await conversations.find_drawn_card(session, "OpportunitiesCard", "card")
        row = {**shown.props["rows"][0], "chance": None, "counted": number("12", "index")}
        await conversations.update_card(session, shown.id, {**shown.props, "rows": [row]})
        await rate_shown(session, "card", ROW, liked=True, now=now)
        (kept,) = await keeping.list_opportunities(session)

    assert (kept.chance, kept.cases, kept.liked) == (None, 12, 1)


async def test_a_thumb_keeps_what_the_card_showed(
    database: Database, ada: UUID, now: datetime, card: dict[str, Any]
) -> None:
    for liked in (True, False):
        async with database.member(ada) as session:
            await rate_shown(session, "card", ROW, liked=liked, now=now)
    async with database.member(ada) as session:
        (kept,) = await keeping.list_opportunities(session)
        shown, _ = await conversations.find_drawn_card(session, "OpportunitiesCard", "card")

    assert (kept.symbol, kept.setup, kept.liked) == ("AMD", Setup.BOUNCE, -1)
    assert (str(kept.entry), kept.cases) == ("118.40", 1660)
    assert kept.chance == pytest.approx(0.294)
    assert kept.facts == (Fact("support", 116.2), Fact("RSI 14", 36.28, Measure.POINTS))
    assert shown.props["rows"][0]["liked"] is False


async def test_thumbs_weigh_what_comes_first(
    database: Database, ada: UUID, now: datetime, card: dict[str, Any]
) -> None:
    async with database.member(ada) as session:
        assert await keeping.taste(session) == {}
        await rate_shown(session, "card", ROW, liked=True, now=now)
        assert 1 < (await keeping.taste(session))[Setup.BOUNCE] < 1.1


async def test_a_cards_scan_is_saved_under_a_name_and_the_card_says_so(
    database: Database, ada: UUID, now: datetime, card: dict[str, Any]
) -> None:
    thread = new_id()
    async with database.member(ada) as session:
        saved = await save_shown(
            session,
            "card",
            Saving(name="bounces", every=timedelta(hours=1), thread_id=thread),
            allowed=ALLOWED,
            now=now,
        )
        shown, _ = await conversations.find_drawn_card(session, "OpportunitiesCard", "card")

    assert (saved.name, saved.search, saved.every) == (
        "bounces",
        Search(setups=(Setup.BOUNCE,)),
        timedelta(hours=1),
    )
    assert shown.props["saved_as"] == "bounces"
    assert saved.thread_id == thread, "it tells where its card stands"


async def test_another_members_card_and_a_row_that_is_not_on_it_do_not_exist(
    database: Database, ada: UUID, bob: UUID, now: datetime, card: dict[str, Any]
) -> None:
    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await rate_shown(session, "card", ROW, liked=True, now=now)
        with pytest.raises(NotFound):
            await save_shown(
                session, "card", Saving(name="mine", every=None), allowed=ALLOWED, now=now
            )
    async with database.member(ada) as session:
        with pytest.raises(NotFound, match="on this card"):
            await rate_shown(session, "card", ("NVDA", *ROW[1:]), liked=True, now=now)


async def test_a_thumb_is_for_the_row_of_its_bar(
    database: Database, ada: UUID, now: datetime, card: dict[str, Any]
) -> None:
    later = "2026-11-23T14:30:00Z"
    async with database.member(ada) as session:
        found, _ = await conversations.find_drawn_card(session, "OpportunitiesCard", "card")
        (first,) = found.props["rows"]
        rows = [{**first, "at": later}, first]
        await conversations.update_card(session, found.id, {**found.props, "rows": rows})
        await rate_shown(session, "card", ROW, liked=True, now=now)
        (kept,) = await keeping.list_opportunities(session)
        shown, _ = await conversations.find_drawn_card(session, "OpportunitiesCard", "card")
    assert kept.bar_at == datetime.fromisoformat(ROW[2])
    assert [row.get("liked") for row in shown.props["rows"]] == [None, True]


@pytest.mark.parametrize(
    ("search", "every", "said"),
    [
        (Search(), None, "gives it this search instead."),
        (Search(setups=(Setup.BOUNCE,)), timedelta(hours=1), "it stops its schedule."),
        (Search(), timedelta(hours=1), "gives it this search instead and stops its schedule."),
    ],
)
async def test_what_saving_would_change_is_said_before_it_does(
    database: Database,
    ada: UUID,
    now: datetime,
    card: dict[str, Any],
    search: Search,
    every: timedelta | None,
    said: str,
) -> None:
    async with database.member(ada) as session:
        before = await keeping.save_scan(
            session, "Mine", search, every=every, allowed=ALLOWED, now=now
        )
        asked = Saving(name=" mine ", every=None)
        with pytest.raises(Conflict, match="You have a scan of this name") as refused:
            await save_shown(session, "card", asked, allowed=ALLOWED, now=now)
        assert refused.value.message.endswith(said)
        assert await keeping.get_scan(session, before.id) == before
        after = await save_shown(
            session, "card", replace(asked, is_replacing=True), allowed=ALLOWED, now=now
        )
    assert (after.id, after.every, after.search) == (
        before.id,
        None,
        Search(setups=(Setup.BOUNCE,)),
    )
