"""First start: `git clone`, then `./coach run`, with nothing cached: packages are fetched.

Asked for by name only: it downloads some hundred megabytes from the package index that pip is set
to.
"""

import shutil
import subprocess
import sys
from statistics import median

from benchmarks.house import ROOT, running, temporary_home
from benchmarks.machine import print_table

ON_REQUEST = True
RUNS = 2
GOAL_SECONDS = 60
PATIENCE_SECONDS = 900.0


def run() -> None:
    """Each run in a clone and with package caches of its own."""
    taken = [_first_start() for _ in range(RUNS)]
    print_table(
        f"First start after git clone, seconds, best and worst of {RUNS} (goal {GOAL_SECONDS} s)",
        ("ready", "fastest", "slowest"),
        [("packages fetched, home made", (median(taken), min(taken), max(taken)))],
        note="committed files only; uv's and pip's caches empty",
    )


def _first_start() -> float:
    git = shutil.which("git") or "git"
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
    with temporary_home() as home:
        folder = home.parent
        clone = folder / "coach"
        subprocess.run([git, "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S603
        caches = {
            "UV_CACHE_DIR": str(folder / "uv"),
            "PIP_CACHE_DIR": str(folder / "pip"),
            "VIRTUAL_ENV": "",
        }
        command = [python, str(clone / "coach")]
        with running(home, caches, command=command, seconds=PATIENCE_SECONDS) as house:
            return house.ready_after
