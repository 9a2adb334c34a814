"""A formula bar by bar, and on each tick of the forming bar.

The arithmetic is that of `evaluating.py`, step by step: after the same bars the results are the same to
the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.timeframes import Timeframe
from app.formula.evaluating import Flags, Given
from app.formula.formula import Formula
from app.formula.panel import Panel
from app.market.models import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One bar of each symbol; `time` is its start in Unix seconds. Numbers serve for one symbol."""

    time: int
    open: float | Floats
    high: float | Floats
    low: float | Floats
    close: float | Floats
    volume: float | Floats


class Live:
    """One formula on the symbols of its panels, going on from their finished bars.

    A symbol that has no bar at a moment cannot be stepped beside others that have: it needs a `Live`
    of its own.
    """

    def __init__(
        self, formula: Formula, history: Sequence[Panel], given: Given | None = None
    ) -> None:
        """`history` as for `verdicts`, finished bars only; `given` as it was over those."""

    def finish(self, timeframe: Timeframe, row: Row) -> None:
        """A bar of another timeframe is finished. Those that end with a bar of the base come first."""

    def close(self, row: Row, given: Given | None = None) -> "Now":
        """The bar of the base is finished."""
        raise NotImplementedError

    def peek(self, row: Row, given: Given | None = None) -> "Now":
        """The forming bar of the base as it stands: nothing of it is remembered."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Now:
    """What holds at one moment, per symbol: a condition's verdict, or a value."""

    is_true: Flags
    is_false: Flags
    value: Floats

    @property
    def truth(self) -> bool | None:
        """The verdict on the only symbol; None is unknown."""
        if self.is_true[0]:
            return True
        return False if self.is_false[0] else None
