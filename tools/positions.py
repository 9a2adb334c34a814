"""The model's door to what the member holds: the book and its risk. Read-only."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from app.core.figures import Figure, Unit
from app.macro.short_rate import ASSUMED_PERCENT, short_rate
from app.market import calendar
from app.positions.beta import BENCHMARK, FEWEST, SESSIONS
from app.positions.marks import BookLine
from app.positions.risk import BookRisk, Shift, book_risk, shifted
from app.positions.valuation import betas_of, value_positions
from tools.arguments import SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.positions_assigned import assigned_lines
from tools.positions_card import (
    HoldingsBook,
    book_freshness,
    expiry_row,
    position_row,
    shown,
    structure_rows,
    underlying_row,
)
from widgets.base import CardNumber, Freshness
from widgets.positions import PortfolioGreeksCard, PositionsCard, RiskNumber, WhatIf

NOTHING = (
    "You hold no open positions here. Tell me a trade and I draft it for you to confirm, or drop a"
    " screenshot of your broker's list."
)
ESTIMATED = "An option's day is estimated: from the underlying's last close, at today's volatility."
BETA = (
    f"Beta is the slope of daily returns on SPY's over {SESSIONS} sessions, at least {FEWEST}; sums in"
    " shares of SPY weigh each underlying by it."
)
GAMMA = "Gamma is how many dollars of delta a move of one percent brings."
ASSUMED = f"An interest rate of {ASSUMED_PERCENT:g}% is assumed."
_NEUTRAL = 0.02
"""Of all dollar deltas, sign left out: a book that leans less is neither long nor short."""


class PositionsArgs(ToolArgs):
    symbol: SymbolArgument | None = Field(None, description="One underlying; leave out for all.")


@tool(
    PositionsArgs,
    examples=[
        Example("how's my book"),
        Example("what do i own"),
        Example("show my positions"),
        Example("am i up or down today"),
        Example("my p&l"),
        Example("what are my open trades worth"),
        Example("list my holdings"),
        Example("how much am i making on my apple position", {"symbol": "AAPL"}),
        Example("which options do i have in dis", {"symbol": "DIS"}),
    ],
)
async def list_positions(args: PositionsArgs, context: ToolContext) -> ToolResult:
    """What the member holds: quantity, price paid, value, profit or loss today and since opening.

    Stocks, options, futures and crypto, with the structures that option legs make together. Only
    what the member has stored; it never changes anything.
    """
    lines, notes = await _lines(args.symbol, context)
    if not lines:
        return ToolResult(_nothing(args.symbol))
    book = HoldingsBook(context.book, context.now)
    value, day, result = (
        book.money(path, total, label, signed=path != "value")
        for path, total, label in (
            ("value", _sum([line.value for line in lines]), "value of the positions"),
            ("day", _sum([line.day_result for line in lines]), "profit or loss today"),
            ("open", _sum([line.open_result for line in lines]), "profit or loss since opening"),
        )
    )
    if any(line.is_day_estimated for line in lines):
        notes = (*notes, ESTIMATED)
    rows = tuple(position_row(book, line) for line in lines)
    count = book.number("count", len(lines), Unit.INDEX, "positions", decimals=0, signed=False)
    at_risk = await assigned_lines(context, lines)
    card = PositionsCard(
        title=str(args.symbol or "all positions"),
        value=shown(value),
        day=shown(day),
        result=shown(result),
        rows=rows,
        structures=structure_rows(lines),
        assignments=at_risk.rows,
        notes=(*notes, *_silent(lines)),
        freshness=_freshness(lines, context),
    )
    said = _book_sentence(args.symbol, lines, (count, value, day, result))
    return ToolResult(said + at_risk.said, (card,))


class GreeksArgs(ToolArgs):
    symbol: SymbolArgument | None = Field(None, description="One underlying; leave out for all.")
    spot_percent: Decimal = Field(
        Decimal(0),
        ge=-90,
        le=200,
        description="What-if: prices by so many percent, -2 for down 2%.",
    )
    volatility_points: Decimal = Field(
        Decimal(0), ge=-200, le=200, description="What-if: implied volatility by so many points."
    )
    days: Decimal = Field(
        Decimal(0), ge=0, le=1000, description="What-if: so many calendar days later."
    )
    by_beta: bool = Field(
        False,  # noqa: FBT003 - a default
        description="Move each underlying by its beta times `spot_percent`, as when SPY moves.",
    )


@tool(
    GreeksArgs,
    examples=[
        Example("am i long or short the market"),
        Example("what does waiting cost me a day"),
        Example("portfolio greeks"),
        Example("my net delta"),
        Example("beta weighted delta of my book"),
        Example("how much theta do i collect"),
        Example("how concentrated am i"),
        Example("what happens to my positions if the market drops 2%", {"spot_percent": "-2", "by_beta": True}),
        Example("my book with vol up 3 points", {"volatility_points": "3"}),
        Example("greeks of my spy options", {"symbol": "SPY"}),
    ],
)  # fmt: skip
async def get_portfolio_greeks(args: GreeksArgs, context: ToolContext) -> ToolResult:
    """The risk of what the member holds: net Greeks, delta in shares of SPY, by underlying, by expiry.

    Also what-ifs: prices by percent, volatility by points, days later.
    """
    lines, notes = await _lines(args.symbol, context)
    if not lines:
        return ToolResult(_nothing(args.symbol))
    symbols = [line.position.asset.symbol for line in lines]
    betas, quote = await betas_of(symbols, market=context.market, as_of=context.now)
    found = book_risk(lines, betas, None if quote is None else float(quote.last))
    if not found.underlyings:
        return ToolResult("None of your positions has a price here, so there is no risk to add up.")
    book = HoldingsBook(context.book, context.now)
    net = _net(book, found)
    shift = Shift(
        percent=float(args.spot_percent),
        points=float(args.volatility_points),
        days=float(args.days),
        by_beta=args.by_beta,
    )
    what_if, unknown = _what_if(book, args, lines, shifted(lines, shift, betas))
    card = PortfolioGreeksCard(
        title=str(args.symbol or "all positions"),
        net=_risk_numbers(net),
        underlyings=tuple(underlying_row(book, each) for each in found.underlyings),
        expiries=tuple(expiry_row(book, each) for each in found.expiries),
        what_if=what_if,
        notes=(*notes, BETA, GAMMA, *_left_out(found), *unknown),
        freshness=_freshness(lines, context),
    )
    return ToolResult(_risk_sentence(found, net, what_if), (card,))


async def _lines(
    symbol: str | None, context: ToolContext
) -> tuple[tuple[BookLine, ...], tuple[str, ...]]:
    """The member's lines by the market, and what must be said about how they were priced."""
    held = [
        each
        for each in await context.holdings.positions()
        if symbol is None or each.asset.symbol == symbol
    ]
    if not held:
        return (), ()
    rate = await short_rate(context.macro, as_of=context.now)
    lines = await value_positions(held, market=context.market, as_of=context.now, rate=rate.value)
    has_options = any(line.sensitivity for line in lines)
    return lines, (ASSUMED,) if rate.is_assumed and has_options else ()


