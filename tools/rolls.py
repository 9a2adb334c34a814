"""The model's door to rolling options: what is held, or typed, and the ways to roll it. Read-only.

Decided: it compares and says which rules of thumb are reached when; whether to roll is the member's.
"""

from asyncio import gather, to_thread
from decimal import Decimal

from app.core.errors import NotFound
from app.macro.short_rate import ShortRate, short_rate
from app.options.roll_rules import Fade, Rule, fading, months_ahead, rules
from app.options.roll_targets import Held, Way, targets, usual_later
from app.options.rolls import breakeven_of, leg_of, priced_row, rolled
from app.options.service import listed_options
from tools.assignment import Assignment, Setting, Sold, assignment
from tools.base import Example, ToolContext, ToolResult, tool
from tools.options_chain import figures_for
from tools.options_figures import contract_words
from tools.rolls_arguments import RollArgs
from tools.rolls_card import Found, tell
from tools.rolls_held import Wanted, found_in, wanted
from widgets.base import BaseCard

_WAYS = {"up": Way.UP, "down": Way.DOWN, "same": Way.SAME_STRIKE, None: None}
MORE = "More of your options answer to that; name the underlying, the strike or the expiry for another."


@tool(
    RollArgs,
    examples=[
        Example("when should i roll my leaps", {"is_leaps": True}),
        Example("roll my nvda 200 call out a month", {"symbol": "NVDA", "kind": "call", "strike": 200, "days_later": 30}),
        Example("roll the short put in amd down and out", {"symbol": "AMD", "kind": "put", "side": "sell", "direction": "down"}),
        Example("what does it cost to roll my spy 280 put to next month", {"symbol": "SPY", "kind": "put", "strike": 280, "days_later": 30}),
        Example("roll my 2028 leaps a year out", {"year": 2028, "is_leaps": True, "days_later": 365}),
        Example("should i roll the covered call in dis up", {"symbol": "DIS", "kind": "call", "side": "sell", "direction": "up"}),
        Example("can i roll my short spx puts for a credit", {"symbol": "SPX", "kind": "put", "side": "sell"}),
        Example("roll the amd 120 call to 130", {"symbol": "AMD", "kind": "call", "strike": 120, "to_strike": 130}),
    ],
)  # fmt: skip
async def compare_rolls(args: RollArgs, context: ToolContext) -> ToolResult:
    """Ways to roll an option that is held (or typed): credit or debit, new Greeks, breakeven, days.

    Same strike later, same delta later, up or down; how its Greeks fade over the coming months, and the
    rules of thumb for when to roll, with their figures. Without arguments all that is held.
    """
    at = context.moment(args.as_of)
    asked, has_more = await wanted(args, context, at)
    rate = await short_rate(context.macro, as_of=at)
    symbols = list(dict.fromkeys(each.symbol for each in asked))
    chains = await gather(
        *(listed_options(context.market, each, as_of=at, rate=rate.value) for each in symbols)
    )
    listed = dict(zip(symbols, chains, strict=True))
    said: list[str] = []
    cards: list[BaseCard] = []
    for place, each in enumerate(asked, 1):
        held = found_in(listed[each.symbol], each)
        found = await to_thread(_found, args, each, held)
        result = tell(
            context,
            found,
            await _at_risk(context, found, rate, f"{place}"),
            rate,
            path=f"{place}" if len(asked) > 1 else "",
            is_frozen=args.as_of is not None,
        )
        said.append(result.sentence)
        cards += result.cards
    if has_more:
        said.append(MORE)
    return ToolResult(" ".join(said), tuple(cards))


def _found(args: RollArgs, asked: Wanted, held: Held) -> Found:
    if held.reading.price is None:
        raise NotFound(f"The {contract_words(held.reading.quote.contract)} has no price now.")
    old = priced_row(held, held.row)
    ways = targets(
        held,
        later=args.days_later or usual_later(held),
        way=_WAYS[args.direction],
        strike=None if args.to_strike is None else float(args.to_strike),
    )
    fades: tuple[Fade, ...] = ()
    by_rules: tuple[Rule, ...] = ()
    if old.volatility is not None:
        months = months_ahead(old.contract)
        fades = fading(old.contract, old.volatility, months, is_american=old.is_american)
        by_rules = rules(
            old.contract,
            old.volatility,
            is_long=asked.is_long,
            lived=asked.lived,
            received=None if asked.paid is None else float(asked.paid),
        )
    return Found(
        asked=asked,
        held=held,
        old=old,
        breakeven=breakeven_of(old, asked.quantity, asked.paid),
        rolls=tuple(
            rolled(held, old, each, quantity=asked.quantity, paid=asked.paid) for each in ways
        ),
        fades=fades,
        rules=by_rules,
    )


async def _at_risk(context: ToolContext, found: Found, rate: ShortRate, path: str) -> Assignment:
    """Of what is held, if it was sold."""
    listed = found.held.listed
    setting = Setting(
        instrument=listed.instrument,
        at=listed.chain.as_of,
        spot=listed.spot,
        rate=Decimal(repr(rate.value)),
    )
    sold = Sold(
        label=contract_words(found.old.quote.contract),
        path=f"{path}.assigned",
        leg=leg_of(found.old, found.asked.quantity, found.old.price),
        mark=found.old.price,
    )
    return await assignment(context, figures_for(context, listed), setting, [sold])
