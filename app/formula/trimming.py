"""Only as much history as the last bars need."""

from collections.abc import Sequence

import numpy as np

from app.formula.formula import Formula
from app.formula.needs import BarsNeed
from app.formula.panel import Panel, session_days
from app.formula.running import Given


def trimmed(
    formula: Formula, panels: Sequence[Panel], given: Given, last: int
) -> tuple[list[Panel], Given]:
    """`panels` and `given` cut to what the last `last` rows of the base need.

    Nothing is cut where a symbol lacks bars, since it may need rows from before.
    """
    base = next(panel for panel in panels if panel.timeframe is formula.base)
    wanted = max(0, len(base.time) - last)
    needs = {each.timeframe or base.timeframe: each for each in formula.needs.bars}
    cut = [_cut(panel, needs.get(panel.timeframe), base, wanted) for panel in panels]
    if any(np.isnan(panel.close).any() for panel in cut):
        return list(panels), given
    dropped = len(base.time) - len(next(p for p in cut if p.timeframe is formula.base).time)
    kept = {
        key: value[dropped:] if isinstance(value, np.ndarray) and value.ndim == 2 else value
        for key, value in given.items()
    }
    return cut, kept


def _cut(panel: Panel, need: BarsNeed | None, base: Panel, wanted: int) -> Panel:
    if need is None or not len(base.time):
        return panel
    if panel is base:
        known = wanted
    else:
        known = int(np.searchsorted(panel.ends, base.ends[wanted], side="right")) - 1
    start = max(0, known + 1 - need.bars)
    if need.sessions:
        days = session_days(panel.time, panel.calendar)
        first = days[max(known, 0)] - (need.sessions - 1)
        start = min(start, int(np.searchsorted(days, first)))
    return panel.rows(start)
