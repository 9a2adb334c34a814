"""`./coach benchmark [name …]`: measure, in a process of its own; all benchmarks without a name.

What only benchmarks need, peers above all, is no part of the product's environment: it is fetched
when it is asked for (`--install`), from the index that pip is set to.
"""

import argparse
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from app.cli import index
from app.cli.progress import complain
from app.infra.settings import ROOT

_NEEDED = ("polars", "psutil", "vollib", "pyvolr", "iv_engine", "fast_vollib")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("benchmark", help="measure what is fast", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="which; all if none")
    parser.add_argument("--install", action="store_true", help="fetch what they need first")
    parser.set_defaults(handler=_benchmark)


def _benchmark(arguments: argparse.Namespace) -> int:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing and arguments.install:
        failed = _install()
        if failed:
            return failed
    elif missing:
        complain(
            f"Benchmarks need {' and '.join(missing)}, which the coach itself does not. "
            "Fetch what they need with: ./coach benchmark --install"
        )
        return 1
    command = [sys.executable, "-m", "benchmarks", *arguments.names]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _install() -> int:
    """Add the group `bench` to this environment; uv's exit code."""
    own = Path(sys.executable).with_name("uv")
    uv = str(own) if own.exists() else shutil.which("uv")
    if uv is None:
        complain("There is no uv in this environment. Run ./coach doctor.")
        return 1
    command = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--group", "bench"]
    # this environment has no pip; the one it was made by has
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    environment = index.for_uv(os.environ, python=python)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
