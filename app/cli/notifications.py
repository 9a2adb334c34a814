"""`./coach notifications`: what could not be delivered, and another try for it.

What was to be said stays the member's: shown are who, on which kind of channel, and what the
receiver answered.
"""

import argparse
import asyncio
from uuid import UUID

from app.cli.databases import open_database
from app.cli.progress import faint, say
from app.core.clock import WallClock
from app.core.errors import InvalidInput
from app.infra.db.database import Database
from app.infra.settings import read_settings
from app.notifications.delivering import list_dead, revive
from app.notifications.models import DeadLetter
from app.users.service import get_member_by_id


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "notifications", help="what could not be delivered", description=__doc__
    )
    parser.add_argument("--again", metavar="ID", help="try this message again, or `all`")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="how many at most (50)")
    parser.set_defaults(handler=_notifications)


def _notifications(arguments: argparse.Namespace) -> int:
    settings = read_settings()
    with open_database(settings) as urls:
        database = Database.of(owner_url=urls.owner, app_url=urls.application, pool_size=1)
        return asyncio.run(_do(database, arguments.again, max(1, arguments.limit)))


async def _do(database: Database, again: str | None, limit: int) -> int:
    try:
        if again is None:
            await _show(database, limit)
        else:
            await _try_again(database, again)
    finally:
        await database.close()
    return 0


async def _show(database: Database, limit: int) -> None:
    async with database.system() as session:
        letters = await list_dead(session, limit=limit)
        names = {
            member: (await get_member_by_id(session, member)).identifier
            for member in {letter.member_id for letter in letters}
        }
    for letter in letters:
        say(_line(letter, names[letter.member_id]))
    if not letters:
        say("Nothing was given up.")
    else:
        say(faint("Try one again with --again ID, or all of them with --again all."))


def _line(letter: DeadLetter, member: str) -> str:
    tries = f"{letter.attempts} {'try' if letter.attempts == 1 else 'tries'}"
    return (
        f"{letter.id}  {letter.created_at:%Y-%m-%d %H:%M}  {member}  {letter.channel_kind.value}  "
        f"{tries}  {letter.answer}"
    )


async def _try_again(database: Database, again: str) -> None:
    now = WallClock().now()
    async with database.system() as session:
        keys = [each.id for each in await list_dead(session)] if again == "all" else [_key(again)]
        for key in keys:
            await revive(session, key, now=now)
    say(f"{len(keys)} to be tried again; the workers take them within seconds.")


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(f"`{text}` is no message's id.") from error
