"""When options end: at the close, at the opening, early on half days, before holidays."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.core.symbols import Symbol
from app.market.chains import ExerciseStyle, OptionContract, OptionKind
from app.options.settlement import expires_at, is_settled_in_the_morning, root_of, years_until


def listed(root: str, expiry: date) -> OptionContract:
    return OptionContract(
        ticker=f"{root}{expiry:%y%m%d}C06000000",
        underlying=Symbol("SPX"),
        expiry=expiry,
        strike=Decimal(6000),
        kind=OptionKind.CALL,
        style=ExerciseStyle.EUROPEAN,
    )


@pytest.mark.parametrize(
    ("root", "expiry", "end"),
    [
        ("SPY", date(2026, 12, 18), datetime(2026, 12, 18, 21, 0, tzinfo=UTC)),
        ("SPXW", date(2026, 12, 18), datetime(2026, 12, 18, 21, 0, tzinfo=UTC)),
        ("SPX", date(2026, 12, 18), datetime(2026, 12, 18, 14, 30, tzinfo=UTC)),
        ("SPX", date(2026, 7, 17), datetime(2026, 7, 17, 13, 30, tzinfo=UTC)),
        ("SPXW", date(2026, 11, 27), datetime(2026, 11, 27, 18, 0, tzinfo=UTC)),
        ("AAPL", date(2014, 1, 18), datetime(2014, 1, 17, 21, 0, tzinfo=UTC)),
        ("SPX", date(2014, 1, 18), datetime(2014, 1, 17, 21, 0, tzinfo=UTC)),
        ("SPY", date(2026, 4, 3), datetime(2026, 4, 2, 20, 0, tzinfo=UTC)),
    ],
    ids=[
        "fund",
        "weekly",
        "morning",
        "summer",
        "half day",
        "saturday",
        "morning saturday",
        "holiday",
    ],
)
def test_an_option_ends_with_its_settlement(root: str, expiry: date, end: datetime) -> None:
    assert expires_at(listed(root, expiry)) == end


def test_only_some_index_roots_settle_in_the_morning() -> None:
    day = date(2026, 12, 18)
    morning = [
        root
        for root in ("SPX", "SPXW", "VIX", "XSP", "NDXP", "AAPL")
        if is_settled_in_the_morning(listed(root, day))
    ]
    assert morning == ["SPX", "VIX"]
    assert root_of("BRKB261218P00450000") == "BRKB"


def test_the_last_minute_of_a_day_counts() -> None:
    end = expires_at(listed("SPXW", date(2026, 11, 20)))
    minute_before = datetime(2026, 11, 20, 20, 59, tzinfo=UTC)
    assert years_until(end, minute_before) == pytest.approx(1 / (365 * 24 * 60))
    assert years_until(end, end) == 0
    assert years_until(end, datetime(2026, 11, 20, 21, 1, tzinfo=UTC)) < 0
