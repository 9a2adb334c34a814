"""`./coach test`: the tests, on two processes; what follows goes to pytest as it is.

They need no network, no browser and nothing beside the checkout: what is missing is skipped with
its reason.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from app.infra.settings import ROOT

_PARALLEL = ("-n", "2", "--dist", "loadfile")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "test", help="run the tests", description=__doc__, prefix_chars="\0", add_help=False
    )
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, e.g. -k levels")
    parser.set_defaults(handler=lambda arguments: run(arguments.pytest))


def run(arguments: Sequence[str]) -> int:
    """Run pytest in its own process and return its exit code."""
    parallel = () if {"-n", "-x", "--pdb"} & set(arguments) else _PARALLEL
    command = [sys.executable, "-m", "pytest", *parallel, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
