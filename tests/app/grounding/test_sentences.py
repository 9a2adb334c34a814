"""What the tools say themselves is checked like anything else, and no right figure is marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from app.alerts.drafts import Wish, draft_alert
from app.alerts.models import Alert, fingerprint_of
from app.alerts.models import Status as AlertStatus
from app.alerts.models import Told as Firing
from app.alerts.protocol import History, Watched
from app.alerts.values import Book, NoBook
from app.core.clock import FrozenClock
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.grounding.answer import Writer
from app.grounding.ledger import Ledger
from app.grounding.untrusted import quotable
from app.indicators.names import IndicatorKind
from app.macro.source import MacroSource
from app.market.chains import OptionKind
from app.market.protocol import MarketData
from app.market.providers.simulated import SimulatedMarket
from app.notifications.models import Channel
from app.positions.groups import LegGroup
from app.positions.models import AssetKind, Position
from app.positions.protocol import Holdings
from app.scanner.evidence import Fact
from app.scanner.kept import KeptOpportunity, SavedScan, Status
from app.scanner.models import Search
from app.scanner.protocol import Finds
from app.scanner.setups import Setup
from app.scanner.sharing import SharedScan
from app.users.plans import PRO, Plan
from tests.app.positions.conftest import asset, held, option
from tools import TOOLBOX
from tools.base import Tool, ToolContext

READS = [
    tool for tool in TOOLBOX if tool.name != "calculate"
]  # which works on what the member said


def _whole(tool: Tool[Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """With what an example leaves to the conversation: the scan that was just run."""
    given = dict(arguments)
    if tool.name == "save_scan" and not {"scan", "change"} & given.keys():
        given["scan"] = {"setups": ["trend_pullback"]}
    return given


CALLS = [
    *((tool, _whole(tool, each.arguments)) for tool in READS for each in tool.examples),
    *(
        (TOOLBOX.get("get_indicators"), {"symbol": "SPY", "timeframe": "5m", "indicators": [kind]})
        for kind in IndicatorKind
    ),
]


BOUGHT = datetime(2026, 11, 2, 15, tzinfo=UTC)
OPTIONS = (
    held(option("AMD", "120", OptionKind.CALL, date(2028, 1, 21)), "2", "28.10", BOUGHT),
    held(option("AMD", "105", OptionKind.PUT), "-1", "2.35", BOUGHT),
    held(option("DIS", "90", OptionKind.CALL), "-3", "4.15", BOUGHT),
    held(option("SPX", "2800", OptionKind.PUT), "-1", "21.40", BOUGHT),
)
CONDOR = (
    held(option("AMD", "105", OptionKind.PUT), "1", "2.35", BOUGHT),
    held(option("AMD", "110", OptionKind.PUT), "-1", "3.85", BOUGHT),
    held(option("AMD", "130", OptionKind.CALL), "-1", "3.55", BOUGHT),
    held(option("AMD", "135", OptionKind.CALL), "1", "2.15", BOUGHT),
)


@dataclass
class SmallBook(Holdings):
    """A share or a coin of everything the examples speak of, and options beside them."""

    options: tuple[Position, ...] = ()

    @override
    async def positions(self) -> tuple[Position, ...]:
        coins = (held(asset("BTC/USD", AssetKind.CRYPTO), "0.75", "88000.50", BOUGHT),)
        symbols = ("AAPL", "AMD", "DIS", "NVDA", "SPY", "TSLA")
        shares = [held(asset(symbol), "130", "91.37", BOUGHT) for symbol in symbols]
        return (*shares, *coins, *self.options)

    @override
    async def of_asset(self, key: str) -> Position | None:
        return next((each for each in await self.positions() if each.asset.key == key), None)

    @override
    async def groups(self) -> tuple[LegGroup, ...]:
        return ()


def _options(tool: Tool[Any], arguments: dict[str, Any]) -> tuple[Position, ...]:
    """Those that the example speaks of; a change of shares is clear only without them."""
    if "structure" in arguments:
        return CONDOR
    return () if tool.name == "draft_position_change" else OPTIONS


class Found(Finds):
    """A scan and what it found."""

    @override
    async def scans(self) -> tuple[SavedScan, ...]:
        return tuple(
            SavedScan(
                id=new_id(), name=name, version=1, search=Search(), thread_id=None,
                every=timedelta(hours=1), due_at=None, updated_at=BOUGHT,
            )
            for name in ("dips 2", "pullback", "breakout 3")
        )  # fmt: skip

    @override
    async def shared(self) -> tuple[SharedScan, ...]:
        return (
            SharedScan(
                id=new_id(), scan_id=new_id(), name="dips 4", version=2, search=Search(),
                has_list=False, is_mine=False, shared_at=BOUGHT,
            ),
        )  # fmt: skip

    @override
    async def plan(self) -> Plan:
        return PRO

    @override
    async def opportunities(self, statuses: Sequence[Status]) -> tuple[KeptOpportunity, ...]:
        return tuple(
            KeptOpportunity(
                id=new_id(), scan_id=None, symbol=Symbol(symbol), setup=setup, bar_at=BOUGHT,
                entry=Decimal("118.40"), stop=Decimal("115.02"), target=Decimal("127.75"),
                chance=0.29, cases=1660, provider="files", is_simulated=False, found_at=BOUGHT,
                followed_to=BOUGHT, status=statuses[0], facts=(Fact("SMA 200", 101.5),),
            )
            for symbol in ("AMD", "TSLA")
            for setup in (Setup.PULLBACK, Setup.BOUNCE)
        )  # fmt: skip

    @override
    async def taste(self) -> Mapping[Setup, float]:
        return {}


class Told(Watched):
    """Alerts on what the examples speak of."""

    @override
    async def alerts(self) -> Sequence[Alert]:
        market, now = SimulatedMarket(), datetime(2026, 11, 20, 16, tzinfo=UTC)
        found = []
        for symbol, condition in (
            ("SPX", "price > 5930"),
            ("GLD", "price < 99"),
            ("NVDA", "price > 9"),
        ):
            wish = Wish(symbol=Symbol(symbol), condition=condition)
            terms = (await draft_alert(wish, market=market, book=NoBook(), at=now)).terms
            found.append(
                Alert(
                    id=new_id(), member_id=new_id(), symbol=symbol, terms=terms,
                    fingerprint=fingerprint_of(terms), thread_id=None, fired=symbol == "NVDA",
                    status=AlertStatus.FIRED if symbol == "NVDA" else AlertStatus.ARMED,
                    fired_at=now if symbol == "NVDA" else None, armed_at=now, snoozed_until=None,
                    expires_at=None, created_at=now,
                )
            )  # fmt: skip
        return found

    @override
    async def history(self, symbol: Symbol | None, *, limit: int) -> History:
        now = datetime(2026, 11, 20, 16, tzinfo=UTC)
        told = [
            (
                Firing(
                    id=new_id(), alert_id=each.id, sequence=1, at=now, told_at=now, is_late=False,
                    body={"price": 5931.5}, thread_id=new_id(), message_id=new_id(),
                ),
                each,
            )
            for each in await self.alerts()
            if symbol in (None, each.symbol)
        ]  # fmt: skip
        return History(700, told[:limit])

    @override
    async def channels(self) -> Sequence[Channel]:
        return ()

    @override
    def book(self, market: MarketData, macro: MacroSource) -> Book:
        return NoBook()


@pytest.mark.parametrize(
    ("tool", "arguments"), CALLS, ids=[f"{tool.name} {arguments}" for tool, arguments in CALLS]
)
async def test_a_tools_own_sentence_has_no_number_without_a_source(
    tool: Tool[Any], arguments: dict[str, Any], clock: FrozenClock
) -> None:
    ledger = Ledger()
    book = ledger.open(call_id="call", tool=tool.name)
    context = ToolContext(
        market=SimulatedMarket(),
        clock=clock,
        book=book,
        ledger=ledger,
        holdings=SmallBook(_options(tool, arguments)),
        finds=Found(),
        alerts=Told(),
    )
    if tool.name == "explain_opportunity":
        shown = ledger.open(call_id="before", tool="list_opportunities")
        await TOOLBOX.get("list_opportunities").call({}, replace(context, book=shown))
    result = await tool.call(arguments, context)
    writer = Writer(ledger, now=clock.now())
    own = [fact for fact in result.facts if not quotable(fact)]
    writer.feed("\n".join([result.sentence, *own]))
    writer.close()
    assert writer.report.unbound == ()
