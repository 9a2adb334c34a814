"""What is kept of a picture, for how long, and what a confirmation makes of it."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from typing_extensions import override

from app.core.errors import Conflict, InvalidInput, NotFound, ProviderUnavailable
from app.infra.db.database import Database
from app.market.providers.simulated import SimulatedMarket
from app.positions.models import AssetKind, Source
from app.positions.service import list_groups, list_positions
from app.screenshots import service
from app.screenshots.models import Evidence, FieldName, Kind, PositionRow, Reading
from app.screenshots.protocol import Recogniser, SecondReader, Sight
from app.screenshots.reading import read_words
from app.screenshots.repository import Screenshot
from app.screenshots.service import Confirmed, PictureReader
from tests.app.screenshots.conftest import table

HEAD = ("FINANCIAL INSTRUMENT", "POS", "MKT VAL", "AVG PX", "LAST")
EDGES = (20, -420, -520, -620, -720)
SIGHT = Sight(
    read_words(table(EDGES, HEAD, ("SPY Jun16'23 410 CALL", "-2", "-1,000", "4.10", "5.00"))),
    900,
    200,
    b"pixels",
)
CALL = Confirmed(
    underlying="SPY",
    kind=Kind.OPTION,
    quantity=Decimal(-2),
    right="call",
    strike=Decimal(410),
    expiry=date(2027, 6, 18),
    price=Decimal("4.10"),
)
MARKET = SimulatedMarket(seed=7)
SHARES = Confirmed(underlying="AAPL", quantity=Decimal(10))


class Laid(Recogniser):
    """Sees what was laid out."""

    @override
    async def see(self, content: bytes) -> Sight:
        return SIGHT

    @override
    async def close(self) -> None:
        return


class Other(SecondReader):
    """A second reader that saw the same rows, with some fields changed, or nothing at all."""

    def __init__(self, changed: dict[FieldName, Decimal] | None) -> None:
        self._changed = changed

    @property
    @override
    def name(self) -> str:
        return "another"

    @override
    async def read(self, picture: bytes) -> tuple[PositionRow, ...]:
        if self._changed is None:
            raise ProviderUnavailable("It does not answer.")
        row = (await PictureReader(Laid()).read(b""))[1].rows[0]
        fields = dict(row.fields)
        for name, value in self._changed.items():
            fields[name] = replace(fields[name], value=value)
        return (replace(row, fields=fields),)

    @override
    async def close(self) -> None:
        return


async def _kept(database: Database, member: UUID, now: datetime, days: int = 7) -> Screenshot:
    sight, reading = await PictureReader(Laid()).read(b"")
    async with database.member(member) as session:
        return await service.keep(session, sight, reading, days=days, now=now)


async def test_reading_stores_no_position(database: Database, ada: UUID, now: datetime) -> None:
    kept = await _kept(database, ada, now)
    async with database.member(ada) as session:
        assert (await service.get(session, kept.id, now=now)).reading == kept.reading
        assert await list_positions(session, with_closed=True) == ()


async def test_a_confirmation_makes_positions_once(
    database: Database, ada: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now)
    for is_repeated in (False, True):
        async with database.member(ada) as session:
            stored = await service.confirm(session, kept.id, [CALL, SHARES], market=MARKET, now=now)
        assert stored.is_repeated is is_repeated
    async with database.member(ada) as session:
        held = await list_positions(session, with_closed=False)
        assert (await service.get(session, kept.id, now=now)).confirmed_at == now
    assert sorted((each.asset.label, each.quantity, each.source) for each in held) == [
        ("AAPL", Decimal(10), Source.SCREENSHOT),
        ("SPY 410 call 18 Jun 2027", Decimal(-2), Source.SCREENSHOT),
    ]


async def test_a_pair_is_a_coin_whatever_the_picture_calls_it(
    database: Database, ada: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now)
    coin = Confirmed(underlying="BTC/USD", quantity=Decimal("0.5"), price=Decimal(91000))
    async with database.member(ada) as session:
        (held,) = (
            await service.confirm(session, kept.id, [coin], market=MARKET, now=now)
        ).positions
    assert (held.asset.kind, held.asset.unit) == (AssetKind.CRYPTO, "coins")


@pytest.mark.parametrize(
    ("row", "key", "unit"),
    [
        (
            Confirmed(
                underlying="/ES",
                kind=Kind.FUTURE,
                quantity=Decimal(2),
                expiry=date(2026, 12, 18),
            ),
            "ES 2026-12-18",
            "contracts",
        ),
        (
            Confirmed(underlying="btc", kind=Kind.CRYPTO, quantity=Decimal("0.25")),
            "BTC/USD",
            "coins",
        ),
    ],
    ids=["a future", "a coin by its symbol"],
)
async def test_futures_and_coins_are_held_as_such(
    database: Database, ada: UUID, now: datetime, row: Confirmed, key: str, unit: str
) -> None:
    kept = await _kept(database, ada, now)
    async with database.member(ada) as session:
        (held,) = (await service.confirm(session, kept.id, [row], market=MARKET, now=now)).positions
    assert (held.asset.key, held.asset.unit, held.quantity) == (key, unit, row.quantity)


async def test_an_index_option_that_is_held_is_not_made_twice(
    database: Database, ada: UUID, now: datetime
) -> None:
    first, second = [await _kept(database, ada, now) for _ in range(2)]
    call = replace(CALL, underlying="SPXW", expiry=date(2026, 12, 18), strike=Decimal(6000))
    async with database.member(ada) as session:
        await service.confirm(session, first.id, [call], market=MARKET, now=now)
        bare = replace(call, underlying="SPX")
        await service.confirm(session, second.id, [bare], market=MARKET, now=now)
        (held,) = await list_positions(session)
    assert (held.asset.symbol, held.asset.root, held.quantity) == ("SPX", "SPXW", Decimal(-2))


async def test_legs_of_one_line_of_the_picture_are_one_structure(
    database: Database, ada: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now)
    legs = [
        replace(CALL, group="vertical"),
        replace(CALL, strike=Decimal(420), quantity=Decimal(2), group="vertical"),
    ]
    async with database.member(ada) as session:
        await service.confirm(session, kept.id, [*legs, SHARES], market=MARKET, now=now)
        (group,) = await list_groups(session)
    assert [each.quantity for each in group.legs] == [Decimal(-2), Decimal(2)]


async def test_two_confirmations_at_once_are_one(
    database: Database, ada: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now)

    async def confirm() -> bool:
        async with database.member(ada) as session:
            return (
                await service.confirm(session, kept.id, [SHARES], market=MARKET, now=now)
            ).is_repeated

    assert sorted(await asyncio.gather(confirm(), confirm())) == [False, True]
    async with database.member(ada) as session:
        (held,) = await list_positions(session, with_closed=False)
    assert held.quantity == 10


async def test_another_confirmation_of_the_same_picture_is_refused(
    database: Database, ada: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now)
    async with database.member(ada) as session:
        await service.confirm(session, kept.id, [SHARES], market=MARKET, now=now)
    with pytest.raises(Conflict):
        async with database.member(ada) as session:
            await service.confirm(session, kept.id, [CALL], market=MARKET, now=now)


async def test_two_lots_of_one_contract_are_one_position(
    database: Database, ada: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now)
    lots = [
        Confirmed(underlying="AAPL", quantity=Decimal(10), price=Decimal(100)),
        Confirmed(underlying="AAPL", quantity=Decimal(30), price=Decimal(200)),
    ]
    async with database.member(ada) as session:
        await service.confirm(session, kept.id, lots, market=MARKET, now=now)
        (held,) = await list_positions(session, with_closed=False)
    assert (held.quantity, held.holding.price) == (Decimal(40), Decimal(175))


@pytest.mark.parametrize(
    "row",
    [
        Confirmed(underlying="SPY", kind=Kind.OPTION, quantity=Decimal(1), right="call"),
        Confirmed(underlying="no symbol!", quantity=Decimal(1)),
        Confirmed(underlying="AAPL", quantity=Decimal(0)),
    ],
)
async def test_a_row_that_names_nothing_stores_nothing(
    database: Database, ada: UUID, now: datetime, row: Confirmed
) -> None:
    kept = await _kept(database, ada, now)
    with pytest.raises(InvalidInput):
        async with database.member(ada) as session:
            await service.confirm(session, kept.id, [SHARES, row], market=MARKET, now=now)
    async with database.member(ada) as session:
        assert await list_positions(session, with_closed=True) == ()
        assert (await service.get(session, kept.id, now=now)).confirmed_at is None


async def test_another_members_picture_does_not_exist(
    database: Database, ada: UUID, bob: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now)
    async with database.member(bob) as session:
        with pytest.raises(NotFound):
            await service.get(session, kept.id, now=now)
        with pytest.raises(NotFound):
            await service.picture(session, kept.id, now=now)
        with pytest.raises(NotFound):
            await service.crop(session, kept.id, 0, now=now)
        with pytest.raises(NotFound):
            await service.confirm(session, kept.id, [SHARES], market=MARKET, now=now)
        with pytest.raises(NotFound):
            await service.delete(session, kept.id)
        assert await service.delete_expired(session, now=now + timedelta(days=99)) == 0


async def test_a_picture_goes_when_its_days_are_over_and_its_positions_stay(
    database: Database, ada: UUID, now: datetime
) -> None:
    short, long = await _kept(database, ada, now, 1), await _kept(database, ada, now, 30)
    async with database.member(ada) as session:
        await service.confirm(session, short.id, [SHARES], market=MARKET, now=now)
    later = now + timedelta(days=1)
    async with database.member(ada) as session:
        assert await service.delete_expired(session, now=later - timedelta(seconds=1)) == 0
        assert await service.delete_expired(session, now=later) == 1
        with pytest.raises(NotFound):
            await service.picture(session, short.id, now=now)
        assert await service.picture(session, long.id, now=later) == b"pixels"
        assert len(await list_positions(session, with_closed=False)) == 1


async def test_a_picture_whose_time_is_over_is_gone_before_it_is_deleted(
    database: Database, ada: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now, 1)
    later = now + timedelta(days=1)
    async with database.member(ada) as session:
        assert len(await service.list_screenshots(session, now=now)) == 1
        assert await service.list_screenshots(session, now=later) == ()
        for gone in (
            service.get(session, kept.id, now=later),
            service.picture(session, kept.id, now=later),
            service.crop(session, kept.id, 0, now=later),
            service.keep_for(session, kept.id, days=30, now=later),
            service.confirm(session, kept.id, [SHARES], market=MARKET, now=later),
        ):
            with pytest.raises(NotFound):
                await gone


async def test_a_picture_that_is_to_go_at_once_stays_for_the_hour_it_is_looked_over(
    database: Database, ada: UUID, now: datetime
) -> None:
    kept = await _kept(database, ada, now, 0)
    async with database.member(ada) as session:
        await service.get(session, kept.id, now=now + timedelta(minutes=59))
        with pytest.raises(NotFound):
            await service.get(session, kept.id, now=now + timedelta(hours=1))
        await service.confirm(session, kept.id, [SHARES], market=MARKET, now=now)
        with pytest.raises(NotFound):
            await service.picture(session, kept.id, now=now)


@pytest.mark.parametrize("days", [-1, 91])
async def test_nothing_is_kept_for_ever(
    database: Database, ada: UUID, now: datetime, days: int
) -> None:
    with pytest.raises(InvalidInput, match="days"):
        await _kept(database, ada, now, days)


async def _read(second: SecondReader | None) -> Reading:
    return (await PictureReader(Laid(), second).read(b""))[1]


async def test_two_readers_that_agree_make_a_field_surer() -> None:
    reading = await _read(Other({}))
    (row,) = reading.rows
    assert reading.readers == ("ocr", "another")
    assert row.fields[FieldName.STRIKE].evidence is Evidence.AGREED
    assert row.fields[FieldName.MARK].evidence is Evidence.CHECKED
    assert row.doubts == ()


async def test_two_readers_that_differ_leave_a_doubt_and_the_first_reading() -> None:
    (row,) = (await _read(Other({FieldName.STRIKE: Decimal(470)}))).rows
    assert row.value(FieldName.STRIKE) == 410
    assert row.fields[FieldName.STRIKE].evidence is Evidence.DOUBTED
    assert any("410" in doubt and "470" in doubt for doubt in row.doubts)


async def test_a_field_that_arithmetic_confirms_is_doubted_where_the_second_reader_differs() -> (
    None
):
    (row,) = (await _read(Other({FieldName.MARK: Decimal("8.00")}))).rows
    assert row.value(FieldName.MARK) == 5
    assert row.fields[FieldName.MARK].evidence is Evidence.DOUBTED


async def test_a_second_reader_that_is_away_costs_nothing() -> None:
    assert (await _read(Other(None))).readers == ("ocr",)
