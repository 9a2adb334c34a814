"""The model's door to the scanner: setups that stand now, over many symbols."""

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from app.core.figures import Unit
from app.core.symbols import Symbol
from app.grounding.ledger import Book
from app.macro.source import plain
from app.scanner.filtering import parse_filter
from app.scanner.models import ScanResult, Search
from app.scanner.service import run_scan
from app.scanner.setups import Direction, Setup
from tools.arguments import AsOf, SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.scanner_card import TITLES, best_said, count, exponent, opportunities_card

_NAMED = 12
"""Symbols that a sentence names."""


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
    where: str = Field(
        "",
        description="A condition on daily bars in the formula language: rsi(14) < 30 and close > sma(200).",
        max_length=1000,
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
        Example("scan for rsi(14) < 30 and close < 50", {"where": "rsi(14) < 30 and close < 50"}),
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
    search = asked_search(args)
    found = await run_scan(
        search, market=context.market, as_of=as_of, taste=await context.finds.taste()
    )
    scanned = count(context.book, "scanned", found.scanned, "symbols scanned", as_of)
    stand = count(context.book, "found", len(found.found), "setups that stand", as_of)
    card = await opportunities_card(
        context.book,
        found,
        found.found[: args.limit],
        title=_title(args),
        market=context.market,
        search=search,
    )
    if args.as_of is not None:
        frozen = card.freshness.model_copy(update={"is_frozen": True})
        card = card.model_copy(update={"freshness": frozen})
    passed = _passed(context, found, as_of)
    over = f"over {scanned.ref} {'symbol' if scanned.value == 1 else 'symbols'}"
    over += _bounds(args, context.book, as_of)
    if not card.rows:
        return ToolResult(f"{passed}None of these setups stands now, {over}.", (card,))
    counted = f"{stand.ref} {'setup stands' if stand.value == 1 else 'setups stand'}, {over}."
    return ToolResult(f"{passed}{counted} {best_said(card.rows)}", (card,))


def asked_search(args: ScanArgs) -> Search:
    return Search(
        setups=args.setups,
        direction=args.direction,
        symbols=tuple(map(Symbol, args.symbols)),
        sector=args.sector,
        min_price=args.min_price,
        max_price=args.max_price,
        min_reward_to_risk=args.min_reward_to_risk,
        where=args.where,
    )


def _passed(context: ToolContext, found: ScanResult, as_of: datetime) -> str:
    """How many symbols meet the condition, and the first of them."""
    if found.passing is None:
        return ""
    number = count(context.book, "passing", len(found.passing), "symbols that pass", as_of)
    if not found.passing:
        return "No symbol meets the condition. "
    named = ", ".join(found.passing[:_NAMED])
    more = " and others" if len(found.passing) > _NAMED else ""
    meet = "symbol meets" if len(found.passing) == 1 else "symbols meet"
    return f"{number.ref} {meet} the condition: {named}{more}. "


def _title(args: ScanArgs) -> str:
    kinds = ", ".join(TITLES[setup] for setup in args.setups) or "all setups"
    side = f", {args.direction} only" if args.direction else ""
    where = f" in {plain(args.sector)}" if args.sector else ""
    bounds = [
        f"price from {args.min_price:,f}" if args.min_price else "",
        f"price up to {args.max_price:,f}" if args.max_price else "",
        f"reward to risk from {args.min_reward_to_risk:g}" if args.min_reward_to_risk else "",
        parse_filter(args.where).in_words() if args.where.strip() else "",
    ]
    return ", ".join([f"{kinds}{side}{where}", *filter(None, bounds)])


def _bounds(args: ScanArgs, book: Book, as_of: datetime) -> str:
    """ ", priced from 10 to 50, with a reward to risk from 2": the bounds that a number gives."""

    def bound(path: str, value: Decimal | float | None, unit: Unit) -> str:
        if value is None:
            return ""
        exact = Decimal(str(value))
        return book.record(
            path,
            exact,
            unit,
            label=path.removeprefix("least.").replace("_", " "),
            entity="scan",
            as_of=as_of,
            decimals=max(0, exponent(exact)),
        ).ref

    low = bound("min_price", args.min_price, Unit.USD)
    high = bound("max_price", args.max_price, Unit.USD)
    ratio = bound("least.reward_to_risk", args.min_reward_to_risk, Unit.RATIO)
    ends = f"{f' from {low}' if low else ''}{f' up to {high}' if high else ''}"
    priced = f", priced{ends}" if ends else ""
    return f"{priced}{f', with a reward to risk from {ratio}' if ratio else ''}"
