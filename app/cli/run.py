"""`./coach run`: database, queue, web and worker on this machine, until Ctrl-C.

The slow part of a start is loading the chat, so the web process begins first and waits at a gate
while the database comes up and is migrated. The parts learn where everything is from their
environment, exactly as in production.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from app.cli.databases import configured_urls
from app.cli.parts import FeedProcess, MonitorProcess, Web, Worker, child_environment
from app.cli.progress import bold, faint, say, step
from app.infra.embedded.postgres import DatabaseUrls, EmbeddedPostgres
from app.infra.embedded.valkey import EmbeddedValkey
from app.infra.faults import CannotStart
from app.infra.home import Home
from app.infra.settings import Settings, read_settings, variable
from app.infra.supervisor import Part, Supervisor

_READY_SECONDS = 90.0
_LOOK_SECONDS = 0.05


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "run", help="start everything, then open the chat in a browser", description=__doc__
    )
    parser.add_argument("--port", type=int, help="where the web page listens (8000)")
    parser.add_argument("--host", help="on which address (127.0.0.1)")
    parser.add_argument("--home", type=Path, help="the folder that keeps everything (.data)")
    parser.add_argument("--market", help="simulated, or files:DIR")
    parser.set_defaults(handler=_run)


def _run(arguments: argparse.Namespace) -> int:
    started = time.monotonic()
    _heed_signals()
    os.umask(0o077)
    _choose(arguments)
    settings = read_settings()
    home = Home(settings.home)
    say(bold("Trading Coach"))
    say()
    with home.alone():
        home.check_space()
        stack = _Stack(settings, home)
        try:
            stack.start()
            _announce(settings, time.monotonic() - started)
            stack.watch()
        except KeyboardInterrupt:
            say()
        finally:
            stack.stop()
    return 0


class _Stack:
    """The processes of one `run`."""

    def __init__(self, settings: Settings, home: Home) -> None:
        self._settings = settings
        self._home = home
        self._supervisor = Supervisor(lambda line: say(faint(line)))
        self._postgres = None if configured_urls(settings) else EmbeddedPostgres(home.path)
        self._valkey = None if settings.queue.url else EmbeddedValkey(home.path)

    def start(self) -> None:
        """Everything up and answering, or CannotStart."""
        urls = self._urls()
        environment = child_environment(self._settings, self._home, urls, self._valkey)
        web = Web(self._settings.web, environment, self._home)
        web.check_port()
        self._supervisor.start(web.part)
        self._start_servers()
        with step("Bringing the schema up to date") as current:
            current.note(_migrate(urls))
        web.open_gate()
        self._supervisor.start(Worker(environment, self._home).part)
        self._supervisor.start(FeedProcess(environment, self._home).part)
        self._supervisor.start(MonitorProcess(environment, self._home).part)
        with step("Loading the chat") as current:
            self._await(web)
            current.note("Web, worker, feed and monitor")

    def watch(self) -> None:
        self._supervisor.watch()

    def stop(self) -> None:
        """End everything; quick and silent when nothing was started."""
        if self._supervisor.is_idle:
            return
        with step("Stopping"):
            self._supervisor.stop()
            if self._postgres is not None:
                self._postgres.stop()

    def _urls(self) -> DatabaseUrls:
        configured = configured_urls(self._settings)
        if configured is not None:
            return configured
        return EmbeddedPostgres(self._home.path).urls

    def _start_servers(self) -> None:
        if self._valkey is not None:
            self._supervisor.start(Part("queue", self._valkey.spawn, rank=1))
        if self._postgres is None:
            return
        with step("Starting PostgreSQL") as current:
            self._postgres.start()
            current.note("PostgreSQL 18 and Valkey" if self._valkey else "PostgreSQL 18")
        process = self._postgres.process
        if process is not None:
            part = Part("database", self._postgres.respawn, signal.SIGINT, rank=1)
            self._supervisor.adopt(part, process)

    def _await(self, web: Web) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        is_up = False

        def settled() -> bool:
            nonlocal is_up
            is_up = web.is_answering()
            return is_up or not web.part.is_running or time.monotonic() > deadline

        self._supervisor.watch(settled, every=_LOOK_SECONDS)
        if not is_up:
            raise CannotStart(web.last_words())


def _choose(arguments: argparse.Namespace) -> None:
    """Options become environment, so that every child reads the same settings."""
    chosen = {
        variable("web", "port"): arguments.port,
        variable("web", "host"): arguments.host,
        variable("home"): arguments.home and arguments.home.expanduser().resolve(),
        variable("market"): arguments.market and _absolute(arguments.market),
    }
    os.environ.update({name: str(value) for name, value in chosen.items() if value is not None})


def _absolute(market: str) -> str:
    """`files:DIR` as seen from where the command was typed."""
    kind, separator, folder = market.partition(":")
    if kind == "files" and separator:
        return f"files:{Path(folder).expanduser().resolve()}"
    return market


def _migrate(urls: DatabaseUrls) -> str:
    from app.infra.db.migrations import migrate

    before = migrate(urls.owner)
    return "Schema is current" if before.is_current else "Schema brought up to date"


def _announce(settings: Settings, seconds: float) -> None:
    web = settings.web
    shown = "localhost" if web.host in {"127.0.0.1", "0.0.0.0", "::1"} else web.host  # noqa: S104
    say()
    say(
        f"{bold(web.public_url or f'http://{shown}:{web.port}')}  {faint(f'ready in {seconds:.1f} s')}"
    )
    say()
    for part, what in _parts_in_use(settings):
        say(f"{part:<10} {what}")
    say(faint(f"{'Logs':<10} {settings.home / 'logs'}"))
    say(faint("Ctrl-C stops everything."))
    sys.stdout.flush()


def _parts_in_use(settings: Settings) -> list[tuple[str, str]]:
    return [
        ("Prices", _prices(settings)),
        (
            "Coach",
            f"{settings.llm.model}"
            if settings.llm.is_on
            else "built in, without a model (COACH_LLM__BASE_URL or COACH_LLM__API_KEY adds one)",
        ),
        ("Database", "your own" if settings.database.url else "embedded PostgreSQL"),
        ("Queue", "your own" if settings.queue.url else "embedded Valkey"),
    ]


def _prices(settings: Settings) -> str:
    if settings.is_live:
        return ", ".join(settings.provider_names)
    return settings.market if settings.market.startswith("files:") else "simulated, not real"


def _heed_signals() -> None:
    """Ctrl-C, `kill` and a closed terminal all end it in order; `nohup` keeps its meaning."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
