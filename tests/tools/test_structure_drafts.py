"""Structures are drafted whole: opened in one go, closed in one go, at a net price if one was named."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from app.core.errors import InvalidInput, NotFound
from app.infra.db.database import Database
from app.market.chains import OptionKind
from app.positions import service
from app.positions.drafts import line_of
from app.positions.models import Entry, Source, Stored
from app.positions.structure_drafts import Trade, at_net, net_of
from tests.app.positions.conftest import option
from tests.tools.test_positions import Answered, Ask, ask, condor_of, hold, stock

__all__ = ["ask"]

LEGS = [
    {"side": "buy", "right": "put", "strike": "105"},
    {"side": "sell", "right": "put", "strike": "112.5"},
    {"side": "sell", "right": "call", "strike": "127.5"},
    {"side": "buy", "right": "call", "strike": "135"},
]
CLOSE = {"action": "close", "symbol": "AMD"}


async def confirmed(said: Answered, database: Database, member: UUID, now: datetime) -> Stored:
    """What the card's click would store."""
    lines = tuple(line_of(each.model_dump()) for each in said.card.legs)
    groups = (tuple(range(len(lines))),) if said.card.is_opening else ()
    entry = Entry(key="draft", source=Source.TYPED, lines=lines, groups=groups)
    async with database.member(member) as session:
        return await service.store(session, entry, now=now)


async def test_a_structure_is_closed_whole_by_its_name(
    ask: Ask, database: Database, ada: UUID, now: datetime
) -> None:
    await condor_of(database, ada, now, count=2)
    await hold(database, ada, now, stock("AMD", "10", "100"), key="stock")

    said = await ask("draft_position_change", structure="iron condor", **CLOSE)

    assert [each.quantity for each in said.card.legs] == ["-2", "2", "2", "-2"]
    assert "closes the AMD iron condor, 4 legs in one" in said.sentence
    assert "at the market's prices, for none was named" in said.sentence
    assert not said.card.is_opening
    await confirmed(said, database, ada, now)
    async with database.member(ada) as session:
        assert [each.asset.label for each in await service.list_positions(session)] == ["AMD"]


async def test_a_named_net_price_is_what_closing_costs(
    ask: Ask, database: Database, ada: UUID, now: datetime
) -> None:
    await condor_of(database, ada, now, count=2)

    said = await ask("draft_position_change", structure="condor", price="1.20", **CLOSE)

    assert said.card.draft.summary == "Close AMD iron condor, 4 legs, net 1.20 paid"
    assert "none was named" not in said.sentence
    assert Decimal(said.card.cash.value) == Decimal(-240)
    assert Decimal(said.card.realised.value) == 2 * 100 * (Decimal("2.4") - Decimal("1.2"))


async def test_a_part_of_a_structure_is_closed_in_proportion(
    ask: Ask, database: Database, ada: UUID, now: datetime
) -> None:
    await condor_of(database, ada, now, count=3)

    said = await ask("draft_position_change", structure="iron condor", quantity="1", **CLOSE)
    assert [each.quantity for each in said.card.legs] == ["-1", "1", "1", "-1"]
    with pytest.raises(InvalidInput, match="3 of it are held"):
        await ask("draft_position_change", structure="iron condor", quantity="4", **CLOSE)


async def test_closing_a_position_that_is_one_structure_closes_it_whole(
    ask: Ask, database: Database, ada: UUID, now: datetime
) -> None:
    await condor_of(database, ada, now)

    assert len((await ask("draft_position_change", **CLOSE)).card.legs) == 4

    await hold(database, ada, now, stock("AMD", "10", "100"), key="stock")
    with pytest.raises(InvalidInput, match="Which one"):
        await ask("draft_position_change", **CLOSE)


async def test_what_is_not_held_is_not_closed(
    ask: Ask, database: Database, ada: UUID, now: datetime
) -> None:
    await condor_of(database, ada, now)
    for name in ("butterfly", "long iron condor calendar"):
        with pytest.raises(NotFound):
            await ask("draft_position_change", structure=name, **CLOSE)
    with pytest.raises(NotFound):
        await ask("draft_position_change", action="close", symbol="DIS", structure="iron condor")


async def test_legs_opened_in_one_draft_are_one_structure(
    ask: Ask, database: Database, ada: UUID, now: datetime
) -> None:
    said = await ask(
        "draft_position_change",
        action="sell",
        symbol="AMD",
        expiry="dec 18",
        quantity="2",
        price="2.50",
        legs=LEGS,
    )

    assert said.card.draft.summary == "Sell AMD iron condor, 4 legs, net 2.50 received"
    assert Decimal(said.card.cash.value) == 500
    await confirmed(said, database, ada, now)
    (made,) = (await ask("list_positions")).card.structures
    assert (made.name, made.is_opened_together) == ("iron condor", True)
    assert Decimal(made.cost.value) == 500


def test_a_net_price_holds_where_a_leg_is_not_quoted() -> None:
    low, high = (option("AMD", strike, OptionKind.PUT) for strike in ("105", "110"))
    legs = [
        Trade(asset=low, quantity=Decimal(-2), price=None),
        Trade(asset=high, quantity=Decimal(2), price=Decimal("0.80")),
    ]

    moved = at_net(legs, Decimal("0.50"), 2)

    assert [each.price for each in moved] == [Decimal(0), Decimal("0.5")]
    assert net_of(moved, 2) == Decimal("0.50")


async def test_a_net_price_no_legs_can_have_is_refused(ask: Ask) -> None:
    with pytest.raises(InvalidInput, match="such a net price"):
        await ask(
            "draft_position_change",
            action="sell",
            symbol="AMD",
            expiry="dec 18",
            price="90",
            legs=[LEGS[0], LEGS[3]],
        )


async def test_the_same_contract_twice_is_no_structure(ask: Ask) -> None:
    with pytest.raises(InvalidInput, match="same contract"):
        await ask(
            "draft_position_change",
            action="buy",
            symbol="AMD",
            expiry="dec 18",
            legs=[LEGS[0], LEGS[0]],
        )


async def test_shares_and_a_put_beside_them_are_one_draft_at_their_own_prices(ask: Ask) -> None:
    legs = [
        {"side": "buy", "quantity": "100", "price": "110.0"},
        {"side": "buy", "quantity": "1", "right": "put", "strike": "105", "price": "1.5"},
    ]
    opened = {"action": "buy", "symbol": "AMD", "quantity": "1", "expiry": "2026-12-18"}
    said = await ask("draft_position_change", legs=legs, **opened)

    assert [each.quantity for each in said.card.legs] == ["100", "1"]
    assert Decimal(said.card.cash.value) == -(100 * Decimal(110) + 100 * Decimal("1.5"))
