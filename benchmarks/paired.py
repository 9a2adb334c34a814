"""Paired timing: candidates take turns in one process, and ratios are taken round by round.

A machine that slows down for a second slows all candidates of that round, so the median of the
rounds' ratios says more than a ratio of medians measured minutes apart.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """CPU milliseconds of one call (median), and how many times the first candidate's it is."""

    name: str
    milliseconds: float
    ratio: float


def paired_timings(
    candidates: Mapping[str, Callable[[], object]], *, rounds: int = 15, seconds: float = 0.02
) -> list[Timing]:
    """Medians over `rounds`; the first candidate is the one the others are compared to.

    Each round repeats a candidate for about `seconds`, after one call that warms it up. CPU time of
    all threads is counted, so that a peer is not helped by cores that others need.
    """
    repeats = {name: _repeats(call, seconds) for name, call in candidates.items()}
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in candidates.items():
                taken[name].append(_once(call, repeats[name]))
    finally:
        gc.enable()
    ours = taken[next(iter(candidates))]
    return [
        Timing(
            name,
            statistics.median(times) * 1000,
            statistics.median(one / base for one, base in zip(times, ours, strict=True)),
        )
        for name, times in taken.items()
    ]


def print_timings(title: str, timings: list[Timing], *, note: str = "") -> None:
    print(title)
    for timing in timings:
        print(f"  {timing.name:34} {timing.milliseconds:9.3f} ms  {timing.ratio:8.1f}×")
    if note:
        print(f"  {note}")


def _repeats(call: Callable[[], object], seconds: float) -> int:
    call()
    once = _once(call, 1)
    return max(1, int(seconds / max(once, 1e-9)))


def _once(call: Callable[[], object], repeats: int) -> float:
    """Seconds of CPU for one call."""
    start = time.process_time()
    for _ in range(repeats):
        call()
    return (time.process_time() - start) / repeats
