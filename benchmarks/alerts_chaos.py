"""Kills without end: is each crossing told exactly once?

Two monitors, a feed, PostgreSQL, Valkey and a web process that hears of every push, all real and each a
process of its own; one after the other, in an order and at moments drawn by chance, is killed with
SIGKILL and started again. The market is a zigzag at sixty times the speed of time, so that the moment of
every crossing is known; its vendor answers throughout. In the end what was told is held against what
happened: each crossing of each alert must have one firing within a minute of the market's time of it,
one message with it and one note for the other channels, and no more. `KILLS` in the environment says
how many.
"""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from app.alerts import service
from app.alerts.monitor import Monitor
from app.alerts.monitor_book import MemberBooks
from app.alerts.monitor_shares import Shares
from app.alerts.monitor_symbol import Desk
from app.alerts.service import Standing
from app.alerts.triggers import Already, Crosses, Side, State, Tape, Trigger
from app.conversations.outbox import OutboxFeed
from app.core.clock import WallClock
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.db.migrations import migrate
from app.infra.embedded.postgres import EmbeddedPostgres
from app.infra.embedded.valkey import EmbeddedValkey
from app.infra.telemetry import configure_logging
from app.macro.source import NoSource
from app.market.standins.zigzag import FastClock, Zigzag, crossings, price_at
from app.market.streaming.bus import ValkeyBus
from app.market.streaming.feed import Feed
from app.market.streaming.live import LiveFeed
from app.market.streaming.polled import PolledStream
from app.users.plans import ELITE
from app.users.service import ensure_member
from workers.alert_messages import MessageWriter

ON_REQUEST = True

KILLS = int(os.environ.get("KILLS", "1000"))  # noqa: TID251 - no setting of the product
SEED = int(os.environ.get("SEED", "7"))  # noqa: TID251
SPEED = 60.0
LOST_SECONDS = 1.5
PAUSES = (0.1, 0.9)
START = datetime(2026, 11, 20, tzinfo=UTC)
SYMBOLS = [
    Symbol(f"{name}/USD") for name in ("BTC", "ETH", "SOL", "XRP", "ADA", "DOT", "LTC", "BCH")
]
LEVELS = (101.5, 103.5, 105.5, 107.5, 109.0)
WEIGHTS = {"monitor 1": 3, "monitor 2": 3, "feed": 2, "web": 1, "database": 2, "queue": 2}
SLACK_SECONDS = 61.0


@dataclass
class House:
    """All processes of one run."""

    home: Path
    clock: FastClock
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    queue: "subprocess.Popen[bytes] | None" = None
    children: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.postgres.urls.application

    def start(self, name: str) -> None:
        if name == "database":
            self._start_database()
        elif name == "queue":
            self.queue = self.valkey.spawn()
        else:
            self.children[name] = _forked(self._work(name), self.home / f"{name}.log")

    def _start_database(self) -> None:
        """Again and again, as a supervisor does: what its children held is let go a moment later."""
        for _ in range(100):
            process = self.postgres.respawn()
            try:
                process.wait(0.4)
            except subprocess.TimeoutExpired:
                return
        raise RuntimeError("the database does not come up")

    def kill(self, name: str) -> None:
        server = {"database": self.postgres.process, "queue": self.queue}.get(name)
        if server is not None:
            server.kill()
            server.wait()
        else:
            os.kill(self.children[name], signal.SIGKILL)
            os.waitpid(self.children[name], 0)

    def _work(self, name: str) -> Callable[[], None]:
        if name == "feed":
            return lambda: asyncio.run(_feed(self))
        if name == "web":
            return lambda: asyncio.run(_web(self))
        return lambda: asyncio.run(_monitor(self))


def run() -> None:
    """Measure, and say what was missed and what was doubled."""
    random.seed(SEED)
    home = Path(tempfile.mkdtemp(prefix="coach-chaos-", dir="/tmp"))
    home.chmod(0o711)
    wall = WallClock()
    house = House(
        home=home,
        clock=FastClock(wall, START, wall.now(), SPEED),
        postgres=EmbeddedPostgres(home),
        valkey=EmbeddedValkey(home),
    )
    urls = house.postgres.start()
    migrate(urls.owner)
    house.start("queue")
    try:
        _torment(house)
    finally:
        for name in (*house.children, "queue"):
            house.kill(name)
        house.postgres.stop()
    shutil.rmtree(home, ignore_errors=True)


def _torment(house: House) -> None:
    armed = asyncio.run(arm(house))
    for name in ("feed", "monitor 1", "monitor 2", "web"):
        house.start(name)
    killed = _chaos(house)
    ended = house.clock.now().timestamp()
    _drain(house, ended)
    _report(house, armed, ended, killed)


def _chaos(house: House) -> Counter[str]:
    time.sleep(3)
    killed: Counter[str] = Counter()
    names = list(WEIGHTS)
    began = time.monotonic()
    for number in range(KILLS):
        (name,) = random.choices(names, list(WEIGHTS.values()))  # noqa: S311
        house.kill(name)
        time.sleep(random.uniform(0, 0.3))  # noqa: S311
        house.start(name)
        killed[name] += 1
        time.sleep(random.uniform(*PAUSES))  # noqa: S311
        if (number + 1) % 100 == 0:
            print(f"  {number + 1} kills in {time.monotonic() - began:.0f} s", flush=True)
    return killed


