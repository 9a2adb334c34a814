"""How many symbols pass a filter, counted on bars that are read once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.market.models import Bars
from app.market.providers.simulated import SimulatedMarket
from app.scanner.counting import Counter
from app.scanner.models import Search
from app.scanner.service import run_scan

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)
FEW = tuple(map(Symbol, ("AAPL", "AMD", "XOM", "F", "SPY", "NVDA")))


class Watched(SimulatedMarket):
    """The simulated market, which notes whose bars are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[Symbol] = []

    @override
    async def bars(self, symbol: Symbol, *args: Any, **named: Any) -> Bars:
        self.read.append(symbol)
        return await super().bars(symbol, *args, **named)


@pytest.fixture
def market() -> Watched:
    return Watched()


async def test_the_count_is_that_of_the_scan_with_the_same_filter(market: Watched) -> None:
    search = Search(symbols=FEW, where="close > sma(50) or market_cap < $10B")
    found = await Counter().count(search, market=market, as_of=NOW)
    scanned = await run_scan(search, market=market, as_of=NOW)

    assert scanned.passing is not None
    assert 0 < found.passing < len(FEW)
    assert (found.passing, found.named) == (len(scanned.passing), scanned.passing)
    assert found.considered == len(FEW)
    assert found.without == {"market_cap": 1}
    assert "50-bar average" in found.words


async def test_without_a_filter_everything_passes(market: Watched) -> None:
    found = await Counter().count(Search(symbols=FEW), market=market, as_of=NOW)
    assert (found.passing, found.considered, found.formula) == (6, 6, "")


async def test_prices_and_a_sector_narrow_it(market: Watched) -> None:
    counter = Counter()
    low = Search(symbols=FEW, max_price=Decimal(50))
    high = Search(symbols=FEW, min_price=Decimal("50.0001"))
    counts = [(await counter.count(each, market=market, as_of=NOW)).passing for each in (low, high)]
    assert sum(counts) == len(FEW)
    assert counts[0] > 0
    chips = await counter.count(Search(symbols=FEW, sector="semis"), market=market, as_of=NOW)
    assert (chips.considered, chips.named) == (2, ("AMD", "NVDA"))


async def test_bars_are_read_once_in_a_minute_and_anew_after_it(market: Watched) -> None:
    counter = Counter()
    for where in ("close > 10", "close > 20", "rsi(14) < 50"):
        await counter.count(Search(symbols=FEW, where=where), market=market, as_of=NOW)
    await counter.count(Search(symbols=FEW, sector="energy"), market=market, as_of=NOW)
    assert sorted(market.read) == sorted(FEW)
    await counter.count(Search(symbols=FEW), market=market, as_of=NOW + timedelta(minutes=1))
    assert len(market.read) == 2 * len(FEW)


async def test_what_cannot_be_read_is_refused_before_any_bar_is(market: Watched) -> None:
    for where in ("rsi(14 < 30", "iv_rank > 50", "close"):
        with pytest.raises(InvalidInput):
            await Counter().count(Search(symbols=FEW, where=where), market=market, as_of=NOW)
    assert market.read == []
