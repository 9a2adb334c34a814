"""A condition in the formula language as a filter over symbols, on their daily bars.

Decided: the same language as alerts'; here it is asked once, of all symbols' last bars together. What
it cannot know of a symbol is unknown, and the unknown does not pass.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.formula.evaluating import fires
from app.formula.formula import Formula, parse
from app.formula.panel import Panel
from app.market.models import Bars, Floats, Instrument
from app.market.traits import Traits

TRAITS: Mapping[str, Callable[[Traits], Decimal | int | None]] = {
    "market_cap": lambda each: each.market_cap,
    "usual_option_volume": lambda each: each.option_volume,
}
"""What the universe's table gives to formulas, by key."""

_ASKED_OF_DAYS = (None, Timeframe.D1)


def parse_filter(text: str) -> Formula:
    """The condition that `text` says; `FormulaError` with the place, `InvalidInput` for what daily
    bars cannot tell."""
    formula = parse(text).on(Timeframe.D1)
    needs = formula.needs
    foreign = [each.timeframe for each in needs.bars if each.timeframe not in _ASKED_OF_DAYS]
    if foreign:
        raise InvalidInput(f"A filter reads daily bars; {foreign[0]} bars are for alerts.")
    others = [each.key for each in (*needs.levels, *needs.outside) if each.key not in TRAITS]
    if others:
        raise InvalidInput(
            f"A filter reads prices, volume, indicators of daily bars and what the universe's table "
            f"says; `{others[0]}` is not among them."
        )
    return formula


def asked_traits(formula: Formula) -> tuple[str, ...]:
    """Which columns of the universe's table the condition reads."""
    return tuple(each.key for each in formula.needs.outside if each.key in TRAITS)


def passing(
    formula: Formula,
    instruments: Mapping[Symbol, Instrument],
    bars: Mapping[Symbol, Bars],
    traits: Mapping[Symbol, Traits] | None = None,
) -> frozenset[Symbol]:
    """Symbols whose last bar meets the condition."""
    told = traits or {}
    found: set[Symbol] = set()
    for calendar in {instruments[symbol].calendar for symbol in bars}:
        own = [symbol for symbol in bars if instruments[symbol].calendar == calendar]
        panel = Panel.of([bars[symbol] for symbol in own], calendar=calendar)
        given = {key: _column(key, own, told) for key in asked_traits(formula)}
        met = fires(formula, [panel], given, last=1)[-1]
        latest = ~np.isnan(panel.close[-1])
        found.update(symbol for symbol, is_met in zip(own, met & latest, strict=True) if is_met)
    return frozenset(found)


def _column(key: str, symbols: Sequence[Symbol], told: Mapping[Symbol, Traits]) -> Floats:
    values = (TRAITS[key](told.get(symbol, Traits())) for symbol in symbols)
    return np.array([np.nan if value is None else float(value) for value in values])
