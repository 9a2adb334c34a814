"""The model's door to arithmetic over figures of the thread. Read-only."""

from decimal import Decimal

from pydantic import Field

from app.grounding.expressions import evaluate
from app.grounding.references import in_words
from tools.base import Example, ToolArgs, ToolContext, ToolResult, tool


class CalculateArgs(ToolArgs):
    expression: str = Field(
        max_length=300,
        description="Figures by id and numbers the trader wrote: (a1-a3)/a7, 50000*2%. "
        "Signs + - * / ( ), functions min max abs.",
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
    ],
)
async def calculate(args: CalculateArgs, context: ToolContext) -> ToolResult:
    """Exact arithmetic over figures of this conversation and numbers the trader wrote.

    Units are checked: a price minus a price over an ATR is a number of ATRs, a price plus a
    percentage is refused. Percentages of a figure: a1*(a5/100).
    """
    ledger = context.ledger
    result = evaluate(
        args.expression,
        ledger.find,
        unit=args.unit,
        decimals=args.decimals,
        said=ledger.said,
    )
    words = in_words(args.expression, ledger)
    sources = [figure for each in result.figures if (figure := ledger.find(each)) is not None]
    figure = context.book.record(
        "result",
        result.value,
        result.unit,
        label=words,
        entity=result.entity,
        as_of=min((source.as_of for source in sources), default=context.now),
        decimals=_places(result.value, result.decimals, is_exact=not sources),
    )
    # a sum of the trader's own numbers may hold constants, which no source supports
    told = f"{words} = {figure.ref}." if sources else f"That makes {figure.ref}."
    return ToolResult(told)


def _places(value: Decimal, decimals: int, *, is_exact: bool) -> int:
    """A sum of the trader's own numbers keeps the decimals it needs, two at most beyond theirs."""
    if not is_exact:
        return decimals
    exponent = value.normalize().as_tuple().exponent
    return max(decimals, min(-exponent if isinstance(exponent, int) else 0, decimals + 2))
