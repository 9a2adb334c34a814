"""What the tools say themselves is checked like anything else, and no right figure is marked."""

from datetime import UTC, datetime
from typing import Any

import pytest
from typing_extensions import override

from app.core.clock import FrozenClock
from app.grounding.answer import Writer
from app.grounding.ledger import Ledger
from app.indicators.names import IndicatorKind
from app.market.providers.simulated import SimulatedMarket
from app.positions.groups import LegGroup
from app.positions.models import AssetKind, Position
from app.positions.protocol import Holdings
from tests.app.positions.conftest import asset, held
from tools import TOOLBOX
from tools.base import Tool, ToolContext

READS = [
    tool for tool in TOOLBOX if tool.name != "calculate"
]  # which works on what the member said

CALLS = [
    *((tool, dict(each.arguments)) for tool in READS for each in tool.examples),
    *(
        (TOOLBOX.get("get_indicators"), {"symbol": "SPY", "timeframe": "5m", "indicators": [kind]})
        for kind in IndicatorKind
    ),
]


class SmallBook(Holdings):
    """A share or a coin of everything the examples speak of."""

    @override
    async def positions(self) -> tuple[Position, ...]:
        bought = datetime(2026, 11, 2, 15, tzinfo=UTC)
        coins = (held(asset("BTC/USD", AssetKind.CRYPTO), "0.75", "88000.50", bought),)
        shares = ("AAPL", "AMD", "DIS", "NVDA", "SPY", "TSLA")
        return (*(held(asset(symbol), "130", "91.37", bought) for symbol in shares), *coins)

    @override
    async def of_asset(self, key: str) -> Position | None:
        return next((each for each in await self.positions() if each.asset.key == key), None)

    @override
    async def groups(self) -> tuple[LegGroup, ...]:
        return ()


@pytest.mark.parametrize(
    ("tool", "arguments"), CALLS, ids=[f"{tool.name} {arguments}" for tool, arguments in CALLS]
)
async def test_a_tools_own_sentence_has_no_number_without_a_source(
    tool: Tool[Any], arguments: dict[str, Any], clock: FrozenClock
) -> None:
    ledger = Ledger()
    book = ledger.open(call_id="call", tool=tool.name)
    context = ToolContext(
        market=SimulatedMarket(), clock=clock, book=book, ledger=ledger, holdings=SmallBook()
    )
    result = await tool.call(arguments, context)
    writer = Writer(ledger, now=clock.now())
    writer.feed("\n".join([result.sentence, *result.facts]))
    writer.close()
    assert writer.report.unbound == ()
