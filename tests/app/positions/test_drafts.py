"""Drafts: read in words, worked out, aged, and confirmed once, by their own member."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from app.conversations import service as conversations
from app.conversations.models import Role, StoredCard, StoredMessage
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.ids import new_id
from app.infra.db.database import Database
from app.market.chains import OptionKind
from app.positions import service
from app.positions.confirming import ELEMENT, Confirmed, confirm_draft, discard_draft
from app.positions.drafts import VALID_FOR, Action, drafted, line_of, terms_of
from app.positions.expiries import read_expiry
from app.positions.models import Holding, Position
from tests.app.positions.conftest import asset, held, option

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("apr", date(2027, 4, 16)),
        ("Nov", date(2026, 11, 20)),
        ("oct", date(2027, 10, 15)),
        ("january 2028", date(2028, 1, 21)),
        ("dec 11", date(2026, 12, 11)),
        ("11 dec", date(2026, 12, 11)),
        ("12/11", date(2026, 12, 11)),
        ("3/19/27", date(2027, 3, 19)),
        ("2027-04-16", date(2027, 4, 16)),
    ],
)
def test_an_expiry_is_read_as_traders_write_it(said: str, meant: date) -> None:
    assert read_expiry(said, FRIDAY).on == meant


@pytest.mark.parametrize("said", ["soon", "feb 30", "13/45", "", "apr apr"])
def test_what_is_no_expiry_is_refused(said: str) -> None:
    with pytest.raises(InvalidInput):
        read_expiry(said, FRIDAY)


def test_a_month_means_any_expiry_of_it_that_is_held() -> None:
    assert read_expiry("dec", FRIDAY).means(date(2026, 12, 11))
    assert not read_expiry("dec 18", FRIDAY).means(date(2026, 12, 11))


@pytest.mark.parametrize(
    ("action", "quantity", "price"),
    [
        (Action.BUY, "2", "3.20"),
        (Action.SELL, "5", None),
        (Action.CLOSE, None, "3"),
        (Action.CORRECT, "4", "2.95"),
        (Action.CORRECT, "0", None),
    ],
)
def test_a_card_carries_the_change_without_losing_any_of_it(
    action: Action, quantity: str | None, price: str | None, now: datetime
) -> None:
    what = option("DIS", "130", OptionKind.CALL)
    mine: Position = held(what, "3", "3.10", now - timedelta(days=3))
    draft = drafted(
        action,
        what,
        mine,
        quantity=None if quantity is None else Decimal(quantity),
        price=None if price is None else Decimal(price),
        at=now,
    )

    assert line_of(terms_of(draft)) == draft.line


def test_a_correction_of_what_was_opened_nobody_knows_when_invents_no_day(now: datetime) -> None:
    mine = held(asset("AAPL"), "10", "100", now)
    (lot,) = mine.holding.lots
    mine = replace(mine, holding=Holding(lots=(replace(lot, is_dated=False),)))
    draft = drafted(
        Action.CORRECT, asset("AAPL"), mine, quantity=Decimal(12), price=Decimal(101), at=now
    )

    assert [each.is_dated for each in draft.after.lots] == [False]
    assert line_of(terms_of(draft)) == draft.line


def test_what_a_draft_realises_does_not_depend_on_what_was_realised_before(now: datetime) -> None:
    mine = held(asset("AAPL"), "100", "200", now - timedelta(days=3))
    draft = drafted(
        Action.SELL, asset("AAPL"), mine, quantity=Decimal(40), price=Decimal(210), at=now
    )

    assert (draft.realised, draft.cash) == (Decimal(400), Decimal(8400))
    assert draft.summary == "Sell 40 AAPL at 210.00"


class Chat:
    """A conversation with a draft in it."""

    def __init__(self, database: Database, member: UUID, now: datetime) -> None:
        self.database, self.member, self.now = database, member, now

    async def show(self, name: str, *, quantity: str = "10") -> None:
        draft = drafted(
            Action.BUY,
            asset("NVDA"),
            None,
            quantity=Decimal(quantity),
            price=Decimal(120),
            at=self.now,
        )
        props = {"card_id": name, "draft": terms_of(draft), "outcome": ""}
        async with self.database.member(self.member) as session:
            thread = await conversations.create_thread(session, now=self.now)
            message = StoredMessage(
                id=new_id(),
                thread_id=thread.id,
                role=Role.COACH,
                content="Here is a draft.",
                created_at=self.now,
                cards=(StoredCard(id=new_id(), element=ELEMENT, props=props),),
            )
            await conversations.append_coach_message(session, message)

    async def confirm(self, name: str, *, after: timedelta = timedelta(0)) -> Confirmed:
        async with self.database.member(self.member) as session:
            return await confirm_draft(session, name, now=self.now + after)

    async def discard(self, name: str) -> str:
        async with self.database.member(self.member) as session:
            return await discard_draft(session, name, now=self.now)

    async def held(self) -> list[Decimal]:
        async with self.database.member(self.member) as session:
            return [each.quantity for each in await service.list_positions(session)]


@pytest.fixture
def chat(database: Database, ada: UUID, now: datetime) -> Chat:
    return Chat(database, ada, now)


async def test_a_draft_is_confirmed_once_however_often_it_is_clicked(chat: Chat) -> None:
    await chat.show("card")

    first, second = await chat.confirm("card"), await chat.confirm("card")

    assert (first.stored.is_repeated, second.stored.is_repeated) == (False, True)
    assert await chat.held() == [Decimal(10)]


async def test_a_draft_expires_but_a_stored_one_stays_stored(chat: Chat) -> None:
    await chat.show("old")
    await chat.show("stored")
    await chat.confirm("stored", after=VALID_FOR)
    late = VALID_FOR + timedelta(seconds=1)

    with pytest.raises(Conflict, match="too old"):
        await chat.confirm("old", after=late)
    assert (await chat.confirm("stored", after=late)).stored.is_repeated
    assert await chat.held() == [Decimal(10)]


async def test_of_two_drafts_for_the_same_state_the_second_is_told(chat: Chat) -> None:
    await chat.show("one")
    await chat.show("two")
    await chat.confirm("one")

    with pytest.raises(Conflict, match="10 shares now"):
        await chat.confirm("two")
    assert await chat.held() == [Decimal(10)]


async def test_a_discarded_draft_cannot_be_confirmed(chat: Chat) -> None:
    await chat.show("card")

    assert await chat.discard("card") == await chat.discard("card") == "Buy 10 NVDA at 120.00"

    with pytest.raises(Conflict, match="discarded"):
        await chat.confirm("card")
    assert await chat.held() == []


async def test_a_stored_draft_cannot_be_discarded(chat: Chat) -> None:
    await chat.show("card")
    await chat.confirm("card")

    with pytest.raises(Conflict, match="stored already"):
        await chat.discard("card")
    assert await chat.held() == [Decimal(10)]


async def test_of_a_confirmation_and_a_discard_at_once_one_wins(chat: Chat) -> None:
    for number in range(6):
        await chat.show(f"card {number}")
        before = len(await chat.held())
        outcomes = await asyncio.gather(
            chat.confirm(f"card {number}"), chat.discard(f"card {number}"), return_exceptions=True
        )
        assert sum(isinstance(each, Conflict) for each in outcomes) == 1
        is_stored = not isinstance(outcomes[0], Conflict)
        if is_stored:
            break
        assert len(await chat.held()) == before


async def test_a_draft_of_another_member_does_not_exist(
    chat: Chat, database: Database, bob: UUID, now: datetime
) -> None:
    await chat.show("card")

    with pytest.raises(NotFound):
        await Chat(database, bob, now).confirm("card")
    with pytest.raises(NotFound):
        await Chat(database, bob, now).discard("card")
    assert await chat.held() == []
    assert await Chat(database, bob, now).held() == []


async def test_a_refused_draft_leaves_nothing_behind_and_can_be_tried_again(chat: Chat) -> None:
    await chat.show("card")
    with pytest.raises(Conflict):
        await chat.confirm("card", after=timedelta(hours=1))

    assert not (await chat.confirm("card")).stored.is_repeated
