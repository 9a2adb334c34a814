"""Scans that run by themselves, and what the member is told of them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from typing_extensions import override

from app.conversations import service as conversations
from app.conversations.models import StoredMessage
from app.core.clock import FrozenClock
from app.core.errors import ProviderUnavailable
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.market.models import Instrument, Provider
from app.market.providers.simulated import SimulatedMarket
from app.scanner import keeping, turns
from app.scanner.kept import SavedScan, Status
from app.scanner.models import Search
from app.scanner.option_scan import OptionSearch
from app.scanner.setups import Setup
from workers import option_scans
from workers.runner import JobContext
from workers.scanner import follow, run_due
from workers.unasked import without_escapes

SYMBOLS = tuple(map(Symbol, ("AMD", "NVDA", "TSLA", "SPY", "XOM", "META", "SCHW", "IWM", "DIS")))
HOUR = timedelta(hours=1)


class Desk:
    """A member with scans, and the worker that runs them."""

    def __init__(self, database: Database, member: UUID, clock: FrozenClock) -> None:
        self.database, self.member, self.clock = database, member, clock
        self.context = JobContext(database, clock, SimulatedMarket())

    def later(self, by: timedelta) -> JobContext:
        return replace(self.context, clock=FrozenClock(self.clock.now() + by))

    async def save(self, name: str = "mine", search: Search | None = None) -> None:
        async with self.database.member(self.member) as session:
            await keeping.save_scan(
                session,
                name,
                search or Search(symbols=SYMBOLS),
                every=HOUR,
                allowed=(5, HOUR),
                now=self.clock.now(),
            )

    async def told(self) -> list[StoredMessage]:
        async with self.database.member(self.member) as session:
            page = await conversations.list_threads(session)
            return [
                message
                for thread in page.threads
                for message in await conversations.list_messages(session, thread.id)
            ]

    async def _scans(self) -> tuple[SavedScan, ...]:
        async with self.database.member(self.member) as session:
            return await keeping.list_scans(session)

    async def every(self) -> list[timedelta | None]:
        return [each.every for each in await self._scans()]

    async def due(self) -> list[datetime | None]:
        return [each.due_at for each in await self._scans()]

    async def kept(self, *statuses: Status) -> int:
        async with self.database.member(self.member) as session:
            return len(await keeping.list_opportunities(session, statuses or (Status.LIVE,)))


@pytest.fixture
def desk(database: Database, ada: UUID, clock: FrozenClock) -> Desk:
    return Desk(database, ada, clock)


async def test_a_due_scan_tells_what_is_new_with_its_card_and_bound_figures(desk: Desk) -> None:
    await desk.save("morning *look* <b>{a1}</b>")
    await run_due(desk.context)

    (message,) = await desk.told()
    assert message.content.startswith(r"**morning \*look\* \<b\>\{a1\}\</b\>** found ")
    assert "morning *look* <b>{a1}</b>" in without_escapes(message.content)
    assert message.grounding
    assert message.grounding["numbers"] == message.grounding["bound"] > 5
    (card,) = message.cards
    assert card.element == "OpportunitiesCard"
    assert await desk.kept() == len(card.props["rows"]) > 0


async def test_what_is_not_shown_is_counted_and_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.scan_messages.SHOWN", 1)
    await desk.save(search=Search(min_reward_to_risk=0.1))
    await run_due(desk.context)

    (message,) = await desk.told()
    found = await desk.kept()
    assert message.content.startswith(f"**mine** found {found} new setups, 1 of them shown here ")
    assert found > len(message.cards[0].props["rows"]) == 1
    assert message.grounding
    assert message.grounding["numbers"] == message.grounding["bound"]


async def test_what_was_told_is_not_told_again(desk: Desk) -> None:
    await desk.save()
    await run_due(desk.context)
    await run_due(desk.context)
    assert len(await desk.told()) == 1

    await desk.save("the same")
    await run_due(desk.context)
    assert len(await desk.told()) == 1


class Dying(SimulatedMarket):
    """Ends the process that asks whose prices it has: when the message is being written."""

    @property
    @override
    def provider(self) -> Provider:
        raise KeyboardInterrupt


async def test_a_scan_that_is_killed_before_it_tells_is_due_again(desk: Desk) -> None:
    await desk.save()
    with pytest.raises(KeyboardInterrupt):
        await run_due(replace(desk.context, market=Dying()))
    assert (await desk.told(), await desk.kept()) == ([], 0)

    await run_due(desk.later(turns.LEASE))
    assert len(await desk.told()) == 1


async def test_a_scan_that_kills_its_worker_each_time_is_switched_off_and_told_once(
    desk: Desk,
) -> None:
    await desk.save()
    for turn in range(turns.MOST_FAILED):
        with pytest.raises(KeyboardInterrupt):
            await run_due(replace(desk.later(turns.LEASE * turn), market=Dying()))
    for more in range(3):
        await run_due(desk.later(turns.LEASE * (turns.MOST_FAILED + more)))
    (message,) = await desk.told()
    assert message.content.startswith("**mine** could not run turn after turn")
    assert await desk.every() == [None]


class Poisoned(SimulatedMarket):
    """What one symbol has breaks whoever looks at it."""

    @override
    async def instrument(self, symbol: Symbol) -> Instrument:
        if symbol == "AMD":
            raise ValueError("Out of range float values are not JSON compliant: inf")
        return await super().instrument(symbol)


async def test_a_scan_that_breaks_keeps_no_other_from_running_and_is_switched_off_in_the_end(
    desk: Desk,
) -> None:
    await desk.save("a", Search(symbols=(Symbol("AMD"),)))
    await desk.save("b", Search(symbols=SYMBOLS[1:]))
    context = replace(desk.context, market=Poisoned())
    await run_due(context)
    (message,) = await desk.told()
    assert message.content.startswith("**b** found ")
    assert await desk.every() == [HOUR, HOUR]

    for turn in range(1, turns.MOST_FAILED + 2):
        await run_due(replace(desk.later(HOUR * turn), market=Poisoned()))
    assert await desk.every() == [None, HOUR]
    stopped = [each.content for each in await desk.told() if "**a**" in each.content]
    assert len(stopped) == 1
    assert "no fault of yours" in stopped[0]


async def test_a_scan_that_never_ends_keeps_no_other_from_running(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless(SimulatedMarket):
        @override
        async def instrument(self, symbol: Symbol) -> Instrument:
            if symbol == "AMD":
                await asyncio.Event().wait()
            return await super().instrument(symbol)

    monkeypatch.setattr("workers.turns.SECONDS", 5.0)
    await desk.save("a", Search(symbols=(Symbol("AMD"),)))
    await desk.save("b", Search(symbols=(Symbol("NVDA"),), min_reward_to_risk=900))
    await run_due(replace(desk.context, market=Endless()))
    assert await desk.due() == [desk.clock.now() + HOUR] * 2


async def test_many_failing_scans_starve_nobody(
    desk: Desk, database: Database, bob: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.scanner.AT_ONCE", 3)
    other = Desk(database, bob, desk.clock)
    for number in range(4):
        await other.save(f"x{number}", Search(sector="nothing"))
    await desk.save("good")
    for _ in range(2):
        await run_due(desk.later(HOUR))
    assert len(await desk.told()) == 1


async def test_scans_of_options_that_wait_starve_no_other(
    desk: Desk, database: Database, bob: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.scanner.AT_ONCE", 1)
    monkeypatch.setattr(option_scans, "AT_ONCE", 0)
    other = Desk(database, bob, FrozenClock(desk.clock.now() - HOUR))
    await other.save("chains", Search(options=OptionSearch(symbols=(Symbol("AMD"),))))
    await other.save("more", Search(options=OptionSearch(symbols=(Symbol("AMD"),))))
    await desk.save("good")
    await run_due(desk.context)
    assert len(await desk.told()) == 1


async def test_a_scan_that_fails_turn_after_turn_is_switched_off_and_the_reason_is_told_once(
    desk: Desk,
) -> None:
    await desk.save("gone", Search(symbols=(Symbol("ZZZZZ"),)))
    for turn in range(turns.MOST_FAILED + 2):
        await run_due(desk.later(HOUR * turn))
    (message,) = await desk.told()
    assert message.content.startswith("**gone** could not run turn after turn")
    assert "ZZZZZ" in message.content
    assert await desk.every() == [None]


async def test_a_provider_that_does_not_answer_switches_nothing_off(desk: Desk) -> None:
    class Dead(SimulatedMarket):
        @override
        async def instrument(self, symbol: Symbol) -> Instrument:
            raise ProviderUnavailable("Nobody answers.")

    await desk.save()
    for turn in range(turns.MOST_FAILED + 2):
        await run_due(replace(desk.later(turns.LEASE * turn), market=Dead()))
    assert (await desk.told(), await desk.every()) == ([], [HOUR])
    await run_due(desk.later(turns.LEASE * 8))
    assert len(await desk.told()) == 1


async def test_what_is_looked_at_is_as_of_the_markets_present_and_what_is_due_of_the_real_one(
    desk: Desk,
) -> None:
    await desk.save()
    wall = datetime(2026, 11, 21, 15, 5, tzinfo=UTC)
    await run_due(replace(desk.context, clock=FrozenClock(wall), market_clock=desk.clock))
    async with desk.database.member(desk.member) as session:
        kept = await keeping.list_opportunities(session)
    assert {each.found_at for each in kept} == {desk.clock.now()}
    (due,) = await desk.due()
    assert due is not None
    assert wall < due <= wall + HOUR

    await follow(
        replace(
            desk.later(timedelta(days=90)),
            market_clock=FrozenClock(desk.clock.now() + timedelta(minutes=1)),
        )
    )
    assert await desk.kept() == len(kept), "by the market's own clock hardly any time has passed"


async def test_a_scan_that_cannot_run_keeps_no_other_from_it(desk: Desk) -> None:
    await desk.save("a broken one", Search(symbols=(Symbol("ZZZZZ"),)))
    await desk.save("b")
    await run_due(desk.context)
    assert len(await desk.told()) == 1


async def test_a_scan_that_finds_nothing_says_nothing(desk: Desk) -> None:
    await desk.save("rare", Search(symbols=(Symbol("SPY"),), min_reward_to_risk=900))
    await run_due(desk.context)
    assert await desk.told() == []


async def test_a_scan_runs_again_when_its_time_has_come(desk: Desk) -> None:
    await desk.save("all", Search(setups=(Setup.SPIKE_UP, Setup.REJECTION, Setup.BOUNCE)))
    await run_due(desk.context)
    first = await desk.kept(*Status)
    await run_due(desk.later(timedelta(days=3)))
    assert await desk.kept(*Status) > first
    assert len(await desk.told()) == 2


async def test_opportunities_end_by_themselves(desk: Desk) -> None:
    await desk.save()
    await run_due(desk.context)
    found = await desk.kept()
    await follow(desk.later(timedelta(days=45)))

    assert await desk.kept() == 0
    assert await desk.kept(Status.REACHED, Status.STOPPED, Status.EXPIRED) == found


async def test_what_breaks_for_one_member_keeps_no_other_from_being_followed(
    desk: Desk, database: Database, bob: UUID
) -> None:
    class BrokenOnce(SimulatedMarket):
        is_broken = True

        @override
        async def instrument(self, symbol: Symbol) -> Instrument:
            if self.is_broken:
                self.is_broken = False
                raise ValueError("Nobody expected this.")
            return await super().instrument(symbol)

    other = Desk(database, bob, desk.clock)
    for each in (desk, other):
        await each.save()
    await run_due(desk.context)
    await follow(replace(desk.later(timedelta(days=45)), market=BrokenOnce()))
    assert sorted([await desk.kept() > 0, await other.kept() > 0]) == [False, True]
