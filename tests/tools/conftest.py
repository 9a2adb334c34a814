"""Tools on a market of files whose every price is known, and a way to read what they say."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.clock import FrozenClock
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.macro.source import MacroSource, NoSource
from app.market.protocol import MarketData
from app.market.providers.files import FilesMarket
from tools.base import Tool, ToolContext, ToolResult

THURSDAY_AND_FRIDAY = """\
time,open,high,low,close,volume
2026-11-19T09:30:00-05:00,100,104,99,102,1000
2026-11-19T15:59:00-05:00,102,103,100,100,500
2026-11-20T08:00:00-05:00,101,101.5,100.5,101,50
2026-11-20T09:30:00-05:00,101,103,100,102,2000
2026-11-20T10:30:00-05:00,102,105,101,104,3000
"""


@dataclass(frozen=True)
class Said:
    """What a tool answered: its result, the sentence with digits, and the figures by path."""

    result: ToolResult
    sentence: str
    figures: dict[str, str]
    ledger: Ledger


Ask = Callable[..., Awaitable[Said]]


@pytest.fixture
def files(tmp_path: Path) -> MarketData:
    """ACME: 100 at Thursday's close, 101 at Friday's open, 104 at 10:31 on Friday 20 November."""
    folder = tmp_path / "ACME" / "1m"
    folder.mkdir(parents=True)
    (folder / "bars.csv").write_text(THURSDAY_AND_FRIDAY, encoding="utf-8")
    return FilesMarket(tmp_path)


@pytest.fixture
def ask(files: MarketData) -> Ask:
    """Call a tool with arguments, by default at 10:45 in New York on that Friday."""

    async def call(
        tool: Tool[Any],
        arguments: dict[str, Any],
        *,
        at: datetime = datetime(2026, 11, 20, 15, 45, tzinfo=UTC),
        market: MarketData = files,
        macro: MacroSource | None = None,
    ) -> Said:
        ledger = Ledger()
        book = ledger.open(
            call_id="call",
            tool=tool.name,
            provider=market.provider.name,
            is_simulated=market.provider.is_simulated,
        )
        context = ToolContext(
            market=market,
            macro=macro or NoSource(),
            clock=FrozenClock(at),
            book=book,
            ledger=ledger,
        )
        result = await tool.call(arguments, context)
        return Said(
            result,
            fill(result.sentence, ledger),
            {figure.path: figure.text() for figure in ledger},
            ledger,
        )

    return call
