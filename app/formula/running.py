"""Programs set up on panels, and run from their first row to their last.

Decided: columns that lack bars are moved down so that each has its bars one below the other, ending in
the last row: a missing bar is then no bar at all, for indicators as for `close[1]`. Results are put
back where they belong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.timeframes import Timeframe
from app.formula.clock import Clock, clock_of
from app.formula.compiling import Compiler, Link
from app.formula.formula import Formula
from app.formula.panel import Panel
from app.formula.program import Program
from app.formula.syntax import Condition, Value
from app.formula.tracks import Blank, Rows, Track
from app.market.models import Floats, Ints

Given = Mapping[str, float | Floats]
"""Values of levels and of the outside by key (`Needs.keys`): one number, one for each column, or one for
each row and column of the base panel. NaN, or a key that is not there, is unknown."""

FIELDS = ("open", "high", "low", "close", "volume")
_CELLS = 80_000
"""Values of one series computed at once: few enough for the processor's cache, enough for a call."""


@dataclass(slots=True)
class Laid:
    """A panel as it is run: `order` moves each column's bars down, None if all columns have all."""

    panel: Panel
    order: Ints | None
    is_there: Rows | None
    clock: Clock

    @classmethod
    def of(cls, panel: Panel) -> "Laid":
        missing = np.isnan(panel.close)
        if not missing.any():
            return cls(panel, None, None, clock_of(panel))
        order = np.argsort(~missing, axis=0, kind="stable")
        return cls(panel, order, np.take_along_axis(~missing, order, axis=0), clock_of(panel))

    @property
    def clock_width(self) -> int:
        return 1 if self.order is None else self.panel.shape[1]

    @property
    def time(self) -> Ints:
        column = self.panel.time[:, None]
        return column if self.order is None else self.down(column)

    def down(self, matrix: Rows) -> Rows:
        """Rows as they are run."""
        if self.order is None:
            return matrix
        whole = np.broadcast_to(matrix, self.panel.shape)
        moved: Rows = np.take_along_axis(whole, self.order, axis=0)
        return moved

    def blanked(self, rows: Rows, blank: Blank) -> Rows:
        """Rows as they are run, with nothing where a column has not begun."""
        if self.is_there is None:
            return rows
        begun: Rows = np.where(self.is_there, rows, blank)
        return begun

    def back(self, matrix: Rows, blank: Blank) -> Rows:
        """Results where they belong."""
        if self.order is None or self.is_there is None:
            return matrix
        whole = np.broadcast_to(matrix, self.panel.shape)
        found = np.full(self.panel.shape, blank, dtype=matrix.dtype)
        np.put_along_axis(found, self.order, np.where(self.is_there, whole, blank), axis=0)
        return found

    def carried(self, matrix: Rows, blank: Blank) -> Rows:
        """The same, with each column's last value carried over rows in which it has no bar."""
        found = self.back(matrix, blank)
        if self.order is None:
            return found
        rows = np.arange(len(found))[:, None]
        last = np.maximum.accumulate(np.where(np.isnan(self.panel.close), -1, rows), axis=0)
        values = np.take_along_axis(found, np.maximum(last, 0), axis=0)
        kept: Rows = np.where(last >= 0, values, blank)
        return kept


