from datetime import UTC, date, datetime
from decimal import Decimal

from app.api.options import _around
from app.core.symbols import Symbol
from app.market.chains import (
    ExerciseStyle,
    OptionChain,
    OptionContract,
    OptionKind,
    OptionQuote,
)
from app.market.models import Provider

NEAR, FAR = date(2026, 11, 27), date(2026, 12, 18)


def quote(strike: int, expiry: date, kind: OptionKind) -> OptionQuote:
    return OptionQuote(
        contract=OptionContract(
            ticker=f"SPY{expiry:%y%m%d}{kind.value[0].upper()}{strike * 1000:08d}",
            underlying=Symbol("SPY"),
            expiry=expiry,
            strike=Decimal(strike),
            kind=kind,
            style=ExerciseStyle.AMERICAN,
        )
    )


CHAIN = OptionChain(
    underlying=Symbol("SPY"),
    quotes=[
        quote(strike, expiry, kind)
        for expiry in (NEAR, FAR)
        for strike in range(590, 611)
        for kind in OptionKind
    ],
    provider=Provider(name="hand"),
    as_of=datetime(2026, 11, 20, tzinfo=UTC),
)


def test_without_an_expiry_the_nearest_is_shown_around_the_spot() -> None:
    found = _around(CHAIN, None, Decimal("600.4"), 2)

    assert {each.contract.expiry for each in found} == {NEAR}
    assert sorted({int(each.contract.strike) for each in found}) == [599, 600, 601, 602]
    assert len(found) == 8


def test_at_the_edge_there_are_as_many_strikes_as_are_listed() -> None:
    found = _around(CHAIN, FAR, Decimal(9999), 3)

    assert sorted({int(each.contract.strike) for each in found}) == [608, 609, 610]
