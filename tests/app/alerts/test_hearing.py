"""What sets off an alert is what happens once it is armed, compared with what held at that time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy.exc import OperationalError
from typing_extensions import override

from app.alerts import service
from app.alerts.models import Alert, Status, shard_of
from app.alerts.monitor_around import Around
from app.alerts.monitor_shares import Shares
from app.alerts.monitor_store import write_marks, write_states
from app.alerts.monitor_symbol import SymbolWatch
from app.alerts.service import Standing
from app.alerts.surroundings import Surroundings
from app.alerts.telling import Fired, Writer, Written
from app.alerts.triggers import Already, Phase, State, Tape
from app.conversations.unasked import Place
from app.core.clock import Clock, WallClock
from app.core.errors import Conflict, ProviderUnavailable
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.infra.running import end
from app.levels.service import map_levels
from app.market.models import Bars
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.zigzag import Zigzag
from app.market.streaming.bus import ValkeyBus
from app.market.streaming.messages import Live
from app.market.vendor import Minute, NotCovered
from app.users.plans import ELITE
from tests.app.alerts.conftest import COIN, HIGHEST, LOWEST, Street, rises, until
from workers.alert_messages import MessageWriter

pytestmark = pytest.mark.database

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONCE = rises(already=Already.WAITS)
EACH = rises(already=Already.WAITS, repeats=True)


@dataclass
class Hands(Clock):
    """A clock whose hands are moved."""

    at: datetime

    @override
    def now(self) -> datetime:
        return self.at


class Dictated(Zigzag):
    """A coin that traded in these minutes only, each at one price."""

    def __init__(self, prices: Mapping[datetime, float]) -> None:
        super().__init__()
        self.prices = {int(at.timestamp()): price for at, price in prices.items()}
        self.asked = 0

    @override
    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars:
        self.asked += 1
        self._answer()
        if timeframe is not Timeframe.M1:
            raise NotCovered("There are minutes only.")
        since, stop = start.timestamp(), min(end, as_of).timestamp()
        times = [at for at in sorted(self.prices) if since <= at < stop]
        price = np.array([self.prices[at] for at in times], dtype=np.float64)
        return Bars(
            symbol=symbol,
            timeframe=timeframe,
            time=np.array(times, dtype=np.int64),
            open=price,
            high=price,
            low=price,
            close=price,
            volume=np.ones(len(times)),
            provider=self.provider,
        )


class Ear:
    """The watch of the coin, told by hand what the feed says. The clock goes on with what it hears."""

    def __init__(self, street: Street, watch: SymbolWatch) -> None:
        self.street, self.watch = street, watch
        self._number = 0

    @classmethod
    async def open(cls, street: Street, *, writer: Writer | None = None) -> "Ear":
        held = await Shares(street.database, uuid4().hex, 60.0).renew()
        watch = SymbolWatch(COIN, held[shard_of(COIN)], street.desk(writer))
        await watch._take_up()
        return cls(street, watch)

    async def hears(self, at: datetime, price: float, **more: Any) -> None:
        self.watch.heard(self.live(at, price, **more))
        await self.goes_on()

    async def goes_on(self) -> None:
        self.watch._is_whole = False
        await self.watch._go_on()
        self.watch._is_whole = True

    async def is_marked(self) -> bool:
        """Write how far it was looked, as its monitor does; whether there was something to write."""
        tape, states = self.watch.unwritten()
        async with self.street.database.system() as session:
            await write_states(session, states)
            await write_marks(session, {COIN: tape} if tape else {}, now=NOON)
        self.watch.settle(tape, states)
        return tape is not None

    async def judges(self, at: datetime, price: float, late: int) -> None:
        """It hears, asks what is due, and heeds the answer."""
        await self.hears(at, price, behind=late * MINUTE, recent=(103.0,))
        asking = self.watch._watched.judge._asking
        assert asking is not None
        await asyncio.wait([asking])
        await self.goes_on()

    def live(
        self,
        at: datetime,
        price: float,
        *,
        behind: timedelta = timedelta(),
        recent: Sequence[float] = (),
        high: float | None = None,
    ) -> Live:
        """A price of `at`, told `behind` it; `recent` are the minutes before, the last one last."""
        self.street.clock.at = max(self.street.clock.at, at + behind)
        self._number += 1
        return live_of(
            at, price, self._number, recent=recent, high=high, delay_minutes=behind // MINUTE
        )


def live_of(
    at: datetime,
    price: float,
    number: int,
    *,
    recent: Sequence[float] = (),
    high: float | None = None,
    delay_minutes: int = 0,
) -> Live:
    start = int(at.timestamp()) // 60 * 60
    first = start - 60 * len(recent)
    before = enumerate(recent)
    forming = Minute(COIN, start, price, high or price, price, price, 1.0, is_final=False)
    return Live(
        symbol=COIN,
        epoch=1,
        number=number,
        price=price,
        at=at.timestamp(),
        forming=forming,
        recent=tuple(_flat(first + 60 * each, told) for each, told in before),
        provider="dictated",
        delay_minutes=delay_minutes,
    )


def _flat(start: int, price: float) -> Minute:
    return Minute(COIN, start, price, price, price, price, 1.0, is_final=True)


class MayBeAway(SimulatedMarket):
    """One that does not answer while `is_away`."""

    is_away = False

    @override
    async def bars(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        *,
        start: datetime,
        end: datetime,
        as_of: datetime,
        extended: bool = False,
    ) -> Bars:
        if self.is_away:
            raise ProviderUnavailable("It does not answer.")
        return await super().bars(
            symbol, timeframe, start=start, end=end, as_of=as_of, extended=extended
        )


@pytest.fixture
def quiet(street: Street) -> Street:
    """Nothing trades but what is told."""
    street.market = Dictated({})
    street.clock = Hands(NOON)
    return street


def begins(at: datetime, price: float, level: float | None = 104.0, **state: Any) -> Standing:
    """Where an alert is armed."""
    seen = at.timestamp()
    tape = Tape(at=seen, price=price, minute=seen // 60 * 60, low=LOWEST, high=HIGHEST)
    return Standing(state=State(level=level, **state), tape=tape)


async def told(street: Street, member: UUID, alert: Alert) -> list[tuple[datetime, float]]:
    return [(each.at, each.body["price"]) for each in await street.firings(member, alert)]


async def test_what_traded_before_it_was_armed_does_not_set_it_off(
    quiet: Street, ada: UUID
) -> None:
    armed, monday = NOON + timedelta(days=1), NOON + timedelta(days=3)
    quiet.clock.at = armed
    alert = await quiet.armed(ada, ONCE, 104.0, begins=begins(armed, 103.0))
    ear = await Ear.open(quiet)

    await ear.hears(NOON, 103.0, recent=(103.0, 105.0, 103.0))
    assert await told(quiet, ada, alert) == []

    quiet.market = Dictated({NOON + 5 * MINUTE: 105.0, NOON + 9 * MINUTE: 103.0})
    await ear.hears(monday, 103.0)
    assert await told(quiet, ada, alert) == [], "nor what is learnt of it later"

    await ear.hears(monday + MINUTE, 105.0)
    assert await told(quiet, ada, alert) == [(monday + MINUTE, 105.0)]


async def test_what_is_true_fires_at_once_though_nothing_trades(quiet: Street, ada: UUID) -> None:
    armed = NOON + timedelta(days=1)
    quiet.clock.at = armed
    alert = await quiet.armed(ada, rises(), 104.0, begins=begins(armed, 105.0))
    ear = await Ear.open(quiet)

    await ear.hears(NOON, 105.0)

    assert await told(quiet, ada, alert) == [(armed, 105.0)]


async def test_a_late_vendor_is_watched_from_what_it_says_when_it_is_armed(
    quiet: Street, ada: UUID
) -> None:
    late = 15 * MINUTE
    alert = await quiet.armed(ada, ONCE, 104.0, begins=begins(NOON, 103.0))
    ear = await Ear.open(quiet)

    await ear.hears(NOON - late, 103.0, behind=late, recent=(103.0, 105.0, 103.0))
    assert await told(quiet, ada, alert) == []

    crossed = NOON - late + MINUTE
    await ear.hears(crossed, 105.0, behind=late)
    assert await told(quiet, ada, alert) == [(crossed, 105.0)]


async def test_a_minute_that_a_late_vendor_may_still_tell_is_waited_for(
    quiet: Street, ada: UUID
) -> None:
    late = 15 * MINUTE
    start = NOON - late
    alert = await quiet.armed(ada, ONCE, 104.0, begins=begins(NOON, 103.0))
    ear = await Ear.open(quiet)
    await ear.hears(start, 103.0, behind=late)
    assert await ear.is_marked()
    back = start + 3 * MINUTE + timedelta(seconds=5)

    await ear.hears(back, 103.0, behind=late)
    assert not await ear.is_marked()

    quiet.market.prices = Dictated({start + 2 * MINUTE: 105.0}).prices
    quiet.clock.at += timedelta(seconds=25)
    await ear.goes_on()
    ((at, price),) = await told(quiet, ada, alert)
    assert (at.replace(second=0), price) == (start + 2 * MINUTE, 105.0)


async def test_a_snooze_of_a_late_vendor_ends_with_the_clock(quiet: Street, ada: UUID) -> None:
    late = 15 * MINUTE
    alert = await quiet.armed(ada, EACH, 104.0, begins=begins(NOON, 103.0))
    async with quiet.database.member(ada) as session:
        await service.snooze(
            session,
            alert.id,
            NOON + 5 * MINUTE,
            begins(NOON, 103.0),
            plan=ELITE,
            now=WallClock().now(),
        )
    ear = await Ear.open(quiet)
    for minutes, price in enumerate((103.0, 105.0, 102.0, 102.0, 102.0, 102.0, 105.0)):
        await ear.hears(NOON - late + minutes * MINUTE, price, behind=late)

    assert await told(quiet, ada, alert) == [(NOON - late + 6 * MINUTE, 105.0)]


async def test_prices_that_are_older_than_what_was_seen_are_ignored(
    quiet: Street, ada: UUID
) -> None:
    alert = await quiet.armed(ada, EACH, 104.0, begins=begins(NOON, 103.0))
    ear = await Ear.open(quiet)
    for minutes, price in ((0, 103.0), (5, 105.0), (10, 104.5)):
        await ear.hears(NOON + minutes * MINUTE, price)
    for minutes, price in ((0, 102.0), (5, 105.0)):
        await ear.hears(NOON + minutes * MINUTE, price, behind=10 * MINUTE)

    assert await told(quiet, ada, alert) == [(NOON + 5 * MINUTE, 105.0)]


async def test_a_replay_that_begins_again_is_watched_again(quiet: Street, ada: UUID) -> None:
    alert = await quiet.armed(ada, EACH, 104.0, begins=begins(NOON, 103.0))
    ear = await Ear.open(quiet)
    await ear.hears(NOON + 300 * MINUTE, 105.0)
    quiet.clock.at = NOON - MINUTE
    for minutes, price in ((0, 105.0), (1, 103.0), (2, 105.0)):
        await ear.hears(NOON + minutes * MINUTE, price)

    again = [(NOON + 300 * MINUTE, 105.0), (NOON + 2 * MINUTE, 105.0)]
    assert await told(quiet, ada, alert) == again


class _FailsOnce(MessageWriter):
    """The database goes away while the first firing is told."""

    has_failed = False

    @override
    def write(
        self, fired: Sequence[Fired], around: Surroundings | None, place: Place, now: datetime
    ) -> Written:
        if not self.has_failed:
            self.has_failed = True
            raise OperationalError("INSERT", {}, ConnectionError("gone"))
        return super().write(fired, around, place, now)


async def test_a_price_whose_alert_could_not_be_told_is_looked_at_again(
    quiet: Street, ada: UUID
) -> None:
    armed = NOON + timedelta(seconds=5)
    quiet.clock.at = armed
    alert = await quiet.armed(ada, ONCE, 104.0, begins=begins(armed, 103.0))
    ear = await Ear.open(quiet, writer=_FailsOnce())
    crossed = armed + timedelta(seconds=5)
    ear.watch.heard(ear.live(crossed, 105.0))
    ear.watch.heard(ear.live(crossed + timedelta(seconds=1), 103.0, high=105.0))

    with pytest.raises(ProviderUnavailable):
        await ear.watch._go_on()
    await ear.watch._take_up()
    await ear.watch._go_on()

    assert await told(quiet, ada, alert) == [(crossed, 105.0)]


async def test_a_long_gap_is_played_from_its_first_minute_beside_a_moving_level(
    quiet: Street, ada: UUID
) -> None:
    alert = await quiet.armed(ada, ONCE, 104.0, begins=begins(NOON, 103.0))
    moving = await quiet.armed(ada, ONCE, 100.0, begins=begins(NOON, 103.0, 200.0), level="pdh")
    ear = await Ear.open(quiet)
    await ear.hears(NOON, 103.0)
    gap = {NOON + each * MINUTE: 105.0 if each == 5 else 103.0 for each in range(200)}
    quiet.market.prices = Dictated(gap).prices

    await ear.hears(NOON + 200 * MINUTE, 103.0)

    ((at, price),) = await told(quiet, ada, alert)
    assert (at.replace(second=0), price) == (NOON + 5 * MINUTE, 105.0)
    assert await told(quiet, ada, moving) == []


async def _between_two_levels(street: Street) -> tuple[datetime, float, float]:
    """A midnight after which yesterday's high is above the one of the day before, and both."""
    for day in range(1, 20):
        midnight = datetime(2026, 11, day, tzinfo=UTC)
        highs = []
        for at in (midnight - MINUTE, midnight + MINUTE):
            found = (await map_levels(COIN, market=street.market, as_of=at)).find("PDH")
            assert found is not None
            highs.append(float(found.price))
        if highs[1] > highs[0] * 1.001:
            return midnight, highs[0], highs[1]
    raise AssertionError("no such day")


