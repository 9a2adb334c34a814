"""The lines of the member's book by the market, and what must be said about how they were priced."""

from collections.abc import Sequence

from app.macro.short_rate import ASSUMED_PERCENT, short_rate
from app.market import calendar
from app.positions.marks import BookLine
from app.positions.valuation import value_positions
from tools.base import ToolContext
from tools.positions_card import book_freshness
from widgets.base import Freshness

NOTHING = (
    "You hold no open positions here. Tell me a trade and I draft it for you to confirm, or drop a"
    " screenshot of your broker's list."
)
ASSUMED = f"An interest rate of {ASSUMED_PERCENT:g}% is assumed."


async def book_lines(
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


def nothing(symbol: str | None) -> str:
    return f"You hold nothing in {symbol}." if symbol else NOTHING


def freshness_of(lines: Sequence[BookLine], context: ToolContext) -> Freshness:
    phase = calendar.phase_at(context.now)
    return book_freshness(lines, context.market.provider, context.now, f"market {phase.value}")
