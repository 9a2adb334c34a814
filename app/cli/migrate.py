"""`./coach migrate`: bring the database to this version's schema, the embedded one included."""

import argparse

from app.cli.databases import open_database
from app.cli.progress import say
from app.infra.settings import read_settings


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "migrate", help="bring the database to this version's schema", description=__doc__
    )
    parser.set_defaults(handler=_migrate)


def _migrate(_arguments: argparse.Namespace) -> int:
    from app.infra.db.migrations import migrate, read_schema

    with open_database(read_settings()) as urls:
        before = migrate(urls.owner)
        after = read_schema(urls.owner)
    if before.is_current:
        say(f"The database is at schema {after.current}, the newest.")
    else:
        say(f"Migrated the database from {before.current or 'empty'} to {after.current}.")
    return 0