async def test_the_first_price_of_a_day_is_compared_with_the_levels_of_that_day(
    quiet: Street, ada: UUID
) -> None:
    quiet.market = SimulatedMarket(seed=7)
    midnight, before, after = await _between_two_levels(quiet)
    eve, low = midnight - 30 * timedelta(seconds=1), before * 0.99
    quiet.clock.at = eve
    standing = begins(eve, low, before, phase=Phase.BELOW)
    alert = await quiet.armed(ada, EACH, before, begins=standing, level="pdh")
    ear = await Ear.open(quiet)
    await ear.hears(eve, low)

    first = midnight + timedelta(seconds=5)
    await ear.hears(first, (before + after) / 2, recent=(low,))
    assert await told(quiet, ada, alert) == []

    above = midnight + timedelta(seconds=20)
    await ear.hears(above, after * 1.001, recent=(low,))
    ((at, price),) = await told(quiet, ada, alert)
    assert at == above
    assert price == pytest.approx(after * 1.001, rel=1e-4)


async def test_where_the_levels_of_the_day_cannot_be_had_the_mark_waits(
    quiet: Street, ada: UUID
) -> None:
    market = quiet.market = MayBeAway(seed=7)
    midnight, before, after = await _between_two_levels(quiet)
    eve, dawn = midnight - timedelta(seconds=30), midnight + timedelta(seconds=5)
    quiet.clock.at = eve
    standing = begins(eve, before * 0.99, before, phase=Phase.BELOW)
    alert = await quiet.armed(ada, EACH, before, begins=standing, level="pdh")
    ear = await Ear.open(quiet)
    await ear.hears(eve, before * 0.99)
    assert await ear.is_marked()
    market.is_away = True

    await ear.hears(dawn, (before + after) / 2, recent=(before * 0.99,))
    assert await told(quiet, ada, alert) == []
    assert not await ear.is_marked()

    market.is_away = False
    quiet.clock.at = dawn + timedelta(seconds=10)
    await ear.goes_on()
    assert await told(quiet, ada, alert) == []
    assert ear.watch._watched.index.state(alert.id).level == pytest.approx(after)


