"""Why an opportunity was shown: by the figures that were told, of the row that is meant."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.clock import FrozenClock
from app.core.errors import NotFound
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.market.protocol import MarketData
from app.market.providers.simulated import SimulatedMarket
from app.scanner.setups import Setup
from tools.base import Tool, ToolContext
from tools.opportunity_why import RULES, explain_opportunity
from tools.scanner import scan_market
from widgets.scanner import OpportunitiesCard, OpportunityRow

NOW = datetime(2026, 11, 19, 18, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 18, tzinfo=UTC)
FEW = ["TSM", "ZS", "MDY", "QCOM", "PFE", "SLV"]


class Talk:
    """One conversation: its ledger is kept from call to call."""

    def __init__(self, market: MarketData) -> None:
        self.ledger, self.market = Ledger(), market

    async def ask(self, tool: Tool[Any], at: datetime = NOW, **arguments: Any) -> tuple[str, Any]:
        book = self.ledger.open(
            call_id=f"call {self.ledger.opened}", tool=tool.name, provider="simulated"
        )
        context = ToolContext(
            market=self.market, clock=FrozenClock(at), book=book, ledger=self.ledger
        )
        result = await tool.call(arguments, context)
        return fill(result.sentence, self.ledger), result.cards


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket()


@pytest.fixture
async def talk(market: SimulatedMarket) -> tuple[Talk, tuple[OpportunityRow, ...]]:
    """A scan was shown; its rows."""
    made = Talk(market)
    _, [card] = await made.ask(scan_market, symbols=FEW)
    assert isinstance(card, OpportunitiesCard)
    assert len(card.rows) > 1
    return made, card.rows


def is_told(row: OpportunityRow, said: str) -> bool:
    numbers = (row.entry, row.stop, row.target, row.counted, *(each.number for each in row.facts))
    return said.startswith(f"{row.symbol} is a {row.setup} ({row.direction}): ") and all(
        number is not None and number.text in said for number in numbers
    )


async def test_the_first_row_is_explained_as_it_was_shown_days_later(talk: Any) -> None:
    told, rows = talk
    said, _ = await told.ask(explain_opportunity, LATER)
    assert is_told(rows[0], said)


async def test_a_row_is_named_by_its_place_or_by_its_symbol(talk: Any) -> None:
    told, rows = talk
    second, _ = await told.ask(explain_opportunity, row=2)
    named, _ = await told.ask(explain_opportunity, symbol=rows[1].symbol)
    assert is_told(rows[1], second)
    assert second == named or rows[1].symbol == rows[0].symbol


async def test_the_list_that_was_shown_last_is_meant(talk: Any) -> None:
    told, rows = talk
    _, [card] = await told.ask(scan_market, symbols=[rows[-1].symbol])
    said, _ = await told.ask(explain_opportunity)
    assert is_told(card.rows[0], said)


async def test_what_was_not_shown_is_not_explained(talk: Any, market: SimulatedMarket) -> None:
    told, _ = talk
    with pytest.raises(NotFound, match="not as long"):
        await told.ask(explain_opportunity, row=20)
    with pytest.raises(NotFound, match="NVDA is not among"):
        await told.ask(explain_opportunity, symbol="NVDA")
    with pytest.raises(NotFound, match="ask for setups first"):
        await Talk(market).ask(explain_opportunity)


def test_every_setup_has_its_reason() -> None:
    assert set(RULES) == set(Setup)
