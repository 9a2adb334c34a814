"""Legs opened together stay together as long as all of them are held."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from app.core.errors import Conflict
from app.infra.db.database import Database
from app.market.chains import OptionKind
from app.market.protocol import MarketData
from app.options.recognition import StructureName
from app.positions import service
from app.positions.groups import GroupLeg, LegGroup, parted
from app.positions.models import Position, Source
from app.positions.service import Closing, Opening
from app.positions.structures import structures
from app.positions.valuation import value_positions
from tests.app.positions.conftest import asset, held, option

LOW, SOLD_PUT, SOLD_CALL, HIGH = (
    option("SPY", strike, right)
    for strike, right in (
        ("275", OptionKind.PUT),
        ("281", OptionKind.PUT),
        ("299", OptionKind.CALL),
        ("305", OptionKind.CALL),
    )
)
CONDOR = ((LOW, 1, "1"), (SOLD_PUT, -1, "2"), (SOLD_CALL, -1, "3"), (HIGH, 1, "1.5"))


def openings(count: int = 1, group: str = "a") -> list[Opening]:
    return [
        Opening(asset=what, quantity=Decimal(sign * count), price=Decimal(price), group=group)
        for what, sign, price in CONDOR
    ]


def group_of(count: int, made_at: datetime) -> LegGroup:
    legs = tuple(
        GroupLeg(asset=what.key, quantity=Decimal(sign * count), price=Decimal(price))
        for what, sign, price in CONDOR
    )
    return LegGroup(entry=uuid4(), made_at=made_at, legs=legs)


def holding(count: int, now: datetime) -> list[Position]:
    return [held(what, str(sign * count), price, now) for what, sign, price in CONDOR]


def sizes(parts: tuple[Position, ...]) -> list[int]:
    return [int(each.quantity) for each in parts]


def test_what_all_legs_still_hold_stands(now: datetime) -> None:
    positions = holding(3, now)
    positions[0] = held(LOW, "2", "1", now)

    found = parted(positions, [group_of(3, now)])

    assert [sizes(each) for each in found.groups] == [[2, -2, -2, 2]]
    assert sorted(sizes(found.rest)) == [-1, -1, 1]


def test_a_leg_that_is_turned_around_or_gone_ends_its_group(now: datetime) -> None:
    turned = [held(LOW, "-1", "1", now), *holding(1, now)[1:]]
    for positions in (turned, holding(1, now)[1:]):
        found = parted(positions, [group_of(1, now)])
        assert found.groups == ()
        assert found.rest == tuple(positions)


def test_of_two_groups_over_the_same_contracts_the_youngest_stands(now: datetime) -> None:
    older, younger = group_of(2, now - timedelta(days=1)), group_of(1, now)

    found = parted(holding(2, now), [older, younger])

    assert [sizes(each) for each in found.groups] == [[1, -1, -1, 1], [1, -1, -1, 1]]
    assert found.rest == ()


async def test_a_group_has_its_name_its_cost_its_results_and_its_greeks(
    market: MarketData, now: datetime
) -> None:
    positions = [*holding(2, now), held(asset("SPY"), "100", "600", now)]
    lines = await value_positions(positions, market=market, as_of=now, rate=0.04)

    (condor,) = structures(lines, [group_of(2, now)])

    assert (condor.name, condor.units) == (StructureName.IRON_CONDOR, 2)
    assert condor.is_opened_together
    assert condor.cost == -2 * 100 * Decimal("2.5")
    results = [line.open_result for line in lines[:4]]
    assert condor.open_result == sum(each for each in results if each is not None)
    greeks = [line.greeks for line in lines[:4]]
    assert condor.greeks is not None
    assert condor.greeks.theta == pytest.approx(sum(each.theta for each in greeks if each))


async def test_a_leg_without_a_cost_leaves_the_cost_of_its_group_unknown(
    market: MarketData, now: datetime
) -> None:
    positions = holding(1, now)
    lots = tuple(replace(lot, price=None) for lot in positions[0].holding.lots)
    positions[0] = replace(positions[0], holding=replace(positions[0].holding, lots=lots))
    lines = await value_positions(positions, market=market, as_of=now, rate=0.04)

    (condor,) = structures(lines, [group_of(1, now)])

    assert (condor.cost, condor.open_result) == (None, None)
    assert condor.value is not None


async def stored(database: Database, member: UUID, now: datetime, *each: Opening) -> None:
    async with database.member(member) as session:
        await service.open_positions(session, each, source=Source.TYPED, key="open", now=now)


async def groups(database: Database, member: UUID) -> tuple[LegGroup, ...]:
    async with database.member(member) as session:
        return await service.list_groups(session)


async def test_a_group_is_kept_with_what_its_legs_cost(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    loose = Opening(asset=asset("AAPL"), quantity=Decimal(5), group="alone")
    await stored(database, ada, now, *openings(2), loose)

    (group,) = await groups(database, ada)

    assert group.legs == group_of(2, now).legs
    assert group.made_at == now
    assert await groups(database, bob) == ()


async def test_closing_a_leg_takes_its_share_of_the_group(
    database: Database, ada: UUID, now: datetime
) -> None:
    await stored(database, ada, now, *openings(2))
    async with database.member(ada) as session:
        (leg,) = [each for each in await service.list_positions(session) if each.asset == HIGH]
        closing = Closing(position_id=leg.id, quantity=Decimal(1))
        await service.close_position(session, closing, key="close", now=now)
        positions = await service.list_positions(session)

    found = parted(positions, await groups(database, ada))
    assert [len(each) for each in found.groups] == [4]
    assert {abs(each.quantity) for each in found.groups[0]} == {Decimal(1)}
    assert len(found.rest) == 3


async def test_the_same_legs_apart_are_another_request(
    database: Database, ada: UUID, now: datetime
) -> None:
    await stored(database, ada, now, *openings())
    with pytest.raises(Conflict):
        await stored(database, ada, now, *openings(group=""))
