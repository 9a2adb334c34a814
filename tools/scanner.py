"""The model's door to the scanner: setups that stand now, over many symbols."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from app.core.figures import Figure, Unit
from app.core.symbols import Symbol
from app.macro.source import plain
from app.market import calendar
from app.scanner.evidence import Measure
from app.scanner.models import Opportunity, ScanResult, Search
from app.scanner.service import run_scan
from app.scanner.setups import Direction, Setup
from tools.arguments import AsOf, SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.wording import PriceBook, freshness
from widgets.base import CardNumber, Freshness
from widgets.scanner import OpportunitiesCard, OpportunityFact, OpportunityRow

TITLES = {
    Setup.PULLBACK: "pullback in an uptrend",
    Setup.BOUNCE: "bounce at support",
    Setup.REJECTION: "rejection at resistance",
    Setup.BREAKOUT: "breakout from a base",
    Setup.BREAKDOWN: "breakdown from a base",
    Setup.GOLDEN_CROSS: "golden cross",
    Setup.DEATH_CROSS: "death cross",
    Setup.BULLISH_DIVERGENCE: "bullish RSI divergence",
    Setup.BEARISH_DIVERGENCE: "bearish RSI divergence",
    Setup.SPIKE_UP: "volume spike upwards",
    Setup.SPIKE_DOWN: "volume spike downwards",
    Setup.SQUEEZE_UP: "squeeze released upwards",
    Setup.SQUEEZE_DOWN: "squeeze released downwards",
}
METHOD = (
    "Daily bars. The chance comes from past cases of the setup over everything scanned, against "
    "what pure chance gives a target that far. What happened before need not happen again."
)
NAMED = 3
"""Opportunities that the sentence names."""

_MEASURED = {
    Measure.TIMES: (Unit.COUNT, 1),
    Measure.POINTS: (Unit.INDEX, 1),
}


class ScanArgs(ToolArgs):
    setups: tuple[Setup, ...] = Field(
        default=(), description="Only these setups; all of them if empty."
    )
    direction: Direction | None = Field(
        default=None, description="Only setups to buy (long) or to sell short (short)."
    )
    symbols: tuple[SymbolArgument, ...] = Field(
        default=(),
        description="Only these symbols; every listed stock and fund if empty.",
        max_length=500,
    )
    sector: str = Field(
        "", description="Only stocks of this sector: energy, semiconductors.", max_length=40
    )
    min_price: Decimal | None = Field(default=None, description="Lowest price.", gt=0)
    max_price: Decimal | None = Field(default=None, description="Highest price.", gt=0)
    min_reward_to_risk: float | None = Field(
        default=None, description="Least reward for each unit of risk: 2 for two to one.", gt=0
    )
    limit: int = Field(5, description="How many opportunities to show.", ge=1, le=20)
    as_of: AsOf = None


@tool(
    ScanArgs,
    examples=[
        Example("find me setups"),
        Example("any good setups right now"),
        Example("scan for breakouts", {"setups": ["breakout"]}),
        Example(
            "pullbacks above the 200 day under $50 that look washed out",
            {"setups": ["trend_pullback"], "max_price": "50"},
        ),
        Example("show me short setups", {"direction": "short"}),
        Example("which stocks bounce off support", {"setups": ["support_bounce"]}),
        Example("scan semiconductors for squeezes", {"setups": ["squeeze_up", "squeeze_down"], "sector": "semiconductors"}),
        Example("golden crosses today", {"setups": ["golden_cross"]}),
        Example("opportunities with at least 2 to 1", {"min_reward_to_risk": 2}),
        Example("unusual volume today", {"setups": ["volume_spike_up", "volume_spike_down"]}),
    ],
)  # fmt: skip
async def scan_market(args: ScanArgs, context: ToolContext) -> ToolResult:
    """Chart setups that stand now over many symbols, each with entry, stop, target and chance.

    Setups: trend_pullback, support_bounce, resistance_rejection, breakout, breakdown, golden_cross,
    death_cross, bullish_divergence, bearish_divergence, volume_spike_up, volume_spike_down,
    squeeze_up, squeeze_down. Read-only: it finds, it does not trade.
    """
    as_of = context.moment(args.as_of)
    search = Search(
        setups=args.setups,
        direction=args.direction,
        symbols=tuple(map(Symbol, args.symbols)),
        sector=args.sector,
        min_price=args.min_price,
        max_price=args.max_price,
        min_reward_to_risk=args.min_reward_to_risk,
    )
    found = await run_scan(search, market=context.market, as_of=as_of)
    scanned = _count(context, "scanned", found.scanned, "symbols scanned", as_of)
    stand = _count(context, "found", len(found.found), "setups that stand", as_of)
    rows = tuple(_row(context, each, as_of) for each in found.found[: args.limit])
    card = OpportunitiesCard(
        title=_title(args),
        rows=rows,
        notes=(METHOD, *_notes(found)),
        freshness=await _freshness(context, found, is_frozen=args.as_of is not None),
    )
    return ToolResult(_sentence(rows, stand, scanned), (card,))


def _count(context: ToolContext, path: str, count: int, label: str, as_of: datetime) -> Figure:
    return context.book.record(
        path,
        Decimal(count),
        Unit.INDEX,
        label=label,
        entity="scan",
        as_of=as_of,
        decimals=0,
    )


def _row(context: ToolContext, each: Opportunity, as_of: datetime) -> OpportunityRow:
    symbol, name = each.instrument.symbol, f"{each.instrument.symbol}.{each.setup}"
    book = PriceBook(context.book, each.instrument, as_of, each.provider)
    stop = book.price(f"{name}.stop", each.stop, "stop")

    def record(path: str, value: float, unit: Unit, label: str, decimals: int) -> CardNumber:
        figure = context.book.record(
            f"{name}.{path}",
            Decimal(repr(value)),
            unit,
            label=label,
            entity=str(symbol),
            as_of=as_of,
            decimals=decimals,
        )
        return CardNumber.of(figure)

    facts = []
    for fact in each.facts:
        if fact.measure is Measure.PRICE:
            rounded = Decimal(repr(fact.value))
            number = CardNumber.of(book.price(f"{name}.{fact.name}", rounded, fact.name))
        else:
            unit, decimals = _MEASURED[fact.measure]
            number = record(fact.name, fact.value, unit, fact.name, decimals)
        facts.append(OpportunityFact(label=fact.name, number=number))
    beyond = "below" if each.setup.direction is Direction.LONG else "above"
    return OpportunityRow(
        symbol=str(symbol),
        name=each.instrument.name,
        setup=TITLES[each.setup],
        direction=each.setup.direction.value,
        at=each.at,
        is_forming=each.is_forming,
        entry=CardNumber.of(book.price(f"{name}.entry", each.entry, "entry")),
        stop=CardNumber.of(stop),
        target=CardNumber.of(book.price(f"{name}.target", each.target, "target")),
        reward_to_risk=record(
            "reward_to_risk", each.reward_to_risk, Unit.RATIO, "reward to risk", 1
        ),
        chance=record(
            "chance", 100 * each.chance, Unit.PERCENT, "chance of the target before the stop", 0
        ),
        counted=record("cases", each.record.cases, Unit.INDEX, "past cases counted", 0),
        facts=tuple(facts),
        invalid=f"No longer valid {beyond} the stop, or once its time is over.",
    )


def _title(args: ScanArgs) -> str:
    kinds = ", ".join(TITLES[setup] for setup in args.setups) or "all setups"
    side = f", {args.direction} only" if args.direction else ""
    where = f" in {plain(args.sector)}" if args.sector else ""
    return f"{kinds}{side}{where}"


def _notes(found: ScanResult) -> Sequence[str]:
    notes = []
    if any(each.is_forming for each in found.found):
        notes.append("Today's bar is still open: what stands now may be gone at the close.")
    if found.left_out:
        named = ", ".join(list(found.left_out)[:5])
        more = " and others" if len(found.left_out) > 5 else ""
        notes.append(f"Left out, because there are no bars of them: {named}{more}.")
    return notes


async def _freshness(context: ToolContext, found: ScanResult, *, is_frozen: bool) -> Freshness:
    best = found.found[0] if found.found else None
    provider = best.provider if best else context.market.provider
    instrument = best.instrument if best else await context.market.instrument(Symbol("SPY"))
    session = calendar.session_at(found.as_of, instrument.calendar)
    return freshness(provider, instrument, found.as_of, session).model_copy(
        update={"is_frozen": is_frozen}
    )


def _sentence(rows: Sequence[OpportunityRow], stand: Figure, scanned: Figure) -> str:
    over = f"over {scanned.ref} {'symbol' if scanned.value == 1 else 'symbols'}"
    if not rows:
        return f"None of these setups stands now, {over}."
    best = rows[0]
    said = f"{stand.ref} {'setup stands' if stand.value == 1 else 'setups stand'}, {over}. "
    said += f"Best by score: {best.symbol}, "
    said += f"a {best.setup} ({best.direction}): entry {{{best.entry.figure}}}, stop "
    said += f"{{{best.stop.figure}}}, target {{{best.target.figure}}}, reward to risk "
    said += f"{{{best.reward_to_risk.figure}}}; the chance that the target comes first is "
    said += f"{{{best.chance.figure}}}, from {{{best.counted.figure}}} past cases."
    others = rows[1:NAMED]
    if others:
        named = "; ".join(f"{each.symbol}, {each.setup} ({each.direction})" for each in others)
        said += f" Then {named}."
    return said
