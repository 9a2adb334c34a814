from typing import Any

from app.core.clock import FrozenClock
from app.grounding.ledger import Ledger
from app.market.providers.simulated import SimulatedMarket
from tools import TOOLBOX
from tools.base import ToolContext
from widgets import collate
from widgets.base import BaseCard
from widgets.levels import LevelsTable
from widgets.quotes import QuotesTable


async def cards(clock: FrozenClock, *calls: tuple[str, dict[str, Any]]) -> list[BaseCard]:
    """The cards of calls of one round, on the simulated market."""
    market, ledger = SimulatedMarket(), Ledger()
    found: list[BaseCard] = []
    for name, arguments in calls:
        book = ledger.open(call_id=name, tool=name)
        context = ToolContext(market=market, clock=clock, book=book, ledger=ledger)
        found += (await TOOLBOX.get(name).call(arguments, context)).cards
    return found


async def test_one_card_stays_as_it_is(clock: FrozenClock) -> None:
    [quote] = await cards(clock, ("get_quote", {"symbol": "SPY"}))
    assert collate([quote]) == (quote,)


async def test_ladders_asked_for_in_one_breath_become_one_table(clock: FrozenClock) -> None:
    laid = collate(
        await cards(
            clock, *(("get_key_levels", {"symbol": each}) for each in ("DIA", "XLF", "SPX"))
        )
    )
    [table] = laid
    assert isinstance(table, LevelsTable)
    assert [row.symbol for row in table.rows] == ["DIA", "XLF", "SPX"]
    spx = dict(zip(table.columns, table.rows[2].levels, strict=True))
    assert spx["PMH"] is None
    assert spx["PDH"] is not None


async def test_a_table_shows_the_levels_the_question_named(clock: FrozenClock) -> None:
    laid = collate(
        await cards(
            clock,
            ("get_key_levels", {"symbol": "DIA", "names": ["PDH"]}),
            ("get_key_levels", {"symbol": "SPY", "names": ["PDH"]}),
        )
    )
    assert isinstance(laid[0], LevelsTable)
    assert laid[0].columns == ("PDH",)


async def test_quotes_stand_strongest_first(clock: FrozenClock) -> None:
    [table] = collate(
        await cards(clock, *(("get_quote", {"symbol": each}) for each in ("BA", "LMT", "XOM", "F")))
    )
    assert isinstance(table, QuotesTable)
    changes = [float(row.change_pct.value) for row in table.rows if row.change_pct]
    assert changes == sorted(changes, reverse=True)


async def test_other_cards_keep_their_place_beside_a_table(clock: FrozenClock) -> None:
    laid = collate(
        await cards(
            clock,
            ("get_market_status", {}),
            ("get_quote", {"symbol": "BA"}),
            ("get_key_levels", {"symbol": "SPX"}),
            ("get_quote", {"symbol": "LMT"}),
        )
    )
    assert [card.element for card in laid] == ["MarketStatusCard", "QuotesTable", "LevelsCard"]
