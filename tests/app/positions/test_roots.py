"""An index option is one position, whichever of its names it comes by."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from app.market.chains import OptionKind
from app.market.protocol import MarketData
from app.positions.models import Asset
from app.positions.roots import as_listed, roots_of, underlying_of
from tests.app.positions.conftest import DECEMBER, held, option

WEEKLY = date(2026, 12, 11)
FAR = date(2028, 12, 15)


@pytest.mark.parametrize(
    ("name", "symbol", "root"),
    [("SPX", "SPX", None), ("$SPXW", "SPX", "SPXW"), ("ndxp", "NDX", "NDXP"), ("DIS", "DIS", None)],
)
def test_a_root_is_no_underlying(name: str, symbol: str, root: str | None) -> None:
    assert underlying_of(name) == (symbol, root)


@pytest.mark.parametrize(
    ("symbol", "day", "said", "roots"),
    [
        ("SPX", WEEKLY, None, ("SPXW",)),
        ("SPX", WEEKLY, "SPX", ("SPXW",)),
        ("SPX", DECEMBER, "SPXW", ("SPXW",)),
        ("SPX", DECEMBER, "SPX", ("",)),
        ("SPX", DECEMBER, None, ("SPXW", "")),
        ("RUT", WEEKLY, None, ("RUTW",)),
        ("DIS", DECEMBER, None, ("",)),
        ("DIS", DECEMBER, "DIS1", ("DIS1",)),
    ],
)
def test_a_day_lists_one_root_or_two(
    symbol: str, day: date, said: str | None, roots: tuple[str, ...]
) -> None:
    assert roots_of(symbol, day, said) == roots


async def test_where_both_are_listed_it_is_the_one_that_is_held(
    market: MarketData, now: datetime
) -> None:
    call = option("SPX", "6000", OptionKind.CALL)
    closing, morning = replace(call, root="SPXW"), call

    async def found(*assets: Asset, said: str | None = None) -> Asset:
        mine = [held(each, "1", "5", now) for each in assets]
        return await as_listed(call, said, mine, market=market, as_of=now)

    assert await found() == closing
    assert await found(morning) == morning
    assert await found(morning, closing) == closing
    assert await found(closing, said="SPX") == morning


async def test_where_only_the_morning_is_listed_it_is_that(
    market: MarketData, now: datetime
) -> None:
    far = option("SPX", "6000", OptionKind.CALL, FAR)
    assert (await as_listed(far, None, [], market=market, as_of=now)).root == ""
