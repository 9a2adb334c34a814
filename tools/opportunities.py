"""The model's door to what scans found for the member: opportunities and saved scans."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from app.core.errors import NotFound
from app.core.figures import Unit
from app.grounding.ledger import Book
from app.macro.source import plain
from app.market.models import Instrument
from app.scanner.kept import KeptOpportunity, SavedScan, Status
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.scanner_card import MEASURED, METHOD, TITLES, count, invalid_beyond
from widgets.base import CardNumber, Freshness
from widgets.scanner import OpportunitiesCard, OpportunityFact, OpportunityRow

ENDED = {
    Status.LIVE: "",
    Status.REACHED: "reached its target",
    Status.STOPPED: "was stopped",
    Status.EXPIRED: "its time was over",
}


class ListArgs(ToolArgs):
    ended: bool = Field(
        default=False, description="Those that have ended, and how, instead of live ones."
    )
    limit: int = Field(10, description="How many to show, the newest first.", ge=1, le=20)


@tool(
    ListArgs,
    examples=[
        Example("list my opportunities"),
        Example("which opportunities are still live"),
        Example("what did my scans find"),
        Example("show me my saved scans"),
        Example("what scans do i have running"),
        Example("how did the opportunities end", {"ended": True}),
        Example("which of my setups got stopped", {"ended": True}),
        Example("what happened to the setups you found", {"ended": True}),
    ],
)
async def list_opportunities(args: ListArgs, context: ToolContext) -> ToolResult:
    """Opportunities the member's scans found, live ones or how others ended; and the saved scans."""
    wanted = [each for each in Status if (each is not Status.LIVE) == args.ended]
    kept = await context.finds.opportunities(wanted)
    scans = await context.finds.scans()
    now = context.now
    number = count(context.book, "kept", len(kept), "opportunities", now)
    rows = tuple(
        [_row(context.book, each, await _instrument(context, each)) for each in kept[: args.limit]]
    )
    card = OpportunitiesCard(
        title="that have ended" if args.ended else "still live",
        rows=rows,
        notes=(METHOD,) if rows else (),
        freshness=Freshness(
            provider=context.market.provider.name,
            as_of=now,
            is_simulated=context.market.provider.is_simulated,
        ),
    )
    state = "that have ended" if args.ended else "live"
    what = "opportunity" if len(kept) == 1 else "opportunities"
    said = f"You have {number.ref} {what} {state}." if kept else f"You have no {what} {state}."
    if rows:
        said += f" The newest: {'; '.join(_named(row) for row in rows[:3])}."
    return ToolResult(f"{said} {_scans_said(scans)}", (card,) if rows else ())


async def _instrument(context: ToolContext, each: KeptOpportunity) -> Instrument | None:
    try:
        return await context.market.instrument(each.symbol)
    except NotFound:
        return None


def _named(row: OpportunityRow) -> str:
    end = f", {row.ended}" if row.ended else ""
    return f"{row.symbol}, {row.setup} ({row.direction}), entry {{{row.entry.figure}}}{end}"


def _scans_said(scans: Sequence[SavedScan]) -> str:
    if not scans:
        return "No scan is saved."
    running = [plain(each.name) for each in scans if each.every]
    resting = [plain(each.name) for each in scans if not each.every]
    parts = [f"running by themselves: {', '.join(running)}"] if running else []
    parts += [f"saved: {', '.join(resting)}"] if resting else []
    return f"Your scans, {'; '.join(parts)}."


def _row(book: Book, each: KeptOpportunity, instrument: Instrument | None) -> OpportunityRow:
    decimals = instrument.decimals if instrument else 2
    name = f"{each.symbol}.{each.setup}.{each.bar_at:%Y-%m-%d}"
    book.comes_from(each.provider, is_simulated=each.is_simulated)

    def number(path: str, value: Decimal, unit: Unit, label: str, places: int) -> CardNumber:
        figure = book.record(
            f"{name}.{path}",
            value,
            unit,
            label=label,
            entity=str(each.symbol),
            as_of=each.found_at,
            decimals=places,
        )
        return CardNumber.of(figure)

    def price(path: str, value: Decimal) -> CardNumber:
        return number(path, value, Unit.USD, path, decimals)

    facts = []
    for fact in each.facts:
        unit, places = MEASURED.get(fact.measure, (Unit.USD, decimals))
        shown = number(fact.name, Decimal(repr(fact.value)), unit, fact.name, places)
        facts.append(OpportunityFact(label=fact.name, number=shown))
    return OpportunityRow(
        symbol=str(each.symbol),
        name=instrument.name if instrument else "",
        kind=each.setup.value,
        setup=TITLES[each.setup],
        direction=each.setup.direction.value,
        at=each.bar_at,
        is_forming=False,
        entry=price("entry", each.entry),
        stop=price("stop", each.stop),
        target=price("target", each.target),
        reward_to_risk=number("ratio", each.reward_to_risk, Unit.RATIO, "reward to risk", 1),
        chance=number(
            "chance",
            Decimal(repr(100 * each.chance)),
            Unit.PERCENT,
            "chance of the target before the stop",
            0,
        ),
        expectation=number(
            "expectation", each.expectation, Unit.RATIO, "expected for each unit risked", 2
        ),
        counted=number("cases", Decimal(each.cases), Unit.INDEX, "past cases counted", 0),
        facts=tuple(facts),
        invalid="" if ENDED[each.status] else invalid_beyond(each.setup),
        ended=ENDED[each.status],
        liked=None if each.liked is None else each.liked > 0,
    )
