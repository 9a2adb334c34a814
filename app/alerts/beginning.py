"""Where a watch begins: at the price of the click, with what had happened that day before it.

Decided: a day is counted from its first minute and not from the click, because "for the third time
today" is said of the day. Where the minutes cannot be had, or a level's own past is not kept, it is
counted from the click on, and `State.counts_since` says so.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.alerts.drafts import LINE, asked_of, fixed_level, holds
from app.alerts.edges import day_of
from app.alerts.looking_back import counted_on_day
from app.alerts.service import Standing
from app.alerts.triggers import Already, State, Tape, Trigger
from app.alerts.values import Book, value_of
from app.core.errors import CoachError
from app.core.symbols import Symbol
from app.market.protocol import MarketData

_LOWEST, _HIGHEST = 1e-9, 1e15
"""Of the minute in which an alert is armed nothing but later prices is news."""


async def standing(
    terms: Mapping[str, Any], *, market: MarketData, book: Book, at: datetime
) -> Standing:
    """Where a watch of these terms begins. What cannot be had now, the monitor finds."""
    tape = Tape(at=at.timestamp(), minute=at.timestamp() // 60 * 60)
    if terms["kind"] == "book":
        return Standing(state=State(level=LINE), tape=tape)
    asked = asked_of(terms, market, book)
    try:
        quote = await market.quote(Symbol(terms["symbol"]), as_of=at)
        level = LINE if terms["kind"] == "formula" else await value_of(asked, at)
    except CoachError:
        level, price = None, 0.0
    else:
        price = float(quote.last)
    fixed = fixed_level(terms)
    state = State(level=level if fixed is None else fixed)
    return Standing(
        state=await _counted(state, terms, price, market, at),
        tape=replace(tape, price=price, low=_LOWEST, high=_HIGHEST),
    )


async def _counted(
    state: State, terms: Mapping[str, Any], price: float, market: MarketData, at: datetime
) -> State:
    if terms["kind"] != "threshold":
        return state
    try:
        count = await counted_on_day(terms, market=market, at=at)
    except CoachError:
        count = None
    if count is None:
        return replace(state, counts_since=at.timestamp())
    trigger = Trigger.of(terms["trigger"])
    if trigger.already is Already.FIRES and holds(trigger.condition, price, state.level):
        count -= 1  # what is told at once is the last of them
    return replace(state, day=day_of(trigger.zone, at.timestamp()), count=max(count, 0))
