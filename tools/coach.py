"""What the coach can do, told from the toolbox itself so that it cannot promise more."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from tools.base import Example, Tool, ToolArgs, ToolContext, ToolResult, tool
from widgets.coach import AbilitiesCard, Ability

QUESTIONS_SHOWN = 4

LIMITS = (
    "It reads and explains; it never trades, forecasts or advises what to buy.",
    "Every number is bound to a source. One that is not is marked.",
)


class DescribeCoachArgs(ToolArgs):
    topic: str = Field("", description="What is asked about, if anything.", max_length=100)


def describing(tools: Sequence[Tool[Any]]) -> Tool[DescribeCoachArgs]:
    """The tool that describes `tools`."""
    abilities = tuple(
        Ability(
            title=TITLES.get(each.name, each.name),
            description=each.description.split("\n\n")[0].replace("\n", " "),
            questions=tuple(example.question for example in each.examples[:QUESTIONS_SHOWN]),
        )
        for each in tools
    )

    @tool(
        DescribeCoachArgs,
        examples=[
            Example("what can you do"),
            Example("what are you good at"),
            Example("help"),
            Example("how do you work"),
            Example("who are you"),
            Example("what should I ask you"),
            Example("where do your numbers come from"),
            Example("which commands are there"),
        ],
    )
    async def describe_coach(args: DescribeCoachArgs, context: ToolContext) -> ToolResult:
        """What this coach can do and what it will not, with questions to try."""
        provider = context.market.provider
        prices = (
            "Prices here are simulated; they are not the real market's."
            if provider.is_simulated
            else f"Prices come from {provider.name}."
        )
        topics = ", ".join(ability.title.lower() for ability in abilities)
        return ToolResult(
            f"I am your trading coach. I can help with {topics}. {LIMITS[0]} {prices}",
            (AbilitiesCard(title="What I can do", abilities=abilities, notes=(*LIMITS, prices)),),
        )

    return describe_coach


TITLES = {
    "get_key_levels": "Key levels",
    "get_quote": "Quotes",
    "get_indicators": "Indicators",
    "get_market_status": "Market hours",
    "show_chart": "Charts",
    "get_sector_rotation": "Sector rotation",
    "get_calendar": "Scheduled events",
    "get_rates": "Interest rates",
    "get_option_chain": "Option chains",
    "get_greeks": "Greeks of an option",
    "get_volatility": "Volatility",
    "analyze_structure": "Spreads and structures",
    "compare_rolls": "Rolling options",
    "list_positions": "Your positions",
    "get_portfolio_greeks": "Risk of your book",
    "draft_position_change": "Drafts of trades",
    "calculate": "Arithmetic",
}
"""A trader's word for each tool."""
