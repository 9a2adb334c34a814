"""The model's door to structures of options: what they can win and lose. Read-only.

Decided: prices come from the member first (each leg's, or the net credit or debit of all), else from the
market. What is not known, a price of the underlying, a volatility, an end, takes away odds and Greeks
and is said; it is never assumed.
"""

from tools.base import Example, ToolContext, ToolResult, tool
from tools.structures_arguments import StructureArgs
from tools.structures_card import tell
from tools.structures_market import settle


@tool(
    StructureArgs,
    examples=[
        Example(
            "bull put spread 95/90 for 1.20 what's my max loss",
            {
                "legs": [
                    {"kind": "put", "side": "sell", "strike": 95},
                    {"kind": "put", "side": "buy", "strike": 90},
                ],
                "credit": 1.20,
            },
        ),
        Example(
            "long 120 straddle in amd, 30 days",
            {
                "symbol": "AMD",
                "days": 30,
                "legs": [
                    {"kind": "call", "side": "buy", "strike": 120},
                    {"kind": "put", "side": "buy", "strike": 120},
                ],
            },
        ),
        Example(
            "where does a 50/55 call spread bought for 1.80 break even",
            {
                "legs": [
                    {"kind": "call", "side": "buy", "strike": 50},
                    {"kind": "call", "side": "sell", "strike": 55},
                ],
                "debit": 1.80,
            },
        ),
        Example(
            "iron condor in spy 270/275/305/310, 45 days",
            {
                "symbol": "SPY",
                "days": 45,
                "legs": [
                    {"kind": "put", "side": "buy", "strike": 270},
                    {"kind": "put", "side": "sell", "strike": 275},
                    {"kind": "call", "side": "sell", "strike": 305},
                    {"kind": "call", "side": "buy", "strike": 310},
                ],
            },
        ),
        Example(
            "100 shares of ford at 14 and a 15 call sold for 0.40",
            {
                "symbol": "F",
                "legs": [
                    {"kind": "stock", "side": "buy", "quantity": 100, "price": 14},
                    {"kind": "call", "side": "sell", "strike": 15, "price": 0.40},
                ],
            },
        ),
        Example(
            "short 90 put at 2.10, what can i lose",
            {"legs": [{"kind": "put", "side": "sell", "strike": 90, "price": 2.10}]},
        ),
        Example(
            "call calendar at 120 in aapl, sell 14 days buy 42 days",
            {
                "symbol": "AAPL",
                "legs": [
                    {"kind": "call", "side": "sell", "strike": 120, "days": 14},
                    {"kind": "call", "side": "buy", "strike": 120, "days": 42},
                ],
            },
        ),
        Example(
            "long 250 call in nvda 60 days, what if it drops 5% and vol is up 4",
            {
                "symbol": "NVDA",
                "days": 60,
                "legs": [{"kind": "call", "side": "buy", "strike": 250}],
                "if_move": -5,
                "if_volatility": 4,
            },
        ),
    ],
)
async def analyze_structure(args: StructureArgs, context: ToolContext) -> ToolResult:
    """What a structure of options and stock makes and loses: payoff, breakevens, odds, Greeks, margin.

    Legs bought or sold, at prices that were named (each, or the net `credit` or `debit`) or, with a
    `symbol`, at the market's. Answers what-ifs by price, volatility and day. Up to eight legs.
    """
    return await tell(args, context, await settle(args, context))
