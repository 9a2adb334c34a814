"""The model's door to what scans found for the member: opportunities and saved scans."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from app.core.errors import NotFound, ProviderUnavailable
from app.core.figures import Unit
from app.grounding.ledger import Book
from app.macro.source import plain
from app.market.models import Instrument
from app.market.protocol import MarketData
from app.scanner.kept import KeptOpportunity, SavedScan, Status
from app.scanner.signals import Sent
from tools.alerts_words import said
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.opportunities_options import (
    check_meant,
    of_scan,
    option_card,
    option_rows,
    options_said,
)
from tools.option_scans_card import Row
from tools.scanner_card import (
    MEASURED,
    METHOD,
    NOT_CHECKED,
    TITLES,
    count,
    exponent,
    invalid_beyond,
    pointed,
)
from widgets.base import BaseCard, CardNumber, Freshness
from widgets.scanner import OpportunitiesCard, OpportunityFact, OpportunityRow

SIGNAL = "signal"
_LABEL = re.compile(r" \(.*\)(?=, not checked$)")
"""The member's own name of an address: it stands on the card, for a number in it is nobody's figure."""
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
    scan: str = Field(
        "",
        description="Only what one saved scan found, by words of its name or of what it looks for.",
        max_length=100,
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
        Example("what did the condor scan find", {"scan": "condor"}),
    ],
)
async def list_opportunities(args: ListArgs, context: ToolContext) -> ToolResult:
    """Opportunities the member's scans found, on charts and on options, live ones or how others ended.

    Says which scans are saved, too.
    """
    wanted = [each for each in Status if (each is not Status.LIVE) == args.ended]
    scans = await context.finds.scans()
    kept = of_scan(args.scan, scans, await context.finds.opportunities(wanted))
    options = of_scan(args.scan, scans, await context.finds.options(wanted))
    if not kept and not options:
        check_meant(args.scan, scans)
    rows = tuple(
        [
            kept_row(context.book, each, await instrument_of(each, context.market))
            for each in kept[: args.limit]
        ]
    )
    records = await context.finds.option_records()
    found = await option_rows(context.book, options[: args.limit], records, context.market)
    counted = of_scan(args.scan, scans, await context.finds.tally(wanted))
    total = max(sum(each.number for each in counted), len(kept) + len(options))
    number = count(context.book, "kept", total, "opportunities", context.now)
    what, have = ("opportunity", "has") if total == 1 else ("opportunities", "have")
    state = f"that {have} ended" if args.ended else "live"
    of_them = shown_said(context.book, total, len(rows) + len(found), context.now)
    told = f"You have {number.ref} {what} {state}{of_them}."
    told = told if total else f"You have no {what} {state}."
    if rows:
        told += f" The newest: {'; '.join(_named(row) for row in rows[:3])}."
    told += options_said(context.book, found, records, context.now)
    told += f" {_scans_said(context.book, scans, context.now)}"
    return ToolResult(told, _cards(args, context, rows, found))


def shown_said(book: Book, total: int, shown: int, now: datetime) -> str:
    """How many of them are shown, where that is not all."""
    if shown >= total:
        return ""
    number = count(book, "shown", shown, "opportunities shown", now)
    return f", shown are the newest: {number.ref}"


def _cards(
    args: ListArgs, context: ToolContext, rows: tuple[OpportunityRow, ...], found: tuple[Row, ...]
) -> tuple[BaseCard, ...]:
    title = "that have ended" if args.ended else "still live"
    provider = context.market.provider
    freshness = Freshness(
        provider=provider.name, as_of=context.now, is_simulated=provider.is_simulated
    )
    cards: list[BaseCard] = []
    if rows:
        card = OpportunitiesCard(title=title, rows=rows, notes=notes_on(rows), freshness=freshness)
        cards.append(card)
    if found:
        cards.append(option_card(found, title, freshness))
    return tuple(cards)


def notes_on(rows: Sequence[OpportunityRow]) -> tuple[str, ...]:
    """What must be known of these rows."""
    notes = [METHOD] if any(not row.source for row in rows) else []
    return (*notes, *([NOT_CHECKED] if any(row.source for row in rows) else []))


async def instrument_of(each: KeptOpportunity, market: MarketData) -> Instrument | None:
    """None where nobody knows it now: what was kept can be said without its name."""
    try:
        return await market.instrument(each.symbol)
    except (NotFound, ProviderUnavailable):
        return None


def sender_said(row: OpportunityRow) -> str:
    """Whom a signal is from, as a sentence may say it."""
    return _LABEL.sub("", row.source)


def _named(row: OpportunityRow) -> str:
    end = f", {row.ended}" if row.ended else ""
    source = f" {sender_said(row)}" if row.source else ""
    entry = f", entry {pointed(row.entry)}" if row.entry else ""
    return f"{row.symbol}, {row.setup} ({row.direction}){source}{entry}{end}"


def _scans_said(book: Book, scans: Sequence[SavedScan], now: datetime) -> str:
    """By their names, whose digits are the member's own."""
    if not scans:
        return "No scan is saved."
    names = [
        (each.every, said(book, f"name.{place}", plain(each.name), now))
        for place, each in enumerate(scans, 1)
    ]
    running = [name for every, name in names if every]
    resting = [name for every, name in names if not every]
    parts = [f"running by themselves: {', '.join(running)}"] if running else []
    parts += [f"saved: {', '.join(resting)}"] if resting else []
    return f"Your scans, {'; '.join(parts)}."