def _nothing(symbol: str | None) -> str:
    return f"You hold nothing in {symbol}." if symbol else NOTHING


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    """Of those that are known; None if none is."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _silent(lines: Sequence[BookLine]) -> tuple[str, ...]:
    return tuple(f"{line.position.asset.label}: {line.absence}." for line in lines if line.absence)


def _left_out(found: BookRisk) -> tuple[str, ...]:
    notes = [
        f"{line.position.asset.label} is left out: {line.absence or 'it has no price'}."
        for line in found.left_out
    ]
    if found.unweighted:
        notes.append(f"Too little history for a beta: {', '.join(found.unweighted)}.")
    return tuple(notes)


def _book_sentence(
    symbol: str | None,
    lines: Sequence[BookLine],
    figures: tuple[Figure, Figure | None, Figure | None, Figure | None],
) -> str:
    count, value, day, result = figures
    where = f" in {symbol}" if symbol else ""
    noun = "position" if len(lines) == 1 else "positions"
    said = f"You hold {count.ref} {noun}{where}"
    if value is None:
        return f"{said}; none of them has a price here."
    said += f", worth {value.ref} USD"
    moves = [f"{day.ref} USD today"] if day else []
    moves += [f"{result.ref} USD since they were opened"] if result else []
    said += f": {', '.join(moves)}." if moves else "."
    silent = sum(line.value is None for line in lines)
    return f"{said} Those without a price are left out of the sums." if silent else said


def _net(book: HoldingsBook, found: BookRisk) -> dict[str, Figure]:
    net = found.net
    figures = {
        "dollars": book.number(
            "delta.dollars", net.dollar_delta, Unit.USD, "net delta", decimals=0
        ),
        "gamma": book.number("gamma", net.gamma, Unit.USD, "net gamma on one percent", decimals=0),
        "theta": book.number("theta", net.theta, Unit.USD, "net theta a day"),
        "vega": book.number("vega", net.vega, Unit.USD, "net vega a point"),
        "rho": book.number("rho", net.rho, Unit.USD, "net rho a point"),
    }
    if found.weighted_delta is not None and found.weighted_dollars is not None:
        figures["weighted"] = book.number(
            "delta.weighted",
            found.weighted_delta,
            Unit.SHARES,
            "delta in shares of SPY",
            decimals=1,
        )
        figures["weighted_dollars"] = book.number(
            "delta.weighted_dollars",
            found.weighted_dollars,
            Unit.USD,
            "beta-weighted delta",
            decimals=0,
        )
    return figures


def _risk_numbers(net: dict[str, Figure]) -> tuple[RiskNumber, ...]:
    means = {
        "weighted": ("Beta-weighted delta", "shares of SPY it moves like"),
        "weighted_dollars": ("In dollars", "of SPY"),
        "dollars": ("Delta", "dollars of underlyings, as they are"),
        "gamma": ("Gamma", "dollars of delta on one percent"),
        "theta": ("Theta", "dollars a calendar day"),
        "vega": ("Vega", "dollars a point of volatility"),
        "rho": ("Rho", "dollars a point of the rate"),
    }
    return tuple(
        RiskNumber(label=label, number=shown(net.get(name)), means=words)
        for name, (label, words) in means.items()
    )


def _what_if(
    book: HoldingsBook,
    args: GreeksArgs,
    lines: Sequence[BookLine],
    moved: tuple[float, tuple[BookLine, ...]],
) -> tuple[WhatIf | None, tuple[str, ...]]:
    words = _shift_words(args)
    result, unknown = moved
    if not words or len(unknown) == len(lines):
        return None, ()
    figure = book.number("what_if", result, Unit.USD, "what-if result")
    notes = [f"{each.position.asset.label} is not in the what-if." for each in unknown]
    return WhatIf(words=words, result=CardNumber.of(figure)), tuple(notes)


def _shift_words(args: GreeksArgs) -> str:
    whose = f"{BENCHMARK} by" if args.by_beta else "prices by"
    words = [f"{whose} {args.spot_percent:+f}%"] if args.spot_percent else []
    words += [f"volatility by {args.volatility_points:+f} points"] if args.volatility_points else []
    words += [f"{args.days:f} days later"] if args.days else []
    return ", ".join(words).replace("-", "\N{MINUS SIGN}")


def _risk_sentence(found: BookRisk, net: dict[str, Figure], what_if: WhatIf | None) -> str:
    gross = sum(abs(each.exposure.dollar_delta) for each in found.underlyings)
    weighted = net.get("weighted")
    lean = found.net.dollar_delta if found.weighted_dollars is None else found.weighted_dollars
    side = (
        "neither long nor short"
        if abs(lean) <= _NEUTRAL * gross
        else "long"
        if lean > 0
        else "short"
    )
    moves = (
        f"it moves like {weighted.ref} shares of SPY"
        if weighted
        else f"its delta is {net['dollars'].ref} USD"
    )
    said = f"Your book is {side} the market: {moves}. {_waiting(net['theta'])}"
    if net["vega"].rounded:
        said += f" A point of volatility is {net['vega'].ref} USD."
    if what_if is not None:
        said += f" The what-if of the card comes to {{{what_if.result.figure}}} USD."
    return said


def _waiting(theta: Figure) -> str:
    if theta.rounded == 0:
        return "Waiting costs and earns nothing: there is no time value."
    verb = "costs" if theta.value < 0 else "earns"
    return f"Waiting {verb} you: theta is {theta.ref} USD a day."


def _freshness(lines: Sequence[BookLine], context: ToolContext) -> Freshness:
    phase = calendar.phase_at(context.now)
    return book_freshness(lines, context.market.provider, context.now, f"market {phase.value}")
