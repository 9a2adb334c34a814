"""What scans found, as the member who asks is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from typing_extensions import override

from app.core.clock import FrozenClock
from app.core.errors import NotSignedIn
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.market.providers.simulated import SimulatedMarket
from app.scanner.evidence import Fact, Measure
from app.scanner.kept import KeptOpportunity, SavedScan, Status, Tally
from app.scanner.models import Search
from app.scanner.protocol import Finds, NoFinds
from app.scanner.setups import Setup
from app.scanner.signals import Sent
from tools.base import ToolContext, ToolResult
from tools.opportunities import list_opportunities

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
KEPT = KeptOpportunity(
    id=new_id(),
    scan_id=None,
    symbol=Symbol("AMD"),
    setup=Setup.PULLBACK,
    bar_at=NOW - timedelta(hours=2),
    entry=Decimal("118.40"),
    stop=Decimal("115.02"),
    target=Decimal("127.75"),
    chance=0.29,
    cases=1660,
    provider="files",
    is_simulated=False,
    found_at=NOW - timedelta(hours=1),
    followed_to=NOW,
    liked=1,
    facts=(Fact("RSI 14", 36.28, Measure.POINTS), Fact("SMA 200", 101.5)),
)


@dataclass
class Kept(Finds):
    """What a member has, at hand."""

    found: Sequence[KeptOpportunity] = ()
    saved: Sequence[SavedScan] = ()
    thumbs: Mapping[Setup, float] = field(default_factory=dict)

    @override
    async def scans(self) -> tuple[SavedScan, ...]:
        return tuple(self.saved)

    @override
    async def opportunities(self, statuses: Sequence[Status]) -> tuple[KeptOpportunity, ...]:
        return tuple(each for each in self.found if each.status in statuses)

    @override
    async def taste(self) -> Mapping[Setup, float]:
        return self.thumbs


def scan(name: str, every: timedelta | None) -> SavedScan:
    return SavedScan(
        id=new_id(),
        name=name,
        version=1,
        search=Search(),
        thread_id=None,
        every=every,
        due_at=None,
        updated_at=NOW,
    )


async def asked(finds: Finds, **arguments: object) -> tuple[str, ToolResult]:
    ledger = Ledger()
    context = ToolContext(
        market=SimulatedMarket(),
        clock=FrozenClock(NOW),
        book=ledger.open(call_id="call", tool="list_opportunities"),
        ledger=ledger,
        finds=finds,
    )
    result = await list_opportunities.call(arguments, context)
    return fill(result.sentence, ledger), result


async def test_live_ones_come_with_all_that_was_shown() -> None:
    said, result = await asked(Kept(found=[KEPT], saved=[scan("mine", timedelta(hours=1))]))

    assert said == (
        "You have 1 opportunity live. The newest: AMD, pullback in an uptrend (long), entry 118.40. "
        "Your scans, running by themselves: mine."
    )
    (row,) = result.cards[0].props()["rows"]
    assert (row["stop"]["text"], row["target"]["text"], row["chance"]["text"]) == (
        "115.02",
        "127.75",
        "29",
    )
    assert [(each["label"], each["number"]["text"]) for each in row["facts"]] == [
        ("RSI 14", "36.3"),
        ("SMA 200", "101.50"),
    ]
    assert row["liked"] is True


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.REACHED, "reached its target"),
        (Status.STOPPED, "was stopped"),
        (Status.EXPIRED, "its time was over"),
    ],
)
async def test_how_others_ended_is_said(status: Status, words: str) -> None:
    finds = Kept(found=[KEPT, replace(KEPT, symbol=Symbol("DIS"), status=status)])
    said, result = await asked(finds, ended=True)

    assert "You have 1 opportunity that has ended. The newest: DIS" in said
    assert words in said
    assert [row["ended"] for row in result.cards[0].props()["rows"]] == [words]


async def test_signals_from_outside_say_whose_they_are_and_have_what_was_given() -> None:
    sent = replace(
        KEPT,
        setup=Sent.SHORT,
        stop=None,
        target=None,
        chance=None,
        cases=0,
        facts=(),
        liked=None,
        provider="TradingView (RSI 30), not checked",
        source="TradingView (RSI 30)",
        reason="weak breadth, 9 of 10",
    )
    bare = replace(sent, entry=None, bar_at=NOW)
    said, result = await asked(Kept(found=[sent, bare, KEPT]))

    assert (
        "The newest: AMD, signal (short) from TradingView, not checked, entry 118.40; AMD, signal "
        "(short) from TradingView, not checked; AMD, pullback" in said
    )
    card = result.cards[0].props()
    first, second, scanned = card["rows"]
    assert (first["source"], first["reason"]) == (
        "from TradingView (RSI 30), not checked",
        sent.reason,
    )
    assert [first[name] for name in ("stop", "chance", "expectation", "counted")] == [None] * 4
    assert (second["entry"], scanned["source"]) == (None, "")
    assert len(card["notes"]) == 2


async def test_nothing_is_said_and_not_drawn() -> None:
    said, result = await asked(Kept())
    assert said == "You have no opportunities live. No scan is saved."
    assert result.cards == ()


async def test_a_symbol_that_is_no_longer_listed_is_still_told() -> None:
    said, _ = await asked(Kept(found=[replace(KEPT, symbol=Symbol("QQZZX"))]))
    assert "QQZZX, pullback in an uptrend" in said


async def test_nobody_has_none() -> None:
    with pytest.raises(NotSignedIn):
        await asked(NoFinds())


async def test_how_many_there_are_is_counted_and_how_many_are_shown_is_said() -> None:
    class Many(Kept):
        @override
        async def tally(self, statuses: Sequence[Status]) -> tuple[Tally, ...]:
            one = Tally(scan_id=None, symbol=KEPT.symbol, setup=Setup.PULLBACK, number=90)
            return (one, replace(one, symbol=Symbol("SPY"), number=30))

    many = Many(found=[KEPT, replace(KEPT, symbol=Symbol("SPY"))])
    said, _ = await asked(many, limit=1)
    assert said.startswith("You have 120 opportunities live, shown are the newest: 1.")
    pulled, _ = await asked(many, scan="spy pullback")
    assert pulled.startswith("You have 30 opportunities live, shown are the newest: 1.")
