"""The web process: our pages and interface first, the chat wherever nothing else answers.

    python -m app.main

Decided: the chat is the router's last resort rather than a mount. So a wrong method on one of our
addresses is still 405, and no middleware of the chat's mounting helper is needed. What every
request must pass stands around the whole application.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp

from app.api import (
    alert_page,
    alerts,
    auth,
    chat,
    health,
    live,
    market,
    notifications,
    options,
    pages,
    positions,
    problems,
    readiness,
    scan_counts,
    scan_schedule,
    scans,
    screenshots,
    shared_scans,
    signals,
    static,
    threads,
)
from app.api.responses import describe_failures
from app.api.security import BodyLimit, Gate, Premises, RequestLine, SecurityHeaders
from app.api.state import Doors
from app.api.ticker import Ticker
from app.core.clock import WallClock
from app.core.errors import CoachError
from app.infra.db.database import Database
from app.infra.home import Home
from app.infra.queue import CeleryQueue, JobQueue
from app.infra.running import end
from app.infra.settings import ROOT, Settings
from app.infra.telemetry import configure_logging, get_logger
from app.infra.throttle import Throttle
from app.levels.service import map_levels
from app.market.calendar import session_table
from app.market.streaming.bus import Bus
from app.market.streaming.live import LiveFeed
from app.wiring import (
    Runtime,
    build_bus,
    build_feed,
    build_picture_reader,
    build_runtime,
)
from app.wiring_notifications import build_courier, build_signal_vault

ABOUT = """
Key levels, quotes, indicators and charts as JSON; every price with its provider and its moment.
Symbols stand in the path as traders write them: `SPX`, `BRK.B`, `BTC/USD` or `BTC-USD`. Times are
UTC; `as_of` shows everything as of a past moment, and nothing later than it.
"""
REHEARSED = "SPY"
MESSAGE_BYTES = 1024 * 1024
GRACE_SECONDS = 3

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Web:
    """The application as served, and the FastAPI application inside it."""

    asgi: ASGIApp
    inner: FastAPI


def create_app(settings: Settings, runtime: Runtime) -> Web:
    """The web process of `settings` on `runtime`, which needs a database."""
    if runtime.database is None:
        raise ValueError("the web process needs a database")
    bus = build_bus(settings)
    doors = build_doors(settings, runtime, runtime.database, bus)
    web = FastAPI(
        title="Trading Coach",
        version=health.VERSION,
        description=ABOUT,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    web.state.doors = doors
    web.state.is_offline = not settings.llm.is_on
    web.state.is_live = settings.is_live
    web.state.macro = runtime.macro
    # Without a queue there is no feed process to listen to, so the feed runs in here.
    web.state.own_feed = (
        build_feed(settings, runtime.market, bus, doors.clock)
        if settings.queue.url is None
        else None
    )
    problems.install(web)
    for module in (
        health,
        auth,
        alerts,
        alert_page,
        market,
        options,
        positions,
        scans,
        shared_scans,
        scan_counts,
        scan_schedule,
        signals,
        chat,
        threads,
        live,
        pages,
        screenshots,
        notifications,
    ):
        web.include_router(module.router)
    describe_failures(web)
    static.mount_files(web)
    web.router.default = _chat(settings, runtime, doors)
    return Web(_surrounded(web, doors.premises), web)


def build_doors(settings: Settings, runtime: Runtime, database: Database, bus: Bus) -> Doors:
    premises = Premises(settings.web.host, settings.web.public_url)
    return Doors(
        market=runtime.market,
        clock=runtime.clock,
        wall=WallClock(),
        database=database,
        coach=runtime.coach,
        macro=runtime.macro,
        ticker=Ticker(runtime.market, runtime.clock, LiveFeed(bus)),
        secret=_secret(settings),
        premises=premises,
        is_demo_enabled=settings.web.demo_member,
        turns=Throttle(20, 2, "questions"),
        pictures=Throttle(8, 10, "pictures"),
        picture_reader=build_picture_reader(settings),
        courier=build_courier(settings, WallClock()),
        vault=build_signal_vault(settings),
        queue=_queue(settings),
        sign_ins=Throttle(20, 3, "sign-ins"),
        checks={
            "database": readiness.check_database(database),
            "queue": readiness.check_queue(_plain(settings.queue.url)),
            "worker": readiness.check_worker(database, WallClock()),
            **(
                {
                    process: readiness.check_worker(database, WallClock(), process)
                    for process in ("feed", "monitor")
                }
                if settings.queue.url
                else {}
            ),
            "market": readiness.check_market(runtime.market, runtime.clock),
            "model": readiness.check_model(runtime.model, _model_address(settings)),
        },
    )


def _queue(settings: Settings) -> JobQueue | None:
    broker = _plain(settings.queue.url)
    return None if broker is None else CeleryQueue(broker)


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _model_address(settings: Settings) -> str | None:
    """Where the model answers; None for the offline coach."""
    if not settings.llm.is_on:
        return None
    return settings.llm.base_url or "https://api.openai.com/v1"


def _secret(settings: Settings) -> str:
    return _plain(settings.web.secret) or Home(settings.home).secret("web")


def _chat(settings: Settings, runtime: Runtime, doors: Doors) -> ASGIApp:
    from app.chat.surroundings import prepare

    prepare(settings.home / "chainlit", secret=doors.secret, about=ROOT / "chainlit.md")
    from app.chat.mount import chat_door
    from app.chat.room import Room

    room = Room(
        database=doors.database,
        coach=doors.coach,
        toolbox=runtime.toolbox,
        wall=doors.wall,
        clock=doors.clock,
        market=doors.market,
        macro=doors.macro,
        turns=doors.turns,
    )
    return chat_door(room, find_member=auth.member_of, is_https=_is_https(doors.premises))


def _surrounded(web: ASGIApp, premises: Premises) -> ASGIApp:
    gated = Gate(BodyLimit(web, streamed=frozenset({screenshots.UPLOADS})), premises=premises)
    headed = SecurityHeaders(problems.ProblemShape(gated), is_https=_is_https(premises))
    return RequestLine(headed)


def _warm(web: FastAPI) -> None:
    """Answer a question to nobody, in a thread: calendars, prices and word vectors get loaded.

    The first member would wait three seconds for them. A model that costs money is not rehearsed
    with, only the market is; and real providers' connections belong to the loop that serves, so of
    them only the calendar is loaded.
    """
    doors: Doors = web.state.doors
    if web.state.is_live:
        session_table()
        return

    async def rehearse() -> None:
        if web.state.is_offline:
            async for _ in doors.coach.answer(f"Where is PDH for {REHEARSED}?"):
                pass
        else:
            await map_levels(REHEARSED, market=doors.market, as_of=doors.clock.now())

    try:
        asyncio.run(rehearse())
    except CoachError as error:
        log.info("not rehearsed", reason=error.message)


def _is_https(premises: Premises) -> bool:
    return (premises.public_url or "").startswith("https:")


@asynccontextmanager
async def _lifespan(web: FastAPI) -> AsyncIterator[None]:
    from app.chat.push import listen
    from app.conversations.outbox import OutboxFeed

    doors: Doors = web.state.doors
    await doors.database.verify()
    pushes = asyncio.create_task(listen(await OutboxFeed.open(doors.database)))
    warming = asyncio.create_task(asyncio.to_thread(_warm, web))
    doors.ticker.start()
    feeding = asyncio.create_task(web.state.own_feed.run()) if web.state.own_feed else None
    log.info("open", host=doors.premises.host, market=doors.market.provider.name)
    try:
        yield
    finally:
        await end(task for task in (pushes, feeding) if task is not None)
        await asyncio.gather(warming, return_exceptions=True)
        await doors.ticker.close()
        await doors.picture_reader.close()
        if doors.courier is not None:
            await doors.courier.close()
        if doors.queue is not None:
            await doors.queue.close()
        await doors.market.close()
        await web.state.macro.close()
        await doors.database.close()


class Loaded:
    """A web process with everything imported and nothing opened yet."""

    def __init__(self, settings: Settings) -> None:
        configure_logging(settings.log_level)
        self._settings = settings
        self._web = create_app(settings, build_runtime(settings))

    def serve(self) -> None:
        """Serve until told to stop."""
        uvicorn.run(
            self._web.asgi,
            host=self._settings.web.host,
            port=self._settings.web.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws_max_size=MESSAGE_BYTES,
            timeout_graceful_shutdown=GRACE_SECONDS,
            lifespan="on",
        )


def main() -> None:
    """Serve by the settings of the environment."""
    Loaded(Settings()).serve()


if __name__ == "__main__":
    main()
