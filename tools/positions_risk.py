"""The model's door to the risk of what the member holds, and to what-ifs of it. Read-only."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from datetime import date as Date  # noqa: N812 - `date` is a word of arguments
from decimal import Decimal

from pydantic import Field

from app.core.errors import InvalidInput
from app.core.figures import Figure, Unit
from app.market import calendar
from app.positions.beta import BENCHMARK, FEWEST, SESSIONS
from app.positions.marks import BookLine
from app.positions.risk import BookRisk, Shift, book_risk, shifted
from app.positions.valuation import betas_of
from tools.arguments import SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.positions_card import HoldingsBook, expiry_row, underlying_row
from tools.positions_lines import book_lines, freshness_of, nothing
from tools.wording import shown
from widgets.base import CardNumber
from widgets.positions import PortfolioGreeksCard, RiskNumber, WhatIf

BETA = (
    f"Beta is the slope of daily returns on SPY's over {SESSIONS} sessions, at least {FEWEST}; sums in"
    " shares of SPY weigh each underlying by it."
)
GAMMA = "Gamma is how many dollars of delta a move of one percent brings."
END = time(21)
"""UTC; of a day without a session."""
_NEUTRAL = 0.02
"""Of all dollar deltas, sign left out: a book that leans less is neither long nor short."""


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
    on: Date | None = Field(None, description="What-if: at the end of that day, instead of `days`.")
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
        Example("what happens to my amd position if spx drops 1% and vol is up 2 points", {"symbol": "AMD", "spot_percent": "-1", "volatility_points": "2", "by_beta": True}),
        Example("greeks of my spy options", {"symbol": "SPY"}),
    ],
)  # fmt: skip
async def get_portfolio_greeks(args: GreeksArgs, context: ToolContext) -> ToolResult:
    """The risk of what the member holds: net Greeks, delta in shares of SPY, by underlying, by expiry.

    Also what-ifs of the book or of one underlying: prices by percent, volatility by points, days
    later or on a day. Not of a structure that is only thought of.
    """
    lines, notes = await book_lines(args.symbol, context)
    if not lines:
        return ToolResult(nothing(args.symbol))
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
        days=_days(args, context.now),
        by_beta=args.by_beta,
    )
    what_if, unknown = _what_if(book, args, lines, shifted(lines, shift, betas))
    card = PortfolioGreeksCard(
        title=str(args.symbol or "all positions"),
        net=_risk_numbers(net),
        underlyings=tuple(underlying_row(book, each) for each in found.underlyings),
        expiries=tuple(expiry_row(book, each) for each in found.expiries),
        what_if=what_if,
        notes=(*notes, BETA, GAMMA, *_due(lines), *_left_out(found), *unknown),
        freshness=freshness_of(lines, context),
    )
    moved = _moved_sentence(book, what_if, len(unknown)) if _shift_words(args) else ""
    said = moved + _risk_sentence(found, net) + _without(book, found, len(lines))
    return ToolResult(said, (card,))


def _due(lines: Sequence[BookLine]) -> tuple[str, ...]:
    """What is counted as stock, since it should be exercised."""
    due = [line for line in lines if line.sensitivity and line.sensitivity.values.is_due]
    return tuple(f"{line.position.asset.label}: {line.absence}." for line in due)


def _left_out(found: BookRisk) -> tuple[str, ...]:
    notes = [
        f"{line.position.asset.label} is left out: {line.absence or 'it has no price'}."
        for line in found.left_out
    ]
    if found.unweighted:
        notes.append(f"Too little history for a beta: {', '.join(found.unweighted)}.")
    return tuple(notes)


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
    if args.on is not None:
        words.append(f"on {args.on:%A} {args.on.day} {args.on:%b %Y}")
    elif args.days:
        words.append(f"{args.days:f} days later")
    return ", ".join(words).replace("-", "\N{MINUS SIGN}")


def _days(args: GreeksArgs, now: datetime) -> float:
    """Calendar days until what is supposed."""
    if args.on is None:
        return float(args.days)
    session = calendar.session_on(args.on)
    end = datetime.combine(args.on, END, tzinfo=UTC) if session is None else session.close
    if end < now:
        raise InvalidInput("A what-if is of a day to come.")
    return (end - now) / timedelta(days=1)


def _moved_sentence(book: HoldingsBook, what_if: WhatIf | None, unknown: int) -> str:
    """What would come of it, before how the book stands."""
    if what_if is None:
        return "What would come of that cannot be told: none of it has a model price here. "
    result = what_if.result
    verb = "lose" if Decimal(result.value) < 0 else "make"
    said = f"Then you would {verb}, by the model: {{{result.figure}}} USD"
    if unknown:
        left = book.count("what_if.without", unknown, "positions not moved")
        said += f", leaving out {left.ref} that cannot be moved"
    return f"{said}. "


def _risk_sentence(found: BookRisk, net: dict[str, Figure]) -> str:
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
    return said


def _without(book: HoldingsBook, found: BookRisk, lines: int) -> str:
    """How many positions the sums are without."""
    said = ""
    if found.left_out:
        out = book.count("without", len(found.left_out), "positions without Greeks")
        held = book.count("count", lines, "positions")
        said += f" Not counted: {out.ref} of {held.ref} positions, which have no Greeks here."
    if found.unweighted and found.weighted_delta is not None:
        out = book.count("unweighted", len(found.unweighted), "underlyings without a beta")
        said += f" Without a beta, and so not in shares of SPY: {out.ref} of the underlyings."
    return said


def _waiting(theta: Figure) -> str:
    if theta.rounded == 0:
        return "Waiting costs and earns nothing: there is no time value."
    verb = "costs" if theta.value < 0 else "earns"
    return f"Waiting {verb} you: theta is {theta.ref} USD a day."
