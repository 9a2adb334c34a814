"""The model's door to why an opportunity was shown: its own figures, as they were told.

Decided: what is explained is what the member looks at. A new scan may find something else by now, so
nothing is asked of the market; the figures are those of the answer in this conversation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from app.core.errors import NotFound
from app.core.figures import Figure
from app.grounding.ledger import Book
from app.scanner.option_setups import OptionSetup
from app.scanner.setups import Setup
from app.scanner.signals import Sent
from tools.arguments import SymbolArgument
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool
from tools.option_scans_card import TITLES as OPTION_TITLES
from tools.scanner_card import TITLES, invalid_beyond

SHOWING = ("scan_market", "scan_options", "list_opportunities")
"""Tools whose answers are lists of opportunities."""

RULES = {
    Setup.PULLBACK: "the trend is up, the price fell below its short average and looks washed out",
    Setup.BOUNCE: "it came down to an old low, held, and closed strong",
    Setup.REJECTION: "it came up to an old high, failed, and closed weak",
    Setup.BREAKOUT: "it closed above a quiet base on more volume than usual",
    Setup.BREAKDOWN: "it closed below a quiet base on more volume than usual",
    Setup.GOLDEN_CROSS: "the middle average crossed above the long one on this bar",
    Setup.DEATH_CROSS: "the middle average crossed below the long one on this bar",
    Setup.BULLISH_DIVERGENCE: "the price made a lower low while its strength made a higher one",
    Setup.BEARISH_DIVERGENCE: "the price made a higher high while its strength made a lower one",
    Setup.SPIKE_UP: "it closed strong above the high before, on far more volume than usual",
    Setup.SPIKE_DOWN: "it closed weak below the low before, on far more volume than usual",
    Setup.SQUEEZE_UP: "its bands were squeezed, opened, and it closed above their middle",
    Setup.SQUEEZE_DOWN: "its bands were squeezed, opened, and it closed below their middle",
}
_PLAN = {
    "entry": "entry",
    "stop": "stop",
    "target": "target",
    "reward_to_risk": "reward to risk",
    "ratio": "reward to risk",
}
_COUNTED = ("chance", "expectation", "cases", "reached", "stopped", "mean", "days")


class WhyArgs(ToolArgs):
    symbol: SymbolArgument | None = Field(
        default=None, description="The symbol of the opportunity that is asked about."
    )
    row: int = Field(
        1, description="Its place in the list, 1 the first; not needed with a symbol.", ge=1, le=20
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """A row of a list that was shown: its figures by their last word."""

    symbol: str
    kind: str
    figures: dict[str, Figure]


@tool(
    WhyArgs,
    examples=[
        Example("why this one"),
        Example("why did you pick that one"),
        Example("why is it on the list"),
        Example("why the second one", {"row": 2}),
        Example("why number 3", {"row": 3}),
        Example("what speaks for the fourth setup", {"row": 4}),
        Example("why is amd on the list", {"symbol": "AMD"}),
        Example("what makes tsla a setup", {"symbol": "TSLA"}),
    ],
)
async def explain_opportunity(args: WhyArgs, context: ToolContext) -> ToolResult:
    """Why an opportunity of the list shown last in this conversation is one: rule, figures, past cases.

    By its symbol or its place. It repeats what was told then and asks nothing anew.
    """
    return ToolResult(_said(_chosen(args, context), context.book))


def _chosen(args: WhyArgs, context: ToolContext) -> _Shown:
    lists = [
        rows
        for book in reversed(context.ledger.books)
        if book.tool in SHOWING and (rows := list(_rows(book)))
    ]
    if not lists:
        raise NotFound("No opportunity was shown in this conversation yet: ask for setups first.")
    if args.symbol:
        for rows in lists:
            for row in rows:
                if row.symbol == args.symbol:
                    return row
        raise NotFound(f"{args.symbol} is not among the opportunities shown in this conversation.")
    if args.row > len(lists[0]):
        raise NotFound("The list that was shown last is not as long as that.")
    return lists[0][args.row - 1]


def _rows(book: Book) -> Iterator[_Shown]:
    """In the order they were shown; what counts the list as a whole is no row."""
    found: dict[str, _Shown] = {}
    for figure in book.figures:
        name, _, part = figure.path.rpartition(".")
        if not name.startswith(f"{figure.entity}."):
            continue
        kind = name.removeprefix(f"{figure.entity}.").partition(".")[0]
        found.setdefault(name, _Shown(figure.entity, kind, {})).figures[part] = figure
    yield from found.values()


def _said(row: _Shown, book: Book) -> str:
    told = {part: _told_again(book, figure, part) for part, figure in row.figures.items()}
    compared = [
        f"{_named(figure)} {told[part]}"
        for part, figure in row.figures.items()
        if part not in _PLAN and part not in _COUNTED
    ]
    plan = [f"{word} {told[part]}" for part, word in _PLAN.items() if part in told]
    sentences = [_rule(row)]
    if compared:
        sentences.append(f"What was looked at: {', '.join(compared)}.")
    if plan:
        sentences.append(f"Its plan: {', '.join(plan)}.")
    sentences.append(_past(told))
    if row.kind in set(Setup):
        sentences.append(invalid_beyond(Setup(row.kind)))
    return " ".join(filter(None, sentences))


def _named(figure: Figure) -> str:
    """`SMA(200)`, as an average is named in a sentence."""
    return re.sub(r" (\d+)$", r"(\1)", figure.label)


def _rule(row: _Shown) -> str:
    if row.kind in set(Setup):
        setup = Setup(row.kind)
        side = setup.direction.value
        return f"{row.symbol} is a {TITLES[setup]} ({side}): {RULES[setup]}."
    if row.kind in set(OptionSetup):
        return f"{row.symbol}: {OPTION_TITLES[OptionSetup(row.kind)]}."
    if row.kind in set(Sent):
        return f"{row.symbol}: a signal from outside, by the sender's own reasons."
    return f"{row.symbol}."


def _past(told: dict[str, str]) -> str:
    """What past cases of its setup came to, as far as it was told."""
    if "cases" not in told:
        return ""
    counted = (
        f"{told['reached']} of {told['cases']} past cases reached their target"
        if "reached" in told
        else f"{told['cases']} past cases were counted"
    )
    if "chance" not in told:
        return f"{counted}: too few for a chance."
    expected = (
        f", what is expected of a unit risked {told['expectation']}"
        if "expectation" in told
        else ""
    )
    return f"{counted}; the chance of this one is {told['chance']}{expected}."


def _told_again(book: Book, figure: Figure, part: str) -> str:
    book.comes_from(
        figure.provider, is_simulated=figure.is_simulated, delay_minutes=figure.delay_minutes
    )
    return book.record(
        part,
        figure.value,
        figure.unit,
        label=figure.label,
        entity=figure.entity,
        as_of=figure.as_of,
        decimals=figure.decimals,
        signed=figure.signed,
        grouped=figure.grouped,
    ).ref
