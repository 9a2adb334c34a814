"""One contract has one reading: in a chain, in a book and in a roll."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import numpy as np
import pytest

from app.core.symbols import Symbol
from app.market.chains import OptionKind
from app.market.providers.simulated import SimulatedMarket
from app.options.contract_values import contract_values
from app.options.roll_targets import Held
from app.options.rolls import priced_row
from app.options.service import Listed, contract_row, exact_reading, listed_options, reading
from app.positions.marks import BookLine
from app.positions.models import Asset, AssetKind, Holding, Lot, Position, Source
from app.positions.valuation import value_positions

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
AAPL, END = Symbol("AAPL"), date(2027, 12, 17)
MARKET = SimulatedMarket(seed=7)


@pytest.fixture
async def listed() -> Listed:
    return await listed_options(MARKET, AAPL, as_of=NOW, rate=0.04)


def row_of(listed: Listed, strike: float, kind: OptionKind = OptionKind.PUT) -> int:
    [series] = listed.measured.of_expiry(END)
    return contract_row(listed, series, kind, strike=strike)


async def line_of(strike: str) -> BookLine:
    asset = Asset(
        kind=AssetKind.OPTION,
        symbol=AAPL,
        right=OptionKind.PUT,
        strike=Decimal(strike),
        expiry=END,
        multiplier=Decimal(100),
    )
    lot = Lot(quantity=Decimal(1), price=Decimal(30), opened_at=NOW - timedelta(days=3))
    position = Position(
        id=uuid4(),
        asset=asset,
        holding=Holding(lots=(lot,)),
        version=1,
        source=Source.TYPED,
        opened_at=lot.opened_at,
        updated_at=lot.opened_at,
    )
    [line] = await value_positions([position], market=MARKET, as_of=NOW, rate=0.04)
    return line


@pytest.mark.parametrize("strike", ["120", "150", "200", "350", "500"])
async def test_chain_roll_and_book_agree_on_one_contract(listed: Listed, strike: str) -> None:
    row = row_of(listed, float(strike))
    told, rolled = (
        exact_reading(listed, row),
        priced_row(Held(listed=listed, row=row, is_long=True), row),
    )
    line = await line_of(strike)

    assert told.is_american
    assert line.greeks is not None
    assert told.delta is not None
    assert told.theta is not None
    assert rolled.delta == told.delta
    assert rolled.theta == told.theta
    assert line.greeks.delta == pytest.approx(100 * told.delta, rel=1e-6)
    assert line.greeks.theta == pytest.approx(100 * told.theta, rel=1e-6)


def test_the_right_to_exercise_early_lowers_the_volatility_of_a_put(listed: Listed) -> None:
    row = row_of(listed, 135.0)
    european, american = reading(listed, row), exact_reading(listed, row)

    assert american.volatility is not None
    assert european.volatility is not None
    assert american.volatility < european.volatility - 0.01
    assert american.delta is not None
    assert european.delta is not None
    assert american.delta < european.delta - 0.05


@pytest.mark.parametrize(
    "strike",
    ["250", "350", "500"],
    ids=["its middle is above", "its strike has one", "nothing has one"],
)
async def test_what_should_be_exercised_is_stock_without_volatility(
    listed: Listed, strike: str
) -> None:
    told, line = exact_reading(listed, row_of(listed, float(strike))), await line_of(strike)

    assert (told.volatility, told.is_due, told.absence) == (None, True, "it should be exercised")
    assert (told.delta, told.gamma, told.theta, told.vega) == (-1.0, 0.0, 0.0, 0.0)
    assert line.absence == "no volatility: it should be exercised"
    assert line.greeks is not None
    assert (line.greeks.delta, line.greeks.theta) == (-100.0, 0.0)


async def test_a_book_moves_by_the_american_greeks(listed: Listed) -> None:
    line = await line_of("135")

    assert line.greeks is not None
    assert line.spot is not None
    spot = float(line.spot)
    up, down = line.moved(spot=spot + 0.2), line.moved(spot=spot - 0.2)
    assert up is not None
    assert down is not None
    assert (up - down) / 0.4 == pytest.approx(line.greeks.delta, rel=2e-3)
    assert line.moved(spot=spot, points=0.1) == pytest.approx(line.greeks.vega * 0.1, rel=0.02)


def test_a_call_whose_right_is_worth_nothing_stays_european(listed: Listed) -> None:
    row = row_of(listed, 135.0, OptionKind.CALL)

    assert exact_reading(listed, row).delta == reading(listed, row).delta


async def test_options_on_an_index_are_european_whatever_they_are_worth() -> None:
    listed = await listed_options(MARKET, Symbol("SPX"), as_of=NOW, rate=0.04)
    chain = listed.measured
    rows = np.flatnonzero(~chain.contracts.is_call & ~np.isnan(chain.volatility.value))

    for row in rows[:: max(len(rows) // 50, 1)].tolist():
        found = contract_values(chain, row)
        assert not found.is_american
        assert found.volatility == chain.volatility.value[row]
        assert found.delta == chain.greeks.delta[row]
        assert exact_reading(listed, row) == reading(listed, row)
