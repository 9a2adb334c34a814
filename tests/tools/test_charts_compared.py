"""What symbols beside each other have done, held against the market's own bars."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import decimal_of
from app.market.providers.simulated import SimulatedMarket
from tools.charts import show_chart

NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)


async def change_since(symbol: str, day: datetime) -> Decimal:
    """Percent from the close of the last session that began before `day`."""
    market = SimulatedMarket()
    bars = await market.bars(
        Symbol(symbol), Timeframe.D1, start=day.replace(year=day.year - 1), end=day, as_of=NOW
    )
    quote = await market.quote(Symbol(symbol), as_of=NOW)
    return (quote.last / decimal_of(bars.close[-1]) - 1) * 100


@pytest.mark.parametrize(
    ("zoom", "since", "spoken"),
    [
        ("month", datetime(2026, 10, 20, 17, 30, tzinfo=UTC), "over the last month"),
        ("ytd", datetime(2026, 1, 1, 5, tzinfo=UTC), "this year"),
        ("half", datetime(2026, 5, 20, 17, 30, tzinfo=UTC), "over the last six months"),
    ],
)
async def test_compared_symbols_are_told_apart_by_the_time_that_is_shown(
    ask: Any, zoom: str, since: datetime, spoken: str
) -> None:
    arguments = {"symbol": "NVDA", "timeframe": "1d", "compare": ["AMD"], "zoom": zoom}
    said = await ask(show_chart, arguments, at=NOW, market=SimulatedMarket())

    found = {each.entity: each.value for each in said.ledger if each.path.endswith(".change")}
    assert found == {symbol: await change_since(symbol, since) for symbol in ("NVDA", "AMD")}
    best = max(found, key=lambda symbol: found[symbol])
    assert said.sentence.startswith(f"{best} has done better {spoken}: {best} ")


async def test_the_day_they_are_measured_from_is_said(ask: Any) -> None:
    arguments = {"symbol": "NVDA", "compare": ["AMD", "INTC"], "zoom": "month"}
    said = await ask(show_chart, arguments, at=NOW, market=SimulatedMarket())

    assert " has done best over the last month: " in said.sentence
    assert ", since the close of Tuesday 20 October 2026. " in said.sentence


async def test_without_a_time_it_is_the_day(ask: Any) -> None:
    said = await ask(
        show_chart, {"symbol": "SPY", "compare": ["QQQ"]}, at=NOW, market=SimulatedMarket()
    )

    assert " has done better on the day: " in said.sentence


async def test_a_price_beside_another_symbol_says_whose_it_is(ask: Any) -> None:
    said = await ask(
        show_chart, {"symbol": "SPY", "compare": ["QQQ"]}, at=NOW, market=SimulatedMarket()
    )

    assert f"SPY is at {said.figures['last']}, " in said.sentence
    assert "It is at" not in said.sentence


async def test_who_has_no_prices_so_far_back_is_named(ask: Any) -> None:
    arguments = {"symbol": "ACME", "compare": ["ACME"], "zoom": "year"}
    said = await ask(show_chart, arguments)

    assert said.sentence.startswith("ACME has no prices back to then. ")
    assert said.figures.keys() == {"last"}
