"""A condition in the formula language as a filter over symbols, on their daily bars.

Decided: the same language as alerts'; here it is asked once, of all symbols' last bars together. What
it cannot know of a symbol is unknown, and the unknown does not pass.
"""

from collections.abc import Mapping

import numpy as np

from app.core.errors import InvalidInput
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.formula.evaluating import fires
from app.formula.formula import Formula, parse
from app.formula.panel import Panel
from app.market.models import Bars, Instrument

_ASKED_OF_DAYS = (None, Timeframe.D1)


def parse_filter(text: str) -> Formula:
    """The condition that `text` says; `FormulaError` with the place, `InvalidInput` for what daily
    bars cannot tell."""
    formula = parse(text).on(Timeframe.D1)
    needs = formula.needs
    foreign = [each.timeframe for each in needs.bars if each.timeframe not in _ASKED_OF_DAYS]
    if foreign:
        raise InvalidInput(f"A filter reads daily bars; {foreign[0]} bars are for alerts.")
    if needs.keys:
        raise InvalidInput(
            f"A filter reads prices, volume and indicators of daily bars; `{needs.keys[0]}` is not "
            "among them."
        )
    return formula


def passing(
    formula: Formula, instruments: Mapping[Symbol, Instrument], bars: Mapping[Symbol, Bars]
) -> frozenset[Symbol]:
    """Symbols whose last bar meets the condition."""
    found: set[Symbol] = set()
    for calendar in {instruments[symbol].calendar for symbol in bars}:
        own = [symbol for symbol in bars if instruments[symbol].calendar == calendar]
        panel = Panel.of([bars[symbol] for symbol in own], calendar=calendar)
        met = fires(formula, [panel], last=1)[-1]
        latest = ~np.isnan(panel.close[-1])
        found.update(symbol for symbol, is_met in zip(own, met & latest, strict=True) if is_met)
    return frozenset(found)
