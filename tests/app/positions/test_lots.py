"""Lots: first in first out, both ways, in exact decimals."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.market.chains import OptionKind
from app.positions.lots import changed, replayed
from app.positions.models import Asset, AssetKind, Change, ChangeKind, Holding, Lot

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
HUNDRED = Decimal(100)
ONE = Decimal(1)


def trade(quantity: str, price: str | None, day: int = 0) -> Change:
    paid = None if price is None else Decimal(price)
    at = NOON + timedelta(days=day)
    return Change(kind=ChangeKind.TRADE, quantity=Decimal(quantity), price=paid, at=at)


def test_the_oldest_lot_is_closed_first() -> None:
    held = replayed([trade("2", "3.20"), trade("3", "4.00", 1), trade("-3", "5.00", 2)], HUNDRED)

    assert [(lot.quantity, lot.price) for lot in held.lots] == [(Decimal(2), Decimal("4.00"))]
    assert held.realised == (Decimal("1.80") * 2 + Decimal("1.00") * 1) * 100


def test_the_oldest_is_by_when_it_was_opened_not_by_when_it_was_typed() -> None:
    held = replayed([trade("1", "20", 1), trade("1", "10", 0), trade("-1", "30", 2)], ONE)

    assert [lot.price for lot in held.lots] == [Decimal(20)]
    assert held.realised == 20


def test_selling_more_than_is_held_turns_it_short() -> None:
    held = replayed([trade("100", "10"), trade("-150", "12", 1)], ONE)

    assert (held.quantity, held.price, held.realised) == (Decimal(-50), Decimal(12), Decimal(200))


def test_a_short_wins_when_it_is_bought_back_lower() -> None:
    held = replayed([trade("-2", "5.10"), trade("2", "1.10", 1)], HUNDRED)

    assert held.lots == ()
    assert held.realised == Decimal(800)


def test_what_was_paid_for_an_unknown_price_is_not_made_up() -> None:
    held = replayed([trade("2", None), trade("-1", "4.00", 1)], HUNDRED)

    assert held.price is None
    assert (held.realised, held.is_realised_whole) == (Decimal(0), False)


def test_a_correction_replaces_the_lots_and_keeps_what_was_realised() -> None:
    before = replayed([trade("2", "3.00"), trade("-1", "4.00", 1)], HUNDRED)
    lot = Lot(quantity=Decimal(7), price=Decimal("3.10"), opened_at=NOON)

    held = changed(before, Change(kind=ChangeKind.CORRECTION, lots=(lot,), at=NOON), HUNDRED)

    assert held.lots == (lot,)
    assert held.realised == Decimal(100)


def test_a_void_takes_all_of_it_back() -> None:
    before = replayed([trade("2", "3.00"), trade("-1", "4.00", 1)], HUNDRED)

    assert changed(before, Change(kind=ChangeKind.VOID, at=NOON), HUNDRED) == Holding()


def test_decimals_stay_exact() -> None:
    held = replayed([trade("0.1", "0.3")] * 3 + [trade("-0.3", "0.4", 1)], ONE)

    assert held == Holding(realised=Decimal("0.03"))


@pytest.mark.parametrize("quantity", ["0", "NaN", "Infinity", "1E20", "0.000000001"])
def test_a_quantity_that_nobody_can_hold_is_refused(quantity: str) -> None:
    with pytest.raises(InvalidInput):
        trade(quantity, "1")


def test_an_asset_has_one_spelling() -> None:
    call = Asset(
        kind=AssetKind.OPTION,
        symbol=Symbol("DIS"),
        right=OptionKind.CALL,
        strike=Decimal("130.00"),
        expiry=date(2027, 4, 16),
        multiplier=HUNDRED,
    )
    assert call.key == "DIS 2027-04-16 130 call"
    assert call.label == "DIS 130 call 16 Apr 2027"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": AssetKind.OPTION},
        {"kind": AssetKind.STOCK, "strike": Decimal(1)},
        {"kind": AssetKind.STOCK, "expiry": date(2027, 1, 1)},
        {"kind": AssetKind.FUTURE},
    ],
)
def test_an_asset_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Asset(symbol=Symbol("DIS"), **wrong)  # type: ignore[arg-type]
