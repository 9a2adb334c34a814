"""`python -m app.cli serve`: the web process behind a gate. Used by `run`, not by people.

Loading the chat takes seconds; the database is made ready in the meantime. Nothing is served
before the schema is current: the gate opens by a line on standard input.
"""

import argparse
import sys

from app.infra.settings import read_settings

GO = b"go\n"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("serve", description=__doc__)
    parser.set_defaults(handler=_serve)


def _serve(_arguments: argparse.Namespace) -> int:
    from app.main import Loaded

    web = Loaded(read_settings())
    if sys.stdin.buffer.readline() == GO:
        web.serve()
    return 0
