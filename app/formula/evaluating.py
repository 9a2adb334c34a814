"""A formula over whole panels: every bar of every symbol at once.

An unknown value (NaN: not enough history, nothing given, a division by zero) makes a condition
unknown unless the rest decides it (`and` with something false, `or` with something true). An unknown
condition is not true: it never fires.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.formula.formula import Formula
from app.formula.panel import Panel
from app.market.models import Floats

Flags = NDArray[np.bool_]
Given = Mapping[str, float | Floats]
"""Values of levels and of the outside by key (`Needs.keys`): one number, one per column, or one per row
and column of the base panel. NaN, or a key that is not there, is unknown."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Where a condition is true, and where it is false; elsewhere it is unknown. Rows × columns."""

    is_true: Flags
    is_false: Flags

    @property
    def is_unknown(self) -> Flags:
        return ~(self.is_true | self.is_false)

    @property
    def now(self) -> Flags:
        """True at the last row, by column."""
        last: Flags = self.is_true[-1]
        return last


def verdicts(formula: Formula, panels: Sequence[Panel], given: Given | None = None) -> Verdicts:
    """The condition on every bar of the base panel, which is the one of `formula.base`.

    `panels` holds one panel for each timeframe of `formula.needs`, with the same columns. Values of
    other timeframes are those of their last finished bar.
    """
    raise NotImplementedError


def values(formula: Formula, panels: Sequence[Panel], given: Given | None = None) -> Floats:
    """The value on every bar of the base panel, NaN where it is unknown."""
    raise NotImplementedError
