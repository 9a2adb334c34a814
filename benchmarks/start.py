"""Start: from `./coach run` to a ready coach, in a fresh home and in one that was used.

Packages are installed already; `checkout` measures a start that has to install them. Ready means
`/readyz` says 200: database, queue, worker, market and model answer.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.house import House, running, temporary_home
from benchmarks.machine import print_table

RUNS = 5
GOAL_SECONDS = 6


def run() -> None:
    """Medians and extremes of both starts, and the steps that `run` shows of them."""
    first, again = [], []
    for _ in range(RUNS):
        with temporary_home() as home:
            first.append(_start(home))
            again.append(_start(home))
    print_table(
        f"Start of ./coach run, seconds, {RUNS} runs each",
        ("page", "ready", "fastest", "slowest"),
        [
            (f"used home (goal {GOAL_SECONDS} s)", _figures(again)),
            ("fresh home", _figures(first)),
        ],
        note="page: /healthz answers, the chat can be opened; ready: /readyz, the worker too",
    )
    print_table(
        "What `run` says it waited for",
        ("used", "fresh"),
        [
            (name, (_step(again, (name,)), _step(first, names)))
            for name, names in (
                ("PostgreSQL 18 and Valkey", ("PostgreSQL 18 and Valkey",)),
                ("Schema is current", ("Schema is current", "Schema brought up to date")),
                ("Web and worker", ("Web and worker",)),
            )
        ],
    )


def _start(home: Path) -> House:
    with running(home) as house:
        return house


def _figures(houses: Sequence[House]) -> tuple[float, ...]:
    ready = [house.ready_after for house in houses]
    answered = median(house.answered_after for house in houses)
    return answered, median(ready), min(ready), max(ready)


def _step(houses: Sequence[House], names: Sequence[str]) -> float | None:
    found = [house.steps[name] for house in houses for name in names if name in house.steps]
    return median(found) if found else None
