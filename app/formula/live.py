"""A formula bar by bar, and on each tick of the forming bar.

The programs are those of `running.py`, a stretch of one row at a time: after the same bars the results
are the same to the last bit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.core.timeframes import Timeframe
from app.formula.evaluating import Flags
from app.formula.formula import Formula
from app.formula.panel import Panel
from app.formula.program import Program
from app.formula.running import FIELDS, Given, Run
from app.formula.tracks import Rows
from app.formula.vocabulary import Kind
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


@dataclass(frozen=True, slots=True)
class Now:
    """What holds at one moment, by column: a condition's verdict, or a value (NaN if unknown)."""

    is_true: Flags
    is_false: Flags
    value: Floats

    @property
    def truth(self) -> bool | None:
        """The verdict on the only symbol; None is unknown."""
        if self.is_true[0]:
            return True
        return False if self.is_false[0] else None


class Live:
    """One formula on the symbols of its panels, going on from their finished bars.

    A symbol that has no bar at a moment cannot be stepped beside others that have: it needs a `Live`
    of its own. Not thread-safe; nothing in it waits.
    """

    def __init__(
        self, formula: Formula, history: Sequence[Panel], given: Given | None = None
    ) -> None:
        """`history` as for `verdicts`, of finished bars; `given` as it was over them."""
        if any(panel.is_forming for panel in history):
            raise ValueError("History is made of finished bars.")
        is_condition = formula.kind is Kind.CONDITION
        self._run = Run(formula, history, given, wants=(True, False) if is_condition else ())
        self._run.over()
        self._width = self._run.laid[self._run.base].panel.shape[1]
        self._linked: dict[str, Rows] = {}
        for timeframe, program in self._run.compiler.programs.items():
            self._remember(timeframe)
            for track in program.tracks:
                track.go_live()

    @property
    def timeframes(self) -> tuple[Timeframe, ...]:
        """The other timeframes it wants to be told of."""
        programs = self._run.compiler.programs
        return tuple(each for each in programs if each is not self._run.base)

    def finish(self, timeframe: Timeframe, row: Row) -> None:
        """A bar of another timeframe is finished. Those that end with a bar of the base come first."""
        program = self._run.compiler.programs.get(timeframe)
        if timeframe is self._run.base or program is None:
            raise ValueError(f"`{timeframe}` is no other timeframe of this formula.")
        self._step(timeframe, program, row, {}, keep=True)
        self._remember(timeframe)

    def close(self, row: Row, given: Given | None = None) -> Now:
        """The bar of the base is finished."""
        return self._asked(row, given or {}, keep=True)

    def peek(self, row: Row, given: Given | None = None) -> Now:
        """The forming bar of the base as it stands: nothing of it is remembered."""
        return self._asked(row, given or {}, keep=False)

    def _asked(self, row: Row, given: Given, *, keep: bool) -> Now:
        run = self._run
        self._step(run.base, run.program, row, given, keep=keep)
        found = [np.broadcast_to(out.last, self._width).copy() for out in run.outs]
        nothing = np.zeros(self._width, dtype=np.bool_)
        if len(found) == 2:
            return Now(found[0], found[1], np.full(self._width, np.nan))
        return Now(nothing, nothing, found[0])

    def _step(
        self, timeframe: Timeframe, program: Program, row: Row, given: Given, *, keep: bool
    ) -> None:
        if np.isnan(np.asarray(row.close)).any():
            raise ValueError("A symbol without a bar cannot be stepped.")
        program.begin(1)
        for name, rows in self._sources(timeframe, program.sources, row, given, keep=keep):
            program.sources[name].now[0] = rows
        with np.errstate(all="ignore"):
            program.run(keep=keep)
        if keep:
            program.keep()

    def _sources(
        self, timeframe: Timeframe, names: Iterable[str], row: Row, given: Given, *, keep: bool
    ) -> Iterable[tuple[str, Rows | float]]:
        laid = self._run.laid[timeframe]
        clock = laid.clock if keep else replace(laid.clock)
        time = np.full((1, laid.clock_width), row.time, dtype=np.int64)
        told = clock.tell(time, None, names)
        for name in names:
            if name in FIELDS:
                yield name, getattr(row, name)
            elif name.startswith("given "):
                yield name, given.get(name.removeprefix("given "), np.nan)
            else:
                yield name, self._linked[name] if name in self._linked else told[name][0]

    def _remember(self, timeframe: Timeframe) -> None:
        """What the base takes over from the bar just finished."""
        for link in self._run.links_of(timeframe):
            self._linked[link.source] = link.track.past.copy()
