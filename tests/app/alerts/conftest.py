"""Monitors on a market whose every crossing is known, sixty times as fast as real time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from app.alerts import service
from app.alerts.models import Alert, Told
from app.alerts.monitor import Monitor
from app.alerts.monitor_book import MemberBooks
from app.alerts.monitor_shares import Shares
from app.alerts.monitor_store import read_marks
from app.alerts.monitor_symbol import Desk
from app.alerts.service import Standing
from app.alerts.telling import Writer
from app.alerts.triggers import Crosses, Side, State, Tape, Trigger
from app.core.clock import WallClock
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.embedded.valkey import EmbeddedValkey
from app.infra.queue import client_url
from app.infra.running import end
from app.macro.source import NoSource
from app.market.standins.zigzag import FastClock, Zigzag, price_at
from app.market.streaming.bus import ValkeyBus
from app.market.streaming.feed import Feed
from app.market.streaming.live import LiveFeed
from app.market.streaming.polled import PolledStream
from app.users.plans import ELITE
from workers.alert_messages import MessageWriter

COIN = Symbol("BTC/USD")
START = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
SPEED = 240.0
PATIENCE_SECONDS = 60.0


@dataclass
class Street:
    """A market, its fast clock, its feed on a real Valkey, and monitors to be started."""

    database: Database
    url: str
    running: "dict[int, asyncio.Task[None]]" = field(default_factory=dict)
    market: Any = field(default_factory=Zigzag)
    clock: Any = field(
        default_factory=lambda: FastClock(WallClock(), START, WallClock().now(), SPEED)
    )

    @asynccontextmanager
    async def feed(self) -> AsyncIterator[None]:
        bus = ValkeyBus(self.url)
        stream = PolledStream(self.market, self.clock, beat=0.02)
        feed = Feed([stream], self.market, bus, self.clock, epoch=1)
        running = asyncio.create_task(feed.run())
        try:
            yield
        finally:
            await end([running])
            await bus.close()

    @asynccontextmanager
    async def monitor(
        self, *, lost_seconds: float = 4.5, writer: Writer | None = None
    ) -> AsyncIterator[Monitor]:
        """A monitor that is killed, not stopped, when the block ends."""
        shares = Shares(self.database, uuid4().hex, lost_seconds)
        monitor = Monitor(self.desk(writer), LiveFeed(ValkeyBus(self.url)), shares)
        running = self.running[id(monitor)] = asyncio.create_task(monitor.run())
        try:
            yield monitor
        finally:
            await end([running])

    def desk(self, writer: Writer | None = None) -> Desk:
        return Desk(
            database=self.database,
            market=self.market,
            clock=self.clock,
            wall=WallClock(),
            writer=writer or MessageWriter(),
            books=MemberBooks(self.database, self.market, NoSource()),
        )

    def kill(self, monitor: Monitor) -> None:
        self.running[id(monitor)].cancel()

    async def let_pass(self, seconds: float) -> None:
        """Real time in which whoever is alive goes on."""
        ends = WallClock().now() + timedelta(seconds=seconds)
        await until(lambda: WallClock().now() >= ends)

    async def has_seen(self, at: float) -> bool:
        """Whether all that happened until `at` was looked at, and written."""
        async with self.database.system() as session:
            marks = await read_marks(session, [COIN])
        return COIN in marks and marks[COIN].at >= at

    async def armed(
        self,
        member: UUID,
        trigger: Trigger,
        level: float,
        /,
        *,
        begins: Standing | None = None,
        **terms: Any,
    ) -> Alert:
        """An alert on the coin, armed where it stands now, or where it `begins`."""
        now = WallClock().now()
        thread_id = terms.pop("thread_id", None)
        values = terms_of(trigger, level) | terms
        standing = begins or standing_now(self, level)
        async with self.database.member(member) as session:
            drafted = await service.store_draft(
                session, member, values, key=uuid4().hex, thread_id=thread_id, now=now
            )
        async with self.database.member(member) as session:
            done = await service.arm(
                session, drafted.id, drafted.fingerprint, standing, plan=ELITE, now=now
            )
        return done.alert

    async def firings(self, member: UUID, alert: Alert) -> list[Told]:
        async with self.database.member(member) as session:
            return list(reversed(await service.list_firings(session, alert.id, limit=10_000)))


def standing_now(street: Street, level: float) -> Standing:
    return Standing(state=State(level=level), tape=tape_at(street.clock.now().timestamp()))


def tape_at(at: float) -> Tape:
    price = price_at(COIN, at)
    return Tape(at=at, price=price, minute=at // 60 * 60, low=LOWEST, high=HIGHEST)


LOWEST, HIGHEST = 1.0, 1_000.0
"""Nothing of the minute in which an alert is armed counts as news but its price."""


def terms_of(trigger: Trigger, level: float) -> dict[str, Any]:
    side = trigger.condition.side.value if isinstance(trigger.condition, Crosses) else "at"
    return {
        "kind": "threshold",
        "symbol": str(COIN),
        "condition": f"price crosses {side} {level}",
        "title": f"{COIN} {side} {level}",
        "trigger": trigger.json(),
        "level": str(level),
        "timeframe": "1m",
        "level_name": "",
        "expires_at": None,
        "instrument": {"decimals": 2, "unit": "USD", "calendar": "24/7"},
    }


def rises(*, repeats: bool = False, **more: Any) -> Trigger:
    return Trigger(condition=Crosses(Side.ABOVE), rearm=1.0, repeats=repeats, **more)


async def until(holds: Callable[[], Any]) -> None:
    """Wait until something another task or process does has come true."""
    now = asyncio.get_running_loop().time
    ends = now() + PATIENCE_SECONDS
    async with asyncio.timeout_at(ends):
        while now() < ends:
            found = holds()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)
    raise TimeoutError("It has not come true.")


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    process = server.spawn()
    while not server.is_answering():
        pass
    yield server.url
    process.kill()
    process.wait()


@pytest.fixture
async def street(database: Database, valkey: str) -> Street:
    """Nothing was said on it yet: each begins at the same moment."""
    client = Redis.from_url(client_url(valkey))
    await client.flushall()
    await client.aclose()
    return Street(database, valkey)
