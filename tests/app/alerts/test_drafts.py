"""What a draft says of now is what a watch of it would do."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.alerts.beginning import standing
from app.alerts.drafts import Drafted, Outlook, Wish, draft_alert
from app.alerts.triggers import Crosses, Passes, Side, Trigger
from app.alerts.values import NoBook
from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.zigzag import Zigzag, crossings
from tests.app.alerts.conftest import COIN

AT = datetime(2026, 11, 20, 18, 2, 30, tzinfo=UTC)
"""13:02 in New York."""
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)


async def drafted(condition: str, *, next_only: bool = False) -> Drafted:
    wish = Wish(symbol=Symbol("SPY"), condition=condition, next_only=next_only)
    return await draft_alert(wish, market=SimulatedMarket(), book=NoBook(), at=AT)


async def outlook(condition: str) -> Outlook:
    return (await drafted(condition)).outlook


async def price_now() -> Decimal:
    return (await SimulatedMarket().quote(Symbol("SPY"), as_of=AT)).last


@pytest.mark.parametrize(
    ("relation", "crosses"),
    [
        (">", Crosses(Side.ABOVE)),
        (">=", Crosses(Side.ABOVE, includes=True)),
        ("<", Crosses(Side.BELOW)),
        ("<=", Crosses(Side.BELOW, includes=True)),
        ("crosses", Passes()),
    ],
)
async def test_a_relation_is_watched_as_it_is_written(
    relation: str, crosses: Crosses | Passes
) -> None:
    found = await drafted(f"price {relation} 600")
    assert Trigger.of(found.terms["trigger"]).condition == crosses


async def test_at_the_level_itself_at_least_is_true_and_more_than_is_not() -> None:
    price = await price_now()
    assert (await outlook(f"price >= {price}")).fires_at_once
    assert (await outlook(f"price <= {price}")).fires_at_once
    assert not (await outlook(f"price > {price}")).is_true
    assert not (await outlook(f"price crosses {price}")).is_true


async def test_outside_of_its_hours_nothing_fires_at_once() -> None:
    assert (await outlook("price > 1 and before 15:00")).fires_at_once
    early = await outlook("price > 1 and before 11:00")
    assert early.is_true is False
    assert not early.fires_at_once


async def test_what_looks_at_whole_bars_is_told_by_the_next_one_and_not_at_once() -> None:
    on_bars = await outlook("close > 1")
    assert (on_bars.is_true, on_bars.fires_at_once, on_bars.awaits_bar) == (True, False, True)
    on_price = await outlook("close > 1 and price > 1")
    assert (on_price.is_true, on_price.fires_at_once, on_price.awaits_bar) == (True, True, False)
    next_time = (await drafted("close > 1", next_only=True)).outlook
    assert (next_time.fires_at_once, next_time.awaits_bar) == (False, False)


async def test_it_is_judged_by_the_last_bar_that_ended() -> None:
    """The bar that runs says otherwise: 13:02:30 lies in the middle of one."""
    bars = await SimulatedMarket().bars(
        Symbol("SPY"), Timeframe.M5, start=AT - timedelta(hours=1), end=AT, as_of=AT
    )
    ended, running = bars.volume[-2:]
    assert bars.is_forming
    assert running < ended
    between = int((ended + running) / 2)
    assert (await outlook(f"volume > {between}")).is_true


@pytest.mark.parametrize("level", ["0", "170 - 175", "0 * pdh"])
async def test_a_level_that_no_price_comes_to_is_refused(level: str) -> None:
    with pytest.raises(InvalidInput, match="zero or less"):
        await drafted(f"price hits {level}")


async def test_a_number_longer_than_any_price_is_refused() -> None:
    with pytest.raises(InvalidInput, match="eighteen digits"):
        await drafted("price > " + "9" * 300)


@pytest.mark.parametrize("minutes", [0, 11, 95, 600])
async def test_the_day_is_counted_from_its_first_minute(minutes: int) -> None:
    at = MIDNIGHT + timedelta(minutes=minutes, seconds=20)
    wish = Wish(symbol=COIN, condition="price crosses above 104")
    market = Zigzag()
    terms = (await draft_alert(wish, market=market, book=NoBook(), at=at)).terms

    begins = await standing(terms, market=market, book=NoBook(), at=at)

    finished = at.replace(second=0).timestamp()
    happened = crossings(COIN, 104.0, MIDNIGHT.timestamp(), finished)
    assert (begins.state.count, begins.state.counts_since) == (len(happened), 0.0)


async def test_what_is_true_already_is_the_last_of_those_counted() -> None:
    market = Zigzag()
    rise = crossings(COIN, 104.0, MIDNIGHT.timestamp() + 7200, 4e9)[0]
    at = datetime.fromtimestamp(rise // 60 * 60 + 130, UTC)
    wish = Wish(symbol=COIN, condition="price > 104")
    terms = (await draft_alert(wish, market=market, book=NoBook(), at=at)).terms

    begins = await standing(terms, market=market, book=NoBook(), at=at)

    happened = crossings(COIN, 104.0, MIDNIGHT.timestamp(), at.timestamp())
    assert begins.state.count == len(happened) - 1


async def test_where_the_minutes_cannot_be_had_it_counts_from_the_click() -> None:
    at, market = MIDNIGHT + timedelta(hours=2), Zigzag()
    wish = Wish(symbol=COIN, condition="price crosses above 104")
    terms = (await draft_alert(wish, market=market, book=NoBook(), at=at)).terms
    market.is_away = True

    begins = await standing(terms, market=market, book=NoBook(), at=at)

    assert (begins.state.count, begins.state.counts_since) == (0, at.timestamp())