async def test_what_ends_ends_by_the_tape_of_a_late_vendor(quiet: Street, ada: UUID) -> None:
    late, ends = 15 * MINUTE, NOON + 10 * MINUTE
    alert = await quiet.armed(
        ada,
        rises(already=Already.WAITS, expires_at=ends.timestamp()),
        104.0,
        begins=begins(NOON, 103.0),
        expires_at=ends.isoformat(),
    )
    bus = ValkeyBus(quiet.url)
    async with quiet.monitor() as monitor:
        await until(lambda: COIN in monitor.symbols)
        listening = monitor._tasks[COIN].watch
        quiet.clock.at = ends + MINUTE

        async def has_heard(number: int, at: datetime, price: float) -> bool:
            await bus.say([live_of(at, price, number, delay_minutes=15)])
            last = listening._hearing.last
            return last is not None and last.at == at.timestamp()

        at = ends + MINUTE - late
        await until(lambda: has_heard(1, at, 103.0))
        await monitor.expire()
        async with quiet.database.member(ada) as session:
            assert (await service.get_alert(session, alert.id)).status is Status.ARMED
        await until(lambda: has_heard(2, at + MINUTE, 105.0))

        async def has_fired() -> bool:
            return bool(await quiet.firings(ada, alert))

        await until(has_fired)
    await bus.close()

    assert await told(quiet, ada, alert) == [(at + MINUTE, 105.0)]


