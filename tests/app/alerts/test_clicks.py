"""Clicks on cards of alerts do what the card showed, once, for its member alone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.alerts import clicks, service
from app.alerts.beginning import standing
from app.alerts.clicks import Change
from app.alerts.drafts import Wish, draft_alert
from app.alerts.models import Alert, Status, fingerprint_of
from app.alerts.service import VALID_FOR, Standing
from app.alerts.values import NoBook
from app.conversations import service as conversations
from app.conversations.models import Role, StoredCard, StoredMessage
from app.core.errors import Conflict, NotEntitled, NotFound
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.providers.simulated import SimulatedMarket
from app.users.plans import ELITE, LITE, Plan

pytestmark = pytest.mark.database

AT = datetime(2026, 11, 19, 18, tzinfo=UTC)
MARKET = SimulatedMarket()


async def begins(terms: Any) -> Standing:
    return await standing(terms, market=MARKET, book=NoBook(), at=AT)


async def show(
    database: Database, member: UUID, now: datetime, element: str, props: dict[str, Any]
) -> str:
    """A card in a conversation of the member's, by its name."""
    card = uuid4().hex
    async with database.member(member) as session:
        thread = await conversations.create_thread(session, now=now)
        drawn = StoredCard(id=new_id(), element=element, props={"card_id": card, **props})
        message = StoredMessage(
            id=new_id(),
            thread_id=thread.id,
            role=Role.COACH,
            content="Here.",
            created_at=now,
            cards=(drawn,),
        )
        await conversations.append_coach_message(session, message)
    return card


async def terms_of(condition: str = "price hits 100") -> dict[str, Any]:
    wish = Wish(symbol=Symbol("AMD"), condition=condition)
    return dict((await draft_alert(wish, market=MARKET, book=NoBook(), at=AT)).terms)


async def draft(
    database: Database, member: UUID, now: datetime, condition: str = "price hits 100"
) -> tuple[str, str]:
    """A draft card and the hash it shows."""
    terms = await terms_of(condition)
    card = await show(database, member, now, clicks.DRAFT, {"terms": terms, "outcome": ""})
    return card, fingerprint_of(terms)


async def arm(
    database: Database, member: UUID, card: str, shown: str, now: datetime, *, plan: Plan = ELITE
) -> Alert:
    async with database.member(member) as session:
        terms = await clicks.terms_shown(session, card)
    start = await begins(terms)
    async with database.member(member) as session:
        thread = await conversations.create_thread(session, now=now)
        place = (member, thread.id)
        return await clicks.arm_shown(session, card, shown, start, plan=plan, place=place, now=now)


async def discard(database: Database, member: UUID, card: str, now: datetime) -> None:
    async with database.member(member) as session:
        thread = await conversations.create_thread(session, now=now)
        await clicks.discard_shown(session, card, place=(member, thread.id), now=now)


async def statuses(database: Database, member: UUID) -> list[Status]:
    async with database.member(member) as session:
        return [each.status for each in await service.list_alerts(session)]


async def outcome(database: Database, member: UUID, element: str, card: str) -> Any:
    async with database.member(member) as session:
        found, _ = await conversations.find_drawn_card(session, element, card)
    return found.props


async def test_what_a_card_shows_is_armed_once_however_often_it_is_clicked(
    database: Database, ada: UUID, now: datetime
) -> None:
    card, shown = await draft(database, ada, now)

    armed = await asyncio.gather(*(arm(database, ada, card, shown, now) for _ in range(4)))

    assert len({each.id for each in armed}) == 1
    assert await statuses(database, ada) == [Status.ARMED]
    assert (await outcome(database, ada, clicks.DRAFT, card))["outcome"] == "armed"


