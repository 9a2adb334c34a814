"""What is computed on the bars of one timeframe: sources, and kernels in their order.

Equal parts of a formula are computed once: a kernel is known by what it does and what it reads.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from app.core.timeframes import Timeframe
from app.formula.kernels import Each, Kernel, copied
from app.formula.sessions import Hours
from app.formula.tracks import Operand, Shifted, Track, width_of

HOURS = ("fresh", "opening", "regular")
NEVER = 2**62
"""Later than any row."""


class Program:
    """Sources are filled by whoever runs it: bars (`close`), flags and times of the clock
    (`opening`, `seconds America/New_York`), given values (`given pdh`), values of other timeframes
    (`from 5m 0`)."""

    def __init__(self, timeframe: Timeframe, width: int, clock_width: int) -> None:
        self.timeframe = timeframe
        self.width = width
        self.clock_width = clock_width
        self.sources: dict[str, Track] = {}
        self.kernels: list[Kernel] = []
        self._known: dict[Hashable, Track] = {}
        self._starts: dict[int, int] = {}

    def source(self, name: str, *, flags: bool = False, width: int | None = None) -> Track:
        """The source of that name, wanted from now on."""
        if name not in self.sources:
            self.sources[name] = Track(width or self.width, flags=flags)
        return self.sources[name]

    @property
    def hours(self) -> Hours:
        fresh, opening, regular = (
            self.source(name, flags=True, width=self.clock_width) for name in HOURS
        )
        return Hours(fresh, opening, regular)

    def seconds(self, zone: str) -> Track:
        return self.source(f"seconds {zone}", width=self.clock_width)

    def weekday(self, zone: str) -> Track:
        return self.source(f"weekday {zone}", width=self.clock_width)

    def each(self, function: Callable[..., Any], *operands: Operand, flags: bool = False) -> Track:
        """`function`, value by value."""
        out = Track(width_of(*operands), flags=flags)

        def make(out: Track) -> Kernel:
            return Each(function, operands, out)

        return self.kernel(make, (), out, key=(function, *map(_key, operands)))

    def kernel(
        self, make: Callable[..., Kernel], inputs: tuple[Track, ...], out: Track, *, key: Hashable
    ) -> Track:
        """The track of a kernel, a new one unless there is one like it."""
        if key not in self._known:
            self.kernels.append(make(*inputs, out))
            self._known[key] = out
        return self._known[key]

    def track(self, operand: Operand) -> Track:
        """As a track of its own, for kernels that keep their own past."""
        if isinstance(operand, Track):
            return operand
        if isinstance(operand, Shifted):
            return self.each(copied, operand, flags=operand.of.rows.dtype == np.bool_)
        return self.each(np.add, self.each(np.multiply, self.source("close"), 0.0), operand)

    def reserve(self, stretch: int) -> None:
        for track in self.tracks:
            track.reserve(stretch)

    @property
    def tracks(self) -> list[Track]:
        return [*self.sources.values(), *(kernel.out for kernel in self.kernels)]

    def want_only(self, outs: Sequence[Track], row: int) -> None:
        """Of `outs` only rows from `row` on are wanted: each kernel begins where it must."""
        wanted = {id(track): row for track in outs}
        for kernel in reversed(self.kernels):
            first = wanted.get(id(kernel.out), NEVER)
            start = 0 if kernel.lead is None else max(0, first - kernel.lead)
            self._starts[id(kernel)] = start
            for operand in kernel.inputs:
                if not isinstance(operand, float):
                    track, ago = _track_of(operand)
                    earlier = min(wanted.get(id(track), NEVER), start - ago)
                    wanted[id(track)] = max(0, earlier)

    def begin(self, count: int) -> None:
        for track in self.tracks:
            track.begin(count)

    def run(self, *, keep: bool = True, until: int = NEVER) -> None:
        """The stretch that was begun; sources hold its rows. It ends before row `until`."""
        for kernel in self.kernels:
            if not self._starts or self._starts[id(kernel)] < until:
                kernel.run(keep=keep)

    def keep(self) -> None:
        for track in self.tracks:
            track.keep()


def _track_of(operand: Track | Shifted) -> tuple[Track, int]:
    return (operand.of, operand.bars) if isinstance(operand, Shifted) else (operand, 0)


def _key(operand: Operand) -> Hashable:
    if isinstance(operand, Shifted):
        return (id(operand.of), operand.bars)
    return operand if isinstance(operand, float) else id(operand)