async def test_one_whose_end_is_past_is_not_armed_again(quiet: Street, ada: UUID) -> None:
    ends = NOON + 10 * MINUTE
    alert = await quiet.armed(
        ada,
        rises(expires_at=ends.timestamp()),
        104.0,
        begins=begins(NOON, 105.0),
        expires_at=ends.isoformat(),
    )
    ear = await Ear.open(quiet)
    await ear.hears(NOON, 105.0)
    assert len(await told(quiet, ada, alert)) == 1
    now = WallClock().now()

    for at, again in ((ends - MINUTE, True), (ends, False)):
        async with quiet.database.member(ada) as session:
            rearming = service.rearm(session, alert.id, begins(at, 103.0), plan=ELITE, now=now)
            if again:
                assert (await rearming).status is Status.ARMED
            else:
                with pytest.raises(Conflict, match="has expired"):
                    await rearming
            await session.rollback()


async def test_what_was_armed_meanwhile_is_made_up_for_with_one_question(
    quiet: Street, ada: UUID
) -> None:
    alerts = [
        await quiet.armed(ada, ONCE, 104.0, begins=begins(NOON + each * MINUTE, 103.0))
        for each in range(5)
    ]
    ear = await Ear.open(quiet)
    quiet.market.prices = Dictated({NOON + 10 * MINUTE: 105.0}).prices

    (watch := ear.watch).heard(ear.live(NOON + 40 * MINUTE, 103.0))
    assert watch._watched.first_looks() == []
    fired = await watch._hearing.hear(watch._lives[0])

    assert quiet.market.asked == 1
    assert {each.alert for each in fired} == {each.id for each in alerts}