async def test_anothers_draft_does_not_exist(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    card, shown = await draft(database, ada, now)
    with pytest.raises(NotFound):
        await arm(database, bob, card, shown, now)
    with pytest.raises(NotFound):
        await discard(database, bob, card, now)
    assert await statuses(database, bob) == []


async def test_a_draft_that_is_too_old_or_not_what_was_shown_is_not_armed(
    database: Database, ada: UUID, now: datetime
) -> None:
    card, shown = await draft(database, ada, now)
    with pytest.raises(Conflict, match="not what was shown"):
        await arm(database, ada, card, "0" * 64, now)
    with pytest.raises(Conflict, match="too old"):
        await arm(database, ada, card, shown, now + VALID_FOR + timedelta(seconds=1))
    assert await statuses(database, ada) == []


async def test_what_is_discarded_stays_discarded_and_what_is_armed_stays_armed(
    database: Database, ada: UUID, now: datetime
) -> None:
    card, shown = await draft(database, ada, now)
    await discard(database, ada, card, now)
    await discard(database, ada, card, now)
    with pytest.raises(Conflict, match="thrown away"):
        await arm(database, ada, card, shown, now)
    assert (await outcome(database, ada, clicks.DRAFT, card))["outcome"] == "discarded"

    other, its = await draft(database, ada, now, "price hits 200")
    await arm(database, ada, other, its, now)
    with pytest.raises(Conflict, match="armed already"):
        await discard(database, ada, other, now)
    assert await statuses(database, ada) == [Status.ARMED]


async def test_the_plan_limits_what_is_armed_even_by_two_clicks_at_once(
    database: Database, ada: UUID, now: datetime
) -> None:
    first, second = [await draft(database, ada, now, f"price hits {level}") for level in (100, 200)]
    done = await asyncio.gather(
        *(arm(database, ada, *each, now, plan=LITE) for each in (first, second)),
        return_exceptions=True,
    )
    assert sorted(type(each) is NotEntitled for each in done) == [False, True]
    assert await statuses(database, ada) == [Status.ARMED]


async def change(alerts: list[Alert], wanted: Any, now: datetime, *, minutes: int = 30) -> Change:
    return Change(
        wanted=wanted,
        length=timedelta(minutes=minutes),
        begins={each.id: await begins(each.terms) for each in alerts},
        plan=ELITE,
        present=AT,
        now=now,
    )


async def two_armed(database: Database, ada: UUID, now: datetime) -> list[Alert]:
    return [
        await arm(database, ada, *(await draft(database, ada, now, f"price hits {level}")), now)
        for level in (100, 200)
    ]


async def test_a_row_of_a_list_is_changed_and_says_so(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    first, second = await two_armed(database, ada, now)
    rows = [{"id": str(each.id), "outcome": ""} for each in (first, second)]
    card = await show(database, ada, now, clicks.LIST, {"rows": rows[:1]})
    snooze = await change([first], "snooze", now)

    async with database.member(ada) as session:
        await clicks.change_row(session, card, first.id, snooze)
    async with database.member(ada) as session:
        kept = await service.get_alert(session, first.id)
        with pytest.raises(NotFound, match="on this card"):
            await clicks.change_row(session, card, second.id, snooze)
    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await clicks.change_row(session, card, first.id, snooze)

    assert kept.snoozed_until == AT + timedelta(minutes=30)
    assert (await outcome(database, ada, clicks.LIST, card))["rows"][0]["outcome"] == "snooze"


async def test_a_proposed_change_is_made_once_and_not_when_it_is_old(
    database: Database, ada: UUID, now: datetime
) -> None:
    armed = await two_armed(database, ada, now)
    props = {
        "change": "drop",
        "minutes": 30,
        "outcome": "",
        "rows": [{"id": str(each.id)} for each in armed],
    }
    card = await show(database, ada, now, clicks.CHANGE, props)
    async with database.member(ada) as session:
        proposed = await clicks.change_shown(session, card)
    assert (proposed.wanted, proposed.alerts) == ("drop", [each.id for each in armed])

    late = await change(armed, "drop", now + VALID_FOR + timedelta(seconds=1))
    async with database.member(ada) as session:
        with pytest.raises(Conflict, match="too old"):
            await clicks.confirm_change(session, card, ada, late)
    assert await statuses(database, ada) == [Status.ARMED, Status.ARMED]

    for _ in range(2):
        async with database.member(ada) as session:
            await clicks.confirm_change(session, card, ada, await change(armed, "drop", now))
    assert await statuses(database, ada) == []
    assert (await outcome(database, ada, clicks.CHANGE, card))["outcome"] == "done"


async def test_a_snooze_ends_at_the_moment_that_was_shown_and_not_after_it_has_passed(
    database: Database, ada: UUID, now: datetime
) -> None:
    armed = await two_armed(database, ada, now)
    ends = [AT + timedelta(hours=20), AT + timedelta(hours=9)]
    props = {
        "change": "snooze",
        "minutes": 30,
        "outcome": "",
        "rows": [{"id": str(each.id)} for each in armed],
        "ends": [each.isoformat() for each in ends],
    }
    card = await show(database, ada, now, clicks.CHANGE, props)
    async with database.member(ada) as session:
        proposed = await clicks.change_shown(session, card)
    asked = replace(await change(armed, "snooze", now), ends=proposed.ends)

    with pytest.raises(Conflict, match="has passed"):
        async with database.member(ada) as session:
            await clicks.confirm_change(session, card, ada, replace(asked, present=ends[1]))
    async with database.member(ada) as session:
        assert [each.snoozed_until for each in await service.list_alerts(session)] == [None, None]
    async with database.member(ada) as session:
        await clicks.confirm_change(session, card, ada, asked)
    async with database.member(ada) as session:
        kept = [(await service.get_alert(session, each.id)).snoozed_until for each in armed]
    assert kept == ends


async def test_what_was_snoozed_is_armed_again_by_its_row(
    database: Database, ada: UUID, now: datetime
) -> None:
    first, _ = await two_armed(database, ada, now)
    card = await show(
        database, ada, now, clicks.LIST, {"rows": [{"id": str(first.id), "outcome": ""}]}
    )
    for wanted in ("snooze", "rearm"):
        async with database.member(ada) as session:
            await clicks.change_row(session, card, first.id, await change([first], wanted, now))
    async with database.member(ada) as session:
        kept = await service.get_alert(session, first.id)
    assert (kept.status, kept.snoozed_until) == (Status.ARMED, None)
