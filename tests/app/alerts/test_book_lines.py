"""A draft on holdings names the lines it looks at; a name that fits nothing is said."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from app.alerts.monitor_book import MemberBook
from app.alerts.values import NoBook
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.macro.source import NoSource
from app.market.chains import OptionKind
from app.market.providers.simulated import SimulatedMarket
from app.positions import service as positions
from app.positions.models import Asset, AssetKind, Source
from tools.alerts_held import held_by_name

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
NONE = "Nothing that you hold is called “{}” now: this cannot fire before something is."


@pytest.fixture
async def book(database: Database, ada: UUID) -> MemberBook:
    calls = [
        Asset(
            kind=AssetKind.OPTION,
            symbol=Symbol("AMD"),
            right=OptionKind.CALL,
            strike=Decimal(180),
            expiry=expiry,
            multiplier=Decimal(100),
        )
        for expiry in (date(2027, 1, 15), date(2027, 2, 19))
    ]
    shares = [Asset(kind=AssetKind.STOCK, symbol=Symbol(each)) for each in ("AMD", "TSLA")]
    openings = [
        positions.Opening(asset=each, quantity=Decimal(1), price=Decimal(1))
        for each in (*calls, *shares)
    ]
    async with database.member(ada) as session:
        await positions.open_positions(session, openings, source=Source.TYPED, key="k", now=NOW)
    return MemberBook(database, ada, SimulatedMarket(), NoSource())


@pytest.mark.database
@pytest.mark.parametrize(
    ("condition", "note"),
    [
        ('position("AMD").pnl < 1', "“AMD” is AMD; AMD 180 call 15 Jan 2027; AMD 180 call 19 Feb 2027."),
        ('position("AMD shares").value > 1', "“AMD shares” is AMD."),
        ('delta("AMD 180c jan") < 0.3', "“AMD 180c jan” is AMD 180 call 15 Jan 2027."),
        ('position("T").pnl < 1', NONE.format("T")),
        ('position("F").pnl < 1', NONE.format("F")),
        (
            'mark("180 call") > 1',
            "“180 call” is more than one contract, so it cannot be told: AMD 180 call 15 Jan 2027; AMD 180 call 19 Feb 2027. Name one of them.",
        ),
    ],
)  # fmt: skip
async def test_a_card_names_the_lines_that_bear_a_name(
    book: MemberBook, condition: str, note: str
) -> None:
    found = await held_by_name({"condition": condition}, book)
    assert found.notes == (note,)
    assert bool(found.absence) is note.startswith("Nothing")


async def test_where_nobody_or_no_name_is_asked_nothing_is_said() -> None:
    found = await held_by_name({"condition": 'position("AMD").pnl < 1'}, NoBook())
    assert (found.notes, found.absence) == ((), "")


@pytest.mark.database
async def test_a_sum_of_the_book_needs_no_name(book: MemberBook) -> None:
    assert (await held_by_name({"condition": "net_delta > 200"}, book)).notes == ()