async def test_a_formula_is_asked_of_the_last_price_though_nothing_trades_after_it(
    quiet: Street, ada: UUID
) -> None:
    quiet.market = Dictated({NOON: 103.0})
    condition = "price > 104 and price < 1000"
    alert = await quiet.armed(
        ada,
        ONCE,
        1.5,
        begins=begins(NOON, 103.0, 1.5),
        kind="formula",
        condition=condition,
        words="price is where it was asked for",
    )
    ear = await Ear.open(quiet)
    running = asyncio.create_task(ear.watch.run())
    try:
        ear.watch.heard(ear.live(NOON + timedelta(seconds=1), 103.0))
        await until(lambda: ear.watch._watched.judged_until(alert.id) > NOON.timestamp())
        quiet.market.prices = Dictated({NOON: 105.0}).prices
        ear.watch.heard(ear.live(NOON + timedelta(seconds=2), 105.0))

        async def has_fired() -> bool:
            return bool(await quiet.firings(ada, alert))

        await until(has_fired)
    finally:
        await end([running])


@pytest.mark.parametrize("late", [0, 15])
async def test_a_formula_is_true_of_what_trades_after_it_was_armed_alone(
    quiet: Street, ada: UUID, late: int
) -> None:
    start = NOON - late * MINUTE
    before = {start - each * MINUTE: 105.0 if each % 2 else 103.0 for each in range(1, 30)}
    quiet.market = Dictated(before | {start: 103.0})
    condition = "price > 104 and price < 1000"
    alert = await quiet.armed(
        ada,
        EACH,
        1.5,
        begins=begins(NOON, 103.0, 1.5),
        kind="formula",
        condition=condition,
        words="price is where it was asked for",
    )
    ear = await Ear.open(quiet)
    await ear.judges(start, 103.0, late)
    assert await told(quiet, ada, alert) == []

    quiet.market.prices |= Dictated({start + MINUTE: 105.0}).prices
    became = start + MINUTE + timedelta(seconds=1)
    await ear.judges(became, 105.0, late)
    assert await told(quiet, ada, alert) == [(became, 105.0)]


async def test_a_formula_knows_nothing_of_before_when_a_replay_begins_again(
    quiet: Street, ada: UUID
) -> None:
    prices = {NOON - each * MINUTE: 105.0 if each % 2 else 103.0 for each in range(30)}
    quiet.market = Dictated(prices | {NOON + 299 * MINUTE: 103.0})
    condition = "price > 104 and price < 1000"
    alert = await quiet.armed(
        ada,
        EACH,
        1.5,
        begins=begins(NOON + 299 * MINUTE, 103.0, 1.5),
        kind="formula",
        condition=condition,
        words="price is where it was asked for",
    )
    ear = await Ear.open(quiet)
    await ear.judges(NOON + 300 * MINUTE, 103.0, 0)
    quiet.clock.at = NOON - MINUTE
    await ear.judges(NOON, 103.0, 0)

    assert await told(quiet, ada, alert) == []


class Silent(Dictated):
    """One that never answers."""

    @override
    async def bars(self, *args: Any, **more: Any) -> Bars:
        self.asked += 1
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_market_that_does_not_say_what_stands_around_is_not_waited_for_twice() -> None:
    around = Around(COIN, market := Silent({}))

    assert await around.at(NOON.timestamp()) is None
    asked = market.asked
    assert asked
    assert await around.at(NOON.timestamp() + 1) is None
    assert market.asked == asked
