"""`./coach …`: a command is a module beside this one, imported only when it is chosen.

That keeps `./coach levels SPX` from paying for the web, and `./coach --help` for anything. A
command's module has `add(subparsers)`, which adds its parser and sets `handler`, a function of
the parsed arguments that returns the exit code.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from app.cli.progress import complain
from app.core.errors import CoachError, NotFound

COMMANDS = {
    "run": "start everything, then open the chat in a browser",
    "levels": "show a symbol's key levels",
    "ask": "ask the coach one question",
    "evaluate": "run a question set and report how well it is answered",
    "history": "show, fill and verify the prices that are kept",
    "notifications": "show what could not be delivered, and try it again",
    "migrate": "bring the database to this version's schema",
    "doctor": "say what is in use and what is wrong",
    "test": "run the tests",
    "check": "format, lint, import rules, types, generated pages, then the tests",
    "benchmark": "measure what is fast: levels, the coach, starts, the market",
    "serve": argparse.SUPPRESS,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a failure with a name is one line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parsed = _parser(given).parse_args(given)
    try:
        code: int = parsed.handler(parsed)
    except NotFound as error:
        near = ", ".join(error.suggestions)
        complain(f"{error.message} Did you mean {near}?" if near else error.message)
        return 1
    except CoachError as error:
        complain(error.message)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` has seen enough; nothing may be flushed into it at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Every command by name; only the chosen one with its options."""
    parser = argparse.ArgumentParser(
        prog="coach", description="An AI coach that a trader talks to, on your own machine."
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    chosen = next((word for word in given if not word.startswith("-")), None)
    for name, purpose in COMMANDS.items():
        if name == chosen:
            import_module(f"app.cli.{name}").add(subparsers)
        elif purpose is not argparse.SUPPRESS:
            subparsers.add_parser(name, help=purpose)
    return parser