def _drain(house: House, until: float) -> None:
    """Let what happened before the end be told: some seconds in peace."""
    time.sleep(25)
    print(
        f"  in peace since {house.clock.now().timestamp() - until:.0f} s of market time", flush=True
    )


def _report(
    house: House,
    armed: dict[UUID, tuple[Symbol, float, float]],
    ended: float,
    killed: Counter[str],
) -> None:
    told = _told(house)
    missed = doubled = happened = late = 0
    stretches: Counter[int] = Counter()
    for alert, (symbol, level, since) in armed.items():
        due = crossings(symbol, level, since, ended)
        found = [at for at, _ in told.get(alert, ()) if at <= ended + SLACK_SECONDS]
        late += sum(is_late for at, is_late in told.get(alert, ()) if at <= ended)
        happened += len(due)
        for moment in due:
            near = [at for at in found if abs(at - moment) <= SLACK_SECONDS]
            missed += not near
            stretches[int((moment - since) / SPEED) // 60] += not near
            doubled += max(0, len(near) - 1)
            found = [at for at in found if at not in near]
        doubled += len([at for at in found if at <= ended - SLACK_SECONDS])
    counts = _counts(house)
    print(f"{sum(killed.values())} kills: {dict(killed)}")
    print(f"{len(armed)} alerts, {happened} crossings; told late: {late}")
    print(f"missed: {missed}; told twice or without a crossing: {doubled}")
    if missed:
        print(f"missed by the minute of the run: {dict(sorted((+stretches).items()))}")
    print(f"firings, firings' messages, messages, notes, pushes: {counts}")


def _told(house: House) -> dict[UUID, list[tuple[float, bool]]]:
    found: dict[UUID, list[tuple[float, bool]]] = {}
    with superuser(house) as connection:
        rows = connection.execute(
            "SELECT alert_id, extract(epoch FROM at), is_late FROM alert_firings ORDER BY sequence"
        )
        for alert, at, is_late in rows:
            found.setdefault(alert, []).append((float(at), is_late))
    return found


def _counts(house: House) -> tuple[object, ...]:
    with superuser(house) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM alert_firings),"
            " (SELECT count(DISTINCT message_id) FROM alert_firings),"
            " (SELECT count(*) FROM messages), (SELECT count(*) FROM notifications),"
            " (SELECT count(DISTINCT message_id) FROM outbox)"
        ).fetchone()
    return tuple(row or ())


def superuser(house: House) -> "psycopg.Connection[tuple[object, ...]]":
    url = house.postgres.urls.owner.replace("coach_owner", "postgres", 1)
    return psycopg.connect(url.replace("+psycopg", "", 1))


async def arm(house: House) -> dict[UUID, tuple[Symbol, float, float]]:
    database, now = Database(house.url), WallClock().now()
    armed = {}
    for symbol in SYMBOLS:
        async with database.system() as session:
            member = (await ensure_member(session, f"of {symbol}", name="A", now=now)).id
        for level in LEVELS:
            at = house.clock.now().timestamp()
            alert = await _armed(database, member, symbol, level, at, now)
            armed[alert] = (symbol, level, at)
    await database.close()
    return armed


async def _armed(
    database: Database, member: UUID, symbol: Symbol, level: float, at: float, now: datetime
) -> UUID:
    trigger = Trigger(
        condition=Crosses(Side.ABOVE),
        rearm=1.0,
        repeats=True,
        already=Already.WAITS,
        zone="UTC",
    )
    terms = {
        "kind": "threshold",
        "symbol": str(symbol),
        "condition": f"price crosses above {level}",
        "words": f"price crosses above {level}",
        "title": f"{symbol} above {level}",
        "timeframe": "1m",
        "trigger": trigger.json(),
        "level": str(level),
        "level_name": "",
        "expires_at": None,
        "instrument": {"decimals": 2, "unit": "USD", "calendar": "24/7"},
    }
    tape = Tape(at=at, minute=at // 60 * 60, price=price_at(symbol, at), low=1e-9, high=1e9)
    async with database.member(member) as session:
        drafted = await service.store_draft(
            session, member, terms, key=uuid4().hex, thread_id=None, now=now
        )
        begins = Standing(state=State(level=level), tape=tape)
        await service.arm(session, drafted.id, drafted.fingerprint, begins, plan=ELITE, now=now)
    return drafted.id


async def _feed(house: House) -> None:
    market, bus = Zigzag(), ValkeyBus(house.valkey.url)
    stream = PolledStream(market, house.clock, beat=0.03)
    await Feed([stream], market, bus, house.clock, epoch=int(time.time() * 10)).run()


async def _monitor(house: House) -> None:
    database, market = Database(house.url), Zigzag()
    desk = Desk(
        database=database,
        market=market,
        clock=house.clock,
        wall=WallClock(),
        writer=MessageWriter(),
        books=MemberBooks(database, market, NoSource()),
    )
    shares = Shares(database, uuid4().hex, LOST_SECONDS)
    await Monitor(desk, LiveFeed(ValkeyBus(house.valkey.url)), shares).run()


async def _web(house: House) -> None:
    async for _ in await OutboxFeed.open(Database(house.url)):
        pass


def _forked(work: Callable[[], None], log: Path) -> int:
    """A child that has everything imported already."""
    child = os.fork()
    if child:
        return child
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    configure_logging("info")
    try:
        work()
    finally:
        os._exit(1)
