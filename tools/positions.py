"""The model's door to what the member holds. Read-only."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import Field

from app.core.figures import Figure
from app.positions.marks import BookLine
from app.positions.structures import structures, unsorted_symbols
from app.positions.totals import total_of
from tools.arguments import SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.positions_assigned import assigned_lines
from tools.positions_card import HoldingsBook, position_row, structure_row
from tools.positions_lines import book_lines, freshness_of, nothing
from tools.wording import shown
from widgets.positions import LeftOut, PositionsCard, StructureRow

UNDATED = "When it was opened is not known, so its day counts from the previous close:"
ESTIMATED = "An option's day is estimated: from the underlying's last close, at today's volatility."


MOST_SAID = 3
"""Structures in the sentence; the card has all."""
UNSORTED = "too many loose legs to see structures in them; legs opened together stay together."


class _Sum(NamedTuple):
    """A sum, None if no line has it, and how many lines it is without."""

    figure: Figure | None
    without: Figure


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
    lines, notes = await book_lines(args.symbol, context)
    if not lines:
        return ToolResult(nothing(args.symbol))
    book = HoldingsBook(context.book, context.now)
    sums = _sums(book, lines)
    if any(line.is_day_estimated for line in lines):
        notes = (*notes, ESTIMATED)
    rows = tuple(position_row(book, line) for line in lines)
    count = book.count("count", len(lines), "positions")
    at_risk = await assigned_lines(context, lines)
    groups = await context.holdings.groups()
    made = structures(lines, groups)
    card = PositionsCard(
        title=str(args.symbol or "all positions"),
        symbol=args.symbol,
        value=shown(sums["value"].figure),
        day=shown(sums["day"].figure),
        result=shown(sums["open"].figure),
        left_out=LeftOut(
            value=int(sums["value"].without.value),
            day=int(sums["day"].without.value),
            result=int(sums["open"].without.value),
        ),
        rows=rows,
        structures=tuple(structure_row(book, each, at) for at, each in enumerate(made, 1)),
        assignments=at_risk.rows,
        notes=(
            *notes,
            *_unsorted(unsorted_symbols(lines, groups)),
            *_undated(lines),
            *_silent(lines),
        ),
        freshness=freshness_of(lines, context),
    )
    said = _book_sentence(args.symbol, count, sums) + _together(card.structures)
    return ToolResult(said + at_risk.said, (card,))


def _silent(lines: Sequence[BookLine]) -> tuple[str, ...]:
    return tuple(f"{line.position.asset.label}: {line.absence}." for line in lines if line.absence)


def _unsorted(symbols: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{symbol}: {UNSORTED}" for symbol in symbols)


def _undated(lines: Sequence[BookLine]) -> tuple[str, ...]:
    labels = [
        line.position.asset.label
        for line in lines
        if not all(lot.is_dated for lot in line.position.holding.lots)
    ]
    if not labels:
        return ()
    return (f"{UNDATED} {', '.join(labels)}.",)


def _sums(book: HoldingsBook, lines: Sequence[BookLine]) -> dict[str, _Sum]:
    every = {
        "value": ("value of the positions", [line.value for line in lines]),
        "day": ("profit or loss today", [line.day_result for line in lines]),
        "open": ("profit or loss since opening", [line.open_result for line in lines]),
    }
    found = {}
    for path, (label, values) in every.items():
        total = total_of(values)
        figure = book.money(path, total.amount, label, signed=path != "value")
        without = book.count(f"{path}.without", total.without, f"positions not in the {label}")
        found[path] = _Sum(figure, without)
    return found


def _book_sentence(symbol: str | None, count: Figure, sums: dict[str, _Sum]) -> str:
    where = f" in {symbol}" if symbol else ""
    noun = "position" if count.value == 1 else "positions"
    said = f"You hold {count.ref} {noun}{where}"
    value, day, result = (sums[path].figure for path in ("value", "day", "open"))
    if value is None:
        return f"{said}; none of them has a price here."
    said += f", worth {value.ref} USD"
    moves = [f"{day.ref} USD today"] if day else []
    moves += [f"{result.ref} USD since they were opened"] if result else []
    said += f": {', '.join(moves)}." if moves else "."
    return said + _without(count, sums)


def _together(made: Sequence[StructureRow]) -> str:
    """What was opened together, by its name."""
    said = [
        f"the {each.symbol} {each.name}"
        + (f", {{{each.result.figure}}} USD since it was opened" if each.result else "")
        for each in made
        if each.is_opened_together
    ]
    return f" Opened together: {'; '.join(said[:MOST_SAID])}." if said else ""


def _without(count: Figure, sums: dict[str, _Sum]) -> str:
    """How many positions each sum is without."""
    named = {"value": "the value", "day": "today", "open": "the result since opening"}
    short = [
        f"{sums[path].without.ref} of {count.ref} in {words}"
        for path, words in named.items()
        if sums[path].without.value
    ]
    if not short:
        return ""
    return f" Not counted: {', '.join(short)}; the card says why."
