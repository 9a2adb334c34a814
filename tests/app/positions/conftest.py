"""A book on the simulated market, whose prices are a function of the moment."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from app.core.symbols import Symbol
from app.market.chains import OptionKind
from app.market.protocol import MarketData
from app.market.providers.simulated import SimulatedMarket
from app.positions.models import (
    Asset,
    AssetKind,
    Holding,
    Lot,
    Position,
    Source,
    usual_multiplier,
)

DECEMBER = date(2026, 12, 18)


@pytest.fixture(scope="session")
def market() -> MarketData:
    return SimulatedMarket(seed=7)


def asset(symbol: str, kind: AssetKind = AssetKind.STOCK) -> Asset:
    return Asset(kind=kind, symbol=Symbol(symbol), multiplier=usual_multiplier(kind, symbol))


def option(symbol: str, strike: str, right: OptionKind, expiry: date = DECEMBER) -> Asset:
    return Asset(
        kind=AssetKind.OPTION,
        symbol=Symbol(symbol),
        right=right,
        strike=Decimal(strike),
        expiry=expiry,
        multiplier=Decimal(100),
    )


def held(
    what: Asset, quantity: str, price: str | None, opened_at: datetime, *, root: str = ""
) -> Position:
    paid = None if price is None else Decimal(price)
    lot = Lot(quantity=Decimal(quantity), price=paid, opened_at=opened_at)
    return Position(
        id=uuid4(),
        asset=what,
        holding=Holding(lots=(lot,)),
        version=1,
        source=Source.TYPED,
        opened_at=opened_at,
        updated_at=opened_at,
    )
