"""A formula over whole panels: every bar of every symbol at once.

An unknown value (NaN: not enough history, nothing given, a division by zero) makes a condition
unknown unless the rest decides it (`and` with something false, `or` with something true). An unknown
condition is not true: it never fires.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.formula.formula import Formula
from app.formula.panel import Panel
from app.formula.running import Given, Run
from app.formula.tracks import Rows
from app.formula.trimming import trimmed
from app.market.models import Floats

Flags = NDArray[np.bool_]

__all__ = ["Flags", "Given", "Verdicts", "fires", "values", "verdicts"]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Where a condition is true, and where it is false; elsewhere it is unknown. Rows × columns."""

    is_true: Flags
    is_false: Flags

    @property
    def is_unknown(self) -> Flags:
        return ~(self.is_true | self.is_false)


def fires(
    formula: Formula,
    panels: Sequence[Panel],
    given: Given | None = None,
    *,
    last: int | None = None,
) -> Flags:
    """Where the condition is true, rows × columns of the base panel.

    The base panel is the one of `formula.base`; `panels` holds one for each timeframe of
    `formula.needs`, with the same columns. Values of other timeframes are those of their last
    finished bar, so a panel's forming bar counts only in the base.

    With `last` only so many rows are wanted: averages then begin where they are needed, which may
    show in the last digits of those that feed on themselves.
    """
    found: Flags = _asked(formula, panels, given, last, wants=(True,))[0]
    return found


def verdicts(
    formula: Formula,
    panels: Sequence[Panel],
    given: Given | None = None,
    *,
    last: int | None = None,
) -> Verdicts:
    """Where the condition is true and where it is false; twice the work of `fires`."""
    return Verdicts(*_asked(formula, panels, given, last, wants=(True, False)))


def values(
    formula: Formula,
    panels: Sequence[Panel],
    given: Given | None = None,
    *,
    last: int | None = None,
) -> Floats:
    """The value on every bar of the base panel, NaN where it is unknown."""
    found: Floats = _asked(formula, panels, given, last, wants=())[0]
    return found


def _asked(
    formula: Formula,
    panels: Sequence[Panel],
    given: Given | None,
    last: int | None,
    *,
    wants: Sequence[bool],
) -> list[Rows]:
    if last is None:
        return Run(formula, panels, given, wants=wants).over()
    cut, kept = trimmed(formula, panels, given or {}, last)
    return [rows[-last:] for rows in Run(formula, cut, kept, wants=wants).over(last=last)]
