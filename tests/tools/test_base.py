from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.errors import InvalidInput, NotFound
from app.market.providers.simulated import SimulatedMarket
from tools import TOOLBOX

NOW = datetime(2026, 11, 20, 15, 45, tzinfo=UTC)
LATER = (NOW + timedelta(minutes=1)).isoformat()
DATED = [tool for tool in TOOLBOX if "as_of" in tool.args.model_fields]


@pytest.mark.parametrize("tool", DATED, ids=lambda tool: tool.name)
async def test_no_tool_sees_beyond_the_members_present(tool: Any, ask: Any) -> None:
    fields = tool.args.model_fields
    symbol: dict[str, Any] = {"symbol": "SPY"} if "symbol" in fields else {}
    if "legs" in fields:
        symbol["legs"] = [{"kind": "call", "side": "buy", "strike": 300}]
    with pytest.raises(InvalidInput, match="future"):
        await ask(tool, {**symbol, "as_of": LATER}, at=NOW, market=SimulatedMarket())


def test_a_tool_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(NotFound) as refused:
        TOOLBOX.get("place_order")
    assert "get_quote" in refused.value.suggestions


def test_a_schema_refuses_arguments_it_does_not_name() -> None:
    for schema in TOOLBOX.schemas():
        assert schema["function"]["parameters"]["additionalProperties"] is False
