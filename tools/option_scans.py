"""The model's door to setups on options, over many underlyings. Read-only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from app.core.ids import new_id
from app.core.symbols import Symbol
from app.grounding.ledger import Book
from app.macro.short_rate import short_rate
from app.scanner.kept import search_body
from app.scanner.models import Search
from app.scanner.option_kept import kept_of
from app.scanner.option_scan import LARGEST, OptionFind, OptionScan, OptionSearch, run_option_scan
from app.scanner.option_setups import SPREADS, OptionSetup, Terms
from tools.arguments import AsOf, SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.option_scans_card import TITLES, Row, best_said, freshness_of, notes_of, row_of
from tools.options_words import rate_note
from tools.scanner_card import count
from widgets.option_scans import OptionScanCard


class OptionScanArgs(ToolArgs):
    setups: tuple[OptionSetup, ...] = Field(
        default=(), description="Only these setups; all of them if empty."
    )
    symbols: tuple[SymbolArgument, ...] = Field(
        default=(),
        description="Only these underlyings; the most traded stocks and funds if empty.",
        max_length=LARGEST,
    )
    delta: float = Field(
        0.16, gt=0, lt=0.5, description="Of a spread's short strikes, without sign: 0.16."
    )
    days: int = Field(
        45, ge=1, le=730, description="Days to a spread's expiry; the nearest listed one is taken."
    )
    width: float | None = Field(
        None, gt=0, description="Between a spread's strikes, in dollars; 2 % of the price if empty."
    )
    min_probability: float = Field(
        65, ge=0, le=99.9, description="Least chance of profit of a spread, in percent."
    )
    min_iv_rank: float = Field(50, ge=0, le=100, description="Least IV rank that counts as high.")
    earnings_behind: bool = Field(
        default=False,
        description="Only companies that have reported and do not report again within `days`.",
    )
    limit: int = Field(3, ge=1, le=10, description="How many of each setup to show.")
    as_of: AsOf = None


@tool(
    OptionScanArgs,
    examples=[
        Example("rich vol, earnings behind them", {"setups": ["iv_rank_high"], "earnings_behind": True}),
        Example("only iron condors on SPX and NDX", {"setups": ["iron_condor"], "symbols": ["SPX", "NDX"]}),
        Example("any unusual option activity today", {"setups": ["unusual_options"]}),
        Example("which stocks have a high iv rank", {"setups": ["iv_rank_high"]}),
        Example("who had a vol crush after earnings", {"setups": ["post_earnings_crush"]}),
        Example("find me high probability spreads", {"setups": ["iron_condor", "bull_put", "bear_call"]}),
        Example("scan for bull put spreads at 20 delta, 30 days", {"setups": ["bull_put"], "delta": 0.2, "days": 30}),
        Example("find bear call spreads with at least 80% chance", {"setups": ["bear_call"], "min_probability": 80}),
    ],
)  # fmt: skip
async def scan_options(args: OptionScanArgs, context: ToolContext) -> ToolResult:
    """Setups on options over many underlyings: rich volatility, unusual volume, likely credit spreads.

    Setups: iv_rank_high, unusual_options (volume far above open interest), post_earnings_crush,
    iron_condor, bull_put, bear_call with short strikes at `delta`. It finds; it does not trade.
    """
    as_of = context.moment(args.as_of)
    rate = await short_rate(context.macro, as_of=as_of)
    search = asked_option_search(args)
    found = await run_option_scan(
        search,
        market=context.market,
        macro=context.macro,
        records=context.records,
        as_of=as_of,
        rate=rate.value,
    )
    moment = None if args.as_of is None else args.as_of.isoformat()
    records = {} if moment else await context.finds.option_records()
    taste = {} if moment else await context.finds.option_taste()
    rows = [
        row_of(
            context.book,
            each,
            kept_of(each, search, key=new_id(), now=as_of),
            record=records.get(each.setup),
            moment=moment,
        )
        for each in _first(found, search, args.limit, taste)
    ]
    notes = notes_of(found, search.wanted)
    if any(setup in SPREADS for setup in search.wanted):
        notes = (*notes, rate_note(rate))
    card = OptionScanCard(
        title=title_of(search),
        search=search_body(Search(options=search)),
        rows=tuple(row.card for row in rows),
        notes=notes,
        freshness=await freshness_of(context.market, found, is_frozen=args.as_of is not None),
    )
    return ToolResult(_sentence(context.book, found, search, rows, as_of), (card,))


def asked_option_search(args: OptionScanArgs) -> OptionSearch:
    return OptionSearch(
        setups=args.setups,
        symbols=tuple(map(Symbol, args.symbols)),
        terms=Terms(
            delta=args.delta,
            days=args.days,
            width=args.width,
            min_probability=args.min_probability / 100,
        ),
        min_rank=args.min_iv_rank / 100,
        is_after_earnings=args.earnings_behind,
    )


def _first(
    found: OptionScan, search: OptionSearch, limit: int, taste: Mapping[OptionSetup, float]
) -> list[OptionFind]:
    """Of each setup the strongest; setups that the member likes come before others."""
    return [
        each
        for setup in sorted(search.wanted, key=lambda each: -taste.get(each, 1.0))
        for each in [each for each in found.found if each.setup is setup][:limit]
    ]


def _sentence(
    book: Book, found: OptionScan, search: OptionSearch, rows: list[Row], as_of: datetime
) -> str:
    scanned = count(book, "scanned", len(found.scanned), "underlyings scanned", as_of)
    over = f"over the options of {scanned.ref} underlying{'' if scanned.value == 1 else 's'}"
    said = "The market is simulated. " if found.provider.is_simulated else ""
    if search.is_after_earnings and found.without_reports:
        said += "Whether reports are behind them is not known here, so nothing is chosen by that. "
    if not rows:
        return f"{said}{_none(found, search)}, {over}."
    number = count(book, "found", len(found.found), "setups that stand", as_of)
    stand = "setup stands" if number.value == 1 else "setups stand"
    return f"{said}{number.ref} {stand}, {over}. {best_said(rows)}"


def _none(found: OptionScan, search: OptionSearch) -> str:
    """Whether nothing stands, or nothing could be judged; the card says why."""
    judged = len(found.scanned) * len(search.wanted)
    if judged and len(found.unknown) == judged:
        return "This cannot be judged, because what it needs is not known here"
    return "None of these setups stands now"


def title_of(search: OptionSearch) -> str:
    kinds = ", ".join(TITLES[setup] for setup in search.setups) or "all setups"
    return f"{kinds}{', earnings behind them' if search.is_after_earnings else ''}"


def arguments_of(search: OptionSearch) -> dict[str, Any]:
    """Which call of the tool means the same."""
    terms = search.terms
    asked = OptionScanArgs(
        setups=search.setups,
        symbols=tuple(map(str, search.symbols)),
        delta=terms.delta,
        days=terms.days,
        width=terms.width,
        min_probability=round(100 * terms.min_probability, 9),
        min_iv_rank=round(100 * search.min_rank, 9),
        earnings_behind=search.is_after_earnings,
    )
    return asked.model_dump(mode="json", exclude_defaults=True)