class Run:
    """One formula on panels. `wants` names the verdicts a condition is asked for; a value has none."""

    def __init__(
        self,
        formula: Formula,
        panels: Sequence[Panel],
        given: Given | None,
        *,
        wants: Sequence[bool],
    ) -> None:
        if formula.base is None:
            raise ValueError("Name the bars first: formula.on(timeframe).")
        self.given = given or {}
        self.laid = {panel.timeframe: Laid.of(panel) for panel in panels}
        if formula.base not in self.laid:
            raise ValueError(f"There is no panel of {formula.base} bars.")
        self.base = formula.base
        width = self.laid[self.base].panel.shape[1]
        self._stretch = min(1024, max(16, _CELLS // max(width, 1)))
        if any(each.panel.shape[1] != width for each in self.laid.values()):
            raise ValueError("Panels have the same columns.")
        widths = {timeframe: each.clock_width for timeframe, each in self.laid.items()}
        self.compiler = Compiler(self.base, formula.vocabulary, width=width, clock_widths=widths)
        self.outs = self._compiled(formula, wants)

    def _compiled(self, formula: Formula, wants: Sequence[bool]) -> list[Track]:
        tree, program = formula.resolved, self.compiler.program(self.base)
        if isinstance(tree, Condition) and wants:
            found = [self.compiler.truth(tree, self.base, want=want) for want in wants]
        elif isinstance(tree, Value) and not wants:
            found = [self.compiler.value(tree, self.base)]
        else:
            raise ValueError(f"`{formula}` is a {formula.kind}.")
        for timeframe in self.compiler.programs:
            if timeframe not in self.laid:
                raise ValueError(f"There is no panel of {timeframe} bars.")
        return [program.track(each) for each in found]

    @property
    def program(self) -> Program:
        return self.compiler.programs[self.base]

    def links_of(self, timeframe: Timeframe) -> list[Link]:
        return [link for link in self.compiler.links if link.timeframe is timeframe]

    def over(self, stretch: int | None = None, *, last: int | None = None) -> list[Rows]:
        """All rows of the base panel: the results, in its own shape. With `last`, only so many at the
        end count, and what comes before them is left open."""
        self._stretch = stretch or self._stretch
        if last is not None:
            count = self.laid[self.base].panel.shape[0]
            self.program.want_only(self.outs, max(0, count - last))
        linked: dict[str, Rows] = {}
        for timeframe, program in self.compiler.programs.items():
            if timeframe is not self.base:
                links = self.links_of(timeframe)
                found = self._run(program, self.laid[timeframe], [each.track for each in links], {})
                for link, rows in zip(links, found, strict=True):
                    linked[link.source] = self._taken_over(link, rows)
        laid = self.laid[self.base]
        results = self._run(self.program, laid, self.outs, linked)
        return [
            np.broadcast_to(laid.back(rows, out.blank), laid.panel.shape)
            for out, rows in zip(self.outs, results, strict=True)
        ]

    def _taken_over(self, link: Link, rows: Rows) -> Rows:
        """Rows of the base: the last finished value of another timeframe when each ended."""
        other, base = self.laid[link.timeframe], self.laid[self.base]
        whole = other.carried(rows, link.track.blank)
        finished = other.panel.ends[: len(whole) - other.panel.is_forming]
        last = np.searchsorted(finished, base.panel.ends, side="right") - 1
        blank = np.full((1, whole.shape[1]), link.track.blank, dtype=whole.dtype)
        taken: Rows = np.concatenate((blank, whole))[last + 1]
        return base.down(taken)

    def _run(
        self, program: Program, laid: Laid, outs: Sequence[Track], linked: Mapping[str, Rows]
    ) -> list[Rows]:
        count = len(laid.panel.time)
        self._lay(program, laid, linked)
        program.reserve(self._stretch)
        found = [np.empty((count, out.width), dtype=out.rows.dtype) for out in outs]
        with np.errstate(all="ignore"):
            for start in range(0, count, self._stretch):
                stop = min(start + self._stretch, count)
                program.begin(stop - start)
                program.run(until=stop)
                for out, rows in zip(outs, found, strict=True):
                    rows[start:stop] = out.now
                program.keep()
        return found

    def _lay(self, program: Program, laid: Laid, linked: Mapping[str, Rows]) -> None:
        told = laid.clock.tell(laid.time, laid.is_there, program.sources)
        for name, track in program.sources.items():
            if name in FIELDS:
                rows = laid.down(getattr(laid.panel, name))
            elif name.startswith("given "):
                rows = laid.down(self._given(name.removeprefix("given ")))
            else:
                rows = linked[name] if name in linked else told[name]
            track.lay(laid.blanked(rows, track.blank))

    def _given(self, key: str) -> Rows:
        value = np.asarray(self.given.get(key, np.nan), dtype=np.float64)
        rows, columns = self.laid[self.base].panel.shape
        return np.broadcast_to(value, (rows, columns if value.ndim else 1))
