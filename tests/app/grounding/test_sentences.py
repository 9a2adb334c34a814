"""What the tools say themselves is checked like anything else, and no right figure is marked."""

from typing import Any

import pytest

from app.core.clock import FrozenClock
from app.grounding.answer import Writer
from app.grounding.ledger import Ledger
from app.indicators.names import IndicatorKind
from app.market.providers.simulated import SimulatedMarket
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


@pytest.mark.parametrize(
    ("tool", "arguments"), CALLS, ids=[f"{tool.name} {arguments}" for tool, arguments in CALLS]
)
async def test_a_tools_own_sentence_has_no_number_without_a_source(
    tool: Tool[Any], arguments: dict[str, Any], clock: FrozenClock
) -> None:
    ledger = Ledger()
    book = ledger.open(call_id="call", tool=tool.name)
    context = ToolContext(market=SimulatedMarket(), clock=clock, book=book, ledger=ledger)
    result = await tool.call(arguments, context)
    writer = Writer(ledger, now=clock.now())
    writer.feed("\n".join([result.sentence, *result.facts]))
    writer.close()
    assert writer.report.unbound == ()
