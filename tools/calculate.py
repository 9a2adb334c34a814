"""The model's door to arithmetic over figures of the thread. Read-only."""

import re
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from pydantic import Field

from app.core.errors import InvalidInput
from app.core.figures import Unit
from app.grounding.expressions import Computed, Find, evaluate
from app.grounding.references import in_words
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool


class CalculateArgs(ToolArgs):
    expression: str = Field(
        max_length=300,
        description="Figures by id and numbers the trader wrote: (a1-a3)/a7, 50000*2%. "
        "Signs + - * / ( ), functions min max abs, sqrt of such numbers.",
    )
    unit: str = Field("", description="Unit to show: USD, points, %, ATR, ratio, shares …")
    decimals: int | None = Field(None, ge=0, le=8, description="Decimals to show.")


@tool(
    CalculateArgs,
    examples=[
        Example("what's 2% of 50,000", {"expression": "50000*2%", "unit": "USD"}),
        Example("2 percent of 25k in dollars", {"expression": "25000*2%", "unit": "USD"}),
        Example("how much is 1200 divided by 8", {"expression": "1200/8"}),
        Example("what is 412.50 minus 409.10", {"expression": "412.50-409.10", "unit": "USD"}),
        Example("15% of 8200", {"expression": "8200*15%"}),
        Example("square root of 252", {"expression": "sqrt(252)"}),
    ],
)
async def calculate(args: CalculateArgs, context: ToolContext) -> ToolResult:
    """Exact arithmetic over figures of this conversation and numbers the trader wrote.

    Units are checked: a price minus a price over an ATR is a number of ATRs, a price plus a
    percentage is refused. Percentages of a figure: a1*(a5/100). The unit % makes a percentage of a
    quotient: (231-210)/210 is 10%.
    """
    ledger = context.ledger
    result = _evaluated(args, ledger.find, ledger.said)
    words = in_words(args.expression, ledger)
    sources = [figure for each in result.figures if (figure := ledger.find(each)) is not None]
    places = result.decimals
    if args.decimals is None and not sources:
        places = _places(result.value, places, has_root="sqrt" in args.expression)
    figure = context.book.record(
        "result",
        result.value,
        result.unit,
        label=words,
        entity=result.entity,
        as_of=min((source.as_of for source in sources), default=context.now),
        decimals=places,
    )
    shown = (
        f"{words} = {figure.ref}." if _is_said(words, ledger.said) else f"That makes {figure.ref}."
    )
    return ToolResult(shown)


_ROOT = re.compile(r"\bsqrt\(((?:[^()]|\([^()]*\))*)\)")
_ROOT_PLACES = 12
"""Decimals of a root inside an expression."""
_ROOT_SHOWN = 4


def _evaluated(args: CalculateArgs, find: Find, said: Collection[Decimal]) -> Computed:
    """The expression's value, roots first: they are taken of the trader's own numbers only."""
    roots: set[Decimal] = set()

    def root(match: re.Match[str]) -> str:
        inner = evaluate(match[1], lambda _: None, said=said).value
        if inner < 0:
            raise InvalidInput("A negative number has no square root.")
        value = inner.sqrt().quantize(Decimal(1).scaleb(-_ROOT_PLACES))
        roots.add(value)
        return format(value, "f")

    expression = _ROOT.sub(root, args.expression)
    decimals = _ROOT_SHOWN if roots and args.decimals is None else args.decimals
    known = {*said, *roots} if roots else said
    if args.unit.strip().lower() not in _PERCENT or _HUNDREDFOLD.search(expression):
        return evaluate(expression, find, unit=args.unit, decimals=decimals, said=known)
    return _in_percent(expression, find, known, decimals)


_PERCENT = ("%", "percent", "pct")
_HUNDREDFOLD = re.compile(r"(?<![\w.])100(?![\w.])")


def _in_percent(
    expression: str, find: Find, said: Collection[Decimal], decimals: int | None
) -> Computed:
    """As a percentage; a quotient of the trader's own numbers becomes one as a ratio does."""
    plain = evaluate(expression, find, decimals=2 if decimals is None else decimals, said=said)
    if plain.figures:
        return evaluate(expression, find, unit="%", decimals=decimals, said=said)
    return replace(plain, value=plain.value * 100, unit=Unit.PERCENT)


_DIGITS = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


def _is_said(words: str, said: Collection[Decimal]) -> bool:
    """Whether the trader wrote every number of the expression; others are not repeated as theirs."""
    return all(Decimal(number) in said for number in _DIGITS.findall(words))


def _places(value: Decimal, decimals: int, *, has_root: bool) -> int:
    """A sum of the trader's own numbers keeps the decimals it needs, two at most beyond theirs."""
    exponent = value.normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    return max(0, min(needed, decimals)) if has_root else max(decimals, min(needed, decimals + 2))
