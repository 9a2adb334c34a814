"""What a figure was measured on, and how it is printed."""

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

Row = tuple[str, Sequence[float | None]]


def describe_machine() -> str:
    """One line: system, processor, cores, memory, Python, and what else was running."""
    system = f"{platform.system()} {platform.machine()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = os.getloadavg()[0]
    return f"{system}, {_processor()}, {cores} cores, {memory:.0f} GB, {python}, load {load:.1f}"


def print_table(title: str, columns: Sequence[str], rows: Iterable[Row], *, note: str = "") -> None:
    """Names on the left, figures under their columns; None is a dash."""
    print(title)
    listed = list(rows)
    width = max(len(name) for name, _ in listed)
    print(f"  {'':{width}}{''.join(f'{column:>11}' for column in columns)}")
    for name, figures in listed:
        print(f"  {name:{width}}{''.join(f'{_figure(each):>11}' for each in figures)}")
    for line in note.splitlines():
        print(f"  {line}")


def percentile(values: Sequence[float], percent: int) -> float:
    """`percent` of the values are at most this; 50 is the median."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unnamed processor"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unnamed processor")
