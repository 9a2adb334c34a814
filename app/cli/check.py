"""`./coach check`: everything that must hold before a change is shared, the quick things first."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.cli import test
from app.cli.progress import complain, say, step
from app.infra.settings import ROOT


@dataclass(frozen=True, slots=True)
class Gate:
    """One check: a program of the environment and its arguments; `fix` mends what it can."""

    name: str
    command: Sequence[str]
    fix: Sequence[str] | None = None


GATES = (
    Gate("format", ("ruff", "format", "--check", "--quiet"), ("ruff", "format", "--quiet")),
    Gate("lint", ("ruff", "check", "--quiet"), ("ruff", "check", "--fix", "--quiet")),
    Gate("import rules", ("lint-imports", "--no-cache")),
    Gate("types", ("mypy",)),
)


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("check", help="run every check, then the tests")
    parser.add_argument("--fix", action="store_true", help="mend first what a program can mend")
    parser.add_argument("--no-tests", action="store_true", help="leave the tests out")
    parser.set_defaults(handler=_check)


def _check(arguments: argparse.Namespace) -> int:
    if arguments.fix:
        _mend()
    passed = [_holds(gate) for gate in GATES]
    passed.append(_pages_are_current())
    if not all(passed):
        return 1
    say()
    return 0 if arguments.no_tests else test.run([])


def _holds(gate: Gate) -> bool:
    try:
        with step(gate.name):
            done = _run(gate.command)
            done.check_returncode()
    except subprocess.CalledProcessError as failure:
        say((failure.stdout + failure.stderr).strip())
        return False
    return True


def _pages_are_current() -> bool:
    from app.cli import pages  # after the quick checks: it imports the whole product

    stale = pages.outdated()
    for page in stale:
        complain(f"{page.relative_to(ROOT)} is not what the code says: ./coach check --fix")
    return not stale


def _mend() -> None:
    from app.cli import pages

    pages.write_all()
    for gate in GATES:
        if gate.fix is not None:
            _run(gate.fix)


def _run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    program, *rest = command
    return subprocess.run(
        [str(Path(sys.executable).with_name(program)), *rest],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
