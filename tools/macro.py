"""The model's door to sector rotation."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import Field

from app.core.figures import Figure, Unit
from app.core.symbols import Symbol
from app.macro.rotation import BENCHMARK, Quarter, Rotation, Standing, Window, sector_of
from app.macro.service import map_rotation
from app.macro.source import plain
from app.market import calendar
from tools.arguments import AsOf
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import freshness, name_provider
from widgets.base import CardNumber
from widgets.macro import SectorRotationCard, SectorRow

SPOKEN = {
    Window.DAY: "the last day",
    Window.WEEK: "the last week",
    Window.MONTH: "the last month",
    Window.QUARTER: "the last three months",
    Window.HALF_YEAR: "the last six months",
    Window.YEAR: "the last year",
    Window.YEAR_TO_DATE: "the year so far",
}
TURNING = {
    Quarter.LEADING: "strong and gaining by its own mean of ten weeks",
    Quarter.WEAKENING: "strong but losing by its own mean of ten weeks",
    Quarter.LAGGING: "weak and losing by its own mean of ten weeks",
    Quarter.IMPROVING: "weak but gaining by its own mean of ten weeks",
}
NAMED = 3
"""Sectors that the sentence names at each end."""

METHOD = (
    "Strength is a sector's price in SPY against its own mean of 50 sessions, momentum is strength "
    "against its mean of 10; above 100 is stronger, or gaining."
)


class RotationArgs(ToolArgs):
    window: Window = Field(
        default=Window.MONTH, description="How far back: 1d, 1w, 1m, 3m, 6m, 1y or ytd."
    )
    sector: str = Field(
        "",
        description="A sector that is asked about by name, to be told first: energy, tech.",
        max_length=40,
    )
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
    named = _of_one(found, args.sector, excess)
    return ToolResult(f"{named} {_sentence(found, excess, market)}".strip(), (card,))


def _of_one(found: Rotation, sector: str, excess: Mapping[Symbol, Figure]) -> str:
    """ "Energy (XLE) is behind SPY …": the sector that was asked about."""
    asked = sector_of(sector) if sector else None
    each = next((each for each in found.standings if each.symbol == asked), None)
    if each is None:
        return f"There is no sector fund by the name of {plain(sector)} here." if sector else ""
    side = "ahead of" if each.excess > 0 else "behind"
    name = each.sector[0].upper() + each.sector[1:]
    said = f"{name} ({each.symbol}) is {side} SPY over {SPOKEN[found.window]}, {excess[each.symbol].ref}"
    turning = f", and {TURNING[each.quarter]}" if each.quarter else ""
    return f"{said}{turning}."


def _sentence(found: Rotation, excess: Mapping[Symbol, Figure], market: Figure) -> str:
    listed = found.standings
    said = f"Over {SPOKEN[found.window]} SPY has moved {market.ref}. "
    said += f"Strongest against it: {_named(listed[:NAMED], excess)}. "
    said += f"Weakest: {_named(tuple(reversed(listed[-NAMED:])), excess)}."
    turning = [
        each for each in listed if each.quarter is Quarter.IMPROVING and each not in listed[:NAMED]
    ]
    if turning:
        listed_names = ", ".join(each.sector for each in turning)
        said += f" Below their own mean of ten weeks but gaining: {listed_names}."
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
