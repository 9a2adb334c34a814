"""Filters over what is known beside prices; what is not known passes nothing and is said."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.market.providers.simulated import SimulatedMarket
from app.market.traits import Traits
from app.scanner.kept import search_body, search_of
from app.scanner.lists import read_list
from app.scanner.models import Search
from app.scanner.service import run_scan
from app.scanner.universe import universe_of

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)
FEW = tuple(map(Symbol, ("AAPL", "AMD", "XOM", "F", "SPY")))


class Table(SimulatedMarket):
    """The simulated market with a table of its own."""

    def __init__(self, **told: Traits) -> None:
        super().__init__()
        self._told = {Symbol(symbol): each for symbol, each in told.items()}

    @override
    async def traits(self) -> dict[Symbol, Traits]:
        return self._told


CAPS = Table(
    AAPL=Traits(None, Decimal(3 * 10**12), 900_000),
    AMD=Traits(None, Decimal(2 * 10**11), 700_000),
    F=Traits(None, Decimal(4 * 10**9)),
)


async def scan(market: SimulatedMarket, **asked: Any) -> Any:
    return await run_scan(Search(symbols=FEW, **asked), market=market, as_of=NOW)


async def test_a_market_cap_filters_and_who_has_none_passes_neither_way() -> None:
    large = await scan(CAPS, where="market_cap >= $10B")
    small = await scan(CAPS, where="not market_cap >= $10B")

    assert large.passing == ("AAPL", "AMD")
    assert small.passing == ("F",)
    assert large.without == small.without == {"market_cap": 2}
    assert large.considered == len(FEW)


async def test_what_decides_without_the_unknown_still_decides() -> None:
    either = await scan(CAPS, where="market_cap < $10B or close > 0")
    assert either.passing == FEW


async def test_option_liquidity_is_a_filter_of_its_own() -> None:
    found = await scan(CAPS, where="usual_option_volume > 800000")
    assert found.passing == ("AAPL",)
    assert found.without == {"usual_option_volume": 3}


async def test_a_sector_also_narrows_symbols_that_are_named() -> None:
    found = await universe_of(Search(symbols=FEW, sector="technology"), CAPS)
    assert list(found.instruments) == ["AAPL"]


async def test_the_members_own_list_says_more_than_the_markets_table() -> None:
    listed = read_list("Ticker,Sector,Market Cap\nAAPL,Energy,1B\nXOM,,2B\nZZZZ,Energy,\n")
    search = Search(symbols=listed.symbols[:2], known=listed.known, sector="energy")
    found = await universe_of(search, CAPS)

    assert list(found.instruments) == ["AAPL", "XOM"]
    assert found.traits[Symbol("AAPL")] == Traits("Energy", Decimal(10**9), 900_000)
    assert found.traits[Symbol("XOM")] == Traits("energy", Decimal(2 * 10**9))
    assert search_of(search_body(search)) == search


async def test_who_has_no_sector_is_counted_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.scanner.universe.sector_of", lambda _: None)
    market = Table(AAPL=Traits("Technology"), XOM=Traits("Energy"))
    found = await scan(market, sector="technology")
    assert (found.scanned, found.considered, found.without) == (1, 5, {"sector": 3})
    with pytest.raises(InvalidInput, match="sector of that name"):
        await scan(market, sector="llamas")


async def test_other_values_of_others_are_still_refused() -> None:
    with pytest.raises(InvalidInput, match="`iv_rank` is not among them"):
        await scan(CAPS, where="iv_rank > 50")
