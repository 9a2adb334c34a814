"""The model's door to what moves all stocks: sector rotation, and what is scheduled."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from pydantic import Field

from app.core.figures import Figure, Unit
from app.core.symbols import Symbol
from app.macro.rotation import BENCHMARK, Quarter, Rotation, Standing, Window
from app.macro.schedule import FED_KNOWN_UNTIL, Event, EventKind, events_between
from app.macro.service import map_rotation
from app.market import calendar
from tools.arguments import AsOf
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import day_in_words, freshness, name_provider, time_in_words_of
from widgets.base import CardNumber, Freshness
from widgets.macro import CalendarCard, CalendarRow, SectorRotationCard, SectorRow

SPOKEN = {
    Window.WEEK: "the last week",
    Window.MONTH: "the last month",
    Window.QUARTER: "the last three months",
    Window.HALF_YEAR: "the last six months",
    Window.YEAR_TO_DATE: "the year so far",
}
NAMED = 3
"""Sectors that the sentence names at each end."""

METHOD = (
    "Strength is a sector's price in SPY against its own mean of 50 sessions, momentum is strength "
    "against its mean of 10; above 100 is stronger, or gaining."
)


class RotationArgs(ToolArgs):
    window: Window = Field(default=Window.MONTH, description="How far back: 1w, 1m, 3m, 6m or ytd.")
    as_of: AsOf = None


@tool(
    RotationArgs,
    examples=[
        Example("which sectors are leading", {}),
        Example("sector rotation", {}),
        Example("what sectors are hot this week", {"window": "1w"}),
        Example("strongest sectors year to date", {"window": "ytd"}),
        Example("relative strength of the sectors", {}),
        Example("where is money rotating", {}),
        Example("worst sectors over the last 3 months", {"window": "3m"}),
        Example("how are the sector etfs doing against spy", {}),
    ],
)  # fmt: skip
async def get_sector_rotation(args: RotationArgs, context: ToolContext) -> ToolResult:
    """Which sectors of the S&P 500 lead and lag SPY over a window, and which are turning.

    Compares the eleven sector funds (XLK, XLF, XLE …): excess return, strength, momentum.
    """
    as_of = context.moment(args.as_of)
    found = await map_rotation(market=context.market, as_of=as_of, window=args.window)
    name_provider(context.book, found.benchmark.provider)
    market = _record(context, found, "SPY", found.benchmark_pct, str(BENCHMARK), "change")
    excess = {
        each.symbol: _record(
            context, found, f"{each.symbol}.excess", each.excess, each.symbol, "change less SPY's"
        )
        for each in found.standings
    }
    rows = tuple(_row(context, found, each, excess[each.symbol]) for each in found.standings)
    instrument = await context.market.instrument(BENCHMARK)
    shown = freshness(
        found.benchmark.provider,
        instrument,
        as_of,
        calendar.session_at(as_of, instrument.calendar),
    )
    card = SectorRotationCard(
        title=f"sectors against SPY, {SPOKEN[args.window]}",
        benchmark=CardNumber.of(market, with_unit=True),
        rows=rows,
        notes=(METHOD,),
        freshness=shown.model_copy(update={"is_frozen": args.as_of is not None}),
    )
    return ToolResult(_sentence(found, excess, market), (card,))


MOST_DAYS = 400
SHOWN = 12
ABSENT = "Earnings dates and economic releases need a provider of them, which is not connected yet."


class CalendarArgs(ToolArgs):
    kinds: tuple[EventKind, ...] = Field(
        (), description="fed, expiry, holiday; leave out for all.", max_length=3
    )
    days: int = Field(default=31, ge=1, le=MOST_DAYS, description="How many days ahead to look.")
    as_of: AsOf = None


@tool(
    CalendarArgs,
    examples=[
        Example("when does the fed meet next", {"kinds": ["fed"], "days": 120}),
        Example("fomc dates", {"kinds": ["fed"], "days": 400}),
        Example("when is opex", {"kinds": ["expiry"], "days": 120}),
        Example("next triple witching", {"kinds": ["expiry"], "days": 120}),
        Example("what's on the calendar this month", {}),
        Example("any market events coming up", {}),
        Example("when do monthly options expire", {"kinds": ["expiry"], "days": 120}),
        Example("when is the next rate decision", {"kinds": ["fed"], "days": 120}),
    ],
)
async def get_calendar(args: CalendarArgs, context: ToolContext) -> ToolResult:
    """Scheduled market events ahead: Fed decisions, options expiries, holidays and half days.

    Earnings and economic releases are not known here.
    """
    as_of = context.moment(args.as_of)
    today = calendar.market_date(as_of)
    last = today + timedelta(days=args.days)
    kinds = frozenset(args.kinds or EventKind)
    found = events_between(today, last, kinds)[:SHOWN]
    waits = [_wait(context, event, today, as_of, place) for place, event in enumerate(found)]
    notes = [ABSENT]
    if EventKind.FED in kinds and last > FED_KNOWN_UNTIL:
        notes.append(f"Fed meetings after {FED_KNOWN_UNTIL:%B %Y} are not in the schedule here.")
    card = CalendarCard(
        title="scheduled, US stocks",
        rows=tuple(
            CalendarRow(
                date=event.on,
                at=event.at if event.kind is EventKind.FED else None,
                kind=event.kind,
                title=event.title,
                wait=CardNumber.of(wait, with_unit=True),
            )
            for event, wait in zip(found, waits, strict=True)
        ),
        notes=tuple(notes),
        freshness=Freshness(
            provider="published schedules",
            as_of=as_of,
            is_frozen=args.as_of is not None,
        ),
    )
    return ToolResult(_scheduled(found, waits, args.days, notes), (card,))


def _scheduled(
    found: Sequence[Event], waits: Sequence[Figure], days: int, notes: Sequence[str]
) -> str:
    if not found:
        return f"Nothing of that kind is scheduled in that time. {notes[-1]}"
    said = [
        f"{event.title}, {_day_of(event)}{_in(wait)}"
        for event, wait in list(zip(found, waits, strict=True))[:NAMED]
    ]
    first, *others = said
    rest = f" Then: {'; '.join(others)}." if others else ""
    return f"Next: {first}.{rest}"


def _day_of(event: Event) -> str:
    at = (
        f" at {time_in_words_of(event.at, calendar.US)}"
        if event.at and event.kind is EventKind.FED
        else ""
    )
    return f"{day_in_words(event.on)}{at}"


def _in(wait: Figure) -> str:
    if wait.value == 0:
        return ", today"
    if wait.value == 1:
        return ", tomorrow"
    return f", in {wait.ref}"


def _wait(context: ToolContext, event: Event, today: date, as_of: datetime, place: int) -> Figure:
    context.book.comes_from("published schedules")
    return context.book.record(
        f"wait{place + 1}",
        Decimal((event.on - today).days),
        Unit.DAYS,
        label=f"days to {event.title}",
        entity="calendar",
        as_of=as_of,
        decimals=0,
    )


def _sentence(found: Rotation, excess: Mapping[Symbol, Figure], market: Figure) -> str:
    listed = found.standings
    said = f"Over {SPOKEN[found.window]} SPY has moved {market.ref}. "
    said += f"Strongest against it: {_named(listed[:NAMED], excess)}. "
    said += f"Weakest: {_named(tuple(reversed(listed[-NAMED:])), excess)}."
    turning = [each for each in listed if each.quarter is Quarter.IMPROVING]
    if turning:
        said += f" Weak but gaining: {', '.join(each.sector for each in turning)}."
    return said


def _named(standings: Sequence[Standing], excess: Mapping[Symbol, Figure]) -> str:
    return ", ".join(
        f"{each.sector} ({each.symbol}) {excess[each.symbol].ref}" for each in standings
    )


def _row(context: ToolContext, found: Rotation, standing: Standing, excess: Figure) -> SectorRow:
    symbol = standing.symbol
    own = _record(context, found, f"{symbol}.change", standing.change_pct, symbol, "change")
    turns = {
        name: context.book.record(
            f"{symbol}.{name}",
            Decimal(repr(value)),
            Unit.INDEX,
            label=name,
            entity=str(symbol),
            as_of=found.as_of,
            decimals=1,
        )
        for name, value in (("strength", standing.strength), ("momentum", standing.momentum))
        if value is not None
    }
    return SectorRow(
        symbol=symbol,
        sector=standing.sector,
        quarter=standing.quarter or "",
        excess=CardNumber.of(excess, with_unit=True),
        change=CardNumber.of(own, with_unit=True),
        strength=CardNumber.of(turns["strength"]) if turns else None,
        momentum=CardNumber.of(turns["momentum"]) if turns else None,
    )


def _record(
    context: ToolContext, found: Rotation, path: str, value: float, entity: str, label: str
) -> Figure:
    return context.book.record(
        path,
        Decimal(repr(value)),
        Unit.PERCENT,
        label=label,
        entity=str(entity),
        as_of=found.as_of,
        decimals=2,
        signed=True,
    )
