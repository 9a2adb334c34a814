"""Finds on options that are kept, as the member who asks is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from typing_extensions import override

from app.core.clock import FrozenClock
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.symbols import Symbol
from app.grounding.answer import Writer
from app.grounding.ledger import Ledger
from app.grounding.references import fill
from app.market.providers.simulated import SimulatedMarket
from app.scanner.kept import KeptOpportunity, SavedScan, Status
from app.scanner.models import Search
from app.scanner.option_kept import Ending, KeptOption, OptionRecord
from app.scanner.option_setups import OptionSetup
from app.scanner.protocol import Finds
from app.scanner.setups import Setup
from tests.app.scanner.test_option_keeping import NOW, SEARCH, kept
from tools.base import ToolContext, ToolResult
from tools.opportunities import list_opportunities

SCAN = SavedScan(
    id=new_id(),
    name="income",
    version=1,
    search=Search(options=SEARCH),
    thread_id=None,
    every=timedelta(hours=1),
    due_at=None,
    updated_at=NOW,
)
FOUND = replace(kept(), scan_id=SCAN.id, symbol=Symbol("AMD"))
ENDED = replace(
    FOUND,
    status=Status.STOPPED,
    ending=Ending.BROKEN,
    ended_at=NOW,
    result=Decimal(-120),
    settled_at=NOW,
)


@dataclass
class Kept(Finds):
    """What a member has of options, at hand."""

    found: Sequence[KeptOption] = (FOUND,)
    records: Mapping[OptionSetup, OptionRecord] = field(default_factory=dict)

    @override
    async def scans(self) -> tuple[SavedScan, ...]:
        return (SCAN,)

    @override
    async def opportunities(self, statuses: Sequence[Status]) -> tuple[KeptOpportunity, ...]:
        return ()

    @override
    async def taste(self) -> Mapping[Setup, float]:
        return {}

    @override
    async def options(self, statuses: Sequence[Status]) -> tuple[KeptOption, ...]:
        return tuple(each for each in self.found if each.status in statuses)

    @override
    async def option_records(self) -> Mapping[OptionSetup, OptionRecord]:
        return self.records


async def asked(finds: Finds, **arguments: object) -> tuple[str, ToolResult, Ledger]:
    ledger = Ledger()
    context = ToolContext(
        market=SimulatedMarket(),
        clock=FrozenClock(NOW),
        book=ledger.open(call_id="call", tool="list_opportunities"),
        ledger=ledger,
        finds=finds,
    )
    result = await list_opportunities.call(arguments, context)
    return fill(result.sentence, ledger), result, ledger


def facts(result: ToolResult) -> dict[str, str]:
    (row,) = result.cards[0].props()["rows"]
    return {each["label"]: each["number"]["text"] for each in row["facts"]}


async def test_a_live_one_comes_with_its_legs_terms_and_what_would_end_it() -> None:
    said, result, _ = await asked(Kept())

    assert said.startswith(
        "You have 1 opportunity live. On options, iron condor, AMD: sell 90 put, buy 88 put"
    )
    told = facts(result)
    assert (told["Credit"], told["Target, buy back at"], told["Stop, buy back at"]) == (
        "0.80",
        "0.40",
        "1.60",
    )
    assert told["Chance of profit"] == "70.0%"
    (row,) = result.cards[0].props()["rows"]
    assert "sold strike" in row["invalid"]
    assert row["ended"] == ""
    assert any("no hit rate to show" in note for note in result.cards[0].props()["notes"])


async def test_the_counted_rate_stands_beside_the_computed_chance() -> None:
    records = {OptionSetup.CONDOR: OptionRecord(cases=9, hits=6, chance=0.72)}
    said, result, _ = await asked(Kept(records=records))

    assert "Counted so far, iron condor: 6 of 9 came out with a profit at expiry." in said
    told = facts(result)
    assert told["Counted, in profit at expiry"] == "66.7%"
    assert told["Cases counted"] == "9"
    assert told["Chance computed for those"] == "72.0%"


async def test_how_one_ended_and_what_it_came_to_is_said() -> None:
    said, result, _ = await asked(Kept(found=[ENDED]), ended=True)

    assert "the price reached a sold strike" in said
    assert facts(result)["Came to, at expiry"].endswith("120.00")
    (row,) = result.cards[0].props()["rows"]
    assert (row["ended"], row["invalid"]) == ("the price reached a sold strike", "")


@pytest.mark.parametrize("words", ["income", "the condor scan", "condors", "AMD condor"])
async def test_a_scan_is_meant_by_its_name_or_what_it_looks_for(words: str) -> None:
    other = replace(FOUND, scan_id=None, symbol=Symbol("SPY"), setup=OptionSetup.BULL_PUT)
    said, _, _ = await asked(Kept(found=[FOUND, other]), scan=words)
    assert "You have 1 opportunity live" in said


async def test_a_scan_that_is_not_there_is_not_taken_for_another() -> None:
    with pytest.raises(NotFound):
        await asked(Kept(), scan="butterfly")
    said, result, _ = await asked(Kept(), scan="squeeze")
    assert said.startswith("You have no opportunities live.")
    assert result.cards == ()


@pytest.mark.parametrize("finds", [Kept(), Kept(found=[ENDED, replace(ENDED, found_on=NOW.date() - timedelta(days=3))])])  # fmt: skip
async def test_every_number_of_a_sentence_is_bound(finds: Kept) -> None:
    finds.records = {OptionSetup.CONDOR: OptionRecord(cases=9, hits=6, chance=0.72)}
    _, result, ledger = await asked(finds, ended=finds.found[0].status is not Status.LIVE)
    writer = Writer(ledger, now=NOW)
    writer.feed(result.sentence)
    writer.close()
    assert writer.report.unbound == ()
    assert writer.report.numbers > 5