def kept_row(book: Book, each: KeptOpportunity, instrument: Instrument | None) -> OpportunityRow:
    """An opportunity as it was found or sent, its figures recorded as its provider's."""
    decimals = instrument.decimals if instrument else 2
    moment = each.bar_at.isoformat() if each.source else f"{each.bar_at:%Y-%m-%d}"
    name = f"{each.symbol}.{each.setup}.{moment}"
    book.comes_from(each.provider, is_simulated=each.is_simulated)

    def number(
        path: str, value: Decimal | None, unit: Unit, label: str, places: int
    ) -> CardNumber | None:
        if value is None:
            return None
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

    def price(path: str, value: Decimal | None) -> CardNumber | None:
        places = max(decimals, exponent(value)) if value else decimals
        return number(path, value, Unit.USD, path, places)

    facts = []
    for fact in each.facts:
        unit, places = MEASURED.get(fact.measure, (Unit.USD, decimals))
        shown = number(fact.name, Decimal(repr(fact.value)), unit, fact.name, places)
        if shown is not None:
            facts.append(OpportunityFact(label=fact.name, number=shown))
    chance = None if each.chance is None else Decimal(repr(100 * each.chance))
    return OpportunityRow(
        symbol=str(each.symbol),
        name=instrument.name if instrument else "",
        kind=each.setup.value,
        setup=SIGNAL if isinstance(each.setup, Sent) else TITLES[each.setup],
        direction=each.setup.direction.value,
        at=each.bar_at,
        is_forming=False,
        entry=price("entry", each.entry),
        stop=price("stop", each.stop),
        target=price("target", each.target),
        reward_to_risk=number("ratio", each.reward_to_risk, Unit.RATIO, "reward to risk", 1),
        chance=number("chance", chance, Unit.PERCENT, "chance of the target before the stop", 0),
        expectation=None,
        counted=number(
            "cases",
            None if each.source else Decimal(each.cases),
            Unit.INDEX,
            "past cases counted",
            0,
        ),
        facts=tuple(facts),
        invalid="" if ENDED[each.status] else _invalid(each),
        ended=ENDED[each.status],
        liked=None if each.liked is None else each.liked > 0,
        source=f"from {plain(each.source)}, not checked" if each.source else "",
        reason=each.reason,
    )


def _invalid(each: KeptOpportunity) -> str:
    if each.stop is None or each.target is None:
        return "No stop and target were given: only its time ends it."
    return invalid_beyond(each.setup)
