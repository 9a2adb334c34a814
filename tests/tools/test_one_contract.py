"""The chain, the Greeks of one contract, the book and a roll say the same of one contract."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.core.clock import FrozenClock
from app.core.symbols import Symbol
from app.grounding.ledger import Ledger
from app.infra.db.database import Database
from app.market.chains import OptionKind
from app.market.providers.simulated import SimulatedMarket
from app.positions import service
from app.positions.models import Asset, AssetKind, Source
from app.positions.protocol import MemberHoldings
from app.positions.service import Opening
from tools import TOOLBOX
from tools.base import ToolContext

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
MARKET = SimulatedMarket(seed=7)
END = date(2027, 12, 17)


async def card_of(name: str, database: Database, member: UUID, **arguments: object) -> Any:
    ledger = Ledger()
    context = ToolContext(
        market=MARKET,
        clock=FrozenClock(NOW),
        book=ledger.open(call_id="call", tool=name, provider="Simulated market"),
        ledger=ledger,
        holdings=MemberHoldings(database, member),
    )
    result = await TOOLBOX.get(name).call(arguments, context)
    return result.cards[0]


@pytest.mark.parametrize("strike", ["135", "150", "350"])
async def test_four_tools_tell_one_delta(database: Database, ada: UUID, strike: str) -> None:
    asset = Asset(
        kind=AssetKind.OPTION,
        symbol=Symbol("AAPL"),
        right=OptionKind.PUT,
        strike=Decimal(strike),
        expiry=END,
        multiplier=Decimal(100),
    )
    opening = Opening(asset=asset, quantity=Decimal(1), price=Decimal(30))
    async with database.member(ada) as session:
        await service.open_positions(
            session, [opening], source=Source.TYPED, key="one", now=NOW - timedelta(days=2)
        )
    of = {"symbol": "AAPL", "expiry": END.isoformat(), "kind": "put"}

    chain = await card_of("get_option_chain", database, ada, **of, strikes=15)
    single = await card_of("get_greeks", database, ada, **of, strike=float(strike))
    book = await card_of("get_portfolio_greeks", database, ada)
    listed = await card_of("list_positions", database, ada)
    rolls = await card_of("compare_rolls", database, ada, symbol="AAPL")

    [row] = [each for each in chain.rows if each.strike.value == strike]
    [delta] = [each for each in single.greeks if each.name == "delta"]
    told = Decimal(delta.share.value)
    assert row.put.is_early
    assert Decimal(row.put.delta.value) == pytest.approx(told, abs=Decimal("0.006"))
    assert Decimal(rolls.delta.value) == pytest.approx(told, abs=Decimal("0.006"))
    assert Decimal(book.underlyings[0].delta.value) == pytest.approx(
        100 * told, abs=Decimal("0.06")
    )
    is_due = strike == "350"
    assert (single.volatility is None) == is_due or strike == "150"
    assert (told == -1) == is_due
    said = any("it should be exercised" in note for note in listed.notes)
    assert said == is_due
    assert any("it should be exercised" in note for note in book.notes) == is_due
