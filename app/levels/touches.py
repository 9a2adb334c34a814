"""How often price came back to a level.

Decided: a test begins with a bar that comes within `NEAR` ATRs of the level, after a bar whose
whole range stayed at least `AWAY` ATRs from it. The gap between the two keeps a price that hovers
at a level from counting every minute. A level that was there before the first bar is armed from
the start; one that the price itself has just made (an opening range, VWAP) is armed only once the
price has left it. Without an ATR both distances are zero: a bar must trade at the level.
"""

import numpy as np

from app.market.models import Floats, Ints

NEAR = 0.02
"""ATRs: two cents for a stock that moves a dollar a day."""
AWAY = 0.10
"""ATRs."""


def count_touches(
    levels: Floats, high: Floats, low: Floats, *, start: Ints, atr: float | None
) -> Ints:
    """Separate tests of each level by bars.

    `levels` has a row per level: one price, or one per bar for a level that moves. `start` is the
    position of the first bar that may test a level; above zero it is armed only after leaving.
    """
    reach = atr or 0.0
    gap = np.maximum(low - levels, levels - high)
    bars = np.arange(gap.shape[1])
    counted = bars >= start[:, None]
    near = (gap <= NEAR * reach) & counted
    away = (gap >= AWAY * reach) & (gap > 0) & counted
    marks = np.where(near | away, bars, -1)
    latest = np.maximum.accumulate(marks, axis=1)
    before = np.concatenate((np.full((len(levels), 1), -1), latest[:, :-1]), axis=1)
    was_away = np.take_along_axis(away, np.maximum(before, 0), axis=1)
    is_armed = np.where(before < 0, start[:, None] == 0, was_away)
    touches: Ints = (near & is_armed).sum(axis=1)
    return touches
